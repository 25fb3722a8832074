"""Less evidence gives no other sure answer: what was allowed is never denied for want of evidence, nor the other way round."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from tests.iam.cases import UNREAD, Case
from tests.iam.test_evaluate import CASES
from zscan.iam.evaluate import evaluate
from zscan.model.unknown import Unknown

LAYERS = ("identity", "boundary", "session", "resource", "scp", "rcp")
# An answer under conditions is a sure one too; it may only stand where another way in was lost (allowed → conditional).
FALLS = {"allowed": {"conditional", "unknown"}, "conditional": {"unknown"}, "denied": {"unknown"}, "unknown": {"unknown", "conditional"}}


def cuts(value: Any) -> Iterator[Any]:
    """The value with one part of it, at any depth, not read."""
    if isinstance(value, Unknown):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"Version", "Statement"}:
                yield {**value, key: UNREAD}
            yield from ({**value, key: cut} for cut in cuts(inner))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            if not isinstance(inner, list | tuple) or inner:
                yield [*value[:index], UNREAD, *value[index + 1 :]]
            yield from ([*value[:index], cut, *value[index + 1 :]] for cut in cuts(inner))


def poorer(case: Case) -> Iterator[Case]:
    for layer in LAYERS:
        whole = getattr(case, layer)
        for cut in cuts(whole) if whole is not None else ():
            levels = layer not in {"scp", "rcp"} or all(isinstance(level, list | tuple) for level in cut)
            if levels:
                yield dataclasses.replace(case, **{layer: cut})
    for key in case.context:
        yield dataclasses.replace(case, context={**case.context, key: UNREAD})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_less_evidence(case: Case) -> None:
    before = evaluate(case.request(), case.policies()).outcome
    for less in poorer(case):
        after = evaluate(less.request(), less.policies()).outcome
        assert after == before or after in FALLS[before], less


def test_many_cuts_are_made() -> None:
    assert sum(1 for case in CASES for _ in poorer(case)) > 2000
