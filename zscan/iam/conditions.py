"""Conditions of a statement, three-valued: met, not met, a demand on the circumstances, or not known.

Source: IAM user guide, reference_policies_elements_condition_operators (missing keys, `…IfExists`, `Null`) and
reference_policies_condition-single-vs-multi-valued-context-keys (`ForAllValues`, `ForAnyValue`).
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.iam.compare import OPERATORS, Operator
from zscan.iam.context import Context, Values, filled
from zscan.iam.holds import NO, YES, Holds, both, demanded, either, known, negated, unknown
from zscan.iam.statements import Condition, Words, unreadable
from zscan.model.unknown import Unknown

_SHOWN = 3
_AGREED = frozenset({"sts:externalid"})  # an agreed word between two parties is not repeated in reports


def met(conditions: Iterable[Condition], context: Context, *, variables: bool = True) -> Holds:
    """Whether a request meets every condition of a statement."""
    return both(_met(condition, context, variables=variables) for condition in conditions)


def _met(condition: Condition, context: Context, *, variables: bool) -> Holds:
    if condition.unread is not None:
        return unknown(condition.unread.reasons)
    each, _, name = condition.operator.rpartition(":")
    optional = name.endswith("ifexists") and name != "null"
    have = context.get(condition.key)
    if name == "null":
        return _null(condition, have)
    operator = OPERATORS.get(name.removesuffix("ifexists"))
    if operator is None or each not in {"", "forallvalues", "foranyvalue"}:
        return unknown(unreadable(f"condition operator {condition.operator} is not known").reasons)
    if have is None:
        return _demand(condition, operator, each, optional=optional)
    if isinstance(have, Unknown):
        return unknown(have.reasons)
    if not have:
        return known(optional or each == "forallvalues" or (operator.negated and each != "foranyvalue"))
    return _compared(operator, each, have, [_Wanted(value, context, variables=variables) for value in condition.values])


class _Wanted:
    """A value of a policy, its variables filled in."""

    def __init__(self, value: str | Unknown, context: Context, *, variables: bool) -> None:
        self.sure: Holds = YES
        self.text = ""
        if isinstance(value, Unknown):
            self.sure = unknown(value.reasons)
        elif not variables or "${" not in value:
            self.text = value
        else:
            result = filled(value, context)
            self.text = result.text
            if result.unknown:
                self.sure = unknown(result.unknown)
            elif result.open:
                self.sure = demanded(f"{result.open} has the value compared with", f"{result.open} has another value")
            elif result.missing:
                self.sure = NO

    def equals(self, operator: Operator, value: str) -> Holds:
        return known(operator.compare(value, self.text)) if self.sure is YES else self.sure


def _compared(operator: Operator, each: str, have: Values, wanted: list[_Wanted]) -> Holds:
    """One value of the request compares when it equals any value of the policy; a negated operator asks that it equals none."""
    answers = [either(one.equals(operator, value) for one in wanted) for value in have]
    if each == "forallvalues":
        return both(negated(answer) for answer in answers) if operator.negated else both(answers)
    if each == "foranyvalue" and operator.negated:
        return either(negated(answer) for answer in answers)
    return negated(either(answers)) if operator.negated else either(answers)


def _null(condition: Condition, have: Values | Unknown | None) -> Holds:
    """`Null: true` asks that the request lacks the key."""
    if isinstance(have, Unknown):
        return unknown(have.reasons)
    unread = [value for value in condition.values if isinstance(value, Unknown)]
    if unread:
        return unknown(unread[0].reasons)
    lacks = {str(value).lower() for value in condition.values}
    if have is not None:
        return known(("true" if not have else "false") in lacks)
    given, missing = f"{condition.named} is given", f"{condition.named} is not given"
    return demanded(missing, given) if lacks == {"true"} else demanded(given, missing) if lacks == {"false"} else YES


def _demand(condition: Condition, operator: Operator, each: str, *, optional: bool) -> Holds:
    """The demand in words."""
    unread = [value for value in condition.values if isinstance(value, Unknown)]
    if unread:
        return unknown(reason for value in unread for reason in value.reasons)
    who = {"": "", "forallvalues": "every ", "foranyvalue": "some "}[each] + condition.named
    values = "the agreed one" if condition.key in _AGREED else _listed(condition.values)
    holds, fails = f"{who} {operator.met} {values}", f"{who} {operator.unmet} {values}"
    if operator.negated:
        return demanded(fails, holds)
    return demanded(f"{holds} where it is given", f"{fails} but is given") if optional else demanded(holds, fails)


def _listed(values: Words) -> str:
    texts = [str(value) for value in values]
    more = f" or {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return " or ".join(texts[:_SHOWN]) + more if texts else "nothing"
