"""The long form of the terminal report: every failure with message, evidence and place, then what has no verdict."""

from __future__ import annotations

from collections.abc import Mapping

from zscan.model.finding import Evidence, Finding, Status
from zscan.model.scan import Scan
from zscan.report import view
from zscan.report.neutral import clipped, value_text
from zscan.report.places import Spot, file_line, source_text, spots
from zscan.report.terminal_lines import Lines, Styled, bold, dim

_VALUE_LIMIT = 300


def add_details(out: Lines, scan: Scan, counts: view.Tally) -> None:
    """Failures by rule, worst first, accepted ones among them; then unknown checks with what is missing."""
    groups = view.findings_by_rule(scan, counts=counts)
    wanted = {finding.asset_id for group in groups for status in (Status.FAIL, Status.UNKNOWN) for finding in group.shown[status]}
    known = spots(scan, wanted)
    for status, title, word in ((Status.FAIL, "Failures", "fail"), (Status.UNKNOWN, "Without a verdict", "unknown")):
        having = [group for group in groups if group.shown[status]]
        if having:
            out.heading(title)
        for group in having:
            out.blank()
            share = view.share(len(group.shown[status]), group.verdicts.applicable, "checks")
            out.add(bold(group.rule.id), f"  {group.rule.title}  ", dim(f"{share} {word}"), indent=2, hang=4)
            for finding in group.shown[status]:
                _finding(out, finding, known)


def _finding(out: Lines, finding: Finding, known: Mapping[str, Spot]) -> None:
    line = file_line(finding, known.get(finding.asset_id))
    place = f"{line.file}:{line.line}" if line else finding.asset_id
    out.add(Styled(finding.severity.value, finding.severity.value), "  ", bold(place), indent=4, hang=6)
    if line:
        out.add(dim(finding.asset_id), indent=6)
    out.add(finding.message, indent=6)
    for item in finding.evidence:
        _evidence(out, item, finding)
    for reason in finding.reasons:
        out.add(dim("missing: "), reason, indent=6, hang=8)
    if finding.path:
        steps = "; ".join(f"{step.source} {step.relation} {step.to}" for step in finding.path)
        out.add(dim("path: "), steps, indent=6, hang=8)
    _waiver(out, finding)
    out.add(dim(finding.id), indent=6)


def _evidence(out: Lines, item: Evidence, finding: Finding) -> None:
    value = clipped(value_text(item.value), _VALUE_LIMIT)
    expected = f", expected {item.expected}" if item.expected else ""
    other = f" of {item.asset_id}" if item.asset_id != finding.asset_id else ""
    source = source_text(item.source)
    out.add(f"{item.path}{other} is {value}{expected}", dim(f"  {source}") if source else "", indent=6, hang=8)


def _waiver(out: Lines, finding: Finding) -> None:
    waiver = finding.waiver
    if waiver is None:
        return
    words = f"waiver {waiver.id} expired {waiver.expires}" if waiver.expired else f"risk accepted until {waiver.expires} ({waiver.id})"
    out.add(Styled(words, "unknown"), f"  owner {waiver.owner}, approved by {waiver.approver}: {waiver.reason}", indent=6, hang=8)
