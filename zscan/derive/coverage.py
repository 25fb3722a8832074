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
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_any

_IN_USE = "scope.ai_in_use"
_UNMEASURED = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "use was not measured in this scope"))
_EVERY_CLASS = "*"  # a gap that hides every class of its scope (an unreadable list of regions)


def derive_use(by_id: Mapping[str, Draft], gaps: Iterable[Gap], offers: Mapping[str, Offer]) -> None:
    """Complete `scope.ai_in_use` of every control that offers it: an AI asset seen in the scope, or measured use.

    One control of a region measures use (its shape states the fact); all others share that evidence. A control of the whole account looks
    at every region. Unused is known only if every listing of AI in the scope answered and what measures use answered too.
    """
    blocking = [gap for gap in gaps if gap.blocking and _hides_ai(gap, offers)]
    controls = [draft for draft in by_id.values() if draft.native_type in offers and _IN_USE in offers[draft.native_type].facts]
    measured = {draft.id: draft.facts[_IN_USE] for draft in controls if _IN_USE in draft.facts}
    first: dict[tuple[str, str, str, str], Draft] = {}
    for draft in by_id.values():
        if _is_ai(draft):
            first.setdefault((draft.view, draft.provider, draft.account, draft.region), draft)
    for control in controls:
        seen = [draft for draft in first.values() if _within(control, draft)][:1]
        meters = [draft for draft in controls if draft.id in measured and _within(control, draft)]
        parts: list[Truth] = [bool(seen), *([measured[meter.id] for meter in meters] or [_UNMEASURED])]
        parts += [Unknown(gap.as_reason()) for gap in blocking if _hides(gap, control)]
        refs = [FactRef(draft.id, "") for draft in seen]
        refs += [FactRef(meter.id, _IN_USE) for meter in meters if meter is not control and measured[meter.id] is True]
        control.derive(_IN_USE, kleene_any(parts), "coverage", refs)


def _within(control: Draft, draft: Draft) -> bool:
    """Whether a draft lies in the scope that a control governs: its region, or its account where the control has no region."""
    same_account = (draft.view, draft.provider, draft.account) == (control.view, control.provider, control.account)
    return same_account and control.region in {"", draft.region}


def _hides(gap: Gap, control: Draft) -> bool:
    scope = "/".join(part for part in (control.provider, control.account, control.region) if part)
    below = not control.region and gap.scope.startswith(f"{scope}/")
    return gap.scope == scope or below or (_EVERY_CLASS in gap.affects and scope.startswith(gap.scope))


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
    return _EVERY_CLASS in gap.affects or any(_means_use(asset_type) for asset_type in hidden)


def _is_ai(draft: Draft) -> bool:
    return _means_use(draft.type)


def _means_use(asset_type: str) -> bool:
    """A setting of a scope exists whether or not anything is used there."""
    return VOCABULARY.types[asset_type].ai and "scope" not in VOCABULARY.types[asset_type].facets
