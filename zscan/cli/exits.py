"""Exit codes of an audit, computed from the same scan that the reports show."""

from __future__ import annotations

from collections.abc import Callable

from zscan.model.finding import Finding, Status
from zscan.model.gap import Gap
from zscan.model.rule import Severity
from zscan.model.scan import Scan

CLEAN, FINDINGS, USAGE, INCOMPLETE, NO_CREDENTIALS, NOTHING = 0, 1, 2, 3, 4, 5
_OLD_NEWS = frozenset({"unchanged", "moved", "not_reverified"})


def exit_code(
    scan: Scan, *, fail_on: str, fail_on_unknown: str, strict: bool, allowed: Callable[[Gap], bool], against_baseline: bool
) -> int:
    """1 for findings at or above the threshold, else 3 when something blocking is missing, else 0. With a baseline only news counts."""
    judged = {Status.PASS: 0, Status.FAIL: 0, Status.UNKNOWN: 0, Status.NOT_APPLICABLE: 0}
    failed = False
    for finding in scan.findings:
        judged[finding.status] += 1
        failed = failed or _counts(finding, fail_on, fail_on_unknown, against_baseline=against_baseline)
    if failed:
        return FINDINGS
    if any((gap.blocking or strict) and not allowed(gap) for gap in scan.gaps):
        return INCOMPLETE
    no_verdict = judged[Status.PASS] + judged[Status.FAIL] == 0 and judged[Status.UNKNOWN] > 0
    return INCOMPLETE if no_verdict else CLEAN


def _counts(finding: Finding, fail_on: str, fail_on_unknown: str, *, against_baseline: bool) -> bool:
    if against_baseline and finding.change in _OLD_NEWS:
        return False
    if finding.counts_as_failure:
        return _reaches(finding.severity, fail_on)
    return finding.status is Status.UNKNOWN and _reaches(finding.severity, fail_on_unknown)


def _reaches(severity: Severity, threshold: str) -> bool:
    return threshold != "never" and severity.rank >= Severity(threshold).rank
