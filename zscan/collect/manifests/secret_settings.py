"""Credentials that a document holds in plain text, found by the markers that the redactor left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from zscan.collect.manifests.fields import text
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.redacted import redacted_pattern

FACTS = frozenset({"secrets.literals", "secrets.defaults"})

KNOWN_DEFAULT = "known-default"
# Fields that name a Secret object: a name is not a credential.
_POINTER = re.compile(
    r"^(?:\w*Secret|\w*Secrets|secret|existingSecret\w*|credentials?|tokenSecret\w*|\w+SecretKey|(?:password|token|secret|user\w*|apiKey)Key)$"
)
_POINTER_EXCEPT = re.compile(r"^(?:client|shared|consumer|jwt|oauth|app|api|hmac|session|cookie)Secret$", re.IGNORECASE)
_SKIPPED = frozenset({"status", "managedFields"})
_DEPTH = 100


def secret_settings(sheet: Sheet, body: Any, path: Path = ()) -> None:
    """State which settings under `body` hold a credential, and which of them one known from documentation."""
    found = {_name(place): (place, pattern) for place, pattern in _marked(body, path, 0)}
    literals = [{"name": name, "where": _where(place)} for name, (place, _) in sorted(found.items())]
    defaults = [{"name": name, "where": _where(place)} for name, (place, pattern) in sorted(found.items()) if pattern == KNOWN_DEFAULT]
    sheet.put("secrets.literals", literals, *(_raw(place) for place, _ in found.values()))
    sheet.put("secrets.defaults", defaults, *(_raw(place) for place, pattern in found.values() if pattern == KNOWN_DEFAULT))


def _marked(value: Any, path: Path, depth: int) -> Iterator[tuple[Path, str]]:
    """The places of redacted strings. A list item that has a name appears in the path as (index, name)."""
    if isinstance(value, dict):
        for key, item in value.items():
            if depth < _DEPTH and key not in _SKIPPED:
                yield from _marked(item, (*path, key), depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            name = text(item.get("name")) if isinstance(item, dict) else ""
            if depth < _DEPTH:
                yield from _marked(item, (*path, f"{index}\0{name}" if name else index), depth + 1)
    elif isinstance(value, str) and "‹" in value:
        pattern = redacted_pattern(value)
        if pattern and not (pattern in {"named-secret", KNOWN_DEFAULT} and _is_pointer(path)):
            yield path, pattern


def _is_pointer(path: Path) -> bool:
    last = next((step for step in reversed(path) if isinstance(step, str) and "\0" not in step), "")
    return last != last.upper() and bool(_POINTER.match(last)) and not _POINTER_EXCEPT.match(last)


def _name(path: Path) -> str:
    """A name that is stable across scans: named list items by name, others by index."""
    return ".".join(str(step).partition("\0")[2] or str(step) for step in path)


def _where(path: Path) -> str:
    steps = [str(step).partition("\0")[2] for step in path if isinstance(step, str) and "\0" in step]
    kind = next((str(step) for step in reversed(path) if str(step) in {"env", "args", "command", "environment", "stringData", "data"}), "")
    return " ".join(part for part in (kind, *steps) if part) or ".".join(str(step) for step in path)


def _raw(path: Path) -> Path:
    return tuple(int(step.partition("\0")[0]) if isinstance(step, str) and "\0" in step else step for step in path)
