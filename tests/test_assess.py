"""The status of controls: one table, and what may never happen to it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scan_builders import blocking, control, finding, framework, rule
from zscan.assess import LISTED_PASSES, Evaluation, Standing, assess, control_status
from zscan.model.finding import Finding, NotAssessed, WaiverNote
from zscan.model.framework import ControlResult, ControlStatus, Counts, Strength
from zscan.model.gap import Gap
from zscan.model.rule import Rule

NOT_ASSESSED, NOT_SATISFIED = ControlStatus.NOT_ASSESSED, ControlStatus.NOT_SATISFIED
PARTIAL, SATISFIED, NOT_APPLICABLE = ControlStatus.PARTIALLY_SATISFIED, ControlStatus.SATISFIED, ControlStatus.NOT_APPLICABLE


def counts(passed: int = 0, fail: int = 0, unknown: int = 0, na: int = 0, waived: int = 0) -> Counts:
    return Counts(passed=passed, fail=fail, unknown=unknown, not_applicable=na, waived=waived)


LIVE_DIRECT = {"observed": True, "direct": True}


@pytest.mark.parametrize(
    ("standing", "status", "words"),
    [
        # organisational-only, or nothing evaluated
        (Standing(assessable=False, counts=counts(passed=3), **LIVE_DIRECT), NOT_ASSESSED, "organisational"),
        (Standing(assessable=True, counts=counts()), NOT_ASSESSED, "nothing was evaluated"),
        # all not applicable
        (Standing(assessable=True, counts=counts(na=2)), NOT_APPLICABLE, "no rule applies"),
        (Standing(assessable=True, counts=counts(na=2), blocked=1), NOT_ASSESSED, "not everything"),
        (Standing(assessable=True, counts=counts(na=2), untried=1), NOT_ASSESSED, "not everything"),
        (Standing(assessable=True, counts=counts(na=2), narrowed=True), NOT_ASSESSED, "not everything"),
        # a fail (waived or not) and no pass
        (Standing(assessable=True, counts=counts(fail=1), **LIVE_DIRECT), NOT_SATISFIED, "failure"),
        (Standing(assessable=True, counts=counts(fail=1, waived=1), **LIVE_DIRECT), NOT_SATISFIED, "failure"),
        (Standing(assessable=True, counts=counts(fail=1, unknown=3, na=2), blocked=1), NOT_SATISFIED, "failure"),
        # fails and passes
        (Standing(assessable=True, counts=counts(passed=9, fail=1, waived=1), **LIVE_DIRECT), PARTIAL, "some assets fail"),
        (Standing(assessable=True, counts=counts(passed=9, fail=1, unknown=1), blocked=1), PARTIAL, "some assets fail"),
        # no fail, but an unknown or a blocking gap on the population
        (Standing(assessable=True, counts=counts(passed=1, unknown=1), **LIVE_DIRECT), PARTIAL, "evidence is missing"),
        (Standing(assessable=True, counts=counts(passed=1), blocked=1, **LIVE_DIRECT), PARTIAL, "could not be read"),
        (Standing(assessable=True, counts=counts(unknown=1)), NOT_ASSESSED, "evidence is missing"),
        (Standing(assessable=True, counts=counts(unknown=1, na=5), blocked=2), NOT_ASSESSED, "evidence is missing"),
        # all pass, but not all was tried
        (Standing(assessable=True, counts=counts(passed=1), untried=1, **LIVE_DIRECT), PARTIAL, "not every linked rule"),
        (Standing(assessable=True, counts=counts(passed=1), narrowed=True, **LIVE_DIRECT), PARTIAL, "narrowed"),
        # all pass, but only partial links, or only declared evidence
        (Standing(assessable=True, counts=counts(passed=1), observed=True), PARTIAL, "organisational part not assessed"),
        (Standing(assessable=True, counts=counts(passed=1), declared=True), PARTIAL, "declared, not observed"),
        # all pass, at least one direct link, observed
        (Standing(assessable=True, counts=counts(passed=1, na=4), **LIVE_DIRECT), SATISFIED, "observed live"),
        (Standing(assessable=True, counts=counts(passed=2), declared=True, **LIVE_DIRECT), SATISFIED, "observed live"),
    ],
)
def test_the_table_of_statuses(standing: Standing, status: ControlStatus, words: str) -> None:
    decided, why = control_status(standing)
    assert decided is status
    assert words in why


def one(
    findings: list[Finding], rules: list[Rule], links: tuple[tuple[str, Strength], ...] = (("net.private", "direct"),), **context: object
) -> ControlResult:
    evaluated = frozenset(context.pop("evaluated", {r.id for r in rules}))  # type: ignore[call-overload]
    evaluation = Evaluation(findings=findings, rules=rules, evaluated=evaluated, **context)  # type: ignore[arg-type]
    (chapter,) = assess(evaluation, [framework(control("C-1", *links))])
    return chapter.controls[0]


A, B = rule("ZS-NET-01"), rule("ZS-NET-02")


def test_a_waived_failure_is_a_failure_and_is_counted_in_both_places() -> None:
    note = WaiverNote("w", "o", "a", "r", "2027-01-01")
    result = one([finding("ZS-NET-01", "a", waiver=note), finding("ZS-NET-01", "b", "pass")], [A])
    assert result.status is PARTIAL
    assert (result.counts.fail, result.counts.waived, result.counts.passed, result.counts.total) == (1, 1, 1, 2)
    assert "1 pass, 1 fail, 0 unknown of 2" in result.reason
    assert "1 of the failures waived" in result.reason


def test_an_expired_waiver_is_not_counted_as_waived() -> None:
    note = WaiverNote("w", "o", "a", "r", "2025-01-01", expired=True)
    assert one([finding("ZS-NET-01", "a", waiver=note)], [A]).counts.waived == 0


def test_findings_of_rules_that_were_switched_off_are_not_counted() -> None:
    result = one([finding("ZS-NET-01", "a", "pass"), finding("ZS-NET-02", "a")], [A, B], evaluated={"ZS-NET-01"})
    assert result.status is PARTIAL
    assert result.counts == counts(passed=1)
    assert "1 of 2 linked rules evaluated" in result.reason


def test_unlinked_rules_do_not_touch_a_control() -> None:
    other = rule("ZS-ENC-01", "enc.at-rest")
    result = one([finding("ZS-NET-01", "a", "pass"), finding("ZS-ENC-01", "a")], [A, other])
    assert result.status is SATISFIED


def test_a_direct_link_counts_only_if_its_own_rule_passed_live() -> None:
    links = (("net.private", "direct"), ("net.other", "partial"))
    other = rule("ZS-NET-03", "net.other")
    findings = [finding("ZS-NET-01", "f", "pass", evidence_class="declared"), finding("ZS-NET-03", "a", "pass")]
    result = one(findings, [A, other], links)  # type: ignore[arg-type]
    assert result.status is PARTIAL
    assert result.method == "TEST + EXAMINE"


def test_a_rule_that_could_not_be_tried_anywhere_keeps_a_control_from_satisfied() -> None:
    passed = [finding("ZS-NET-01", "a", "pass")]
    missing = [NotAssessed("ZS-NET-02", "files", "exists only in the live system")]
    assert one(passed, [A, B], not_assessed=missing).status is PARTIAL
    assert one([*passed, finding("ZS-NET-02", "a", "pass")], [A, B], not_assessed=missing).status is SATISFIED


TYPES = {
    "AWS::SageMaker::Endpoint": frozenset({"endpoint"}),
    "AWS::S3::Bucket": frozenset({"data_store"}),
    "arn:x": frozenset({"endpoint"}),
}


@pytest.mark.parametrize(
    ("gap", "status"),
    [
        (blocking("AWS::SageMaker::Endpoint"), PARTIAL),
        (blocking("arn:x"), PARTIAL),
        (blocking("AWS::S3::Bucket"), SATISFIED),
        (blocking(), PARTIAL),  # a gap that does not say what it hides may hide anything
        (blocking("AWS::Never::Heard"), PARTIAL),
        (msgspec.structs.replace(blocking("AWS::SageMaker::Endpoint"), blocking=False), SATISFIED),
    ],
)
def test_blocking_gaps_on_the_population(gap: Gap, status: ControlStatus) -> None:
    result = one([finding("ZS-NET-01", "a", "pass")], [A], gaps=[gap], types_of=TYPES)
    assert result.status is status


def test_a_gap_reaches_a_control_through_a_rule_that_was_not_assessed() -> None:
    lost = blocking("AWS::S3::Bucket")
    missing = [NotAssessed("ZS-NET-01", "aws/1", "list denied", lost.id)]
    result = one([finding("ZS-NET-01", "a", "pass")], [A], gaps=[lost], types_of=TYPES, not_assessed=missing)
    assert result.status is PARTIAL
    assert "Blocking gaps on the population: 1." in result.reason


def test_organisational_controls_give_their_own_reason() -> None:
    organisational = control("C-2", coverage="organisational", reason="A policy is needed.")
    (chapter,) = assess(Evaluation(findings=[], rules=[A], evaluated=frozenset()), [framework(organisational)])
    result = chapter.controls[0]
    assert (result.status, result.reason, result.method, result.basis) == (NOT_ASSESSED, "A policy is needed.", "INTERVIEW", "none")


def test_finding_ids_name_failures_first_and_bound_the_passes() -> None:
    findings = [finding("ZS-NET-01", f"p{number}", "pass") for number in range(LISTED_PASSES + 5)]
    findings += [finding("ZS-NET-01", "f"), finding("ZS-NET-01", "u", "unknown"), finding("ZS-NET-01", "n", "not_applicable")]
    result = one(findings, [A])
    assert result.finding_ids[0] == finding("ZS-NET-01", "f").id
    assert result.finding_ids[1] == finding("ZS-NET-01", "u").id
    assert len(result.finding_ids) == LISTED_PASSES + 2
    assert result.counts.passed == LISTED_PASSES + 5


def test_official_wording_is_found_by_framework_then_by_id_or_alias() -> None:
    frameworks = [framework(control("C-1", ("net.private", "direct"), aliases=("c1",)))]
    evaluation = Evaluation(findings=[], rules=[A], evaluated=frozenset())
    texts = {"c1": "by alias"}
    assert assess(evaluation, frameworks, official=texts)[0].controls[0].official_text == "by alias"
    texts["demo@1.0/C-1"] = "by framework"
    assert assess(evaluation, frameworks, official=texts)[0].controls[0].official_text == "by framework"
    assert assess(evaluation, frameworks)[0].controls[0].official_text == ""


RANK = {NOT_ASSESSED: 0, NOT_SATISFIED: 1, PARTIAL: 2, SATISFIED: 3}
OBJECTIVES = ("net.private", "net.other", "enc.rest")
RULES = [
    rule("ZS-NET-01", "net.private"),
    rule("ZS-NET-02", "net.private", "net.other"),
    rule("ZS-NET-03", "net.other", status="deprecated"),
    rule("ZS-ENC-01", "enc.rest", assets=("data_store",)),
]
CONTROLS = (
    control("C-1", ("net.private", "direct")),
    control("C-2", ("net.private", "partial"), ("net.other", "direct")),
    control("C-3", ("enc.rest", "direct"), ("net.other", "partial")),
)
GAPS = [blocking(), blocking("AWS::SageMaker::Endpoint"), blocking("AWS::S3::Bucket")]


@st.composite
def evaluations(draw: st.DrawFn) -> Evaluation:
    statuses = st.sampled_from(["pass", "fail", "unknown", "not_applicable"])
    findings = [
        finding(one_rule.id, f"a{number}", draw(statuses), evidence_class=draw(st.sampled_from(["observed", "declared"])))
        for one_rule in RULES
        for number in range(draw(st.integers(0, 3)))
    ]
    evaluated = draw(st.sets(st.sampled_from([r.id for r in RULES])))
    gaps = draw(st.lists(st.sampled_from(GAPS), max_size=1))
    missing = [NotAssessed(name, "s", "r") for name in draw(st.sets(st.sampled_from([r.id for r in RULES]), max_size=1))]
    kept = [one for one in findings if one.rule_id in evaluated]
    return Evaluation(findings=kept, rules=RULES, evaluated=frozenset(evaluated), gaps=gaps, types_of=TYPES, not_assessed=missing)


def statuses_of(evaluation: Evaluation) -> list[ControlStatus]:
    return [result.status for result in assess(evaluation, [framework(*CONTROLS)])[0].controls]


@settings(max_examples=300, deadline=None)
@given(evaluations(), st.sets(st.sampled_from([r.id for r in RULES])))
def test_taking_evaluated_rules_away_never_raises_a_status(full: Evaluation, removed: set[str]) -> None:
    """A lower level, a selection and a deprecation all come to this: fewer rules are evaluated."""
    evaluated = full.evaluated - removed
    fewer = Evaluation(
        findings=[one for one in full.findings if one.rule_id in evaluated],
        rules=RULES,
        evaluated=evaluated,
        gaps=full.gaps,
        types_of=TYPES,
        not_assessed=[entry for entry in full.not_assessed if entry.rule_id in evaluated],
    )
    for before, after in zip(statuses_of(full), statuses_of(fewer), strict=True):
        if after is NOT_APPLICABLE:
            assert before is NOT_APPLICABLE
        elif before is not NOT_APPLICABLE:
            assert RANK[after] <= RANK[before]


@settings(max_examples=200, deadline=None)
@given(evaluations(), st.data())
def test_losing_evidence_never_raises_a_status(full: Evaluation, data: st.DataObject) -> None:
    findings = list(full.findings)
    lost = data.draw(st.sets(st.integers(0, max(len(findings) - 1, 0)))) if findings else set()
    darker = [
        finding(one.rule_id, one.asset_id, "unknown", evidence_class=one.evidence_class) if index in lost else one
        for index, one in enumerate(findings)
    ]
    after = statuses_of(with_findings(full, darker))
    for was, now in zip(statuses_of(full), after, strict=True):
        if was is not NOT_APPLICABLE:
            assert RANK[now] <= RANK[was]


def with_findings(evaluation: Evaluation, findings: list[Finding]) -> Evaluation:
    return Evaluation(
        findings=findings,
        rules=evaluation.rules,
        evaluated=evaluation.evaluated,
        gaps=evaluation.gaps,
        types_of=evaluation.types_of,
        not_assessed=evaluation.not_assessed,
    )


@settings(max_examples=200, deadline=None)
@given(evaluations())
def test_satisfied_needs_all_passes_a_direct_link_and_live_evidence(evaluation: Evaluation) -> None:
    for result in assess(evaluation, [framework(*CONTROLS)])[0].controls:
        if result.status is SATISFIED:
            assert result.counts.passed
            assert not result.counts.fail
            assert not result.counts.unknown
            assert result.basis == "observed"
            assert any(link.strength == "direct" for link in result.objectives)
