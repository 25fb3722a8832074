"""The reference evaluator: it walks the typed form and keeps what every part of it came to.

It decides nothing faster and nothing differently than the compiled function; it explains verdicts and checks the compiler.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zscan.engine import functions, ir
from zscan.engine.compile import NOT_APPLICABLE, Condition, Outcome, Related, Verdict
from zscan.engine.ir import AssetOf, Const, Node, Type
from zscan.engine.names import carried
from zscan.model.asset import Asset
from zscan.model.vocabulary import Record

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a variable stands for: the element, whose list it is in, the list's path, and the element's key (None when unknown)."""

    value: Any
    owner: Asset
    path: str
    key: str | None


Scope = Mapping[str, Bound]


@dataclass(frozen=True, slots=True)
class Trace:
    """What `node` came to. `scope` holds the variables at that point; `elements` the elements a quantifier looked at, with their bodies."""

    node: Node
    value: Any
    scope: Scope
    operands: tuple[Trace, ...] = ()
    elements: tuple[tuple[Bound, Trace | None], ...] = ()

    def asset(self) -> Asset:
        """The asset whose fact, attribute, tag or relation this is (or whose list the element is in)."""
        subject = getattr(self.node, "subject", None)
        if subject is not None:
            bound = self.scope[subject]
            return bound.value if isinstance(bound.value, Asset) else bound.owner
        return self.scope[getattr(self.node, "variable", getattr(self.node, "name", ir.ROOT))].owner


def root_scope(asset: Asset) -> dict[str, Bound]:
    """The scope in which a rule starts."""
    return {ir.ROOT: Bound(asset, asset, "", asset.id)}


def fact_value(asset: Asset, path: str) -> Any:
    """The value of a fact; None when it is unknown or assets of this type do not carry it."""
    if path not in carried(asset.type):
        return None
    value: Any = asset.facts
    for step in path.split("."):
        value = getattr(value, step)
    return value


def key_of(element: Any, item: Type) -> str | None:
    """What identifies an element across scans; None when that itself is unknown."""
    if element is None:
        return None
    match item:
        case AssetOf():
            return str(element.id)
        case Record(_, key):
            value = getattr(element, key)
            return None if value is None else str(value)
        case _:
            return str(element)


