"""Runtimes, harnesses and their memories."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.agentcore_shapes import fact, shaped
from tests.collect.aws.scanning import ACCOUNT, MISSING, REGION, scan
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_agentcore as build
from zscan.model.unknown import Unknown

ISSUER = "https://login.example/.well-known/openid-configuration"
RUNTIME, HARNESS, MEMORY = (f"AWS::BedrockAgentCore::{kind}" for kind in ("Runtime", "Harness", "Memory"))
OLD = {"networkConfiguration": {"networkMode": "PUBLIC"}, "environmentVariables": {"API_KEY": "k" * 24}}
PRIVATE = {"networkMode": "VPC", "networkModeConfig": {"securityGroups": ["sg-1"], "subnets": ["subnet-1"]}}


def rules(**more: Any) -> dict[str, Any]:
    return {"AuthorizerConfiguration": {"CustomJWTAuthorizer": {"DiscoveryUrl": ISSUER, **more}}}


# ---- who is let in


def test_without_an_authoriser_callers_sign_their_requests() -> None:
    assert fact("Runtime", "auth.takes_tokens", {}) is False


@pytest.mark.parametrize(
    ("settings", "pinned"),
    [
        ({}, False),
        ({"AllowedScopes": ["tools"]}, False),
        ({"AllowedAudience": ["orders"]}, True),
        ({"AllowedClients": ["web"]}, True),
        ({"CustomClaims": [{"InboundTokenClaimName": "azp"}]}, True),
        ({"CustomClaims": [{"InboundTokenClaimName": "department"}]}, False),
        ({"AllowedAudience": ["orders"], "DiscoveryUrl": "http://login.example"}, False),
        ({"AllowedAudience": MISSING}, "?"),
    ],
)
def test_tokens_are_pinned_by_audience_client_or_claim_of_a_trustworthy_issuer(settings: dict[str, Any], pinned: Any) -> None:
    assert fact("Runtime", "auth.audience_pinned", rules(**settings)) == pinned
    assert fact("Runtime", "auth.takes_tokens", rules(**settings)) is True


# ---- runtimes


@pytest.mark.parametrize(("mode", "private"), [("VPC", True), ("PUBLIC", False), (None, "?"), (MISSING, "?")])
def test_the_network_of_a_runtime(mode: Any, private: Any) -> None:
    assert fact("Runtime", "network.private_network", {"NetworkConfiguration": {"NetworkMode": mode}}) == private


def test_sessions_idle_for_a_quarter_of_an_hour_unless_said_otherwise() -> None:
    assert fact("Runtime", "agent.session_seconds", {}) == 900
    assert fact("Runtime", "agent.session_seconds", {"LifecycleConfiguration": {"IdleRuntimeSessionTimeout": 60}}) == 60


def test_headers_are_named_in_lower_case() -> None:
    headers = {"RequestHeaderConfiguration": {"RequestHeaderAllowlist": ["Authorization", MISSING]}}
    assert shaped("Runtime", headers).facts["delegation.headers"] == ["authorization", MISSING]


def test_templates_cannot_state_the_metadata_setting() -> None:
    assert fact("Runtime", "network.metadata_blocked", {"MetadataConfiguration": {"RequireMMDSV2": True}}) == "?"


def test_an_endpoint_on_an_older_version_weakens_the_runtime(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    build.runtime(estate, ACCOUNT, REGION, "plain", networkConfiguration=PRIVATE)
    build.runtime(estate, ACCOUNT, REGION, "routed", networkConfiguration=PRIVATE, routed=OLD)
    found = scan(sim, estate)
    plain, routed = (found.one(RUNTIME, name).facts for name in ("plain", "routed"))
    assert (plain["network.private_network"], routed["network.private_network"]) == (True, False)
    assert (plain["secrets.literals"], [item["name"] for item in routed["secrets.literals"]]) == ([], ["API_KEY"])
    reads = [call["params"] for call in sim.calls() if call["op"] == "GetAgentRuntime"]
    assert sorted(str(read.get("agentRuntimeVersion")) for read in reads) == ["1", "None", "None"]


def test_unread_endpoints_leave_open_what_is_not_decided_by_the_latest_version(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION]).fault(op="ListAgentRuntimeEndpoints", kind="denied")
    build.runtime(estate, ACCOUNT, REGION, "plain", networkConfiguration=PRIVATE, environmentVariables={"API_KEY": "k" * 24})
    facts = scan(sim, estate).one(RUNTIME).facts
    assert isinstance(facts["network.private_network"], Unknown)
    assert facts["secrets.literals"][0]["name"] == "API_KEY"
    assert isinstance(facts["secrets.literals"][1], Unknown)


def test_a_resource_policy_for_everybody_is_seen(sim: AwsSim) -> None:
    everybody = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "bedrock-agentcore:InvokeAgentRuntime", "Resource": "*"}]}
    estate = Estate(regions=[REGION])
    build.runtime(estate, ACCOUNT, REGION, "open", policy=everybody)
    build.runtime(estate, ACCOUNT, REGION, "closed")
    found = scan(sim, estate)
    assert [found.one(RUNTIME, name).facts["sharing.public"] for name in ("open", "closed")] == [True, False]


# ---- harnesses


@pytest.mark.parametrize(
    ("allowed", "named"),
    [
        (None, False),
        (["*"], False),
        (["@orders"], False),
        (["@orders/*"], False),
        (["@orders/look_up", "answer"], True),
        (["look_up", MISSING], "?"),
        (["*", MISSING], False),
    ],
)
def test_tools_of_a_harness_are_named_one_by_one(allowed: Any, named: Any) -> None:
    assert fact("Harness", "agent.tools_named", {"AllowedTools": allowed}) == named


def test_a_run_has_seventy_five_steps_and_no_limit_on_tokens_unless_said_otherwise() -> None:
    assert (fact("Harness", "agent.max_steps", {}), fact("Harness", "agent.tokens_bounded", {})) == (75, False)
    assert fact("Harness", "agent.tokens_bounded", {"MaxTokens": 1000}) is True


def hook(kind: str, **target: Any) -> dict[str, Any]:
    return {kind: {"Name": "check", "Target": target}}


@pytest.mark.parametrize(
    ("hooks", "expected"),
    [
        ([], (False, False, True)),
        ([hook("BeforeToolCall", Lambda={"Arn": "arn:f"})], (True, False, True)),
        ([hook("BeforeToolCall", Sns={"Arn": "arn:t"}), hook("AfterToolCall", Lambda={"Arn": "arn:f"})], (False, True, True)),
        ([hook("AfterToolCall", Lambda={"Arn": "arn:f", "FailureMode": "allow"})], (False, True, False)),
        ([hook("BeforeInvocation", Lambda={"Arn": "arn:f", "FailureMode": "deny"}), MISSING], ("?", "?", "?")),
    ],
)
def test_only_functions_check_tool_calls_and_they_deny_by_default(hooks: Any, expected: Any) -> None:
    facts = ("guard.tool_inputs", "guard.tool_outputs", "guard.fails_closed")
    assert tuple(fact("Harness", path, {"Hooks": hooks}) for path in facts) == expected


def test_headers_and_addresses_of_remote_tools_are_looked_at() -> None:
    remote = {"Url": "http://tools.example/mcp", "Headers": {"Authorization": "Bearer " + "t1" * 12, "X-Plain": "yes"}}
    draft = shaped("Harness", {"Tools": [{"Type": "remote_mcp", "Name": "tools", "Config": {"RemoteMcp": remote}}]})
    assert [item["name"] for item in draft.facts["secrets.literals"]] == ["Authorization"]
    assert "t1t1" not in str(draft.facts)
    assert draft.facts["network.cleartext_backends"] == [{"name": "tools", "host": "tools.example"}]


@pytest.mark.parametrize(
    ("auth", "proofs"),
    [
        ({"AwsIam": {}}, ["platform_identity"]),
        ({"None": {}}, []),
        ({"Oauth": {"ProviderArn": "arn:p", "Scopes": ["a"], "GrantType": "TOKEN_EXCHANGE"}}, ["user_token"]),
        ({"Oauth": {"ProviderArn": "arn:p", "Scopes": ["a"], "GrantType": "CLIENT_CREDENTIALS"}}, ["client_token"]),
    ],
)
def test_what_a_harness_sends_to_gateways(auth: dict[str, Any], proofs: list[str]) -> None:
    tool = {"Type": "agentcore_gateway", "Config": {"AgentCoreGateway": {"GatewayArn": "arn:g", "OutboundAuth": auth}}}
    assert fact("Harness", "delegation.proofs", {"Tools": [tool]}) == proofs


def test_a_harness_and_its_runtime_are_one_agent(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    role = f"arn:aws:iam::{ACCOUNT}:role/helper"
    build.harness(estate, ACCOUNT, REGION, "helper", executionRoleArn=role)
    build.runtime(estate, ACCOUNT, REGION, "harness_helper", roleArn=role)
    found = scan(sim, estate)
    (edge,) = [relation for relation in found.one(HARNESS).relations if relation.kind == "hosted_by"]
    assert edge.target == found.one(RUNTIME).id


# ---- memories


def strategies(*bodies: dict[str, Any]) -> dict[str, Any]:
    return {"EventExpiryDuration": 30, "MemoryStrategies": [{"SemanticMemoryStrategy": {"Name": "s", **body}} for body in bodies]}


@pytest.mark.parametrize(
    ("body", "days"),
    [
        ({"EventExpiryDuration": 30}, 30),
        (strategies({"RecordExpiryDurationDays": 60}), 60),
        (strategies({"RecordExpirySpecification": {"RecordExpiryDurationDays": 10}}), 30),
        (strategies({"RecordExpiryDurationDays": 60}, {}), 0),
        (strategies({"RecordExpiryDurationDays": MISSING}), "?"),
        ({}, "?"),
    ],
)
def test_records_are_kept_for_ever_unless_every_strategy_says_how_long(body: dict[str, Any], days: Any) -> None:
    assert fact("Memory", "data.retention_days", body) == days


@pytest.mark.parametrize(
    ("body", "apart"),
    [
        ({}, True),
        (strategies({"Namespaces": ["/users/{actorId}/"]}), True),
        (strategies({"NamespaceTemplates": ["/s/{sessionId}/"], "Namespaces": ["/"]}), True),
        (strategies({"Namespaces": ["/users/{actorId}/", "/all/"]}), False),
        (strategies({}), "?"),
    ],
)
def test_users_are_kept_apart_by_namespaces(body: dict[str, Any], apart: Any) -> None:
    assert fact("Memory", "data.user_separated", body) == apart


def test_a_memory_is_read_without_decryption_and_says_what_a_template_says(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    kept = build.strategy("USER_PREFERENCE", "/users/{actorId}/", recordExpiryDurationDays=20)
    build.memory(estate, ACCOUNT, REGION, "orders", eventExpiryDuration=30, strategies=[kept])
    live = scan(sim, estate).one(MEMORY)
    assert [call["params"]["view"] for call in sim.calls() if call["op"] == "GetMemory"] == ["without_decryption"]
    wrapped = {"UserPreferenceMemoryStrategy": {"Name": "s", "NamespaceTemplates": ["/users/{actorId}/"], "RecordExpiryDurationDays": 20}}
    declared = shaped("Memory", {"EventExpiryDuration": 30, "MemoryStrategies": [wrapped]})
    assert live.facts == declared.facts
