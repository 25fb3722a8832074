"""Texts of prompts, in which a secret was replaced by a marker on receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zscan.model.document import Reading
from zscan.model.redacted import redacted_pattern
from zscan.model.unknown import Truth, Unknown, kleene_any


def texts_hold_secret(template: Reading) -> Reading:
    """Whether any text of a template (messages, system texts, tool descriptions) holds a credential."""
    return Reading(kleene_any(_marks(template.value)), template.places)


def _marks(value: Any) -> Iterator[Truth]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _marks(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _marks(item)
    elif isinstance(value, str):
        yield bool(redacted_pattern(value))
