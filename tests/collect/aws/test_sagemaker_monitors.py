"""Monitoring schedules and the definitions of their jobs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, assert_nothing_claimed, collector, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_sagemaker_more as more
from tests.sim.aws.build_account import key_arn, security_group_id, subnet_id
from zscan.derive.compose import compose
from zscan.model.asset import Draft
from zscan.model.unknown import Unknown

SCHEDULE = "AWS::SageMaker::MonitoringSchedule"
KINDS = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")
KEY = key_arn(ACCOUNT, REGION, "ml")
CLOSED = {
    "EnableNetworkIsolation": True,
    "EnableInterContainerTrafficEncryption": True,
    "VpcConfig": {"Subnets": [subnet_id(ACCOUNT, REGION, "p")], "SecurityGroupIds": [security_group_id(ACCOUNT, REGION, "g")]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_definitions_of_every_kind(sim: AwsSim, kind: str) -> None:
    native_type = f"AWS::SageMaker::{kind}JobDefinition"
    estate = Estate()
    more.job_definition(estate, kind, ACCOUNT, REGION, "open")
    more.job_definition(estate, kind, ACCOUNT, REGION, "closed", key=KEY, NetworkConfig=CLOSED)
    found = scan(sim, estate)
    weak, hardened = found.one(native_type, "open"), found.one(native_type, "closed")
    assert set(weak.facts) == collector(native_type).facts
    for path in ("training.isolated", "encryption.internal_traffic", "encryption.customer_key", "encryption.output_customer_key"):
        assert (weak.facts[path], hardened.facts[path]) == (False, True), path
    assert weak.facts["network.direct_internet"] is True
    assert hardened.facts["network.direct_internet"] is False
    assert weak.facts["training.nodes"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_definitions_use_cloudformations_names(kind: str) -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    body = {
        f"{kind}AppSpecification": {"ImageUri": "x", "Environment": {}},
        f"{kind}JobInput": {"EndpointInput": {"EndpointName": "e"}},
        f"{kind}JobOutputConfig": {"KmsKeyId": KEY, "MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://x"}}]},
        "JobResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeKmsKeyId": KEY}},
        "NetworkConfig": CLOSED,
        "RoleArn": "r",
    }
    assert misspelt(f"AWS::SageMaker::{kind}JobDefinition", body) == []


def scheduled(sim: AwsSim, estate: Estate) -> Draft:
    found = scan(sim, estate)
    compose(found.drafts, collector(SCHEDULE).via)
    return found.one(SCHEDULE)


def test_a_schedule_with_its_own_job(sim: AwsSim) -> None:
    estate = Estate()
    job = more.monitoring_job(ACCOUNT, REGION, key=KEY, NetworkConfig=CLOSED, Environment={"API_KEY": "literal-value"})
    more.put(estate, more.MONITORING_SCHEDULE, ACCOUNT, REGION, "s", MonitoringScheduleConfig={"MonitoringJobDefinition": job})
    draft = scheduled(sim, estate)
    assert draft.facts["training.isolated"] is True
    assert draft.facts["encryption.customer_key"] is True
    assert draft.facts["training.nodes"] == 1
    assert draft.facts["secrets.literals"] == [{"name": "API_KEY", "where": "environment"}]


def named(**network: Any) -> Estate:
    estate = Estate()
    more.job_definition(estate, "ModelBias", ACCOUNT, REGION, "d", key=KEY, **network)
    config = {"MonitoringJobDefinitionName": "d", "MonitoringType": "ModelBias"}
    more.put(estate, more.MONITORING_SCHEDULE, ACCOUNT, REGION, "s", MonitoringScheduleConfig=config, MonitoringType="ModelBias")
    return estate


def test_a_schedule_has_what_its_definition_has(sim: AwsSim) -> None:
    weak, hardened = scheduled(sim, named()), scheduled(sim, named(NetworkConfig=CLOSED))
    assert (weak.facts["training.isolated"], hardened.facts["training.isolated"]) == (False, True)
    assert (weak.facts["encryption.internal_traffic"], hardened.facts["encryption.internal_traffic"]) == (False, True)
    assert weak.facts["training.nodes"] == 2


def test_a_definition_that_was_not_read_leaves_the_schedule_open(sim: AwsSim) -> None:
    estate = named(NetworkConfig=CLOSED)
    estate.document["deny_actions"] = ["sagemaker:DescribeModelBiasJobDefinition"]
    assert_nothing_claimed(scheduled(sim, estate))


def test_a_schedule_of_a_template_without_its_definition_is_open() -> None:
    draft = shaped(template(SCHEDULE, {"MonitoringScheduleConfig": {"MonitoringJobDefinitionName": "d"}}))
    assert isinstance(draft.facts["training.isolated"], Unknown)
    (reference,) = [one for one in draft.references if one.relation == "configured_by"]
    assert len(reference.native_types) == 4, "the kind is not stated"
