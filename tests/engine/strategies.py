"""Random rules, inventories, and inventories with less evidence, for the property tests of the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from hypothesis import strategies as st

from tests.engine.builders import make_asset
from zscan.model.asset import Asset, Relation
from zscan.model.structs import facts_struct
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Reason, ReasonCode
from zscan.model.vocabulary import Enum, FactType, ListOf, MapOf, Record, Scalar

TEXTS = ("", "a", "ab", "prod", "10.0.0.1", "10.0.0.0/24", "0.0.0.0/0", "x*y")
NUMBERS = (0, 1, 2, 30, 443)
DATES = ("2026-01-01T00:00:00Z", "2020-05-05T10:00:00+02:00", "2027-01-01T00:00:00Z", "not a date")
KEYS = ("owner", "env")
TYPES = ("endpoint", "agent", "identity", "key", "guardrail", "route", "feature_store", "firewall", "tool_server", "model")
REASON = (Reason(ReasonCode.DENIED, "some:Call", "gap-1"),)


def _scalar(kind: Scalar | Enum | Record) -> st.SearchStrategy[Any]:
    if isinstance(kind, Enum):
        return st.sampled_from(kind.members)
    assert isinstance(kind, Scalar)
    values = {"bool": (True, False), "int": NUMBERS, "str": TEXTS, "date": DATES}[kind.name]
    return st.sampled_from(values)


def _value(kind: FactType) -> st.SearchStrategy[Any]:
    match kind:
        case ListOf(Record(fields)):
            record = st.fixed_dictionaries({name: st.none() | _scalar(field) for name, field in fields.items()})
            return st.lists(record, max_size=3)
        case ListOf(item):
            return st.lists(_scalar(item), max_size=3)
        case MapOf():
            return st.dictionaries(st.sampled_from(KEYS), st.sampled_from(TEXTS), max_size=2)
        case _:
            return _scalar(kind)


# ---------------------------------------------------------------- inventories


@st.composite
def inventories(draw: st.DrawFn, *, complete: bool = False) -> list[Asset]:
    """A few assets of different types, related at random. `complete`: nothing is unknown."""
    types = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=5))
    ids = [f"{name}-{number}" for number, name in enumerate(types)]
    return [draw(_asset(name, asset_id, types, ids, complete=complete)) for name, asset_id in zip(types, ids, strict=True)]


@st.composite
def _asset(draw: st.DrawFn, asset_type: str, asset_id: str, types: list[str], ids: list[str], *, complete: bool) -> Asset:
    facts: dict[str, Any] = {}
    unknown: dict[str, tuple[Reason, ...]] = {}
    for path, fact in sorted(VOCABULARY.facts_of(asset_type).items()):
        value: Any = draw(_value(fact.type) if complete else st.none() | _value(fact.type))
        if complete and isinstance(fact.type, ListOf) and isinstance(fact.type.item, Record):
            value = [
                {name: _known(field) if record[name] is None else record[name] for name, field in fact.type.item.fields.items()}
                for record in value
            ]
        if value is None:
            unknown[path] = REASON
        elif isinstance(fact.type, ListOf) and not complete and draw(st.booleans()):
            value = [*value, None]
            unknown[f"{path}[]"] = REASON
        facts[path] = value
    relations: list[Relation] = []
    for kind, relation in sorted(VOCABULARY.relations.items()):
        fitting = [other for other, name in zip(ids, types, strict=True) if name in relation.targets]
        relations += [
            Relation(kind, target) for target in (draw(st.lists(st.sampled_from(fitting), max_size=2, unique=True)) if fitting else [])
        ]
        if not complete and draw(st.integers(0, 5)) == 0:
            relations.append(Relation(kind, "", "arn:elsewhere", "external"))
        if not complete and draw(st.integers(0, 5)) == 0:
            unknown[f"relations.{kind}"] = REASON
    tags = draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(TEXTS), max_size=2))
    return make_asset(
        asset_type,
        asset_id,
        facts=facts,
        relations=relations,
        unknown=unknown,
        tags=None if not complete and draw(st.integers(0, 5)) == 0 else tags,
        name=draw(st.sampled_from(TEXTS)),
        view=draw(st.sampled_from(("live", "declared"))),
    )


def _known(kind: Scalar | Enum) -> Any:
    return kind.members[0] if isinstance(kind, Enum) else {"bool": False, "int": 0, "str": "", "date": DATES[0]}[kind.name]


@st.composite
def with_less_evidence(draw: st.DrawFn, assets: list[Asset]) -> list[Asset]:
    """The same inventory with facts, list tails, elements, tag maps, edges and whole targets taken away."""
    chance = draw(st.sampled_from((2, 5, 12)))

    def gone() -> bool:
        return draw(st.integers(0, chance)) == 0

    kept: list[Asset] = []
    for asset in assets:
        if len(assets) > 1 and gone():
            continue
        facts: dict[str, Any] = {}
        unknown = dict(asset.unknown)
        for path, fact in VOCABULARY.facts_of(asset.type).items():
            value: Any = msgspec.to_builtins(asset.facts)
            for step in path.split("."):
                value = value.get(step) if value is not None else None
            if value is None or gone():
                unknown.setdefault(path, REASON)
                continue
            facts[path] = _less(value, fact.type, gone)
        hidden = {kind for kind in VOCABULARY.relations if gone()}
        relations = [edge for edge in asset.relations if edge.kind not in hidden or not gone()]
        relations = [Relation(edge.kind, "", edge.target, "unknown") if gone() else edge for edge in relations]
        unknown |= {f"relations.{kind}": REASON for kind in hidden}
        tree = make_asset(asset.type, asset.id, facts=facts).facts
        kept.append(
            msgspec.structs.replace(
                asset,
                facts=msgspec.convert(msgspec.to_builtins(tree), facts_struct(asset.type)),
                relations=tuple(sorted(relations)),
                unknown=unknown,
                tags=None if gone() else asset.tags,
            )
        )
    return kept


def _less(value: Any, kind: FactType, gone: Any) -> Any:
    if not isinstance(kind, ListOf):
        return value
    items: list[Any] = []
    for item in value:
        if gone():
            items.append(None)
        elif isinstance(item, dict) and isinstance(kind.item, Record):
            key = kind.item.key
            items.append({name: None if name != key and gone() else field for name, field in item.items()})
        else:
            items.append(item)
    if gone():
        items = [*items[: len(items) // 2], None]
    return items


# ---------------------------------------------------------------- rules


@st.composite
def conditions(draw: st.DrawFn, asset_type: str, *, oracle: bool = False) -> str:
    """A condition over assets of a type. With `oracle` it stays within what Google's CEL can read over plain maps."""
    return draw(_condition(_Scope(asset_type, oracle), 3))


