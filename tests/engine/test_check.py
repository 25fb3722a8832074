from __future__ import annotations

import pytest

from tests.engine.builders import make_rule
from zscan.engine import ir
from zscan.engine.check import Checker
from zscan.engine.checked import FieldError, params_of
from zscan.engine.syntax import ExpressionError
from zscan.errors import RuleError
from zscan.model.rule import ParamValue
from zscan.model.types import VOCABULARY
from zscan.model.vocabulary import Bool

PARAMS: dict[str, ParamValue] = {"days": 90, "names": ("a", "b"), "name": "prod", "strict": True, "action": "block", "net": "10.0.0.0/8"}


def check(source: str, *types: str) -> ir.Node:
    return Checker(types or ("endpoint",), PARAMS).condition(source)


@pytest.mark.parametrize(
    ("types", "source"),
    [
        (("endpoint",), "network.public_access"),
        (("endpoint",), "network.public_access == false"),
        (("endpoint",), "'owner' in tags && tags['env'] == 'prod' && params.name in tags"),
        (("endpoint",), "runs_as.exists(r, r.identity.granted.admin || r.attached_to.all(f, f.firewall.egress_open))"),
        (("endpoint",), "secrets.literals.all(s, s.where == 'env' && s.name.glob('*_KEY'))"),
        (("endpoint",), "size(secrets.literals) == 0 && 2 > size(runs_as)"),
        (("endpoint",), "workload.added_capabilities.exists(c, c in ['SYS_ADMIN', 'ALL']) || 'NET_RAW' in workload.added_capabilities"),
        (("endpoint",), "name in params.names || params.names.exists(p, name.glob(p))"),
        (("endpoint",), "view == 'live' && provider != 'aws' && native_type.startsWith('aws.')"),
        (("endpoint",), "cidr_within(name, '10.0.0.0/8') || cidr_within(name, params.net)"),
        (("guardrail",), "guardrail.filters.exists(f, f.input_action == params.action && f.input_strength in ['high', 'medium'])"),
        (("guardrail",), "guardrail.filters.exists(f, f.input_strength == f.output_strength)"),
        (("agent",), "agent.session_seconds <= params.days && agent.session_seconds != 0"),
        (("namespace",), "namespace.pod_security == 'restricted'"),
        (("firewall",), "'ingress' in firewall.directions"),
        (("endpoint",), "calls_model.exists(m, m.network.public_access && m.name != name)"),
        (("endpoint",), "calls_model.exists(x, true)"),
        (("agent", "endpoint"), "!network.public_access && (agent.instructed || !params.strict)"),
        (("rag_source",), "part_of.exists(k, k.encryption.customer_key)"),
    ],
)
def test_what_the_language_can_say(types: tuple[str, ...], source: str) -> None:
    assert check(source, *types).type == Bool


