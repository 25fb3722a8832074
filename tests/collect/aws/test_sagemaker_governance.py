"""The record of models, their rollout, the applications beside them, and the people in the loop."""

from __future__ import annotations

import json
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
from tests.sim.aws.build_account import key_arn, role_arn, subnet_id
from zscan.model.asset import Draft
from zscan.model.unknown import Unknown, Unresolved

KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
PACKAGE, MODEL, CARD = "AWS::SageMaker::ModelPackage", "AWS::SageMaker::Model", "AWS::SageMaker::ModelCard"
ENDPOINT, CONFIG = "AWS::SageMaker::Endpoint", "AWS::SageMaker::EndpointConfig"
CLUSTER, PIPELINE = "AWS::SageMaker::Cluster", "AWS::SageMaker::Pipeline"
APPROVED: dict[str, Any] = {
    "ModelApprovalStatus": "Approved",
    "SkipModelValidation": "None",
    "ModelPackageStatusDetails": {"ValidationStatuses": [{"Name": "v", "Status": "Completed"}]},
    "MetadataProperties": {"CommitId": "0f3c"},
    "ModelCard": {"ModelCardStatus": "Approved", "ModelCardContent": "{}"},
}


def package(sim: AwsSim, **more_of_it: Any) -> Draft:
    estate = Estate()
    arn = more.model_package(estate, ACCOUNT, REGION, "g", **more_of_it)
    estate.model(ACCOUNT, REGION, "m", PrimaryContainer={"ModelPackageName": arn})
    found = scan(sim, estate)
    assert found.one(MODEL).facts["release.registered"] is True
    assert [r.target for r in found.one(MODEL).relations if r.kind == "built_from"] == [arn]
    return found.one(PACKAGE)


def released(draft: Draft) -> list[Any]:
    return [draft.facts[f"release.{name}"] for name in ("approved", "checked", "documented", "traceable")]


def test_a_version_that_passed(sim: AwsSim) -> None:
    draft = package(sim, **APPROVED)
    assert released(draft) == [True, True, True, True]
    body = {
        **APPROVED,
        "InferenceSpecification": {
            "Containers": [{"Image": more.container_uri(ACCOUNT, REGION, "serve"), "ModelDataUrl": "s3://dump/m.tar.gz"}]
        },
    }
    assert_same_facts(draft, body)


def test_a_version_that_waits(sim: AwsSim) -> None:
    assert released(package(sim)) == [False, True, False, False]


@pytest.mark.parametrize(
    "checks",
    [
        {"SkipModelValidation": "All"},
        {"ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": [{"Name": "i", "Status": "Failed"}]}},
        {"ModelPackageStatusDetails": {"ValidationStatuses": [{"Name": "v", "Status": "InProgress"}]}},
    ],
)
def test_checks_that_were_skipped_failed_or_are_open(sim: AwsSim, checks: dict[str, Any]) -> None:
    assert package(sim, **checks).facts["release.checked"] is False


def test_the_registry_pins_the_image(sim: AwsSim) -> None:
    container = {"Image": "x.dkr.ecr.us-east-1.amazonaws.com/serve:1", "ImageDigest": "sha256:" + "a" * 64}
    assert [image["pinned"] for image in package(sim, containers=[container]).facts["artefact.images"]] == [True]


def test_a_version_that_no_model_is_built_from_is_not_read(sim: AwsSim) -> None:
    estate = Estate()
    more.model_package(estate, ACCOUNT, REGION, "g")
    assert scan(sim, estate).all(PACKAGE) == []


def test_a_refused_version_claims_nothing(sim: AwsSim) -> None:
    estate = Estate()
    arn = more.model_package(estate, ACCOUNT, REGION, "g", **APPROVED)
    estate.model(ACCOUNT, REGION, "m", PrimaryContainer={"ModelPackageName": arn})
    estate.document["deny_actions"] = ["sagemaker:DescribeModelPackage"]
    assert_nothing_claimed(scan(sim, estate).one(PACKAGE))


def test_loose_model_files_are_not_registered(sim: AwsSim) -> None:
    assert scan(sim, Estate().model(ACCOUNT, REGION, "m")).one(MODEL).facts["release.registered"] is False


@pytest.mark.parametrize(("status", "approved"), [("Approved", True), ("Draft", False), ("Archived", False)])
def test_model_cards(sim: AwsSim, status: str, approved: bool) -> None:
    estate = Estate()
    more.put(estate, more.MODEL_CARD, ACCOUNT, REGION, "c", ModelCardStatus=status, SecurityConfig={"KmsKeyId": KEY})
    draft = scan(sim, estate).one(CARD)
    assert draft.facts["release.documented"] is approved
    assert draft.facts["encryption.customer_key"] is True


