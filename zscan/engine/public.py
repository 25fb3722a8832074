"""Endpoints that are public on purpose (SP 800-207 section 2.1): judged by the facts that make up for it.

The tenets of zero trust are not meant for anonymous public services of an organisation. An entry of the policy names such an asset, its
owner, why, until when, and the facts that must hold instead. A failure of a rule that asks for privacy then passes if all of them hold, is
unknown if one is unknown, and stays a failure if one does not hold or the entry has run out.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

import msgspec

from zscan.engine.checked import CheckedRule
from zscan.engine.specialise import root_reads
from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status

_REACH = frozenset({"network.public_access", "route.public"})


class Entry(Protocol):
    """What the policy says of one public endpoint."""

    @property
    def asset(self) -> str:
        """A pattern on the asset's id or name."""
        ...

    @property
    def owner(self) -> str:
        """Who answers for it."""
        ...

    @property
    def reason(self) -> str:
        """Why it is public."""
        ...

    @property
    def expires(self) -> str:
        """The last day, YYYY-MM-DD (UTC)."""
        ...

    @property
    def requires(self) -> tuple[str, ...]:
        """The true-or-false facts that must hold instead."""
        ...


def judge_public(
    findings: Iterable[Finding], rules: Sequence[CheckedRule], assets: Mapping[str, Asset], entries: Sequence[Entry], now: datetime
) -> list[Finding]:
    """The findings, with failures of reach rules on listed assets judged by the listed facts."""
    today = now.astimezone(UTC).date()
    valid = [entry for entry in entries if date.fromisoformat(entry.expires) >= today]
    reach = {rule.id for rule in rules if any(set(root_reads(node)) & _REACH for node in rule.conditions())}
    if not valid or not reach:
        return list(findings)
    return [_judged(f, assets[f.asset_id], valid) if f.status is Status.FAIL and f.rule_id in reach else f for f in findings]


def _judged(finding: Finding, asset: Asset, entries: Sequence[Entry]) -> Finding:
    entry = next((e for e in entries if fnmatch.fnmatchcase(asset.id, e.asset) or fnmatch.fnmatchcase(asset.name, e.asset)), None)
    if entry is None:
        return finding
    values = {path: _value(asset, path) for path in entry.requires}
    if any(value is False for value in values.values()):
        return finding
    note = f"public by design until {entry.expires}, owner {entry.owner}: {entry.reason}"
    if missing := sorted(path for path, value in values.items() if value is not True):
        words = ", ".join(missing)
        reasons = (f"required instead: {words}",)
        return msgspec.structs.replace(finding, status=Status.UNKNOWN, message=f"{note}; unknown: {words}", reasons=reasons)
    return msgspec.structs.replace(finding, status=Status.PASS, message=f"{note}; holds instead: {', '.join(entry.requires)}")


def _value(asset: Asset, path: str) -> Any:
    node: Any = asset.facts
    for step in path.split("."):
        node = getattr(node, step, None)
    return node
