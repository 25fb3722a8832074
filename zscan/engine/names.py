"""What a name in an expression stands for: facts, relations, attributes and tags of an asset, with suggestions for misspelt ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache

from zscan.engine.ir import AssetOf, AssetsOf, Attribute, Fact, Node, Related, Tags, Type
from zscan.engine.syntax import ExpressionError, Name, Select, Syntax
from zscan.model.types import VOCABULARY
from zscan.model.vocabulary import Enum, ListOf, MapOf, Record, Scalar, Str

ATTRIBUTES: dict[str, Scalar | Enum] = {
    "id": Str,
    "name": Str,
    "provider": Str,
    "account": Str,
    "region": Str,
    "asset_type": Enum(tuple(VOCABULARY.types)),
    "native_type": Str,
    "view": Enum(("live", "declared")),
}
FACET_HEADS = frozenset(path.split(".", 1)[0] for path in VOCABULARY.facts)
RESERVED = frozenset({*ATTRIBUTES, "tags", "params", "true", "false", "in", *FACET_HEADS, *VOCABULARY.relations})

Chain = list[tuple[str, int]]


def chain_of(node: Syntax) -> Chain | None:
    """The names of a dotted path with their places, or None when `node` is something else."""
    names: Chain = []
    while isinstance(node, Select):
        names.append((node.name, node.offset))
        node = node.base
    if not isinstance(node, Name):
        return None
    return [(node.name, node.offset), *reversed(names)]


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` is most probably a misspelling of, or an empty string."""
    found = difflib.get_close_matches(word, sorted(set(known)), 1, 0.6)
    return found[0] if found else ""


def describe(kind: Type) -> str:
    """A type in words, for messages."""
    match kind:
        case Scalar(name):
            return {"bool": "a truth value", "int": "a number", "str": "text", "date": "a date"}[name]
        case Enum(members):
            return "one of " + ", ".join(members)
        case ListOf():
            return "a list"
        case MapOf():
            return "a map"
        case Record():
            return "a record"
        case AssetOf():
            return "an asset"
        case AssetsOf():
            return "a list of assets"


@cache
def carried(asset_type: str) -> frozenset[str]:
    """The facts that assets of this type can carry."""
    return frozenset(VOCABULARY.facts_of(asset_type))


def carriers(path: str, types: Iterable[str] = tuple(VOCABULARY.types)) -> tuple[str, ...]:
    """Which of the asset types carry the fact `path`."""
    return tuple(name for name in types if path in carried(name))


def member(subject: str, types: tuple[str, ...], names: Chain, *, known: Iterable[str] = ()) -> Node:
    """What `names` stands for on an asset of `types`; `known` are further names for suggestions (variables)."""
    path, offset = ".".join(name for name, _ in names), names[0][1]
    head = names[0][0]
    if head in ATTRIBUTES and len(names) == 1:
        return Attribute(subject, head, ATTRIBUTES[head])
    if head == "tags" and len(names) == 1:
        return Tags(subject)
    if head in VOCABULARY.relations:
        return _relation(subject, names)
    if carriers(path, types):
        return Fact(subject, path, VOCABULARY.facts[path].type)
    _refuse_steps_into_values(types, names)
    candidates = {fact for name in types for fact in carried(name)}
    below = sorted(fact for fact in candidates if fact.startswith(path + "."))
    if below:
        names_below = ", ".join(fact.removeprefix(path + ".") for fact in below)
        raise ExpressionError(f"{path} is a group of facts, not a fact; it has: {names_below}", offset)
    if path in VOCABULARY.facts:
        others = ", ".join(carriers(path))
        raise ExpressionError(f"{_kinds(types)} do not carry the fact {path}; it is carried by: {others}", offset)
    suggestion = closest(path, {*candidates, *VOCABULARY.relations, *ATTRIBUTES, "tags", *known})
    raise ExpressionError(f"unknown fact {path!r} of {_kinds(types)}", _wrong_part(names, candidates), suggestion)


def _kinds(types: tuple[str, ...]) -> str:
    return "/".join(types) + " assets"


def _relation(subject: str, names: Chain) -> Node:
    kind, _ = names[0]
    if len(names) > 1:
        rest = ".".join(name for name, _ in names[1:])
        raise ExpressionError(f"{kind} is a list of assets", names[1][1], f"{kind}.exists(x, x.{rest})")
    return Related(subject, kind, AssetsOf(AssetOf(VOCABULARY.relations[kind].targets)))


def _refuse_steps_into_values(types: tuple[str, ...], names: Chain) -> None:
    """`network.public_access.x`, `tags.owner` and `name.x`: a value has no facts of its own."""
    if names[0][0] == "tags":
        raise ExpressionError("tags are read by key", names[1][1], f"tags['{names[1][0]}']")
    for length in range(1, len(names)):
        shorter = ".".join(name for name, _ in names[:length])
        if carriers(shorter, types):
            kind = VOCABULARY.facts[shorter].type
            suggestion = f"{shorter}.exists(x, x.{names[length][0]})" if isinstance(kind, ListOf) and isinstance(kind.item, Record) else ""
            raise ExpressionError(f"{shorter} is {describe(kind)}; it has no {names[length][0]!r}", names[length][1], suggestion)
    if names[0][0] in ATTRIBUTES:
        raise ExpressionError(f"{names[0][0]} is text; it has no {names[1][0]!r}", names[1][1])


def _wrong_part(names: Chain, candidates: set[str]) -> int:
    """The place of the first name that no candidate goes along with."""
    for length in range(1, len(names) + 1):
        start = ".".join(name for name, _ in names[:length])
        if not any(fact == start or fact.startswith(start + ".") for fact in candidates):
            return names[length - 1][1]
    return names[0][1]
