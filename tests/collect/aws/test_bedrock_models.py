"""Custom models and reserved throughput."""

from __future__ import annotations

from tests.collect.aws.test_bedrock_contract import ACCOUNT, REGION, edges, scan
from tests.sim.aws.build_account import key_arn
from tests.sim.aws.build_bedrock import foundation_model_arn
from tests.sim.aws.estates import Estate
from zscan.model.unknown import Unknown

KEY = key_arn(ACCOUNT, REGION, "ml")


def test_a_custom_model_states_its_key_and_its_data() -> None:
    estate = Estate(regions=[REGION]).custom_model(
        ACCOUNT,
        REGION,
        "tuned",
        bucket="train",
        tags={"team": "ml"},
        modelKmsKeyArn=KEY,
        validationDataConfig={"validators": [{"s3Uri": "s3://check/x.jsonl"}]},
    )
    draft = scan(estate).one("CustomModel")
    assert draft.facts == {
        "encryption.customer_key": True,
        "governance.owner": True,
        "governance.environment": False,
        "governance.classification": False,
    }
    assert edges(draft) == {
        ("encrypts_with", KEY),
        ("built_from", foundation_model_arn(REGION)),
        ("reads_from", "train"),
        ("reads_from", "check"),
        ("writes_to", "train"),
    }


def test_a_custom_model_made_from_logged_calls_reads_their_bucket() -> None:
    source = {"invocationLogsConfig": {"invocationLogSource": {"s3Uri": "s3://calls/2026/"}}}
    draft = scan(Estate(regions=[REGION]).custom_model(ACCOUNT, REGION, "distilled", trainingDataConfig=source)).one("CustomModel")
    assert draft.facts["encryption.customer_key"] is False
    assert ("reads_from", "calls") in edges(draft)


def test_refused_models_have_unknown_edges() -> None:
    estate = Estate(regions=[REGION]).custom_model(ACCOUNT, REGION, "tuned", modelKmsKeyArn=KEY).fault(op="GetCustomModel", kind="denied")
    draft = scan(estate).one("CustomModel")
    assert isinstance(draft.facts["encryption.customer_key"], Unknown)
    assert ("encrypts_with", "?") in edges(draft)
    assert ("built_from", foundation_model_arn(REGION)) in edges(draft), "the listing names the base model"


def test_reserved_throughput_costs_no_call_of_its_own() -> None:
    estate = Estate(regions=[REGION])
    for name in ("a", "b", "c"):
        estate.provisioned_throughput(ACCOUNT, REGION, name, tags={"environment": "prod"})
    scanned = scan(estate)
    assert [draft.name for draft in scanned.of("ProvisionedModelThroughput")] != []
    assert all(draft.facts["governance.environment"] is True for draft in scanned.of("ProvisionedModelThroughput"))
    assert all(edges(draft) == {("serves", foundation_model_arn(REGION))} for draft in scanned.of("ProvisionedModelThroughput"))
    assert [call["op"] for call in scanned.calls].count("GetProvisionedModelThroughput") == 0
    assert len(scanned.of("ProvisionedModelThroughput")) == 3
