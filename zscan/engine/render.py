"""Typed expressions and values as text: for explanations, for what was expected, for messages."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from zscan.engine import ir
from zscan.engine.ir import Const, Node
from zscan.model.asset import Asset
from zscan.model.vocabulary import Bool, ListOf, Record

UNKNOWN = "unknown"
_SHOWN = 10
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_WORDS = {"==": "{}", "!=": "other than {}", "<": "less than {}", "<=": "at most {}", ">": "more than {}", ">=": "at least {}"}
_TEXT_WORDS = {"startsWith": "starting with", "endsWith": "ending with", "contains": "containing", "glob": "matching"}


def literal(value: object) -> str:
    """A constant as it is written in a rule."""
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | int | str) else UNKNOWN


def expression(node: Node) -> str:  # noqa: C901, PLR0911, PLR0912 (one case per kind of node)
    """`node` as it would be written in a rule."""
    match node:
        case Const(value, _):
            return literal(value)
        case ir.Param(name, _):
            return f"params.{name}"
        case ir.Fact(subject, path, _) | ir.Attribute(subject, path, _) | ir.Related(subject, path, _):
            return f"{subject}.{path}" if subject else path
        case ir.Tags(subject, _):
            return f"{subject}.tags" if subject else "tags"
        case ir.Variable(name, _):
            return name
        case ir.Field(variable, name, _):
            return f"{variable}.{name}"
        case ir.Not(operand, _):
            return f"!{_operand(operand)}"
        case ir.All(operands, _):
            return " && ".join(_operand(operand) for operand in operands)
        case ir.Any(operands, _):
            return " || ".join(_operand(operand) for operand in operands)
        case ir.Compare(operator, left, right, _):
            return f"{_operand(left)} {operator} {_operand(right)}"
        case ir.SizeTest(operator, source, limit, _):
            return f"size({expression(source)}) {operator} {expression(limit)}"
        case ir.OneOf(item, values, _) | ir.InList(item, values, _) | ir.InMap(item, values, _):
            return f"{_operand(item)} in {expression(values)}"
        case ir.MapValue(source, key, _):
            return f"{expression(source)}[{expression(key)}]"
        case ir.Size(source, _):
            return f"size({expression(source)})"
        case ir.TextTest(function, operand, argument, _):
            return f"{expression(operand)}.{function}({expression(argument)})"
        case ir.DaysSince(operand, _):
            return f"days_since({expression(operand)})"
        case ir.CidrWithin(operand, network, _):
            return f"cidr_within({expression(operand)}, {expression(network)})"
        case ir.Quantifier(kind, source, variable, body, _):
            return f"{expression(source)}.{kind}({variable}, {expression(body)})"


def _operand(node: Node) -> str:
    text = expression(node)
    return f"({text})" if isinstance(node, ir.All | ir.Any | ir.Compare | ir.OneOf | ir.InList | ir.InMap | ir.SizeTest) else text


def expected(node: Node, *, want: bool) -> str:  # noqa: PLR0911 (one answer per kind of test)
    """What the rule wants of the value that `node` tests, in words."""
    no = "" if want else "not "
    match node:
        case ir.Compare(operator, _, right, _):
            return _WORDS[operator if want else _OPPOSITE[operator]].format(_plain(right))
        case ir.SizeTest(operator, _, limit, _):
            return _WORDS[operator if want else _OPPOSITE[operator]].format(f"{_plain(limit)} elements")
        case ir.OneOf(_, Const(tuple() as values, _), _):
            return ("one of " if want else "none of ") + ", ".join(str(value) for value in values)
        case ir.InList(item, _, _):
            return f"{no}containing {_plain(item)}"
        case ir.InMap(key, _, _):
            return f"a key {_plain(key)}" if want else f"no key {_plain(key)}"
        case ir.TextTest(function, _, argument, _):
            return f"{no}{_TEXT_WORDS[function]} {_plain(argument)}"
        case ir.CidrWithin(_, network, _):
            return f"{no}inside {_plain(network)}"
        case ir.Quantifier("exists", _, variable, body, _):
            return f"{'an' if want else 'no'} element {variable} with {expression(body)}"
        case ir.Quantifier(_, _, variable, body, _):
            return f"{'every' if want else 'not every'} element {variable} with {expression(body)}"
        case _:
            return literal(want) if node.type == Bool else ""


def _plain(node: Node) -> str:
    return str(node.value) if isinstance(node, Const) and isinstance(node.value, str) else expression(node)


def plain(value: Any) -> Any:
    """A value as plain data for a report: records as maps, assets by id, lists cut short."""
    if isinstance(value, Asset):
        return value.id
    if isinstance(value, tuple | list):
        return [plain(item) for item in value[: 5 * _SHOWN]]
    if isinstance(value, frozenset):
        return sorted(value)
    return msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value


def words(value: Any, node: Node) -> str:
    """A value inside a sentence: `unknown`, `true`, `a, b and 3 more`."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return literal(value)
    if isinstance(value, Asset):
        return value.name or value.id
    if isinstance(value, tuple | list):
        return _enumeration(value, node)
    return str(value)


def _enumeration(values: tuple[Any, ...] | list[Any], node: Node) -> str:
    key = node.type.item.key if isinstance(node.type, ListOf) and isinstance(node.type.item, Record) else ""
    known = [words(getattr(value, key) if key else value, node) for value in values if value is not None]
    shown = ", ".join(known[:_SHOWN])
    if len(known) > _SHOWN:
        shown += f" and {len(known) - _SHOWN} more"
    if len(known) < len(values):
        shown = f"{shown} and others that are {UNKNOWN}" if shown else UNKNOWN
    return shown or "none"
