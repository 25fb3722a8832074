"""Counting findings: by status, severity, rule and cause, always with the denominator beside the count."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from zscan.model.finding import Change, EvidenceClass, Finding, Status
from zscan.model.framework import Counts
from zscan.model.rule import Severity
from zscan.model.scan import Scan

SEVERITY_ORDER = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


@dataclass(slots=True)
class Verdicts:
    """Findings by status. `waived` failures are in `fail` too; `expired` ones carry a waiver that has run out and count as open."""

    passed: int = 0
    fail: int = 0
    unknown: int = 0
    not_applicable: int = 0
    waived: int = 0
    expired: int = 0

    @property
    def open(self) -> int:
        """Failures that no valid waiver covers."""
        return self.fail - self.waived

    @property
    def decided(self) -> int:
        """Checks that ended in pass or fail: "evaluated"."""
        return self.passed + self.fail

    @property
    def applicable(self) -> int:
        """Checks that apply: pass, fail and unknown. The denominator of `decided`."""
        return self.passed + self.fail + self.unknown

    @property
    def total(self) -> int:
        """All findings."""
        return self.applicable + self.not_applicable

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        match finding.status:
            case Status.PASS:
                self.passed += 1
            case Status.UNKNOWN:
                self.unknown += 1
            case Status.NOT_APPLICABLE:
                self.not_applicable += 1
            case Status.FAIL:
                self.fail += 1
                if not finding.counts_as_failure:
                    self.waived += 1
                elif finding.waiver is not None:
                    self.expired += 1


@dataclass(slots=True)
class Tally:
    """The counts of one pass over the findings."""

    verdicts: Verdicts = field(default_factory=Verdicts)
    by_severity: dict[Severity, Verdicts] = field(default_factory=lambda: {severity: Verdicts() for severity in SEVERITY_ORDER})
    by_rule: defaultdict[str, Verdicts] = field(default_factory=lambda: defaultdict(Verdicts))
    worst: dict[str, Severity] = field(default_factory=dict)  # rule id → highest severity of its open failures, else of its findings
    by_evidence: dict[EvidenceClass, Verdicts] = field(default_factory=lambda: {"observed": Verdicts(), "declared": Verdicts()})
    changes: Counter[Change] = field(default_factory=Counter)
    unknown_by_gaps: Counter[frozenset[str]] = field(default_factory=Counter)  # the gaps a finding names → such findings


def tally(scan: Scan) -> Tally:
    """Counts over all findings, in one pass."""
    counts = Tally()
    worst: dict[str, tuple[bool, int]] = {}
    for finding in scan.findings:
        counts.verdicts.add(finding)
        counts.by_severity[finding.severity].add(finding)
        counts.by_rule[finding.rule_id].add(finding)
        worst[finding.rule_id] = max(worst.get(finding.rule_id, (False, 0)), (finding.counts_as_failure, finding.severity.rank))
        counts.by_evidence[finding.evidence_class].add(finding)
        if finding.change is not None:
            counts.changes[finding.change] += 1
        if finding.status is Status.UNKNOWN:
            counts.unknown_by_gaps[frozenset(finding.gap_ids)] += 1
    ranked = list(Severity)
    counts.worst = {rule_id: ranked[rank] for rule_id, (_, rank) in worst.items()}
    return counts


def share(part: int, whole: int, noun: str = "") -> str:
    """`12 of 40 checks (30%)`: a share never stands without its denominator. Nothing and everything need no percentage."""
    text = f"{part:,} of {whole:,} {noun}".rstrip()
    if not 0 < part < whole:
        return text
    percent = min(max(round(part * 100 / whole), 1), 99)  # neither "0%" for something nor a full score for less than all
    return f"{text} ({percent}%)"


def counts_sentence(counts: Counts | Verdicts) -> str:
    """`3 pass / 1 fail / 2 unknown / 0 waived of 6`, as every status prints it."""
    total = counts.total if isinstance(counts, Counts) else counts.applicable
    return f"{counts.passed:,} pass / {counts.fail:,} fail / {counts.unknown:,} unknown / {counts.waived:,} waived of {total:,}"
