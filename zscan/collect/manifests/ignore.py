"""Ignore files: gitignore patterns, matched in bounded time.

The scanned tree writes the patterns, so the matcher may not backtrack: ``*a*a*a…`` against a name of 60 letters keeps
the usual translation to regular expressions busy for ever. Here each run between two stars is an atomic group that
takes its earliest match, which is always a right choice because such a run has a fixed length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

LARGEST_FILE: Final = 256_000  # bytes: thousands of rules, and compiled in about a second
_LONGEST_LINE: Final = 4096  # no longer than a path can be
_NEVER: Final = "(?!)"
_ANY_FOLDERS: Final = "(?:[^/]+/)*?"
_CLASS_NAMES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_CLASS: Final = re.compile(r"\[(?P<not>[!^]?)(?P<body>\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]", re.DOTALL)
_CLASS_ITEM: Final = re.compile(r"\[:(?P<name>[a-z]+):\]|\\?(?P<low>.)(?:-\\?(?P<high>[^\]]))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Rule:
    regex: re.Pattern[str]
    folders_only: bool
    ignores: bool


class IgnoreRules:
    """The rules of one ignore file; paths are POSIX, relative to the folder the file lies in."""

    def __init__(self, lines: Iterable[str]) -> None:
        parsed = [rule for rule in map(_parse, lines) if rule]
        self._rules = [_Rule(re.compile(source, re.DOTALL), only, ignores) for source, only, ignores in parsed]
        # One match answers for all the rules in the usual case that none applies.
        alternatives = "|".join(source for source, _, _ in parsed)
        self._any = re.compile(alternatives or _NEVER, re.DOTALL)

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Return True if the last matching rule ignores the path, False if it re-includes it, None if none matches."""
        if not self._any.match(path):
            return None
        for rule in reversed(self._rules):
            if (folder or not rule.folders_only) and rule.regex.match(path):
                return rule.ignores
        return None


def _parse(line: str) -> tuple[str, bool, bool] | None:
    """Return (regular expression, folders only, ignores) of one line; None for blank lines, comments and monsters."""
    line = line.rstrip("\r\n")
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    if not line or line.startswith("#") or len(line) > _LONGEST_LINE:
        return None
    ignores = not line.startswith("!")
    pattern = line if ignores else line[1:]
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    anchored = "/" in pattern
    segments = _split(pattern.removeprefix("/"))
    return _regex(segments if anchored else ["**", *segments]), folders_only, ignores


def _split(pattern: str) -> list[str]:
    """Split at slashes; one inside a character class separates nothing (though the class never matches it)."""
    segments, start, position = [], 0, 0
    while position < len(pattern):
        found = _CLASS.match(pattern, position) if pattern[position] == "[" else None
        if pattern[position] == "/":
            segments.append(pattern[start:position])
            start = position + 1
        position = found.end() if found else position + (2 if pattern[position] == "\\" else 1)
    return [*segments, pattern[start:]]


def _regex(segments: list[str]) -> str:
    """Translate a pattern, already split at its slashes, into an expression over the whole path."""
    runs: list[list[str]] = [[]]
    for segment in segments:
        if segment == "**":
            runs.append([])
        else:
            runs[-1].append(_segment(segment))
    *inner, last = runs
    parts = [
        "(?>" + (_ANY_FOLDERS if index else "") + "".join(f"{segment}/" for segment in run) + ")" for index, run in enumerate(inner) if run
    ]
    if not last:  # "a/**" is all below a, and "**" is everything
        return "".join(parts) + r".+\Z"
    reach = "(?:[^/]+/)*" if len(runs) > 1 else ""
    return "".join(parts) + reach + "/".join(last) + r"\Z"


def _segment(glob: str) -> str:
    """Translate a pattern for one path component."""
    runs: list[list[str]] = [[]]
    for star, single in _tokens(glob):
        if star:
            runs.append([])
        else:
            runs[-1].append(single)
    head, *rest = ("".join(run) for run in runs)
    if not rest:
        return head
    *inner, tail = rest
    middle = "".join(f"(?>[^/]*?{run})" for run in inner if run)
    return f"{head}{middle}(?>[^/]*{tail}(?=/|\\Z))"


def _tokens(glob: str) -> Iterator[tuple[bool, str]]:
    """Yield (is a star, expression for exactly one character) for each element of the pattern."""
    position = 0
    while position < len(glob):
        char = glob[position]
        found = _CLASS.match(glob, position) if char == "[" else None
        if found:
            yield False, _char_class(found)
            position = found.end()
            continue
        if char == "\\":
            position += 1
            char = glob[position : position + 1]
            yield False, re.escape(char) if char else _NEVER
        elif char == "[":  # never closed: git matches nothing then
            yield False, _NEVER
            return
        else:
            yield char == "*", "[^/]" if char == "?" else re.escape(char)
        position += 1


def _char_class(found: re.Match[str]) -> str:
    """Translate ``[a-z]``, ``[!a-z]``, ``[[:digit:]]``; a slash is never matched."""
    items = []
    for item in _CLASS_ITEM.finditer(found["body"]):
        low, high = item["low"], item["high"]
        if item["name"]:
            items.append(_CLASS_NAMES.get(item["name"], ""))
        elif high is None:
            items.append(re.escape(low))
        elif low <= high:
            items.append(f"{re.escape(low)}-{re.escape(high)}")
    inside = "".join(items)
    if found["not"]:
        return f"[^/{inside}]"
    return f"(?!/)[{inside}]" if inside else _NEVER
