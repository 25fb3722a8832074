"""YAML and JSON documents with the line of every key and item, for files that nobody vouches for.

libyaml's events feed a builder of our own: faster than ``yaml.CSafeLoader``, with the same values (YAML 1.1, as
Kubernetes reads it; timestamps stay text), and without its ways to fail. Text under unknown tags is kept and never
executed, ``{{ … }}`` becomes a marker, a broken document costs only itself, and documents whose aliases form a cycle
or expand beyond the limits are refused, so that whoever walks an accepted document is done after ``Limits.nodes``.

CloudFormation's short forms (``!Ref``, ``!GetAtt``, ``!Sub`` …) are always turned into their long forms: the closed,
capitalised list of names collides with nothing else met in manifests, and ``.tag`` still tells how it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import yaml

from zscan.collect.manifests.builder import Builder, LimitError
from zscan.collect.manifests.nodes import (
    DEFAULT_LIMITS,
    BudgetExceededError,
    ComplexKey,
    Limits,
    Loaded,
    LoadedDocument,
    Problem,
    TaggedStr,
    TemplateMarker,
    YMap,
    YSeq,
    line_of,
    walk_bounded,
)
from zscan.collect.manifests.text import (
    Chunk,
    decode,
    is_crd,
    json_to_yaml,
    split_documents,
    strip_jsonc,
    unify_breaks,
)

__all__ = [
    "DEFAULT_LIMITS",
    "BudgetExceededError",
    "ComplexKey",
    "Limits",
    "Loaded",
    "LoadedDocument",
    "Problem",
    "TaggedStr",
    "TemplateMarker",
    "YMap",
    "YSeq",
    "decode",
    "line_of",
    "load",
    "walk_bounded",
]


def load(text: str, limits: Limits = DEFAULT_LIMITS, *, jsonc: bool = False) -> Loaded:
    """Load every document of ``text``; what cannot be read is described in ``problems``. Never raises.

    A broken document is skipped up to the next ``---`` and the rest is read. ``jsonc`` allows comments and trailing
    commas and reads ``1e-5`` as the number that it is in JSON (in YAML 1.1 it is text). CustomResourceDefinitions are
    counted, not parsed.
    """
    loaded = Loaded()
    if len(text) > limits.bytes:
        message = f"the text has {len(text)} characters, more than the limit of {limits.bytes}"
        loaded.problems.append(Problem(1, 1, message, "limit"))
        return loaded
    text = json_to_yaml(unify_breaks(text))
    builder = Builder(limits, json=jsonc)
    _load_chunks(split_documents(strip_jsonc(text) if jsonc else text), builder, loaded)
    loaded.template_line = builder.template_line
    return loaded


def _load_chunks(chunks: Iterator[Chunk], builder: Builder, loaded: Loaded) -> None:
    index = 0
    for chunk in chunks:
        if len(loaded.problems) >= builder.limits.problems or index >= builder.limits.documents:
            what = "documents" if index >= builder.limits.documents else "broken documents"
            message = f"too many {what}, the rest of the file was not read"
            loaded.problems.append(Problem(chunk.line, 1, message, "limit"))
            return
        if is_crd(chunk.text):
            loaded.skipped_crds += 1
            index += 1
            continue
        try:
            for value, line in builder.build(chunk):
                loaded.documents.append(LoadedDocument(value, line, index))
                index += 1
        except (LimitError, yaml.YAMLError, ValueError, OverflowError) as error:
            # ValueError and OverflowError: lone surrogates, and impossible escapes in the pure-Python parser.
            loaded.problems.append(_problem(error, chunk))
            index += 1
            if builder.exhausted:
                return


def _problem(error: Exception, chunk: Chunk) -> Problem:
    mark = getattr(error, "mark", None) or getattr(error, "problem_mark", None)
    row, column = (mark.line, mark.column) if mark else _offset(error, chunk.text)
    problem, context = getattr(error, "problem", None), getattr(error, "context", None)
    message = ", ".join(part for part in (context, problem) if part) or getattr(error, "reason", None) or str(error)
    kind: Literal["limit", "syntax"] = "limit" if isinstance(error, LimitError) else "syntax"
    return Problem(chunk.line + row, column + 1, str(message), kind, "{{" in chunk.text)


def _offset(error: Exception, text: str) -> tuple[int, int]:
    """Return line and column (0-based) of an error that has only an offset: an unencodable or forbidden character."""
    start = getattr(error, "start", None)
    if start is None:
        # libyaml counts bytes; a reader error of the pure-Python parser counts characters, which is near enough.
        position = getattr(error, "position", None) or 0
        start = len(text.encode("utf-8", "surrogatepass")[:position].decode("utf-8", "ignore"))
    before = text[:start]
    return before.count("\n"), len(before) - before.rfind("\n") - 1
