"""The scan document (`zscan.scan/v1`): the product of an audit. Every report is a rendering of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from zscan.model.asset import Asset
from zscan.model.finding import Finding, NotAssessed
from zscan.model.framework import FrameworkResult, Objective
from zscan.model.gap import Gap
from zscan.model.grant import Grant
from zscan.model.rule import Rule

SCHEMA = "zscan.scan/v1"
TargetKind: TypeAlias = Literal["aws", "azure", "gcp", "path", "snapshot"]


class Tool(msgspec.Struct, frozen=True):
    """Which program and which data judged: digests are sha256 over the rule and mapping files."""

    name: str
    version: str
    rules_digest: str
    mappings_digest: str


class Target(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was asked to be looked at. `label` is how people name it; `complete` says that nothing blocking is missing from it."""

    kind: TargetKind
    label: str
    scopes: tuple[str, ...] = ()  # accounts and regions, or files read
    complete: bool = True
    documents: int = 0


class Principal(msgspec.Struct, frozen=True):
    """Whose rights the scan used."""

    provider: str
    account: str
    identity: str


class ConfigNote(msgspec.Struct, frozen=True):
    """The policy file that was in force."""

    path: str
    sha256: str


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When, with what and over what. `narrowed` says in words how the run was narrowed (selection, types, regions …)."""

    id: str
    started_at: str
    finished_at: str
    evaluated_as_of: str
    targets: tuple[Target, ...]
    level: str
    params: dict[str, dict[str, Any]] = {}
    config: ConfigNote | None = None
    principals: tuple[Principal, ...] = ()
    narrowed: tuple[str, ...] = ()
    complete: bool = True
    collected_from: str = ""  # earliest and latest collection time, RFC 3339 UTC
    collected_to: str = ""
    skipped_files: dict[str, int] = {}


class UnusedWaiver(msgspec.Struct, frozen=True):
    """A waiver that covered nothing, has expired, or covers more than it should."""

    id: str
    problem: str
    origin: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts, each with its denominator in the same structure."""

    assets_by_type: dict[str, int]
    findings_by_status: dict[str, int]
    failures_by_severity: dict[str, int]
    waived: int
    not_assessed: int
    coverage: dict[str, Any]


class Scan(msgspec.Struct, kw_only=True):
    """One scan. `assets` and `findings` can be iterated any number of times; nothing may assume that they are lists."""

    schema: str
    tool: Tool
    run: Run
    rules: tuple[Rule, ...]
    objectives: tuple[Objective, ...]
    assets: Iterable[Asset]
    findings: Iterable[Finding]
    gaps: tuple[Gap, ...]
    not_assessed: tuple[NotAssessed, ...]
    frameworks: tuple[FrameworkResult, ...]
    summary: Summary
    waivers: tuple[UnusedWaiver, ...] = ()
    access: tuple[Grant, ...] = ()

    def rules_by_id(self) -> Mapping[str, Rule]:
        """Rules by id."""
        return {rule.id: rule for rule in self.rules}
