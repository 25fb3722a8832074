"""The way from an endpoint to what it leans on: configuration, model, bucket, key, role; and what is left of it when reads fail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, Scanned, assert_same_facts, collector, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from zscan.collect import collectors
from zscan.collect.aws import session
from zscan.derive.compose import compose
from zscan.model.asset import Draft
from zscan.model.unknown import Reason, ReasonCode, Unknown, Unresolved

ENDPOINT, CONFIG, MODEL = "AWS::SageMaker::Endpoint", "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model"
BUCKET, KEY, ROLE_TYPE = "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::IAM::Role"
ARN, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
VPC = {"Subnets": [subnet_id(ACCOUNT, REGION, "private")], "SecurityGroupIds": [security_group_id(ACCOUNT, REGION, "ml")]}
CONTAINER = {
    "Image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/x:latest",
    "ModelDataUrl": "s3://ml-data/m.tar.gz",
    "Environment": {"HF_TOKEN": "hf_abcdefghijklmnopqrstuvwxyz"},
}
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://ml-data/capture",
    "KmsKeyId": ARN,
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}


def estate(**members: Any) -> Estate:
    base = Estate(**members).role(ACCOUNT, "ml").key(ACCOUNT, REGION, "ml", rotation=True).bucket(ACCOUNT, REGION, "ml-data", kms_key=ARN)
    base.subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml")
    base.model(ACCOUNT, REGION, "m", ExecutionRoleArn=ROLE, EnableNetworkIsolation=True, VpcConfig=VPC, PrimaryContainer=CONTAINER)
    base.endpoint_config(ACCOUNT, REGION, "c", model="m", KmsKeyId=ARN, DataCaptureConfig=CAPTURE)
    return base.endpoint(ACCOUNT, REGION, "e", config="c")


def composed(found: Scanned) -> Draft:
    compose(found.drafts, [via for each in collectors("aws") for via in each.via])
    return found.one(ENDPOINT)


def edges(found: Scanned, native_type: str) -> set[tuple[str, str]]:
    return {(r.kind, found.drafts[r.target].native_type if r.target else r.state) for r in found.one(native_type).relations}


def test_the_whole_way(sim: AwsSim) -> None:
    found = scan(sim, estate())
    assert found.gaps == []
    assert edges(found, ENDPOINT) == {("configured_by", CONFIG)}
    assert edges(found, CONFIG) == {("serves", MODEL), ("encrypts_with", KEY), ("writes_to", BUCKET)}
    assert edges(found, MODEL) == {
        ("runs_as", ROLE_TYPE),
        ("reads_from", BUCKET),
        ("attached_to", "AWS::EC2::Subnet"),
        ("attached_to", "AWS::EC2::SecurityGroup"),
        ("pulls_from", "external"),
    }
    assert edges(found, BUCKET) == {("encrypts_with", KEY)}
    assert found.one(KEY).facts["key.rotation_enabled"] is True


def test_the_endpoint_has_what_its_configuration_and_model_have(sim: AwsSim) -> None:
    endpoint = composed(scan(sim, estate()))
    assert endpoint.facts["encryption.customer_key"] is True
    assert endpoint.facts["logging.capture_complete"] is True
    assert endpoint.facts["inference.isolated"] is True
    assert endpoint.facts["network.direct_internet"] is False
    assert endpoint.facts["secrets.literals"] == [{"name": "HF_TOKEN", "where": "primary environment"}]
    assert {"serves", "encrypts_with", "runs_as", "reads_from", "attached_to"} <= {r.kind for r in endpoint.relations}
    assert set(endpoint.facts) == collector(ENDPOINT).offer("aws").facts


@pytest.mark.parametrize("native_type", [ENDPOINT, CONFIG, MODEL, BUCKET, KEY, ROLE_TYPE])
def test_every_offered_fact_is_stated_and_no_other(sim: AwsSim, native_type: str) -> None:
    assert set(scan(sim, estate()).one(native_type).facts) == collector(native_type).facts


# ---- the same in a template


def test_model_live_and_in_a_template(sim: AwsSim) -> None:
    body = {
        "ModelName": "m",
        "ExecutionRoleArn": ROLE,
        "EnableNetworkIsolation": True,
        "VpcConfig": VPC,
        "PrimaryContainer": {**CONTAINER, "Environment": {"HF_TOKEN": "‹redacted:huggingface-token:16-31›"}},
    }
    assert_same_facts(scan(sim, estate()).one(MODEL), body)
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(MODEL, body) == []


def test_configuration_live_and_in_a_template(sim: AwsSim) -> None:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "m",
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": 1.0,
    }
    body = {"EndpointConfigName": "c", "KmsKeyId": ARN, "ProductionVariants": [variant], "DataCaptureConfig": CAPTURE}
    assert_same_facts(scan(sim, estate()).one(CONFIG), body)
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(CONFIG, body | {"ShadowProductionVariants": [{**variant, "EnableSSMAccess": True}]}) == []


def test_endpoint_live_and_in_a_template(sim: AwsSim) -> None:
    assert_same_facts(scan(sim, estate()).one(ENDPOINT), {"EndpointName": "e", "EndpointConfigName": "c"})


def model(**body: Any) -> dict[str, Any]:
    return shaped(template(MODEL, body)).facts


def config(*variants: dict[str, Any], **body: Any) -> dict[str, Any]:
    return shaped(template(CONFIG, {"ProductionVariants": list(variants), **body})).facts


@pytest.mark.parametrize(
    ("uri", "executable"),
    [
        ("s3://b/m.pkl", True),
        ("s3://b/m.PT", True),
        ("s3://b/m.safetensors", False),
        (None, False),
        ("s3://b/m.tar.gz", Unknown),
        ("s3://b/prefix/", Unknown),
    ],
)
def test_format_of_model_data(uri: Any, executable: Any) -> None:
    """An archive may hold anything."""
    found = model(PrimaryContainer={"Image": "x", "ModelDataUrl": uri})["artefact.executable_format"]
    assert isinstance(found, Unknown) if executable is Unknown else found is executable


def test_a_container_of_a_model_package_has_no_image_of_its_own() -> None:
    facts = model(PrimaryContainer={"ModelPackageName": "arn:aws:sagemaker:us-east-1:111122223333:model-package/g/1"})
    assert facts["artefact.images"] == []
    assert facts["artefact.model_pinned"] is True


def test_switches_written_as_text() -> None:
    assert model(EnableNetworkIsolation="true")["network.direct_internet"] is False
    assert isinstance(model(EnableNetworkIsolation="sometimes")["inference.isolated"], Unknown)


def test_shadow_variants_count() -> None:
    quiet = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large"}
    assert config(quiet)["host.shell_access"] is False
    assert config(quiet, ShadowProductionVariants=[{**quiet, "EnableSSMAccess": True}])["host.shell_access"] is True


@pytest.mark.parametrize(
    ("options", "complete"),
    [
        ([{"CaptureMode": "Input"}, {"CaptureMode": "Output"}], True),
        ([{"CaptureMode": "InputAndOutput"}], True),
        ([{"CaptureMode": "Input"}], False),
        ([], False),
        ([{"CaptureMode": "Input"}, {"CaptureMode": Unresolved("!Ref Mode")}], Unknown),
        ([{"CaptureMode": "Input"}, Unknown(Reason(ReasonCode.UNRESOLVED, "!If"))], Unknown),
    ],
)
def test_both_sides_are_captured(options: Any, complete: Any) -> None:
    found = config(DataCaptureConfig={"EnableCapture": True, "CaptureOptions": options})["logging.capture_complete"]
    assert isinstance(found, Unknown) if complete is Unknown else found is complete


@pytest.mark.parametrize(
    ("kinds", "hardware"), [(["ml.g5.xlarge"], True), (["ml.p5en.48xlarge"], True), (["ml.g5.xlarge", "ml.m5.large"], False), ([], False)]
)
def test_disks_that_take_no_key(kinds: list[str], hardware: bool) -> None:
    assert config(*({"VariantName": kind, "InstanceType": kind} for kind in kinds))["encryption.hardware_key_only"] is hardware


# ---- when reads fail


def test_a_refused_model_makes_its_facts_unknown_up_to_the_endpoint(sim: AwsSim) -> None:
    found = scan(sim, estate(deny_actions=["sagemaker:DescribeModel"]))
    endpoint = composed(found)
    assert [(gap.call, gap.permission) for gap in found.gaps] == [("sagemaker:DescribeModel", "sagemaker:DescribeModel")]
    for path in ("inference.isolated", "network.direct_internet", "principal.assigned"):
        reasons = endpoint.facts[path].reasons
        assert [(reason.code, reason.gap_id) for reason in reasons] == [(ReasonCode.DENIED, found.gaps[0].id)], path
    assert endpoint.facts["encryption.customer_key"] is True, "the configuration was read"
    assert isinstance(endpoint.facts["secrets.literals"], Unknown) or isinstance(endpoint.facts["secrets.literals"][-1], Unknown)
    assert isinstance(endpoint.facts["secrets.defaults"], Unknown) or isinstance(endpoint.facts["secrets.defaults"][-1], Unknown)
    assert "runs_as" in endpoint.unknown_relations


def test_a_refused_configuration_hides_what_lies_behind_it(sim: AwsSim) -> None:
    found = scan(sim, estate(deny_actions=["sagemaker:DescribeEndpointConfig"]))
    endpoint = composed(found)
    assert all(isinstance(endpoint.facts[path], Unknown) for path in ("encryption.customer_key", "logging.captured", "inference.isolated"))
    assert found.one(MODEL).facts["inference.isolated"] is True, "it is listed on its own"


def test_refused_tags_leave_ownership_unknown_everywhere(sim: AwsSim) -> None:
    found = scan(sim, estate(deny_actions=["tag:GetResources"]))
    assert isinstance(found.one(ENDPOINT).facts["governance.owner"], Unknown)
    assert {gap.permission for gap in found.gaps} == {"tag:GetResources"}


def test_a_second_page_that_is_refused_loses_no_asset_of_the_first(sim: AwsSim) -> None:
    long = Estate(page_size=2)
    for number in range(5):
        long.model(ACCOUNT, REGION, f"m{number}")
    found = scan(sim, long.fault(service="sagemaker", op="ListModels", page=2, kind="denied"))
    assert [draft.name for draft in found.all(MODEL)] == ["m0", "m1"]
    (gap,) = found.gaps
    assert (gap.call, gap.permission, gap.affects, gap.blocking) == ("sagemaker:ListModels", "sagemaker:ListModels", (MODEL,), True)
    assert not found.collected.target.complete


def test_tags_of_a_second_page_that_is_refused_are_unknown_not_absent(sim: AwsSim) -> None:
    long = Estate(page_size=1)
    for number in range(2):
        long.model(ACCOUNT, REGION, f"m{number}", tags={"owner": "ml"})
    found = scan(sim, long.fault(service="resourcegroupstaggingapi", op="GetResources", page=2, kind="denied"))
    assert found.one(MODEL, "m0").facts["governance.owner"] is True
    assert isinstance(found.one(MODEL, "m1").facts["governance.owner"], Unknown)


def test_a_dead_region_does_not_stop_the_others(sim: AwsSim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_TRIES", 1)
    two = estate(regions=[REGION, "eu-west-1"]).model(ACCOUNT, "eu-west-1", "lost").fault(region="eu-west-1", kind="reset")
    found = scan(sim, two, run="dead region")
    singletons = {c.native_type for c in collectors("aws") if c.singleton}  # settings of a region exist wherever they were asked for
    assert {draft.region for draft in found.drafts.values() if draft.native_type not in singletons} == {"", REGION}
    assert composed(found).facts["inference.isolated"] is True
    assert {(gap.reason, gap.scope) for gap in found.gaps} == {(ReasonCode.TIMEOUT, f"aws/{ACCOUNT}/eu-west-1")}
    hidden = {native for gap in found.gaps for native in gap.affects}
    assert {c.native_type for c in collectors("aws") if c.scope == "region" and c.list and not c.resolves} <= hidden


def test_two_scans_are_the_same(sim: AwsSim) -> None:
    first, second = scan(sim, estate()), scan(sim, estate())
    assert [(d.id, d.facts, sorted(d.relations)) for d in first.drafts.values()] == [
        (d.id, d.facts, sorted(d.relations)) for d in second.drafts.values()
    ]
