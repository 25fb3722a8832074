"""Linking: references become relations, and observations of one id become one asset.

A reference resolves inside its own file unit first, then among live assets, else it leads outside what was read (`external`). An
ambiguous reference and a reference whose key is unknown make an unknown relation, which carries its reasons.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from zscan.model.asset import Draft, Reference, Relation, Selector
from zscan.model.gap import Gap
from zscan.model.source import FileSource
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Reason, ReasonCode, Unknown, Unresolved, merge

_CLUSTER = "kubernetes"  # the provider whose references join across the files of one cluster view


def link(drafts: Iterable[Draft], gaps: Iterable[Gap] = ()) -> dict[str, Draft]:
    """All drafts by id, ids in order, with their references resolved into relations.

    A reference whose target was not found leads outside (`external`), unless a gap hid the target's class: then the edge is unknown.
    """
    by_id = merge_observations(drafts)
    index = _Index(by_id.values(), gaps)
    for draft in by_id.values():
        for reference in draft.references:
            _resolve(draft, reference, index)
    return by_id


def merge_observations(drafts: Iterable[Draft]) -> dict[str, Draft]:
    """One draft per id: known beats unknown; where two observers disagree the owner's word counts, else the fact is unknown."""
    groups: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[draft.id].append(draft)
    return {asset_id: _merged(groups[asset_id]) for asset_id in sorted(groups)}


def _merged(group: Sequence[Draft]) -> Draft:
    first, *others = sorted(group, key=lambda d: (d.account, d.region, d.native_type))
    for other in others:
        for path, value in other.facts.items():
            mine = first.facts.get(path)
            if mine is None or (isinstance(mine, Unknown) and not isinstance(value, Unknown)):
                first.facts[path], first.evidence[path] = value, other.evidence[path]
            elif not isinstance(value, Unknown) and not isinstance(mine, Unknown) and value != mine:
                first.facts[path] = _conflict(first, other, path)
        first.keys |= other.keys
        first.references += other.references
    return first


def _conflict(first: Draft, other: Draft, path: str) -> Any:
    owner = first.id.split(":")[4] if first.id.count(":") >= 5 else ""  # noqa: PLR2004 (an ARN has six parts)
    for draft in (first, other):
        if owner and draft.account == owner:
            return draft.facts[path]
    return Unknown(Reason(ReasonCode.CONFLICT, f"two observers disagree about {path}"))


class _Index:
    """Drafts by what references may call them."""

    def __init__(self, drafts: Iterable[Draft], gaps: Iterable[Gap]) -> None:
        self.hidden: dict[str, list[Gap]] = defaultdict(list)
        for gap in gaps:
            for native_type in gap.affects if gap.blocking else ():
                self.hidden[native_type].append(gap)
        self.units: dict[tuple[str, str], list[Draft]] = defaultdict(list)
        self.live: dict[str, list[Draft]] = defaultdict(list)
        self.cluster: dict[str, list[Draft]] = defaultdict(list)
        self.namespaces: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.provider == _CLUSTER:
                self.namespaces[draft.namespace].append(draft)
            for key in draft.keys:
                if draft.provider == _CLUSTER:
                    self.cluster[key].append(draft)
                if draft.view == "declared":
                    self.units[draft.unit, key].append(draft)
                else:
                    self.live[key].append(draft)

    def why_hidden(self, draft: Draft, reference: Reference) -> Unknown | None:
        """The gaps of the draft's account that hide the classes which the reference may lead to."""
        where = f"{draft.provider}/{draft.account}"
        gaps = [gap for native_type in reference.native_types for gap in self.hidden[native_type] if gap.scope.startswith(where)]
        return Unknown(*(gap.as_reason() for gap in gaps)) if gaps and draft.view == "live" else None


