"""Settings as they are written: templates may write a number or a switch as text, the API never does."""

from __future__ import annotations

from typing import Any

from zscan.model.document import Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_SWITCHES = {"true": True, "false": False}


def switch(reading: Reading, *, default: bool = False) -> Reading:
    """A truth setting; unset it has the provider's documented default. A value that is neither is unknown."""
    return reading.map(lambda value: default if value is None else _switch(value))


def number(reading: Reading, *, unset: str) -> Reading:
    """A whole number. Unset, or not a number, it is unknown; `unset` says why an unset one cannot be known."""
    return reading.map(lambda value: Unknown(Reason(ReasonCode.UNRESOLVED, unset)) if value is None else _number(value))


def _switch(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return _SWITCHES.get(str(value).strip().lower(), _unreadable("a switch"))


def _number(value: Any) -> Any:
    text = str(value).strip()
    # isascii: int() takes digits of every script, a provider does not
    return int(text) if text.isascii() and text.isdigit() else _unreadable("a number")


def _unreadable(kind: str) -> Unknown:
    return Unknown(Reason(ReasonCode.UNPARSABLE, f"the value is not {kind}"))
