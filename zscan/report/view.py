"""The view model of reports for people: counts with their denominators, orders and groups. It knows no output format.

`tally` reads the findings once and keeps counts only; everything that needs the findings themselves iterates over the scan again, so that
no reporter has to hold all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status
from zscan.model.rule import Rule, Severity, Verify
from zscan.model.scan import Scan
from zscan.model.source import FileSource
from zscan.report.scope import GapGroup, NotAssessedGroup, TypeGroup, assets_by_type, gaps_folded, not_assessed_grouped
from zscan.report.tally import SEVERITY_ORDER, Tally, Verdicts, counts_sentence, share, tally

STATUS_ORDER = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
_SHELL_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_PLACEHOLDER = re.compile(r"\{(name|id|account|region)\}")


def verdict_counts(scan: Scan) -> Verdicts:
    """Findings by status. Who needs more than one count calls `tally` once."""
    return tally(scan).verdicts


def by_severity(scan: Scan) -> dict[Severity, Verdicts]:
    """Findings by severity, critical first, each with its own denominators."""
    return tally(scan).by_severity


def coverage_sentence(verdicts: Verdicts) -> str:
    """How many of the checks that apply were decided."""
    if not verdicts.applicable:
        return "No check applied to what was found."
    undecided = f"; {verdicts.unknown:,} could not be decided because evidence is missing" if verdicts.unknown else ""
    return f"{share(verdicts.decided, verdicts.applicable, 'checks that apply')} reached a verdict{undecided}."


def title_targets(scan: Scan) -> str:
    """The targets by name, as a title shows them."""
    return ", ".join(target.label for target in scan.run.targets)


def incomplete_targets(scan: Scan) -> tuple[str, ...]:
    """Labels of the targets from which something blocking is missing."""
    return tuple(target.label for target in scan.run.targets if not target.complete)


def clock_sentence(scan: Scan) -> str:
    """`evaluated as of X, collected Y` when the rules' clock and the collection differ by more than a day, else nothing."""
    run = scan.run
    first, last = run.collected_from or run.started_at, run.collected_to or run.finished_at
    clock = _instant(run.evaluated_as_of)
    if all(abs(clock - _instant(moment)) <= timedelta(days=1) for moment in (first, last)):
        return ""
    collected = first if first == last else f"{first} to {last}"
    return f"evaluated as of {run.evaluated_as_of}, collected {collected}"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def sort_key(finding: Finding) -> tuple[int, int, bool, str, str, str]:
    """The order for people: failures first, worst first, accepted risks after open ones, then by asset."""
    waived = finding.status is Status.FAIL and not finding.counts_as_failure
    return STATUS_ORDER.index(finding.status), -finding.severity.rank, waived, finding.asset_id, finding.key, finding.id


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """The findings of one rule, sorted for people. `verdicts` counts all of them, `shown` holds those that a report has room for."""

    rule: Rule
    severity: Severity  # the highest among its open failures, else among its findings
    verdicts: Verdicts
    shown: Mapping[Status, tuple[Finding, ...]]

    @property
    def n_shown(self) -> int:
        """How many findings are in `shown`; the denominator is `verdicts.total`."""
        return sum(len(findings) for findings in self.shown.values())


def findings_by_rule(scan: Scan, *, limit: int | None = None, counts: Tally | None = None) -> list[RuleGroup]:
    """Rules that have findings: with open failures first, then accepted ones, then unknown, each worst first.

    With a limit, each rule shows that many findings: failures before unknown before pass.
    """
    counts = counts or tally(scan)
    kept: dict[tuple[str, Status], list[Finding]] = defaultdict(list)
    for finding in scan.findings:
        bucket = kept[finding.rule_id, finding.status]
        bucket.append(finding)
        if limit is not None and len(bucket) >= 4 * limit + 64:  # a bounded buffer: memory follows the limit, not the scan
            bucket.sort(key=sort_key)
            del bucket[limit:]
    groups = [_rule_group(rule, kept, counts, limit) for rule in scan.rules if rule.id in counts.by_rule]
    return sorted(groups, key=_group_key)


