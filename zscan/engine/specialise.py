"""Partial evaluation: what remains of an expression for one native type, once static knowledge and parameters are put in.

A fact that the native type does not offer is not missing evidence: it drops out. `N && e` is `e`, `N || e` is `e`, `!N` is `N`, and every
other operation over `N` is `N`, where `N` (here: None) stands for "does not exist there".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from zscan.engine import ir
from zscan.engine.ir import Const, Fact, Node, Related
from zscan.model.vocabulary import Bool, Str


@dataclass(frozen=True)
class Static:
    """What is known before any asset is read: which facts and relations (`relations.<kind>`) exist, parameters, and fixed attributes."""

    offers: Callable[[str], bool] = lambda _path: True
    params: Mapping[str, ir.ConstValue] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


def root_reads(node: Node) -> tuple[str, ...]:
    """The facts (and relations, as `relations.<kind>`) of the judged asset that `node` reads, each once, in the order written."""
    found: dict[str, None] = {}
    for below in ir.walk(node):
        if isinstance(below, Fact) and below.subject == ir.ROOT:
            found[below.path] = None
        elif isinstance(below, Related) and below.subject == ir.ROOT:
            found[f"relations.{below.kind}"] = None
    return tuple(found)


def specialise(node: Node, static: Static) -> Node | None:
    """What remains of `node`, or None when nothing does."""
    match node:
        case Fact(subject, path, _):
            return node if subject != ir.ROOT or static.offers(path) else None
        case Related(subject, kind, _):
            return node if subject != ir.ROOT or static.offers(f"relations.{kind}") else None
        case ir.Param(name, kind):
            return Const(static.params[name], kind)
        case ir.Attribute(subject, name, _) if subject == ir.ROOT and name in static.attributes:
            return Const(static.attributes[name], Str)
        case ir.Not(operand, _):
            return _negation(specialise(operand, static))
        case ir.All(operands, _):
            return _junction(operands, static, conjunction=True)
        case ir.Any(operands, _):
            return _junction(operands, static, conjunction=False)
        case _:
            return _operation(node, static)


def _negation(operand: Node | None) -> Node | None:
    if isinstance(operand, Const):
        return Const(not operand.value, Bool)
    return None if operand is None else ir.Not(operand)


def _junction(operands: tuple[Node, ...], static: Static, *, conjunction: bool) -> Node | None:
    """`&&` (or `||`) of what remains; a constant that decides, decides."""
    left: list[Node] = []
    neutral = False
    for operand in operands:
        rest = specialise(operand, static)
        if isinstance(rest, Const):
            if rest.value is not conjunction:
                return rest
            neutral = True
        elif rest is not None:
            left.append(rest)
    if not left:
        return Const(conjunction, Bool) if neutral else None
    if len(left) == 1:
        return left[0]
    return ir.All(tuple(left)) if conjunction else ir.Any(tuple(left))


_COMPARISONS: dict[str, Callable[[object, object], bool]] = {"==": operator.eq, "!=": operator.ne}


def _operation(node: Node, static: Static) -> Node | None:
    """Every other operator: nothing remains when one operand does not exist."""
    rest: list[Node] = []
    for child in ir.children(node):
        remaining = specialise(child, static)
        if remaining is None:
            return None
        rest.append(remaining)
    rebuilt = _rebuild(node, rest)
    match rebuilt:
        case ir.Compare("==" | "!=" as sign, Const(left, _), Const(right, _), _):
            return Const(_COMPARISONS[sign](left, right), Bool)
        case ir.OneOf(Const(item, _), Const(tuple() as values, _), _):
            return Const(item in values, Bool)
        case _:
            return rebuilt


def _rebuild(node: Node, operands: list[Node]) -> Node:
    """`node` with other operands."""
    if not operands:
        return node
    names = {
        ir.Compare: ("left", "right"),
        ir.OneOf: ("item", "values"),
        ir.InList: ("item", "source"),
        ir.InMap: ("key", "source"),
        ir.MapValue: ("source", "key"),
        ir.Size: ("source",),
        ir.SizeTest: ("source", "limit"),
        ir.TextTest: ("operand", "argument"),
        ir.DaysSince: ("operand",),
        ir.CidrWithin: ("operand", "network"),
        ir.Quantifier: ("source", "body"),
    }[type(node)]
    rebuilt: Node = replace(node, **dict(zip(names, operands, strict=True)))  # type: ignore[arg-type]  # the names are operands
    return rebuilt
