from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import msgspec
import pytest

from tests.report.fixtures import (
    ASSETS,
    ENDPOINT,
    FINDINGS,
    LOGGING,
    NO_FILE_FORM_GAP,
    RUN,
    TF_NOTEBOOK,
    asset,
    big_scan,
    empty_scan,
    finding,
    sample_scan,
)
from zscan.model.finding import Status
from zscan.model.gap import gap
from zscan.model.scan import Scan, Target
from zscan.model.unknown import ReasonCode
from zscan.report import claims
from zscan.report.terminal import BOUNDARY, text
from zscan.report.terminal_lines import Lines, Styled, bold, columns, counted

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def shown(scan: Scan, *, verbose: bool = False, width: int = 80) -> str:
    return text(scan, colour=False, verbose=verbose, width=width)


def flat(scan: Scan, *, verbose: bool = False) -> str:
    """The text without its line breaks."""
    return " ".join(shown(scan, verbose=verbose).split())


def section(scan: Scan, title: str) -> str:
    """One section without its line breaks; "" when it is not there."""
    found = re.search(rf"^{title}\b.*?(?=\n\n\S|\Z)", shown(scan), re.MULTILINE | re.DOTALL)
    return " ".join(found[0].split()) if found else ""


def declared_only(*findings: Any, **more: Any) -> Scan:
    """A scan of files that was complete."""
    run = msgspec.structs.replace(RUN, targets=(Target("path", "./infra", documents=3),), complete=True, narrowed=())
    assets = tuple(known for known in ASSETS if known.view == "declared")
    return sample_scan(**({"run": run, "assets": assets, "findings": findings, "gaps": (), "not_assessed": (), "waivers": ()} | more))


def test_the_order_of_the_sections() -> None:
    titles = re.findall(r"^([A-Z][a-z]+(?: [a-z]+)*)(?:  .*)?$", shown(sample_scan(), verbose=True), re.MULTILINE)
    expected = [
        "Looked at",
        "Verdicts",
        "Fix first",
        "Since the baseline",
        "Who can use it",
        "Could not be seen",
        "Frameworks",
        "Failures",
        "Without a verdict",
    ]
    assert [title for title in titles if title in {*expected, "Next"}] == [*expected, "Next"]


def test_what_was_looked_at() -> None:
    looked = section(sample_scan(), "Looked at")
    assert "aws 111122223333 214 documents in 2 scopes, incomplete" in looked
    assert "./infra 31 documents" in looked
    assert "13 assets, 10 live and 3 declared in files" in looked
    assert "3 endpoints, 2 notebooks, 1 agent" in looked
    assert "1 model logging setting" in looked
    assert "leans on 1 data store, 1 identity, 1 key" in looked
    assert "regions: eu-central-1, eu-west-1" in looked
    assert "118 ignored by .gitignore, 42 no AI or infrastructure content" in looked
    assert "W-2026-009 covers nothing that fails" in looked
    assert "posture-reader/ci" in looked


def test_counts_have_their_denominator() -> None:
    verdicts = section(sample_scan(), "Verdicts")
    assert "15 pass / 14 fail / 4 unknown / 1 waived of 33 checks that apply" in verdicts
    assert "29 of 33 checks that apply (88%) reached a verdict" in verdicts
    assert "1 failure with an expired waiver" in verdicts


def test_each_severity_adds_up() -> None:
    rows = re.findall(r"^  (CRITICAL|HIGH|medium|low) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)$", shown(sample_scan()), re.MULTILINE)
    assert [row[0] for row in rows] == ["CRITICAL", "HIGH", "medium", "low"]
    assert all(sum(map(int, row[1:5])) == int(row[5]) for row in rows)
    assert sum(int(row[1]) for row in rows) == sum(known.counts_as_failure for known in FINDINGS)


def test_fixes_name_rule_place_and_what_they_close() -> None:
    fixes = section(sample_scan(), "Fix first")
    assert "8 changes would close 10 of 13 open failures" in fixes
    assert "ZS-NET-01 Inference endpoints are not reachable from the public internet closes 2" in fixes
    assert ENDPOINT in fixes
    assert "ZS-SEC-01 No credential stands in the environment of an AI workload closes 1 k8s/mcp.yaml:27" in fixes
    assert "ZS-IDN-02 AI workloads run as their own identity closes 2 arn:aws:iam::111122223333:role/ml-admin" in fixes


def test_many_places_are_counted() -> None:
    fixes = section(big_scan(2000), "Fix first")
    closed, more = (int(n) for n in re.findall(r"closes (\d+) .*? and (\d+) more", fixes)[0])
    assert closed == more + 3


def test_one_change_that_closes_all() -> None:
    assert "1 change would close every open failure" in section(declared_only(finding("ZS-NET-02", TF_NOTEBOOK, Status.FAIL)), "Fix first")


