"""Findings: what one rule says about one asset (or one element of it)."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import msgspec

from zscan.model.rule import Severity
from zscan.model.source import Source


class Status(StrEnum):
    """The four answers. UNKNOWN is the only answer to missing evidence."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


EvidenceClass: TypeAlias = Literal["observed", "declared"]
Change: TypeAlias = Literal["new", "unchanged", "regressed", "fixed", "moved", "not_reverified"]


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact that a verdict rests on: the value seen, what was expected, and where the value came from."""

    asset_id: str
    path: str
    value: Any = None
    expected: str = ""
    source: Source | None = None


class Step(msgspec.Struct, frozen=True):
    """One edge of a witness path."""

    source: str = msgspec.field(name="from")
    relation: str
    to: str


class WaiverNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """The accepted risk that covers a finding."""

    id: str
    owner: str
    approver: str
    reason: str
    expires: str
    expired: bool = False
    origin: str = ""  # file and line


class Finding(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Rule × asset (× element). Field meanings are those of the scan document (`zscan schema scan`)."""

    id: str
    rule_id: str
    asset_id: str
    key: str = ""
    status: Status
    severity: Severity
    message: str
    evidence_class: EvidenceClass
    evidence: tuple[Evidence, ...] = ()
    path: tuple[Step, ...] = ()
    gap_ids: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()  # for UNKNOWN: what is missing, in words
    waiver: WaiverNote | None = None
    change: Change | None = None
    first_seen: str = ""
    last_verified: str = ""
    owner: str = ""

    @property
    def counts_as_failure(self) -> bool:
        """Whether it is a failure that no valid waiver covers."""
        return self.status is Status.FAIL and (self.waiver is None or self.waiver.expired)


def finding_id(rule_id: str, asset_id: str, key: str = "") -> str:
    """A stable id: it depends on rule, asset and element alone, never on lines, order, time or working directory."""
    return "f-" + hashlib.sha256(f"{rule_id}\0{asset_id}\0{key}".encode()).hexdigest()[:20]


class NotAssessed(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """A rule that could not be tried on a whole class or scope, once per reason instead of once per asset."""

    rule_id: str
    scope: str
    reason: str
    gap_id: str = ""