class _Scope:
    """What a generated condition may name: the root's facts, and variables with what they stand for."""

    def __init__(self, asset_type: str, oracle: bool) -> None:
        self.oracle = oracle
        self.subjects: list[tuple[str, tuple[str, ...]]] = [("", (asset_type,))]
        self.records: list[tuple[str, Record]] = []
        self.scalars: list[tuple[str, Scalar | Enum]] = []
        self.depth = 0

    def paths(self) -> list[tuple[str, FactType]]:
        """Every fact in reach, with its type."""
        found: list[tuple[str, FactType]] = []
        for prefix, types in self.subjects:
            facts = {path: fact.type for name in types for path, fact in VOCABULARY.facts_of(name).items()}
            found += [(f"{prefix}.{path}" if prefix else path, kind) for path, kind in sorted(facts.items())]
        found += [(f"{name}.{field}", kind) for name, record in self.records for field, kind in record.fields.items()]
        return found + list(self.scalars)


@st.composite
def _condition(draw: st.DrawFn, scope: _Scope, depth: int) -> str:
    shape = draw(st.sampled_from(("leaf", "leaf", "not", "and", "or", "list", "list", "relation") if depth else ("leaf",)))
    if shape == "not":
        return f"!({draw(_condition(scope, depth - 1))})"
    if shape in ("and", "or"):
        operator = " && " if shape == "and" else " || "
        return operator.join(f"({draw(_condition(scope, depth - 1))})" for _ in range(draw(st.integers(2, 3))))
    if shape == "list" and scope.depth < 3:
        return draw(_quantifier(scope, depth))
    if shape == "relation" and scope.depth < 3:
        return draw(_over_relation(scope, depth))
    return draw(_leaf(scope))


