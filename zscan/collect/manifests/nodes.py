"""What the loader returns: containers that know their lines, marked strings, limits and problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Path = tuple[str | int, ...]


class YMap(dict[Any, Any]):
    """A mapping with positions; as a dict it is what ``yaml.CSafeLoader`` would have built.

    ``line`` is where it begins, ``lines[key]`` where each key stands (a key that came through ``<<`` keeps the line of
    the mapping it was written in), ``dups`` the earlier-overridden repetitions as ``(key, line)``, ``tag`` the
    document's own tag. Keys need not be text: YAML 1.1 reads ``1:`` and ``on:`` as a number and a boolean.
    """

    __slots__ = ("dups", "line", "lines", "tag")

    def __init__(self, line: int = 0, tag: str | None = None) -> None:
        self.line = line
        self.lines: dict[Any, int] = {}
        self.dups: Sequence[tuple[Any, int]] = ()
        self.tag = tag


class YSeq(list[Any]):
    """A sequence with positions: ``line`` where it begins, ``lines[i]`` where item *i* stands, ``tag`` as for maps."""

    __slots__ = ("line", "lines", "tag")

    def __init__(self, line: int = 0, tag: str | None = None) -> None:
        self.line = line
        self.lines: list[int] = []
        self.tag = tag


class TaggedStr(str):  # noqa: SLOT000 (carries its tag)
    """A scalar under a tag that zscan does not interpret (``!reset``, ``!vault``, ``!!python/…``); never executed."""

    tag: str = ""


class TemplateMarker(str):  # noqa: SLOT000 (a marked text, made rarely)
    """Unquoted text holding ``{{ … }}``: the source of a value or key that only a template engine could fill in.

    Quoted text is left alone, because Argo, Kubeflow and Prometheus use ``"{{ … }}"`` as plain data.
    """


class ComplexKey(str):  # noqa: SLOT000 (a marked text, made rarely)
    """The source text of a mapping or sequence used as a key, which neither JSON nor Kubernetes can express."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file. What exceeds one becomes a Problem of kind ``limit``; nothing is cut silently.

    ``nodes`` and ``depth`` hold for the document as a consumer sees it, with every alias expanded: no walk over an
    accepted document visits more nodes. (The long form of a CloudFormation tag adds one level that is not counted.)
    """

    bytes: int = 10_000_000
    depth: int = 100
    nodes: int = 2_000_000
    documents: int = 200_000
    problems: int = 100


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be read, with its place (1-based).

    ``templated`` says that the unreadable document holds ``{{``: most likely a template that nobody rendered.
    """

    line: int
    column: int
    message: str
    kind: Literal["syntax", "limit", "encoding"] = "syntax"
    templated: bool = False


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """One document: its value, the line it begins on, and its ordinal in the file (broken and skipped ones count)."""

    value: Any
    line: int
    index: int


@dataclass(slots=True)
class Loaded:
    """Everything that one file gave: readable documents, problems, and what was skipped on purpose.

    ``template_line`` is the line of the first :class:`TemplateMarker`, or None if no document holds one.
    """

    documents: list[LoadedDocument] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped_crds: int = 0
    template_line: int | None = None

    @property
    def problem(self) -> Problem | None:
        """The first problem, or None if all of the file was read."""
        return self.problems[0] if self.problems else None


class BudgetExceededError(Exception):
    """A walk met more nodes or levels than its caller allowed."""


def line_of(root: Any, path: Path) -> int:
    """Return the line of the deepest element of ``path`` that exists under ``root``; 1 if ``root`` has no position."""
    line = root.line if isinstance(root, YMap | YSeq) else 1
    node = root
    for step in path:
        if isinstance(node, YMap):
            exists = step in node and step in node.lines
        else:
            exists = isinstance(node, YSeq) and isinstance(step, int) and 0 <= step < len(node.lines)
        if not exists:
            break
        line, node = node.lines[step], node[step]
    return line


def walk_bounded(value: Any, budget: int = 2_000_000, depth: int = 250) -> Iterator[tuple[Path, Any]]:
    """Yield ``(path, node)`` for ``value`` and all below it, parents first, in document order.

    Aliased nodes are visited once per use. Raises BudgetExceededError after ``budget`` nodes or below ``depth`` levels,
    so cyclic or exploding graphs that were not built by the loader end as well.
    """
    stack: list[Iterator[tuple[Path, Any]]] = [iter((((), value),))]
    while stack:
        for path, node in stack[-1]:
            if budget <= 0 or len(path) > depth:
                raise BudgetExceededError(f"the value at {path[:8]} exceeds the walk's budget")
            budget -= 1
            yield path, node
            if isinstance(node, dict | list):
                stack.append(_children(path, node))
                break
        else:
            stack.pop()


def _children(path: Path, node: dict[Any, Any] | list[Any]) -> Iterator[tuple[Path, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    return (((*path, key), child) for key, child in pairs)
