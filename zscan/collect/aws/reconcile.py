"""Reconciling: what the inventory holds of each AI type beside what an independent source counts.

A type that no collector knows is a blocking gap: somebody asked whether the inventory is whole, and it is not, as nothing of that class was
looked at. Its reason is OUT_OF_SCOPE (outside what zscan reads), since no permission would change it. A higher count of a type that is
collected is a note, CONFLICT (two sources disagree): indexes lag, and histories are read only to a cap.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from zscan.collect import Place, collectors
from zscan.collect.aws.ai_types import is_ai, is_detail
from zscan.collect.aws.census import Ask, Census, take_census
from zscan.model.asset import Asset
from zscan.model.gap import Gap, gap
from zscan.model.unknown import ReasonCode


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One type over all regions that have a source. `zscan` is None when no collector knows the type, `independent` when no source does."""

    native_type: str
    zscan: int | None
    independent: int | None
    sources: tuple[str, ...]

    @property
    def difference(self) -> int | None:
        """Independent count minus own; None where one of them is missing."""
        return None if self.zscan is None or self.independent is None else self.independent - self.zscan


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The comparison, its gaps, and which source answered in each region ("" for none)."""

    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    sources: dict[str, str]


def reconcile(places: Sequence[Place], ask: Ask, assets: Iterable[Asset], *, at_once: int = 8) -> Reconciliation:
    """Take the census of every place and compare."""
    known = collected_types()
    with ThreadPoolExecutor(max(1, min(at_once, len(places)))) as pool:
        taken = list(pool.map(lambda place: take_census(place, ask, tuple(known)), places))
    return compare(taken, assets, known)


def compare(taken: Sequence[Census], assets: Iterable[Asset], known: Mapping[str, bool]) -> Reconciliation:
    """Rows and gaps from censuses and the inventory; `known` as `collected_types` gives it. Pure."""
    live = (asset for asset in assets if asset.view == "live" and known.get(asset.native_type))
    own = Counter((asset.account, asset.region, asset.native_type) for asset in live)
    gaps = [one for census in taken for one in census.gaps]
    found: dict[str, list[tuple[Census, int]]] = defaultdict(list)
    for census in taken:
        for native_type, number in census.counts.items():
            if number and not is_detail(native_type):
                found[_spelt(native_type, known)].append((census, number))
    answered = {(census.place.account, census.place.region) for census in taken if census.source}
    mine: Counter[str] = Counter()
    for (account, region, native_type), number in own.items():
        if (account, region) in answered:
            mine[native_type] += number
    rows = []
    for native_type in sorted({*found, *mine}):
        counted = found.get(native_type, ())
        if known.get(native_type) is not False:
            gaps += _gaps(native_type, counted, own, collected=native_type in known)
        rows.append(
            Row(
                native_type,
                mine[native_type] if native_type in known else None,
                sum(number for _, number in counted) if counted else None,
                tuple(sorted({census.source for census, _ in counted})),
            )
        )
    return Reconciliation(tuple(rows), tuple(sorted(gaps, key=lambda one: one.id)), {str(one.place): one.source for one in taken})


def _gaps(native_type: str, counted: Sequence[tuple[Census, int]], own: Counter[tuple[str, str, str]], *, collected: bool) -> list[Gap]:
    gaps = []
    for census, number in counted:
        have = own[census.place.account, census.place.region, native_type]
        if not collected:
            detail = f"{census.source} lists {number} of a type that no collector knows"
            gaps.append(_gap(census, native_type, ReasonCode.OUT_OF_SCOPE, detail, blocking=True))
        elif number > have:
            detail = f"{census.source} lists {number}, the inventory holds {have}"
            gaps.append(_gap(census, native_type, ReasonCode.CONFLICT, detail, blocking=False))
    return gaps


def _gap(census: Census, native_type: str, reason: ReasonCode, detail: str, *, blocking: bool) -> Gap:
    return gap(scope=str(census.place), call=census.call, reason=reason, detail=detail, affects=(native_type,), blocking=blocking)


def _spelt(native_type: str, known: Iterable[str]) -> str:
    """The type as its collector writes it: sources differ in capitals."""
    same = {name.lower(): name for name in known}
    return same.get(native_type.lower(), native_type)


def collected_types() -> dict[str, bool]:
    """AI types that have a collector: whether it inventories all of them, not only one setting of a scope or what others refer to."""
    found = (collector for collector in collectors("aws") if is_ai(collector.native_type))
    return {collector.native_type: not (collector.resolves or collector.singleton) for collector in found}