def test_without_failures_there_is_nothing_to_fix() -> None:
    scan = declared_only(finding("ZS-NET-02", TF_NOTEBOOK, Status.PASS))
    assert section(scan, "Fix first") == ""
    assert claims.NOTHING_FOUND in flat(scan)
    assert "zscan explain" not in flat(scan)


def test_nothing_decided_is_not_called_clean() -> None:
    scan = declared_only(finding("ZS-NET-02", TF_NOTEBOOK, Status.UNKNOWN))
    assert claims.NOTHING_EVALUATED in flat(scan)
    assert claims.NOTHING_FOUND not in flat(scan)


def test_changes_since_the_baseline() -> None:
    changes = section(sample_scan(), "Since the baseline")
    assert "2 new, 1 failing again, 1 fixed, 1 unchanged, 1 not verified again" in changes
    assert f"ZS-NET-01 failing again {ENDPOINT}" in changes
    assert "ZS-NET-02 new infra/main.tf:44" in changes
    assert "not verified again since 2026-11-20T08:15:30Z k8s/mcp.yaml:19" in changes
    assert section(big_scan(100), "Since the baseline") == ""


def test_gaps_name_the_permission() -> None:
    unseen = section(sample_scan(), "Could not be seen")
    assert "access denied: sagemaker:DescribeModel leaves 2 of 4 unknown checks (50%) open" in unseen
    assert "in aws/111122223333/eu-west-1 grant sagemaker:DescribeModel and scan again" in unseen
    assert "could not be parsed: read terraform in infra/broken.tf unclosed block at line 7" in unseen
    assert "1 exists only in the live system; 1 the value is not in the input" in unseen
    assert "3 of 20 rules (15%) could not be tried everywhere" in unseen


def test_notes_do_not_make_a_scan_incomplete() -> None:
    unseen = section(declared_only(gaps=(NO_FILE_FORM_GAP,)), "Could not be seen")
    assert "nothing that makes the scan incomplete" in unseen
    assert section(declared_only(), "Could not be seen") == ""


def test_one_cause_in_many_places_is_one_gap() -> None:
    many = tuple(gap(scope=f"aws/1/r{i}", call="c:List", reason=ReasonCode.DENIED, permission="c:List") for i in range(9))
    unseen = section(sample_scan(gaps=many), "Could not be seen")
    assert unseen.count("access denied") == 1
    assert "aws/1/r0, aws/1/r1, aws/1/r2, aws/1/r3 and 5 more" in unseen


def test_every_missing_permission_is_named() -> None:
    many = tuple(gap(scope="aws/1", call=f"c:List{i}", reason=ReasonCode.DENIED, permission=f"c:List{i}") for i in range(40))
    unseen = section(sample_scan(gaps=many), "Could not be seen")
    assert all(one.permission in unseen for one in many)
    assert unseen.count("and scan again") == 6
    assert "34 more: access denied: c:List" in unseen


def test_controls_per_framework() -> None:
    frameworks = section(sample_scan(), "Frameworks")
    assert "evidence for, not conformity with" in frameworks
    assert "1 not satisfied, 1 partially satisfied, 1 not assessed, 1 not applicable of 4 controls" in frameworks
    assert "NIST SP 800-207 Zero Trust Architecture 2020-08 1 partially satisfied, 1 satisfied, 1 not assessed of 3 controls" in frameworks


def test_the_boundary_and_the_next_steps_end_it() -> None:
    end = flat(sample_scan())[-400:]
    assert BOUNDARY in end
    assert "zscan explain ZS-NET-01" in end
    assert "-o html=report.html" in end


def test_two_clocks_are_told_apart() -> None:
    assert "evaluated as of 2026-11-24T00:00:00Z, collected 2026-11-20T08:14:05Z to 2026-11-20T08:16:31Z" in flat(sample_scan())
    assert "evaluated as of" not in flat(empty_scan())


# ---- no AI


def settings(in_use: bool | None) -> Scan:
    setting = asset(LOGGING, "model_logging", "setting", "AWS::Bedrock::ModelInvocationLogging", facts={"scope": {"ai_in_use": in_use}})
    return declared_only(assets=(setting,))


def test_no_ai_is_said_when_all_was_read() -> None:
    assert claims.NO_AI in flat(empty_scan())
    assert claims.NO_AI in flat(settings(in_use=False))


@pytest.mark.parametrize(
    "scan",
    [
        sample_scan(),
        declared_only(),
        settings(in_use=True),
        settings(in_use=None),
        sample_scan(assets=(), findings=()),
        declared_only(assets=(), gaps=(gap(scope="x.yaml", call="read", reason=ReasonCode.UNPARSABLE),)),
    ],
    ids=["sample", "AI in files", "AI in use", "use unknown", "incomplete", "gap"],
)
def test_no_ai_is_not_said_otherwise(scan: Scan) -> None:
    assert claims.NO_AI not in flat(scan)


# ---- the long form