# ---- serving


def config(**body: Any) -> dict[str, Any]:
    return shaped(template(CONFIG, body)).facts


@pytest.mark.parametrize(
    ("variant", "redundant"),
    [
        ({"InitialInstanceCount": 1}, False),
        ({"InitialInstanceCount": 2}, True),
        ({"InitialInstanceCount": "2"}, True),
        ({"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 5}}, True),
        ({"InitialInstanceCount": 1, "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 2}}, True),
        ({"InitialInstanceCount": 3, "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1}}, False),
    ],
)
def test_a_second_machine(variant: dict[str, Any], redundant: bool) -> None:
    assert config(ProductionVariants=[variant])["availability.redundant"] is redundant


def test_a_variant_without_a_count_is_open() -> None:
    assert isinstance(config(ProductionVariants=[{"InitialInstanceCount": Unresolved("!Ref N")}])["availability.redundant"], Unknown)
    assert isinstance(config(ProductionVariants=[{"VariantName": "v"}])["availability.redundant"], Unknown)


def test_keys_of_asynchronous_output_and_core_dumps() -> None:
    assert config()["encryption.output_customer_key"] is True, "nothing is written"
    assert config(AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://x"}})["encryption.output_customer_key"] is False
    dumped = [{"CoreDumpConfig": {"DestinationS3Uri": "s3://x", "KmsKeyId": KEY}}]
    assert config(ProductionVariants=dumped)["encryption.output_customer_key"] is True


@pytest.mark.parametrize(
    ("deployment", "gradual", "alarms"),
    [
        (None, False, False),
        ({"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 60}}}, False, False),
        ({"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "LINEAR", "WaitIntervalInSeconds": 60}}}, True, False),
        (
            {
                "RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 10}, "WaitIntervalInSeconds": 60},
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]},
            },
            True,
            True,
        ),
    ],
)
def test_how_the_last_change_went_out(sim: AwsSim, deployment: Any, gradual: bool, alarms: bool) -> None:
    estate = Estate().endpoint_config(ACCOUNT, REGION, "e").endpoint(ACCOUNT, REGION, "e", LastDeploymentConfig=deployment)
    draft = scan(sim, estate).one(ENDPOINT)
    assert (draft.facts["rollout.gradual"], draft.facts["rollout.rollback_alarms"]) == (gradual, alarms)


@pytest.mark.parametrize(("status", "watched"), [("Scheduled", True), ("Stopped", False)])
def test_only_an_active_schedule_watches_an_endpoint(sim: AwsSim, status: str, watched: bool) -> None:
    estate = Estate().endpoint(ACCOUNT, REGION, "e").endpoint(ACCOUNT, REGION, "other")
    job = {"MonitoringJobDefinition": more.monitoring_job(ACCOUNT, REGION)}
    more.put(
        estate,
        more.MONITORING_SCHEDULE,
        ACCOUNT,
        REGION,
        "s",
        MonitoringScheduleStatus=status,
        EndpointName="e",
        MonitoringScheduleConfig=job,
    )
    found = scan(sim, estate)
    assert found.one(ENDPOINT, "e").facts["logging.monitored"] is watched
    assert found.one(ENDPOINT, "other").facts["logging.monitored"] is False


def test_a_refused_listing_of_schedules_leaves_it_open(sim: AwsSim) -> None:
    estate = Estate().endpoint(ACCOUNT, REGION, "e")
    estate.document["deny_actions"] = ["sagemaker:ListMonitoringSchedules"]
    assert isinstance(scan(sim, estate).one(ENDPOINT).facts["logging.monitored"], Unknown)


def test_components_count_their_copies(sim: AwsSim) -> None:
    estate = Estate()
    container = {"DeployedImage": {"SpecifiedImage": "x:latest"}, "Environment": {"HF_TOKEN": "hf_" + "a" * 30}}
    more.put(estate, more.INFERENCE_COMPONENT, ACCOUNT, REGION, "c", Specification={"Container": container})
    draft = scan(sim, estate).one("AWS::SageMaker::InferenceComponent")
    assert draft.facts["availability.redundant"] is False
    assert draft.facts["secrets.literals"] == [{"name": "HF_TOKEN", "where": "environment"}]
    body = {"RuntimeConfig": {"CopyCount": 2}, "Specification": {"Container": {"Image": "x:latest"}}}
    declared = shaped(template("AWS::SageMaker::InferenceComponent", body))
    assert declared.facts["availability.redundant"] is True
    assert declared.facts["artefact.images"] == draft.facts["artefact.images"]


# ---- clusters, applications, people


GROUP = {"InstanceGroupName": "g", "ExecutionRole": ROLE, "InstanceType": "ml.m5.xlarge"}
DISK = {"EbsVolumeConfig": {"VolumeSizeInGB": 100, "VolumeKmsKeyId": KEY}}


def cluster(**body: Any) -> dict[str, Any]:
    return shaped(template(CLUSTER, body)).facts


@pytest.mark.parametrize(
    ("disks", "key"),
    [([DISK], True), ([], False), ([DISK, {"EbsVolumeConfig": {"VolumeSizeInGB": 5}}], False), ([{"FsxLustreConfig": {}}], False)],
)
def test_disks_of_a_cluster(disks: list[Any], key: bool) -> None:
    assert cluster(InstanceGroups=[{**GROUP, "InstanceStorageConfigs": disks}])["encryption.customer_key"] is key


@pytest.mark.parametrize(
    ("status", "supported"), [("UpToDate", True), ("UpdateAvailable", True), ("SecurityUpdateRequired", False), ("EndOfLife", False)]
)
def test_images_of_a_cluster(sim: AwsSim, status: str, supported: bool) -> None:
    estate = Estate()
    more.put(estate, more.CLUSTER, ACCOUNT, REGION, "c", InstanceGroups=[{**GROUP, "ImageVersionStatus": status}])
    draft = scan(sim, estate).one(CLUSTER)
    assert draft.facts["host.platform_supported"] is supported
    assert draft.facts["host.auto_update"] is False
    assert draft.facts["availability.self_healing"] is False


def test_a_cluster_of_a_template() -> None:
    network = {"Subnets": [subnet_id(ACCOUNT, REGION, "p")]}
    facts = cluster(InstanceGroups=[{**GROUP, "ScheduledUpdateConfig": {"ScheduleExpression": "cron(0 3 * * ? *)"}}], VpcConfig=network)
    assert facts["host.auto_update"] is True
    assert facts["network.private_network"] is True
    assert isinstance(facts["host.platform_supported"], Unknown)
    assert isinstance(facts["availability.self_healing"], Unknown)


def test_partner_apps(sim: AwsSim) -> None:
    estate = Estate()
    settings = {"Arguments": {"adminPassword": "changeme", "size": "3"}}
    more.put(estate, more.PARTNER_APP, ACCOUNT, REGION, "p", ApplicationConfig=settings, EnableIamSessionBasedIdentity=True)
    draft = scan(sim, estate).one("AWS::SageMaker::PartnerApp")
    assert draft.facts["product.kind"] == "comet"
    assert draft.facts["auth.federated"] is False
    assert draft.facts["host.user_identity_recorded"] is True
    assert draft.facts["host.auto_update"] is False
    assert draft.facts["secrets.literals"] == [{"name": "adminPassword", "where": "application arguments"}]


@pytest.mark.parametrize(
    ("settings", "limited", "federated"),
    [
        ({}, False, False),
        ({"SourceIpConfig": {"Cidrs": ["203.0.113.0/24"]}, "OidcConfig": {"ClientId": "c"}}, True, True),
        ({"SourceIpConfig": {"Cidrs": ["203.0.113.0/24", "0.0.0.0/0"]}}, False, False),
        ({"WorkforceVpcConfig": {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}}, True, False),
    ],
)
def test_workforces(sim: AwsSim, settings: dict[str, Any], limited: bool, federated: bool) -> None:
    estate = Estate()
    more.put(estate, more.WORKFORCE, ACCOUNT, REGION, "w", **settings)
    live = scan(sim, estate).one("AWS::SageMaker::Workforce")
    assert (live.facts["network.ingress_restricted"], live.facts["auth.federated"]) == (limited, federated)
    assert_same_facts(live, settings)


@pytest.mark.parametrize(
    "native_type", ["AWS::SageMaker::MlflowTrackingServer", "AWS::SageMaker::MlflowApp", "AWS::SageMaker::PartnerApp", CLUSTER, CARD]
)
def test_refused_descriptions_claim_nothing(sim: AwsSim, native_type: str) -> None:
    kinds = (more.TRACKING_SERVER, more.MLFLOW_APP, more.PARTNER_APP, more.CLUSTER, more.MODEL_CARD)
    describe = collector(native_type).describe
    assert describe is not None
    kind = next(kind for kind in kinds if kind.describe == describe.operation)
    estate = Estate()
    more.put(estate, kind, ACCOUNT, REGION, "x")
    estate.document["deny_actions"] = [describe.action]
    assert_nothing_claimed(scan(sim, estate).one(native_type), but={"product.kind", "release.documented"})


# ---- pipelines


def pipeline(*steps: dict[str, Any], **body: Any) -> dict[str, Any]:
    definition = {"PipelineDefinitionBody": json.dumps({"Version": "2020-12-01", "Steps": steps})}
    return shaped(template(PIPELINE, {"RoleArn": ROLE, "PipelineDefinition": definition, **body})).facts


def training(**more_of_it: Any) -> dict[str, Any]:
    return {"Name": "T", "Type": "Training", "Arguments": more.training_definition(ACCOUNT, REGION, **more_of_it)}


CLOSED: dict[str, Any] = {
    "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 5, "VolumeKmsKeyId": KEY},
    "OutputDataConfig": {"S3OutputPath": "s3://x", "KmsKeyId": KEY},
    "EnableInterContainerTrafficEncryption": True,
}


def test_a_pipeline_has_what_all_its_jobs_have() -> None:
    closed, mixed = pipeline(training(**CLOSED)), pipeline(training(**CLOSED), training())
    for path in ("network.private_network", "encryption.customer_key", "encryption.output_customer_key"):
        assert (closed[path], mixed[path]) == (True, False), path
    assert closed["encryption.internal_traffic"] is True
    assert mixed["encryption.internal_traffic"] is True, "one machine has nobody to talk to"


def test_jobs_in_branches_count() -> None:
    branch = {"Name": "C", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [training()], "ElseSteps": []}}
    assert pipeline(training(**CLOSED), branch)["network.private_network"] is False


def test_what_a_run_fills_in_is_known_to_be_set_only() -> None:
    output = {"S3OutputPath": "s3://x", "KmsKeyId": {"Get": "Parameters.Key"}}
    facts = pipeline(
        training(**{**CLOSED, "OutputDataConfig": output, "EnableInterContainerTrafficEncryption": {"Get": "Parameters.Safe"}})
    )
    assert facts["encryption.output_customer_key"] is True
    assert isinstance(facts["encryption.internal_traffic"], Unknown)


@pytest.mark.parametrize("definition", ["{", "[]", 7])
def test_a_definition_that_cannot_be_read_leaves_everything_open(definition: Any) -> None:
    facts = shaped(template(PIPELINE, {"PipelineDefinition": {"PipelineDefinitionBody": definition}})).facts
    assert isinstance(facts["network.private_network"], Unknown)


def test_a_definition_in_a_bucket_is_open() -> None:
    facts = shaped(template(PIPELINE, {"PipelineDefinition": {"PipelineDefinitionS3Location": {"Bucket": "b", "Key": "k"}}})).facts
    assert isinstance(facts["encryption.customer_key"], Unknown)


def test_a_secret_inside_a_definition_is_found_and_gone(sim: AwsSim) -> None:
    step = {"Name": "P", "Type": "Processing", "Arguments": {"Environment": {"DB_PASSWORD": "hunter2-hunter2"}}}
    estate = Estate()
    more.put(estate, more.PIPELINE, ACCOUNT, REGION, "p", PipelineDefinition=json.dumps({"Steps": [step]}))
    draft = scan(sim, estate).one(PIPELINE)
    assert draft.facts["secrets.literals"] == [{"name": "DB_PASSWORD", "where": "step P"}]
    assert "hunter2" not in repr(draft.facts)


def test_names_are_cloudformations() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(PACKAGE, APPROVED) == []
    assert misspelt(CLUSTER, {"InstanceGroups": [{**GROUP, "InstanceStorageConfigs": [DISK]}], "NodeRecovery": "Automatic"}) == []
    assert misspelt(ENDPOINT, {"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}}) == []
    assert (
        misspelt("AWS::SageMaker::InferenceExperiment", {"KmsKey": KEY, "DataStorageConfig": {"Destination": "s3://x", "KmsKey": KEY}})
        == []
    )
    assert misspelt("AWS::SageMaker::PartnerApp", {"KmsKeyId": KEY, "EnableAutoMinorVersionUpgrade": True, "AuthType": "IDC"}) == []
