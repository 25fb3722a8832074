"""Rule files as plain data with the place of every part, down to the character of an expression inside a scalar.

Scalars: `true`/`false` and whole numbers are values, everything else is text (`no`, `1.0` and `2026-01-31` too). Tags, anchors, aliases,
empty values and repeated keys are errors: a file that people review needs none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
)

from zscan.errors import RuleError

Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 65_536
_MAX_DEPTH = 16
_MAX_NODES = 5_000
_INT = re.compile(r"(0|-?[1-9][0-9]{0,17})\Z")
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "false": False}
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_SPACE_ESCAPES = ("", "n", "t", "r", " ", "v", "f", "N", "_", "L", "P")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something starts: line and column from 0, and the style of a scalar (`""` plain, quotes, `|`, `>`)."""

    line: int
    column: int
    style: str = ""


@dataclass(slots=True)
class Tree:
    """The data of one file and the place of every part. Values have places by path, keys by `(*path, key)` in `keys`."""

    file: str
    text: str
    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def error(self, message: str, path: Path = (), *, offset: int = 0, suggestion: str = "", key: bool = False) -> RuleError:
        """An error at a part of the file; `offset` is a character inside the part when that is text."""
        place = self.keys.get(path) if key else None
        place = place or self._nearest(path)
        line, column = (place.line, place.column) if key else self.locate(path, place, offset)
        return self.error_at(message, line, column, suggestion=suggestion)

    def error_at(self, message: str, line: int, column: int, *, suggestion: str = "") -> RuleError:
        """An error at a line and column (both from 0), with that line."""
        lines = self.text.split("\n")
        shown = lines[min(line, len(lines) - 1)]
        return RuleError(message, file=self.file, line=line + 1, column=column + 1, snippet=shown, suggestion=suggestion)

    def _nearest(self, path: Path) -> Place:
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Place(0, 0)

    def locate(self, path: Path, place: Place, offset: int) -> tuple[int, int]:
        """Line and column of the character `offset` of the text at `path`."""
        value: Any = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return place.line, place.column
        if not isinstance(value, str) or not value:
            return place.line, place.column
        visible = sum(not character.isspace() for character in value[:offset])
        return _visible_character(self.text.split("\n"), place, visible)


def _visible_character(lines: list[str], place: Place, wanted: int) -> tuple[int, int]:
    """The place of the visible character number `wanted` of a scalar: folding and indenting change spaces only, so the others count."""
    line, column = place.line, place.column
    if place.style in ("|", ">"):
        line, column = line + 1, 0
    elif place.style:
        column += 1
    last = (line, column)
    while line < len(lines):
        text = lines[line]
        while column < len(text):
            width, visible = _character(text, column, place.style)
            if visible:
                last = (line, column)
                if wanted == 0:
                    return last
                wanted -= 1
            column += width
        line, column = line + 1, 0
    return last


def _character(text: str, column: int, style: str) -> tuple[int, bool]:
    """How many characters of the file the next character of the value takes, and whether it is visible."""
    if style == "'" and text.startswith("''", column):
        return 2, True
    if style == '"' and text[column] == "\\":
        escape = text[column + 1 : column + 2]
        digits = _HEX_ESCAPES.get(escape, 0)
        code = text[column + 2 : column + 2 + digits]
        visible = not chr(int(code, 16)).isspace() if digits and code else escape not in _SPACE_ESCAPES
        return 2 + digits, visible
    return 1, not text[column].isspace()


def read_tree(text: str, file: str, *, max_bytes: int = MAX_BYTES) -> Tree:
    """One YAML document. Raises `RuleError` with file, line and column."""
    tree = Tree(file, text)
    if len(text.encode()) > max_bytes:
        raise RuleError(f"the file is larger than {max_bytes // 1024} kB", file=file)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _Builder(tree).build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise tree.error_at(problem.problem or "not YAML", mark.line if mark else 0, mark.column if mark else 0) from None
    except yaml.YAMLError as problem:
        raise RuleError(f"not YAML: {str(problem).splitlines()[0]}", file=file) from None
    return tree


class _Builder:
    """Builds plain data out of parser events without recursion."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.open: list[tuple[dict[str, Any] | list[Any], Path]] = []
        self.pending: list[str | None] = []
        self.nodes = self.documents = 0

    def build(self, events: Any) -> None:
        for event in events:
            match event:
                case DocumentStartEvent():
                    self.documents += 1
                    if self.documents > 1:
                        raise self.problem(event, "a second document in one file")
                case AliasEvent():
                    raise self.problem(event, "an alias (*name); write the value out")
                case ScalarEvent() | CollectionStartEvent():
                    self.node(event)
                case CollectionEndEvent():
                    self.open.pop()
                    self.pending.pop()
                case StreamEndEvent() if self.documents == 0:
                    raise self.problem(event, "the file is empty")

    def node(self, event: Any) -> None:
        self.nodes += 1
        if event.anchor is not None:
            raise self.problem(event, "an anchor (&name); write values out where they are needed")
        if event.tag is not None:
            raise self.problem(event, f"a tag ({event.tag}); only plain values are allowed")
        if self.nodes > _MAX_NODES or len(self.open) >= _MAX_DEPTH:
            raise self.problem(event, "too many values, or nested too deep")
        if self.open and isinstance(self.open[-1][0], dict) and self.pending[-1] is None:
            self.key(event)
        else:
            self.value(event)

    def key(self, event: Any) -> None:
        if not isinstance(event, ScalarEvent):
            raise self.problem(event, "a list or mapping cannot be a key")
        container, path = self.open[-1]
        if event.value in container:
            raise self.problem(event, f"{event.value!r} stands here twice")
        self.pending[-1] = event.value
        self.tree.keys[*path, event.value] = _place(event)

    def value(self, event: Any) -> None:
        path = self.path()
        self.tree.places[path] = _place(event)
        value = self.scalar(event) if isinstance(event, ScalarEvent) else {} if isinstance(event, MappingStartEvent) else []
        if not self.open:
            self.tree.data = value
        else:
            container = self.open[-1][0]
            if isinstance(container, list):
                container.append(value)
            else:
                container[str(self.pending[-1])] = value
                self.pending[-1] = None
        if not isinstance(event, ScalarEvent):
            self.open.append((value, path))
            self.pending.append(None)

    def path(self) -> Path:
        if not self.open:
            return ()
        container, path = self.open[-1]
        return (*path, len(container) if isinstance(container, list) else str(self.pending[-1]))

    def scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value
        if event.style:
            return text
        if text in _EMPTY:
            raise self.problem(event, "an empty value; write '' for empty text")
        if text in _BOOL:
            return _BOOL[text]
        return int(text) if _INT.match(text) else text

    def problem(self, event: Any, message: str) -> RuleError:
        return self.tree.error_at(message, event.start_mark.line, event.start_mark.column)


def _place(event: Any) -> Place:
    return Place(event.start_mark.line, event.start_mark.column, (event.style or "") if isinstance(event, ScalarEvent) else "")
