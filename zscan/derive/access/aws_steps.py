"""The path that proves a right, as steps for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from zscan.iam.evaluate import Decided
from zscan.iam.statements import Policy
from zscan.model.grant import Step

_Kind = Literal["identity_policy", "resource_policy", "boundary", "organisation"]
_KINDS: Mapping[str, _Kind] = {
    "identity_policy": "identity_policy",
    "resource_policy": "resource_policy",
    "boundary": "boundary",
    "organisation": "organisation",
}
LONGEST = 8


def steps(decided: Iterable[Decided], groups: Mapping[Policy, str]) -> tuple[Step, ...]:
    """The statements that allow, in the order of the layers; denies that fall away under conditions are told by the conditions."""
    by_name = {policy.name: group for policy, group in groups.items()}
    found: list[Step] = []
    for one in decided:
        kind = _KINDS.get(one.layer)
        if kind is None or one.statement.allows is False:
            continue
        group = by_name.get(one.statement.policy, "") if kind == "identity_policy" else ""
        if group:
            found.append(Step("group", group))
        found.append(Step(kind, one.statement.policy, one.statement.says))
    return tuple(dict.fromkeys(found))


def joined(paths: Iterable[tuple[Step, ...]]) -> tuple[Step, ...]:
    """Several paths one after another, each step once, cut to what people read."""
    return tuple(dict.fromkeys(step for path in paths for step in path))[:LONGEST]
