"""What every output format owes, whichever module it comes from. A new format is covered by being registered."""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
import pytest
from markdown_it import MarkdownIt

from tests.report.fixtures import ASSETS, ENDPOINT, FINDINGS, RUN, asset, empty_scan, fact, finding, sample_scan
from zscan import scanfile
from zscan.collect.redact import redact_text
from zscan.model.finding import Status
from zscan.model.gap import gap
from zscan.model.scan import Scan, Target
from zscan.model.unknown import ReasonCode
from zscan.report import formats
from zscan.report.terminal import text

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
FORBIDDEN = re.compile(r"\b(compliant|certified|secure|guaranteed|risk[- ]free)\b|\b100 ?%", re.IGNORECASE)
ATTACKS = (
    '"><script>alert(1)</script>',
    "\x1b[31mred\x1b[0m",
    "=cmd()",
    "\u202egnp.exe",
    "\x00\r\n",
    "]]>--><![CDATA[",
    "| ` [x](javascript:alert(1)) {0}",
)

Render = Callable[[Scan], bytes]

# The terminal is no `-o` format, but it owes the same.
TERMINAL: dict[str, Render] = {
    "terminal": lambda scan: text(scan, colour=False, verbose=True, width=80).encode(),
    "terminal-colour": lambda scan: text(scan, colour=True, verbose=False, width=80).encode(),
}
RENDERS: dict[str, Render] = {name: known.render for name, known in formats().items()} | TERMINAL
every_format = pytest.mark.parametrize("name", sorted(RENDERS))
every_registered = pytest.mark.parametrize("name", sorted(formats()))


@cache
def sample(name: str) -> bytes:
    return RENDERS[name](sample_scan())


# ---- registration


def test_the_formats_that_the_command_line_promises_are_there() -> None:
    assert {"html", "json", "sarif"} <= set(formats())


@every_registered
def test_a_format_written_as_it_is_made_gives_the_same_bytes(name: str) -> None:
    assert b"".join(formats()[name].pieces(sample_scan())) == formats()[name].render(sample_scan())


@every_registered
def test_a_format_says_what_it_is(name: str) -> None:
    known = formats()[name]
    module = importlib.import_module(known.render.__module__)
    assert re.fullmatch(r"[a-z][a-z0-9-]*", name)
    assert re.fullmatch(r"[a-z][a-z0-9.]*", known.extension)
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", known.media_type)
    assert known.description.rstrip().endswith(".")
    assert not FORBIDDEN.search(known.description)
    assert (module.__doc__ or "").strip()


@every_registered
def test_the_module_of_a_format_is_documented(name: str) -> None:
    declaring = [module for module in _report_modules() if getattr(module, "FORMAT", None) is formats()[name]]
    (module,) = declaring
    assert module.__name__.rpartition(".")[2].replace("_", "-") == name
    assert (module.__doc__ or "").strip()


def _report_modules() -> list[Any]:
    names = sorted(path.stem for path in (ROOT / "zscan" / "report").glob("*.py") if path.stem != "__init__")
    return [importlib.import_module(f"zscan.report.{name}") for name in names]


# ---- determinism


class Stream(Generic[T]):
    """What a scan may hold instead of a list: something that can be iterated again and again, and nothing else."""

    def __init__(self, items: tuple[T, ...]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)


@every_format
def test_the_same_scan_gives_the_same_bytes(name: str) -> None:
    assert RENDERS[name](sample_scan()) == sample(name)


@every_format
def test_a_saved_scan_gives_the_same_bytes(name: str) -> None:
    for scan in (sample_scan(), empty_scan()):
        saved = scanfile.decode(scanfile.encode(scan))
        assert RENDERS[name](saved) == RENDERS[name](scan)


@every_format
def test_assets_and_findings_need_not_be_lists(name: str) -> None:
    scan = sample_scan()
    scan.assets, scan.findings = Stream(ASSETS), Stream(FINDINGS)
    assert RENDERS[name](scan) == sample(name)


