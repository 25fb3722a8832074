"""How the fact vocabulary is declared: types of facts, facets, asset types, relations.

Rules may name only what is declared here; the type checker, the structs that rules read, the JSON Schema and the documentation all
follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Scalar:
    """`bool`, `int`, `str` or `date` (an RFC 3339 instant in UTC, kept as text)."""

    name: Literal["bool", "int", "str", "date"]


@dataclass(frozen=True, slots=True)
class Enum:
    """A string out of a closed set. Comparing it with anything else is an error at load."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A struct inside a list; `key` names the field that identifies an element across scans (for `for_each`)."""

    fields: Mapping[str, Scalar | Enum]
    key: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list. A list that was read only in part ends with one unknown element."""

    item: Scalar | Enum | Record


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map from strings to strings, read whole or not at all."""


FactType: TypeAlias = Scalar | Enum | ListOf | MapOf

Bool, Int, Str, Date = Scalar("bool"), Scalar("int"), Scalar("str"), Scalar("date")


@dataclass(frozen=True, slots=True)
class Fact:
    """One typed statement about an asset. `doc` says what it means to a reader, not how it is computed."""

    type: FactType
    doc: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of facts that belong together. `name` may be dotted (`identity.granted`); facts are addressed as `<facet>.<fact>`."""

    name: str
    doc: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class AssetType:
    """A kind of thing with a posture. `ai` tells AI assets from what they lean on; `facets` are the groups of facts it can carry."""

    name: str
    doc: str
    facets: tuple[str, ...]
    ai: bool = True
    plural: str = ""


@dataclass(frozen=True, slots=True)
class RelationType:
    """A typed edge. `targets` are the asset types it may point to."""

    name: str
    doc: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All declarations together, with look-ups by dotted fact path."""

    facets: Mapping[str, Facet]
    types: Mapping[str, AssetType]
    relations: Mapping[str, RelationType]
    facts: Mapping[str, Fact] = field(init=False)

    def __post_init__(self) -> None:
        facts = {f"{facet.name}.{name}": fact for facet in self.facets.values() for name, fact in facet.facts.items()}
        object.__setattr__(self, "facts", facts)

    def facts_of(self, asset_type: str) -> dict[str, Fact]:
        """Every fact path that assets of this type can carry."""
        facets = (self.facets[name] for name in self.types[asset_type].facets)
        return {f"{facet.name}.{name}": fact for facet in facets for name, fact in facet.facts.items()}


def python_type(fact_type: FactType | Record) -> Any:
    """The Python annotation of a fact's known value (elements may be None = unknown; see `zscan.model.structs`)."""
    match fact_type:
        case Scalar(name):
            return {"bool": bool, "int": int, "str": str, "date": str}[name]
        case Enum(members):
            return Literal[members]
        case ListOf():
            return list
        case MapOf():
            return dict[str, str]
        case Record():
            return dict
