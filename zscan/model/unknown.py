"""Missing evidence as a value, and the three-valued (Kleene) algebra over it.

While assets are shaped, linked and derived, a value whose evidence is missing is an `Unknown` that carries its reasons. It has no truth
value: `bool(Unknown(...))` raises, so that code which forgets the third value fails loudly instead of choosing a verdict. In the frozen
assets that rules read, the same state is `None` and the reasons stand beside the facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NoReturn, TypeAlias

import msgspec


class ReasonCode(StrEnum):
    """Why evidence is missing."""

    DENIED = "DENIED"  # the provider refused the call: a permission is missing
    THROTTLED = "THROTTLED"  # retries were used up
    TIMEOUT = "TIMEOUT"  # no answer before the deadline, or no connection
    EXPIRED = "EXPIRED"  # credentials ran out during the scan
    ERROR = "ERROR"  # the provider answered with an error that is not known to mean absence
    UNPARSABLE = "UNPARSABLE"  # an answer or a recognised file could not be read
    LIMIT = "LIMIT"  # a size, depth or count limit was reached
    CONFLICT = "CONFLICT"  # two observers of one asset disagree
    UNRESOLVED = "UNRESOLVED"  # a reference or expression whose value is not in the input
    NOT_RENDERED = "NOT_RENDERED"  # a template that was not rendered
    NO_FILE_FORM = "NO_FILE_FORM"  # the setting exists only in the live system
    OUT_OF_SCOPE = "OUT_OF_SCOPE"  # lies outside what the run was asked to read

    @property
    def blocking(self) -> bool:
        """Whether a gap of this kind makes a scan incomplete (exit code 3)."""
        return self not in _NOTES


_NOTES = frozenset({ReasonCode.UNRESOLVED, ReasonCode.NOT_RENDERED, ReasonCode.NO_FILE_FORM, ReasonCode.OUT_OF_SCOPE, ReasonCode.CONFLICT})


class Reason(msgspec.Struct, frozen=True, order=True):
    """One reason for missing evidence: code, detail for people, and the gap that explains it (if one was recorded)."""

    code: ReasonCode
    detail: str = ""
    gap_id: str = ""


class Unknown:
    """A value whose evidence is missing. Never true, never false."""

    __slots__ = ("reasons",)

    def __init__(self, *reasons: Reason) -> None:
        if not reasons:
            raise ValueError("an Unknown needs at least one reason")
        self.reasons: tuple[Reason, ...] = tuple(sorted(set(reasons)))

    def __bool__(self) -> NoReturn:
        raise TypeError(f"unknown evidence has no truth value: {self!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{r.code}: {r.detail}' for r in self.reasons)})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.reasons == self.reasons

    def __hash__(self) -> int:
        return hash((type(self), self.reasons))


class Unresolved(Unknown):
    """A value that is known to be set but cannot be read: a parameter without default, an expression, a pointer to another resource.

    `target` is the address of a declared resource inside the same unit (a CloudFormation logical id, a Terraform address) when the
    value is a pointer to it, with the attribute that was asked for.
    """

    __slots__ = ("attribute", "target")

    def __init__(self, expression: str, *, target: str = "", attribute: str = "") -> None:
        super().__init__(Reason(ReasonCode.UNRESOLVED, expression))
        self.target = target
        self.attribute = attribute


class Inherited(Unknown):
    """A setting that the asset leaves to the one it belongs to. Composition puts that one's value here; till then it is not known."""

    __slots__ = ()

    def __init__(self, detail: str) -> None:
        super().__init__(Reason(ReasonCode.UNRESOLVED, detail))


def merge(values: Iterable[Unknown]) -> Unknown:
    """One Unknown with the reasons of all of `values` (at least one)."""
    return Unknown(*{reason for value in values for reason in value.reasons})


Truth: TypeAlias = bool | Unknown


def kleene_not(value: Truth) -> Truth:
    """Negation: an Unknown stays unknown."""
    return value if isinstance(value, Unknown) else not value


def kleene_all(values: Iterable[Truth]) -> Truth:
    """Conjunction: false decides, else any Unknown makes the whole unknown."""
    missing: list[Unknown] = []
    for value in values:
        if isinstance(value, Unknown):
            missing.append(value)
        elif not value:
            return False
    return merge(missing) if missing else True


def kleene_any(values: Iterable[Truth]) -> Truth:
    """Disjunction: true decides, else any Unknown makes the whole unknown."""
    missing: list[Unknown] = []
    for value in values:
        if isinstance(value, Unknown):
            missing.append(value)
        elif value:
            return True
    return merge(missing) if missing else False
