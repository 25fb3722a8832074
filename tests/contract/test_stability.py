"""The same thing has the same name, and the same input gives the same bytes, wherever and however often it is looked at."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import zscan
from tests.support.manifests import ACME, write_estate
from zscan.report import formats

NOW = ("--now", "2026-12-01")
FORMATS = sorted(formats())


@dataclass(frozen=True)
class Audit:
    """What one run said, without what lines say."""

    statuses: dict[str, str]
    fingerprints: frozenset[str]
    places: frozenset[str]
    documents: dict[str, bytes]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of manifests, outside of this one: the example estate, with a few things that it has not."""
    folder = write_estate(tmp_path_factory.mktemp("estate") / "checkout")
    shutil.copytree(ACME, folder / "acme")
    return folder


@pytest.fixture(scope="module")
def first(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    found = audit(".", cwd=checkout, out=tmp_path_factory.mktemp("first"))
    assert len(found.statuses) > 100
    assert len(set(found.statuses.values())) == 4
    assert found.fingerprints
    return found


def audit(target: str, *, cwd: Path, out: Path, more: tuple[str, ...] = ()) -> Audit:
    wanted = [word for name in FORMATS for word in ("-o", f"{name}={out / ('scan.' + name)}")]
    ran = zscan("audit", target, "--fail-on", "never", "--allow-gaps", "*", *NOW, *wanted, *more, env={}, cwd=cwd)
    assert ran.code == 0, ran.err
    documents = {path.suffix.removeprefix("."): path.read_bytes() for path in sorted(out.glob("scan.*"))}
    scan, log = json.loads(documents["json"]), json.loads(documents["sarif"])
    return Audit(
        statuses={finding["id"]: finding["status"] for finding in scan["findings"]},
        fingerprints=frozenset(json.dumps(found["partialFingerprints"], sort_keys=True) for run in log["runs"] for found in run["results"]),
        places=frozenset(_uris(log)),
        documents=documents,
    )


def _uris(log: Any) -> list[str]:
    physical = [place["physicalLocation"] for run in log["runs"] for found in run["results"] for place in found.get("locations", [])]
    return [place["artifactLocation"]["uri"] for place in physical]


def same(one: Audit, other: Audit) -> None:
    assert one.statuses == other.statuses
    assert one.fingerprints == other.fingerprints
    assert one.places == other.places


# ---- where


@pytest.mark.parametrize("inside", [".", "k8s", "k8s/.."])
def test_the_working_directory_is_in_no_id(inside: str, checkout: Path, first: Audit, tmp_path: Path) -> None:
    cwd = checkout / inside
    target = "." if cwd.resolve() == checkout.resolve() else ".."
    same(first, audit(target, cwd=cwd, out=tmp_path))


def test_nor_is_a_folder_outside(checkout: Path, first: Audit, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    same(first, audit(str(checkout), cwd=away, out=tmp_path))


def test_nor_is_a_symbolic_link(checkout: Path, first: Audit, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(checkout, target_is_directory=True)
    same(first, audit("link", cwd=tmp_path, out=tmp_path))
    same(first, audit(".", cwd=link, out=tmp_path))


def test_nor_is_the_place_of_the_checkout(checkout: Path, first: Audit, tmp_path: Path) -> None:
    """A second clone elsewhere: the same repository, so the same names; its bytes too."""
    clone = tmp_path / "some" / "where" / "else"
    shutil.copytree(checkout, clone)
    shutil.rmtree(clone / ".home", ignore_errors=True)
    found = audit(".", cwd=clone, out=tmp_path)
    same(first, found)
    assert found.documents == first.documents


def test_without_git_the_target_is_the_root(checkout: Path, tmp_path: Path) -> None:
    """An unpacked archive has no git root: its own folder stands in, from wherever it is named."""
    folder = tmp_path / "archive"
    shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns(".git", ".home"))
    out = [tmp_path / name for name in ("a", "b")]
    for path in out:
        path.mkdir()
    same(audit(".", cwd=folder, out=out[0]), audit("archive", cwd=tmp_path, out=out[1]))


def test_two_checkouts_at_once_keep_their_things_apart(checkout: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(checkout, tmp_path / name, ignore=shutil.ignore_patterns(".home"))
    ran = zscan("audit", "one", "two", "--fail-on", "never", "--allow-gaps", "*", *NOW, "-o", "json=scan.json", env={}, cwd=tmp_path)
    assert ran.code == 0, ran.err
    assets = [asset["id"] for asset in json.loads((tmp_path / "scan.json").read_text())["assets"]]
    assert len(set(assets)) == len(assets)
    assert {asset.split("/")[0] for asset in assets} == {"one", "two"}


# ---- how it is written


def commented(text: str) -> str:
    """Every line moves by another amount; nothing else changes. Lines of block texts are left alone."""
    lines: list[str] = ["# moved"]
    block: int | None = None
    for number, line in enumerate(text.splitlines()):
        indent = len(line) - len(line.lstrip())
        if block is not None and line.strip() and indent <= block:
            block = None
        if block is None and number % 3 == 0 and line.strip() and not line.lstrip().startswith(("#", "---")) and not _continues(line):
            lines.append(" " * indent + "# moved")
        lines.append(line)
        if block is None and line.rstrip().endswith(("|", ">", "|-", ">-", "|+", ">+")):
            block = indent
    return "\n".join(lines) + "\n"


def _continues(line: str) -> bool:
    """Whether a line may belong to a flow or plain text that began above."""
    word = line.strip()
    return not (word.startswith("- ") or ":" in word.split(" ")[0])


REWRITES: dict[str, Callable[[str], bytes]] = {
    "comments": lambda text: commented(text).encode(),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "empty lines at the end": lambda text: (text + "\n\n\n").encode(),
}


@pytest.mark.parametrize("how", REWRITES)
def test_lines_are_in_no_id(how: str, checkout: Path, first: Audit, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(checkout, moved, ignore=shutil.ignore_patterns(".home"))
    for path in sorted(path for path in moved.rglob("*.yaml") if path.is_file()):
        path.write_bytes(REWRITES[how](path.read_text(encoding="utf-8")))
    found = audit(".", cwd=moved, out=tmp_path)
    same(first, found)
    if how == "comments":
        assert found.documents["sarif"] != first.documents["sarif"], "no line moved: this test says nothing"


# ---- how often


def test_the_same_input_gives_the_same_bytes(checkout: Path, first: Audit, tmp_path: Path) -> None:
    again = audit(".", cwd=checkout, out=tmp_path)
    assert set(first.documents) == set(FORMATS)
    assert {name: again.documents[name] == first.documents[name] for name in FORMATS} == dict.fromkeys(FORMATS, True)


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_scan_renders_to_the_same_bytes(name: str, checkout: Path, first: Audit, tmp_path: Path) -> None:
    del checkout
    (tmp_path / "scan.json").write_bytes(first.documents["json"])
    ran = zscan("report", "scan.json", "-o", f"{name}=again", env={}, cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert (tmp_path / "again").read_bytes() == first.documents[name]


def test_a_snapshot_gives_the_same_verdicts(checkout: Path, first: Audit, tmp_path: Path) -> None:
    saved = tmp_path / "estate.zsnap"
    out = [tmp_path / name for name in ("saving", "reading")]
    for path in out:
        path.mkdir()
    same(first, audit(".", cwd=checkout, out=out[0], more=("--save", str(saved))))
    assert saved.stat().st_mode & 0o077 == 0, "a snapshot is for its owner's eyes"
    found = audit(str(saved), cwd=tmp_path, out=out[1])
    assert found.statuses == first.statuses
    assert found.fingerprints == first.fingerprints
    before, after = (json.loads(one.documents["json"]) for one in (first, found))
    for part in ("assets", "findings", "gaps", "frameworks", "not_assessed", "summary"):
        assert after[part] == before[part], part


def test_two_snapshots_of_the_same_are_the_same_bytes(checkout: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        audit(".", cwd=checkout, out=tmp_path / name, more=("--save", str(tmp_path / f"{name}.zsnap")))
    assert (tmp_path / "a.zsnap").read_bytes() == (tmp_path / "b.zsnap").read_bytes()


def test_the_clock_of_the_rules_is_an_argument(checkout: Path, first: Audit, tmp_path: Path) -> None:
    ran = zscan(
        "audit",
        ".",
        "--fail-on",
        "never",
        "--allow-gaps",
        "*",
        "--now",
        "2031-01-01",
        "-o",
        f"json={tmp_path / 'later.json'}",
        env={},
        cwd=checkout,
    )
    assert ran.code == 0, ran.err
    later, now = json.loads((tmp_path / "later.json").read_text()), json.loads(first.documents["json"])
    assert (now["run"]["evaluated_as_of"][:10], later["run"]["evaluated_as_of"][:10]) == ("2026-12-01", "2031-01-01")
    assert {finding["id"] for finding in later["findings"]} == set(first.statuses)
