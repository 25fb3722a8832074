"""Flows and managed prompts: every version that can be called counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.test_bedrock_contract import ACCOUNT, REGION, edges, facts, scan, shaped
from tests.sim.aws.build_account import key_arn
from tests.sim.aws.build_bedrock import FOUNDATION_MODEL, foundation_model_arn, guardrail_id
from tests.sim.aws.build_bedrock_more import prompt_arn, prompt_node
from tests.sim.aws.estates import Estate
from zscan.model.unknown import Unknown, Unresolved

KEY = key_arn(ACCOUNT, REGION, "ml")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/flow"
GUARD = {"guardrailIdentifier": guardrail_id(ACCOUNT, REGION, "guard"), "guardrailVersion": "1"}
MANAGED = prompt_arn(ACCOUNT, REGION, "summary")


def flow(*nodes: dict[str, Any], routed: dict[str, tuple[dict[str, Any], ...]] | None = None, **more: Any) -> Estate:
    estate = Estate(regions=[REGION])
    return estate.flow(ACCOUNT, REGION, "chain", nodes=nodes, routed=routed, executionRoleArn=ROLE, **more)


def names(records: list[Any]) -> list[Any]:
    return [record if isinstance(record, Unknown) else record["name"] for record in records]


def test_live_and_template_state_the_same() -> None:
    estate = flow(prompt_node("Answer", guardrail=GUARD, prompt=f"{MANAGED}:1"), tags={"owner": "ml"}, customerEncryptionKeyArn=KEY)
    live = scan(estate).one("Flow")
    prompt = {
        "GuardrailConfiguration": {"GuardrailIdentifier": GUARD["guardrailIdentifier"], "GuardrailVersion": "1"},
        "SourceConfiguration": {"Resource": {"PromptArn": f"{MANAGED}:1"}},
    }
    declared = shaped(
        "Flow",
        {
            "Name": "chain",
            "ExecutionRoleArn": ROLE,
            "CustomerEncryptionKeyArn": KEY,
            "Tags": {"owner": "ml"},
            "Definition": {"Nodes": [{"Name": "Answer", "Type": "Prompt", "Configuration": {"Prompt": prompt}}]},
        },
    )
    assert facts(live) == facts(declared)
    assert live.facts["flow.model_nodes"] == [{"name": "DRAFT/Answer", "guarded": True}]
    assert live.facts["flow.prompts"] == [{"name": "DRAFT/Answer", "managed": True, "version_fixed": True}]
    assert live.facts["encryption.customer_key"] is True
    assert edges(live) == {("runs_as", ROLE), ("encrypts_with", KEY), ("guarded_by", f"{GUARD['guardrailIdentifier']}:1")}


def test_an_old_version_counts_while_an_alias_leads_to_it() -> None:
    estate = flow(prompt_node("Answer", guardrail=GUARD), routed={"1": (prompt_node("Answer"),)})
    live = scan(estate).one("Flow")
    assert live.facts["flow.model_nodes"] == [{"name": "1/Answer", "guarded": False}, {"name": "DRAFT/Answer", "guarded": True}]
    assert live.facts["guard.attached"] is False


def test_only_routed_versions_are_read() -> None:
    scanned = scan(flow(prompt_node("Answer"), routed={"1": (prompt_node("Answer"),)}))
    asked = [call for call in scanned.calls if call.get("op", call.get("operation")) == "GetFlowVersion"]
    assert len(asked) == 1, scanned.calls[:1]


def test_unread_aliases_leave_the_other_versions_open() -> None:
    live = scan(flow(prompt_node("Answer", guardrail=GUARD)).fault(op="ListFlowAliases", kind="denied")).one("Flow")
    assert live.facts["flow.model_nodes"][0] == {"name": "DRAFT/Answer", "guarded": True}
    assert isinstance(live.facts["flow.model_nodes"][-1], Unknown)
    assert isinstance(live.facts["guard.attached"], Unknown)
    assert isinstance(live.facts["encryption.customer_key"], Unknown) or live.facts["encryption.customer_key"] is False


def test_an_unread_version_is_unknown() -> None:
    estate = flow(prompt_node("Answer", guardrail=GUARD), routed={"1": (prompt_node("Answer"),)})
    live = scan(estate.fault(op="GetFlowVersion", kind="denied")).one("Flow")
    assert isinstance(live.facts["flow.model_nodes"][-1], Unknown)
    assert isinstance(live.facts["flow.inline_code"], Unknown)


def test_retrieval_counts_as_a_model_call_only_with_a_model() -> None:
    base = {"knowledgeBaseId": "KB"}
    found = [
        {"name": "Raw", "type": "KnowledgeBase", "configuration": {"knowledgeBase": base}},
        {"name": "Told", "type": "KnowledgeBase", "configuration": {"knowledgeBase": base | {"modelId": FOUNDATION_MODEL}}},
    ]
    live = scan(flow(*found)).one("Flow")
    assert names(live.facts["flow.model_nodes"]) == ["DRAFT/Told"]
    assert {("retrieves_from", "KB"), ("calls_model", foundation_model_arn(REGION))} <= edges(live)


def test_nodes_inside_a_loop_count() -> None:
    loop = {
        "name": "Again",
        "type": "Loop",
        "configuration": {"loop": {"definition": {"nodes": [prompt_node("Inner")], "connections": []}}},
    }
    assert names(scan(flow(loop)).one("Flow").facts["flow.model_nodes"]) == ["DRAFT/Inner"]


@pytest.mark.parametrize(
    ("prompt", "managed", "fixed"),
    [(None, False, False), (MANAGED, True, False), (f"{MANAGED}:12", True, True)],
    ids=["own", "draft", "version"],
)
def test_where_a_prompt_comes_from(prompt: str | None, managed: bool, fixed: bool) -> None:
    (record,) = scan(flow(prompt_node("Answer", prompt=prompt))).one("Flow").facts["flow.prompts"]
    assert (record["managed"], record["version_fixed"]) == (managed, fixed)


def test_secrets_are_found_in_prompts_and_in_code() -> None:
    text = {"text": {"text": "The key is hf_" + "x" * 30}}
    code = {
        "name": "Code",
        "type": "InlineCode",
        "configuration": {"inlineCode": {"code": "k = 'hf_" + "x" * 30 + "'", "language": "Python_3"}},
    }
    live = scan(flow(prompt_node("Answer", templateConfiguration=text), code)).one("Flow")
    assert live.facts["secrets.in_instructions"] is True
    assert live.facts["secrets.literals"] == [{"name": "DRAFT/Code", "where": "inline code"}]
    assert live.facts["flow.inline_code"] is True


def test_a_definition_that_lies_elsewhere_is_unknown() -> None:
    for member in ("DefinitionString", "DefinitionS3Location"):
        draft = shaped("Flow", {"Name": "chain", "ExecutionRoleArn": ROLE, member: Unresolved("!Sub …")})
        assert isinstance(draft.facts["flow.inline_code"], Unknown)
        assert [isinstance(item, Unknown) for item in draft.facts["flow.model_nodes"]] == [True]


def test_a_flow_without_models_has_nothing_to_guard() -> None:
    live = scan(flow()).one("Flow")
    assert live.facts["flow.model_nodes"] == live.facts["flow.prompts"] == []
    assert live.facts["guard.attached"] is True
    assert live.facts["secrets.in_instructions"] is False


def test_a_prompt_says_the_same_live_and_in_a_template() -> None:
    estate = Estate(regions=[REGION]).prompt(ACCOUNT, REGION, "summary", customerEncryptionKeyArn=KEY, tags={"owner": "ml"})
    live = scan(estate).one("Prompt")
    variant = {"Name": "default", "TemplateType": "TEXT", "TemplateConfiguration": {"Text": {"Text": "t"}}, "ModelId": FOUNDATION_MODEL}
    declared = shaped("Prompt", {"Name": "summary", "CustomerEncryptionKeyArn": KEY, "Tags": {"owner": "ml"}, "Variants": [variant]})
    assert facts(live) == facts(declared)
    assert (live.facts["encryption.customer_key"], live.facts["secrets.in_instructions"]) == (True, False)
    assert edges(live) == {("encrypts_with", KEY), ("calls_model", foundation_model_arn(REGION))}


def test_a_secret_in_any_message_of_a_prompt_is_found() -> None:
    chat = {"chat": {"messages": [{"role": "user", "content": [{"text": "hello"}]}], "system": [{"text": "hf_" + "x" * 30}]}}
    variant = {"name": "default", "templateType": "CHAT", "templateConfiguration": chat}
    live = scan(Estate(regions=[REGION]).prompt(ACCOUNT, REGION, "summary", variants=[variant])).one("Prompt")
    assert live.facts["secrets.in_instructions"] is True
    assert live.facts["encryption.customer_key"] is False
