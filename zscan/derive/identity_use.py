"""Identity use: whether two agents act under one identity.

A second agent with the same identity proves that it is shared. That it is not shared is known only where every listing of agents in the
account answered; a template is its own world. An agent and the runtime that it is `hosted_by` are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from zscan.model.asset import Draft
from zscan.model.gap import Gap
from zscan.model.offers import Offer
from zscan.model.source import FactRef
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Truth, Unknown, kleene_any, kleene_not, merge

_FACT = "principal.shared"


def derive_identity_use(by_id: Mapping[str, Draft], gaps: Iterable[Gap], offers: Mapping[str, Offer]) -> None:
    """Add `principal.shared` to every asset whose native type offers it."""
    users: dict[str, set[str]] = defaultdict(set)
    for draft in by_id.values():
        if VOCABULARY.types[draft.type].ai:
            for identity in _identities(draft):
                users[identity].add(draft.id)
    unsure = _without_known_identity(by_id)
    blocking = [gap for gap in gaps if gap.blocking]
    for draft in by_id.values():
        offer = offers.get(draft.native_type)
        if offer is None or _FACT not in offer.facts:
            continue
        others = sorted({other for identity in _identities(draft) for other in users[identity]} - {draft.id})
        apart = {other: kleene_not(_one_agent(draft, by_id[other])) for other in others if by_id[other].type == draft.type}
        same_kind = [other for other, truth in apart.items() if truth is not False]
        parts: list[Truth] = [*apart.values()]
        if "runs_as" in draft.unknown_relations:
            parts.append(draft.unknown_relations["runs_as"])
        parts += [why for other, why in unsure[_world(draft)].items() if other != draft.id]
        kin = {native_type for native_type, kind in offers.items() if kind.asset_type == draft.type}
        hidden = [Unknown(gap.as_reason()) for gap in blocking if draft.view == "live" and not kin.isdisjoint(gap.affects)]
        if hidden:
            parts.append(merge(hidden))
        draft.derive(_FACT, kleene_any(parts), "identity_use", [FactRef(other, "") for other in same_kind])


def _without_known_identity(by_id: Mapping[str, Draft]) -> dict[tuple[str, ...], dict[str, Unknown]]:
    """By kind and world, the assets of which it is not known what they run as: each may be the one that shares."""
    found: dict[tuple[str, ...], dict[str, Unknown]] = defaultdict(dict)
    for draft in by_id.values():
        if "runs_as" in draft.unknown_relations:
            found[_world(draft)][draft.id] = draft.unknown_relations["runs_as"]
    return found


def _world(draft: Draft) -> tuple[str, ...]:
    """Assets of one kind that could run as the same identity: those of one account, or of one template."""
    return draft.type, draft.view, draft.provider, draft.account if draft.view == "live" else draft.unit


def _one_agent(draft: Draft, other: Draft) -> Truth:
    """Whether one of the two is the runtime that the platform runs the other in."""
    pairs = ((draft, other), (other, draft))
    hosted = any(edge.kind == "hosted_by" and edge.target == host.id for agent, host in pairs for edge in agent.relations)
    return kleene_any([hosted, *(agent.unknown_relations["hosted_by"] for agent, _ in pairs if "hosted_by" in agent.unknown_relations)])


def _identities(draft: Draft) -> list[str]:
    """What the asset runs as: the identity's id, or the name that leads outside what was read."""
    return [relation.target or relation.ref for relation in draft.relations if relation.kind == "runs_as"]