class Interpreter:
    """Evaluates typed expressions at the time `now`; `related` gives the targets of relations."""

    def __init__(self, now: datetime, related: Related) -> None:
        self.days = functions.days_since(now)
        self.related = related

    def trace(self, node: Node, scope: Scope) -> Trace:  # noqa: PLR0911 (one answer per kind of node)
        """What `node` and all of its parts come to."""
        match node:
            case Const(value, _):
                return Trace(node, value, scope)
            case ir.Fact(subject, path, _):
                return Trace(node, fact_value(scope[subject].value, path), scope)
            case ir.Attribute(subject, name, _):
                return Trace(node, getattr(scope[subject].value, name), scope)
            case ir.Tags(subject, _):
                return Trace(node, scope[subject].value.tags, scope)
            case ir.Related(subject, kind, _):
                return Trace(node, self.related(scope[subject].value, kind), scope)
            case ir.Variable(name, _):
                return Trace(node, scope[name].value, scope)
            case ir.Field(variable, name, _):
                return Trace(node, getattr(scope[variable].value, name), scope)
            case ir.Quantifier():
                return self.quantifier(node, scope)
            case _:
                operands = tuple(self.trace(child, scope) for child in ir.children(node))
                return Trace(node, self.apply(node, [operand.value for operand in operands]), scope, operands)

    def quantifier(self, node: ir.Quantifier, scope: Scope) -> Trace:
        """Stops at the element that decides. An unknown element decides nothing: it may not be there at all."""
        source = self.trace(node.source, scope)
        if source.value is None:
            return Trace(node, None, scope, (source,))
        decides = node.kind == "exists"
        result: bool | None = not decides
        looked: list[tuple[Bound, Trace | None]] = []
        for bound in self.bindings(source):
            if bound.value is None:
                result = None
                looked.append((bound, None))
                continue
            body = self.trace(node.body, {**scope, node.variable: bound})
            looked.append((bound, body))
            if body.value is decides:
                return Trace(node, decides, scope, (source,), ((bound, body),))
            if body.value is None:
                result = None
        return Trace(node, result, scope, (source,), tuple(looked))

    def bindings(self, source: Trace) -> list[Bound]:
        """The elements of a list that was read by `source`."""
        item = source.node.type.item  # type: ignore[union-attr]  # checked: a list
        if isinstance(source.node, Const):
            return [Bound(value, source.scope[ir.ROOT].value, "", str(value)) for value in source.value]
        owner = source.asset()
        path = f"relations.{source.node.kind}" if isinstance(source.node, ir.Related) else getattr(source.node, "path", "")
        return [Bound(value, owner, path, key_of(value, item)) for value in source.value]

    def apply(self, node: Node, values: list[Any]) -> Any:
        """An operator on the values of its operands."""
        match node:
            case ir.All():
                return False if False in values else None if None in values else True
            case ir.Any():
                return True if True in values else None if None in values else False
            case ir.InList():
                return _in_list(*values)
            case ir.Size():
                return None if values[0] is None or None in values[0] else len(values[0])
            case ir.SizeTest(op, _, _, _):
                return _size_test(op, *values)
        if None in values:
            return None
        return self.known(node, values)

    def known(self, node: Node, values: list[Any]) -> Any:
        """An operator whose operands are all known."""
        match node:
            case ir.Not():
                return not values[0]
            case ir.Compare(op, _, _, _):
                return _COMPARE[op](*values)
            case ir.OneOf() | ir.InMap():
                return values[0] in values[1]
            case ir.MapValue():
                return values[0].get(values[1])
            case ir.TextTest(function, _, _, _):
                return _text_test(function, *values)
            case ir.DaysSince():
                return self.days(values[0])
            case ir.CidrWithin():
                return functions.cidr_within(*values)
            case _:
                raise AssertionError(f"no meaning for {type(node).__name__}")

    def outcome(self, condition: Condition, asset: Asset) -> Outcome:
        """The outcome of a rule, as the compiled function gives it."""
        scope = root_scope(asset)
        if condition.for_each is None:
            return self.verdict(condition.applies, condition.passes, scope)
        whole = None if condition.per_element else condition.applies
        gate = True if whole is None else self.trace(whole, scope).value
        if gate is not True:
            return [("", None if gate is None else NOT_APPLICABLE)]
        source = self.trace(condition.for_each.source, scope)
        if not source.value:
            return [("", None if source.value is None else NOT_APPLICABLE)]
        outcomes: list[tuple[str, Verdict]] = []
        for bound in self.bindings(source):
            if bound.key is None:
                outcomes.append(("", None))
                continue
            below = {**scope, condition.for_each.variable: bound}
            outcomes.append((bound.key, self.verdict(condition.applies if condition.per_element else None, condition.passes, below)))
        return outcomes

    def verdict(self, applies: Node | None, passes: Node, scope: Scope) -> Verdict:
        """The verdict on one asset or element."""
        gate = True if applies is None else self.trace(applies, scope).value
        if gate is not True:
            return None if gate is None else NOT_APPLICABLE
        value: Verdict = self.trace(passes, scope).value
        return value


def _in_list(item: Any, elements: Any) -> bool | None:
    if elements is None:
        return None
    if not elements:
        return False
    if item is None:
        return None
    return True if item in elements else None if None in elements else False


def _size_test(op: str, elements: Any, limit: int) -> bool | None:
    """A partly read list has at least its known elements: the answer holds if it is the same for every size from there on."""
    if elements is None:
        return None
    least = sum(element is not None for element in elements)
    if least == len(elements):
        return _COMPARE[op](least, limit)
    answers = {_COMPARE[op](size, limit) for size in (least, limit - 1, limit, limit + 1) if size >= least}
    return answers.pop() if len(answers) == 1 else None


def _text_test(function: str, text: str, argument: str) -> bool:
    match function:
        case "startsWith":
            return text.startswith(argument)
        case "endsWith":
            return text.endswith(argument)
        case "contains":
            return argument in text
        case _:
            return functions.glob(text, argument)
