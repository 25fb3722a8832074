"""Snapshots: the inventory after derivation, saved so that rules can be applied again later and elsewhere.

One zip file, members uncompressed: `manifest.json`, `about.json` and `assets/<type>.jsonl.zst` (JSON lines under zstandard,
one member for each asset type, so that a reader streams what it wants). The manifest holds the sha256 of every member; all are checked
before anything is believed. The same inventory gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import msgspec

from zscan.errors import UsageError
from zscan.model.asset import Asset
from zscan.model.gap import Gap
from zscan.model.grant import Grant
from zscan.model.offers import Offer
from zscan.model.scan import Run
from zscan.scanfile import decode_asset

SCHEMA = "zscan.snapshot/v1"
SUFFIX = ".zsnap"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the least time a zip can hold: the time of writing is not part of a snapshot
_SPOOL = 1 << 20
_CHUNK = 1 << 20
_MAX_LINE = 64 << 20
_MAX_HEAD = 256 << 20
_LEVEL = 6


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file inside a snapshot. `count` is the number of assets in it."""

    name: str
    sha256: str
    size: int
    count: int = 0


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the assets: the run that collected them, what it could not read, and what each native type offers."""

    run: Run
    gaps: tuple[Gap, ...]
    offers: dict[str, Offer]
    access: tuple[Grant, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds. `derive_version` says which derivation made the facts; another one may judge differently."""

    schema: str
    tool: str
    derive_version: str
    members: tuple[Member, ...]


class Snapshot:
    """An opened snapshot whose hashes were right. Assets are read when they are asked for."""

    def __init__(self, path: Path, manifest: Manifest, about: About) -> None:
        """Made by `open_snapshot`."""
        self.path, self.manifest, self.about = path, manifest, about

    @property
    def derive_version(self) -> str:
        """Which derivation made the facts."""
        return self.manifest.derive_version

    @property
    def counts(self) -> dict[str, int]:
        """Assets by type."""
        return {_type_of(member): member.count for member in self.manifest.members if member.name.startswith("assets/")}

    def assets(self, *types: str) -> Iterator[Asset]:
        """Assets of these types (of all, when none is named), by type and then as they were written. May be called again."""
        for member in self.manifest.members:
            if member.name.startswith("assets/") and (not types or _type_of(member) in types):
                yield from _read_assets(self.path, member)

    def __iter__(self) -> Iterator[Asset]:
        """All assets."""
        return self.assets()


def write(path: Path, assets: Iterable[Asset], *, about: About, versions: tuple[str, str]) -> Manifest:
    """Save an inventory; `versions` are those of the program and of the derivation. Written beside and renamed, readable by the owner
    alone. Raises `UsageError` if the file cannot be written.
    """
    try:
        with ExitStack() as stack:
            encode = msgspec.json.Encoder(order="deterministic").encode
            parts = _asset_parts(stack, assets, encode)
            parts["about.json"] = _whole(stack, encode(about))
            members = tuple(_member(name, *parts[name]) for name in sorted(parts))
            manifest = Manifest(schema=SCHEMA, tool=versions[0], derive_version=versions[1], members=members)
            _write_zip(path, encode(manifest), {name: parts[name][0] for name in sorted(parts)})
            return manifest
    except OSError as problem:
        why = f"{problem.strerror or problem}."
        raise UsageError(f"{path}: the snapshot cannot be written", why=why, hint="Choose another place.") from None


def _whole(stack: ExitStack, data: bytes) -> tuple[IO[bytes], int]:
    spool = _spool(stack)
    spool.write(data)
    return spool, 0


def _spool(stack: ExitStack) -> IO[bytes]:
    return stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_SPOOL))