def _resolve(draft: Draft, reference: Reference, index: _Index) -> None:
    key = reference.key
    if isinstance(key, Unresolved) and key.target:
        found = _of_type(index.units.get((draft.unit, key.target), ()), reference)
        _connect(draft, reference, found[:1], missing=key)
    elif isinstance(key, Unknown):
        _unknown(draft, reference, key)
    elif isinstance(key, Selector):
        others = [d for d in index.namespaces.get(key.namespace, ()) if d is not draft]
        matching = [d for d in others if d.unread is None and d.labels and key.matches(d.labels)]
        unread = [d.unread for d in _of_type(others, reference) if d.unread is not None]
        if unread and not reference.reverse:
            _unknown(draft, reference, merge(unread))
        _connect(draft, reference, _nearest(draft, _of_type(matching, reference)), missing=None)
    elif draft.provider == _CLUSTER:
        nearest = _nearest(draft, _of_type(index.cluster.get(key, ()), reference))
        _connect(draft, reference, nearest, missing=None, ref=key)
    else:
        _connect(draft, reference, _named(draft, key, reference, index), missing=index.why_hidden(draft, reference), ref=key)


def _named(draft: Draft, key: str, reference: Reference, index: _Index) -> list[Draft]:
    if draft.view == "declared":
        found = _of_type(index.units.get((draft.unit, key), ()), reference)
        if found:
            return found[:1]
    candidates = [d for d in _of_type(index.live.get(key, ()), reference) if d.provider == draft.provider]
    if key in {d.id for d in candidates} or draft.view == "declared":
        return candidates[:1] if len({d.id for d in candidates}) == 1 else []
    return [d for d in candidates if d.account == draft.account and d.region in {draft.region, ""}][:1]


def _of_type(drafts: Iterable[Draft], reference: Reference) -> list[Draft]:
    if reference.reverse:
        targets: tuple[str, ...] = ()
    else:
        targets = VOCABULARY.relations[reference.relation].targets
    wanted = reference.native_types
    return [
        d
        for d in drafts
        if (not targets or d.type in targets) and ("*" in wanted or d.native_type in wanted or d.native_type.split(":")[0] in wanted)
    ]


def _nearest(draft: Draft, found: Sequence[Draft]) -> list[Draft] | Unknown:
    """Of several objects of one kind, namespace and name, the one whose file shares the longest directory with the referring file."""
    groups: dict[tuple[str, str, str], list[Draft]] = defaultdict(list)
    for candidate in found:
        groups[candidate.native_type, candidate.namespace, candidate.name].append(candidate)
    chosen: list[Draft] = []
    for _, group in sorted(groups.items()):
        if len(group) == 1:
            chosen += group
            continue
        depth = {id(candidate): _shared_depth(_file(draft), _file(candidate)) for candidate in group}
        best = [candidate for candidate in group if depth[id(candidate)] == max(depth.values())]
        if len(best) > 1:
            same_file = [candidate for candidate in best if _file(candidate) == _file(draft)]
            if len(same_file) != 1:
                name = group[0].name
                return Unknown(Reason(ReasonCode.UNRESOLVED, f"{len(best)} objects named {name} are equally near"))
            best = same_file
        chosen += best
    return chosen


def _file(draft: Draft) -> str:
    return draft.source.file if isinstance(draft.source, FileSource) else ""


def _shared_depth(first: str, second: str) -> int:
    common = posixpath.commonpath([posixpath.dirname(first) or ".", posixpath.dirname(second) or "."]) if first and second else ""
    return len([part for part in common.split("/") if part not in {"", "."}])


def _connect(draft: Draft, reference: Reference, found: Sequence[Draft] | Unknown, *, missing: Unknown | None, ref: str = "") -> None:
    if isinstance(found, Unknown):
        _unknown(draft, reference, found)
        return
    for target in found:
        source, end = (target, draft) if reference.reverse else (draft, target)
        source.relate(reference.relation, end.id, ref)
    if not found and missing is not None:
        _unknown(draft, reference, missing)
    elif not found and ref and not reference.reverse:
        relation = Relation(reference.relation, "", ref, "external")
        if relation not in draft.relations:
            draft.relations.append(relation)


def _unknown(draft: Draft, reference: Reference, why: Unknown) -> None:
    known = draft.unknown_relations.get(reference.relation)
    draft.unknown_relations[reference.relation] = why if known is None else merge([known, why])
