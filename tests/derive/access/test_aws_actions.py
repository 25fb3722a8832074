"""The table of actions against the published ones, and what it has to hold for every native type."""

from __future__ import annotations

import re
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from zscan.collect import collectors
from zscan.derive.access.aws_actions import ASKS, FOUNDATION_MODELS, RUNS_AS, actions
from zscan.iam.globs import overlaps
from zscan.model.grant import Capability

_PUBLISHED: dict[str, list[dict[str, Any]]] = {}


def published(action: str) -> list[dict[str, Any]]:
    prefix, _, name = action.partition(":")
    if action not in _PUBLISHED:
        found: Any = get_action_data(prefix, name) or {}
        _PUBLISHED[action] = list(found.get(prefix, []))
    return _PUBLISHED[action]


@pytest.mark.parametrize("action", sorted(actions()))
def test_the_action_exists(action: str) -> None:
    assert published(action), f"{action} is not in the Service Authorization Reference"


@pytest.mark.parametrize(("native_type", "ask"), [(name, ask) for name, asks in sorted(ASKS.items()) for ask in asks], ids=str)
def test_the_action_is_asked_on_a_resource_that_it_knows(native_type: str, ask: Any) -> None:
    if ask.every == "*":
        return
    every = ask.every.format(partition="aws", account="111122223333")
    for action in ask.actions:
        known = {str(row["resource_arn_format"]) for row in published(action)}
        patterns = [re.sub(r"\$\{[^}]*\}", "*", one) for one in known]
        assert any(overlaps(pattern, every) for pattern in patterns if pattern != "*"), (
            f"{native_type}: {action} is asked on {sorted(known)}"
        )


@pytest.mark.parametrize("action", sorted({a for ways in RUNS_AS.values() for way in ways for a in way}))
def test_what_starts_something_writes_or_runs(action: str) -> None:
    assert {row["access_level"] for row in published(action)} <= {"Write", "Read", "Permissions management"}


def test_every_capability_is_asked_for() -> None:
    asked = {ask.capability for asks in ASKS.values() for ask in asks} | {FOUNDATION_MODELS.capability}
    assert asked | {Capability.ESCALATE} == set(Capability)


def test_actions_of_one_ask_are_in_order() -> None:
    assert all(list(ask.actions) == sorted(ask.actions) for asks in ASKS.values() for ask in asks)


def test_most_native_types_are_collected() -> None:
    collected = {collector.native_type for collector in collectors("aws")}
    assert len(set(ASKS) & collected) >= 12