@st.composite
def _quantifier(draw: st.DrawFn, scope: _Scope, depth: int) -> str:
    lists = [(path, kind) for path, kind in scope.paths() if isinstance(kind, ListOf)]
    if not lists:
        return draw(_leaf(scope))
    path, kind = draw(st.sampled_from(lists))
    name = f"v{scope.depth}"
    target: list[Any] = scope.records if isinstance(kind.item, Record) else scope.scalars
    target.append((name, kind.item))
    scope.depth += 1
    body = draw(_condition(scope, depth - 1))
    scope.depth -= 1
    target.pop()
    return f"{path}.{draw(st.sampled_from(('exists', 'all')))}({name}, {body})"


@st.composite
def _over_relation(draw: st.DrawFn, scope: _Scope, depth: int) -> str:
    subject, _ = draw(st.sampled_from(scope.subjects))
    kind = draw(st.sampled_from(sorted(VOCABULARY.relations)))
    name = f"v{scope.depth}"
    scope.subjects.append((name, VOCABULARY.relations[kind].targets))
    scope.depth += 1
    body = draw(_condition(scope, depth - 1))
    scope.depth -= 1
    scope.subjects.pop()
    return f"{subject}{'.' if subject else ''}{kind}.{draw(st.sampled_from(('exists', 'all')))}({name}, {body})"


@st.composite
def _leaf(draw: st.DrawFn, scope: _Scope) -> str:
    paths = scope.paths()
    if draw(st.integers(0, 7)) == 0:
        subject = draw(st.sampled_from(scope.subjects))[0]
        tags = f"{subject}.tags" if subject else "tags"
        key = draw(st.sampled_from(KEYS))
        return draw(st.sampled_from((f"'{key}' in {tags}", f"{tags}['{key}'] == 'prod'", f"{tags}['{key}'] != 'a'")))
    path, kind = draw(st.sampled_from(paths))
    return draw(st.sampled_from(tuple(_tests(path, kind, scope))))


def _tests(path: str, kind: FactType, scope: _Scope) -> Iterable[str]:  # noqa: PLR0911 (one answer per type)
    match kind:
        case Scalar("bool"):
            return (path, f"!{path}", f"{path} == true", f"{path} != false")
        case Scalar("int"):
            return (f"{path} > 1", f"{path} <= 30", f"{path} == 0", f"2 != {path}", f"{path} in [0, 443]")
        case Scalar("date"):
            return (f"days_since({path}) > 90", f"days_since({path}) <= 365")
        case Scalar():
            plain = (f"{path} == 'a'", f"{path} != 'prod'", f"{path}.startsWith('a')", f"{path}.contains('b')", f"{path} in ['a', 'ab']")
            return plain if scope.oracle else (*plain, f"{path}.glob('a*')", f"cidr_within({path}, '10.0.0.0/8')")
        case Enum(members):
            return (f"{path} == '{members[0]}'", f"{path} != '{members[-1]}'", f"{path} in ['{members[0]}', '{members[-1]}']")
        case ListOf(Record()):
            return (f"size({path}) > 0", f"size({path}) == 1")
        case ListOf(Enum(members)):
            return (f"'{members[0]}' in {path}", f"size({path}) < 2", f"size({path}) != 1")
        case ListOf(Scalar("int")):
            return (f"443 in {path}", f"size({path}) >= 1")
        case ListOf():
            return (f"'a' in {path}", f"size({path}) == 0", f"size({path}) <= 1")
        case _:
            return (f"'owner' in {path}",)
