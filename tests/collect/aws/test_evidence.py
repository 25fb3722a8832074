"""Less evidence may only make facts unknown: never another value, never a lost fact, and always a gap that names the right."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, MISSING, OTHER, REGION, collector, is_open, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from tests.sim.aws.document import allow, trust
from tests.support.estate_parts import sagemaker
from zscan.collect import collectors
from zscan.collect.permissions import required
from zscan.model.asset import Draft
from zscan.model.unknown import Unknown

KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
SUBNET, GROUP = subnet_id(ACCOUNT, REGION, "private"), security_group_id(ACCOUNT, REGION, "ml")
VPC = {"Subnets": [SUBNET], "SecurityGroupIds": [GROUP]}
RULE = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
SHARED = allow("s3:*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})
OPEN = allow("*", Principal="*")
TAGS = [{"Key": "owner", "Value": "ml"}]
IDLE = {"AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 60}}}
SHARING = {"NotebookOutputOption": "Allowed", "S3OutputPath": "s3://x/y", "S3KmsKeyId": KEY}

RICH: dict[str, list[dict[str, Any]]] = {
    "AWS::SageMaker::NotebookInstance": [
        {
            "RoleArn": ROLE,
            "KmsKeyId": KEY,
            "SubnetId": SUBNET,
            "SecurityGroupIds": [GROUP],
            "DirectInternetAccess": "Disabled",
            "RootAccess": "Disabled",
            "PlatformIdentifier": "notebook-al2-v1",
            "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
            "DefaultCodeRepository": "https://‹redacted:url-password:8-15›@x/y",
            "Tags": TAGS,
        },
    ],
    "AWS::SageMaker::Domain": [
        {
            "AuthMode": "SSO",
            "AppNetworkAccessType": network,
            "KmsKeyId": KEY,
            "SubnetIds": [SUBNET],
            "DefaultUserSettings": {
                "ExecutionRole": ROLE,
                "SecurityGroups": [GROUP],
                "SharingSettings": SHARING,
                "JupyterLabAppSettings": IDLE,
            },
            "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME", "DockerSettings": {"EnableDockerAccess": "ENABLED"}},
        }
        for network in ("VpcOnly", "PublicInternetOnly")
    ],
    "AWS::SageMaker::TrainingJob": [
        {
            "RoleArn": ROLE,
            "EnableNetworkIsolation": isolated,
            "EnableInterContainerTrafficEncryption": True,
            "VpcConfig": VPC,
            "AlgorithmSpecification": {"TrainingImage": "x:1", "TrainingImageConfig": {"TrainingRepositoryAccessMode": "Vpc"}},
            "ResourceConfig": {"InstanceGroups": [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 2}], "VolumeKmsKeyId": KEY},
            "OutputDataConfig": {"S3OutputPath": "s3://x/y", "KmsKeyId": KEY},
            "InputDataConfig": [{"DataSource": {"S3DataSource": {"S3Uri": "s3://x/z"}}}],
            "Environment": {"API_KEY": "‹redacted:named-secret:8-15›"},
            "HyperParameters": {"password": "‹redacted:known-default:8-15›"},
            "RemoteDebugConfig": {"EnableRemoteDebug": True},
        }
        for isolated in (True, False)
    ],
    "AWS::SageMaker::FeatureGroup": [
        {
            "RoleArn": ROLE,
            "OnlineStoreConfig": {"EnableOnlineStore": True, "SecurityConfig": {"KmsKeyId": KEY}},
            "OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": "s3://x/y", "KmsKeyId": key}},
        }
        for key in (KEY, None)
    ],
    "AWS::SageMaker::ModelPackageGroup": [{"ModelPackageGroupPolicy": policy} for policy in (SHARED, OPEN)],
    "AWS::SageMaker::Model": [
        {
            "ExecutionRoleArn": ROLE,
            "EnableNetworkIsolation": isolated,
            "VpcConfig": VPC,
            "Containers": [
                {
                    "Image": "x@sha256:" + "a" * 64,
                    "ImageConfig": {"RepositoryAccessMode": "Vpc"},
                    "ModelDataUrl": "s3://x/m.pkl",
                    "Environment": {"HF_TOKEN": "‹redacted:named-secret:8-15›", "HF_TRUST_REMOTE_CODE": "1"},
                }
            ],
        }
        for isolated in (True, False)
    ],
    "AWS::SageMaker::EndpointConfig": [
        {
            "KmsKeyId": KEY,
            "ProductionVariants": [{"VariantName": "a", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "EnableSSMAccess": shell}],
            "DataCaptureConfig": {
                "EnableCapture": True,
                "DestinationS3Uri": "s3://x/y",
                "KmsKeyId": KEY,
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            },
        }
        for shell in (True, False)
    ],
    "AWS::EC2::VPCEndpoint": [
        {
            "ServiceName": "com.amazonaws.us-east-1.s3",
            "VpcEndpointType": kind,
            "PolicyDocument": policy,
            "PrivateDnsEnabled": False,
            "SubnetIds": [SUBNET],
        }
        for kind, policy in (("Interface", OPEN), ("Gateway", SHARED))
    ],
    "AWS::EC2::Subnet": [{"MapPublicIpOnLaunch": public, "AssignIpv6AddressOnCreation": False} for public in (True, False)],
    "AWS::EC2::SecurityGroup": [
        {
            "SecurityGroupIngress": [{**RULE, "CidrIp": block}],
            "SecurityGroupEgress": [{**RULE, "CidrIp": "10.0.0.0/8"}, {**RULE, "CidrIpv6": block6}],
        }
        for block, block6 in (("0.0.0.0/0", "fd00::/8"), ("10.0.0.0/8", "::/0"))
    ],
    "AWS::KMS::Key": [
        {"Enabled": True, "EnableKeyRotation": True, "RotationPeriodInDays": 90, "KeyPolicy": policy} for policy in (SHARED, OPEN)
    ],
    "AWS::S3::Bucket": [
        {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}]
            },
            "PublicAccessBlockConfiguration": dict.fromkeys(
                ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), blocked
            ),
            "BucketPolicy": policy,
            "AccessControl": "PublicRead",
            "VersioningConfiguration": {"Status": "Enabled"},
            "LoggingConfiguration": {"DestinationBucketName": "logs"},
        }
        for blocked, policy in ((True, SHARED), (False, OPEN), (False, SHARED))
    ],
    "AWS::IAM::Role": [
        {"AssumeRolePolicyDocument": trusted, "Policies": [{"PolicyName": "p", "PolicyDocument": given}], "PermissionsBoundary": None}
        for trusted, given in (
            (trust(), allow("*")),
            (
                trust(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
                allow(["bedrock:Get*", "iam:PassRole"], f"arn:aws:iam::{ACCOUNT}:role/x"),
            ),
        )
    ],
    "AWS::IAM::User": [
        {
            "Policies": [
                {
                    "PolicyName": "p",
                    "PolicyDocument": {"Statement": allow("*")["Statement"] + [{**allow("iam:*")["Statement"][0], "Effect": "Deny"}]},
                }
            ]
        }
    ],
}


def losses(value: Any) -> Iterator[Any]:
    """The value with one piece of evidence lost: all of it, a member, an element, the end of a list."""
    yield MISSING
    if isinstance(value, dict):
        for key, member in value.items():
            for less in losses(member):
                yield {**value, key: less}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for less in losses(item):
                yield [*value[:index], less, *value[index + 1 :]]
            yield [*value[:index], MISSING]


def weakened(before: Any, after: Any) -> bool:
    """Whether `after` says nothing that `before` does not."""
    if isinstance(after, Unknown) or before == after:
        return True
    if isinstance(before, list) and isinstance(after, list):
        return all(isinstance(item, Unknown) or any(weakened(known, item) for known in before) for item in after) and (
            is_open(after) or _has_open(after)
        )
    return (
        isinstance(before, dict)
        and isinstance(after, dict)
        and before.keys() == after.keys()
        and all(weakened(before[k], after[k]) for k in before)
    )


def _has_open(items: list[Any]) -> bool:
    return any(isinstance(item, dict) and any(isinstance(value, Unknown) for value in item.values()) for item in items)


@pytest.mark.parametrize("native_type", sorted(RICH))
def test_a_lost_piece_of_evidence_only_makes_facts_unknown(native_type: str) -> None:
    for body in RICH[native_type]:
        whole = shaped(template(native_type, copy.deepcopy(body)))
        assert set(whole.facts) == collector(native_type).facts
        for less in list(losses(body))[1:]:
            draft = shaped(template(native_type, less))
            assert set(draft.facts) == collector(native_type).facts
            changed = {path: (whole.facts[path], value) for path, value in draft.facts.items() if not weakened(whole.facts[path], value)}
            assert not changed, (less, changed)


@pytest.mark.parametrize("native_type", sorted(RICH))
def test_a_member_lost_is_seen_by_some_fact(native_type: str) -> None:
    """Else the document above would hold what nothing reads, and the test before would prove little."""
    for key in {key: None for body in RICH[native_type] for key in body}:
        assert any(_reads(native_type, body, key) for body in RICH[native_type]), key


def _reads(native_type: str, body: dict[str, Any], key: str) -> bool:
    whole, less = shaped(template(native_type, body)), shaped(template(native_type, {**body, key: MISSING}))
    return less.facts != whole.facts or {(r.relation, r.key) for r in less.references} != {(r.relation, r.key) for r in whole.references}


# ---- one right after the other taken away from a scan


def everything() -> Estate:
    tags = {"owner": "ml"}
    estate = (
        Estate()
        .role(ACCOUNT, "ml", inline={"p": allow("bedrock:InvokeModel")}, tags=tags)
        .user(ACCOUNT, "u", inline={"p": allow("iam:PassRole")})
    )
    estate.key(ACCOUNT, REGION, "ml", rotation=True, tags=tags).bucket(ACCOUNT, REGION, "ml-data", kms_key=KEY, policy=SHARED, tags=tags)
    egress = [{**RULE, "PrefixListIds": [{"PrefixListId": "pl-1"}]}]
    estate.subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml", IpPermissionsEgress=egress)
    estate.put(ACCOUNT, REGION, "ec2", "DescribeManagedPrefixLists", {"PrefixLists": [{"PrefixListId": "pl-1", "OwnerId": "AWS"}]})
    estate.vpc_endpoint(ACCOUNT, REGION, "bedrock-runtime")
    network = {"SubnetId": SUBNET, "SecurityGroups": [GROUP], "DirectInternetAccess": "Disabled"}
    estate.notebook(ACCOUNT, REGION, "n", RoleArn=ROLE, KmsKeyId=KEY, tags=tags, **network)
    estate.domain(ACCOUNT, REGION, "d", AuthMode="SSO", KmsKeyId=KEY, AppNetworkAccessType="VpcOnly", SubnetIds=[SUBNET])
    estate.model(
        ACCOUNT,
        REGION,
        "m",
        ExecutionRoleArn=ROLE,
        EnableNetworkIsolation=True,
        PrimaryContainer={"Image": "x:1", "ModelDataUrl": "s3://ml-data/m"},
    )
    estate.endpoint_config(ACCOUNT, REGION, "c", model="m", KmsKeyId=KEY).endpoint(ACCOUNT, REGION, "e", config="c", tags=tags)
    estate.training_job(ACCOUNT, REGION, "j", bucket="ml-data", RoleArn=ROLE, EnableNetworkIsolation=True)
    estate.feature_group(ACCOUNT, REGION, "f", RoleArn=ROLE, OfflineStoreConfig={"S3StorageConfig": {"S3Uri": "s3://ml-data/f"}})
    estate.key(ACCOUNT, REGION, "good").bucket(ACCOUNT, REGION, "curated").bucket(ACCOUNT, REGION, "dump")
    sagemaker.add(estate)
    estate.user(ACCOUNT, "u", inline={"invoke": allow("bedrock:InvokeModel", "*")})
    return estate.model_package_group(ACCOUNT, REGION, "g", policy=SHARED)


MINE = {"sagemaker", "ec2", "s3", "kms", "iam", "tag"}
REACHED = {collector.native_type for collector in collectors("aws") if collector.resolves}  # gone with what referred to them
ACTIONS = [p.action for p in required("aws") if p.action.partition(":")[0] in MINE and p.action != "ec2:DescribeRegions"]


@pytest.fixture(scope="module")
def undenied(sim: AwsSim) -> dict[str, Draft]:
    found = scan(sim, everything())
    assert found.gaps == []
    return found.drafts


@pytest.mark.parametrize("action", ACTIONS)
def test_one_right_less(sim: AwsSim, undenied: dict[str, Draft], action: str) -> None:
    estate = everything()
    estate.document["deny_actions"] = [action]
    found = scan(sim, estate)
    gaps = [gap for gap in found.gaps if gap.permission == action]
    assert gaps, f"nobody would miss {action}"
    assert {gap.permission for gap in found.gaps} == {action}
    hidden = {native_type for gap in gaps for native_type in gap.affects}
    assert {draft.native_type for asset_id, draft in undenied.items() if asset_id not in found.drafts} <= hidden | REACHED
    assert set(found.drafts) <= set(undenied)
    for asset_id, draft in found.drafts.items():
        before = undenied[asset_id].facts
        changed = {path: (before[path], value) for path, value in draft.facts.items() if not weakened(before[path], value)}
        assert set(draft.facts) == set(before)
        assert not changed, (asset_id, changed)
