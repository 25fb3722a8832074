"""What a rule comes to for one native type: judged, settled beforehand, or not assessable from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zscan.engine import ir
from zscan.engine.checked import CheckedRule
from zscan.engine.compile import Condition
from zscan.engine.ir import Const
from zscan.engine.names import carried
from zscan.engine.specialise import Static, root_reads, specialise
from zscan.model.document import View
from zscan.model.offers import Offer
from zscan.model.rule import ParamValue

Disposition: TypeAlias = Literal["judge", "pass", "not_applicable", "no_file_form"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What rules are specialised for."""

    asset_type: str
    native_type: str
    view: View


@dataclass(frozen=True, slots=True)
class Planned:
    """One rule for one kind of asset. `reads` are the facts of the asset that the rule looks at there."""

    rule: CheckedRule
    static: Static
    disposition: Disposition
    reason: str = ""
    condition: Condition | None = None
    reads: tuple[str, ...] = ()
    listed: str = ""  # the list of `for_each`, which is no evidence for one element


def plan_rule(rule: CheckedRule, kind: Kind, offer: Offer | None, params: Mapping[str, ParamValue]) -> Planned:
    """Decides what can be decided before any asset is read. Without an offer every fact of the type counts as offered."""
    static = _static(kind, offer, params)
    gates = [node for node in (rule.applies, rule.for_each.source if rule.for_each else None) if node is not None]
    absent = [path for node in gates for path in root_reads(node) if not static.offers(path)]
    passes = specialise(rule.passes, static)
    if absent or passes is None:
        absent = absent or [path for path in root_reads(rule.passes) if not static.offers(path)]
        return _settled(rule, kind, static, absent)
    applies = None if rule.applies is None else specialise(rule.applies, static)
    if isinstance(applies, Const):
        if applies.value is False:
            return Planned(rule, static, "not_applicable", f"does not apply to {kind.native_type or kind.asset_type}")
        applies = None
    each = None
    if rule.for_each is not None:
        source = specialise(rule.for_each.source, static)
        assert source is not None  # noqa: S101 (what is absent was settled above)
        each = ir.ForEach(source, rule.for_each.variable, rule.for_each.item)
    reads = _reads(applies, each, passes)
    if kind.view == "declared" and offer is not None and offer.live_only.intersection(reads):
        facts = ", ".join(path for path in reads if path in offer.live_only)
        return Planned(rule, static, "no_file_form", f"NO_FILE_FORM: {facts} can only be read from the live system")
    listed = root_reads(each.source)[0] if each else ""
    return Planned(rule, static, "judge", "", Condition(passes, applies, each, rule.per_element), reads, listed)


def _static(kind: Kind, offer: Offer | None, params: Mapping[str, ParamValue]) -> Static:
    facts = carried(kind.asset_type)

    def offers(path: str) -> bool:
        if path.startswith("relations."):
            return offer is None or path.removeprefix("relations.") in offer.relations
        return path in facts and (offer is None or path in offer.facts)

    return Static(offers, params, {"asset_type": kind.asset_type, "native_type": kind.native_type, "view": kind.view})


def _settled(rule: CheckedRule, kind: Kind, static: Static, absent: list[str]) -> Planned:
    """The native type lacks what the rule is about: that is met by design, or the rule is not applicable."""
    design = rule.rule.by_design.get(kind.native_type)
    if design is not None:
        return Planned(rule, static, "pass", f"by design: {design}")
    missing = ", ".join(dict.fromkeys(absent))
    return Planned(rule, static, "not_applicable", f"{kind.native_type or kind.asset_type} has no setting for {missing}")


def _reads(applies: ir.Node | None, each: ir.ForEach | None, passes: ir.Node) -> tuple[str, ...]:
    nodes = [node for node in (applies, each.source if each else None, passes) if node is not None]
    return tuple(dict.fromkeys(path for node in nodes for path in root_reads(node)))
