"""Ledgers: the findings of a scan in the small form that scans are compared in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from zscan.model.asset import Asset
from zscan.model.finding import Status
from zscan.model.rule import Severity
from zscan.model.scan import Scan, Target
from zscan.model.types import VOCABULARY

SCHEMA = "zscan.baseline/v1"


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the findings below were found with. `dark` names rules and native types (or asset ids) that blocking gaps kept from sight;
    `"*"` stands for a gap whose extent is not known. `as_of` is the end of collection, RFC 3339 UTC.
    """

    schema: str
    tool: str
    level: str
    targets: tuple[Target, ...]
    as_of: str = ""
    complete: bool = True
    narrowed: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    dark: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding. `digest` is of the asset's facts; `first_seen` and `verified` are RFC 3339 UTC ("" = the header's time).

    `leaned_on` marks a thing that is no AI itself: it is read only because AI refers to it.
    """

    id: str
    rule: str
    asset: str
    status: Status
    severity: Severity
    key: str = ""
    type: str = ""  # native type of the asset
    unit: str = ""
    leaned_on: bool = False
    digest: str = ""
    waiver: str = ""
    first_seen: str = ""
    verified: str = ""


@dataclass(frozen=True)
class Ledger:
    """A header and its records by finding id. `assets` are all assets of the scan where they are known (not in a baseline file)."""

    header: Header
    records: Mapping[str, Record]
    assets: frozenset[str] | None = None

    @property
    def seen_assets(self) -> frozenset[str]:
        """Assets that are known to have been there."""
        return frozenset(record.asset for record in self.records.values()) if self.assets is None else self.assets


def fact_digest(asset: Asset) -> str:
    """A digest of what an asset is like, without its name, id and place."""
    body = msgspec.json.encode((asset.type, asset.native_type, asset.facts), order="sorted")
    return hashlib.sha256(body).hexdigest()[:12]


def ledger(scan: Scan) -> Ledger:
    """The findings of a scan as a ledger. Answers "not applicable" are kept too: they tell that a rule was tried."""
    described = {asset.id: (asset.native_type, asset.unit, fact_digest(asset), _leaned_on(asset)) for asset in scan.assets}
    records: dict[str, Record] = {}
    for finding in scan.findings:
        native_type, unit, digest, leaned_on = described.get(finding.asset_id, ("", "", "", False))
        records[finding.id] = Record(
            id=finding.id,
            rule=finding.rule_id,
            asset=finding.asset_id,
            status=finding.status,
            severity=finding.severity,
            key=finding.key,
            type=native_type,
            unit=unit,
            leaned_on=leaned_on,
            digest=digest,
            waiver=finding.waiver.id if finding.waiver else "",
            first_seen=finding.first_seen,
            verified=finding.last_verified,
        )
    return Ledger(_header(scan), records, frozenset(described))


def _leaned_on(asset: Asset) -> bool:
    known = VOCABULARY.types.get(asset.type)
    return known is not None and not known.ai


def _header(scan: Scan) -> Header:
    run = scan.run
    return Header(
        schema=SCHEMA,
        tool=scan.tool.version,
        level=run.level,
        targets=tuple(sorted((Target(target.kind, target.label) for target in run.targets), key=lambda one: (one.kind, one.label))),
        as_of=run.collected_to or run.finished_at,
        complete=run.complete,
        narrowed=tuple(sorted(run.narrowed)),
        rules=tuple(sorted(rule.id for rule in scan.rules)),
        dark=tuple(sorted(_dark(scan))),
    )


def _dark(scan: Scan) -> set[str]:
    blocking = {gap.id: gap for gap in scan.gaps if gap.blocking}
    hidden = {name for gap in blocking.values() for name in gap.affects or ("*",)}
    return hidden | {entry.rule_id for entry in scan.not_assessed if entry.gap_id in blocking}
