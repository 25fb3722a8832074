"""`--plan`: every cloud call that a scan may make, without making any."""

from __future__ import annotations

from collections.abc import Sequence

from zscan.cli.targets import Target


def print_plan(targets: Sequence[Target], *, organization: bool) -> int:
    """Print the calls of each cloud target, by service, with the permission each needs and how often it is made."""
    for target in targets:
        if target.kind != "aws":
            print(f"{target.name}: files only, no call")
            continue
        from zscan.collect import collectors
        from zscan.collect.aws.organization import ORGANIZATION_CALLS
        from zscan.collect.aws.session import SESSION_CALLS

        rows = {(call.id, call.action, "once per account") for call in SESSION_CALLS}
        if organization:
            rows |= {(call.id, call.action, "once, or per unit") for call in ORGANIZATION_CALLS}
            rows.add(("sts:AssumeRole", "sts:AssumeRole", "once per account"))
        for collector in collectors("aws"):
            where = "once per region" if collector.scope == "region" else "once per account"
            single = "per thing referred to" if collector.resolves else f"per {collector.asset_type}"
            bulk = {call.call.id for call in collector.bulk}
            for call in collector.calls():
                often = where if call is collector.list or call.id in bulk or collector.singleton else single
                rows.add((call.id, call.action, often))
        print(f"{target.name}: {len({row[0] for row in rows})} read operations")
        for operation, action, often in sorted(rows):
            print(f"  {operation:58} {action:48} {often}")
    return 0
