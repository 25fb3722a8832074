"""The scan document on disk (`zscan.scan/v1`): written as a stream, one asset or finding a line, and read back whole.

The JSON report is what `encode_lines` gives, so a saved scan and a report are the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from zscan.errors import UsageError
from zscan.model.asset import Asset
from zscan.model.finding import Finding, NotAssessed
from zscan.model.framework import FrameworkResult, Objective
from zscan.model.gap import Gap
from zscan.model.grant import Grant
from zscan.model.rule import Rule
from zscan.model.scan import SCHEMA, Run, Scan, Summary, Tool, UnusedWaiver
from zscan.model.structs import facts_struct
from zscan.model.types import VOCABULARY

T = TypeVar("T")

_HINT = "Give a file that `-o json=FILE` wrote, unchanged."
_STREAMS = frozenset({"rules", "objectives", "assets", "findings", "gaps", "not_assessed", "frameworks", "waivers", "access"})


def encode_lines(scan: Scan) -> Iterator[bytes]:
    """The document in pieces that end with a line. Same scan, same bytes; assets and findings are never held together in memory."""
    encode_one = msgspec.json.Encoder(order="deterministic").encode
    opening = b"{"
    for name in Scan.__struct_fields__:
        value = getattr(scan, name)
        yield opening + encode_one(name) + b":"
        if name in _STREAMS:
            yield from _array(value, encode_one)
        else:
            yield encode_one(value)
        opening = b",\n"
    yield b"}\n"


def _array(items: Iterable[Any], encode_one: Any) -> Iterator[bytes]:
    opening = b"[\n"
    for item in items:
        yield opening + encode_one(item)
        opening = b",\n"
    yield b"[]" if opening == b"[\n" else b"\n]"


def encode(scan: Scan) -> bytes:
    """The document as one piece."""
    return b"".join(encode_lines(scan))


class ScanDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The members of a scan document. Optional members may be added within v1; readers pass over what they do not know."""

    schema: str
    tool: Tool
    run: Run
    rules: tuple[Rule, ...]
    objectives: tuple[Objective, ...]
    assets: tuple[Asset, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    not_assessed: tuple[NotAssessed, ...]
    frameworks: tuple[FrameworkResult, ...]
    summary: Summary
    waivers: tuple[UnusedWaiver, ...] = ()
    access: tuple[Grant, ...] = ()


class _Head(msgspec.Struct):
    schema: str = ""


class _Raw(msgspec.Struct, kw_only=True):
    """The document with the members set aside that are large, or that the model keeps strict."""

    rules: msgspec.Raw
    objectives: msgspec.Raw
    assets: tuple[msgspec.Raw, ...]
    findings: tuple[Finding, ...]
    frameworks: msgspec.Raw
    tool: Tool
    run: Run
    gaps: tuple[Gap, ...]
    not_assessed: tuple[NotAssessed, ...]
    summary: Summary
    waivers: tuple[UnusedWaiver, ...] = ()
    access: tuple[Grant, ...] = ()


def decode(data: bytes, name: str = "scan") -> Scan:
    """A scan out of its document. `name` is for messages. Raises `UsageError`: not JSON, another schema, members missing or wrong.

    Facts take the struct of their asset's type; unknown optional members are passed over.
    """
    try:
        if msgspec.json.decode(data, type=_Head).schema != SCHEMA:
            raise UsageError(
                f"{name}: not a scan document of this version",
                why=f"`schema` is not {SCHEMA}.",
                hint=_HINT,
            )
        raw = msgspec.json.decode(data, type=_Raw)
        return Scan(
            schema=SCHEMA,
            tool=raw.tool,
            run=raw.run,
            rules=_lenient(raw.rules, tuple[Rule, ...]),
            objectives=_lenient(raw.objectives, tuple[Objective, ...]),
            assets=[decode_asset(one) for one in raw.assets],
            findings=list(raw.findings),
            gaps=raw.gaps,
            not_assessed=raw.not_assessed,
            frameworks=_lenient(raw.frameworks, tuple[FrameworkResult, ...]),
            summary=raw.summary,
            waivers=raw.waivers,
            access=raw.access,
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UsageError(f"{name}: not a readable scan document", why=f"{problem}.", hint=_HINT) from None


_ASSET = msgspec.json.Decoder(Asset)


def decode_asset(data: bytes | msgspec.Raw) -> Asset:
    """One asset with its facts in the struct of its type. Raises `msgspec.ValidationError`, also for a type that is not known."""
    asset = _ASSET.decode(data)
    if asset.type not in VOCABULARY.types:
        raise msgspec.ValidationError(f"asset type `{asset.type}` is not known to this version of zscan")
    asset.facts = msgspec.convert(asset.facts, facts_struct(asset.type))
    return asset


def _lenient(data: msgspec.Raw, kind: type[T]) -> T:
    """`data` as `kind`, without the members that `kind` does not know: the model's structs are strict for people's files, a scan of a
    later version is not a person's mistake.
    """
    return msgspec.convert(_known(msgspec.json.decode(data), msgspec.inspect.type_info(kind)), kind)


def _known(value: Any, info: Any) -> Any:
    if isinstance(info, msgspec.inspect.StructType) and isinstance(value, dict):
        return {one.encode_name: _known(value[one.encode_name], one.type) for one in info.fields if one.encode_name in value}
    if isinstance(value, list) and hasattr(info, "item_type"):
        return [_known(item, info.item_type) for item in value]
    return value


def read_bytes(path: Path) -> bytes:
    """The content of a file, or of standard input for `-`. Raises `UsageError`."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror or 'cannot be read'}", hint="Check the path and its permissions.") from None


def read(path: Path) -> Scan:
    """The scan in a file (`-` = standard input). Raises `UsageError`."""
    return decode(read_bytes(path), str(path))
