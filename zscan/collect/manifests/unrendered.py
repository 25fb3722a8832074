"""Objects with values that a template engine would fill in.

What such an object says cannot be told from the rest of it: an unrendered label, port or block may change anything. So it stays in the
inventory, with every fact and relation unknown, and a gap says that it was not rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Shaped
from zscan.collect.manifests.fields import unknowns
from zscan.model.asset import Draft
from zscan.model.gap import Gap, gap
from zscan.model.offers import Offer
from zscan.model.unknown import ReasonCode, Unknown, merge

# Fragments that derivations know how to distrust; others about an unrendered object are left out, and the gap stands for them.
_KEPT = frozenset({"kubernetes/pods", "kubernetes/network-policy"})


def unread_part(body: Any) -> Unknown | None:
    """What is unread anywhere in an object; None when it was read in full."""
    found = list(unknowns(body))
    return merge(found) if found else None


def not_rendered(file: str, what: str) -> Gap:
    """The gap that an unrendered object leaves."""
    return gap(scope=file, call="render template", reason=ReasonCode.NOT_RENDERED, detail=f"{what} holds template values", affects=("*",))


def blanked(shaped: Iterable[Shaped], missing: Unknown, offers: Mapping[str, Offer]) -> list[Shaped]:
    """The same assets with every fact and relation unknown."""
    result: list[Shaped] = []
    for item in shaped:
        if not isinstance(item, Draft):
            result += [item] if item.kind in _KEPT else []
            continue
        offer = offers.get(item.native_type)
        for path in sorted({*item.facts, *(offer.facts if offer else ())}):
            item.set(path, missing)
        for relation in sorted({*(reference.relation for reference in item.references), *(offer.relations if offer else ())}):
            item.unknown_relations[relation] = missing
        item.references = [reference for reference in item.references if reference.reverse]
        item.tags, item.unread = missing, missing
        result.append(item)
    return result
