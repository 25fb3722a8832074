"""What the HTML page shows: the view model cut to what a browser can lay out at once, with look-ups for names and links."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain

from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status
from zscan.model.rule import Rule, Severity, Verify
from zscan.model.scan import Scan
from zscan.report import view
from zscan.report.access_chapter import AccessChapter, access_chapter
from zscan.report.chapters import Chapter, chapters

FULL_UP_TO = 20_000  # findings; above, a browser needs more than half a second to its first layout
SHOWN_PER_RULE = 50
SHOWN_PER_TYPE = 200
SHOWN_WAIVED = 500
LINKED_PER_CONTROL_RULE = 8


@dataclass(frozen=True, slots=True)
class VerifyStep:
    """A command an auditor runs: as a template, and filled in for the first affected asset where its names allow that."""

    provider: str
    command: str
    expect: str
    example: str


@dataclass(frozen=True, slots=True)
class IdleRule:
    """A rule in force that has no finding, with why."""

    rule: Rule
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the templates read."""

    scan: Scan
    counts: view.Tally
    fixes: list[view.Fix]
    gaps: list[view.GapGroup]
    not_assessed: list[view.NotAssessedGroup]
    inventory: list[view.TypeGroup]
    access: AccessChapter | None
    chapters: list[Chapter]
    groups: list[view.RuleGroup]
    idle: list[IdleRule]
    waived: list[Finding]
    titles: Mapping[str, str]  # rule id → title
    objectives: Mapping[str, str]  # objective id → title
    assets: Mapping[str, Asset]  # those that are named somewhere on the page
    linked: frozenset[str]  # ids of findings that have an anchor
    anchors: frozenset[str]  # ids of assets that have one
    limited: bool

    @property
    def n_live(self) -> int:
        """Assets seen in live systems."""
        return sum(group.live for group in self.inventory)

    @property
    def n_declared(self) -> int:
        """Assets declared in files."""
        return sum(group.declared for group in self.inventory)

    @property
    def untried(self) -> int:
        """Rules that could not be tried on at least one scope or class."""
        return len({rule_id for group in self.not_assessed for rule_id in group.rule_ids})

    @property
    def reviewed(self) -> tuple[int, int]:
        """Links between objectives and controls that a named person reviewed, and all of them."""
        links = [link for chapter in self.chapters for control in chapter.framework.controls for link in control.objectives]
        return sum(bool(link.reviewed_by) for link in links), len(links)

    def verify(self, group: view.RuleGroup) -> list[VerifyStep]:
        """The rule's commands, each with an example for the first affected asset of that provider whose names are plain."""
        return [VerifyStep(step.provider, step.command, step.expect, self._example(group, step)) for step in group.rule.verify]

    def _example(self, group: view.RuleGroup, step: Verify) -> str:
        if "{" not in step.command:
            return ""
        affected = (self.assets.get(finding.asset_id) for finding in chain.from_iterable(group.shown.values()))
        filled = (
            view.fill_command(step, asset) for asset in affected if asset and asset.provider == step.provider and asset.view == "live"
        )
        return next((command for command in filled if command), "")


def page(scan: Scan) -> Page:
    """The page of a scan."""
    counts = view.tally(scan)
    limited = counts.verdicts.total > FULL_UP_TO
    groups = view.findings_by_rule(scan, limit=SHOWN_PER_RULE if limited else None, counts=counts)
    fixes = view.top_fixes(scan)
    waived = nsmallest(SHOWN_WAIVED, view.waived_findings(scan), key=_by_expiry)
    inventory = view.assets_by_type(scan, SHOWN_PER_TYPE)
    shown = [finding for group in groups for findings in group.shown.values() for finding in findings]
    return Page(
        scan=scan,
        counts=counts,
        fixes=fixes,
        gaps=view.gaps_folded(scan, counts),
        not_assessed=view.not_assessed_grouped(scan),
        inventory=inventory,
        access=access_chapter(scan),
        chapters=chapters(scan),
        groups=groups,
        idle=_idle(scan, counts),
        waived=waived,
        titles={rule.id: rule.title for rule in scan.rules},
        objectives={objective.id: objective.title for objective in scan.objectives},
        assets=_named_assets(scan, chain(shown, waived), fixes),
        linked=frozenset(finding.id for finding in shown if finding.status in (Status.FAIL, Status.UNKNOWN)),
        anchors=frozenset(asset.id for group in inventory for asset in group.shown),
        limited=limited,
    )


def _by_expiry(finding: Finding) -> tuple[str, str]:
    return finding.waiver.expires if finding.waiver else "", finding.id


def _named_assets(scan: Scan, findings: Iterable[Finding], fixes: Iterable[view.Fix]) -> dict[str, Asset]:
    wanted = {fix.place for fix in fixes}
    for finding in findings:
        wanted.add(finding.asset_id)
        wanted.update(evidence.asset_id for evidence in finding.evidence)
        wanted.update(end for step in finding.path for end in (step.source, step.to))
    return {asset.id: asset for asset in scan.assets if asset.id in wanted}


def _idle(scan: Scan, counts: view.Tally) -> list[IdleRule]:
    reasons = {entry.rule_id: entry.reason for entry in sorted(scan.not_assessed, reverse=True)}
    return [
        IdleRule(rule, reasons.get(rule.id, f"no asset of type {', '.join(rule.assets)} was found"))
        for rule in sorted(scan.rules, key=lambda rule: rule.id)
        if rule.id not in counts.by_rule
    ]


def asset_anchor(asset_id: str) -> str:
    """The fragment of an asset: ids of assets hold characters that fragments do not take."""
    return "a-" + hashlib.sha256(asset_id.encode(errors="surrogatepass")).hexdigest()[:12]


def severity_mark(severity: Severity) -> str:
    """A shape for a severity, so that it never rests on colour alone."""
    return {Severity.CRITICAL: "◆", Severity.HIGH: "▲", Severity.MEDIUM: "●", Severity.LOW: "○"}[severity]
