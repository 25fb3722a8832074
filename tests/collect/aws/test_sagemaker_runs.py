"""Jobs besides training: processing, batch transform, tuning, AutoML, conversion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import (
    ACCOUNT,
    REGION,
    assert_nothing_claimed,
    assert_same_facts,
    collector,
    misspelt,
    scan,
    shaped,
    template,
)
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_sagemaker_more as more
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from zscan.model.asset import Draft
from zscan.model.unknown import Unknown, Unresolved

KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
VPC = {"Subnets": [subnet_id(ACCOUNT, REGION, "private")], "SecurityGroupIds": [security_group_id(ACCOUNT, REGION, "ml")]}
CLOSED = {"EnableNetworkIsolation": True, "EnableInterContainerTrafficEncryption": True, "VpcConfig": VPC}
MACHINES = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 30, "VolumeKmsKeyId": KEY}
PROCESSING: dict[str, Any] = {
    "RoleArn": ROLE,
    "AppSpecification": {"ImageUri": more.container_uri(ACCOUNT, REGION, "p", "@sha256:" + "a" * 64)},
    "ProcessingResources": {"ClusterConfig": MACHINES},
    "ProcessingInputs": [{"InputName": "i", "S3Input": {"S3Uri": "s3://ml-data/in", "S3DataType": "S3Prefix"}}],
    "ProcessingOutputConfig": {
        "Outputs": [{"OutputName": "o", "S3Output": {"S3Uri": "s3://ml-data/out", "S3UploadMode": "EndOfJob"}}],
        "KmsKeyId": KEY,
    },
    "NetworkConfig": CLOSED,
    "Environment": {"MODE": "fast"},
}
KINDS = {
    "AWS::SageMaker::ProcessingJob": more.PROCESSING_JOB,
    "AWS::SageMaker::TransformJob": more.TRANSFORM_JOB,
    "AWS::SageMaker::HyperParameterTuningJob": more.TUNING_JOB,
    "AWS::SageMaker::AutoMLJob": more.AUTOML_JOB,
    "AWS::SageMaker::CompilationJob": more.COMPILATION_JOB,
    "AWS::SageMaker::OptimizationJob": more.OPTIMIZATION_JOB,
    "AWS::SageMaker::LabelingJob": more.LABELING_JOB,
}


def estate() -> Estate:
    base = Estate().role(ACCOUNT, "ml").key(ACCOUNT, REGION, "ml").bucket(ACCOUNT, REGION, "ml-data")
    return base.subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml")


def job(sim: AwsSim, native_type: str, **overrides: Any) -> Draft:
    made = estate()
    more.put(made, KINDS[native_type], ACCOUNT, REGION, "j", **overrides)
    found = scan(sim, made)
    assert found.gaps == []
    draft = found.one(native_type)
    assert set(draft.facts) == collector(native_type).facts
    return draft


def test_hardened_processing_live_and_in_a_template(sim: AwsSim) -> None:
    draft = job(sim, "AWS::SageMaker::ProcessingJob", **PROCESSING)
    assert draft.facts["training.isolated"] is True
    assert draft.facts["training.nodes"] == 3
    assert draft.facts["network.private_network"] is True
    assert draft.facts["network.direct_internet"] is False
    assert draft.facts["encryption.customer_key"] is True
    assert draft.facts["encryption.output_customer_key"] is True
    assert draft.facts["encryption.internal_traffic"] is True
    assert [image["pinned"] for image in draft.facts["artefact.images"]] == [True]
    assert {r.kind for r in draft.relations} == collector("AWS::SageMaker::ProcessingJob").relations
    assert_same_facts(draft, PROCESSING)


def test_processing_uses_cloudformations_names() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt("AWS::SageMaker::ProcessingJob", PROCESSING) == []


@pytest.mark.parametrize("native_type", sorted(set(KINDS) - {"AWS::SageMaker::LabelingJob", "AWS::SageMaker::TransformJob"}))
def test_the_defaults_protect_little(sim: AwsSim, native_type: str) -> None:
    draft = job(sim, native_type)
    assert draft.facts["network.private_network"] is False
    assert draft.facts["network.direct_internet"] is True
    assert draft.facts["encryption.output_customer_key"] is False
    assert draft.facts.get("encryption.customer_key", False) is False
    assert draft.facts.get("encryption.internal_traffic", False) is False
    assert draft.facts["principal.assigned"] is True


@pytest.mark.parametrize("native_type", sorted(KINDS))
def test_a_refused_description_claims_nothing(sim: AwsSim, native_type: str) -> None:
    made = estate()
    more.put(made, KINDS[native_type], ACCOUNT, REGION, "j")
    describe = collector(native_type).describe
    assert describe is not None
    made.document["deny_actions"] = [describe.action]
    found = scan(sim, made)
    assert_nothing_claimed(found.one(native_type))
    assert [gap.permission for gap in found.gaps] == [describe.action]


def test_transform_takes_network_and_role_from_its_model(sim: AwsSim) -> None:
    draft = job(sim, "AWS::SageMaker::TransformJob", ModelName="m", Environment={"API_KEY": "literal-value"})
    assert {r.kind for r in draft.relations} == {"reads_from", "writes_to", "calls_model"}
    assert draft.facts["secrets.literals"] == [{"name": "API_KEY", "where": "environment"}]


def test_tuning_holds_what_all_its_definitions_hold(sim: AwsSim) -> None:
    closed = more.training_definition(ACCOUNT, REGION, ResourceConfig=MACHINES, **CLOSED)
    mixed = job(
        sim,
        "AWS::SageMaker::HyperParameterTuningJob",
        TrainingJobDefinition=None,
        TrainingJobDefinitions=[closed, more.training_definition(ACCOUNT, REGION, DefinitionName="two")],
    )
    assert mixed.facts["training.isolated"] is False
    assert mixed.facts["network.direct_internet"] is True
    assert mixed.facts["encryption.customer_key"] is False
    assert mixed.facts["training.nodes"] == 3
    alone = job(sim, "AWS::SageMaker::HyperParameterTuningJob", TrainingJobDefinition=closed)
    assert alone.facts["training.isolated"] is True
    assert alone.facts["network.direct_internet"] is False
    assert alone.facts["encryption.customer_key"] is True


def test_machines_of_a_tuning_job_in_their_other_member(sim: AwsSim) -> None:
    kind = more.training_definition(ACCOUNT, REGION, ResourceConfig=None, HyperParameterTuningResourceConfig=MACHINES)
    draft = job(sim, "AWS::SageMaker::HyperParameterTuningJob", TrainingJobDefinition=kind)
    assert draft.facts["training.nodes"] == 3
    assert draft.facts["encryption.customer_key"] is True


def test_secrets_of_a_tuning_job(sim: AwsSim) -> None:
    kind = more.training_definition(ACCOUNT, REGION, StaticHyperParameters={"wandb_api_key": "literal-value"})
    draft = job(sim, "AWS::SageMaker::HyperParameterTuningJob", TrainingJobDefinition=kind)
    assert draft.facts["secrets.literals"] == [{"name": "wandb_api_key", "where": "hyperparameters"}]


def test_automl_with_a_security_configuration(sim: AwsSim) -> None:
    security = {"VolumeKmsKeyId": KEY, "EnableInterContainerTrafficEncryption": True, "VpcConfig": VPC}
    draft = job(sim, "AWS::SageMaker::AutoMLJob", SecurityConfig=security)
    assert draft.facts["network.private_network"] is True
    assert draft.facts["encryption.customer_key"] is True
    assert draft.facts["encryption.internal_traffic"] is True


def test_a_count_that_a_template_leaves_open() -> None:
    body = {"ProcessingResources": {"ClusterConfig": {**MACHINES, "InstanceCount": Unresolved("!Ref Count")}}}
    assert isinstance(shaped(template("AWS::SageMaker::ProcessingJob", body)).facts["training.nodes"], Unknown)


def test_only_the_newest_runs_are_read(sim: AwsSim) -> None:
    many = Estate()
    for number in range(60):
        more.put(many, more.COMPILATION_JOB, ACCOUNT, REGION, f"j{number:02d}")
    found = scan(sim, many)
    assert len(found.all("AWS::SageMaker::CompilationJob")) == 50
    assert [gap.detail for gap in found.gaps] == ["only the newest 50 were read"]
