from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from tests.report.fixtures import (
    AGENT,
    ASSETS,
    DENIED_GAP,
    ENDPOINT,
    EXPIRED_WAIVER,
    FINDINGS,
    FRAMEWORKS,
    HOSTILE,
    ROLE,
    RUN,
    VALID_WAIVER,
    asset,
    big_scan,
    empty_scan,
    finding,
    sample_scan,
)
from zscan.model.finding import Finding, Status
from zscan.model.framework import Group
from zscan.model.rule import Severity, Verify
from zscan.model.scan import Scan
from zscan.report import claims, formats, view
from zscan.report.chapters import CONTROL_ORDER, chapters


class Once:
    """An iterable that is not a list: it can be read again and again, and counts how often."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings, self.reads = findings, 0

    def __iter__(self) -> Iterator[Finding]:
        self.reads += 1
        return iter(self.findings)


def test_counts_add_up_to_all_findings() -> None:
    verdicts = view.verdict_counts(sample_scan())
    assert verdicts.total == len(FINDINGS)
    assert (verdicts.fail, verdicts.passed, verdicts.unknown, verdicts.not_applicable) == (14, 15, 4, 1)
    assert (verdicts.waived, verdicts.expired, verdicts.open) == (1, 1, 13)
    assert verdicts.decided == 29
    assert verdicts.applicable == 33


def test_a_tally_reads_the_findings_once() -> None:
    findings = Once(FINDINGS)
    counts = view.tally(sample_scan(findings=findings))
    assert findings.reads == 1 + 1  # the fixture's own summary, then the tally
    assert sum(v.total for v in counts.by_severity.values()) == counts.verdicts.total
    assert sum(v.total for v in counts.by_rule.values()) == counts.verdicts.total
    assert sum(v.total for v in counts.by_evidence.values()) == counts.verdicts.total


def test_severities_come_worst_first_even_when_empty() -> None:
    assert list(view.by_severity(empty_scan())) == [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW]


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (12, 40, "12 of 40 (30%)"),
        (40, 40, "40 of 40"),
        (0, 40, "0 of 40"),
        (0, 0, "0 of 0"),
        (1, 3000, "1 of 3,000 (1%)"),
        (2999, 3000, "2,999 of 3,000 (99%)"),
    ],
)
def test_a_share_stands_with_its_denominator(part: int, whole: int, text: str) -> None:
    assert view.share(part, whole) == text


def test_a_share_names_what_it_counts() -> None:
    assert view.share(1, 2, "targets") == "1 of 2 targets (50%)"


def test_coverage_says_what_was_not_decided() -> None:
    assert view.coverage_sentence(view.verdict_counts(sample_scan())) == (
        "29 of 33 checks that apply (88%) reached a verdict; 4 could not be decided because evidence is missing."
    )
    assert view.coverage_sentence(view.Verdicts()) == "No check applied to what was found."


def test_clocks_that_differ_by_a_day_are_both_named() -> None:
    assert view.clock_sentence(sample_scan()) == (
        "evaluated as of 2026-11-24T00:00:00Z, collected 2026-11-20T08:14:05Z to 2026-11-20T08:16:31Z"
    )
    close = msgspec.structs.replace(RUN, evaluated_as_of="2026-11-21T08:00:00Z")
    assert view.clock_sentence(sample_scan(run=close)) == ""
    earlier = msgspec.structs.replace(RUN, evaluated_as_of="2026-11-19T08:00:00Z", collected_from="", collected_to="")
    assert view.clock_sentence(sample_scan(run=earlier)).startswith("evaluated as of 2026-11-19")


def test_rules_with_open_failures_come_first_and_worst_first() -> None:
    groups = view.findings_by_rule(sample_scan())
    assert [group.rule.id for group in groups][:4] == ["ZS-NET-01", "ZS-IDN-01", "ZS-SEC-01", "ZS-AGT-01"]
    stages = [0 if g.verdicts.open else 1 if g.verdicts.fail else 2 if g.verdicts.unknown else 3 for g in groups]
    assert stages == sorted(stages)
    assert sum(group.n_shown for group in groups) == len(FINDINGS)


def test_the_order_of_findings_does_not_matter() -> None:
    def snapshot(scan: Scan) -> list[object]:
        return [
            view.findings_by_rule(scan),
            view.top_fixes(scan),
            view.gaps_folded(scan),
            view.not_assessed_grouped(scan),
            view.assets_by_type(scan),
            chapters(scan),
        ]

    backwards = sample_scan(findings=FINDINGS[::-1], assets=ASSETS[::-1])
    assert snapshot(backwards) == snapshot(sample_scan())


def test_a_limit_shows_failures_first_and_still_counts_all() -> None:
    scan = big_scan(5_000, n_rules=2)
    for group in view.findings_by_rule(scan, limit=50):
        assert group.n_shown == 50
        assert len(group.shown[Status.FAIL]) == 50
        assert group.verdicts.total == 2_500
    full = {group.rule.id: group for group in view.findings_by_rule(scan)}
    for group in view.findings_by_rule(scan, limit=50):
        assert group.shown[Status.FAIL] == full[group.rule.id].shown[Status.FAIL][:50]


def test_fixes_name_the_thing_to_change() -> None:
    fixes = {(fix.rule_id, fix.kind, fix.place): fix.closes for fix in view.top_fixes(sample_scan(), limit=100)}
    assert fixes["ZS-NET-01", "type", "AWS::SageMaker::Endpoint in 111122223333"] == 2
    assert fixes["ZS-NET-02", "file", "infra/main.tf"] == 1
    assert fixes["ZS-IDN-02", "asset", ROLE] == 2  # two assets fail because of one role
    assert sum(fixes.values()) == view.verdict_counts(sample_scan()).open


def test_fixes_leave_accepted_risks_alone_and_put_the_worst_first() -> None:
    fixes = view.top_fixes(sample_scan())
    assert [fix.severity.rank for fix in fixes] == sorted((fix.severity.rank for fix in fixes), reverse=True)
    accepted = next(f.id for f in FINDINGS if f.waiver is VALID_WAIVER)
    expired = next(f.id for f in FINDINGS if f.waiver is EXPIRED_WAIVER)
    listed = {finding_id for fix in view.top_fixes(sample_scan(), limit=100) for finding_id in fix.finding_ids}
    assert accepted not in listed
    assert expired in listed


def test_gaps_of_one_cause_fold_and_say_what_they_leave_undecided() -> None:
    twin = msgspec.structs.replace(DENIED_GAP, id="gap-2", scope="aws/111122223333/eu-central-1")
    blocking, *rest = view.gaps_folded(sample_scan(gaps=(twin, *sample_scan().gaps)))
    assert blocking.permission == "sagemaker:DescribeModel"
    assert blocking.scopes == ("aws/111122223333/eu-central-1", "aws/111122223333/eu-west-1")
    assert (blocking.count, blocking.undecided) == (2, 2)
    assert [group.blocking for group in rest] == [True, False, False]


def test_a_finding_with_two_gaps_of_one_cause_is_one_undecided_check() -> None:
    twin = msgspec.structs.replace(DENIED_GAP, id="gap-2", scope="aws/111122223333/eu-central-1")
    both = finding("ZS-ART-01", ENDPOINT, Status.UNKNOWN, gap_ids=(DENIED_GAP.id, twin.id))
    scan = sample_scan(gaps=(DENIED_GAP, twin), findings=(both,))
    assert [group.undecided for group in view.gaps_folded(scan)] == [1]


def test_what_was_not_assessed_names_the_missing_permission() -> None:
    groups = view.not_assessed_grouped(sample_scan())
    assert [(group.rule_ids, group.permission) for group in groups] == [
        (("ZS-LOG-01", "ZS-LOG-02"), ""),
        (("ZS-RES-01",), "sagemaker:DescribeModel"),
    ]


def test_the_inventory_counts_live_and_declared_apart() -> None:
    groups = {group.type: group for group in view.assets_by_type(sample_scan())}
    assert (groups["endpoint"].live, groups["endpoint"].declared) == (2, 1)
    assert not groups["identity"].ai
    limited = {group.type: group for group in view.assets_by_type(big_scan(20_000), limit=10)}
    assert (len(limited["endpoint"].shown), limited["endpoint"].live) == (10, 1_000)


def test_chapters_hold_every_control_once() -> None:
    for chapter in chapters(sample_scan()):
        listed = [item.control.id for section in chapter.sections for item in section.controls]
        assert sorted(listed) == sorted(control.id for control in chapter.framework.controls)
        assert list(chapter.statuses) == list(CONTROL_ORDER)
        assert sum(chapter.statuses.values()) == len(listed)


def test_sections_follow_their_parents_and_survive_circles() -> None:
    first = chapters(sample_scan())[0]
    assert [(section.group.id, section.depth) for section in first.sections if section.group] == [
        ("GOVERN", 0),
        ("GOVERN 1", 1),
        ("MEASURE", 0),
        ("MANAGE", 0),
    ]
    odd = (Group("A", "A", parent="B"), Group("B", "B", parent="A"), Group("MEASURE", "Measure", parent="nowhere"))
    chapter = chapters(sample_scan(frameworks=(msgspec.structs.replace(FRAMEWORKS[0], groups=odd),)))[0]
    assert sum(len(section.controls) for section in chapter.sections) == len(FRAMEWORKS[0].controls)


def test_a_control_lists_its_failing_findings_by_rule() -> None:
    control = next(item for section in chapters(sample_scan())[0].sections for item in section.controls if item.control.id == "MEASURE 2.4")
    assert [(item.rule_id, len(item.failing)) for item in control.rules] == [("ZS-GRD-01", 1), ("ZS-LOG-02", 1), ("ZS-LOG-01", 0)]


@pytest.mark.parametrize(("name", "filled"), [("chat", "aws x --name chat"), ("a;rm -rf /", ""), ("-x", ""), ("$(id)", ""), ("", "")])
def test_commands_are_filled_only_with_plain_names(name: str, filled: str) -> None:
    step = Verify("aws", "aws x --name {name}", "")
    assert view.fill_command(step, asset("arn:x", "endpoint", name, "AWS::SageMaker::Endpoint")) == filled


def test_other_braces_of_a_command_stay() -> None:
    step = Verify("aws", "aws x --query '{n:name}' --region {region}", "")
    assert view.fill_command(step, asset("arn:x", "endpoint", "n", "T")) == "aws x --query '{n:name}' --region eu-west-1"


def test_words_exist_for_every_status_and_reason() -> None:
    assert set(claims.STATUS_WORDS) == set(Status)
    assert set(claims.CONTROL_WORDS) == set(CONTROL_ORDER)
    assert {gap.reason for gap in sample_scan().gaps} <= set(claims.REASON_WORDS)


def test_the_html_format_is_discovered() -> None:
    assert list(formats()) == sorted(formats())
    assert formats()["html"].media_type == "text/html"


def test_waived_findings_include_expired_ones() -> None:
    assert {f.waiver.id for f in view.waived_findings(sample_scan()) if f.waiver} == {VALID_WAIVER.id, EXPIRED_WAIVER.id}


def test_titles_and_targets() -> None:
    assert view.title_targets(sample_scan()) == "aws 111122223333, ./infra"
    assert view.incomplete_targets(sample_scan()) == ("aws 111122223333",)
    assert {AGENT, HOSTILE} <= {known.id for known in ASSETS}
