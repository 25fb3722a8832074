"""`-o FORMAT[=PATH]`: which reports to write where, and writing them."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zscan.errors import UsageError
from zscan.model.scan import Scan
from zscan.report import Format, formats


@dataclass(frozen=True, slots=True)
class Wanted:
    """One report that was asked for; no path means standard output."""

    format: Format
    path: Path | None


def parse(arguments: Sequence[str]) -> list[Wanted]:
    """What `-o` asks for. Raises UsageError for unknown formats, two reports on standard output, or two in one file."""
    return [Wanted(formats()[name], path) for name, path in split(arguments, tuple(formats()))]


def split(arguments: Sequence[str], known: Sequence[str]) -> list[tuple[str, Path | None]]:
    """Formats out of `known` and where each goes (None: standard output). Raises UsageError as `parse` does."""
    wanted: list[tuple[str, Path | None]] = []
    for argument in arguments:
        name, _, path = argument.partition("=")
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise UsageError(f"unknown output format {name!r}", hint=f"{hint}known: {', '.join(known)}")
        wanted.append((name, Path(path) if path else None))
    places = [str(path) if path else "-" for _, path in wanted]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise UsageError(
            f"two reports for {twice[0] if twice[0] != '-' else 'standard output'}", hint="give each its own path: -o html=report.html"
        )
    return wanted


def deliver(data: bytes, path: Path | None) -> None:
    """Write to standard output, or replace a file in one step."""
    if path is not None:
        _replace(path, (data,))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write(scan: Scan, wanted: Sequence[Wanted], *, carried_on: bool = False) -> list[Path]:
    """Write every report; files are replaced in one step, so that a failed write leaves the old one.

    `carried_on` says that a baseline's failures stand in the scan where sight was lost, so that its SARIF closes no alert by mistake.
    """
    written: list[Path] = []
    for one in wanted:
        pieces = one.format.pieces(scan)
        if one.path is None:
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.buffer.flush()
            continue
        path = _place(one, scan, carried_on=carried_on)
        _replace(path, pieces)
        written.append(path)
    return written


def _place(one: Wanted, scan: Scan, *, carried_on: bool) -> Path:
    """Where a report goes. An incomplete scan's SARIF must not close alerts: its name says that it is incomplete."""
    if one.path is None:
        raise ValueError("standard output has no path")
    lost_sight = one.format.name == "sarif" and not scan.run.complete and not carried_on
    if not lost_sight:
        return one.path
    path = one.path.with_name(f"{one.path.stem}.incomplete{one.path.suffix}")
    print(
        f"zscan: the scan is incomplete, so its SARIF is written as {path}: uploading it would close alerts that were only not seen. "
        "Give --baseline to carry earlier findings on.",
        file=sys.stderr,
    )
    return path


def _replace(path: Path, pieces: Iterable[bytes]) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines(pieces)
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}", why=str(error), hint="check the folder and its rights") from error
