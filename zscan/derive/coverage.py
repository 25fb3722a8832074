"""Coverage: whether AI is used in a scope at all, and which classes could not be inventoried.

Both answers must survive missing evidence: a scope whose listings failed is neither used nor unused, and a rule over a class that could
not be listed is not assessed rather than silently without findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zscan.model.asset import Draft
from zscan.model.finding import NotAssessed
from zscan.model.gap import Gap
from zscan.model.offers import Offer
from zscan.model.rule import Rule
from zscan.model.source import FactRef
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_any, merge

_FACT = "scope.ai_in_use"
_UNMEASURED = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "use was not measured in this scope"))
_EVERY_CLASS = "*"  # a gap that hides every class of its scope (an unreadable list of regions)


def derive_use(by_id: Mapping[str, Draft], gaps: Iterable[Gap], offers: Mapping[str, Offer]) -> None:
    """Complete `scope.ai_in_use`: an AI asset seen in the scope, or measured use; false only if every listing of AI there answered.

    Use is measured once in a scope, by one of its controls; the others rest on that.
    """
    blocking = [gap for gap in gaps if gap.blocking and _hides_ai(gap, offers)]
    controls = [draft for draft in by_id.values() if _is_control(draft, offers)]
    measures = {_scope(control): measured for control in controls if (measured := control.get(_FACT)) is not None}
    for control in controls:
        measured = measures.get(_scope(control), _UNMEASURED)
        seen = [draft for draft in by_id.values() if _is_ai(draft, offers) and _scope(draft) == _scope(control)]
        scope = f"{control.provider}/{control.account}/{control.region}"
        hidden = [gap for gap in blocking if gap.scope == scope or (_EVERY_CLASS in gap.affects and scope.startswith(gap.scope))]
        parts: list[Truth] = [bool(seen), measured]
        if hidden:
            parts.append(merge([Unknown(gap.as_reason()) for gap in hidden]))
        control.derive(_FACT, kleene_any(parts), "coverage", [FactRef(draft.id, "") for draft in seen[:1]])


def not_inventoried(gaps: Iterable[Gap], rules: Sequence[Rule], offers: Mapping[str, Offer]) -> list[NotAssessed]:
    """Each rule over a class that a blocking gap hides, once per gap."""
    result: set[NotAssessed] = set()
    for gap in gaps:
        if not gap.blocking:
            continue
        types = {offers[native].asset_type for native in gap.affects if native in offers}
        for rule in rules:
            if _EVERY_CLASS in gap.affects or types & set(rule.assets):
                result.add(NotAssessed(rule.id, gap.scope, f"{gap.reason}: {gap.call}", gap.id))
    return sorted(result)


def _hides_ai(gap: Gap, offers: Mapping[str, Offer]) -> bool:
    hidden = (offers[native].asset_type for native in gap.affects if native in offers)
    return _EVERY_CLASS in gap.affects or any(VOCABULARY.types[asset_type].ai for asset_type in hidden)


def _is_control(draft: Draft, offers: Mapping[str, Offer]) -> bool:
    offer = offers.get(draft.native_type)
    return _FACT in draft.facts or (offer is not None and _FACT in offer.facts)


def _is_ai(draft: Draft, offers: Mapping[str, Offer]) -> bool:
    return VOCABULARY.types[draft.type].ai and not _is_control(draft, offers)


def _scope(draft: Draft) -> tuple[str, str, str, str]:
    return draft.view, draft.provider, draft.account, draft.region
