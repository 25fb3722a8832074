"""Assets: the draft that shape, link and derive fill, and the frozen form that rules, reports and snapshots read.

Draft facts hold plain values or `Unknown`. `Draft.freeze` is the only way from one to the other: there an Unknown becomes `None`, and its
reasons stand in `unknown` under the fact's path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from zscan.model.document import Document, Reading, View
from zscan.model.source import ApiSource, Derived, FactRef, FileSource, Source
from zscan.model.structs import facts_struct, partial_list
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Reason, ReasonCode, Unknown, Unresolved

RelationState: TypeAlias = Literal["resolved", "external", "unknown"]


class Selector(msgspec.Struct, frozen=True):
    """A reference by labels inside a namespace: it points to every asset of the unit that carries all of them."""

    labels: tuple[tuple[str, str], ...]
    namespace: str = ""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether every wanted label is there with the wanted value. An empty selector matches everything."""
        return all(labels.get(name) == value for name, value in self.labels)


class Reference(msgspec.Struct, frozen=True):
    """What a shape knows of an edge: the relation, the native types it may lead to, and the key the document holds.

    `key` is a name, ARN, alias, URI or address as the document holds it, a `Selector`, or an `Unknown`. `reverse` says that the edge runs
    from the target to this asset (a NetworkPolicy selects the pods that it is `attached_to`).
    """

    relation: str
    native_types: tuple[str, ...]
    key: str | Selector | Unknown
    source: Source | None = None
    reverse: bool = False


