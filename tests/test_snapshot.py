"""Snapshots: what was saved comes back, and what was altered is refused."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.scan_builders import asset, rich_scan
from zscan import snapshot
from zscan.errors import UsageError
from zscan.model.asset import Asset
from zscan.model.offers import Offer
from zscan.scanfile import encode

SCAN = rich_scan()
VERSIONS = ("0.1.0", "3")
OFFER = Offer(
    native_type="AWS::SageMaker::Endpoint",
    asset_type="endpoint",
    provider="aws",
    facts=frozenset({"network.public_access", "encryption.at_rest", "auth.required"}),
    relations=frozenset({"runs_as", "serves"}),
)
ABOUT = snapshot.About(run=SCAN.run, gaps=SCAN.gaps, offers={OFFER.native_type: OFFER})


def save(path: Path, assets: object = None) -> Path:
    snapshot.write(path, SCAN.assets if assets is None else assets, about=ABOUT, versions=VERSIONS)  # type: ignore[arg-type]
    return path


def encoded(assets: object) -> list[bytes]:
    return sorted(msgspec.json.encode(one, order="sorted") for one in assets)  # type: ignore[attr-defined]


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    opened = snapshot.open_snapshot(save(tmp_path / "a.zsnap"))
    assert (opened.about, opened.derive_version) == (ABOUT, "3")
    assert encoded(opened) == encoded(SCAN.assets)
    assert encoded(opened) == encoded(opened)  # may be read again
    live = next(one for one in opened if one.view == "live")
    assert live.facts.network.public_access is True
    assert opened.counts == {"endpoint": 2}


def test_a_scan_of_the_saved_inventory_is_the_same_scan(tmp_path: Path) -> None:
    opened = snapshot.open_snapshot(save(tmp_path / "a.zsnap"))
    again = rich_scan()
    again.assets = list(opened)
    again.run, again.gaps = opened.about.run, opened.about.gaps
    assert encode(again) == encode(SCAN)


def test_types_are_read_one_by_one(tmp_path: Path) -> None:
    assets = [asset("m", type="model"), asset("e"), asset("m2", type="model")]
    opened = snapshot.open_snapshot(save(tmp_path / "a.zsnap", assets))
    assert [one.id for one in opened.assets("model")] == ["m", "m2"]
    assert list(opened.assets("agent")) == []
    assert [one.id for one in opened] == ["e", "m", "m2"]


def test_the_same_inventory_gives_the_same_bytes_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = save(tmp_path / "a.zsnap"), save(tmp_path / "b.zsnap")
    assert first.read_bytes() == second.read_bytes()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    save(first)  # over an old one
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zsnap", "b.zsnap"]


def test_an_empty_inventory_is_a_snapshot_too(tmp_path: Path) -> None:
    path = save(tmp_path / "a.zsnap", [])
    assert snapshot.is_snapshot(path)
    assert list(snapshot.open_snapshot(path)) == []


def test_bytes_do_not_depend_on_the_order_of_sets(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from tests.test_snapshot import save; import hashlib, sys;"
        "print(hashlib.sha256(save(Path(sys.argv[1])).read_bytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / f"{seed}.zsnap")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[1],
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1


def test_a_failure_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = save(tmp_path / "a.zsnap")
    before = path.read_bytes()

    def broken() -> Iterator[Asset]:
        yield asset("a")
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        save(path, broken())
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["a.zsnap"]


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        save(tmp_path / "none" / "a.zsnap")


def rewritten(path: Path, change: dict[str, bytes | None]) -> Path:
    """The snapshot with members replaced (None: dropped), manifest untouched unless it is named."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members = {name: data for name, data in (members | change).items() if data is not None}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"about.json": b"{}"}, "about.json is damaged or was altered"),
        ({"assets/endpoint.jsonl.zst": b""}, "endpoint.jsonl.zst is damaged"),
        ({"assets/endpoint.jsonl.zst": None}, "members are not those"),
        ({"assets/model.jsonl.zst": b"x"}, "members are not those"),
        ({"manifest.json": b"{}"}, "not a snapshot"),
        ({"manifest.json": None}, "not a snapshot"),
        ({"manifest.json": b'{"schema":"zscan.snapshot/v9","tool":"x","derive_version":"1","members":[]}'}, "another version"),
    ],
)
def test_an_altered_snapshot_is_refused_before_anything_is_believed(tmp_path: Path, change: dict[str, bytes | None], words: str) -> None:
    path = rewritten(save(tmp_path / "a.zsnap"), change)
    with pytest.raises(UsageError) as caught:
        snapshot.open_snapshot(path)
    assert words in caught.value.message
    assert str(path) in caught.value.message


def test_an_alteration_of_the_same_length_is_noticed(tmp_path: Path) -> None:
    path = save(tmp_path / "a.zsnap")
    with zipfile.ZipFile(path) as archive:
        about = archive.read("about.json")
    altered = about.replace(b"arn:me", b"arn:us")
    assert altered != about
    with pytest.raises(UsageError, match=r"about\.json is damaged or was altered"):
        snapshot.open_snapshot(rewritten(path, {"about.json": altered}))


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    path = save(tmp_path / "a.zsnap")
    data = path.read_bytes()
    wanted = encoded(snapshot.open_snapshot(path))
    for place in range(0, len(data), 7):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
        try:
            found = snapshot.open_snapshot(path)
            assert encoded(found) == wanted
            assert found.about == ABOUT
        except UsageError:
            pass


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip"])
def test_what_is_no_snapshot_is_told_apart(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zsnap"
    path.write_bytes(data)
    assert not snapshot.is_snapshot(path)
    with pytest.raises(UsageError):
        snapshot.open_snapshot(path)
    assert not snapshot.is_snapshot(tmp_path)
    with pytest.raises(UsageError, match="No such file"):
        snapshot.open_snapshot(tmp_path / "missing")
