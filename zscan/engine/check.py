"""The type checker: syntax tree → typed form. Whatever passes here can be evaluated without type errors."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import get_args

from zscan.engine import ir
from zscan.engine.expr import parse
from zscan.engine.ir import AssetOf, AssetsOf, Const, Node, Param, Type
from zscan.engine.names import RESERVED, chain_of, closest, describe, member
from zscan.engine.require import Requirements, type_of_value
from zscan.engine.syntax import (
    Call,
    Comparison,
    ExpressionError,
    Index,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negation,
    Select,
    Syntax,
    start,
)
from zscan.model.rule import ParamValue
from zscan.model.vocabulary import Bool, Date, Enum, Int, ListOf, MapOf, Record, Str

MAX_LISTS = 3
MAX_ITEMS = 200
_FUNCTIONS = ("size", "days_since", "cidr_within")
_METHODS = ("exists", "all", "startsWith", "endsWith", "contains", "glob")
_FOR_EACH = re.compile(r"(?P<source>.*\S)\s+as\s+(?P<variable>[A-Za-z_][A-Za-z0-9_]*)\s*\Z", re.DOTALL)
_MIRRORED: dict[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Checker(Requirements):
    """Checks the expressions of one rule: against its asset types, its parameters, and (in `pass_when`) its `for_each` variable."""

    def __init__(self, types: tuple[str, ...], params: Mapping[str, ParamValue]) -> None:
        super().__init__(params)
        self.types = types
        self.scope: dict[str, Type] = {}

    def condition(self, source: str) -> Node:
        """The typed form of a condition. Raises `ExpressionError`."""
        syntax = parse(source)
        node = self.truth(syntax)
        if not any(isinstance(below, ir.Fact | ir.Attribute | ir.Tags | ir.Related | ir.Field | ir.Variable) for below in ir.walk(node)):
            raise ExpressionError("the expression reads nothing of the asset", start(syntax))
        return node

    def for_each(self, source: str) -> ir.ForEach:
        """The typed form of `<list fact or relation> as <name>`; afterwards the name is known to `condition` and `placeholder`."""
        match = _FOR_EACH.match(source)
        if match is None:
            raise ExpressionError("for_each must read '<list fact or relation> as <name>'", 0)
        node = self.path(parse(match["source"]))
        item = self.new_variable(match["variable"], match.start("variable"), node.type, 0)
        if not isinstance(node, ir.Fact | ir.Related):
            raise ExpressionError("for_each needs a list fact or a relation", 0)
        self.scope[match["variable"]] = item
        return ir.ForEach(node, match["variable"], item)

    def placeholder(self, source: str) -> Node:
        """The typed form of a message's placeholder: a path, `tags['key']` or a variable."""
        syntax = parse(source)
        if not isinstance(syntax, Name | Select | Index):
            raise ExpressionError("a placeholder holds a path and nothing else", start(syntax))
        return self.value(syntax)

    def truth(self, syntax: Syntax) -> Node:
        """`syntax` as a truth value."""
        node = self.value(syntax)
        if node.type != Bool:
            raise ExpressionError(f"expected a truth value, found {describe(node.type)}", start(syntax))
        return node

    def value(self, syntax: Syntax) -> Node:
        """The typed form of any expression."""
        match syntax:
            case Literal(value, _):
                return Const(value, type_of_value(value))
            case Name() | Select():
                return self.path(syntax)
            case Index():
                return self.map_value(syntax)
            case Negation(operand, _):
                return ir.Not(self.truth(operand))
            case Logic():
                return self.logic(syntax)
            case Comparison("in", _, _, _):
                return self.membership(syntax)
            case Comparison():
                return self.comparison(syntax)
            case Call():
                return self.call(syntax)
            case ListLiteral(_, offset):
                raise ExpressionError("a list may only stand on the right of 'in'", offset)

    def path(self, syntax: Syntax) -> Node:
        """A dotted path."""
        names = chain_of(syntax)
        if names is None:
            raise ExpressionError("expected a path", start(syntax))
        head, offset = names[0]
        if head == "params":
            return self.parameter(names)
        if head not in self.scope:
            return member(ir.ROOT, self.types, names, known=self.scope)
        kind = self.scope[head]
        if isinstance(kind, AssetOf):
            if len(names) == 1:
                raise ExpressionError(f"{head} is an asset; name one of its facts", offset)
            return member(head, kind.types, names[1:])
        if len(names) == 1:
            if isinstance(kind, Record):
                raise ExpressionError(f"{head} is a record; name one of its fields: {', '.join(kind.fields)}", offset)
            return ir.Variable(head, kind)
        field, place = names[1]
        if not isinstance(kind, Record) or names[2:]:
            raise ExpressionError(f"{head} is {describe(kind)}; it has no {field!r}", place)
        if field not in kind.fields:
            raise ExpressionError(f"unknown field {field!r}; the record has: {', '.join(kind.fields)}", place, closest(field, kind.fields))
        return ir.Field(head, field, kind.fields[field])

    def parameter(self, names: list[tuple[str, int]]) -> Node:
        """`params.<name>`."""
        if len(names) == 1 or names[2:]:
            raise ExpressionError("a parameter is written params.<name>", names[0][1])
        name, offset = names[1]
        if name not in self.params:
            raise ExpressionError(f"the rule has no parameter {name!r}", offset, closest(name, self.params))
        return Param(name, type_of_value(self.params[name]))

    def logic(self, syntax: Logic) -> Node:
        """`&&` and `||`."""
        for operand in syntax.operands:
            if isinstance(operand, Literal):
                raise ExpressionError(f"a constant decides nothing in {syntax.operator}", operand.offset)
        operands = tuple(self.truth(operand) for operand in syntax.operands)
        return ir.All(operands) if syntax.operator == "&&" else ir.Any(operands)

    def comparison(self, syntax: Comparison) -> Node:
        """`==`, `!=` and the order of numbers."""
        left, right = self.value(syntax.left), self.value(syntax.right)
        operator: ir.Operator = syntax.operator  # type: ignore[assignment]  # the parser knows no others
        self.must_match(left, right, syntax)
        if operator not in ("==", "!=") and left.type != Int:
            raise ExpressionError("only numbers have an order", syntax.offset)
        if isinstance(left, ir.Size) and isinstance(right, Const | Param):
            return ir.SizeTest(operator, left.source, right)
        if isinstance(right, ir.Size) and isinstance(left, Const | Param):
            return ir.SizeTest(_MIRRORED[operator], right.source, left)  # type: ignore[arg-type]
        return ir.Compare(operator, left, right)

    def membership(self, syntax: Comparison) -> Node:
        """`item in [..]`, `item in <list>`, `'key' in <map>`."""
        item = self.value(syntax.left)
        if isinstance(syntax.right, ListLiteral):
            return ir.OneOf(item, self.literals(item, syntax.right))
        source = self.value(syntax.right)
        if isinstance(source.type, MapOf):
            self.must_be_text(item, syntax.left)
            return ir.InMap(item, source)
        if not isinstance(source.type, ListOf):
            raise ExpressionError(f"cannot look into {describe(source.type)} with 'in'", start(syntax.right))
        if isinstance(source.type.item, Record):
            raise ExpressionError("elements of this list are records; use exists()", syntax.offset)
        if isinstance(source, Param):
            self.must_be_text_or_enum(item, source, syntax)
            return ir.OneOf(item, source)
        if isinstance(source.type.item, Enum) and item.type == Str:
            self.must_be_member(source.type.item, item, start(syntax.left))
        elif item.type != source.type.item:
            raise ExpressionError(f"cannot look for {describe(item.type)} among {describe(source.type.item)}", syntax.offset)
        return ir.InList(item, source)

    def literals(self, item: Node, syntax: ListLiteral) -> Const:
        """The constants of a list literal, all of the item's type."""
        if not syntax.items or len(syntax.items) > MAX_ITEMS:
            raise ExpressionError(f"a list literal has between 1 and {MAX_ITEMS} values", syntax.offset)
        values: list[str | int] = []
        for element in syntax.items:
            if not isinstance(element, Literal):
                raise ExpressionError("a list literal holds constants only", start(element))
            if isinstance(item.type, Enum) and isinstance(element.value, str):
                self.must_be_member(item.type, Const(element.value, Str), element.offset)
            elif type_of_value(element.value) != item.type or item.type == Bool:
                raise ExpressionError(f"{element.value!r} cannot be {describe(item.type)}", element.offset)
            values.append(element.value)
        return Const(tuple(values), ListOf(Str if isinstance(item.type, Enum) else item.type))  # type: ignore[arg-type]

    def map_value(self, syntax: Index) -> Node:
        """`map['key']`."""
        source, key = self.value(syntax.base), self.value(syntax.key)
        if not isinstance(source.type, MapOf):
            raise ExpressionError(f"only maps are read by key; this is {describe(source.type)}", syntax.offset)
        self.must_be_fixed_text(key, syntax.key)
        return ir.MapValue(source, key)

    def call(self, syntax: Call) -> Node:
        """A function or a method."""
        if syntax.receiver is None:
            return self.function(syntax)
        if syntax.name in ("exists", "all"):
            return self.quantifier(syntax, syntax.receiver)
        if syntax.name in get_args(ir.TextFunction):
            self.must_have_arguments(syntax, 1)
            operand, argument = self.value(syntax.receiver), self.value(syntax.arguments[0])
            self.must_be_text(operand, syntax.receiver)
            self.must_be_fixed_text(argument, syntax.arguments[0])
            return ir.TextTest(syntax.name, operand, argument)  # type: ignore[arg-type]  # one of get_args
        suggestion = f"{syntax.name}(…)" if syntax.name in _FUNCTIONS else closest(syntax.name, _METHODS)
        raise ExpressionError(f"unknown function .{syntax.name}(); known: {', '.join(_METHODS)}", syntax.offset, suggestion)

    def function(self, syntax: Call) -> Node:
        """`size`, `days_since`, `cidr_within`."""
        if syntax.name not in _FUNCTIONS:
            message = f"unknown function {syntax.name}(); known: {', '.join(_FUNCTIONS)}"
            raise ExpressionError(message, syntax.offset, closest(syntax.name, _FUNCTIONS))
        self.must_have_arguments(syntax, 2 if syntax.name == "cidr_within" else 1)
        operand = self.value(syntax.arguments[0])
        if syntax.name == "size":
            if not isinstance(operand.type, ListOf | AssetsOf):
                raise ExpressionError(f"size() needs a list, found {describe(operand.type)}", start(syntax.arguments[0]))
            return ir.Size(operand)
        if syntax.name == "days_since":
            if operand.type != Date:
                raise ExpressionError(f"days_since() needs a date, found {describe(operand.type)}", start(syntax.arguments[0]))
            return ir.DaysSince(operand)
        self.must_be_text(operand, syntax.arguments[0])
        return ir.CidrWithin(operand, self.network(syntax.arguments[1]))

    def network(self, syntax: Syntax) -> Node:
        """The second argument of `cidr_within`."""
        node = self.value(syntax)
        self.must_be_fixed_text(node, syntax)
        text = node.value if isinstance(node, Const) else self.params.get(node.name, "") if isinstance(node, Param) else ""
        try:
            ipaddress.ip_network(str(text))
        except ValueError as error:
            raise ExpressionError(f"not an address range: {error}", start(syntax)) from None
        return node

    def quantifier(self, syntax: Call, receiver: Syntax) -> Node:
        """`list.exists(x, …)` and `list.all(x, …)`."""
        self.must_have_arguments(syntax, 2)
        source = self.value(receiver)
        name = syntax.arguments[0]
        if not isinstance(name, Name):
            raise ExpressionError(f"the first argument of {syntax.name}() is the name of the element", start(name))
        self.scope[name.name] = self.new_variable(name.name, name.offset, source.type, start(receiver))
        if isinstance(source, Param):
            self.over_params.add(name.name)
        body = self.truth(syntax.arguments[1])
        del self.scope[name.name]
        self.over_params.discard(name.name)
        return ir.Quantifier("exists" if syntax.name == "exists" else "all", source, name.name, body)

    def new_variable(self, name: str, offset: int, source: Type, source_offset: int) -> Type:
        """The type of an element variable over a list of type `source`."""
        if not isinstance(source, ListOf | AssetsOf):
            raise ExpressionError(f"expected a list, found {describe(source)}", source_offset)
        if name in RESERVED or name in self.scope:
            raise ExpressionError(f"{name!r} hides another name; choose a different one", offset)
        if len(self.scope) >= MAX_LISTS:
            raise ExpressionError(f"lists are nested deeper than {MAX_LISTS} levels", offset)
        return source.item
