"""Redacted text: what stands where a secret stood.

The marker replaces the secret inside its string on receipt, before anything else sees it. It survives JSON, so journals, snapshots and
shapes all carry the same thing, and "there is a secret here" stays a testable fact while the secret itself is gone.
"""

from __future__ import annotations

import re
from typing import Any

_MARKER = re.compile(r"‹redacted:([a-z0-9-]+):([0-9+-]+)›")


def marker(pattern: str, length: int) -> str:
    """The text that replaces a secret of `length` characters: the pattern's name and a length class, never the length itself."""
    bounds = ((8, "1-7"), (16, "8-15"), (32, "16-31"), (64, "32-63"))
    return f"‹redacted:{pattern}:{next((text for bound, text in bounds if length < bound), '64+')}›"


def redacted_pattern(value: Any) -> str:
    """The name of the pattern under which (part of) `value` was redacted; "" when nothing was."""
    match = _MARKER.search(value) if isinstance(value, str) else None
    return match[1] if match else ""