def test_the_long_form_has_every_failure_with_evidence_and_place() -> None:
    long = flat(sample_scan(), verbose=True)
    for known in FINDINGS:
        assert (known.id in long) == (known.status in (Status.FAIL, Status.UNKNOWN))
    assert "infra/main.tf:44 infra#aws_sagemaker_notebook_instance.lab lab reaches the internet directly" in long
    assert "network.direct_internet is true, expected network.direct_internet == false infra/main.tf:44" in long
    assert "sagemaker:DescribeNotebookInstance /DirectInternetAccess" in long
    assert "missing: var.kms_key_id has no default" in long
    assert "waiver W-2026-002 expired 2026-10-31" in long
    assert "risk accepted until 2027-03-31 (W-2026-014) owner ml-platform@example.com, approved by ciso@example.com" in long
    assert "runs_as arn:aws:iam::111122223333:role/ml-admin" in long


def test_the_short_form_says_how_to_see_more() -> None:
    assert "-v every failure with its evidence" in flat(sample_scan())
    assert "-v every failure" not in flat(sample_scan(), verbose=True)


# ---- form


def test_colour_changes_nothing_but_colour() -> None:
    for verbose in (False, True):
        coloured = text(sample_scan(), colour=True, verbose=verbose, width=80)
        assert "\x1b[1;31mCRITICAL\x1b[0m" in coloured
        assert ESCAPE.sub("", coloured) == shown(sample_scan(), verbose=verbose)


def test_what_was_scanned_reaches_no_terminal_as_control() -> None:
    for scan in (sample_scan(), big_scan(100)):
        plain = shown(scan, verbose=True)
        assert all(char.isprintable() or char == "\n" for char in plain)
        coloured = text(scan, colour=True, verbose=True, width=80)
        assert all(char.isprintable() or char == "\n" for char in ESCAPE.sub("", coloured))
    assert "‹U+001B›[31mred" in flat(sample_scan(), verbose=True)


def test_lines_keep_to_the_width_and_ids_stay_whole() -> None:
    for width in (60, 80, 120):
        long = shown(sample_scan(), verbose=True, width=width)
        # a label and one word that is too long for what it leaves
        assert all(columns(line) <= width or max(map(columns, line.split())) > width - 15 for line in long.splitlines())
        assert all(known.asset_id in long for known in FINDINGS if known.counts_as_failure)


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert text(sample_scan(), colour=False, verbose=False) == shown(sample_scan(), width=100)
    monkeypatch.setenv("COLUMNS", "7")
    assert text(sample_scan(), colour=False, verbose=False) == shown(sample_scan(), width=60)


def test_our_own_words_need_no_unicode() -> None:
    run = msgspec.structs.replace(RUN, narrowed=())
    scan = sample_scan(findings=[known for known in FINDINGS if known.message.isascii() and "‹" not in str(known.evidence)], run=run)
    scan.findings = [known for known in scan.findings if known.asset_id != ASSETS[3].id]
    assert shown(scan, verbose=True).isascii()


def test_many_targets_are_counted() -> None:
    targets = tuple(Target("aws", f"aws/{i}", complete=i % 2 == 0) for i in range(20))
    assert "and 12 more, 6 of them incomplete" in flat(sample_scan(run=msgspec.structs.replace(RUN, targets=targets)))


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, zscan.report.terminal, zscan.report.sarif; print(sorted({'rich', 'jinja2', 'typer'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


# ---- lines


def test_words_wrap_and_styles_stay_with_their_words() -> None:
    out = Lines(16, colour=True)
    out.add("alpha ", bold("beta gamma"), ", delta", indent=2, hang=4)
    assert str(out) == "  alpha \x1b[1mbeta\x1b[0m\n    \x1b[1mgamma\x1b[0m, delta\n"


def test_a_long_word_has_a_line_of_its_own() -> None:
    out = Lines(10, colour=False)
    out.add("a ", "x" * 30, " b")
    assert str(out) == f"a\n{'x' * 30}\nb\n"


def test_wide_and_combining_characters_are_measured() -> None:
    assert columns("大e\u0301") == 3
    out = Lines(40, colour=False)
    out.cells(("大", 6), ("x", -3), indent=0)
    assert str(out) == "大      x\n"


def test_a_row_has_its_lead_beside_it() -> None:
    out = Lines(24, colour=False)
    out.row(Styled("gap", "unknown"), 8, "one two three four")
    assert str(out) == "  gap     one two three\n          four\n"


def test_runs_of_spaces_do_not_push_text_away() -> None:
    out = Lines(80, colour=False)
    out.add("a" + " " * 500 + "b")
    assert str(out) == "a  b\n"


def test_blank_lines_do_not_add_up() -> None:
    out = Lines(80, colour=False)
    out.blank()
    out.add("a")
    out.blank()
    out.heading("b")
    assert str(out) == "a\n\nb\n"


@pytest.mark.parametrize(("number", "words"), [(0, "0 checks"), (1, "1 check"), (2000, "2,000 checks")])
def test_counting(number: int, words: str) -> None:
    assert counted(number, "check") == words
