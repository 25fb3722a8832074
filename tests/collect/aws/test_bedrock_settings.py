"""Settings of a region and of the organisation: data retention, enforced guardrails, policies; and guardrails in numbered versions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import Scanned, scan
from tests.sim.aws import AwsSim
from tests.sim.aws.build_bedrock import guardrail_id
from tests.sim.aws.estates import Estate
from zscan.model.unknown import Unknown

ACCOUNT, REGION = "111122223333", "us-east-1"
CONTROL = f"aws:control/account/{ACCOUNT}"
RETENTION, ENFORCED = "AWS::Bedrock::AccountDataRetention", "AWS::Bedrock::EnforcedGuardrails"
OPT_OUT, POLICY, VERSION = (
    "AWS::Organizations::AIServicesOptOutPolicy",
    "AWS::Organizations::BedrockPolicy",
    "AWS::Bedrock::GuardrailVersion",
)


def estate() -> Estate:
    return Estate(regions=[REGION]).account(ACCOUNT)


def member() -> Estate:
    return estate().organization("999988887777", (ACCOUNT,))


def edges(scanned: Scanned, native_type: str) -> set[tuple[str, Any]]:
    return {(reference.relation, reference.key) for reference in scanned.one(native_type).references}


@pytest.mark.parametrize(
    ("mode", "nothing"), [("none", True), ("default", False), ("inherit", False), ("aws_review", False), ("provider_data_share", False)]
)
def test_only_none_rules_storage_out(sim: AwsSim, mode: str, nothing: bool) -> None:
    draft = scan(sim, estate().data_retention(ACCOUNT, REGION, mode)).one(RETENTION)
    assert draft.id == f"{CONTROL}/{REGION}/data-retention"
    assert draft.facts == {"provider_use.nothing_retained": nothing}


def test_an_untouched_region_follows_each_models_default(sim: AwsSim) -> None:
    assert scan(sim, estate()).one(RETENTION).facts == {"provider_use.nothing_retained": False}


def test_a_mode_that_is_not_documented_is_unknown(sim: AwsSim) -> None:
    draft = scan(sim, estate().data_retention(ACCOUNT, REGION, "sometimes")).one(RETENTION)
    assert isinstance(draft.facts["provider_use.nothing_retained"], Unknown)


def test_nothing_is_enforced_in_an_untouched_region(sim: AwsSim) -> None:
    scanned = scan(sim, estate())
    assert scanned.one(ENFORCED).facts == {"enforcement.configured": False, "enforcement.policies": []}
    assert edges(scanned, ENFORCED) == {("governed_by", f"{CONTROL}/organisation-guardrails")}


_COMPREHENSIVE = {"system": "COMPREHENSIVE", "messages": "COMPREHENSIVE"}


@pytest.mark.parametrize(
    ("settings", "all_models", "all_content"),
    [
        ({}, True, True),
        ({"modelEnforcement": {"includedModels": ["ALL"], "excludedModels": []}}, True, True),
        ({"modelEnforcement": {"includedModels": ["ALL"], "excludedModels": ["a.b"]}}, False, True),
        ({"modelEnforcement": {"includedModels": ["a.b"], "excludedModels": []}}, False, True),
        ({"selectiveContentGuarding": {"system": "SELECTIVE", "messages": "COMPREHENSIVE"}}, True, False),
        ({"selectiveContentGuarding": None, "inputTags": "IGNORE"}, True, True),
        ({"selectiveContentGuarding": None, "inputTags": "HONOR"}, True, False),
        ({"selectiveContentGuarding": None}, True, None),
    ],
)
def test_what_an_enforced_guardrail_leaves_out(sim: AwsSim, settings: dict[str, Any], all_models: Any, all_content: Any) -> None:
    made = estate().guardrail(ACCOUNT, REGION, "guard").enforced_guardrail(ACCOUNT, REGION, "guard", **settings)
    draft = scan(sim, made).one(ENFORCED)
    (record,) = draft.facts["enforcement.policies"]
    assert draft.facts["enforcement.configured"] is True
    assert record["all_models"] is all_models
    assert isinstance(record["all_content"], Unknown) if all_content is None else record["all_content"] is all_content


def test_the_enforced_version_is_read(sim: AwsSim) -> None:
    scanned = scan(sim, estate().guardrail(ACCOUNT, REGION, "guard").enforced_guardrail(ACCOUNT, REGION, "guard"))
    version = scanned.one(VERSION)
    assert version.id.endswith(f"guardrail/{guardrail_id(ACCOUNT, REGION, 'guard')}:1")
    assert version.name == "guard:1"


def test_a_version_is_judged_by_what_it_holds_not_by_the_draft(sim: AwsSim) -> None:
    made = estate().agent(ACCOUNT, REGION, "helper", aliases=(), guardrail="guard").guardrail(ACCOUNT, REGION, "guard")
    rows = made.at(ACCOUNT, REGION, "bedrock").operations["GetGuardrail"]
    draft = rows[0]["response"]
    numbered = {
        "match": rows[0]["match"] | {"guardrailVersion": "1"},
        "response": draft | {"version": "1", "contentPolicy": {"filters": []}},
    }
    rows.insert(0, numbered)
    scanned = scan(sim, made)
    assert len(scanned.one("AWS::Bedrock::Guardrail").facts["guardrail.filters"]) == 5
    assert scanned.one(VERSION).facts["guardrail.filters"] == []


def test_an_agent_on_a_draft_reads_no_version(sim: AwsSim) -> None:
    draft = {"guardrailIdentifier": guardrail_id(ACCOUNT, REGION, "guard"), "guardrailVersion": "DRAFT"}
    made = estate().guardrail(ACCOUNT, REGION, "guard").agent(ACCOUNT, REGION, "helper", aliases=(), guardrailConfiguration=draft)
    assert scan(sim, made).all(VERSION) == []


# ---- the organisation


def opt_out(sim: AwsSim, policy: Any) -> Any:
    return scan(sim, member().effective_policy(ACCOUNT, "AISERVICES_OPT_OUT_POLICY", policy)).one(OPT_OUT)


@pytest.mark.parametrize(
    ("services", "opted_out"),
    [
        ({"default": {"opt_out_policy": "optOut"}}, True),
        ({"default": {"opt_out_policy": {"@@assign": "optOut"}}}, True),
        ({"default": {"opt_out_policy": "optOut"}, "rekognition": {"opt_out_policy": "optIn"}}, False),
        ({"rekognition": {"opt_out_policy": "optOut"}}, False),
        ({"default": {"opt_out_policy": "optIn"}}, False),
        ({}, False),
    ],
)
def test_the_opt_out_holds_for_every_service(sim: AwsSim, services: Any, opted_out: bool) -> None:
    draft = opt_out(sim, {"services": services})
    assert draft.id == f"{CONTROL}/ai-services-opt-out"
    assert draft.facts == {"provider_use.training_opted_out": opted_out}


def test_no_policy_and_no_organisation_are_no_opt_out(sim: AwsSim) -> None:
    assert opt_out(sim, None).facts == {"provider_use.training_opted_out": False}
    alone = scan(sim, estate())
    assert alone.one(OPT_OUT).facts == {"provider_use.training_opted_out": False}
    assert alone.one(POLICY).facts == {"enforcement.regions": [], "enforcement.policies": []}
    assert not alone.gaps


def test_a_policy_that_is_no_json_is_unknown(sim: AwsSim) -> None:
    assert isinstance(opt_out(sim, "not json").facts["provider_use.training_opted_out"], Unknown)


def test_a_refused_policy_is_unknown_and_keeps_the_setting(sim: AwsSim) -> None:
    scanned = scan(sim, member().fault(op="DescribeEffectivePolicy", kind="denied"))
    assert isinstance(scanned.one(OPT_OUT).facts["provider_use.training_opted_out"], Unknown)
    assert isinstance(scanned.one(POLICY).facts["enforcement.regions"], Unknown)
    assert {gap.permission for gap in scanned.gaps} == {"organizations:DescribeEffectivePolicy"}


def test_an_organisation_enforces_guardrails_by_region(sim: AwsSim) -> None:
    guardrail = "arn:aws:bedrock:us-east-1:999988887777:guardrail/abcdefghijkl"
    whole = {
        "identifier": {"@@assign": f"{guardrail}:3"},
        "selective_content_guarding": {"system": {"@@assign": "comprehensive"}, "messages": "comprehensive"},
        "model_enforcement": {"included_models": {"@@assign": ["ALL"]}, "excluded_models": []},
    }
    partly = {
        "identifier": f"{guardrail}:3",
        "input_tags": "honor",
        "model_enforcement": {"included_models": ["ALL"], "excluded_models": ["a.b"]},
    }
    policy = {"bedrock": {"guardrail_inference": {"us-east-1": {"c1": whole}, "eu-west-1": {"c2": partly}}}}
    scanned = scan(sim, member().effective_policy(ACCOUNT, "BEDROCK_POLICY", policy))
    draft = scanned.one(POLICY)
    assert draft.facts["enforcement.regions"] == ["eu-west-1", "us-east-1"]
    assert draft.facts["enforcement.policies"] == [
        {"name": "us-east-1/c1", "all_models": True, "all_content": True},
        {"name": "eu-west-1/c2", "all_models": False, "all_content": False},
    ]
    assert edges(scanned, POLICY) == {("guarded_by", f"{guardrail}:3")}
