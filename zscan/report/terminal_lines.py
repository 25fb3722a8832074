"""Lines for a terminal: wrapped, optionally coloured, every piece neutralised on its way in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from zscan.report.neutral import terminal

_CODES = {
    "bold": "1",
    "dim": "2",
    "critical": "1;31",
    "high": "31",
    "medium": "33",
    "low": "36",
    "pass": "32",
    "fail": "31",
    "unknown": "33",
}


class Styled(NamedTuple):
    """Text with one of the styles above."""

    text: str
    style: str


Part: TypeAlias = str | Styled


def bold(text: str) -> Styled:
    """What the eye should find first."""
    return Styled(text, "bold")


def dim(text: str) -> Styled:
    """What is there for who needs it."""
    return Styled(text, "dim")


def columns(text: str) -> int:
    """How many columns `text` takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class Lines:
    """Collects lines. Names and ids are never cut: a word that is too long for a line gets one of its own."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width, self.colour = width, colour
        self._lines: list[str] = []

    def heading(self, text: str, *after: Part) -> None:
        """A blank line and a title."""
        self.blank()
        self.add(bold(text), *after)

    def blank(self) -> None:
        """An empty line, never two in a row."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def add(self, *parts: Part, indent: int = 0, hang: int | None = None) -> None:
        """A paragraph of parts written one after another. Lines after the first begin at column `hang`."""
        hang = indent if hang is None else hang
        used, line = indent, " " * indent
        fresh = True
        for spaces, word in _words(parts):
            length = sum(columns(text) for text, _ in word)
            if not fresh and used + spaces + length > self.width:
                self._lines.append(line)
                used, line, fresh = hang, " " * hang, True
            gap = 0 if fresh else spaces
            line += " " * gap + "".join(self._painted(text, style) for text, style in word)
            used += gap + length
            fresh = False
        self._lines.append(line if not fresh else "")

    def row(self, lead: Part, width: int, *parts: Part, indent: int = 2) -> None:
        """A paragraph beside a lead that takes `width` columns."""
        text, style = terminal(lead.text if isinstance(lead, Styled) else lead), lead.style if isinstance(lead, Styled) else ""
        before = len(self._lines)
        self.add(*parts, indent=indent + width)
        pad = " " * max(1, width - columns(text))
        first = self._lines[before][indent + width :]
        self._lines[before] = " " * indent + self._painted(text, style) + pad + first

    def cells(self, *cells: tuple[Part, int], indent: int = 2) -> None:
        """One line of a table: each cell with its width, right-aligned when that is negative."""
        line = ""
        for part, width in cells:
            text = terminal(part.text if isinstance(part, Styled) else part)
            pad = " " * max(0, abs(width) - columns(text))
            painted = self._painted(text, part.style if isinstance(part, Styled) else "")
            line += pad + painted if width < 0 else painted + pad
        self._lines.append(" " * indent + line.rstrip())

    def _painted(self, text: str, style: str) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour and style and text else text

    def __str__(self) -> str:
        return "\n".join(self._lines).rstrip("\n") + "\n"


def _words(parts: Iterable[Part]) -> list[tuple[int, list[tuple[str, str]]]]:
    """Words, each of one or more styled pieces, with the spaces before it (two at most): what no space divides stays together."""
    words: list[tuple[int, list[tuple[str, str]]]] = []
    spaces = 0
    for part in parts:
        text, style = (part.text, part.style) if isinstance(part, Styled) else (part, "")
        for index, piece in enumerate(terminal(text).split(" ")):
            spaces += index > 0
            if not piece:
                continue
            if spaces or not words:
                words.append((min(spaces, 2), [(piece, style)]))
            else:
                words[-1][1].append((piece, style))
            spaces = 0
    return words


def counted(number: int, noun: str) -> str:
    """`1 check`, `2,000 checks`."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"
