"""Neutralisers: one per sink for text that came from a scanned system.

Names, tags and messages are chosen by others. A control character can move a terminal's cursor, a bidirectional override can make
`exe.txt` read `txt.exe`, a leading `=` is a formula in a spreadsheet. Nothing is dropped: what cannot be shown is made visible.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import msgspec

_FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the full-width forms start formulas in East Asian locales
_MARKDOWN_SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#+!|~&:=-]")
_BACKTICKS = re.compile(r"`+")
_WORD_JOINER = "\u2060"


def visible(text: str, *, keep_newlines: bool = False) -> str:
    """`text` with control, format, bidirectional, surrogate and unassigned characters shown as their code point (U+001B in
    single angle quotes).

    Other spaces become a plain space. Control pictures would be shorter, but few fonts have them.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or (keep_newlines and char == "\n") else _sign(char) for char in text)


def _sign(char: str) -> str:
    return " " if unicodedata.category(char) == "Zs" else f"\u2039U+{ord(char):04X}\u203a"


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, and then how many there were."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def terminal(text: str) -> str:
    """For a terminal: no character that moves the cursor, colours, rings or reorders. Console markup is the caller's to escape."""
    return visible(text)


def html_text(text: str) -> str:
    """For HTML text or a quoted attribute in an autoescaping template: escaping is the template's, this makes the rest visible."""
    return visible(text, keep_newlines=True)


def csv_cell(text: str) -> str:
    """For a CSV cell: never a formula (a leading apostrophe marks text), never a line break or control character."""
    prefix = "'" if text.lstrip(" ")[:1] in _FORMULA_STARTS and text.strip(" ") else ""
    return prefix + visible(text)


def xml_text(text: str) -> str:
    """For XML 1.0 text: `visible` leaves only characters that XML 1.0 allows; escaping is the writer's."""
    return visible(text, keep_newlines=True)


def markdown(text: str) -> str:
    """For Markdown prose or a table cell: one line, no markup, no HTML, no automatic link, no @mention."""
    escaped = _MARKDOWN_SPECIAL.sub(lambda match: f"&#{ord(match[0])};", visible(text))
    return escaped.replace("@", f"@{_WORD_JOINER}").replace("www.", f"www{_WORD_JOINER}.")


def markdown_code(text: str) -> str:
    """For names in Markdown: a code span whose fence is longer than any run of backticks inside; safe in table cells too."""
    shown = visible(text).replace("|", "\\|")
    longest = max((len(run) for run in _BACKTICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def value_text(value: Any) -> str:
    """A fact's value as text: text as it is, everything else as JSON with sorted keys; what is not known reads `unknown`."""
    if isinstance(value, str):
        return value
    if value is None:
        return "unknown"
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False, sort_keys=True)
