"""`zscan inventory --reconcile`: asking the independent source, and printing the comparison."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zscan.audit import Inventory
    from zscan.cli.targets import CollectOptions
    from zscan.collect import Place
    from zscan.collect.aws.census import Ask
    from zscan.collect.aws.reconcile import Reconciliation, Row
    from zscan.model.gap import Gap

_NOTHING = "–"


def print_reconciliation(inventory: Inventory, options: CollectOptions, *, as_json: bool) -> int:
    """Reconcile every region that was scanned; 3 when something blocking is missing."""
    from zscan.cli.exits import CLEAN, INCOMPLETE
    from zscan.cli.inventory import gap_line
    from zscan.collect.aws.reconcile import reconcile

    askers = _askers(options)
    places, strangers = _places(inventory, {account: partition for account, (_, partition) in askers.items()})
    found = reconcile(places, lambda place, call, params: askers[place.account][0](place, call, params), inventory.assets)
    if as_json:
        _print_json(found)
    else:
        _print_table(found)
    gaps = [*inventory.gaps, *strangers, *found.gaps]
    for gap in gaps:
        if gap.blocking:
            print(f"not read: {gap_line(gap)}", file=sys.stderr)
    for gap in found.gaps:
        if not gap.blocking:
            print(f"note: {gap_line(gap)}", file=sys.stderr)
    return INCOMPLETE if any(gap.blocking for gap in gaps) else CLEAN


def _askers(options: CollectOptions) -> dict[str, tuple[Ask, str]]:
    """How to ask in each account that can be asked, and its partition: by its number."""
    from zscan.cli.targets import selection
    from zscan.collect.aws import session
    from zscan.collect.aws.accounts import enter
    from zscan.collect.tasks import Identity

    entered, _ = enter(Identity("aws", profile=options.aws_profile, connections=options.concurrency), selection(options))
    return {one.id: (session.caller(one.identity), one.partition) for one in entered}


def _places(inventory: Inventory, partitions: Mapping[str, str]) -> tuple[list[Place], list[Gap]]:
    """The regions that were scanned, in accounts that can be asked; a gap for each other account."""
    from zscan.collect import Place
    from zscan.model.gap import gap
    from zscan.model.unknown import ReasonCode

    scopes = sorted({scope for target in inventory.targets if target.kind == "aws" for scope in target.scopes})
    parts = [tuple(scope.split("/")) for scope in scopes]
    regions = [(part[1], part[2]) for part in parts if len(part) == len(("aws", "account", "region"))]
    strange = sorted({account for account, _ in regions if account not in partitions})
    detail = "nobody could be asked in this account"
    gaps = [gap(scope=f"aws/{one}", call="reconcile", reason=ReasonCode.OUT_OF_SCOPE, detail=detail, blocking=True) for one in strange]
    return [Place("aws", account, region, partitions[account]) for account, region in regions if account in partitions], gaps


def _print_table(found: Reconciliation) -> None:
    from zscan.report.neutral import terminal

    widest = max([len("type"), *(len(row.native_type) for row in found.rows)])
    print(f"{'type':{widest}}  {'zscan':>13}  {'independent':>11}  {'difference':>10}  source")
    for row in found.rows:
        own = "no collector" if row.zscan is None else f"{row.zscan:,}"
        sources = ", ".join(row.sources) or _NOTHING
        cells = f"{own:>13}  {_number(row.independent):>11}  {_signed(row):>10}  {sources}"
        print(f"{terminal(row.native_type):{widest}}  {cells}")
    for place, source in sorted(found.sources.items()):
        print(f"{place}: {source or 'no independent source could be asked'}", file=sys.stderr)
    unknown = sum(row.zscan is None for row in found.rows)
    print(f"{len(found.rows)} types, {unknown} that no collector knows", file=sys.stderr)


def _print_json(found: Reconciliation) -> None:
    """One type a line."""
    for row in found.rows:
        line = {
            "type": row.native_type,
            "collector": row.zscan is not None,
            "zscan": row.zscan,
            "independent": row.independent,
            "difference": row.difference,
            "sources": row.sources,
        }
        print(json.dumps(line, ensure_ascii=True))


def _number(value: int | None) -> str:
    return _NOTHING if value is None else f"{value:,}"


def _signed(row: Row) -> str:
    return _NOTHING if row.difference is None else f"{row.difference:+,}" if row.difference else "0"