@every_format
def test_rendering_changes_nothing(name: str) -> None:
    scan = sample_scan()
    before = scanfile.encode(scan)
    RENDERS[name](scan)
    assert scanfile.encode(scan) == before


_DIGESTS = """
import hashlib, json
from tests.contract.test_formats import RENDERS
from tests.report.fixtures import sample_scan
print(json.dumps({name: hashlib.sha256(render(sample_scan())).hexdigest() for name, render in RENDERS.items()}))
"""


def test_neither_hash_seed_nor_folder_nor_clock_nor_language_matters(tmp_path: Path) -> None:
    here = {name: hashlib.sha256(sample(name)).hexdigest() for name in RENDERS}
    strange = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", _DIGESTS], cwd=tmp_path, env=os.environ | strange, capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == here


def test_listing_the_formats_imports_nothing_heavy() -> None:
    code = "import sys; from zscan.report import formats; formats(); print(sorted({'jinja2', 'rich', 'boto3', 'typer'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# ---- scans with little in them


def nothing_but_gaps() -> Scan:
    """No target could be read."""
    dark = gap(scope="aws", call="sign in", reason=ReasonCode.DENIED, affects=("*",))
    run = msgspec.structs.replace(RUN, targets=(Target("aws", "aws", complete=False),), complete=False)
    return sample_scan(run=run, rules=(), assets=(), findings=(), gaps=(dark,), not_assessed=(), frameworks=(), waivers=())


@every_format
@pytest.mark.parametrize("scan", [empty_scan(), nothing_but_gaps()], ids=["empty", "gaps"])
def test_a_scan_with_little_in_it_renders(name: str, scan: Scan) -> None:
    data = RENDERS[name](scan)
    assert data.strip()
    assert data.decode("utf-8")
    assert not FORBIDDEN.search(_words(name, data))


# ---- words


def _words(name: str, data: bytes) -> str:
    """What people read of a report."""
    shown = data.decode("utf-8")
    if _extension(name) == "html":
        return re.sub(r"<style\b.*?</style>|<script\b.*?</script>|<[^>]*>", " ", shown, flags=re.DOTALL)
    return shown


def _extension(name: str) -> str:
    return formats()[name].extension if name in formats() else "txt"


@every_format
def test_no_word_claims_more_than_was_examined(name: str) -> None:
    assert [match[0] for match in FORBIDDEN.finditer(_words(name, sample(name)))] == []


@every_format
def test_no_secret_and_no_place_of_this_machine_is_in_it(name: str) -> None:
    shown = _words(name, sample(name))
    assert redact_text(shown) == shown
    assert not [place for place in (str(ROOT), str(Path.home()), os.sep + "tmp" + os.sep) if place != os.sep and place in shown]


def test_the_secret_test_can_fail() -> None:
    leaked = "an answer held " + "AKIA" + "ABCDEFGHIJKLMNOP"
    assert redact_text(leaked) != leaked


# ---- hostile names


def hostile_scan() -> Scan:
    """Every attack as name, tag, message, value, element key, file name, scope, owner and target."""
    assets = []
    findings = []
    for i, attack in enumerate(ATTACKS):
        asset_id = f"{ENDPOINT}-{i}-{attack}"
        assets.append(asset(asset_id, "endpoint", attack, "AWS::SageMaker::Endpoint", tags={attack: attack}, account=attack, region=attack))
        findings.append(
            finding(
                "ZS-NET-01",
                asset_id,
                (Status.FAIL, Status.UNKNOWN)[i % 2],
                attack,
                key=attack,
                owner=attack,
                evidence=fact(asset_id, "network.public_access", attack, attack),
                reasons=(attack,),
            )
        )
    gaps = tuple(
        gap(scope=attack, call=attack, reason=ReasonCode.DENIED, detail=attack, permission=attack, affects=(attack,)) for attack in ATTACKS
    )
    targets = (*RUN.targets, *(Target("path", attack, (attack,)) for attack in ATTACKS))
    run = msgspec.structs.replace(RUN, targets=targets, narrowed=ATTACKS, skipped_files=dict.fromkeys(ATTACKS, 1))
    return sample_scan(assets=(*ASSETS, *assets), findings=(*FINDINGS, *findings), gaps=gaps, run=run)


