"""What a scan saw and what it could not see: gaps and rules not assessed, folded by cause, and the inventory by type."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from zscan.model.asset import Asset
from zscan.model.gap import Gap
from zscan.model.scan import Scan
from zscan.model.types import VOCABULARY
from zscan.report.tally import Tally, tally

_Cause: TypeAlias = tuple[bool, str, str]  # blocking, reason, permission (else call)


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Gaps with one cause: the same reason and the same missing permission (else the same call)."""

    blocking: bool
    reason: str
    permission: str
    calls: tuple[str, ...]
    scopes: tuple[str, ...]
    affects: tuple[str, ...]
    details: tuple[str, ...]
    count: int  # gaps folded into this one
    undecided: int  # unknown findings that name one of these gaps


def gaps_folded(scan: Scan, counts: Tally | None = None) -> list[GapGroup]:
    """Gaps by cause, blocking first, then by how many checks they leave undecided."""
    counts = counts or tally(scan)
    groups: dict[_Cause, list[Gap]] = defaultdict(list)
    for gap in scan.gaps:
        groups[_cause(gap)].append(gap)
    undecided = _undecided(scan, counts)
    folded = [_gap_group(members, undecided[cause]) for cause, members in groups.items()]
    return sorted(folded, key=lambda group: (not group.blocking, -group.undecided, group.reason, group.permission, group.calls))


def _cause(gap: Gap) -> _Cause:
    return gap.blocking, str(gap.reason), gap.permission or gap.call


def _undecided(scan: Scan, counts: Tally) -> Counter[_Cause]:
    """Unknown findings per cause; one that names several gaps of a cause counts once."""
    causes = {gap.id: _cause(gap) for gap in scan.gaps}
    undecided: Counter[_Cause] = Counter()
    for gap_ids, number in counts.unknown_by_gaps.items():
        for cause in {causes[gap_id] for gap_id in gap_ids if gap_id in causes}:
            undecided[cause] += number
    return undecided


def _gap_group(gaps: list[Gap], undecided: int) -> GapGroup:
    def distinct(read: Callable[[Gap], Iterable[str]]) -> tuple[str, ...]:
        return tuple(sorted({text for gap in gaps for text in read(gap) if text}))

    return GapGroup(
        blocking=gaps[0].blocking,
        reason=str(gaps[0].reason),
        permission=gaps[0].permission,
        calls=distinct(lambda gap: (gap.call,)),
        scopes=distinct(lambda gap: (gap.scope,)),
        affects=distinct(lambda gap: gap.affects),
        details=distinct(lambda gap: (gap.detail,)),
        count=sum(gap.count for gap in gaps),
        undecided=undecided,
    )


@dataclass(frozen=True, slots=True)
class NotAssessedGroup:
    """Rules that were not tried for one reason. `permission` names the right that would have answered, where one would."""

    reason: str
    permission: str
    scopes: tuple[str, ...]
    rule_ids: tuple[str, ...]


def not_assessed_grouped(scan: Scan) -> list[NotAssessedGroup]:
    """What was not assessed, by reason, the reason that holds back most rules first."""
    permissions = {gap.id: gap.permission for gap in scan.gaps}
    groups: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for entry in scan.not_assessed:
        groups[entry.reason, permissions.get(entry.gap_id, "")].add((entry.scope, entry.rule_id))
    folded = [
        NotAssessedGroup(reason, permission, tuple(sorted({s for s, _ in pairs if s})), tuple(sorted({r for _, r in pairs})))
        for (reason, permission), pairs in groups.items()
    ]
    return sorted(folded, key=lambda group: (-len(group.rule_ids), group.reason, group.permission))


@dataclass(frozen=True, slots=True)
class TypeGroup:
    """The assets of one type: AI assets, or what they lean on."""

    type: str
    doc: str
    ai: bool
    live: int
    declared: int
    shown: tuple[Asset, ...]


def assets_by_type(scan: Scan, limit: int | None = None) -> list[TypeGroup]:
    """The inventory: AI asset types first, each in alphabetical order, at most `limit` assets shown per type."""
    kept: dict[str, list[Asset]] = defaultdict(list)
    seen: Counter[tuple[str, str]] = Counter()
    for asset in scan.assets:
        seen[asset.type, asset.view] += 1
        bucket = kept[asset.type]
        bucket.append(asset)
        if limit is not None and len(bucket) >= 4 * limit + 64:
            bucket.sort(key=_asset_key)
            del bucket[limit:]
    return sorted((_type_group(name, kept[name], seen, limit) for name in kept), key=lambda group: (not group.ai, group.type))


def _type_group(name: str, assets: list[Asset], seen: Mapping[tuple[str, str], int], limit: int | None) -> TypeGroup:
    declared = VOCABULARY.types.get(name)
    shown = tuple(sorted(assets, key=_asset_key)[:limit])
    doc, ai = (declared.doc, declared.ai) if declared else ("", True)
    return TypeGroup(name, doc, ai, seen.get((name, "live"), 0), seen.get((name, "declared"), 0), shown)


def _asset_key(asset: Asset) -> tuple[str, str, str, str, str]:
    return asset.view, asset.provider, asset.account, asset.name, asset.id
