"""The pipeline: collected targets → inventory → findings → control status → Scan. The one module that knows all stages."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from zscan import __version__
from zscan.assess import Evaluation, assess
from zscan.collect import Collected
from zscan.derive.access.aws import derive_aws_access
from zscan.derive.access.kubernetes import derive_access
from zscan.derive.compose import compose
from zscan.derive.coverage import derive_use, not_inventoried
from zscan.derive.evaluation import derive_evaluation
from zscan.derive.exposure import derive_exposure
from zscan.derive.identity_use import derive_identity_use
from zscan.derive.relevance import relevant
from zscan.engine.checked import CheckedRule
from zscan.engine.evaluate import Engine
from zscan.engine.public import Entry, judge_public
from zscan.engine.waive import LoadedWaiver, Waivers
from zscan.link import link
from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status
from zscan.model.framework import Framework, Objective
from zscan.model.gap import Gap
from zscan.model.grant import Grant
from zscan.model.offers import Offer
from zscan.model.rule import Severity
from zscan.model.scan import SCHEMA, ConfigNote, Principal, Run, Scan, Summary, Target, Tool


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What is there, with what could not be read. `complete_scope` says that the files given are everything there is."""

    assets: tuple[Asset, ...]
    gaps: tuple[Gap, ...]
    offers: Mapping[str, Offer]
    targets: tuple[Target, ...]
    principals: tuple[Principal, ...] = ()
    access: tuple[Grant, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    collected_from: str = ""
    collected_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What judges an inventory: rules that were chosen out of all, mappings, waivers, parameters, and the clock of the rules."""

    rules: Sequence[CheckedRule]
    chosen: Sequence[CheckedRule]
    objectives: tuple[Objective, ...]
    frameworks: Sequence[Framework]
    level: str
    now: datetime
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    waivers: Sequence[LoadedWaiver] = ()
    official: Mapping[str, str] = field(default_factory=dict)
    narrowed: tuple[str, ...] = ()
    config: ConfigNote | None = None
    digests: tuple[str, str] = ("", "")  # of rule and mapping files
    allowed_gap: Callable[[Gap], bool] = lambda _gap: False
    public_by_design: Sequence[Entry] = ()
    types: tuple[str, ...] = ()  # only assets of these types are judged


def take_inventory(collected: Sequence[Collected], *, complete_scope: bool = False) -> Inventory:
    """Link and derive what all targets gave."""
    gaps = _unique(gap for one in collected for gap in one.gaps)
    offers = {native: offer for one in collected for native, offer in one.offers.items()}
    fragments = [fragment for one in collected for fragment in one.fragments]
    by_id = link((draft for one in collected for draft in one.drafts), gaps)
    vias = {(via.native_type, via.relation): via for one in collected for via in one.vias}  # files and accounts bring the same ones
    compose(by_id, list(vias.values()))
    derive_exposure(by_id, fragments, complete=complete_scope, gaps=gaps)
    derive_access(by_id, fragments, complete=complete_scope, gaps=gaps)
    access = derive_aws_access(by_id, fragments, gaps)
    derive_use(by_id, gaps, offers)
    derive_identity_use(by_id, gaps, offers)
    derive_evaluation(by_id, gaps, offers)
    kept, dropped = relevant(by_id)
    times = sorted(time for one in collected for time in (one.collected_from, one.collected_to) if time)
    skipped = Counter({f"unrelated {name}": count for name, count in dropped.items()})
    for one in collected:
        skipped.update(one.skipped)
    return Inventory(
        assets=tuple(draft.freeze() for draft in kept.values()),
        gaps=gaps,
        offers=offers,
        targets=tuple(one.target for one in collected),
        principals=tuple(principal for one in collected for principal in one.principals),
        access=access,
        skipped=dict(sorted(skipped.items())),
        collected_from=times[0] if times else "",
        collected_to=times[-1] if times else "",
    )


def evaluate(inventory: Inventory, policy: Policy, *, started_at: str = "", finished_at: str = "") -> Scan:
    """Judge an inventory. Pure: the same inventory and policy give the same scan."""
    chosen = tuple(sorted((checked.rule for checked in policy.chosen), key=lambda rule: rule.id))
    result = Engine(policy.chosen, inventory.offers, now=policy.now, params=policy.params).evaluate(inventory.assets)
    by_id = {asset.id: asset for asset in inventory.assets}
    judged = judge_public(result.findings, policy.chosen, by_id, policy.public_by_design, policy.now)
    former = {alias: rule.id for rule in chosen for alias in rule.aliases}
    waivers = Waivers(policy.waivers, policy.now, names={asset.id: asset.name for asset in by_id.values()}, rule_ids=former)
    findings = [waivers.apply(finding) for finding in judged if not policy.types or by_id[finding.asset_id].type in policy.types]
    unseen = not_inventoried(inventory.gaps, chosen, inventory.offers)
    not_assessed = tuple(sorted({*result.not_assessed, *unseen}))
    evaluation = Evaluation(
        findings=findings,
        rules=[checked.rule for checked in policy.rules],
        evaluated=frozenset(rule.id for rule in chosen),
        gaps=inventory.gaps,
        not_assessed=not_assessed,
        types_of=_types(inventory),
        narrowed=bool(policy.narrowed),
    )
    complete = not any(gap.blocking and not policy.allowed_gap(gap) for gap in inventory.gaps)
    as_of = _instant(policy.now)
    return Scan(
        schema=SCHEMA,
        tool=Tool("zscan", __version__, *policy.digests),
        run=Run(
            id=_run_id(inventory, policy, as_of),
            started_at=started_at or inventory.collected_from or as_of,
            finished_at=finished_at or inventory.collected_to or as_of,
            evaluated_as_of=as_of,
            targets=inventory.targets,
            level=policy.level,
            params={rule: dict(values) for rule, values in sorted(policy.params.items())},
            config=policy.config,
            principals=inventory.principals,
            narrowed=policy.narrowed,
            complete=complete,
            collected_from=inventory.collected_from,
            collected_to=inventory.collected_to,
            skipped_files=dict(inventory.skipped),
        ),
        rules=chosen,
        objectives=policy.objectives,
        assets=inventory.assets,
        findings=findings,
        gaps=inventory.gaps,
        not_assessed=not_assessed,
        frameworks=assess(evaluation, policy.frameworks, official=policy.official),
        summary=summarise(inventory, findings, len(not_assessed)),
        waivers=waivers.problems(),
        access=tuple(sorted(inventory.access)),
    )


def summarise(inventory: Inventory, findings: Sequence[Finding], not_assessed: int) -> Summary:
    """Counts of a scan."""
    statuses = Counter(finding.status.value for finding in findings)
    failures = Counter(finding.severity.value for finding in findings if finding.counts_as_failure)
    judged = statuses["pass"] + statuses["fail"]
    return Summary(
        assets_by_type=dict(sorted(Counter(asset.type for asset in inventory.assets).items())),
        findings_by_status={status.value: statuses[status.value] for status in Status},
        failures_by_severity={severity.value: failures[severity.value] for severity in Severity},
        waived=sum(1 for finding in findings if finding.status is Status.FAIL and not finding.counts_as_failure),
        not_assessed=not_assessed,
        coverage={
            "judged": judged,
            "applicable": judged + statuses["unknown"],
            "gaps_blocking": sum(gap.blocking for gap in inventory.gaps),
            "gaps": len(inventory.gaps),
        },
    )


def _types(inventory: Inventory) -> dict[str, frozenset[str]]:
    types = {native: frozenset({offer.asset_type}) for native, offer in inventory.offers.items()}
    return types | {asset.id: frozenset({asset.type}) for asset in inventory.assets}


def _unique(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    by_id = {gap.id: gap for gap in gaps}
    return tuple(by_id[key] for key in sorted(by_id))


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _run_id(inventory: Inventory, policy: Policy, as_of: str) -> str:
    """An id that follows from what was judged, with what and when: the same run has the same id everywhere."""
    parts = [
        as_of,
        policy.level,
        *policy.digests,
        *policy.narrowed,
        *(asset.id for asset in inventory.assets),
        *(gap.id for gap in inventory.gaps),
    ]
    parts += [inventory.collected_from, inventory.collected_to, *(rule.id for rule in policy.chosen)]
    return "run-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
