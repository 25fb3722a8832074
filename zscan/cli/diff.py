"""`zscan diff`: what changed between two scans or baselines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

HELP = "Compare two scans or baselines: new, fixed, regressed, moved, gone, and what was lost from sight."


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A scan document or baseline.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A scan document or baseline.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    unchanged: Annotated[bool, typer.Option("--unchanged", help="List unchanged failures too.")] = False,
) -> int:
    """Compare; the exit code is 1 when something is new or regressed."""
    import msgspec

    from zscan.baseline import read_ledger
    from zscan.diff import compare
    from zscan.report.neutral import terminal

    found = compare(read_ledger(old), read_ledger(new))
    if as_json:
        json.dump(msgspec.to_builtins(found), sys.stdout, indent=2, sort_keys=True)
        print()
    else:
        for kind, count in found.counts.items():
            print(f"{count:6} {str(kind).replace('_', ' ')}")
        for change in found.changes:
            if unchanged or change.kind != "unchanged":
                element = f" · {terminal(change.key)}" if change.key else ""
                print(f"{change.kind:14} {change.rule_id:12} {change.severity:8} {terminal(change.asset_id)}{element}")
    return int(any(change.kind in {"new", "regressed"} for change in found.changes))
