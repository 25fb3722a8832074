"""The terminal: progress on a TTY, colour decisions."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from zscan.collect.run import Progress


def colour(stream: TextIO, *, forbidden: bool = False) -> bool:
    """Whether to colour: a TTY, unless NO_COLOR or --no-color say no; FORCE_COLOR says yes."""
    if forbidden or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def width() -> int:
    """Columns for text: those of the terminal (`COLUMNS`), else 80; never so few or so many that lines become hard to read."""
    import shutil

    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 120)


def progress(*, quiet: bool) -> Callable[[Progress], None]:
    """A progress line on standard error; nothing when it is not a TTY."""
    if quiet or not sys.stderr.isatty():
        return lambda _progress: None

    def show(state: Progress) -> None:
        sys.stderr.write(f"\r\x1b[2K{state.done} of {state.known} tasks · {state.place}")
        if state.done == state.known:
            sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()

    return show