class Relation(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """A typed edge of a frozen asset. `target` is an asset id when resolved; `ref` is what the document held."""

    kind: str
    target: str = ""
    ref: str = ""
    state: RelationState = "resolved"


class Asset(msgspec.Struct, omit_defaults=True):
    """One thing with a posture, frozen. Field meanings are those of the scan document (`zscan schema scan`)."""

    id: str
    type: str
    native_type: str
    name: str
    provider: str
    view: View
    facts: Any  # the struct of `structs.facts_struct(type)`
    account: str = ""
    region: str = ""
    tags: dict[str, str] | None = None
    unit: str = ""
    source: Source | None = None
    unknown: dict[str, tuple[Reason, ...]] = {}
    sources: dict[str, tuple[Source, ...]] = {}
    relations: tuple[Relation, ...] = ()
    observers: tuple[str, ...] = ()

    @property
    def asset_type(self) -> str:
        """The type, by the name that rules use (`type` means something else in their language)."""
        return self.type


class Fragment(msgspec.Struct, frozen=True):
    """A document that has no posture of its own but states something about other assets: a role's rules, a role binding, a group.

    `kind` is the native type; `data` is plain data as that kind's own derivation expects it (Unknown where evidence is missing).
    """

    kind: str
    id: str
    provider: str
    data: dict[str, Any]
    source: Source
    namespace: str = ""
    unit: str = ""
    account: str = ""


class Draft:
    """An asset under construction."""

    __slots__ = (
        "account",
        "evidence",
        "facts",
        "id",
        "keys",
        "labels",
        "name",
        "namespace",
        "native_type",
        "origin",
        "provider",
        "references",
        "region",
        "relations",
        "source",
        "tags",
        "type",
        "unit",
        "unknown_relations",
        "unread",
        "view",
    )

    def __init__(self, document: Document, asset_type: str, *, native_type: str = "", id: str = "", name: str = "") -> None:  # noqa: A002
        self.id, self.type = id or document.id, asset_type
        self.native_type, self.name = native_type or document.native_type, name or document.name
        self.provider, self.account, self.region = document.provider, document.account, document.region
        self.view, self.unit, self.origin = document.view, document.unit, document.origin
        self.source: Source = document.origin.at(())
        self.tags: Mapping[str, str] | Unknown | None = None
        self.keys: set[str] = {self.id, *document.keys}
        self.labels: Mapping[str, str] = {}
        self.unread: Unknown | None = None  # set when nothing the document says of itself, labels included, can be relied on
        self.namespace = ""
        self.facts: dict[str, Any] = {}
        self.evidence: dict[str, tuple[Source, ...]] = {}
        self.references: list[Reference] = []
        self.relations: list[Relation] = []
        self.unknown_relations: dict[str, Unknown] = {}

    def set(self, path: str, value: Any, *sources: Source) -> None:
        """State a fact. A `Reading` brings its own evidence; plain values take `sources` (else the asset's own source)."""
        if path not in VOCABULARY.facts:
            raise KeyError(f"{path} is not a declared fact")
        if isinstance(value, Reading):
            sources = sources or tuple(dict.fromkeys(self.origin.at(place) for place in value.places))
            value = value.value
        if value is None:
            raise ValueError(f"{path} of {self.id}: a shape must say what an unset value means (a default, false, or an empty value)")
        self.facts[path] = value
        self.evidence[path] = sources or (self.source,)

    def derive(self, path: str, value: Any, by: str, refs: Iterable[FactRef] = ()) -> None:
        """State a fact that rests on facts of other assets."""
        self.set(path, value, Derived(by=by, derived_from=tuple(sorted(set(refs)))))

    def get(self, path: str) -> Any:
        """The value of a fact (may be an Unknown); None when this asset does not carry it."""
        return self.facts.get(path)

    def refer(self, relation: str, native_types: str | tuple[str, ...], key: Reading | str | Selector | Unknown) -> None:
        """Note an edge whose target the document names by `key`. Unset keys make no edge; unknown ones an unknown edge."""
        source: Source | None = None
        if isinstance(key, Reading):
            source = self.origin.at(key.places[0]) if key.places else None
            key = key.value
        if key is None or key == "":
            return
        if relation not in VOCABULARY.relations:
            raise KeyError(f"{relation} is not a declared relation")
        types = (native_types,) if isinstance(native_types, str) else native_types
        self.references.append(Reference(relation, types, key if isinstance(key, str | Selector | Unknown) else str(key), source))

    def relate(self, kind: str, target: str, ref: str = "") -> None:
        """Add a resolved edge (once)."""
        relation = Relation(kind, target, ref)
        if not any(r.kind == kind and r.target == target for r in self.relations):
            self.relations.append(relation)

    def freeze(self) -> Asset:
        """The frozen asset: the only place where an Unknown becomes None with reasons beside it."""
        tree: dict[str, Any] = {}
        unknown: dict[str, tuple[Reason, ...]] = {}
        for path in sorted(self.facts):
            value = self.facts[path]
            if isinstance(value, Unknown):
                unknown[path] = value.reasons
                continue
            value, missing = partial_list(value)
            if missing is not None:
                unknown[f"{path}[]"] = missing.reasons
            *facets, name = path.split(".")
            node = tree
            for facet in facets:
                node = node.setdefault(facet, {})
            node[name] = value
        for kind, reason in self.unknown_relations.items():
            unknown[f"relations.{kind}"] = reason.reasons
        tags: dict[str, str] | None
        if isinstance(self.tags, Unknown):
            unknown["tags"] = self.tags.reasons
            tags = None
        else:
            tags = dict(sorted(self.tags.items())) if self.tags is not None else {}
        return Asset(
            id=self.id,
            type=self.type,
            native_type=self.native_type,
            name=self.name,
            provider=self.provider,
            view=self.view,
            facts=msgspec.convert(tree, facts_struct(self.type)),
            account=self.account,
            region=self.region,
            tags=tags,
            unit=self.unit,
            source=self.source,
            unknown=dict(sorted(unknown.items())),
            sources={path: self.evidence[path] for path in sorted(self.evidence)},
            relations=tuple(sorted(self.relations)),
        )


def related(draft: Draft, kind: str, by_id: Mapping[str, Draft]) -> list[Draft | Unknown]:
    """The targets of a relation; targets outside what was read, and unknown edges, are Unknown elements."""
    result: list[Draft | Unknown] = []
    for relation in sorted(draft.relations):
        if relation.kind == kind:
            target = by_id.get(relation.target)
            result.append(
                target
                if target is not None
                else Unknown(Reason(ReasonCode.OUT_OF_SCOPE, f"{relation.ref or relation.target} was not read"))
            )
    if kind in draft.unknown_relations:
        result.append(draft.unknown_relations[kind])
    return result


__all__ = [
    "ApiSource",
    "Asset",
    "Derived",
    "Draft",
    "FactRef",
    "FileSource",
    "Fragment",
    "Reference",
    "Relation",
    "Selector",
    "Source",
    "Unresolved",
    "related",
]
