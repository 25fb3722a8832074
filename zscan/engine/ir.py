"""The typed form of an expression, from which the compiler, the interpreter and the specialiser work.

`subject` says whose fact is read: `""` is the judged asset, else the name of the variable that stands for a related asset. Every node has
the `type` of its value; truth values are True, False and None (unknown).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zscan.model.vocabulary import Bool, Enum, Int, ListOf, MapOf, Record, Scalar, Str

ROOT = ""
_TAGS = MapOf()


@dataclass(frozen=True, slots=True)
class AssetOf:
    """A related asset of one of these types."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssetsOf:
    """The list of assets that a relation leads to."""

    item: AssetOf


Type: TypeAlias = Scalar | Enum | ListOf | MapOf | Record | AssetOf | AssetsOf
ConstValue: TypeAlias = bool | int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Const:
    """A value written in the rule, or a parameter after its value was put in."""

    value: ConstValue
    type: Type


@dataclass(frozen=True, slots=True)
class Param:
    """`params.<name>`: replaced by a `Const` before evaluation."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of `subject`."""

    subject: str
    path: str
    type: Type


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name`, `id`, `provider`, `account`, `region`, `asset_type`, `native_type` or `view` of `subject`: always known."""

    subject: str
    name: str
    type: Type = Str


@dataclass(frozen=True, slots=True)
class Tags:
    """The tag map of `subject`."""

    subject: str
    type: Type = _TAGS


@dataclass(frozen=True, slots=True)
class Related:
    """The assets that the relation `kind` of `subject` leads to; an asset that cannot be seen is an unknown element."""

    subject: str
    kind: str
    type: Type


@dataclass(frozen=True, slots=True)
class Variable:
    """The element that a quantifier or `for_each` is at. It is never unknown: unknown elements are not looked into."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record element."""

    variable: str
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    operand: Node
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class All:
    """Conjunction (`&&`)."""

    operands: tuple[Node, ...]
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class Any:
    """Disjunction (`||`)."""

    operands: tuple[Node, ...]
    type: Type = Bool


Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two scalars of one type."""

    operator: Operator
    left: Node
    right: Node
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """`item in [literals]` or `item in params.<list>`."""

    item: Node
    values: Node  # Const or Param
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class InList:
    """`item in <list fact>`: as `exists(x, x == item)`."""

    item: Node
    source: Node
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class InMap:
    """`key in <map>`: false when the map is known and the key is not there."""

    key: Node
    source: Node
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class MapValue:
    """`map[key]`: unknown when the key is not there."""

    source: Node
    key: Node
    type: Type = Str


@dataclass(frozen=True, slots=True)
class Size:
    """The number of elements of a list; unknown when the list was read in part."""

    source: Node
    type: Type = Int


@dataclass(frozen=True, slots=True)
class SizeTest:
    """`size(list) <operator> limit`. A list read in part still has at least its known elements, which may decide the comparison."""

    operator: Operator
    source: Node
    limit: Node  # Const or Param
    type: Type = Bool


TextFunction: TypeAlias = Literal["startsWith", "endsWith", "contains", "glob"]


@dataclass(frozen=True, slots=True)
class TextTest:
    """`operand.function(argument)` on text."""

    function: TextFunction
    operand: Node
    argument: Node
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Whole days from the instant `operand` to the time of evaluation; unknown when `operand` is no instant."""

    operand: Node
    type: Type = Int


@dataclass(frozen=True, slots=True)
class CidrWithin:
    """Whether the address range `operand` lies inside `network`; unknown when `operand` is no address range."""

    operand: Node
    network: Node
    type: Type = Bool


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`source.exists(variable, body)` or `source.all(variable, body)`."""

    kind: Literal["exists", "all"]
    source: Node
    variable: str
    body: Node
    type: Type = Bool


Node: TypeAlias = (
    Const
    | Param
    | Fact
    | Attribute
    | Tags
    | Related
    | Variable
    | Field
    | Not
    | All
    | Any
    | Compare
    | OneOf
    | InList
    | InMap
    | MapValue
    | Size
    | SizeTest
    | TextTest
    | DaysSince
    | CidrWithin
    | Quantifier
)


@dataclass(frozen=True, slots=True)
class ForEach:
    """`<source> as <variable>`; `source` is a list fact or a relation."""

    source: Node
    variable: str
    item: Type


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 (one answer per kind of node)
    """The direct operands of `node`, in the order they are written."""
    match node:
        case Not(operand, _) | DaysSince(operand, _):
            return (operand,)
        case All(operands, _) | Any(operands, _):
            return operands
        case Compare(_, left, right, _):
            return (left, right)
        case OneOf(item, values, _):
            return (item, values)
        case InList(item, source, _) | InMap(item, source, _):
            return (item, source)
        case MapValue(source, key, _):
            return (source, key)
        case Size(source, _):
            return (source,)
        case SizeTest(_, source, limit, _):
            return (source, limit)
        case TextTest(_, operand, argument, _):
            return (operand, argument)
        case CidrWithin(operand, network, _):
            return (operand, network)
        case Quantifier(_, source, _, body, _):
            return (source, body)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it, depth first, in the order written."""
    yield node
    for child in children(node):
        yield from walk(child)


def reads_variable(node: Node, variable: str) -> bool:
    """Whether `node` looks at the element `variable`."""
    return any(
        getattr(below, "subject", None) == variable
        or (isinstance(below, Variable) and below.name == variable)
        or (isinstance(below, Field) and below.variable == variable)
        for below in walk(node)
    )
