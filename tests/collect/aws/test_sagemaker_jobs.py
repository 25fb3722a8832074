"""Training jobs. They exist only live."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, assert_nothing_claimed, collector, scan
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from zscan.model.asset import Draft
from zscan.model.unknown import Unknown

TYPE = "AWS::SageMaker::TrainingJob"
KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
VPC = {"Subnets": [subnet_id(ACCOUNT, REGION, "private")], "SecurityGroupIds": [security_group_id(ACCOUNT, REGION, "ml")]}
HARDENED: dict[str, Any] = {
    "RoleArn": ROLE,
    "EnableNetworkIsolation": True,
    "EnableInterContainerTrafficEncryption": True,
    "VpcConfig": VPC,
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 30, "VolumeKmsKeyId": KEY},
    "OutputDataConfig": {"S3OutputPath": "s3://ml-data/out/", "KmsKeyId": KEY},
    "CheckpointConfig": {"S3Uri": "s3://ml-checkpoints/x"},
}


def estate(**overrides: Any) -> Estate:
    base = (
        Estate().role(ACCOUNT, "ml").key(ACCOUNT, REGION, "ml").bucket(ACCOUNT, REGION, "ml-data").bucket(ACCOUNT, REGION, "ml-checkpoints")
    )
    base.subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml")
    return base.training_job(ACCOUNT, REGION, "j", bucket="ml-data", **overrides)


def job(sim: AwsSim, **overrides: Any) -> Draft:
    draft = scan(sim, estate(**overrides)).one(TYPE)
    assert set(draft.facts) == collector(TYPE).facts
    return draft


def test_hardened(sim: AwsSim) -> None:
    found = scan(sim, estate(**HARDENED))
    draft = found.one(TYPE)
    assert found.gaps == []
    assert draft.facts["training.isolated"] is True
    assert draft.facts["training.nodes"] == 3
    assert draft.facts["network.private_network"] is True
    assert draft.facts["network.direct_internet"] is False
    assert draft.facts["network.egress_restricted"] is True
    assert draft.facts["encryption.customer_key"] is True
    assert draft.facts["encryption.hardware_key_only"] is False
    assert draft.facts["encryption.output_customer_key"] is True
    assert draft.facts["encryption.internal_traffic"] is True
    assert draft.facts["host.shell_access"] is False
    edges = {(r.kind, found.drafts[r.target].name) for r in draft.relations if r.kind in {"reads_from", "writes_to"}}
    assert edges == {("reads_from", "ml-data"), ("writes_to", "ml-data"), ("writes_to", "ml-checkpoints")}
    assert {r.kind for r in draft.relations} == collector(TYPE).relations


def test_defaults(sim: AwsSim) -> None:
    draft = job(sim)
    assert draft.facts["training.isolated"] is False
    assert draft.facts["training.nodes"] == 1
    assert draft.facts["network.direct_internet"] is True
    assert draft.facts["encryption.customer_key"] is False
    assert draft.facts["encryption.output_customer_key"] is False
    assert draft.facts["encryption.internal_traffic"] is False
    assert draft.facts["artefact.private_registry"] is False
    assert draft.facts["secrets.literals"] == draft.facts["secrets.defaults"] == []


def test_machines_of_instance_groups_are_added_up(sim: AwsSim) -> None:
    groups = [
        {"InstanceGroupName": n, "InstanceType": t, "InstanceCount": c}
        for n, t, c in (("a", "ml.p4d.24xlarge", 2), ("b", "ml.g5.xlarge", 4))
    ]
    draft = job(sim, ResourceConfig={"InstanceGroups": groups})
    assert draft.facts["training.nodes"] == 6
    assert draft.facts["encryption.hardware_key_only"] is True


def test_one_group_with_a_disk_that_could_have_a_key(sim: AwsSim) -> None:
    groups = [{"InstanceGroupName": n, "InstanceType": t, "InstanceCount": 1} for n, t in (("a", "ml.p4d.24xlarge"), ("b", "ml.m5.xlarge"))]
    assert job(sim, ResourceConfig={"InstanceGroups": groups}).facts["encryption.hardware_key_only"] is False


def test_a_serverless_job_states_no_machines(sim: AwsSim) -> None:
    draft = job(
        sim,
        ResourceConfig=None,
        AlgorithmSpecification=None,
        ServerlessJobConfig={"BaseModelArn": "arn:aws:sagemaker:::hub-content/x", "JobType": "FineTuning"},
    )
    assert isinstance(draft.facts["training.nodes"], Unknown)
    assert draft.facts["artefact.images"] == []


@pytest.mark.parametrize(("enabled", "access"), [(True, True), (False, False)])
def test_remote_debugging_is_shell_access(sim: AwsSim, enabled: bool, access: bool) -> None:
    assert job(sim, RemoteDebugConfig={"EnableRemoteDebug": enabled}).facts["host.shell_access"] is access


def test_secrets_in_settings(sim: AwsSim) -> None:
    draft = job(
        sim,
        Environment={"HF_TOKEN": "hf_abcdefghijklmnopqrstuvwxyz", "MODE": "fast"},
        HyperParameters={"api_key": "correct-horse-battery", "epochs": "3"},
    )
    assert draft.facts["secrets.literals"] == [
        {"name": "HF_TOKEN", "where": "environment"},
        {"name": "api_key", "where": "hyperparameters"},
    ]


def test_image_through_a_private_registry(sim: AwsSim) -> None:
    algorithm = {
        "TrainingImage": "registry.example/train@sha256:" + "a" * 64,
        "TrainingInputMode": "File",
        "TrainingImageConfig": {"TrainingRepositoryAccessMode": "Vpc"},
    }
    draft = job(sim, AlgorithmSpecification=algorithm)
    assert draft.facts["artefact.private_registry"] is True
    assert [image["pinned"] for image in draft.facts["artefact.images"]] == [True]


def test_every_page_of_the_history_is_read(sim: AwsSim) -> None:
    long = Estate(page_size=2)
    for number in range(5):
        long.training_job(ACCOUNT, REGION, f"j{number}")
    assert len(scan(sim, long).all(TYPE)) == 5


def test_refused_description_claims_nothing(sim: AwsSim) -> None:
    refused = estate(**HARDENED)
    refused.document["deny_actions"] = ["sagemaker:DescribeTrainingJob"]
    found = scan(sim, refused)
    draft = found.one(TYPE)
    assert_nothing_claimed(draft)
    assert set(draft.unknown_relations) == collector(TYPE).relations
    assert [gap.permission for gap in found.gaps] == ["sagemaker:DescribeTrainingJob"]


def test_templates_have_no_such_type() -> None:
    assert collector(TYPE).file_form is False
