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
from zscan.model.unknown import Truth, Unknown, kleene_any, merge

_IN_USE = "scope.ai_in_use"
_EVERY_CLASS = "*"  # a gap that hides every class of its scope (an unreadable list of regions)


def derive_use(by_id: Mapping[str, Draft], gaps: Iterable[Gap], offers: Mapping[str, Offer]) -> None:
    """Complete `scope.ai_in_use`: an AI asset seen in the scope, or measured use; false only if every listing of AI there answered."""
    blocking = [gap for gap in gaps if gap.blocking and _hides_ai(gap, offers)]
    controls = [draft for draft in by_id.values() if _IN_USE in draft.facts or _says_use(draft, offers)]
    measured = [(control, control.facts[_IN_USE]) for control in controls if _IN_USE in control.facts]
    for control in controls:
        seen = [draft for draft in by_id.values() if draft.view == control.view and _is_ai(draft) and _governs(control, draft)]
        parts: list[Truth] = [bool(seen), *(value for other, value in measured if _governs(control, other))]
        hidden = [gap for gap in blocking if _hides(gap, control)]
        if hidden:
            parts.append(merge([Unknown(gap.as_reason()) for gap in hidden]))
        control.derive(_IN_USE, kleene_any(parts), "coverage", [FactRef(draft.id, "") for draft in seen[:1]])


def _says_use(draft: Draft, offers: Mapping[str, Offer]) -> bool:
    offer = offers.get(draft.native_type)
    return offer is not None and _IN_USE in offer.facts


def _governs(control: Draft, other: Draft) -> bool:
    """Whether something lies in the scope of a control: its region, or with an account-wide one, any region of the account."""
    same_account = (other.provider, other.account) == (control.provider, control.account)
    return same_account and (not control.region or other.region == control.region)


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
    """Whether AI assets may be missing because of the gap. Settings of a scope are there whether or not they could be read."""
    hidden = (VOCABULARY.types[offers[native].asset_type] for native in gap.affects if native in offers)
    return _EVERY_CLASS in gap.affects or any(kind.ai and "scope" not in kind.facets for kind in hidden)


def _is_ai(draft: Draft) -> bool:
    kind = VOCABULARY.types[draft.type]
    return kind.ai and "scope" not in kind.facets
