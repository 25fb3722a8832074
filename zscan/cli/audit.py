"""`zscan audit`: look at targets, judge them, report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zscan.cli import options as o

if TYPE_CHECKING:
    from zscan.audit import Inventory
    from zscan.cli.policy import Settings
    from zscan.model.scan import Scan

HELP = """Audit AI assets in clouds, manifests and infrastructure code.

Exit codes: 0 complete, nothing at or above --fail-on · 1 findings · 2 usage or policy error · 3 incomplete · 4 no credentials ·
5 nothing to audit · 70 a bug · 130 interrupted."""


def command(
    targets: o.Targets = None,
    output: o.Output = None,
    fail_on: o.FailOn = None,
    fail_on_unknown: o.FailOnUnknown = None,
    strict: o.Strict = False,
    level: o.Level = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    severity: o.SeverityFloor = None,
    min_confidence: o.MinConfidence = None,
    types: o.Types = None,
    framework: o.Frameworks = None,
    rules: o.RulesDir = None,
    waivers: o.WaiverFiles = None,
    catalog: o.Catalogs = None,
    baseline: o.Baseline = None,
    config: o.Config = "",
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
    plan: o.Plan = False,
    resume: o.Resume = False,
    save: o.Save = None,
    now: o.Now = "",
    allow_gaps: o.AllowGaps = None,
    allow_custom_endpoints: o.AllowEndpoints = False,
    offline: o.Offline = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    no_color: o.NoColor = False,
) -> int:
    """Audit targets."""
    from zscan.cli import exits, outputs, policy
    from zscan.cli import targets as t

    wanted = outputs.parse(output or [])
    settings = policy.settings(
        config=config,
        now=now,
        level=level,
        select=select,
        ignore=ignore,
        severity=severity,
        min_confidence=min_confidence,
        types=types,
        frameworks=framework,
        rule_dirs=rules,
        waivers=waivers,
        catalogs=catalog,
        exclude=exclude,
        fail_on=fail_on,
        fail_on_unknown=fail_on_unknown,
        strict=strict,
        allow_gaps=allow_gaps,
        regions=regions,
    )
    parsed = t.parse(targets or [], offline=offline)
    if plan:
        from zscan.cli.plan import print_plan

        return print_plan(parsed, organization=org)
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
    inventory = t.inventory_of(parsed, collecting, quiet=quiet)
    if save is not None:
        _save(save, inventory, settings)
    scan = _judge(inventory, settings, baseline)
    written = outputs.write(scan, wanted, carried_on=baseline is not None)
    if not quiet and not any(one.path is None for one in wanted):
        from zscan.report.terminal import text

        sys.stdout.write(text(scan, colour=_colour(no_color=no_color), verbose=verbose))
    for path in written if not quiet else ():
        print(f"wrote {path}", file=sys.stderr)
    return exits.exit_code(
        scan,
        fail_on=settings.effective.config.fail_on,
        fail_on_unknown=settings.effective.config.fail_on_unknown,
        strict=settings.effective.config.strict,
        allowed=settings.allowed_gap,
        against_baseline=baseline is not None,
    )


def _colour(*, no_color: bool) -> bool:
    from zscan.cli.terminal import colour

    return colour(sys.stdout, forbidden=no_color)


def _judge(inventory: Inventory, settings: Settings, baseline: Path | None) -> Scan:
    from zscan.audit import evaluate

    scan = evaluate(inventory, settings.policy())
    if baseline is not None:
        from zscan.baseline import annotate, read

        scan.findings = annotate(scan, read(baseline))
    return scan


def _save(path: Path, inventory: Inventory, settings: Settings) -> None:
    from zscan.cli.snapshots import save

    save(path, inventory, settings)
