"""Objectives of the baseline, and the frameworks whose controls they give evidence for."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

Strength: TypeAlias = Literal["direct", "partial"]
Coverage: TypeAlias = Literal["observable", "organisational", "not_observable"]
Basis: TypeAlias = Literal["observed", "declared", "attested", "none"]


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement of the zero-trust AI baseline; rules evidence it, controls point at it."""

    id: str
    title: str
    statement: str


class ControlEvidence(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Why an objective is evidence for a control. `reviewed_by` stays empty until a named person reviewed the link."""

    objective: str
    strength: Strength
    rationale: str
    reviewed_by: str = ""


class Control(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One control of a framework, in our own words with its citation."""

    id: str
    title: str
    statement: str
    citation: str
    coverage: Coverage
    group: str = ""
    aliases: tuple[str, ...] = ()
    reason: str = ""
    evidence: tuple[ControlEvidence, ...] = ()


class Group(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A function, category or section that controls stand under."""

    id: str
    title: str
    parent: str = ""
    citation: str = ""


class FrameworkInfo(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a framework is. Its key is `<id>@<version>`."""

    id: str
    version: str
    title: str
    publication: str
    published: str = ""
    url: str = ""
    licence: str = ""
    scope_note: str = ""


class Framework(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A mapping file."""

    schema: str
    framework: FrameworkInfo
    controls: tuple[Control, ...]
    groups: tuple[Group, ...] = ()


class ControlStatus(StrEnum):
    """What the evidence says of a control. Never more than the evidence."""

    SATISFIED = "satisfied"
    PARTIALLY_SATISFIED = "partially_satisfied"
    NOT_SATISFIED = "not_satisfied"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASSESSED = "not_assessed"


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Evaluated findings behind a status. `waived` counts failures with a valid waiver; they are in `fail` too."""

    passed: int = msgspec.field(default=0, name="pass")
    fail: int = 0
    unknown: int = 0
    waived: int = 0
    not_applicable: int = 0

    @property
    def total(self) -> int:
        """Findings that reached the rule's condition or should have: pass + fail + unknown."""
        return self.passed + self.fail + self.unknown


class ControlResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The status of one control with what it rests on."""

    id: str
    title: str
    statement: str
    citation: str
    status: ControlStatus
    reason: str
    basis: Basis
    method: str  # TEST (live), EXAMINE (files), INTERVIEW (not by zscan)
    counts: Counts
    group: str = ""
    official_text: str = ""  # only from a catalogue the user supplied
    objectives: tuple[ControlEvidence, ...] = ()
    finding_ids: tuple[str, ...] = ()


class FrameworkResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The chapter of one framework."""

    id: str
    version: str
    title: str
    publication: str = ""
    scope_note: str = ""
    groups: tuple[Group, ...] = ()
    controls: tuple[ControlResult, ...] = ()