class Elements(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _inert_html(shown: str) -> None:
    harmless = Elements(formats()["html"].render(empty_scan()).decode()).found
    scripts = [tag for tag, _ in Elements(shown).found if tag == "script"]
    assert len(scripts) == len([tag for tag, _ in harmless if tag == "script"])
    for _, attributes in Elements(shown).found:
        assert not [key for key in attributes if key.startswith("on")]
        assert not (attributes.get("href") or "").lower().startswith("javascript:")


def _inert_json(shown: str) -> None:
    """Data for programs: strings may hold anything, escaped as JSON escapes it."""
    json.loads(shown)


def _inert_lines(shown: str) -> None:
    for line in shown.splitlines():
        json.loads(line)


def _inert_sarif(shown: str) -> None:
    """Messages are shown by code scanning, which makes links of brackets and fills placeholders."""
    for message in _texts(json.loads(shown)):
        assert not re.search(r"\]\((?!https://)|\{\d", message)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (item for key, item in value.items() if key == "text" and isinstance(item, str))
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)


def _inert_csv(shown: str) -> None:
    for row in csv.reader(io.StringIO(shown)):
        assert not [cell for cell in row if cell.lstrip(" ")[:1] in set("=+-@\t\r") and cell.strip()]


def _inert_markdown(shown: str) -> None:
    page = MarkdownIt("commonmark").enable("table").render(shown)
    tags = {tag for tag, _ in Elements(page).found}
    assert not tags & {"script", "img", "iframe"}
    assert not [attributes for _, attributes in Elements(page).found if (attributes.get("href") or "").startswith("javascript:")]


def _inert_xml(shown: str) -> None:
    assert not [element for element in ET.fromstring(shown).iter() if element.tag == "script"]  # noqa: S314 (our own output)


def _inert_terminal(shown: str) -> None:
    colours = re.sub(r"\x1b\[(?:0|[1-9][0-9;]*)m", "", shown)
    assert "\x1b" not in colours
    assert "‹U+001B›[31mred" in shown


INERT: dict[str, Callable[[str], None]] = {
    "csv": _inert_csv,
    "html": _inert_html,
    "json": _inert_json,
    "jsonl": _inert_lines,
    "md": _inert_markdown,
    "ndjson": _inert_lines,
    "sarif": _inert_sarif,
    "txt": _inert_terminal,
    "xml": _inert_xml,
}


@every_format
def test_hostile_names_are_inert(name: str) -> None:
    shown = RENDERS[name](hostile_scan()).decode("utf-8")
    extension = _extension(name).rpartition(".")[2]
    assert extension in INERT, f"say in INERT what it means for hostile text to be inert in .{extension}"
    INERT[extension](shown)


@every_format
def test_no_control_character_reaches_a_file(name: str) -> None:
    shown = RENDERS[name](hostile_scan()).decode("utf-8")
    if name == "terminal-colour":
        shown = re.sub(r"\x1b\[(?:0|[1-9][0-9;]*)m", "", shown)
    allowed = {"\n", "\r"} if _extension(name) == "csv" else {"\n"}
    assert {char for char in shown if ord(char) < 0x20 or ord(char) == 0x7F} <= allowed


@every_format
def test_what_people_read_is_not_reordered(name: str) -> None:
    """The scan document keeps names as they are: it is data. Whatever is made to be read shows the override as its code point."""
    if name == "json":
        assert "\u202e" in RENDERS[name](hostile_scan()).decode()
        return
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", RENDERS[name](hostile_scan()).decode())


@every_format
def test_hostile_scans_too_give_the_same_bytes_again(name: str) -> None:
    saved = scanfile.decode(scanfile.encode(hostile_scan()))
    assert RENDERS[name](saved) == RENDERS[name](hostile_scan())
