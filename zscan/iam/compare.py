"""Condition operators: how one value of a request compares with one value of a policy.

Source: IAM user guide, reference_policies_elements_condition_operators. Values that an operator cannot read compare as unequal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple

from zscan.iam.globs import covers, unescaped

_ARN_PARTS = 6


class Operator(NamedTuple):
    """A comparison. `negated` operators hold when nothing compares; `pattern` says that wildcards of the policy count."""

    compare: Callable[[str, str], bool]
    negated: bool = False
    met: str = "is"
    unmet: str = "is not"


def _like(value: str, wanted: str) -> bool:
    return covers(unescaped(wanted), value)


def _equal(value: str, wanted: str) -> bool:
    return value == unescaped(wanted)


def _same(value: str, wanted: str) -> bool:
    return value.casefold() == unescaped(wanted).casefold()


def _arn(value: str, wanted: str) -> bool:
    """Each of the six parts of an ARN is compared by itself."""
    have, want = value.split(":", _ARN_PARTS - 1), unescaped(wanted).split(":", _ARN_PARTS - 1)
    if want == ["*"]:
        return True
    return len(have) == len(want) and all(covers(pattern, part) for pattern, part in zip(want, have, strict=True))


def _address(value: str, wanted: str) -> bool:
    try:
        return ip_address(value) in ip_network(wanted, strict=False)
    except ValueError:
        return False


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(text: str) -> float | None:
    """ISO 8601, or seconds since 1970."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _number(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _by(read: Callable[[str], float | None], compare: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    def compared(value: str, wanted: str) -> bool:
        have, want = read(value), read(wanted)
        return have is not None and want is not None and compare(have, want)

    return compared


def _family(prefix: str, read: Callable[[str], float | None], words: tuple[str, str]) -> dict[str, Operator]:
    below, above = words
    return {
        f"{prefix}equals": Operator(_by(read, eq)),
        f"{prefix}notequals": Operator(_by(read, eq), negated=True),
        f"{prefix}lessthan": Operator(_by(read, lt), met=f"is {below}", unmet=f"is not {below}"),
        f"{prefix}lessthanequals": Operator(_by(read, le), met=f"is not {above}", unmet=f"is {above}"),
        f"{prefix}greaterthan": Operator(_by(read, gt), met=f"is {above}", unmet=f"is not {above}"),
        f"{prefix}greaterthanequals": Operator(_by(read, ge), met=f"is not {below}", unmet=f"is {below}"),
    }


OPERATORS: Mapping[str, Operator] = {
    "stringequals": Operator(_equal),
    "stringnotequals": Operator(_equal, negated=True),
    "stringequalsignorecase": Operator(_same),
    "stringnotequalsignorecase": Operator(_same, negated=True),
    "stringlike": Operator(_like, met="is like", unmet="is not like"),
    "stringnotlike": Operator(_like, negated=True, met="is like", unmet="is not like"),
    "arnequals": Operator(_arn),
    "arnlike": Operator(_arn, met="is like", unmet="is not like"),
    "arnnotequals": Operator(_arn, negated=True),
    "arnnotlike": Operator(_arn, negated=True, met="is like", unmet="is not like"),
    "ipaddress": Operator(_address, met="is in", unmet="is not in"),
    "notipaddress": Operator(_address, negated=True, met="is in", unmet="is not in"),
    "bool": Operator(lambda value, wanted: value.lower() == wanted.lower()),
    "binaryequals": Operator(eq),
    **_family("numeric", _number, ("below", "above")),
    **_family("date", _moment, ("before", "after")),
}
