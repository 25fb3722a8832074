"""Ways to models, hosted models, and what is done with models: imported, deployed, run in batch, evaluated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.test_bedrock_contract import ACCOUNT, REGION, edges, facts, scan, shaped
from tests.sim.aws.build_account import key_arn
from tests.sim.aws.build_bedrock import FOUNDATION_MODEL, foundation_model_arn
from tests.sim.aws.build_bedrock_more import custom_model_arn, profile_arn
from tests.sim.aws.estates import Estate
from zscan.model.unknown import Unknown

KEY = key_arn(ACCOUNT, REGION, "ml")


def estate() -> Estate:
    return Estate(regions=[REGION])


@pytest.mark.parametrize(
    ("regions", "leaves"),
    [
        ((REGION,), False),
        (("us-east-1", "us-west-2"), False),
        (("us-east-1", "eu-central-1"), True),
        (("us-east-1", ""), True),
        (("us-gov-west-1",), True),
    ],
)
def test_a_profile_leaves_its_part_of_the_world(regions: tuple[str, ...], leaves: bool) -> None:
    live = scan(estate().inference_profile(ACCOUNT, REGION, "billing", regions=regions)).one("ApplicationInferenceProfile")
    assert live.facts["routing.leaves_geography"] is leaves
    assert live.facts["routing.regions"] == sorted(region or "any" for region in regions)
    assert edges(live) == {("serves", foundation_model_arn(REGION))}


@pytest.mark.parametrize(
    ("source", "regions", "leaves"),
    [
        (foundation_model_arn(REGION), [REGION], False),
        (f"arn:aws:bedrock:{REGION}::inference-profile/global.{FOUNDATION_MODEL}", ["any"], True),
        (f"arn:aws:bedrock:{REGION}::inference-profile/us.{FOUNDATION_MODEL}", None, None),
    ],
)
def test_a_declared_profile_says_what_its_source_says(source: str, regions: Any, leaves: Any) -> None:
    draft = shaped("ApplicationInferenceProfile", {"InferenceProfileName": "billing", "ModelSource": {"CopyFrom": source}})
    for path, expected in (("routing.regions", regions), ("routing.leaves_geography", leaves)):
        value = draft.facts[path]
        assert isinstance(value, Unknown) if expected is None else value == expected


def test_a_profile_of_aws_is_read_where_an_asset_names_it() -> None:
    used = f"us.{FOUNDATION_MODEL}"
    made = estate().agent(ACCOUNT, REGION, "helper", aliases=(), foundationModel=used)
    made.system_profile(ACCOUNT, REGION, used, regions=("us-east-1", "us-west-2")).system_profile(
        ACCOUNT, REGION, "eu.other", regions=("",)
    )
    live = scan(made).one("SystemInferenceProfile")
    assert (live.name, live.facts["routing.leaves_geography"]) == (used, False)


def test_hosted_models_are_listed_only_where_an_asset_uses_one() -> None:
    offered = estate().hosted_model(ACCOUNT, REGION)
    assert scan(offered).of("FoundationModel") == []
    used = estate().hosted_model(ACCOUNT, REGION, status="LEGACY").agent(ACCOUNT, REGION, "helper", aliases=())
    assert scan(used).one("FoundationModel").facts == {"support.active": False}


@pytest.mark.parametrize(
    ("identifier", "edge"),
    [
        (FOUNDATION_MODEL, foundation_model_arn(REGION)),
        (f"arn:aws:bedrock:us-west-2::foundation-model/{FOUNDATION_MODEL}", foundation_model_arn(REGION)),
        (f"global.{FOUNDATION_MODEL}", f"global.{FOUNDATION_MODEL}"),
        ("zai.glm-4.7", foundation_model_arn(REGION, "zai.glm-4.7")),
        (profile_arn(ACCOUNT, REGION, "billing"), profile_arn(ACCOUNT, REGION, "billing")),
        (custom_model_arn(ACCOUNT, REGION, "tuned"), custom_model_arn(ACCOUNT, REGION, "tuned")),
    ],
)
def test_an_identifier_names_a_kind_of_model(identifier: str, edge: str) -> None:
    live = scan(estate().batch_job(ACCOUNT, REGION, "nightly", bucket="b", model=identifier)).one("ModelInvocationJob")
    assert ("calls_model", edge) in edges(live)


def test_a_router_leads_to_all_its_models() -> None:
    models = (foundation_model_arn(REGION), foundation_model_arn(REGION, "amazon.nova-lite-v1:0"))
    live = scan(estate().prompt_router(ACCOUNT, REGION, "cheapest", models=models)).one("IntelligentPromptRouter")
    assert edges(live) == {("serves", model) for model in models}


def test_imported_models_and_deployments() -> None:
    made = estate().imported_model(ACCOUNT, REGION, "llama", bucket="weights", modelKmsKeyArn=KEY)
    scanned = scan(made.model_deployment(ACCOUNT, REGION, "live", model=custom_model_arn(ACCOUNT, REGION, "tuned")))
    imported = scanned.one("ImportedModel")
    assert imported.facts["encryption.customer_key"] is True
    assert edges(imported) == {("encrypts_with", KEY), ("reads_from", "weights")}
    assert edges(scanned.one("CustomModelDeployment")) == {("serves", custom_model_arn(ACCOUNT, REGION, "tuned"))}


def test_a_marketplace_endpoint_is_an_asset_beside_the_sagemaker_endpoint() -> None:
    bare = scan(estate().marketplace_endpoint(ACCOUNT, REGION, "vendor")).one("MarketplaceModelEndpoint")
    assert bare.id.endswith("endpoint/vendor#bedrock")
    assert [bare.facts[path] for path in ("network.private_network", "encryption.customer_key", "principal.assigned")] == [
        False,
        False,
        True,
    ]
    vpc = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    held = scan(estate().marketplace_endpoint(ACCOUNT, REGION, "vendor", vpc=vpc, kmsEncryptionKey=KEY)).one("MarketplaceModelEndpoint")
    assert [held.facts[path] for path in ("network.private_network", "encryption.customer_key")] == [True, True]
    assert {("attached_to", "subnet-1"), ("attached_to", "sg-1"), ("encrypts_with", KEY)} <= edges(held)


@pytest.mark.parametrize(("owner_in", "owner_out", "pinned"), [(None, None, False), (ACCOUNT, None, False), (ACCOUNT, ACCOUNT, True)])
def test_a_batch_job_names_the_owner_of_both_buckets(owner_in: str | None, owner_out: str | None, pinned: bool) -> None:
    source, sink = {"s3Uri": "s3://in/x"}, {"s3Uri": "s3://out/x"}
    source |= {"s3BucketOwner": owner_in} if owner_in else {}
    sink |= {"s3BucketOwner": owner_out} if owner_out else {}
    members = {"inputDataConfig": {"s3InputDataConfig": source}, "outputDataConfig": {"s3OutputDataConfig": sink}}
    live = scan(estate().batch_job(ACCOUNT, REGION, "nightly", bucket="b", **members)).one("ModelInvocationJob")
    assert live.facts["data.owner_pinned"] is pinned
    assert (live.facts["encryption.output_customer_key"], live.facts["network.private_network"]) == (False, False)
    assert {("reads_from", "in"), ("writes_to", "out")} <= edges(live)


def test_an_evaluation_names_its_metrics_and_models() -> None:
    model = custom_model_arn(ACCOUNT, REGION, "tuned")
    made = estate().evaluation_job(ACCOUNT, REGION, "gate", model=model, metrics=("Builtin.Toxicity", "Builtin.Accuracy"), bucket="b")
    live = scan(made).one("EvaluationJob")
    assert live.facts["evaluation.completed"] is True
    assert live.facts["evaluation.metrics"] == ["Builtin.Accuracy", "Builtin.Toxicity"]
    assert ("calls_model", model) in edges(live)


def test_a_failed_evaluation_is_no_evaluation() -> None:
    made = estate().evaluation_job(ACCOUNT, REGION, "gate", model="m", metrics=(), bucket="b", status="Failed")
    assert scan(made).one("EvaluationJob").facts["evaluation.completed"] is False


_REDACT = {"sensitiveDataConfiguration": {"detectionMode": "DETECTION_AND_REDACTION"}}
_OFF = {"modalityProcessing": {"state": "DISABLED"}}


@pytest.mark.parametrize(
    ("overrides", "redacted"),
    [
        (None, False),
        ({"document": _REDACT}, False),
        ({"document": _REDACT, "image": _OFF, "video": _OFF, "audio": _OFF}, True),
        ({name: {"sensitiveDataConfiguration": {"detectionMode": "DETECTION"}} for name in ("document", "image", "video", "audio")}, False),
    ],
)
def test_a_project_redacts_every_modality_that_is_on(overrides: Any, redacted: bool) -> None:
    live = scan(estate().automation_project(ACCOUNT, REGION, "invoices", overrideConfiguration=overrides)).one("DataAutomationProject")
    assert live.facts["data.output_redacted"] is redacted
    assert live.facts["encryption.customer_key"] is False


def test_projects_and_reasoning_policies_say_the_same_in_a_template() -> None:
    made = estate().reasoning_policy(ACCOUNT, REGION, "leave", kmsKeyArn=KEY).automation_project(ACCOUNT, REGION, "invoices", kmsKeyId=KEY)
    scanned = scan(made)
    assert facts(scanned.one("AutomatedReasoningPolicy")) == facts(shaped("AutomatedReasoningPolicy", {"Name": "leave", "KmsKeyId": KEY}))
    declared = shaped("DataAutomationProject", {"ProjectName": "invoices", "KmsKeyId": KEY})
    assert facts(scanned.one("DataAutomationProject")) == facts(declared)
