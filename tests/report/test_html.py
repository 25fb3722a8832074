from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from tests.report.fixtures import (
    ASSETS,
    FINDINGS,
    FRAMEWORKS,
    HOSTILE_NAME,
    RUN,
    big_scan,
    empty_scan,
    finding,
    rule,
    sample_scan,
)
from zscan.bundled import templates_dir
from zscan.model.finding import Status
from zscan.model.rule import Severity, Verify
from zscan.model.scan import Scan
from zscan.report import claims, page
from zscan.report.html import render

FORBIDDEN = re.compile(r"\b(compliant|certified|secure|guaranteed|risk[- ]free)\b|\b100 ?%", re.IGNORECASE)
VOID = frozenset({"meta", "br", "input", "rect", "link", "img", "hr"})
ROOT = Path(__file__).parents[2]
SECTIONS = ("claim", "summary", "limits", "inventory", "access", "fw-1", "fw-2", "rules", "accepted", "method", "glossary")


class Tree(HTMLParser):
    """What a test asks of a document: elements in order, balanced tags, text outside style and script."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: dict[str, list[str]] = {"style": [], "script": []}
        self.open: list[str] = []
        self.words: list[str] = []
        self.problems: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.inline:
            self.inline[self.open[-1]].append(data)
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


@cache
def sample() -> Tree:
    return tree(sample_scan())


def tree(scan: Scan) -> Tree:
    return Tree(render(scan).decode())


@pytest.mark.parametrize("scan", [sample_scan(), empty_scan(), big_scan(500)], ids=["sample", "empty", "big"])
def test_tags_balance_and_ids_are_unique(scan: Scan) -> None:
    document = tree(scan)
    assert document.problems == []
    assert document.open == []
    assert len(document.ids) == len(set(document.ids))


def test_every_link_inside_the_page_has_a_target() -> None:
    for document in (sample(), tree(empty_scan())):
        targets = {attrs["href"][1:] for attrs in document.all("a") if attrs.get("href", "").startswith("#")}
        assert targets <= set(document.ids)


def test_the_order_of_the_chapters() -> None:
    sections = [attrs["id"] for attrs in sample().all("section")]
    assert sections == list(SECTIONS)


def test_the_policy_names_the_one_style_and_the_one_script_by_hash() -> None:
    (policy,) = (attrs["content"] for attrs in sample().all("meta") if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    for kind in ("style", "script"):
        (body,) = sample().inline[kind]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_nothing_is_requested() -> None:
    loading = {"link", "img", "iframe", "object", "embed", "audio", "video", "source", "base"}
    assert not loading & {tag for tag, _ in sample().elements}
    for _, attrs in sample().elements:
        assert not {"src", "srcset", "action", "formaction", "background", "poster", "style"} & attrs.keys()
        assert not any(name.startswith("on") for name in attrs)
    assert not re.search(r"@import|url\((?!#)", sample().inline["style"][0])
    assert not re.search(
        r"\b(fetch|XMLHttpRequest|import|eval|innerHTML|insertAdjacentHTML|document\.write)\b", sample().inline["script"][0]
    )


def test_links_that_leave_the_page_go_to_the_web_and_tell_nothing() -> None:
    hostile = rule(
        "ZS-NET-01",
        "t",
        ("endpoint",),
        Severity.LOW,
        references=("javascript:alert(1)", "data:text/html,x", "https://example.com/a?b=1&c=2"),
    )
    document = tree(sample_scan(rules=(hostile,)))
    leaving = [attrs for attrs in document.all("a") if not attrs["href"].startswith("#")]
    assert [(attrs["href"], attrs["rel"]) for attrs in leaving] == [("https://example.com/a?b=1&c=2", "noreferrer")]


def test_hostile_names_are_inert_and_visible() -> None:
    raw = render(sample_scan()).decode()
    assert "<script>alert" not in raw
    assert "<img" not in raw
    assert not set(raw) & {"\x1b", "\x00", "\u202e", "\u2066", "\u2069", "\r"}
    assert '"><script>alert(1)</script>\u2039U+001B\u203a[31mred' in sample().text
    assert len(sample().all("script")) == 1


@pytest.mark.parametrize("field", ["id", "name", "native_type", "account", "region", "provider"])
def test_every_field_of_an_asset_may_be_hostile(field: str) -> None:
    changed = msgspec.structs.replace(ASSETS[0], **{field: HOSTILE_NAME})
    assert len(tree(sample_scan(assets=(changed, *ASSETS[1:]))).all("script")) == 1


@pytest.mark.parametrize("field", ["message", "key", "owner", "first_seen", "id", "reasons"])
def test_every_field_of_a_finding_may_be_hostile(field: str) -> None:
    value = (HOSTILE_NAME,) if field == "reasons" else HOSTILE_NAME
    changed = msgspec.structs.replace(FINDINGS[0], **{field: value})
    document = tree(sample_scan(findings=(changed, *FINDINGS[1:])))
    assert len(document.all("script")) == 1
    assert document.problems == []


def test_lone_surrogates_do_not_stop_the_report() -> None:
    changed = msgspec.structs.replace(ASSETS[0], name="a\ud800b", id="arn:\udfff")
    assert "a\u2039U+D800\u203ab" in tree(sample_scan(assets=(changed,))).text


def test_the_same_scan_gives_the_same_bytes() -> None:
    assert render(sample_scan()) == render(sample_scan())
    assert render(sample_scan(findings=FINDINGS[::-1], assets=ASSETS[::-1])) == render(sample_scan())


def test_another_process_gives_the_same_bytes() -> None:
    program = (
        "import hashlib; from tests.report.fixtures import sample_scan; from zscan.report.html import render; "
        "print(hashlib.sha256(render(sample_scan())).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
        for seed in "12"
    }
    assert digests == {hashlib.sha256(render(sample_scan())).hexdigest() + "\n"}


def test_the_first_page_bounds_the_claim() -> None:
    before_summary = sample().text.split("13 open failures")[0]
    for title, text in claims.BOUNDARY:
        assert title in before_summary
        assert text in before_summary
    assert "evaluated as of 2026-11-24T00:00:00Z, collected 2026-11-20T08:14:05Z to 2026-11-20T08:16:31Z" in before_summary
    assert "Narrowed run: regions: eu-central-1, eu-west-1" in before_summary
    assert "missing from 1 of 2 targets (50%): aws 111122223333 ." in before_summary


def test_a_complete_run_warns_of_nothing() -> None:
    text = tree(empty_scan()).text
    for words in ("Two clocks:", "Narrowed run:", "Incomplete:"):
        assert words not in text
    assert claims.NO_AI in text
    incomplete = msgspec.structs.replace(RUN, complete=False)
    blind = tree(sample_scan(run=incomplete, assets=(), findings=(), frameworks=())).text
    assert claims.NO_AI not in blind
    assert claims.NOTHING_EVALUATED in blind
    assert "No AI asset was found in what was read." in text


def test_a_scan_without_failures_says_that_in_the_bounded_form() -> None:
    passes = tuple(known for known in FINDINGS if known.status is Status.PASS)
    assert claims.NOTHING_FOUND in tree(sample_scan(findings=passes)).text


def test_no_word_promises_more_than_the_evidence() -> None:
    passes = tuple(known for known in FINDINGS if known.status is Status.PASS)
    for scan in (sample_scan(), empty_scan(), sample_scan(findings=passes)):
        assert not FORBIDDEN.search(tree(scan).text)


def test_a_percentage_never_stands_without_its_denominator() -> None:
    text = sample().text
    for match in re.finditer(r"\d+%", text):
        assert re.search(r"\d of \d[\d,]*[\w ]*\($", text[: match.start()]), text[match.start() - 40 : match.end()]


def test_everything_is_readable_without_the_script() -> None:
    text = sample().text
    for known in FINDINGS:
        if known.status in (Status.FAIL, Status.UNKNOWN):
            assert known.id in text
    for words in (
        "sagemaker:DescribeModel",  # the missing permission
        "infra/main.tf:44",  # evidence with file and line
        "sagemaker:DescribeNotebookInstance /DirectInternetAccess at 2026-11-20T08:15:30Z",
        "order-desk runs as \u2192 ml-admin grants \u2192 chat-7b",  # the witness path
        "Risk accepted until 2027-03-31",
        "Waiver expired on 2026-10-31: counts as an open failure",
        "approved by ciso@example.com",
        "aws sagemaker describe-endpoint --endpoint-name chat --region eu-west-1",
        "Organisational: needs an interview and documents.",
        "Whether a path from outside leads to a resource is what the tenet asks.",
        "nobody yet",
        "1 pass / 1 fail / 0 unknown / 0 waived of 2",
        "sha256:" + "ab" * 32,
        "assumed-role/posture-reader/ci",
        "118 ignored by .gitignore",
        "W-2026-009",
        "ZS-ENC-03.max_days = 180",
    ):
        assert words in text, words


def test_the_filter_is_hidden_until_the_script_runs() -> None:
    (form,) = sample().all("form")
    assert "hidden" in form


def test_every_control_and_rule_is_there() -> None:
    text = sample().text
    for framework in FRAMEWORKS:
        for control in framework.controls:
            assert f"{control.id} {control.title}" in text
    assert "Endpoints run in more than one zone ZS-RES-01" in text  # a rule without a finding


def test_findings_start_closed() -> None:
    assert all("open" not in attrs for attrs in sample().all("details"))
    assert len([attrs for attrs in sample().all("details") if attrs.get("class") == "rule"]) == 19


def test_a_large_scan_shows_fifty_per_rule_and_says_so() -> None:
    scan = big_scan(page.FULL_UP_TO + 1, n_rules=20)
    document = tree(scan)
    assert document.text.count("Showing 50 of 1,000; the full list is in the JSON.") == 19
    assert len([attrs for _, attrs in document.elements if "data-f" in attrs]) == 20 * page.SHOWN_PER_RULE


def test_a_scan_at_the_limit_shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "FULL_UP_TO", 400)
    document = tree(big_scan(400, n_rules=4))
    assert len([attrs for _, attrs in document.elements if "data-f" in attrs]) == 400


def test_structure_for_assistive_technology() -> None:
    document = sample()
    assert document.all("html") == [{"lang": "en"}]
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in document.elements}
    assert len(document.all("table")) == len(document.all("caption"))
    assert len(document.all("h1")) == 1
    assert all(attrs.get("role") == "img" and attrs["aria-label"] for attrs in document.all("svg") if attrs.get("class") == "bar")
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for _, attrs in document.elements if attrs.get("role") == "region")


def test_charts_say_what_they_draw() -> None:
    labels = [attrs["aria-label"] for attrs in sample().all("svg") if "aria-label" in attrs]
    assert "critical: 4 open failures, 1 unknown, 1 pass of 6" in labels


def test_verify_examples_never_hold_a_hostile_name() -> None:
    checked = rule("ZS-NET-03", "t", ("endpoint",), Severity.LOW, verify=(Verify("aws", "aws describe --name {name}", "x"),))
    only = finding("ZS-NET-03", ASSETS[3].id, Status.FAIL)
    text = tree(sample_scan(rules=(checked,), findings=(only,))).text
    assert "aws describe --name {name}" in text
    assert 'aws describe --name "' not in text
    assert "For the first affected asset" not in text


def test_a_scan_with_no_clock_difference_prints_no_second_clock() -> None:
    run = msgspec.structs.replace(RUN, evaluated_as_of=RUN.finished_at)
    assert "Two clocks:" not in tree(sample_scan(run=run)).text


def _luminance(colour: str) -> float:
    digits = colour * 2 if len(colour) == 3 else colour
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_have_the_contrast_of_wcag_aa_in_light_dark_and_print() -> None:
    style = (templates_dir() / "report" / "report.css").read_text()
    blocks = [dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6})\b", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]
    assert len(blocks) == 3
    for colours in blocks:
        pairs = [(ink, paper) for ink in ("ink", "muted", "link", "fail", "unknown") for paper in ("bg", "surface")]
        pairs += [(kind, f"{kind}-bg") for kind in ("fail", "unknown", "pass", "accepted", "na")]
        pairs += [(ink, f"{kind}-bg") for ink in ("ink", "muted") for kind in ("fail", "unknown", "accepted")]
        for ink, paper in pairs:
            assert _contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
