"""What must hold for every rule and every inventory, tried on random ones."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine import strategies as some
from tests.engine.builders import NOW, make_asset, make_rule
from zscan.engine.checked import CheckedRule
from zscan.engine.evaluate import Engine
from zscan.engine.render import expression
from zscan.engine.specialise import Static, specialise
from zscan.model.asset import Asset
from zscan.model.finding import Status

RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def rules_for(draw: st.DataObject, assets: list[Asset], number: int = 4) -> list[CheckedRule]:
    """Random rules over the types of an inventory, some with `applies_when`."""
    types = sorted({asset.type for asset in assets})
    made = []
    for index in range(number):
        asset_type = draw.draw(st.sampled_from(types))
        applies = draw.draw(st.one_of(st.just(""), some.conditions(asset_type)))
        passes = draw.draw(some.conditions(asset_type))
        made.append(make_rule(passes, (asset_type,), f"ZS-NET-{index:02d}", applies_when=applies))
    return made


def verdicts(rules: list[CheckedRule], assets: list[Asset], *, reference: bool = False) -> dict[tuple[str, str, str], Status]:
    engine = Engine(rules, {}, now=NOW)
    engine.reference = reference
    return {(one.rule_id, one.asset_id, one.key): one.status for one in engine.evaluate(assets).findings}


@RELAXED
@given(st.data())
def test_compiled_and_interpreted_verdicts_are_equal(data: st.DataObject) -> None:
    assets = data.draw(some.inventories())
    rules = rules_for(data, assets)
    assert verdicts(rules, assets) == verdicts(rules, assets, reference=True)


@RELAXED
@given(st.data())
def test_less_evidence_leaves_a_verdict_or_makes_it_unknown(data: st.DataObject) -> None:
    assets = data.draw(some.inventories())
    rules = rules_for(data, assets)
    full, less = verdicts(rules, assets), verdicts(rules, data.draw(some.with_less_evidence(assets)))
    flips = {key: (full[key], status) for key, status in less.items() if status not in (full[key], Status.UNKNOWN)}
    assert not flips, [(rule.rule.applies_when, rule.rule.pass_when) for rule in rules]


@RELAXED
@given(st.data())
def test_complete_evidence_leaves_no_verdict_unknown(data: st.DataObject) -> None:
    """Except where a text is no date or address, a tag that is asked for is not there, or a target's type does not carry the fact."""
    assets = data.draw(some.inventories(complete=True))
    asset = assets[0]
    paths = {path: kind for path, kind in some._Scope(asset.type, True).paths() if not path.startswith("lifecycle")}
    tests = [test for path, kind in paths.items() for test in some._tests(path, kind, some._Scope(asset.type, True))]
    condition = data.draw(st.lists(st.sampled_from(tests), min_size=1, max_size=4).map(" && ".join))
    assert set(verdicts([make_rule(condition, (asset.type,))], [asset]).values()) <= {Status.PASS, Status.FAIL}


@RELAXED
@given(st.data())
def test_for_each_loses_no_element_without_saying_so(data: st.DataObject) -> None:
    assets = [asset for asset in data.draw(some.inventories()) if asset.type in ("agent", "tool_server")]
    body = data.draw(st.sampled_from(("t.confirmed", "!t.high_risk || t.confirmed", "t.enabled && t.name != 'a'")))
    applies = data.draw(st.sampled_from(("", "t.enabled", "agent.instructed")))
    rule = make_rule(body, ("agent",), for_each="agent.tools as t", applies_when=applies)
    full = verdicts([rule], assets)
    less_assets = data.draw(some.with_less_evidence(assets)) if assets else []
    less = verdicts([rule], less_assets)
    assert verdicts([rule], assets, reference=True) == full
    left = {asset.id for asset in less_assets}
    for (rule_id, asset_id, key), status in full.items():
        if asset_id in left and key and (rule_id, asset_id, key) not in less:
            assert less[rule_id, asset_id, ""] is Status.UNKNOWN
        elif asset_id in left and key:
            assert less[rule_id, asset_id, key] in (status, Status.UNKNOWN)


@RELAXED
@given(st.data())
def test_every_unknown_has_a_reason_and_every_failure_has_evidence(data: st.DataObject) -> None:
    assets = data.draw(some.inventories())
    rules = rules_for(data, assets)
    for finding in Engine(rules, {}, now=NOW).evaluate(assets).findings:
        if finding.status is Status.UNKNOWN:
            assert finding.reasons
        if finding.status is Status.FAIL:
            assert finding.evidence


@RELAXED
@given(st.data())
def test_a_typed_expression_reads_back_as_itself(data: st.DataObject) -> None:
    asset_type = data.draw(st.sampled_from(some.TYPES))
    first = make_rule(data.draw(some.conditions(asset_type)), (asset_type,)).passes
    assert make_rule(expression(first), (asset_type,)).passes == first
    assert specialise(first, Static()) is not None


@pytest.mark.parametrize("reference", [False, True])
def test_the_same_input_gives_the_same_findings_in_any_order(reference: bool) -> None:
    assets = [make_asset("endpoint", name, facts={"network.public_access": name == "b"}) for name in "cab"]
    rules = [make_rule("!network.public_access", rule_id=rule_id) for rule_id in ("ZS-NET-02", "ZS-NET-01")]
    engine = Engine(rules, {}, now=NOW)
    engine.reference = reference
    there, back = engine.evaluate(assets), Engine(rules[::-1], {}, now=NOW).evaluate(assets[::-1])
    assert there.findings == back.findings
    assert [(one.rule_id, one.asset_id) for one in there.findings] == sorted((one.rule_id, one.asset_id) for one in there.findings)
