"""What changed between two scans, and what can no longer be told.

Only failures make changes: something that failed before, or fails now. A failure that is merely out of sight is never called fixed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

from zscan.ledger import Ledger, Record
from zscan.model.finding import Status
from zscan.model.rule import Severity


class ChangeKind(StrEnum):
    """What became of a failure.

    `regressed` passed before. `fixed` was judged again and does not fail, or its element is gone from an asset that was seen.
    `moved` fails at another address of the same unit, with the same facts. `asset_gone`: the whole scope was read and the asset is not
    there. `sight_lost`: it cannot be told.
    """

    NEW = "new"
    REGRESSED = "regressed"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    FIXED = "fixed"
    ASSET_GONE = "asset_gone"
    SIGHT_LOST = "sight_lost"


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One failure before, now or both. `finding_id` is the one of the newer scan where it is there; `was` the older id of a moved one."""

    kind: ChangeKind
    finding_id: str
    rule_id: str
    asset_id: str
    key: str = ""
    severity: Severity
    before: Status | None = None
    after: Status | None = None
    was: str = ""
    was_asset: str = ""
    reason: str = ""  # what took the sight, or what "gone" rests on


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All changes, sorted by kind, rule and asset, with a count for every kind (0 included)."""

    changes: tuple[Change, ...]
    counts: dict[str, int]
    as_of_before: str = ""
    as_of_after: str = ""

    def kinds_now(self) -> dict[str, tuple[str, str]]:
        """For findings of the newer scan: the word that a finding's `change` takes, and the id it had before."""
        words = {ChangeKind.SIGHT_LOST: "not_reverified"}
        return {
            change.finding_id: (words.get(change.kind, str(change.kind)), change.was or change.finding_id)
            for change in self.changes
            if change.after is not None
        }


def compare(old: Ledger, new: Ledger) -> Comparison:
    """The changes from `old` to `new`."""
    sight = _Sight(old, new)
    moved = _moved(old, new, sight)
    changes = [*_still_there(old, new, moved), *_vanished(old, new, sight, set(moved.values()))]
    order = list(ChangeKind)
    changes.sort(key=lambda change: (order.index(change.kind), change.rule_id, change.asset_id, change.key))
    counted = Counter(change.kind for change in changes)
    return Comparison(
        changes=tuple(changes),
        counts={str(kind): counted.get(kind, 0) for kind in order},
        as_of_before=old.header.as_of,
        as_of_after=new.header.as_of,
    )


class _Sight:
    """What the newer scan could have seen."""

    def __init__(self, old: Ledger, new: Ledger) -> None:
        self.new = new
        self.dark = frozenset(new.header.dark)
        self.rules = frozenset(new.header.rules)
        self.assets = new.seen_assets
        self.unsure = frozenset((record.rule, record.asset) for record in new.records.values() if record.status is Status.UNKNOWN)
        wanted = {(target.kind, target.label) for target in old.header.targets}
        self.missing_targets = sorted(wanted - {(target.kind, target.label) for target in new.header.targets})

    def lost(self, record: Record) -> str:
        """Why the record could not be judged again; "" if it could."""
        if record.rule not in self.rules:
            return "its rule was not evaluated"
        if record.rule in self.dark:
            return "its rule could not be tried everywhere"
        if (record.rule, record.asset) in self.unsure:
            return "not every element could be read"
        return "" if record.asset in self.assets else self._hidden(record)

    def _hidden(self, record: Record) -> str:
        """Why an asset that is not there may still exist."""
        if self.dark & {"*", record.type, record.asset}:
            return "its class was not fully read"
        if self.dark and record.leaned_on:
            return "what leads to it was not fully read"
        if self.new.header.narrowed:
            return "the newer scan was narrowed"
        if self.missing_targets:
            kind, label = self.missing_targets[0]
            return f"the newer scan did not look at {label or kind}"
        return ""


def _moved(old: Ledger, new: Ledger, sight: _Sight) -> dict[str, str]:
    """New finding id → old finding id, where exactly one failure left and one came with the same rule, element, unit and facts."""
    left: dict[tuple[str, ...], list[str]] = defaultdict(list)
    came: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for record in _failures(old.records):
        if record.id not in new.records and record.asset not in sight.assets:
            left[_likeness(record)].append(record.id)
    old_assets = old.seen_assets
    for record in _failures(new.records):
        if record.id not in old.records and record.asset not in old_assets:
            came[_likeness(record)].append(record.id)
    return {came[like][0]: ids[0] for like, ids in left.items() if like[2] and like[3] and len(ids) == 1 == len(came.get(like, ()))}


def _likeness(record: Record) -> tuple[str, str, str, str]:
    return record.rule, record.key, record.unit, record.digest


def _failures(records: Mapping[str, Record]) -> Iterable[Record]:
    return (record for record in records.values() if record.status is Status.FAIL)


def _still_there(old: Ledger, new: Ledger, moved: Mapping[str, str]) -> Iterator[Change]:
    """Changes of findings that the newer scan has."""
    for record in new.records.values():
        before = old.records.get(moved.get(record.id, record.id))
        kind = ChangeKind.MOVED if record.id in moved else _kind(before, record)
        if kind is None:
            continue
        yield Change(
            kind=kind,
            finding_id=record.id,
            rule_id=record.rule,
            asset_id=record.asset,
            key=record.key,
            severity=record.severity,
            before=before.status if before else None,
            after=record.status,
            was=moved.get(record.id, ""),
            was_asset=before.asset if before and record.id in moved else "",
            reason="its evidence is missing now" if kind is ChangeKind.SIGHT_LOST else "",
        )


def _kind(before: Record | None, now: Record) -> ChangeKind | None:
    failed = before is not None and before.status is Status.FAIL
    if now.status is Status.FAIL:
        if failed:
            return ChangeKind.UNCHANGED
        return ChangeKind.REGRESSED if before is not None and before.status is Status.PASS else ChangeKind.NEW
    if not failed:
        return None
    return ChangeKind.SIGHT_LOST if now.status is Status.UNKNOWN else ChangeKind.FIXED


def _vanished(old: Ledger, new: Ledger, sight: _Sight, moved: set[str]) -> Iterator[Change]:
    """Changes of failures that the newer scan does not have."""
    for record in _failures(old.records):
        if record.id in new.records or record.id in moved:
            continue
        reason = sight.lost(record)
        gone = ChangeKind.FIXED if record.asset in sight.assets else ChangeKind.ASSET_GONE
        kind = ChangeKind.SIGHT_LOST if reason else gone
        if kind is ChangeKind.ASSET_GONE and new.assets is None:
            reason = "no finding of the newer baseline names the asset"  # a baseline holds no inventory
        yield Change(
            kind=kind,
            finding_id=record.id,
            rule_id=record.rule,
            asset_id=record.asset,
            key=record.key,
            severity=record.severity,
            before=record.status,
            reason=reason,
        )
