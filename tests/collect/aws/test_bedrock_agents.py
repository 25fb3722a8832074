"""Agents: live through the simulator, and the same from a template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.collect.aws.test_bedrock_contract import ACCOUNT, REGION, edges, facts, scan, shaped
from tests.sim.aws.build_account import key_arn, role_arn
from tests.sim.aws.build_bedrock import FOUNDATION_MODEL, agent_id, foundation_model_arn, guardrail_id, knowledge_base_id
from tests.sim.aws.document import CREATED, UPDATED
from tests.sim.aws.estates import Estate
from zscan.model.unknown import ReasonCode, Unknown, Unresolved

KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
GUARD = {"guardrailIdentifier": guardrail_id(ACCOUNT, REGION, "guard"), "guardrailVersion": "1"}
HOOK = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hook"


def estate_of(**overrides: Any) -> Estate:
    return Estate(regions=[REGION]).agent(ACCOUNT, REGION, "helper", **overrides)


def routed(estate: Estate, alias_to: list[str], guards: dict[str, dict[str, str] | None], state: str = "ACCEPT_INVOCATIONS") -> Estate:
    """Let one alias of the agent route to versions that hold the given guardrails."""
    own = {"agentId": agent_id(ACCOUNT, REGION, "helper")}
    place = estate.at(ACCOUNT, REGION, "bedrock-agent")
    times = {"createdAt": CREATED, "updatedAt": UPDATED}
    alias = {
        "agentAliasId": "ALIAS00001",
        "agentAliasName": "live",
        "routingConfiguration": [{"agentVersion": version} for version in alias_to],
        "agentAliasStatus": "PREPARED",
        "aliasInvocationState": state,
    }
    versions = [
        {"agentName": "helper", "agentStatus": "PREPARED", "agentVersion": number}
        | times
        | ({"guardrailConfiguration": guard} if guard else {})
        for number, guard in guards.items()
    ]
    place.row("ListAgentAliases", own, {"agentAliasSummaries": [alias | times]})
    place.row("ListAgentVersions", own, {"agentVersionSummaries": versions})
    return estate


def test_live_and_template_state_the_same() -> None:
    functions = [{"name": "look_up"}, {"name": "cancel", "requireConfirmation": "ENABLED"}]
    prompt = {"promptType": "ORCHESTRATION", "promptCreationMode": "OVERRIDDEN", "basePromptTemplate": "p"}
    estate = estate_of(
        actions={
            "orders": {"functionSchema": {"functions": functions}},
            "code": {
                "parentActionSignature": "AMAZON.CodeInterpreter",
                "functionSchema": None,
                "actionGroupExecutor": None,
                "actionGroupState": "DISABLED",
            },
            "ask": {"parentActionSignature": "AMAZON.UserInput", "functionSchema": None, "actionGroupExecutor": None},
        },
        knowledge_bases=("handbook",),
        guardrail="guard",
        tags={"owner": "ml", "env": "prod", "data-classification": "internal"},
        agentResourceRoleArn=ROLE,
        customerEncryptionKeyArn=KEY,
        promptOverrideConfiguration={"promptConfigurations": [prompt]},
        memoryConfiguration={"enabledMemoryTypes": ["SESSION_SUMMARY"], "storageDays": 30},
    )
    live = scan(routed(estate, ["1"], {"DRAFT": GUARD, "1": GUARD})).one("Agent")
    declared = shaped(
        "Agent",
        {
            "AgentName": "helper",
            "AgentResourceRoleArn": ROLE,
            "CustomerEncryptionKeyArn": KEY,
            "FoundationModel": FOUNDATION_MODEL,
            "IdleSessionTTLInSeconds": "600",
            "Instruction": "Answer questions about orders, and nothing else that is asked.",
            "Tags": {"owner": "ml", "env": "prod", "data-classification": "internal"},
            "GuardrailConfiguration": {"GuardrailIdentifier": GUARD["guardrailIdentifier"], "GuardrailVersion": "1"},
            "KnowledgeBases": [{"KnowledgeBaseId": knowledge_base_id(ACCOUNT, REGION, "handbook"), "Description": "d"}],
            "ActionGroups": [
                {"ActionGroupName": "ask", "ParentActionGroupSignature": "AMAZON.UserInput"},
                {
                    "ActionGroupName": "orders",
                    "ActionGroupExecutor": {"Lambda": LAMBDA},
                    "FunctionSchema": {"Functions": [{"Name": "cancel", "RequireConfirmation": "ENABLED"}, {"Name": "look_up"}]},
                },
                {"ActionGroupName": "code", "ParentActionGroupSignature": "AMAZON.CodeInterpreter", "ActionGroupState": "DISABLED"},
            ],
            "PromptOverrideConfiguration": {
                "PromptConfigurations": [{"PromptType": "ORCHESTRATION", "PromptCreationMode": "OVERRIDDEN", "BasePromptTemplate": "p"}]
            },
            "MemoryConfiguration": {"EnabledMemoryTypes": ["SESSION_SUMMARY"], "StorageDays": 30},
        },
    )
    assert facts(live) == facts(declared)
    assert facts(live) == {
        "agent.instructed": True,
        "agent.session_seconds": 600,
        "agent.prompt_overridden": True,
        "agent.history_relayed": False,
        "agent.tools": [
            {"name": "code", "enabled": False, "confirmed": False, "high_risk": True},
            {"name": "orders/cancel", "enabled": True, "confirmed": True, "high_risk": False},
            {"name": "orders/look_up", "enabled": True, "confirmed": False, "high_risk": False},
        ],
        "guard.attached": True,
        "guard.version_fixed": True,
        "secrets.in_instructions": False,
        "encryption.customer_key": True,
        "principal.assigned": True,
        "data.retention_days": 30,
        "governance.owner": True,
        "governance.environment": True,
        "governance.classification": True,
    }
    shared = {
        ("runs_as", ROLE),
        ("encrypts_with", KEY),
        ("calls_tool", LAMBDA),
        ("retrieves_from", knowledge_base_id(ACCOUNT, REGION, "handbook")),
    }
    # live, the model is the one of the agent's region, and the guardrail its numbered version
    assert edges(live) == shared | {
        ("calls_model", foundation_model_arn(REGION)),
        ("guarded_by", f"{GUARD['guardrailIdentifier']}:1"),
    }
    assert edges(declared) == shared | {("calls_model", FOUNDATION_MODEL), ("guarded_by", GUARD["guardrailIdentifier"])}
    assert {agent_id(ACCOUNT, REGION, "helper"), "helper", live.id} <= live.keys


def test_a_bare_agent() -> None:
    live = scan(estate_of(instruction=None, agentResourceRoleArn=ROLE)).one("Agent")
    declared = shaped("Agent", {"AgentName": "helper", "AgentResourceRoleArn": ROLE, "IdleSessionTTLInSeconds": 600})
    assert facts(live) == facts(declared)
    assert [live.facts[path] for path in ("agent.instructed", "guard.attached", "guard.version_fixed", "encryption.customer_key")] == [
        False
    ] * 4
    assert live.facts["agent.tools"] == []
    assert live.facts["data.retention_days"] == 1


def test_a_template_has_the_documented_idle_time() -> None:
    assert shaped("Agent", {}).facts["agent.session_seconds"] == 1800
    assert isinstance(shaped("Agent", {"IdleSessionTTLInSeconds": "soon"}).facts["agent.session_seconds"], Unknown)


# ---- guardrails over every version that can be called


@pytest.mark.parametrize(
    ("draft", "alias_to", "guards", "attached", "fixed"),
    [
        ("guard", ["1"], {"1": GUARD}, True, True),
        ("guard", ["1"], {"1": None}, False, False),  # an alias serves an old version without one
        (None, ["1"], {"1": GUARD}, False, False),  # the draft can be called through the test alias
        ("guard", ["2"], {"1": None, "2": GUARD}, True, True),  # nobody can call version 1
        ("guard", ["1"], {"1": {**GUARD, "guardrailVersion": "DRAFT"}}, True, False),
        ("guard", ["DRAFT"], {}, True, True),
        ("guard", [], {"1": None}, True, True),
    ],
)
def test_every_version_that_can_be_called_counts(
    draft: str | None, alias_to: list[str], guards: dict[str, Any], attached: object, fixed: object
) -> None:
    agent = scan(routed(estate_of(guardrail=draft), alias_to, guards)).one("Agent")
    assert agent.facts["guard.attached"] is attached
    assert agent.facts["guard.version_fixed"] is fixed


def test_a_paused_alias_serves_nobody() -> None:
    estate = routed(estate_of(guardrail="guard"), ["1"], {"1": None}, state="REJECT_INVOCATIONS")
    assert scan(estate).one("Agent").facts["guard.attached"] is True


@pytest.mark.parametrize("operation", ["ListAgentAliases", "ListAgentVersions"])
def test_unread_routes_leave_the_guard_unknown_unless_the_draft_decides(operation: str) -> None:
    guarded = routed(estate_of(guardrail="guard"), ["1"], {"1": GUARD}).fault(op=operation, kind="denied")
    agent = scan(guarded).one("Agent")
    assert isinstance(agent.facts["guard.attached"], Unknown)
    assert ("guarded_by", "?") in edges(agent)
    unguarded = routed(estate_of(), ["1"], {"1": GUARD}).fault(op=operation, kind="denied")
    assert scan(unguarded).one("Agent").facts["guard.attached"] is False


def test_an_alias_of_a_template_that_names_a_version_needs_the_live_system() -> None:
    guard = {"GuardrailIdentifier": Unresolved("Guard", target="Guard"), "GuardrailVersion": "1"}
    fresh = shaped("Agent", {"GuardrailConfiguration": guard, "Aliases": [{"AgentAliasName": "live"}]})
    assert fresh.facts["guard.attached"] is True
    pinned = shaped("Agent", {"GuardrailConfiguration": guard, "Aliases": [{"RoutingConfiguration": [{"AgentVersion": "3"}]}]})
    assert pinned.facts["guard.attached"].reasons[0].code == ReasonCode.UNRESOLVED


def test_a_version_of_a_guardrail_that_is_not_known_is_not_taken_for_fixed() -> None:
    guard = {"GuardrailIdentifier": "g", "GuardrailVersion": Unresolved("Fn::GetAtt")}
    agent = shaped("Agent", {"GuardrailConfiguration": guard})
    assert agent.facts["guard.attached"] is True
    assert isinstance(agent.facts["guard.version_fixed"], Unknown)


# ---- tools

_SCHEMA = {
    "openapi": "3.0.0",
    "paths": {
        "/orders": {"get": {"operationId": "listOrders"}, "delete": {"x-requireConfirmation": "ENABLED"}, "parameters": []},
        "/pay": {"post": {"operationId": "pay", "x-requireConfirmation": "DISABLED"}},
    },
}
_SCHEMA_YAML = """\
openapi: 3.0.0
paths:
  /orders:
    get: {operationId: listOrders}
    delete: {x-requireConfirmation: ENABLED}
  /pay:
    post: {operationId: pay}
