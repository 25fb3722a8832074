"""The syntax tree of an expression. `offset` is the character at which a node starts in the expression's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


class ExpressionError(Exception):
    """An expression is wrong at `offset`. `suggestion` is a replacement that may have been meant (or empty)."""

    def __init__(self, message: str, offset: int, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Literal:
    """`true`, `42`, `'text'`."""

    value: bool | int | str
    offset: int


@dataclass(frozen=True, slots=True)
class Name:
    """A bare name."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Select:
    """`base.name`; `offset` is where `name` stands."""

    base: Syntax
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Index:
    """`base[key]`."""

    base: Syntax
    key: Syntax
    offset: int


@dataclass(frozen=True, slots=True)
class Call:
    """`receiver.name(arguments)` or `name(arguments)`."""

    receiver: Syntax | None
    name: str
    arguments: tuple[Syntax, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    items: tuple[Syntax, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Negation:
    """`!operand`."""

    operand: Syntax
    offset: int


@dataclass(frozen=True, slots=True)
class Logic:
    """`a && b && …` or `a || b || …`."""

    operator: str
    operands: tuple[Syntax, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right` with `==`, `!=`, `<`, `<=`, `>`, `>=` or `in`; `offset` is where the operator stands."""

    operator: str
    left: Syntax
    right: Syntax
    offset: int


Syntax: TypeAlias = Literal | Name | Select | Index | Call | ListLiteral | Negation | Logic | Comparison


def start(node: Syntax) -> int:
    """The first character of `node`."""
    match node:
        case Select(base, _, _) | Index(base, _, _):
            return start(base)
        case Call(receiver, _, _, offset):
            return offset if receiver is None else start(receiver)
        case Comparison(_, left, _, _):
            return start(left)
        case _:
            return node.offset
