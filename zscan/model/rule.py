"""Rules as data: what one rule file says, after validation of its form (its expressions are checked by the engine)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, TypeAlias

import msgspec


class Severity(StrEnum):
    """Worst plausible effect times reach; the table is in CONTRIBUTING.md."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Order for comparisons: low 0 … critical 3."""
        return list(Severity).index(self)


Confidence: TypeAlias = Literal["low", "medium", "high"]
RuleStatus: TypeAlias = Literal["experimental", "stable", "deprecated"]
ParamValue: TypeAlias = int | bool | str | tuple[str, ...]

THEMES = {
    "IDN": "Identity and least privilege",
    "NET": "Network segmentation and private endpoints",
    "ENC": "Encryption, keys and rotation",
    "SEC": "Secrets",
    "LOG": "Logging and monitoring",
    "ART": "Model artefact integrity and supply chain",
    "DAT": "Data protection and classification",
    "GRD": "Inference guardrails and interactions",
    "TPS": "Third-party AI services governance",
    "ISO": "Resource isolation and hardening",
    "JIT": "Just-in-time privileged access",
    "AGT": "Agents, tools and MCP",
    "RES": "Resilience and change management",
}


class Verify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an auditor checks by hand: read-only commands; `{name}`, `{id}`, `{account}`, `{region}` stand for the asset's own."""

    provider: str
    command: str
    expect: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One requirement on asset types. Fields are those of a rule file (`zscan schema rule`)."""

    id: str
    title: str
    assets: tuple[str, ...]
    severity: Severity
    confidence: Confidence = "high"
    status: RuleStatus = "stable"
    since: str
    objectives: tuple[str, ...]
    params: dict[str, ParamValue] = {}
    applies_when: str = ""
    for_each: str = ""  # "<list fact or relation> as <name>": one finding per element
    pass_when: str
    by_design: dict[str, str] = {}  # native type → why it always holds there
    message: str
    why: str
    fix: dict[str, str]  # provider → what to change
    verify: tuple[Verify, ...] = ()
    known_gaps: str = ""
    references: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def theme(self) -> str:
        """The theme code in the id (`ZS-NET-01` → `NET`)."""
        return self.id.split("-")[1]


class LoadedRule(msgspec.Struct, frozen=True):
    """A rule with the place it was read from."""

    rule: Rule
    file: str
    lines: dict[str, int]  # field → line, from 1


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level (starter, standard, strict) or a frozen edition of one: which rules count, with which parameters."""

    name: str
    title: str
    description: str
    extends: str = ""
    rules: tuple[str, ...] = ()  # ids, themes or globs
    exclude: tuple[str, ...] = ()
    params: dict[str, dict[str, Any]] = {}
