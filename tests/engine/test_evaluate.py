from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from tests.engine.builders import NOW, make_asset, make_rule
from zscan.engine import ir
from zscan.engine.checked import CheckedRule
from zscan.engine.compile import Condition, compile_conditions
from zscan.engine.evaluate import Engine
from zscan.engine.functions import resolver
from zscan.engine.interpret import Interpreter, root_scope
from zscan.errors import RuleError
from zscan.model.asset import Asset, Relation
from zscan.model.finding import Finding, NotAssessed, Status, Step
from zscan.model.offers import Offer
from zscan.model.source import ApiSource, FileSource
from zscan.model.unknown import Reason, ReasonCode
from zscan.model.vocabulary import Date, Int

PASS, FAIL, UNKNOWN, NA = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE
DENIED = (Reason(ReasonCode.DENIED, "sagemaker:DescribeEndpoint", "gap-1"),)
TOOL = {"name": "a", "enabled": True, "confirmed": False, "high_risk": True}


@pytest.fixture(params=["compiled", "reference"])
def judge(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Judges assets by rules on both paths: what a test expects holds for each."""
    monkeypatch.setenv("ZSCAN_ENGINE", request.param)

    def run(rules: CheckedRule | list[CheckedRule], *assets: Asset, offers: dict[str, Offer] | None = None) -> list[Finding]:
        chosen = rules if isinstance(rules, list) else [rules]
        return Engine(chosen, offers or {}, now=NOW).evaluate(assets).findings

    return run


def status(findings: list[Finding]) -> Any:
    return findings[0].status if len(findings) == 1 and not findings[0].key else {one.key: one.status for one in findings}


T, F, U = True, False, None


@pytest.mark.parametrize(
    ("condition", "tls", "required", "expected"),
    [
        *[
            ("network.tls && auth.required", a, b, e)
            for a, b, e in [(T, T, PASS), (T, F, FAIL), (F, U, FAIL), (U, F, FAIL), (T, U, UNKNOWN), (U, U, UNKNOWN)]
        ],
        *[
            ("network.tls || auth.required", a, b, e)
            for a, b, e in [(F, F, FAIL), (T, F, PASS), (T, U, PASS), (U, T, PASS), (F, U, UNKNOWN), (U, U, UNKNOWN)]
        ],
        *[("!network.tls", a, U, e) for a, e in [(T, FAIL), (F, PASS), (U, UNKNOWN)]],
        *[
            ("network.tls == auth.required", a, b, e)
            for a, b, e in [(T, T, PASS), (F, F, PASS), (T, F, FAIL), (U, T, UNKNOWN), (T, U, UNKNOWN)]
        ],
        *[("network.tls != auth.required", a, b, e) for a, b, e in [(T, T, FAIL), (T, F, PASS), (T, U, UNKNOWN), (U, U, UNKNOWN)]],
    ],
)
def test_kleene_logic(judge: Any, condition: str, tls: bool | None, required: bool | None, expected: Status) -> None:
    facts = {"network.tls": tls, "auth.required": required}
    assert status(judge(make_rule(condition), make_asset("endpoint", facts=facts))) is expected


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        *[("workload.added_capabilities.exists(c, c == 'x')", v, e) for v, e in [(U, UNKNOWN), ((), FAIL), (("x",), PASS), (("a",), FAIL)]],
        *[("workload.added_capabilities.exists(c, c == 'x')", v, e) for v, e in [(("x", U), PASS), (("a", U), UNKNOWN), ((U,), UNKNOWN)]],
        *[("workload.added_capabilities.all(c, c == 'x')", v, e) for v, e in [(U, UNKNOWN), ((), PASS), (("x",), PASS), (("a",), FAIL)]],
        *[("workload.added_capabilities.all(c, c == 'x')", v, e) for v, e in [(("x", U), UNKNOWN), (("a", U), FAIL), ((U,), UNKNOWN)]],
        *[
            ("'x' in workload.added_capabilities", v, e)
            for v, e in [(U, UNKNOWN), ((), FAIL), (("x", U), PASS), (("a", U), UNKNOWN), (("a",), FAIL)]
        ],
        *[
            ("size(workload.added_capabilities) == 1", v, e)
            for v, e in [(U, UNKNOWN), (("x",), PASS), (("x", U), UNKNOWN), (("x", "y", U), FAIL)]
        ],
        *[("size(workload.added_capabilities) == 0", v, e) for v, e in [((), PASS), (("x", U), FAIL), ((U,), UNKNOWN)]],
        *[("size(workload.added_capabilities) > 0", v, e) for v, e in [((), FAIL), (("x", U), PASS), ((U,), UNKNOWN)]],
        *[("size(workload.added_capabilities) != 1", v, e) for v, e in [(("x",), FAIL), (("x", "y", U), PASS), (("x", U), UNKNOWN)]],
        *[("size(workload.added_capabilities) < 2", v, e) for v, e in [(("x",), PASS), (("x", "y", U), FAIL), (("x", U), UNKNOWN)]],
        *[("size(workload.added_capabilities) >= 9223372036854775807", v, e) for v, e in [(("x",), FAIL), (("x", U), UNKNOWN)]],
        ("size(workload.added_capabilities) == size(runs_as)", (), PASS),
        ("size(workload.added_capabilities) == size(runs_as)", ("x", U), UNKNOWN),
        # an unknown element may not be there at all, so a body that ignores it decides nothing
        ("workload.added_capabilities.exists(c, true)", (U,), UNKNOWN),
        ("workload.added_capabilities.all(c, false)", (U,), UNKNOWN),
    ],
)
def test_lists(judge: Any, condition: str, values: Any, expected: Status) -> None:
    asset = make_asset("endpoint", facts={"workload.added_capabilities": values})
    assert status(judge(make_rule(condition), asset)) is expected


@pytest.mark.parametrize(
    ("condition", "tags", "expected"),
    [
        *[("'owner' in tags", tags, e) for tags, e in [(None, UNKNOWN), ({}, FAIL), ({"owner": "x"}, PASS)]],
        *[
            ("tags['owner'] == 'x'", tags, e)
            for tags, e in [(None, UNKNOWN), ({}, UNKNOWN), ({"owner": "x"}, PASS), ({"owner": "y"}, FAIL)]
        ],
        *[("tags['owner'] != 'x'", tags, e) for tags, e in [({}, UNKNOWN), ({"owner": "x"}, FAIL)]],
        ("'owner' in tags && tags['owner'] == 'x'", {}, FAIL),
    ],
)
def test_tags(judge: Any, condition: str, tags: dict[str, str] | None, expected: Status) -> None:
    assert status(judge(make_rule(condition), make_asset("endpoint", tags=tags))) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("name.startsWith('pro') && name.endsWith('od') && name.contains('ro') && name.glob('p*d')", PASS),
        ("name in ['prod', 'x'] && name != 'x' && account == ''", PASS),
        ("name.glob('p?d')", FAIL),
        ("cidr_within(region, '10.0.0.0/8')", PASS),
        ("cidr_within(name, '10.0.0.0/8')", UNKNOWN),
        ("view == 'live' && provider == 'aws'", PASS),
        ("native_type == 'other'", FAIL),
    ],
)
def test_text_and_attributes(judge: Any, condition: str, expected: Status) -> None:
    assert status(judge(make_rule(condition), make_asset("endpoint", name="prod", region="10.1.0.0/16"))) is expected


def test_dates_are_measured_against_the_time_of_evaluation() -> None:
    node = ir.Compare(">", ir.DaysSince(ir.Attribute(ir.ROOT, "region", Date)), ir.Const(30, Int))
    for region, expected in (("2026-01-01T00:00:00Z", True), ("2026-05-30T00:00:00Z", False), ("never", None)):
        asset, related = make_asset("endpoint", region=region), resolver({})
        assert compile_conditions([Condition(node)], NOW)(asset, related) == (expected,)
        assert Interpreter(NOW, related).trace(node, root_scope(asset)).value is expected
    with pytest.raises(ValueError, match="time zone"):
        Engine([], {}, now=datetime(2026, 1, 1))  # noqa: DTZ001 (that is what is refused)


@pytest.mark.parametrize(
    ("admin", "edges", "unknown", "expected"),
    [
        (True, [Relation("runs_as", "role")], {}, FAIL),
        (False, [Relation("runs_as", "role")], {}, PASS),
        (None, [Relation("runs_as", "role")], {}, UNKNOWN),
        (False, [], {}, PASS),
        (False, [], {"relations.runs_as": DENIED}, UNKNOWN),
        (False, [Relation("runs_as", "role")], {"relations.runs_as": DENIED}, UNKNOWN),
        (True, [Relation("runs_as", "role")], {"relations.runs_as": DENIED}, FAIL),
        (False, [Relation("runs_as", "", "arn:x", "external")], {}, UNKNOWN),
        (True, [Relation("runs_as", "", "arn:x", "external"), Relation("runs_as", "role")], {}, FAIL),
        (False, [Relation("runs_as", "", "arn:x", "unknown")], {}, UNKNOWN),
        (False, [Relation("runs_as", "elsewhere")], {}, UNKNOWN),
        (True, [Relation("grants", "role")], {}, PASS),
    ],
)
def test_relations(judge: Any, admin: bool | None, edges: list[Relation], unknown: Any, expected: Status) -> None:
    role = make_asset("identity", "role", facts={"identity.granted.admin": admin})
    asset = make_asset("endpoint", relations=edges, unknown=unknown)
    assert status(judge(make_rule("!runs_as.exists(r, r.identity.granted.admin)"), asset, role)) is expected


def test_a_fact_that_the_target_does_not_carry_is_unknown(judge: Any) -> None:
    rule = make_rule("!attached_to.exists(x, x.firewall.ingress_open)")
    asset = make_asset("endpoint", relations=[Relation("attached_to", "s")])
    [finding] = judge(rule, asset, make_asset("subnet", "s"))
    assert finding.status is UNKNOWN
    assert finding.reasons == ("s: firewall.ingress_open: subnet assets do not carry it",)


def test_a_failure_names_what_decided_and_the_way_there(judge: Any) -> None:
    rule = make_rule("!calls_model.exists(m, m.runs_as.exists(r, r.identity.granted.admin && m.network.public_access))")
    role = make_asset(
        "identity",
        "role",
        facts={"identity.granted.admin": True},
        sources={"identity": (ApiSource("iam:GetAccountAuthorizationDetails", "/Policies"),)},
    )
    model = make_asset("endpoint", "model", facts={"network.public_access": True}, relations=[Relation("runs_as", "role")])
    other = make_asset("endpoint", "other", facts={"network.public_access": False}, relations=[Relation("runs_as", "role")])
    asset = make_asset("endpoint", relations=[Relation("calls_model", "other"), Relation("calls_model", "model")])
    [finding] = [one for one in judge(rule, asset, model, role, other) if one.asset_id == "a1"]
    assert finding.status is FAIL
    assert finding.path == (Step("a1", "calls_model", "model"), Step("model", "runs_as", "role"))
    shown = [(one.asset_id, one.path, one.value, one.expected, one.source) for one in finding.evidence]
    assert shown == [
        ("role", "identity.granted.admin", True, "false", ApiSource("iam:GetAccountAuthorizationDetails", "/Policies")),
        ("model", "network.public_access", True, "false", FileSource("main.tf", 3)),
    ]
    assert (finding.message, finding.severity, finding.evidence_class) == ("a1 is wrong", "high", "observed")


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("agent.session_seconds <= 900", {"agent.session_seconds": 1000}, "at most 900"),
        ("!(agent.session_seconds > 900)", {"agent.session_seconds": 1000}, "at most 900"),
        ("agent.session_seconds == 0", {"agent.session_seconds": 1}, "0"),
        ("agent.session_seconds != 0", {"agent.session_seconds": 0}, "other than 0"),
        ("agent.session_seconds in [1, 2]", {"agent.session_seconds": 3}, "one of 1, 2"),
        ("!('x' in workload.added_capabilities)", {"workload.added_capabilities": ["x"]}, "not containing x"),
        ("size(workload.added_capabilities) == 0", {"workload.added_capabilities": ["x"]}, "0 elements"),
        (
            "workload.added_capabilities.exists(c, c.startsWith('y'))",
            {"workload.added_capabilities": ["x"]},
            'an element c with c.startsWith("y")',
        ),
        ("workload.added_capabilities.all(c, c.startsWith('y'))", {"workload.added_capabilities": ["x"]}, "starting with y"),
    ],
)
def test_what_was_expected_is_said_in_words(judge: Any, condition: str, facts: Any, expected: str) -> None:
    [finding] = judge(make_rule(condition, ("agent",)), make_asset("agent", facts=facts))
    assert (finding.status, finding.evidence[0].expected) == (FAIL, expected)


def test_evidence_of_tags_holds_only_the_tag_that_was_asked_for(judge: Any) -> None:
    [finding] = judge(make_rule("tags['env'] == 'prod'"), make_asset("endpoint", tags={"env": "dev", "note": "private matter"}))
    assert finding.evidence[0].value == {"env": "dev"}


def test_an_unknown_verdict_names_what_is_missing_and_the_gap(judge: Any) -> None:
    asset = make_asset(
        "endpoint",
        facts={"network.tls": True, "workload.added_capabilities": (None,)},
        unknown={"network.public_access": DENIED, "workload.added_capabilities[]": (Reason(ReasonCode.LIMIT, "page 2"),)},
    )
    rule = make_rule("network.tls && !network.public_access && workload.added_capabilities.all(c, c == 'x') && auth.required")
    [finding] = judge(rule, asset)
    assert finding.status is UNKNOWN
    assert finding.gap_ids == ("gap-1",)
    assert finding.reasons == (
        "auth.required: no evidence was collected",
        "network.public_access: DENIED sagemaker:DescribeEndpoint",
        "workload.added_capabilities: LIMIT page 2",
    )
    assert finding.message == "Not decided: A title"


def test_a_passing_verdict_shows_what_it_rests_on(judge: Any) -> None:
    [finding] = judge(make_rule("!network.public_access"), make_asset("endpoint", facts={"network.public_access": False}))
    assert (finding.status, finding.message) == (PASS, "A title")
    assert [(one.path, one.value) for one in finding.evidence] == [("network.public_access", False)]


@pytest.mark.parametrize(("gate", "expected"), [(True, FAIL), (False, NA), (None, UNKNOWN)])
def test_applies_when(judge: Any, gate: bool | None, expected: Status) -> None:
    asset = make_asset("endpoint", facts={"network.tls": False, "auth.required": gate})
    [finding] = judge(make_rule("network.tls", applies_when="auth.required"), asset)
    assert finding.status is expected
    if expected is UNKNOWN:
        assert finding.reasons == ("auth.required: no evidence was collected",)


def test_messages_render_values(judge: Any) -> None:
    rule = make_rule(
        "!network.public_access",
        message="{name} {{x}} {network.public_access} {network.tls} {secrets.literals} {workload.added_capabilities} "
        "{tags['env']} {runs_as} {params.most}",
        params={"most": 3},
    )
    facts = {"network.public_access": True, "secrets.literals": [{"name": "A"}, {"name": "B"}], "workload.added_capabilities": []}
    asset = make_asset("endpoint", facts=facts, tags={"env": "prod"}, relations=[Relation("runs_as", "role")])
    [finding] = [one for one in judge(rule, asset, make_asset("identity", "role")) if one.asset_id == "a1"]
    assert finding.message == "a1 {x} true unknown A, B none prod role 3"


# ---------------------------------------------------------------- for_each


def each(**fields: Any) -> CheckedRule:
    return make_rule("t.confirmed || !t.high_risk", ("agent",), for_each="agent.tools as t", message="{t.name} of {name}", **fields)


def test_for_each_gives_a_finding_per_element(judge: Any) -> None:
    tools = [TOOL, TOOL | {"name": "b", "confirmed": True}, TOOL | {"name": "c", "confirmed": None}]
    findings = judge(each(), make_asset("agent", facts={"agent.tools": tools}))
    assert status(findings) == {"a": FAIL, "b": PASS, "c": UNKNOWN}
    assert [one.message for one in findings] == ["a of a1", "A title", "Not decided: A title"]
    assert findings[0].evidence[0].path == "agent.tools[a].confirmed"
    assert len({one.id for one in findings}) == 3


def test_what_is_not_known_of_the_list_is_one_finding(judge: Any) -> None:
    partial = make_asset("agent", facts={"agent.tools": [TOOL, None]}, unknown={"agent.tools[]": DENIED})
    findings = judge(each(), partial)
    assert status(findings) == {"": UNKNOWN, "a": FAIL}
    assert (findings[0].reasons, findings[0].gap_ids) == (("agent.tools: DENIED sagemaker:DescribeEndpoint",), ("gap-1",))
    nameless = make_asset("agent", facts={"agent.tools": [TOOL | {"name": None}]})
    assert status(judge(each(), nameless)) is UNKNOWN
    assert status(judge(each(), make_asset("agent"))) is UNKNOWN
    assert status(judge(each(), make_asset("agent", facts={"agent.tools": []}))) is NA


def test_elements_of_one_key_share_a_finding_and_the_worst_counts(judge: Any) -> None:
    tools = [TOOL | {"confirmed": True}, TOOL | {"confirmed": None}, TOOL, TOOL | {"confirmed": True}]
    [finding] = judge(each(), make_asset("agent", facts={"agent.tools": tools}))
    assert (finding.key, finding.status) == ("a", FAIL)
    assert finding.evidence[0].value is False


def test_for_each_with_a_condition_on_the_asset_or_the_element(judge: Any) -> None:
    tools = [TOOL, TOOL | {"name": "b", "enabled": False}, TOOL | {"name": "c", "enabled": None}]
    asset = make_asset("agent", facts={"agent.tools": tools, "agent.instructed": False})
    assert status(judge(each(applies_when="t.enabled"), asset)) == {"a": FAIL, "b": NA, "c": UNKNOWN}
    assert status(judge(each(applies_when="agent.instructed"), asset)) is NA
    assert status(judge(each(applies_when="agent.prompt_overridden"), asset)) is UNKNOWN


def test_for_each_over_a_relation_and_over_texts(judge: Any) -> None:
    rule = make_rule("!r.identity.granted.admin", for_each="runs_as as r", message="{r.name}: {r.identity.granted.admin}")
    role = make_asset("identity", "role", facts={"identity.granted.admin": True})
    asset = make_asset("endpoint", relations=[Relation("runs_as", "role"), Relation("runs_as", "", "arn:x", "external")])
    findings = judge(rule, asset, role)
    assert status(findings) == {"role": FAIL, "": UNKNOWN}
    assert findings[1].message == "role: true"
    assert findings[0].reasons == ("relations.runs_as: arn:x was not read (external)",)
    texts = make_rule("c != 'x'", for_each="workload.added_capabilities as c", message="{c}")
    assert status(judge(texts, make_asset("endpoint", facts={"workload.added_capabilities": ["x", "y"]}))) == {"x": FAIL, "y": PASS}


# ---------------------------------------------------------------- offers


def offer(**fields: Any) -> dict[str, Offer]:
    defaults: dict[str, Any] = {
        "native_type": "test.endpoint",
        "asset_type": "endpoint",
        "provider": "aws",
        "facts": frozenset({"network.tls", "auth.required"}),
    }
    return {"test.endpoint": Offer(**(defaults | fields))}


@pytest.mark.parametrize(
    ("fields", "expected", "message"),
    [
        ({"pass_when": "network.tls && network.public_access"}, PASS, "A title"),
        ({"pass_when": "network.public_access"}, NA, "test.endpoint has no setting for network.public_access"),
        (
            {"pass_when": "network.tls", "applies_when": "network.public_access || auth.required"},
            NA,
            "test.endpoint has no setting for network.public_access",
        ),
        ({"pass_when": "!runs_as.exists(r, r.identity.granted.admin)"}, NA, "test.endpoint has no setting for relations.runs_as"),
        ({"pass_when": "network.public_access", "by_design": {"test.endpoint": "It has no port."}}, PASS, "by design: It has no port."),
        ({"pass_when": "network.tls && network.public_access", "by_design": {"test.endpoint": "It has no port."}}, PASS, "A title"),
        (
            {"pass_when": "c == 'x'", "for_each": "workload.added_capabilities as c"},
            NA,
            "test.endpoint has no setting for workload.added_capabilities",
        ),
        ({"pass_when": "network.tls", "applies_when": "native_type == 'other'"}, NA, "does not apply to test.endpoint"),
    ],
)
def test_what_a_native_type_does_not_offer(judge: Any, fields: dict[str, Any], expected: Status, message: str) -> None:
    [finding] = judge(make_rule(**fields), make_asset("endpoint", facts={"network.tls": True}), offers=offer())
    assert (finding.status, finding.message) == (expected, message)


def test_without_an_offer_every_fact_counts_as_offered(judge: Any) -> None:
    rule = make_rule("network.public_access")
    assert status(judge(rule, make_asset("endpoint"))) is UNKNOWN
    assert status(judge(rule, make_asset("endpoint"), offers=offer(asset_type="notebook"))) is UNKNOWN


def test_facts_behind_a_relation_are_not_specialised(judge: Any) -> None:
    offers = offer(relations=frozenset({"runs_as"})) | {
        "test.identity": Offer(native_type="test.identity", asset_type="identity", provider="aws", facts=frozenset())
    }
    asset = make_asset("endpoint", relations=[Relation("runs_as", "role")])
    findings = judge(make_rule("!runs_as.exists(r, r.identity.granted.admin)"), asset, make_asset("identity", "role"), offers=offers)
    assert status(findings) is UNKNOWN


def test_a_live_only_fact_of_a_declared_asset_is_listed_once_and_judged_nowhere() -> None:
    rules = [make_rule("network.tls && auth.required"), make_rule("network.tls", rule_id="ZS-NET-02")]
    assets = [make_asset("endpoint", name, view="declared", facts={"network.tls": True}) for name in "ab"] + [make_asset("endpoint", "c")]
    result = Engine(rules, offer(live_only=frozenset({"auth.required"})), now=NOW).evaluate(assets)
    assert [(one.rule_id, one.asset_id) for one in result.findings] == [
        ("ZS-NET-01", "c"),
        ("ZS-NET-02", "a"),
        ("ZS-NET-02", "b"),
        ("ZS-NET-02", "c"),
    ]
    assert result.not_assessed == [
        NotAssessed("ZS-NET-01", "test.endpoint", "NO_FILE_FORM: auth.required can only be read from the live system")
    ]


# ---------------------------------------------------------------- the engine itself


def test_a_type_that_lacks_a_fact_of_a_rule_over_several_types(judge: Any) -> None:
    rule = make_rule("network.tls || agent.instructed", ("agent", "endpoint"))
    assert status(judge(rule, make_asset("endpoint", facts={"network.tls": False}))) is FAIL
    assert status(judge(rule, make_asset("agent", facts={"network.tls": False}))) is UNKNOWN


def test_parameters_can_be_overridden() -> None:
    rule = make_rule("agent.session_seconds <= params.most", ("agent",), params={"most": 900})
    asset = make_asset("agent", facts={"agent.session_seconds": 1000})
    assert Engine([rule], {}, now=NOW).evaluate([asset]).findings[0].status is FAIL
    assert Engine([rule], {}, now=NOW, params={rule.id: {"most": 2000}}).evaluate([asset]).findings[0].status is PASS
    with pytest.raises(RuleError, match="cannot be '2000'"):
        Engine([rule], {}, now=NOW, params={rule.id: {"most": "2000"}})


def test_a_fault_leaves_its_rule_unknown_and_the_others_standing(judge: Any) -> None:
    asset = make_asset("endpoint", facts={"network.tls": True})
    broken = msgspec.structs.replace(asset, tags=5)  # an asset that no collector makes
    rules = [make_rule("'x' in tags", rule_id="ZS-NET-01"), make_rule("network.tls", rule_id="ZS-NET-02")]
    first, second = judge(rules, broken)
    assert (first.status, first.reasons) == (UNKNOWN, ("internal error while evaluating: TypeError",))
    assert second.status is PASS


def test_a_fault_in_a_list_rule_is_one_unknown_finding(judge: Any) -> None:
    broken = msgspec.structs.replace(make_asset("agent", facts={"agent.tools": [TOOL]}), tags=5)
    [finding] = judge(make_rule("'x' in tags && t.enabled", ("agent",), for_each="agent.tools as t"), broken)
    assert (finding.key, finding.status, finding.reasons) == ("", UNKNOWN, ("internal error while evaluating: TypeError",))


def test_counting_agrees_with_the_findings() -> None:
    rules = [each(rule_id="ZS-AGT-06"), make_rule("network.tls", ("agent",), applies_when="auth.required")]
    assets = [
        make_asset(
            "agent",
            "1",
            facts={"agent.tools": [TOOL, TOOL | {"name": "b", "confirmed": True}, None], "network.tls": True, "auth.required": True},
        ),
        make_asset("agent", "2", facts={"agent.tools": [TOOL, TOOL], "auth.required": False}),
        make_asset("agent", "3"),
    ]
    engine = Engine(rules, {}, now=NOW)
    counted: dict[tuple[str, Status], int] = {}
    for finding in engine.evaluate(assets).findings:
        counted[finding.rule_id, finding.status] = counted.get((finding.rule_id, finding.status), 0) + 1
    assert dict(engine.count(assets, {})) == counted


def test_streaming_gives_the_same_findings() -> None:
    rules = [make_rule("!runs_as.exists(r, r.identity.granted.admin) && auth.required")]
    role = make_asset("identity", "role", facts={"identity.granted.admin": True})
    assets = [make_asset("endpoint", name, relations=[Relation("runs_as", "role")]) for name in "ab"]
    missing: set[NotAssessed] = set()
    streamed = list(Engine(rules, {}, now=NOW).stream(assets, {"role": role}, missing))
    assert streamed == Engine(rules, {}, now=NOW).evaluate([*assets, role]).findings
    assert not missing


def test_explain_tells_a_verdict_step_by_step() -> None:
    rule = make_rule("!network.public_access && !runs_as.exists(r, r.identity.granted.admin)", applies_when="network.tls")
    role = make_asset("identity", "role", facts={"identity.granted.admin": True})
    asset = make_asset(
        "endpoint", facts={"network.tls": True}, relations=[Relation("runs_as", "role")], unknown={"network.public_access": DENIED}
    )
    engine = Engine([rule], {}, now=NOW)
    told = engine.explain(rule.id, asset, [asset, role])
    assert told.applies is not None
    assert told.passes is not None
    assert (told.applies.expression, told.applies.value) == ("network.tls", True)
    first, second = told.passes.steps
    assert (first.value, first.steps[0].reasons) == (None, ("DENIED sagemaker:DescribeEndpoint",))
    assert (second.expression, second.value) == ("!runs_as.exists(r, r.identity.granted.admin)", False)
    assert second.steps[0].steps[1].element == "role"
    with pytest.raises(RuleError, match="says nothing about"):
        engine.explain("ZS-NET-09", asset, [asset])


def test_explain_of_what_was_settled_beforehand() -> None:
    engine = Engine([make_rule("network.public_access")], offer(), now=NOW)
    told = engine.explain("ZS-NET-01", make_asset("endpoint"), [])
    assert (told.passes, told.settled) == (None, "test.endpoint has no setting for network.public_access")
