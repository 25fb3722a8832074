"""The structs that rules read, built from the vocabulary: one nested msgspec Struct per asset type.

A field is `None` when its evidence is missing (or the native type does not offer it). A list that was read only in part ends with `None`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from zscan.model.types import VOCABULARY
from zscan.model.unknown import Unknown
from zscan.model.vocabulary import Enum, FactType, ListOf, MapOf, Record, Scalar

_SCALARS: dict[str, Any] = {"bool": bool, "int": int, "str": str, "date": str}


def _annotation(fact_type: FactType | Record, name: str) -> Any:
    match fact_type:
        case Scalar(scalar):
            return _SCALARS[scalar]
        case Enum():
            return str
        case MapOf():
            return dict[str, str]
        case Record(fields):
            return msgspec.defstruct(
                _class_name(name),
                [(field, _annotation(kind, f"{name}.{field}") | None, None) for field, kind in fields.items()],
                frozen=True,
            )
        case ListOf(item):
            element: Any = _annotation(item, name) | None
            return tuple[element, ...]


def _class_name(path: str) -> str:
    return "".join(part.capitalize() for part in path.replace(".", "_").split("_"))


@cache
def _facet_struct(prefix: str, paths: tuple[str, ...]) -> type[msgspec.Struct]:
    """A struct for the facts at `paths` (relative to `prefix`); nested facets become nested structs with an all-unknown default."""
    fields: list[tuple[str, Any, Any]] = []
    for head in sorted({path.split(".", 1)[0] for path in paths}):
        below = tuple(path.split(".", 1)[1] for path in paths if path.startswith(head + "."))
        full = f"{prefix}.{head}" if prefix else head
        if head in paths:
            fields.append((head, _annotation(VOCABULARY.facts[full].type, full) | None, None))
        else:
            nested = _facet_struct(full, below)
            fields.append((head, nested, msgspec.field(default_factory=nested)))
    return msgspec.defstruct(_class_name(prefix or "facts"), fields, frozen=True, omit_defaults=True)


@cache
def facts_struct(asset_type: str) -> type[msgspec.Struct]:
    """The struct of all facts that assets of this type can carry."""
    return _facet_struct("", tuple(sorted(VOCABULARY.facts_of(asset_type))))


def partial_list(value: Any) -> tuple[Any, Unknown | None]:
    """A draft's list for freezing: unknown elements and unknown record fields become None; the reasons are returned beside it."""
    if not isinstance(value, list | tuple):
        return value, None
    missing: list[Unknown] = []
    items: list[Any] = []
    for item in value:
        if isinstance(item, Unknown):
            missing.append(item)
        elif isinstance(item, dict):
            missing += [field for field in item.values() if isinstance(field, Unknown)]
            items.append({key: None if isinstance(field, Unknown) else field for key, field in item.items()})
        else:
            items.append(item)
    if any(isinstance(item, Unknown) for item in value):
        items.append(None)
    reasons = {reason for unknown in missing for reason in unknown.reasons}
    return tuple(items), Unknown(*reasons) if reasons else None
