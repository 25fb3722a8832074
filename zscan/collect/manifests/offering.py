"""Offers of manifests: which facts each native type states."""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect.manifests.kubernetes.objects import PROVIDER
from zscan.model.offers import Offer
from zscan.model.types import VOCABULARY


def offer(native_type: str, asset_type: str, facts: Iterable[str], relations: Iterable[str] = ()) -> Offer:
    """The offer of a native type: the given facts as far as assets of this type carry them."""
    carried = VOCABULARY.facts_of(asset_type)
    unknown = set(facts) - set(VOCABULARY.facts)
    if unknown:
        raise ValueError(f"{native_type} offers facts that are not declared: {sorted(unknown)}")
    return Offer(
        native_type=native_type,
        asset_type=asset_type,
        provider=PROVIDER,
        facts=frozenset(fact for fact in facts if fact in carried),
        relations=frozenset(relations),
    )
