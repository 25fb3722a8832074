"""Relevance: what AI leans on is kept; the rest of an account or cluster is counted and dropped.

Kept are AI assets, everything that they lead to (their identities, keys, stores, networks …), whatever leads to them (routes, policies),
private endpoints, secrets that lie in a namespace with AI workloads, and every principal that may call models, change guardrails or mint
sign-in links, used or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from zscan.model.asset import Draft
from zscan.model.types import VOCABULARY

_ALWAYS = frozenset({"private_link"})
_AI_RIGHTS = tuple(f"identity.granted.{name}" for name in ("invoke_models", "change_guardrails", "full_ai_access", "mint_sign_in_links"))


def relevant(by_id: Mapping[str, Draft]) -> tuple[dict[str, Draft], dict[str, int]]:
    """The drafts worth judging, and how many of each type were dropped."""
    kept = {asset_id for asset_id, draft in by_id.items() if _by_itself(draft)}
    shared = {(d.provider, d.namespace) for d in by_id.values() if VOCABULARY.types[d.type].ai and d.namespace}
    kept |= {asset_id for asset_id, d in by_id.items() if d.type == "secret" and (d.provider, d.namespace) in shared}
    frontier = set(kept)
    while frontier:
        reached = {relation.target for asset_id in frontier for relation in by_id[asset_id].relations if relation.target in by_id}
        leading = {
            asset_id
            for asset_id, draft in by_id.items()
            if asset_id not in kept and any(r.target in frontier and _counts(by_id[r.target]) for r in draft.relations)
        }
        frontier = (reached | leading) - kept
        kept |= frontier
    dropped = Counter(draft.type for asset_id, draft in by_id.items() if asset_id not in kept)
    return {asset_id: draft for asset_id, draft in by_id.items() if asset_id in kept}, dict(sorted(dropped.items()))


def _by_itself(draft: Draft) -> bool:
    if VOCABULARY.types[draft.type].ai or draft.type in _ALWAYS:
        return True
    return draft.type == "identity" and any(path in draft.facts and draft.facts[path] is not False for path in _AI_RIGHTS)


def _counts(target: Draft) -> bool:
    """What leads to an AI asset matters; what leads to its key or bucket (other workloads of the company) does not."""
    return VOCABULARY.types[target.type].ai
