"""Tolerant access to loaded data: files are written by anybody, so a wrong type reads as "not set" and never raises.

An `Unknown` met on the way (a template marker, an unresolved variable) stays an Unknown, because what lies below it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zscan.collect.manifests.loader import TemplateMarker
from zscan.model.document import Path
from zscan.model.unknown import Truth, Unknown, Unresolved

_TRUE = frozenset({"1", "true", "yes", "on", "enabled"})
_FALSE = frozenset({"0", "false", "no", "off", "disabled", ""})


def dig(value: Any, *steps: str | int) -> Any:
    """The element at `steps`; None where a step does not exist; an Unknown where one was met."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return value if isinstance(value, Unknown) else None
    return value


def mapping(value: Any) -> dict[Any, Any]:
    """`value` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> Iterator[tuple[int, dict[Any, Any]]]:
    """The items of a list that are mappings, with their index."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def text(value: Any) -> str:
    """A scalar as text; "" when not set, unknown or not a scalar. Booleans are written as YAML does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def strings(value: Any) -> dict[str, str]:
    """The scalar entries of a mapping as text: labels, annotations, parameters."""
    return {str(key): text(item) for key, item in mapping(value).items() if isinstance(item, str | int | float)}


def truth(value: Any, *, default: bool) -> Truth:
    """A boolean setting: its value, `default` when it is not set, Unknown when it cannot be read."""
    if isinstance(value, bool | Unknown):
        return value
    if value is None:
        return default
    lower = text(value).strip().lower()
    if lower in _TRUE:
        return True
    if lower in _FALSE:
        return False
    return Unresolved(f"not a truth value: {lower[:40]}")


def integer(value: Any) -> int | None:
    """A whole number, also when written as text; None otherwise."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and len(value) < 12 and value.strip().lstrip("-").isdecimal() else None  # noqa: PLR2004


def find(value: Any, path: str) -> Iterator[tuple[Path, Any]]:
    """Every element that a dotted path leads to; `name[]` goes through a list, `*` through the values of a mapping."""
    found: list[tuple[Path, Any]] = [((), value)]
    for part in path.split(".") if path else ():
        found = list(_step(found, part))
    yield from ((place, item) for place, item in found if item is not None)


def _step(found: list[tuple[Path, Any]], part: str) -> Iterator[tuple[Path, Any]]:
    name, through_list = (part[:-2], True) if part.endswith("[]") else (part, False)
    for place, value in found:
        if name == "*":
            yield from (((*place, key), item) for key, item in mapping(value).items())
            continue
        item = dig(value, name)
        if through_list:
            yield from (((*place, name, index), entry) for index, entry in enumerate(sequence(item)))
        else:
            yield (*place, name), item


def without_templates(value: Any) -> Any:
    """`value` with each unrendered `{{ … }}` replaced by an Unknown, in place."""
    if isinstance(value, TemplateMarker):
        return Unresolved(f"template {str(value)[:60]}")
    if isinstance(value, dict):
        for key in value:
            value[key] = without_templates(value[key])
    elif isinstance(value, list):
        for index, item in enumerate(value):
            value[index] = without_templates(item)
    return value


def holds_unknown(value: Any) -> bool:
    """Whether an Unknown stands anywhere in a value."""
    return next(unknowns(value), None) is not None


def unknowns(value: Any) -> Iterator[Unknown]:
    """Every Unknown in a value, however deep."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from unknowns(item)
    elif isinstance(value, list):
        for item in value:
            yield from unknowns(item)
