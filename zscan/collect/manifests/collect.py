"""Collecting a path: walk, load, redact, hand each file to the readers that know its format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from zscan.collect import Collected, Collector, collectors
from zscan.collect.manifests.compose import COMPOSE
from zscan.collect.manifests.fields import without_templates
from zscan.collect.manifests.kubernetes.reader import KUBERNETES
from zscan.collect.manifests.loader import DEFAULT_LIMITS, Loaded, Problem, decode, load
from zscan.collect.manifests.readers import Declarations, FileReader, InputFile
from zscan.collect.manifests.walk import FoundFile, WalkStats, walk
from zscan.collect.redact import redact
from zscan.model.asset import Draft
from zscan.model.document import Document
from zscan.model.gap import Gap, gap, internal
from zscan.model.scan import Target
from zscan.model.unknown import ReasonCode

READERS: tuple[FileReader, ...] = (KUBERNETES, COMPOSE)

_READ_CALL = "read file"
_YAML = (".yaml", ".yml", ".json", ".jsonc", ".template")
_CHART = "Chart.yaml"
_LEFT_OUT = {
    "name": "files of other kinds",
    "vendored": "vendored folders",
    "gitignore": "paths in .gitignore",
    "zscanignore": "paths in .zscanignore",
    "exclude": "paths by --exclude",
    "symlink": "symbolic links out of the tree",
    "special": "special files",
}
_HEAD = 65_536  # bytes that show what a file is
_ANY_MARKER = re.compile(r"\{\{")
_PROBLEM = {"syntax": ReasonCode.UNPARSABLE, "encoding": ReasonCode.UNPARSABLE, "limit": ReasonCode.LIMIT}


@dataclass(slots=True)
class _View:
    """One pass over a target."""

    folder: str  # of the root relative to the base, "" for the base itself
    readers: tuple[FileReader, ...]
    collected: Collected
    charts: Counter[str] = field(default_factory=Counter)
    found: dict[str, FoundFile] = field(default_factory=dict)
    documents: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def name(self, relative: str) -> str:
        """The name of a file below the root, relative to the base."""
        return f"{self.folder}/{relative}" if self.folder else relative


def collect_path(
    root: Path, *, base: Path, exclude: Sequence[str] = (), complete: bool = False, iac: Sequence[FileReader] = ()
) -> Collected:
    """Everything that the files below `root` declare. `base` is the git root: file ids are relative to it.

    `complete` says that the files are the whole of the environment; it is recorded with the target, and the derivations conclude from it
    that what is absent does not exist. Raises FileNotFoundError if `root` does not exist. What cannot be read becomes a gap.
    """
    stats = WalkStats()
    collected = Collected(Target(kind="path", label=_below(root, base) or "."))
    view = _View(_below(root if root.is_dir() else root.parent, base), (*READERS, *iac), collected)
    for found in walk(root, exclude, stats):
        view.found[view.name(found.relative)] = found
    for name in sorted(view.found):
        if name.lower().endswith(_YAML):
            _collect_file(view, name)
    _finish(view, stats, complete=complete)
    return collected


def _collect_file(view: _View, name: str) -> None:
    text = _text(view, name)
    if isinstance(text, Problem):
        _note_unread(view, name, text)
        return
    file = InputFile(name, text, partial(_sibling, view, name))
    claiming = [reader for reader in view.readers if reader.claims(file)]
    if not claiming:
        return
    chart = _chart(view, name)
    if chart and _ANY_MARKER.search(text):
        view.charts[chart] += 1
        return
    loaded = load(text, jsonc=name.lower().endswith((".json", ".jsonc")))
    recognising = [reader for reader in claiming if loaded.problems or reader.recognises(file, loaded)]
    if not recognising:
        return
    view.collected.gaps.extend(_problems(name, loaded.problems))
    prepared = _prepared(loaded)
    view.documents += len(prepared.documents)
    for reader in recognising:
        if reader.recognises(file, prepared):
            _take(view, reader.read(file, prepared))


def _prepared(loaded: Loaded) -> Loaded:
    """The documents with unrendered templates unknown and secrets replaced."""
    for document in loaded.documents:
        if loaded.template_line is not None:
            without_templates(document.value)
        redact(document.value)
    return loaded


def _take(view: _View, declared: Declarations) -> None:
    view.collected.gaps.extend(declared.gaps)
    view.skipped.update(declared.skipped)
    for item in declared.found:
        if isinstance(item, Document):
            _shape(view, item)
        elif isinstance(item, Draft):
            view.collected.drafts.append(item)
        else:
            view.collected.fragments.append(item)


def _shape(view: _View, document: Document) -> None:
    """A provider's resource is shaped by the collector of its native type, wherever the document came from."""
    collector = _collector(document)
    if collector is None:
        view.skipped["resources of types that are not examined"] += 1
        return
    if collector.native_type not in view.collected.offers:
        view.collected.offers[collector.native_type] = collector.offer(document.provider)
        view.collected.vias.extend(collector.via)
    try:
        shaped = list(collector.shape(document))
    except Exception as error:  # noqa: BLE001 (the border of one resource: files are written by anybody)
        view.collected.gaps.append(internal(error, scope=document.unit, what=document.id, affects=(document.native_type,)))
        return
    for item in shaped:
        if isinstance(item, Draft):
            view.collected.drafts.append(item)
        else:
            view.collected.fragments.append(item)


