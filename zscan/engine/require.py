"""What operands must be: the requirements that the type checker puts on parts of an expression."""

from __future__ import annotations

from collections.abc import Mapping

from zscan.engine import ir
from zscan.engine.ir import Const, Node, Param, Type
from zscan.engine.names import closest, describe
from zscan.engine.syntax import Call, Comparison, ExpressionError, Syntax, start
from zscan.model.rule import ParamValue
from zscan.model.vocabulary import Bool, Date, Enum, Int, ListOf, Str


def type_of_value(value: ParamValue) -> Type:
    """The type of a constant, or of a parameter with this default."""
    if isinstance(value, bool):
        return Bool
    if isinstance(value, int):
        return Int
    return Str if isinstance(value, str) else ListOf(Str)


class Requirements:
    """Raises `ExpressionError` at the part that does not fit."""

    def __init__(self, params: Mapping[str, ParamValue]) -> None:
        self.params = params
        self.over_params: set[str] = set()  # variables whose values the rule fixes

    def must_match(self, left: Node, right: Node, syntax: Comparison) -> None:
        """Both sides of a comparison have one comparable type; an enum's other side can be a member."""
        for enum, other, place in ((left, right, syntax.right), (right, left, syntax.left)):
            if isinstance(enum.type, Enum) and other.type == Str:
                self.must_be_member(enum.type, other, start(place))
                return
        if isinstance(left.type, Enum) and isinstance(right.type, Enum):
            if not set(left.type.members) & set(right.type.members):
                raise ExpressionError("the two sides have no value in common", syntax.offset)
            return
        if Date in (left.type, right.type):
            raise ExpressionError("dates are compared through days_since()", syntax.offset)
        if left.type != right.type or left.type not in (Bool, Int, Str):
            raise ExpressionError(f"cannot compare {describe(left.type)} with {describe(right.type)}", syntax.offset)

    def must_be_member(self, enum: Enum, other: Node, offset: int) -> None:
        """`other` is a constant or parameter whose value the enum can have."""
        if not isinstance(other, Const | Param):
            raise ExpressionError(f"only a constant can be compared with {describe(enum)}", offset)
        value = other.value if isinstance(other, Const) else self.params[other.name]
        for text in value if isinstance(value, tuple) else (value,):
            if text not in enum.members:
                raise ExpressionError(f"{text!r} is impossible here: {describe(enum)}", offset, closest(str(text), enum.members))

    def must_be_text_or_enum(self, item: Node, values: Param, syntax: Comparison) -> None:
        """`item` can be one of the texts of a list parameter."""
        if isinstance(item.type, Enum):
            self.must_be_member(item.type, values, start(syntax.right))
        else:
            self.must_be_text(item, syntax.left)

    def must_have_arguments(self, syntax: Call, count: int) -> None:
        """The call has exactly `count` arguments."""
        if len(syntax.arguments) != count:
            plural = "s" if count > 1 else ""
            raise ExpressionError(f"{syntax.name}() takes {count} argument{plural}, found {len(syntax.arguments)}", syntax.offset)

    def must_be_text(self, node: Node, syntax: Syntax) -> None:
        """`node` is text."""
        if node.type != Str:
            raise ExpressionError(f"expected text, found {describe(node.type)}", start(syntax))

    def must_be_fixed_text(self, node: Node, syntax: Syntax) -> None:
        """`node` is text that the rule or its parameters fix, never text of the asset."""
        self.must_be_text(node, syntax)
        if not isinstance(node, Const | Param) and not (isinstance(node, ir.Variable) and node.name in self.over_params):
            raise ExpressionError("expected a constant or a parameter", start(syntax))
