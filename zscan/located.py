"""Small YAML policy files read into typed values, with the file and line of whatever is wrong in them.

A leaf module: rule-like files (mappings, waivers, catalogues) are written by people, so every complaint names the line and, where a name
is misspelt, the likely one. Scalars follow the YAML 1.2 core schema: `no` and `2026-01-31` are text. Anchors and aliases are refused,
because a file that people review has no need of them and a hostile one multiplies with them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec
import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from zscan.errors import ConfigError, MappingError, RuleError

Place: TypeAlias = tuple[str | int, ...]
FileErrorKind: TypeAlias = type[ConfigError] | type[MappingError] | type[RuleError]

T = TypeVar("T")

_MAX_BYTES = 8_000_000
_MAX_DEPTH = 32
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,3})?\Z")


@dataclass(frozen=True, slots=True)
class Located:
    """Plain data of one file together with the line (from 1) of every element of it, and the kind of error that is raised about it."""

    data: Any
    file: str
    error: FileErrorKind
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of the element at `place`, or of its nearest existing ancestor."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def at(self, place: Place) -> str:
        """`file:line` of an element."""
        return f"{self.file}:{self.line(place)}"

    def problem(self, place: Place, message: str, *, hint: str = "", suggestion: str = "") -> Exception:
        """The error to raise about the element at `place`."""
        return self.error(message, file=self.file, line=self.line(place), hint=hint, suggestion=suggestion)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to a misspelt one, or "" when none is near."""
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)), "")


def read_text(path: Path, error: FileErrorKind) -> str:
    """The text of a policy file. Raises `error`: not there, not readable, not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise error("not UTF-8 text", file=str(path), hint="Save the file as UTF-8.") from None
    except OSError as problem:
        raise error(problem.strerror or "cannot be read", file=str(path), hint="Check the path and its permissions.") from None


def read_yaml(text: str, file: str, error: FileErrorKind) -> Located:
    """One YAML document with positions. Raises `error`: not YAML, too large, too deep, aliases, a key twice."""
    if len(text) > _MAX_BYTES:
        raise error(f"larger than {_MAX_BYTES:,} characters", file=file, hint="Split the file.")
    builder = _Builder(file, error)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        what = str(getattr(problem, "problem", None) or "not a YAML document")
        hint = "Check the indentation and the quotes of this line and the one before."
        raise error(what, file=file, line=mark.line + 1 if mark else 1, hint=hint) from None
    return Located(builder.root, file, error, builder.lines)


class _Builder:
    """Builds plain data out of parser events; keeps the line of each element."""

    def __init__(self, file: str, error: FileErrorKind) -> None:
        self.file, self.error = file, error
        self.root: Any = None
        self.lines: dict[Place, int] = {(): 1}
        self.stack: list[tuple[Any, Place]] = []
        self.key: list[str | None] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        match event:
            case DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self.problem(event, "a second document in one file", "Keep one document a file.")
            case AliasEvent():
                raise self.problem(event, "an alias (`*name`) is not allowed here", "Write the value out.")
            case MappingStartEvent():
                self.push(event, {})
            case SequenceStartEvent():
                self.push(event, [])
            case MappingEndEvent() | SequenceEndEvent():
                self.stack.pop()
                self.key.pop()
            case ScalarEvent():
                if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
                    self.name(event)
                else:
                    self.put(event, _scalar(event))

    def push(self, event: Any, value: Any) -> None:
        if len(self.stack) >= _MAX_DEPTH:
            raise self.problem(event, f"nested deeper than {_MAX_DEPTH} levels", "")
        place = self.put(event, value)
        self.stack.append((value, place))
        self.key.append(None)

    def name(self, event: ScalarEvent) -> None:
        container, place = self.stack[-1]
        if event.value in container:
            raise self.problem(event, f"`{event.value}` stands here twice", "Remove one of the two.")
        self.key[-1] = event.value
        self.lines[(*place, event.value)] = _line(event)

    def put(self, event: Any, value: Any) -> Place:
        if not self.stack:
            self.root = value
            self.lines[()] = _line(event)
            return ()
        container, place = self.stack[-1]
        if isinstance(container, list):
            here: Place = (*place, len(container))
            container.append(value)
            self.lines[here] = _line(event)
            return here
        key = self.key[-1]
        if key is None:
            raise self.problem(event, "a list or mapping cannot be a key", "")
        container[key] = value
        self.key[-1] = None
        return (*place, key)

    def problem(self, event: Any, message: str, hint: str) -> Exception:
        return self.error(message, file=self.file, line=_line(event), hint=hint)


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def _scalar(event: ScalarEvent) -> Any:
    text: str = event.value
    if event.style or event.tag is not None:  # quoted, block, or tagged: text
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_UNKNOWN_FIELD = re.compile(r"unknown field `([^`]+)`")
_MISSING_FIELD = re.compile(r"missing required field `([^`]+)`")
_ENUM_VALUE = re.compile(r"Invalid enum value '([^']*)'")


def typed(located: Located, kind: type[T], *, words: Iterable[str] = ()) -> T:
    """The data as `kind` (a msgspec struct). A mismatch raises the file's kind of error with the line, and a suggestion out of the
    struct's own member names or `words` (members of closed sets).
    """
    try:
        return msgspec.convert(located.data, kind)
    except msgspec.ValidationError as problem:
        raise _explain(located, kind, str(problem), words) from None


def _explain(located: Located, kind: type, text: str, words: Iterable[str]) -> Exception:
    match = _AT.match(text)
    what, path = (match["what"], match["path"] or "$") if match else (text, "$")
    place: Place = tuple(int(number) if number else name for name, number in _STEP.findall(path))
    if found := _UNKNOWN_FIELD.search(what):
        return located.problem((*place, found[1]), f"unknown member `{found[1]}`", suggestion=closest(found[1], field_names(kind)))
    if found := _MISSING_FIELD.search(what):
        return located.problem(place, f"`{found[1]}` is missing")
    suggestion = closest(found[1], words) if (found := _ENUM_VALUE.search(what)) else ""
    where = f" (at {path.removeprefix('$').lstrip('.')})" if path != "$" else ""
    return located.problem(place, what[:1].lower() + what[1:] + where, suggestion=suggestion)


def field_names(kind: type) -> set[str]:
    """The member names of a struct and of every struct below it, as they stand in a file."""
    names: set[str] = set()
    _collect(msgspec.inspect.type_info(kind), names)
    return names


def _collect(info: Any, names: set[str]) -> None:
    if isinstance(info, msgspec.inspect.StructType):
        for one in info.fields:
            names.add(one.encode_name)
            _collect(one.type, names)
        return
    for attribute in ("item_type", "value_type"):
        if hasattr(info, attribute):
            _collect(getattr(info, attribute), names)
    for attribute in ("item_types", "types"):
        for part in getattr(info, attribute, ()):
            _collect(part, names)