@pytest.mark.parametrize(
    ("source", "message", "part", "suggestion"),
    [
        ("network.pubic_access", "unknown fact 'network.pubic_access' of endpoint", "pubic_access", "network.public_access"),
        ("netwrk.public_access", "unknown fact", "netwrk", "network.public_access"),
        ("network", "group of facts", "network", ""),
        ("agent.tools.exists(t, t.enabled)", "do not carry the fact agent.tools; it is carried by: agent", "agent", ""),
        ("network.public_access.x", "it has no 'x'", "x", ""),
        ("secrets.literals.name == 'x'", "is a list; it has no 'name'", "name", "secrets.literals.exists(x, x.name)"),
        ("runs_as.identity.granted.admin", "runs_as is a list of assets", "identity", "runs_as.exists(x, x.identity.granted.admin)"),
        (
            "encrypts_with.exists(k, k.identity.granted.admin)",
            "key assets do not carry the fact identity.granted.admin",
            "identity.granted",
            "",
        ),
        ("encrypts_with.exists(k, k.key.rotation_enable)", "unknown fact", "rotation_enable)", "key.rotation_enabled"),
        ("tags.owner == 'x'", "read by key", "owner", "tags['owner']"),
        ("name.x == 'x'", "name is text", "x ==", ""),
        ("network.public_access == 'true'", "cannot compare a truth value with text", "==", ""),
        ("name == 3", "cannot compare text with a number", "==", ""),
        ("name < 'x'", "only numbers have an order", "<", ""),
        ("network.public_access < true", "only numbers have an order", "<", ""),
        ("view == 'liv'", "'liv' is impossible here", "'liv'", "live"),
        ("view in ['live', 'declare']", "'declare' is impossible here", "'declare'", "declared"),
        ("name in [1]", "1 cannot be text", "1", ""),
        ("name in []", "between 1 and 200", "[", ""),
        ("name in [name]", "constants only", "name]", ""),
        ("name in network.public_access", "cannot look into a truth value", "network", ""),
        ("'x' in secrets.literals", "use exists()", "in", ""),
        ("1 in workload.added_capabilities", "cannot look for a number", "in", ""),
        ("1 in tags", "expected text", "1", ""),
        ("name", "expected a truth value, found text", "name", ""),
        ("name && network.tls", "expected a truth value, found text", "name", ""),
        ("true && network.tls", "a constant decides nothing", "true", ""),
        ("true", "reads nothing of the asset", "true", ""),
        ("params.strict", "reads nothing of the asset", "params", ""),
        ("!name", "expected a truth value", "name", ""),
        ("[1] == [1]", "only stand on the right of 'in'", "[1]", ""),
        ("size(name) > 1", "needs a list", "name", ""),
        ("length(runs_as) > 1", "unknown function length()", "length", ""),
        ("sise(runs_as) > 1", "unknown function sise()", "sise", "size"),
        ("name.startWith('x')", "unknown function .startWith()", "startWith", "startsWith"),
        ("runs_as.size() > 1", "unknown function .size()", "size", "size(…)"),
        ("name.startsWith(name)", "expected a constant or a parameter", "name)", ""),
        ("name.startsWith('a', 'b')", "takes 1 argument, found 2", "startsWith", ""),
        ("days_since(name) > 3", "needs a date", "name", ""),
        ("cidr_within(name, '10.0.0.0/33')", "not an address range", "'10", ""),
        ("cidr_within(name, '10.0.0.1/8')", "not an address range", "'10", ""),
        ("params.day > 3", "no parameter 'day'", "day", "days"),
        ("runs_as.exists(name, name.identity.boundary)", "'name' hides another name", "name", ""),
        ("runs_as.exists(network, true)", "hides another name", "network", ""),
        ("runs_as.exists(x, x.member_of.exists(x, true))", "hides another name", "x, true", ""),
        ("runs_as.exists('x', true)", "name of the element", "'x'", ""),
        ("runs_as.exists(x, x)", "x is an asset", "x)", ""),
        ("secrets.literals.exists(x, x)", "x is a record", "x)", ""),
        ("secrets.literals.exists(x, x.nam == 'a')", "unknown field 'nam'", "nam", "name"),
        ("name.exists(x, true)", "expected a list, found text", "name", ""),
        ("guard.attached[0]", "only maps are read by key", "[0]", ""),
        ("tags[name] == 'x'", "expected a constant", "name", ""),
        (
            "runs_as.exists(a, a.member_of.exists(b, b.member_of.exists(c, c.member_of.exists(d, true))))",
            "nested deeper than 3",
            "d, true",
            "",
        ),
    ],
)
def test_mistakes_point_at_the_place_and_suggest(source: str, message: str, part: str, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(source)
    assert message in caught.value.message
    assert source[caught.value.offset :].startswith(part), source[caught.value.offset :]
    assert caught.value.suggestion == suggestion


def test_an_attacker_controlled_pattern_is_no_pattern() -> None:
    with pytest.raises(ExpressionError, match="expected a constant or a parameter"):
        check("workload.added_capabilities.exists(c, name.glob(c))")


def test_one_of_the_types_is_enough_for_a_fact_of_a_related_asset() -> None:
    node = check("attached_to.exists(x, x.subnet.assigns_public_addresses)")
    assert "subnet" in VOCABULARY.relations["attached_to"].targets
    assert isinstance(node, ir.Quantifier)


def test_no_name_of_the_vocabulary_means_two_things() -> None:
    heads = {path.split(".")[0] for path in VOCABULARY.facts}
    assert not heads & set(VOCABULARY.relations)
    assert not (heads | set(VOCABULARY.relations)) & {
        "id",
        "name",
        "provider",
        "account",
        "region",
        "native_type",
        "view",
        "tags",
        "params",
    }


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("secrets.literals", "must read"),
        ("secrets.literals as", "must read"),
        ("network.tls as x", "expected a list"),
        ("secrets.literals as name", "hides another name"),
        ("secrets.literals as a b", "must read"),
        ("params.names as x", "list fact or a relation"),
        ("runs_as.exists(x, true) as y", "expected a path"),
    ],
)
def test_for_each_mistakes(source: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        Checker(("endpoint",), PARAMS).for_each(source)


def test_a_rule_names_existing_types_it_can_judge() -> None:
    with pytest.raises(FieldError, match="unknown asset type 'endpont'") as caught:
        make_rule("network.tls", ("endpont",))
    assert caught.value.path == ("assets", 0)
    assert caught.value.error.suggestion == "endpoint"
    with pytest.raises(FieldError, match=r"can never judge key assets: they do not carry network\.tls"):
        make_rule("network.tls", ("endpoint", "key"))
    with pytest.raises(FieldError, match="can never judge key assets"):
        make_rule("sharing.public || !network.tls", ("key", "endpoint"), applies_when="network.private_network")


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("{network.pubic_access}", "unknown fact"),
        ("{name", "a brace that opens or closes no placeholder"),
        ("name}", "a brace that opens or closes no placeholder"),
        ("{}", "the expression is empty"),
        ("{name == 'x'}", "a path and nothing else"),
        ("{name.__class__}", "name is text"),
        ("{x.name}", "unknown fact"),
    ],
)
def test_placeholders_of_messages_are_checked(message: str, error: str) -> None:
    with pytest.raises(FieldError, match=error) as caught:
        make_rule("network.tls", message=message)
    assert caught.value.path == ("message",)


def test_parameters_are_typed() -> None:
    rule = make_rule("agent.session_seconds <= params.most", ("agent",), params={"most": 900})
    assert params_of(rule, {"most": 60}) == {"most": 60}
    for wrong in ({"most": "60"}, {"most": True}, {"most": ["a"]}, {"most": 1.5}):
        with pytest.raises(RuleError, match="cannot be"):
            params_of(rule, wrong)  # type: ignore[arg-type]
    with pytest.raises(RuleError) as caught:
        params_of(rule, {"mots": 60})
    assert caught.value.suggestion == "most"


def test_a_parameter_that_stands_for_an_enum_member_is_checked_again_when_overridden() -> None:
    rule = make_rule("namespace.pod_security == params.level", ("namespace",), params={"level": "restricted"})
    assert params_of(rule, {"level": "baseline"}) == {"level": "baseline"}
    with pytest.raises(RuleError, match="'strict' is impossible here"):
        params_of(rule, {"level": "strict"})