"""


@pytest.mark.parametrize("payload", [json.dumps(_SCHEMA), _SCHEMA_YAML])
def test_operations_of_an_api_schema_are_tools(payload: str) -> None:
    live = scan(estate_of(actions={"api": {"apiSchema": {"payload": payload}, "functionSchema": None}})).one("Agent")
    assert [(tool["name"], tool["confirmed"]) for tool in live.facts["agent.tools"]] == [
        ("api/DELETE /orders", True),
        ("api/listOrders", False),
        ("api/pay", False),
    ]


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ({"Payload": "no: [openapi"}, ReasonCode.UNPARSABLE),
        ({"Payload": "paths: nothing"}, ReasonCode.UNPARSABLE),
        ({"Payload": Unresolved("Ref: Schema")}, ReasonCode.UNRESOLVED),
        ({"S3": {"S3BucketName": "b", "S3ObjectKey": "k"}}, ReasonCode.OUT_OF_SCOPE),
        (Unresolved("Ref: Schema"), ReasonCode.UNRESOLVED),
    ],
)
def test_a_schema_that_cannot_be_read_leaves_its_tools_unknown(schema: Any, code: ReasonCode) -> None:
    tool, rest = shaped("Agent", {"ActionGroups": [{"ActionGroupName": "api", "ApiSchema": schema}]}).facts["agent.tools"]
    assert (tool["name"], tool["confirmed"].reasons[0].code) == ("api", code)
    assert isinstance(rest, Unknown)


def test_who_agrees_to_a_returned_action_is_unknown() -> None:
    functions = [{"name": "pay"}, {"name": "refund", "requireConfirmation": "ENABLED"}]
    estate = estate_of(
        actions={"shop": {"actionGroupExecutor": {"customControl": "RETURN_CONTROL"}, "functionSchema": {"functions": functions}}}
    )
    live = scan(estate).one("Agent")
    pay, refund = live.facts["agent.tools"]
    assert isinstance(pay["confirmed"], Unknown)
    assert refund["confirmed"] is True
    assert not any(relation == "calls_tool" for relation, _ in edges(live))


@pytest.mark.parametrize("signature", ["ANTHROPIC.Bash", "ANTHROPIC.Computer", "ANTHROPIC.TextEditor", "AMAZON.CodeInterpreter"])
def test_tools_of_the_platform_that_run_code_are_high_risk(signature: str) -> None:
    builtin = {"parentActionSignature": signature, "functionSchema": None, "actionGroupExecutor": None}
    (tool,) = scan(estate_of(actions={"builtin": builtin})).one("Agent").facts["agent.tools"]
    assert tool == {"name": "builtin", "enabled": True, "confirmed": False, "high_risk": True}


def test_a_signature_that_is_not_documented_is_not_called_harmless() -> None:
    (tool,) = shaped("Agent", {"ActionGroups": [{"ActionGroupName": "n", "ParentActionGroupSignature": "AMAZON.Teleport"}]}).facts[
        "agent.tools"
    ]
    assert isinstance(tool["high_risk"], Unknown)


def test_a_disabled_group_calls_nothing() -> None:
    live = scan(estate_of(actions={"orders": {"actionGroupState": "DISABLED"}})).one("Agent")
    assert [tool["enabled"] for tool in live.facts["agent.tools"]] == [False]
    assert ("calls_tool", LAMBDA) not in edges(live)


def test_an_unread_action_group_is_an_unknown_rest_and_names_no_tool() -> None:
    scanned = scan(estate_of(actions={"orders": {}}).fault(op="GetAgentActionGroup", kind="denied"))
    agent = scanned.one("Agent")
    (rest,) = agent.facts["agent.tools"]
    assert isinstance(rest, Unknown)
    assert ("calls_tool", "?") in edges(agent)
    assert ("bedrock-agent:GetAgentActionGroup", "DENIED", "bedrock:GetAgentActionGroup") in scanned.gaps()
    assert agent.freeze().facts.agent.tools[-1] is None


@pytest.mark.parametrize(
    ("operation", "relation"),
    [("ListAgentActionGroups", "calls_tool"), ("ListAgentKnowledgeBases", "retrieves_from"), ("ListAgentAliases", "guarded_by")],
)
def test_an_unread_listing_below_an_agent_is_an_unknown_edge(operation: str, relation: str) -> None:
    agent = scan(estate_of(actions={"orders": {}}, knowledge_bases=("kb",), guardrail="guard").fault(op=operation, kind="denied")).one(
        "Agent"
    )
    assert (relation, "?") in edges(agent)


def test_a_disabled_knowledge_base_is_not_retrieved_from() -> None:
    association = {"KnowledgeBaseId": "KB", "KnowledgeBaseState": "DISABLED"}
    assert edges(shaped("Agent", {"KnowledgeBases": [association]})) == set()


# ---- prompts, secrets, other agents

_TOKEN = "hf_" + "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ({"PromptConfigurations": [{"PromptCreationMode": "DEFAULT", "ParserMode": "DEFAULT"}]}, False),
        ({"PromptConfigurations": [{"PromptCreationMode": "OVERRIDDEN"}]}, True),
        ({"PromptConfigurations": [{"ParserMode": "OVERRIDDEN"}]}, True),
        ({"PromptConfigurations": [], "OverrideLambda": HOOK}, True),
    ],
)
def test_replaced_prompts_and_parsers(override: dict[str, Any], expected: object) -> None:
    assert shaped("Agent", {"PromptOverrideConfiguration": override}).facts["agent.prompt_overridden"] is expected


def test_custom_orchestration_replaces_the_prompt() -> None:
    assert shaped("Agent", {"CustomOrchestration": {"Executor": {"Lambda": HOOK}}}).facts["agent.prompt_overridden"] is True


def test_a_secret_in_the_instruction_is_seen_and_not_kept() -> None:
    scanned = scan(estate_of(instruction=f"Sign in with {_TOKEN} and answer every question that users ask."))
    assert scanned.one("Agent").facts["secrets.in_instructions"] is True
    assert _TOKEN not in repr(scanned.one("Agent").freeze())


@pytest.mark.parametrize(("mode", "expected"), [("OVERRIDDEN", True), ("DEFAULT", False)])
def test_a_secret_in_a_prompt_counts_where_the_prompt_is_used(mode: str, expected: object) -> None:
    prompt = {"PromptCreationMode": mode, "BasePromptTemplate": f"key {_TOKEN}"}
    agent = shaped("Agent", {"PromptOverrideConfiguration": {"PromptConfigurations": [prompt]}})
    assert agent.facts["secrets.in_instructions"] is expected


@pytest.mark.parametrize(
    ("role", "relay", "expected"),
    [("SUPERVISOR", "TO_COLLABORATOR", True), ("SUPERVISOR", "DISABLED", False), ("DISABLED", "TO_COLLABORATOR", False)],
)
def test_history_is_relayed_by_supervisors_that_say_so(role: str, relay: str, expected: object) -> None:
    own = agent_id(ACCOUNT, REGION, "helper")
    collaborator = {
        "agentId": own,
        "agentVersion": "DRAFT",
        "collaboratorId": "COLLAB0001",
        "agentDescriptor": {"aliasArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent-alias/OTHER00001/ALIAS00001"},
        "collaborationInstruction": "Ask it about invoices.",
        "relayConversationHistory": relay,
        "collaboratorName": "billing",
        "createdAt": CREATED,
        "lastUpdatedAt": UPDATED,
    }
    estate = estate_of(agentCollaboration=role)
    row = {"agentCollaboratorSummaries": [collaborator]}
    estate.at(ACCOUNT, REGION, "bedrock-agent").row("ListAgentCollaborators", {"agentId": own, "agentVersion": "DRAFT"}, row)
    live = scan(estate).one("Agent")
    declared = shaped(
        "Agent", {"AgentCollaboration": role, "AgentCollaborators": [{"RelayConversationHistory": relay, "CollaboratorName": "billing"}]}
    )
    assert live.facts["agent.history_relayed"] is expected
    assert declared.facts["agent.history_relayed"] is expected


def test_calls_per_agent() -> None:
    scanned = scan(estate_of(actions={"orders": {}}, knowledge_bases=("kb",), guardrail="guard"))
    own = [call["op"] for call in scanned.calls if call["params"].get("agentId")]
    assert sorted(own) == [
        "GetAgent",
        "GetAgentActionGroup",
        "ListAgentActionGroups",
        "ListAgentAliases",
        "ListAgentKnowledgeBases",
        "ListAgentVersions",
    ]


def test_collaborators_are_listed_for_supervisors_alone() -> None:
    scanned = scan(estate_of(agentCollaboration="SUPERVISOR"))
    assert "ListAgentCollaborators" in [call["op"] for call in scanned.calls]
