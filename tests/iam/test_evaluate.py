"""The documented evaluation logic, case by case."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.iam.cases import Case, conditions, layers, organisation
from zscan.iam.evaluate import evaluate

CASES = (*layers.CASES, *organisation.CASES, *conditions.CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    decision = evaluate(case.request(), case.policies())
    assert decision.outcome == case.expect
    if case.conditions is not None:
        assert decision.conditions == case.conditions
    assert bool(decision.conditions) or decision.outcome != "conditional"
    assert bool(decision.reasons) == (decision.outcome == "unknown")
    assert decision.by or decision.outcome not in {"allowed", "conditional"} or case.who.kind == "root"


def test_the_cases_are_many_and_distinct() -> None:
    assert len(CASES) >= 240
    assert not [name for name, count in Counter(case.name for case in CASES).items() if count > 1]
    questions = Counter(repr((case.who, case.action, case.what, case.owner, case.identity, case.boundary, case.session, case.resource,
                              case.must_grant, case.scp, case.rcp, sorted(case.context.items(), key=str), case.whole, case.reach))
                        for case in CASES)  # fmt: skip
    assert not [question for question, count in questions.items() if count > 1]
    assert all(case.source.startswith("https://docs.aws.amazon.com/") for case in CASES)
    assert set(Counter(case.expect for case in CASES)) == {"allowed", "denied", "conditional", "unknown"}