def _asset_parts(stack: ExitStack, assets: Iterable[Asset], encode: Any) -> dict[str, tuple[IO[bytes], int]]:
    """One compressed spool for each type, filled as the assets come by."""
    import zstandard

    spools: dict[str, IO[bytes]] = {}
    writers: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for asset in assets:
        name = f"assets/{asset.type}.jsonl.zst"
        if name not in writers:
            spools[name], counts[name] = _spool(stack), 0
            writers[name] = zstandard.ZstdCompressor(level=_LEVEL).stream_writer(spools[name], closefd=False)
        writers[name].write(encode(asset) + b"\n")
        counts[name] += 1
    for writer in writers.values():
        writer.close()
    return {name: (spools[name], counts[name]) for name in spools}


def _member(name: str, spool: IO[bytes], count: int) -> Member:
    spool.seek(0)
    digest, size = _digest(spool)
    return Member(name=name, sha256=digest, size=size, count=count)


def _digest(stream: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _write_zip(path: Path, manifest: bytes, spools: dict[str, IO[bytes]]) -> None:
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp: 0600
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_info("manifest.json"), manifest)
            for name, spool in spools.items():
                spool.seek(0)
                with archive.open(_info(name), "w", force_zip64=True) as member:
                    while chunk := spool.read(_CHUNK):
                        member.write(chunk)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.external_attr = 0o600 << 16
    info.create_system = 3  # Unix, whatever the platform: the bytes must not depend on it
    return info


def is_snapshot(path: Path) -> bool:
    """Whether a file is a zip with a snapshot's manifest (its hashes are not looked at)."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return {"manifest.json", "about.json"} <= set(archive.namelist())


def open_snapshot(path: Path) -> Snapshot:
    """Check every hash, then give the snapshot. Raises `UsageError`: no snapshot, another version, damaged or altered."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(_head(archive, "manifest.json"), type=Manifest)
            if manifest.schema != SCHEMA:
                raise UsageError(f"{path}: a snapshot of another version ({manifest.schema})", hint=f"This version reads {SCHEMA}.")
            _verify(path, archive, manifest)
            about = msgspec.json.decode(_head(archive, "about.json"), type=About)
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror or 'cannot be read'}", hint="Check the path and its permissions.") from None
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, msgspec.DecodeError) as problem:
        raise UsageError(f"{path}: not a snapshot, or a damaged one", why=f"{problem}.", hint="Save it again with `--save`.") from None
    return Snapshot(path, manifest, about)


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > _MAX_HEAD:
        raise zipfile.BadZipFile(f"{name} is compressed or larger than a snapshot makes it")
    return archive.read(info)


def _verify(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    listed = sorted(["manifest.json", *(member.name for member in manifest.members)])
    if sorted(archive.namelist()) != listed:
        raise UsageError(f"{path}: its members are not those of its manifest", hint="It was altered or cut short; save it again.")
    for member in manifest.members:
        with archive.open(member.name) as stream:
            digest, size = _digest(stream)
        if (digest, size) != (member.sha256, member.size):
            raise UsageError(
                f"{path}: {member.name} is damaged or was altered",
                why=f"Its sha256 is {digest}; the manifest says {member.sha256}.",
                hint="Take a copy that is whole, or save it again.",
            )


def _type_of(member: Member) -> str:
    return member.name.removeprefix("assets/").removesuffix(".jsonl.zst")


def _read_assets(path: Path, member: Member) -> Iterator[Asset]:
    import io

    import zstandard

    number = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member.name) as packed:
            lines = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True), _CHUNK)
            while line := lines.readline(_MAX_LINE):
                number += 1
                yield decode_asset(line)
    except (OSError, zipfile.BadZipFile, KeyError, zstandard.ZstdError, msgspec.DecodeError, RecursionError) as problem:
        why, hint = f"Line {number}: {problem}.", "Save the snapshot again with this version."
        raise UsageError(f"{path}: {member.name} cannot be read", why=why, hint=hint) from None
    if number != member.count:
        raise UsageError(f"{path}: {member.name} holds {number} assets, not {member.count}", hint="It was altered; save it again.")
