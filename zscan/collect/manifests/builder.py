"""From parser events to values with positions, within limits.

The limits are kept for the document with its aliases expanded: each anchored node remembers how many nodes and levels
it stands for, and an alias costs as much. So an alias bomb is refused after a few events, and a cycle is seen as an
alias to an anchor that is still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from zscan.collect.manifests.nodes import ComplexKey, Limits, TemplateMarker, YMap, YSeq
from zscan.collect.manifests.scalars import MERGE, long_form, plain, plain_json, tagged
from zscan.collect.manifests.text import Chunk

PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HASH_BITS: Final = 61  # wider integers can be chosen to collide in every dict
_LONGEST_KEY: Final = 200
_LONG_FORM_NODES: Final = 3  # what "!GetAtt a.b" holds beyond its one scalar


class LimitError(Exception):
    """A limit was passed; ``mark`` is the place within the chunk (0-based ``line`` and ``column``)."""

    def __init__(self, message: str, mark: Any) -> None:
        super().__init__(message)
        self.mark = mark


class _Frame:
    """A container that is still open."""

    __slots__ = ("anchor", "before", "height", "key", "merges", "node", "start", "wants_key")

    def __init__(self, node: YMap | YSeq, anchor: str | None = None, before: int = 0, start: int = 0) -> None:
        self.node = node
        self.anchor = anchor
        self.before = before  # nodes spent before this one, to know its size when it closes
        self.start = start
        self.height = 1  # levels from here down, aliases expanded
        self.key: Any = None
        self.wants_key = type(node) is YMap
        self.merges: list[Any] | None = None


class Builder:
    """Builds the documents of one file; the node limit holds for the file, depth for each document."""

    def __init__(self, limits: Limits, *, json: bool = False) -> None:
        self.limits = limits
        self.template_line: int | None = None
        self._plain = plain_json if json else plain
        self._most, self._deepest = limits.nodes, limits.depth
        self._spent = 0
        self._source, self._base, self._span = "", 1, (0, 0)
        self._reset()

    @property
    def exhausted(self) -> bool:
        """Whether the file's nodes are used up, so that nothing further can be read."""
        return self._spent >= self._most

    def build(self, chunk: Chunk) -> Iterator[tuple[Any, int]]:
        """Yield value and line of each document in the chunk. Raises LimitError, and whatever the parser raises."""
        self._source, self._base = chunk
        parser = PARSER(chunk.text)
        begun = self._base
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent:
                self._open(YMap, event)
            elif kind is SequenceStartEvent:
                self._open(YSeq, event)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close(event)
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                self._reset()
                begun = event.start_mark.line + self._base
            elif kind is DocumentEndEvent:
                yield self._frame.node[0], begun
            elif kind is StreamEndEvent:
                return

    def _reset(self) -> None:
        self._frame = _Frame(YSeq())  # holds the root, so that every value has a container
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int, int] | None] = {}

    def _spend(self, nodes: int, mark: Any) -> None:
        if self._spent + nodes > self._most:
            self._refuse(mark)
        self._spent += nodes

    def _refuse(self, mark: Any) -> NoReturn:
        raise LimitError(f"more than {self._most} nodes, with aliases and merge keys expanded", mark)

    def _refuse_depth(self, mark: Any) -> NoReturn:
        raise LimitError(f"nested deeper than {self._deepest} levels", mark)

    def _scalar(self, event: Any) -> None:
        value, mark = event.value, event.start_mark
        line = mark.line + self._base
        if event.tag is not None:
            self._span = (mark.index, event.end_mark.index)
            value = tagged(event.tag, value, line)
            if type(value) is YMap:
                self._spend(_LONG_FORM_NODES, mark)
        elif not event.style and event.implicit[0]:
            value = self._plain(value)
            if type(value) is TemplateMarker:
                self._note_template(line)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1 + (_LONG_FORM_NODES if type(value) is YMap else 0), 0)
        self._spent += 1
        if self._spent > self._most:
            self._refuse(mark)
        frame = self._frame
        if frame.wants_key:
            self._add_key(frame, value, line)
        elif frame.key is None or frame.key is MERGE:
            self._add(value, line)
        else:  # most nodes are plain values of a mapping
            frame.node[frame.key] = value
            frame.wants_key = True

    def _note_template(self, line: int) -> None:
        if self.template_line is None:
            self.template_line = line

    def _open(self, container: type[YMap | YSeq], event: Any) -> None:
        mark = event.start_mark
        self._stack.append(self._frame)
        if len(self._stack) > self._deepest:
            self._refuse_depth(mark)
        node = container(mark.line + self._base, event.tag)
        self._frame = _Frame(node, event.anchor, self._spent, mark.index)
        self._spend(1, mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = None

    def _close(self, event: Any) -> None:
        frame = self._frame
        node: Any = frame.node
        line = node.line
        if frame.merges:
            self._merge(node, frame.merges, event.start_mark)
        if node.tag is not None:
            node = long_form(node.tag, node, line)
            self._spend(1, event.start_mark)
        self._span = (frame.start, event.end_mark.index)
        if type(node) is YMap and len(node) == 1 and type(next(iter(node))) is ComplexKey:
            node = self._template(node, line)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (node, self._spent - frame.before, frame.height)
        parent = self._frame = self._stack.pop()
        if parent.height <= frame.height:
            parent.height = frame.height + 1
        self._add(node, line)

    def _alias(self, event: Any) -> None:
        mark = event.start_mark
        if event.anchor not in self._anchors:
            raise yaml.MarkedYAMLError(problem=f"undefined alias *{event.anchor}", problem_mark=mark)
        target = self._anchors[event.anchor]
        if target is None:
            raise LimitError(f"alias *{event.anchor} refers to a node that contains it", mark)
        value, size, height = target
        if len(self._stack) + height > self._deepest:
            self._refuse_depth(mark)
        self._spend(size, mark)
        self._frame.height = max(self._frame.height, height + 1)
        self._span = (mark.index, event.end_mark.index)
        self._add(value, mark.line + self._base)

    def _add(self, value: Any, line: int) -> None:
        """Put a finished value in its place: a key or value of the open mapping, or an item of the sequence."""
        frame = self._frame
        node = frame.node
        if type(node) is YSeq:
            node.append(value)
            node.lines.append(line)
        elif frame.wants_key:
            self._add_key(frame, value, line)
        else:
            frame.wants_key = True
            if frame.key is MERGE:
                frame.merges = frame.merges or []
                frame.merges.append(value)
            else:
                node[frame.key] = value

    def _add_key(self, frame: _Frame, value: Any, line: int) -> None:
        frame.wants_key = False
        frame.key = key = value if type(value) is str else self._odd_key(value)
        if key is MERGE:
            return
        lines: dict[Any, int] = frame.node.lines  # type: ignore[assignment]
        if key in lines:
            self._note_repeated(frame.node, key, lines[key])
        lines[key] = line

    def _note_repeated(self, node: Any, key: Any, line: int) -> None:
        if not node.dups:
            node.dups = []
        node.dups.append((key, line))

    def _odd_key(self, value: Any) -> Any:
        """Return a hashable, harmless key for what is not simply text."""
        if isinstance(value, dict | list):
            start, end = self._span
            return ComplexKey(self._source[start : min(end, start + _LONGEST_KEY)].strip())
        if isinstance(value, int) and value.bit_length() >= _HASH_BITS:
            return str(value)
        return value

    def _template(self, node: YMap, line: int) -> YMap | TemplateMarker:
        """Return a marker for ``{{ … }}``, which YAML reads as a mapping within a mapping; else the node itself."""
        source = self._source[self._span[0] : self._span[1]]
        opening = source.find("{{")
        inner, value = next(iter(node.items()))
        if opening < 0 or value is not None or not source.startswith(inner, opening + 1) or not source.endswith("}"):
            return node
        marker = TemplateMarker(source[opening:])
        self._note_template(line)
        return marker

    def _merge(self, node: YMap, merges: list[Any], mark: Any) -> None:
        """Apply ``<<``: own keys win, then the last merge key, within one the first mapping."""
        for merge in reversed(merges):
            for source in merge if isinstance(merge, list) else (merge,):
                if isinstance(source, YMap):
                    self._spend(len(source), mark)
                    for key, value in source.items():
                        if key not in node:
                            node[key] = value
                            node.lines[key] = source.lines[key]
