"""Where a statement came from: an API answer, a line of a file, or other facts."""

from __future__ import annotations

import msgspec


class ApiSource(msgspec.Struct, frozen=True, tag="api", omit_defaults=True):
    """An answer of a provider: `call` is `service:Operation`, `pointer` the JSON pointer into the canonical document."""

    call: str
    pointer: str = ""
    collected_at: str = ""  # RFC 3339, UTC


class FileSource(msgspec.Struct, frozen=True, tag="file", omit_defaults=True):
    """A line of an input file. `file` is POSIX and relative to the git root (else the target); `line` counts from 1."""

    file: str
    line: int = 1
    pointer: str = ""


class FactRef(msgspec.Struct, frozen=True, order=True):
    """A fact of another asset that a derived fact rests on."""

    asset_id: str
    path: str


class Derived(msgspec.Struct, frozen=True, tag="derived", omit_defaults=True):
    """A fact that no single document holds; `by` names the derivation."""

    by: str
    derived_from: tuple[FactRef, ...] = ()


Source = ApiSource | FileSource | Derived
