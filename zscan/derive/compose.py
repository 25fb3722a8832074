"""Composition: facts that an asset has through another one.

A SageMaker endpoint states neither its key nor the isolation of its containers: its configuration and its models do. Such facts are folded
into the asset along one relation, with the evidence of where they came from. Over several targets a fact folds by what is weakest for the
asset: one unprotected model makes the endpoint unprotected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zscan.model.asset import Draft, related
from zscan.model.offers import Fold, Via
from zscan.model.source import FactRef
from zscan.model.unknown import Inherited, Reason, ReasonCode, Unknown, kleene_all, kleene_any, merge


def compose(by_id: Mapping[str, Draft], vias: Sequence[Via]) -> None:
    """Hand relations on, then fold facts, in the order of `vias`."""
    for via in vias:
        drafts = [draft for draft in by_id.values() if draft.native_type == via.native_type]
        for draft in drafts:
            targets = related(draft, via.relation, by_id)
            for relation in via.hands_on:
                _hand_on(draft, targets, relation)
            for path, fold in via.facts.items():
                _fold(draft, path, fold, targets, via.relation)


def _hand_on(draft: Draft, targets: Sequence[Draft | Unknown], relation: str) -> None:
    for middle in targets:
        if isinstance(middle, Unknown):
            draft.unknown_relations[relation] = middle
            continue
        for edge in middle.relations:
            if edge.kind == relation and edge not in draft.relations:
                draft.relations.append(edge)
        if relation in middle.unknown_relations:
            draft.unknown_relations[relation] = middle.unknown_relations[relation]


def _fold(draft: Draft, path: str, fold: Fold, targets: Sequence[Draft | Unknown], relation: str) -> None:
    if fold == "inherit" and not isinstance(draft.get(path), Inherited):
        return  # its own setting replaces the other's
    refs = [FactRef(target.id, path) for target in targets if isinstance(target, Draft)]
    values: list[Any] = []
    for target in targets:
        value = target if isinstance(target, Unknown) else target.get(path)
        values.append(_not_stated(path, relation) if value is None else value)
    if not values and draft.get(path) is not None:
        return  # nothing to fold: what the asset says of itself stands
    if not values:
        values = [Unknown(Reason(ReasonCode.UNRESOLVED, f"no {relation} target is known"))]
    draft.derive(path, _folded(values, fold), f"compose:{relation}", refs)


def _folded(values: list[Any], fold: Fold) -> Any:
    if fold == "all":
        return kleene_all(values)
    if fold == "any":
        return kleene_any(values)
    missing = [value for value in values if isinstance(value, Unknown)]
    if fold == "most":
        return merge(missing) if missing else max(values)
    if fold == "inherit":
        return values[0] if len(values) == 1 else Unknown(Reason(ReasonCode.CONFLICT, "more than one asset could decide it"))
    if missing and len(missing) == len(values):
        return merge(missing)
    return [item for value in values if not isinstance(value, Unknown) for item in value] + ([merge(missing)] if missing else [])


def _not_stated(path: str, relation: str) -> Unknown:
    return Unknown(Reason(ReasonCode.UNRESOLVED, f"the {relation} target does not state {path}"))
