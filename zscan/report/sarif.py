"""SARIF 2.1.0 for code scanning on GitHub: open failures with their place, in one run for each target.

What has no verdict is a notification, never a result; accepted risks and passes are left out, because every result becomes an alert.
The limits and required members are those that GitHub documents for uploads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from zscan.model.finding import Finding, NotAssessed, Status
from zscan.model.gap import Gap
from zscan.model.rule import Severity
from zscan.model.scan import Scan
from zscan.report import Format, view
from zscan.report.places import Spot, spots
from zscan.report.sarif_notes import Dark, descriptors, notifications
from zscan.report.sarif_results import Placed, file_of, is_result, placed, results
from zscan.report.sarif_rules import Json, driver, taxonomies
from zscan.report.sarif_targets import Assignment, Part, parts

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(scan: Scan) -> bytes:
    """The scan as a SARIF log in UTF-8."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": _runs(scan)}
    return msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"


FORMAT = Format("sarif", "sarif", "application/sarif+json", render, "SARIF 2.1.0 for code scanning: open failures with file and line.")


@dataclass(slots=True)
class _Share:
    """What of a scan falls to one part."""

    failures: list[Placed] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    not_assessed: list[NotAssessed] = field(default_factory=list)
    undecided: int = 0

    def dark(self) -> Dark:
        return Dark(tuple(self.gaps), tuple(self.not_assessed), self.undecided)


def _runs(scan: Scan) -> list[Json]:
    of = parts(scan.run.targets)
    shares = _shares(scan, of)
    absent = _absent(scan, shares)
    tool = {"driver": driver(scan, absent) | {"notifications": descriptors()}}
    index = {rule_id: i for i, rule_id in enumerate([*(rule.id for rule in scan.rules), *(rule_id for rule_id, _ in absent)])}
    counts = view.tally(scan)
    known = taxonomies(scan)
    return [_run(scan, part, share, _Common(tool, known, index, counts)) for part, share in zip(of, shares, strict=True)]


@dataclass(frozen=True, slots=True)
class _Common:
    """What all runs of a log share."""

    tool: Json
    taxonomies: list[Json]
    rule_index: dict[str, int]
    counts: view.Tally


def _run(scan: Scan, part: Part, share: _Share, common: _Common) -> Json:
    made = results(share.failures, common.rule_index)
    run: Json = {
        "tool": common.tool,
        "automationDetails": {"id": part.category},
        "invocations": [_invocation(scan, notifications(scan, part, share.dark(), made, common.counts))],
        "columnKind": "unicodeCodePoints",
        "results": made.results,
    }
    if common.taxonomies:
        run["taxonomies"] = common.taxonomies
    stated = {
        "level": scan.run.level,
        "evaluatedAsOf": scan.run.evaluated_as_of,
        "complete": part.complete,
        "rulesDigest": scan.tool.rules_digest,
        "mappingsDigest": scan.tool.mappings_digest,
    }
    run["properties"] = {name: value for name, value in stated.items() if value != ""}  # empty members are refused
    return run


def _invocation(scan: Scan, notes: list[Json]) -> Json:
    times = {"startTimeUtc": scan.run.started_at, "endTimeUtc": scan.run.finished_at}
    return {
        "executionSuccessful": True,  # gaps are notifications: a run that failed would be shown as an error of the tool
        **{name: moment for name, moment in times.items() if moment},
        "toolExecutionNotifications": notes,
    }


def _shares(scan: Scan, of: Sequence[Part]) -> list[_Share]:
    assignment = Assignment(of)
    shares = [_Share() for _ in of]
    wanted = {finding.asset_id for finding in scan.findings if finding.status in (Status.FAIL, Status.UNKNOWN)}
    known = spots(scan, wanted)
    for finding in scan.findings:
        if finding.status in (Status.FAIL, Status.UNKNOWN):
            _add(shares, assignment, finding, known.get(finding.asset_id))
    for gap in scan.gaps:
        shares[assignment.of_scope(gap.scope)].gaps.append(gap)
    for entry in scan.not_assessed:
        shares[assignment.of_scope(entry.scope)].not_assessed.append(entry)
    return shares


def _add(shares: Sequence[_Share], assignment: Assignment, finding: Finding, spot: Spot | None) -> None:
    share = shares[assignment.of_finding(spot, file_of(finding, spot))]
    share.undecided += finding.status is Status.UNKNOWN
    if is_result(finding):
        share.failures.append(placed(finding, spot))


def _absent(scan: Scan, shares: Sequence[_Share]) -> list[tuple[str, Severity]]:
    """Rules that results name although the scan does not hold them: those of findings carried on from a baseline."""
    held = {rule.id for rule in scan.rules}
    found: defaultdict[str, Counter[Severity]] = defaultdict(Counter)
    for share in shares:
        for one in share.failures:
            if one.finding.rule_id not in held:
                found[one.finding.rule_id][one.finding.severity] += 1
    return [(rule_id, max(found[rule_id], key=lambda severity: severity.rank)) for rule_id in sorted(found)]
