"""`zscan inventory`: which AI assets are there, and what they lean on."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zscan.cli import options as o

if TYPE_CHECKING:
    from zscan.model.gap import Gap

HELP = "List AI assets and what they lean on, without judging them."


def command(
    targets: o.Targets = None,
    as_json: Annotated[bool, typer.Option("--json", help="One asset a line, as JSON.")] = False,
    types: o.Types = None,
    everything: Annotated[bool, typer.Option("--all", help="Also identities, keys, stores and networks that AI leans on.")] = False,
    exclude: o.Exclude = None,
    scope: o.Scope = "partial",
    regions: o.Regions = None,
    aws_profile: o.AwsProfile = "",
    org: o.Org = False,
    ou: o.Units = None,
    accounts: o.Accounts = None,
    assume_role: o.AssumeRole = "",
    external_id: o.ExternalId = "",
    session_name: o.SessionName = "zscan",
    session_duration: o.SessionSeconds = 3600,
    concurrency: o.Concurrency = 16,
    resume: o.Resume = False,
    allow_custom_endpoints: o.AllowEndpoints = False,
    offline: o.Offline = False,
    reconcile: Annotated[
        bool,
        typer.Option(
            "--reconcile",
            help="Print counts by type beside those of an independent source: Resource Explorer, AWS Config or Cloud Control. "
            "Its calls need `zscan permissions aws --with reconcile`.",
        ),
    ] = False,
    quiet: o.Quiet = False,
) -> int:
    """Print the inventory."""
    from zscan.cli import policy
    from zscan.cli import targets as t
    from zscan.cli.exits import CLEAN, INCOMPLETE
    from zscan.errors import UsageError
    from zscan.model.types import VOCABULARY
    from zscan.report.neutral import terminal

    settings = policy.settings(types=types, exclude=exclude)
    parsed = t.parse(targets or [], offline=offline)
    collecting = t.CollectOptions(
        regions=tuple(regions or ()),
        aws_profile=aws_profile,
        organization=org,
        units=tuple(ou or ()),
        accounts=tuple(accounts or ()),
        assume_role=assume_role,
        external_id=external_id,
        session_name=session_name,
        session_seconds=session_duration,
        concurrency=concurrency,
        allow_custom_endpoints=allow_custom_endpoints,
        resume=resume,
        exclude=settings.effective.config.exclude,
        complete_scope=policy.complete_scope(scope),
        base=policy.base(t.paths(parsed)),
    )
    if reconcile and not any(target.kind == "aws" for target in parsed):
        raise UsageError("--reconcile needs a live account", hint="zscan inventory aws --reconcile")
    inventory = t.inventory_of(parsed, collecting, quiet=quiet)
    if reconcile:
        from zscan.cli.reconcile import print_reconciliation

        return print_reconciliation(inventory, collecting, as_json=as_json)
    kept = [a for a in inventory.assets if (a.type in settings.types if settings.types else everything or VOCABULARY.types[a.type].ai)]
    for asset in kept:
        if as_json:
            print(json.dumps(_plain(asset), sort_keys=True, ensure_ascii=True))
        else:
            print(f"{asset.type:16} {terminal(asset.name):40} {terminal(asset.id)}")
    blocking = [gap for gap in inventory.gaps if gap.blocking]
    for gap in blocking:
        print(f"not read: {gap_line(gap)}", file=sys.stderr)
    print(f"{len(kept)} assets", file=sys.stderr)
    return INCOMPLETE if blocking else CLEAN


def gap_line(gap: Gap) -> str:
    """A gap in one line."""
    from zscan.report.neutral import terminal

    return f"{terminal(gap.scope)} {gap.call} {gap.reason} {terminal(gap.permission or gap.detail)}"


def _plain(asset: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(asset)
