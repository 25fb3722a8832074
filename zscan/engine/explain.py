"""Why a verdict is what it is: the facts that decided it, those that are missing and why, and the way over relations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from zscan.engine import ir
from zscan.engine.interpret import Bound, Trace
from zscan.engine.ir import Const, Node
from zscan.engine.names import carried
from zscan.engine.render import expected, expression, plain
from zscan.model.asset import Asset
from zscan.model.finding import Evidence, Step
from zscan.model.source import Source
from zscan.model.unknown import Reason

_MOST = 20
"""Facts shown per finding: a list of a thousand open ports is told by its first ones."""

_READS = ir.Fact | ir.Attribute | ir.Tags | ir.Related | ir.Field | ir.Variable


class ExplainStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of an explanation: a part of the rule, what it came to, on which asset, and why it is unknown (if it is)."""

    expression: str
    value: Any = None
    asset_id: str = ""
    element: str = ""
    reasons: tuple[str, ...] = ()
    steps: tuple[ExplainStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test that decided, and the answer that the rule would have wanted."""

    trace: Trace
    want: bool


@dataclass(frozen=True, slots=True)
class Why:
    """What a verdict rests on."""

    evidence: tuple[Evidence, ...] = ()
    path: tuple[Step, ...] = ()
    reasons: tuple[str, ...] = ()
    gap_ids: tuple[str, ...] = ()


def why(trace: Trace, *, unknown: bool) -> Why:
    """What the value of a condition (or list) rests on; with `unknown`, also what is missing."""
    steps: dict[Step, None] = {}
    leaves = list(_deciding(trace, steps, want=True))
    evidence: dict[tuple[str, str], Evidence] = {}
    missing: dict[tuple[str, Reason | str], None] = {}
    for leaf in leaves:
        for read in _reads(leaf.trace):
            item = _evidence(read, leaf)
            evidence.setdefault((item.asset_id, item.path), item)
        if unknown:
            missing.update(dict.fromkeys(_missing(leaf.trace)))
    reasons = dict.fromkeys(f"{path}: {_reason_text(reason)}" for path, reason in missing)
    gaps = {reason.gap_id for _, reason in missing if isinstance(reason, Reason) and reason.gap_id}
    return Why(tuple(evidence.values())[:_MOST], tuple(steps), tuple(sorted(reasons)), tuple(sorted(gaps)))


def _deciding(trace: Trace, steps: dict[Step, None], *, want: bool) -> Iterator[Leaf]:
    """The tests below `trace` that made it what it is."""
    match trace.node:
        case ir.Not():
            yield from _deciding(trace.operands[0], steps, want=not want)
        case ir.All() | ir.Any():
            decides = isinstance(trace.node, ir.Any)
            for operand in trace.operands:
                if operand.value is trace.value or trace.value is (not decides):
                    yield from _deciding(operand, steps, want=want)
        case ir.Quantifier(kind, _, _, _, _):
            yield from _deciding_elements(trace, steps, decides=kind == "exists", want=want)
        case Const():
            return
        case _:
            yield Leaf(trace, want)


def _deciding_elements(trace: Trace, steps: dict[Step, None], *, decides: bool, want: bool) -> Iterator[Leaf]:
    source = trace.operands[0]
    if trace.value is (not decides) or source.value is None:
        yield Leaf(trace, want)
        return
    for bound, body in trace.elements:
        if body is None:
            yield Leaf(trace, want)
        elif body.value is trace.value:
            if isinstance(source.node, ir.Related):
                steps[Step(bound.owner.id, source.node.kind, bound.value.id)] = None
            leaves = list(_deciding(body, steps, want=want))
            yield from leaves or [Leaf(trace, want)]


def _reads(trace: Trace) -> Iterator[Trace]:
    """What a test looked at: facts, attributes, tags, elements, relations."""
    if isinstance(trace.node, _READS):
        yield trace
    for operand in trace.operands:
        yield from _reads(operand)


def where(trace: Trace) -> tuple[str, str]:
    """The asset and the path (with element keys) of something read."""
    asset, node = trace.asset(), trace.node
    match node:
        case ir.Fact(_, path, _) | ir.Attribute(_, path, _):
            return asset.id, path
        case ir.Tags():
            return asset.id, "tags"
        case ir.Related(_, kind, _):
            return asset.id, f"relations.{kind}"
        case ir.Field(variable, name, _):
            return asset.id, f"{_element(trace.scope[variable])}.{name}"
        case ir.Variable(name, _):
            return asset.id, _element(trace.scope[name])
        case _:
            raise AssertionError(type(node).__name__)


def _element(bound: Bound) -> str:
    return f"{bound.path}[{bound.key if bound.key is not None else '?'}]"


def _evidence(read: Trace, leaf: Leaf) -> Evidence:
    asset_id, path = where(read)
    value = read.value
    if isinstance(read.node, ir.Tags):
        value = _tag(leaf.trace, value)
    return Evidence(asset_id, path, plain(value), expected(leaf.trace.node, want=leaf.want), source_of(read.asset(), path))


def _tag(test: Trace, tags: dict[str, str] | None) -> dict[str, str] | None:
    """Only the tag that is asked for: a finding is no place for all the others."""
    if tags is None:
        return None
    keys = {trace.operands[0].value for trace in _walk(test) if isinstance(trace.node, ir.InMap)}
    keys |= {trace.operands[1].value for trace in _walk(test) if isinstance(trace.node, ir.MapValue)}
    return {key: tags[key] for key in sorted(keys & tags.keys())}


def _walk(trace: Trace) -> Iterator[Trace]:
    yield trace
    for operand in trace.operands:
        yield from _walk(operand)


def source_of(asset: Asset, path: str) -> Source | None:
    """Where a fact came from: the source of the longest prefix of its path, else of the asset."""
    steps = path.split("[", 1)[0].split(".")
    for length in range(len(steps), 0, -1):
        found = asset.sources.get(".".join(steps[:length]))
        if found:
            return found[0]
    return asset.source


def _missing(test: Trace) -> Iterator[tuple[str, Reason | str]]:
    """What is unknown below a test, each with its reasons."""
    for read in _walk(test):
        if isinstance(read.node, _READS) and not isinstance(read.node, ir.Attribute):
            if _unknown(read.value):
                yield from _why_unknown(read)
            elif isinstance(read.node, ir.Tags):
                tags = _tag(test, read.value)
                if not tags:
                    yield where(read)[1], "the tag is not there"


def _unknown(value: Any) -> bool:
    """Whether a value, or a part of a list, is unknown."""
    return value is None or (isinstance(value, tuple | list) and None in value)


def _why_unknown(read: Trace) -> Iterator[tuple[str, Reason | str]]:
    asset = read.asset()
    _, path = where(read)
    name = path if asset is read.scope[ir.ROOT].value else f"{asset.name or asset.id}: {path}"
    base = path.split("[", 1)[0]
    reasons = asset.unknown.get(f"{base}[]", ()) or asset.unknown.get(base, ()) or asset.unknown.get(path, ())
    yield from ((name, reason) for reason in reasons)
    if isinstance(read.node, ir.Related):
        yield from ((name, reason) for reason in _unseen(asset, read))
    elif not reasons:
        if isinstance(read.node, ir.Fact) and base not in carried(asset.type):
            yield name, f"{asset.type} assets do not carry it"
        else:
            yield name, "no evidence was collected" if read.value is None else "the list was read in part"


def _unseen(asset: Asset, read: Trace) -> Iterator[str]:
    """Edges of a relation that lead to assets nobody looked at."""
    kind = read.node.kind if isinstance(read.node, ir.Related) else ""
    known = {target.id for target in read.value or () if target is not None}
    for edge in asset.relations:
        if edge.kind == kind and (edge.state != "resolved" or edge.target not in known):
            yield f"{edge.ref or edge.target or 'a target'} was not read ({edge.state})"


def _reason_text(reason: Reason | str) -> str:
    if isinstance(reason, str):
        return reason
    return f"{reason.code} {reason.detail}".strip()


def steps_of(trace: Trace, element: str = "") -> ExplainStep:
    """The whole evaluation as a tree for people."""
    node: Node = trace.node
    reads = isinstance(node, _READS)
    reasons: tuple[str, ...] = ()
    if reads and not isinstance(node, ir.Attribute) and _unknown(trace.value):
        reasons = tuple(sorted({_reason_text(reason) for _, reason in _why_unknown(trace)}))
    below = [steps_of(operand) for operand in trace.operands if not isinstance(operand.node, Const)]
    below += [steps_of(body, bound.key or "?") for bound, body in trace.elements[:_MOST] if body is not None]
    asset_id = where(trace)[0] if reads else ""
    return ExplainStep(expression(node), plain(trace.value), asset_id, element, reasons, tuple(below))