def _collector(document: Document) -> Collector | None:
    return next((c for c in collectors(document.provider) if c.native_type == document.native_type and c.file_form), None)


def _note_unread(view: _View, name: str, problem: Problem) -> None:
    """A file that cannot be decoded, or is too large, is a gap only if its beginning looks like something that would have been read."""
    try:
        with view.found[name].path.open("rb") as stream:
            head = stream.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        head = None
    if head is None or any(reader.claims(InputFile(name, head)) for reader in view.readers):
        view.collected.gaps.append(_unreadable(name, problem))
    else:
        view.skipped[f"files of no known format: {problem.kind}"] += 1


def _text(view: _View, name: str) -> str | Problem:
    found = view.found[name]
    if found.size > DEFAULT_LIMITS.bytes:
        return Problem(1, 1, f"the file has {found.size} bytes, more than the limit of {DEFAULT_LIMITS.bytes}", "limit")
    try:
        return decode(found.path.read_bytes())
    except OSError as error:
        return Problem(1, 1, error.strerror or "cannot be read", "encoding")


def _sibling(view: _View, name: str, last: str) -> InputFile | None:
    other = f"{name.rpartition('/')[0]}/{last}" if "/" in name else last
    if other == name or other not in view.found:
        return None
    text = _text(view, other)
    return None if isinstance(text, Problem) else InputFile(other, text, partial(_sibling, view, other))


def _chart(view: _View, name: str) -> str:
    """The folder of the chart whose template this file is, or ""."""
    parts = name.split("/")[:-1]
    for depth in range(len(parts), 0, -1):
        if parts[depth - 1] == "templates":
            folder = "/".join(parts[: depth - 1])
            if f"{folder}/{_CHART}".lstrip("/") in view.found:
                return folder or "."
    return ""


def _problems(name: str, problems: Iterable[Problem]) -> list[Gap]:
    """One gap per file: its first problem that is no template, else that it is one. Nobody templates JSON line by line."""
    json = name.lower().endswith((".json", ".jsonc"))
    problems = list(problems)
    broken = [problem for problem in problems if json or not problem.templated]
    templated = [problem for problem in problems if problem.templated]
    if broken:
        return [_unreadable(name, broken[0])]
    if templated:
        detail = f"line {templated[0].line}: a template that was not rendered"
        return [gap(scope=name, call=_READ_CALL, reason=ReasonCode.NOT_RENDERED, detail=detail, affects=("*",))]
    return []


def _unreadable(name: str, problem: Problem) -> Gap:
    detail = f"line {problem.line}, column {problem.column}: {problem.message}"
    return gap(scope=name, call=_READ_CALL, reason=_PROBLEM[problem.kind], detail=detail, affects=("*",))


def _finish(view: _View, stats: WalkStats, *, complete: bool) -> None:
    collected = view.collected
    for chart, count in sorted(view.charts.items()):
        detail = f"{count} template{'s' if count > 1 else ''} of the chart not rendered"
        collected.gaps.append(gap(scope=chart, call="render chart", reason=ReasonCode.NOT_RENDERED, detail=detail, affects=("*",)))
    for unreadable in stats.unreadable:
        collected.gaps.append(
            gap(
                scope=view.name(unreadable.relative),
                call=_READ_CALL,
                reason=ReasonCode.UNPARSABLE,
                detail=unreadable.reason,
                affects=("*",),
            )
        )
    for reader in view.readers:
        collected.offers.update(reader.offers)
    collected.skipped = dict(
        sorted(
            (
                view.skipped + Counter({_LEFT_OUT.get(name, f"paths left out ({name})"): number for name, number in stats.skipped.items()})
            ).items()
        )
    )
    label = collected.target.label
    scopes = (f"{label} (declared complete)" if complete else label,)
    whole = not any(item.blocking for item in collected.gaps)
    collected.target = Target(kind="path", label=label, scopes=scopes, complete=whole, documents=view.documents)


def _below(path: Path, base: Path) -> str:
    """`path` relative to the base in POSIX form, "" for the base and for what lies outside it: ids never hold a machine's own paths."""
    resolved, anchor = path.resolve(), base.resolve()
    return resolved.relative_to(anchor).as_posix() if resolved != anchor and resolved.is_relative_to(anchor) else ""