def _rule_group(rule: Rule, kept: Mapping[tuple[str, Status], list[Finding]], counts: Tally, limit: int | None) -> RuleGroup:
    shown: dict[Status, tuple[Finding, ...]] = {}
    room = limit
    for status in STATUS_ORDER:
        shown[status] = tuple(sorted(kept.get((rule.id, status), ()), key=sort_key)[:room])
        if room is not None:
            room -= len(shown[status])
    return RuleGroup(rule, counts.worst[rule.id], counts.by_rule[rule.id], shown)


def _group_key(group: RuleGroup) -> tuple[int, int, int, str]:
    verdicts = group.verdicts
    stage = 0 if verdicts.open else 1 if verdicts.fail else 2 if verdicts.unknown else 3
    return stage, -group.severity.rank, -verdicts.open, group.rule.id


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to change: a rule at one place, with the open failures that the change closes."""

    rule_id: str
    title: str
    severity: Severity
    kind: str  # "file", "asset" or "type": what `place` is
    place: str  # a file, an asset id, or `<native type> in <account>`
    finding_ids: tuple[str, ...]

    @property
    def closes(self) -> int:
        """How many open failures the change closes."""
        return len(self.finding_ids)


def top_fixes(scan: Scan, limit: int = 10) -> list[Fix]:
    """What to change first: worst severity, then most findings closed.

    Failures group by the file that declares them, by the one other asset all their evidence comes from (a role, a key), else by native
    type and account.
    """
    failing = {finding.asset_id for finding in scan.findings if finding.counts_as_failure}
    places = {
        asset.id: (asset.source.file if isinstance(asset.source, FileSource) else "", asset.native_type, asset.account)
        for asset in scan.assets
        if asset.id in failing
    }
    groups: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for finding in scan.findings:
        if finding.counts_as_failure:
            groups[(finding.rule_id, *_place(finding, places))].append((finding.severity.rank, finding.id))
    titles = {rule.id: rule.title for rule in scan.rules}
    severities = list(Severity)
    fixes = [
        Fix(
            rule_id,
            titles.get(rule_id, rule_id),
            severities[max(rank for rank, _ in members)],
            kind,
            place,
            tuple(sorted(i for _, i in members)),
        )
        for (rule_id, kind, place), members in groups.items()
    ]
    return sorted(fixes, key=lambda fix: (-fix.severity.rank, -fix.closes, fix.rule_id, fix.place))[:limit]


def _place(finding: Finding, places: Mapping[str, tuple[str, str, str]]) -> tuple[str, str]:
    file, native_type, account = places.get(finding.asset_id, ("", "", ""))
    if file:
        return "file", file
    witnesses = {evidence.asset_id for evidence in finding.evidence}
    if len(witnesses) == 1 and (other := witnesses.pop()) != finding.asset_id:
        return "asset", other
    if not native_type:
        return "asset", finding.asset_id
    return "type", f"{native_type} in {account}" if account else native_type


def waived_findings(scan: Scan) -> Iterator[Finding]:
    """Failures with a waiver, valid or expired."""
    return (finding for finding in scan.findings if finding.status is Status.FAIL and finding.waiver is not None)


def fill_command(verify: Verify, asset: Asset) -> str:
    """The command with the asset's own names, or "" where a name holds a character that a shell could read as more than a name."""
    values = {"name": asset.name, "id": asset.id, "account": asset.account, "region": asset.region}
    wanted = {match[1] for match in _PLACEHOLDER.finditer(verify.command)}
    if not all(_SHELL_SAFE.fullmatch(values[name]) and not values[name].startswith("-") for name in wanted):
        return ""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], verify.command)


__all__ = [
    "SEVERITY_ORDER",
    "STATUS_ORDER",
    "Fix",
    "GapGroup",
    "NotAssessedGroup",
    "RuleGroup",
    "Tally",
    "TypeGroup",
    "Verdicts",
    "assets_by_type",
    "by_severity",
    "clock_sentence",
    "counts_sentence",
    "coverage_sentence",
    "fill_command",
    "findings_by_rule",
    "gaps_folded",
    "incomplete_targets",
    "not_assessed_grouped",
    "share",
    "sort_key",
    "tally",
    "title_targets",
    "top_fixes",
    "verdict_counts",
    "waived_findings",
]
