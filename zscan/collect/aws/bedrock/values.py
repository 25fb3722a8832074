"""Scalars of Bedrock documents. Templates may write a number or a switch as text; the API never does."""

from __future__ import annotations

from typing import Any

from zscan.model.document import Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_SWITCHES = {"true": True, "false": False}


def switch(reading: Reading) -> Reading:
    """A truth value; text that is none is unknown."""
    return reading.map(lambda value: _word(value, _SWITCHES))


def whole(reading: Reading) -> Reading:
    """A whole number; text that is none is unknown."""
    return reading.map(_whole)


def word(reading: Reading, words: dict[str, Any]) -> Reading:
    """The meaning of an enumerated word, whatever its case; a word that is not in `words` is unknown, not a default."""
    return reading.map(lambda value: _word(value, words))


def _word(value: Any, words: dict[str, Any]) -> Any:
    text = str(value).lower()
    return words[text] if text in words else Unknown(Reason(ReasonCode.UNPARSABLE, f"a value that is not documented: {text[:40]}"))


def _whole(value: Any) -> int | Unknown:
    try:
        return int(value)
    except (TypeError, ValueError):
        return Unknown(Reason(ReasonCode.UNPARSABLE, f"not a number: {str(value)[:40]}"))
