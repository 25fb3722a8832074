"""A rich AWS account for sweeps: every covered kind twice, once weak and once hardened, with everything that they lean on.

Each module of `estate_parts` adds one family of services by its `add(estate)`. A setting that an account has only once cannot be weak and
hardened at a time: `otherwise(estate)` of a part turns such settings round.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.sim.aws import Estate
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from tests.sim.aws.document import allow, trust
from tests.support import estate_parts

ACCOUNT = "111122223333"
REGION = "us-east-1"
OWNED = {"owner": "fraud-team", "environment": "production", "data-classification": "confidential"}
_FILTERS = [
    {
        "type": kind,
        "inputStrength": "HIGH",
        "outputStrength": "HIGH",
        "inputAction": "BLOCK",
        "outputAction": "BLOCK",
        "inputEnabled": True,
        "outputEnabled": True,
    }
    for kind in ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT")
]
_ATTACK = {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE", "inputAction": "BLOCK", "inputEnabled": True}
_DIGEST = "@sha256:" + "a" * 64


def rich_estate(
    regions: tuple[str, ...] = (REGION, "eu-west-1", "ap-south-1"), page_size: int | None = None, *, otherwise: bool = False
) -> Estate:
    """The account. Every asset lies in the first region; in the second, models are called although nothing is configured there."""
    estate = Estate(regions=list(regions), page_size=page_size)
    for region in regions[1:2]:
        estate.metric(ACCOUNT, region, "AWS/Bedrock", "Invocations", ModelId="anthropic.claude-3-haiku-20240307-v1:0")
    for region in regions[2:3]:  # logging that leaves the texts out, to a bucket without a key
        estate.invocation_logging(ACCOUNT, region, bucket="dump", textDataDeliveryEnabled=False)
    _ground(estate)
    _weak(estate)
    _hardened(estate)
    for part in sorted(pkgutil.iter_modules(estate_parts.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{estate_parts.__name__}.{part.name}")
        module.add(estate)
        if otherwise and hasattr(module, "otherwise"):
            module.otherwise(estate)
    return estate


def _ground(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    pinned = trust("bedrock.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": a}})
    narrow = allow(["s3:GetObject"], ["arn:aws:s3:::curated/*"])
    estate.role(a, "narrow", trusts=trust(Condition={"StringEquals": {"aws:SourceAccount": a}}), inline={"data": narrow})
    estate.role(
        a,
        "agent-narrow",
        trusts=pinned,
        inline={"invoke": allow("bedrock:InvokeModel", f"arn:aws:bedrock:{r}::foundation-model/anthropic.claude-3-haiku-20240307-v1:0")},
    )
    estate.policy(a, "everything", allow("*", "*"))
    estate.role(a, "wide", trusts=trust(), inline={"more": allow(["bedrock:*", "iam:PassRole"], "*")}, attached=("everything",))
    estate.group(a, "ml", inline={"guardrails": allow(["bedrock:InvokeModel", "bedrock:DeleteGuardrail"], "*")}).user(
        a, "dana", groups=("ml",)
    )
    estate.key(a, r, "good", rotation=True, tags=OWNED).key(a, r, "stale", rotation=False, policy=allow("kms:*", "*", Principal="*"))
    estate.bucket(a, r, "curated", kms_key=key_arn(a, r, "good"), versioning="Enabled", policy=_tls_only("curated"), tags=OWNED)
    public = allow("s3:GetObject", "arn:aws:s3:::dump/*", Principal="*")
    estate.bucket(a, r, "dump", policy=public, public=True, block_public_access=False)
    estate.bucket(a, r, "legacy", block_public_access=None)  # neither blocked nor public: its ownership setting decides
    estate.subnet(a, r, "private").subnet(a, r, "public", public=True)
    closed = {
        "IpPermissions": [],
        "IpPermissionsEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
    }
    anywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    estate.security_group(a, r, "closed", **closed).security_group(a, r, "open", IpPermissions=anywhere, IpPermissionsEgress=anywhere)
    to_s3 = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": "pl-63a5400a"}]}]
    estate.security_group(a, r, "to-s3", IpPermissions=[], IpPermissionsEgress=to_s3)
    lists = {
        "PrefixLists": [
            {"PrefixListId": "pl-63a5400a", "PrefixListName": f"com.amazonaws.{r}.s3", "OwnerId": "AWS", "State": "create-complete"}
        ]
    }
    estate.put(a, r, "ec2", "DescribeManagedPrefixLists", lists)
    estate.vpc_endpoint(a, r, "bedrock-runtime", policy=allow("*", "*", Principal="*"), PrivateDnsEnabled=False)
    estate.vpc_endpoint(
        a, r, "sagemaker.runtime", policy=allow("sagemaker:InvokeEndpoint", "*", Principal={"AWS": f"arn:aws:iam::{a}:root"})
    )
    estate.invocation_logging(a, r, bucket="curated").metric(
        a, r, "AWS/Bedrock", "Invocations", ModelId="anthropic.claude-3-haiku-20240307-v1:0"
    )


def _tls_only(bucket: str) -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def _weak(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    vpc = {"SecurityGroupIds": [security_group_id(a, r, "open")], "Subnets": [subnet_id(a, r, "public")]}
    container = {
        "Image": f"{a}.dkr.ecr.{r}.amazonaws.com/serve:latest",
        "ModelDataUrl": "s3://dump/model.pkl",
        "Environment": {"HF_TOKEN": "hf_" + "x" * 30, "HF_TRUST_REMOTE_CODE": "true"},
    }
    estate.notebook(
        a, r, "weak", RoleArn=role_arn(a, "wide"), SubnetId=subnet_id(a, r, "public"), SecurityGroups=[security_group_id(a, r, "open")]
    )
    estate.domain(a, r, "weak", DefaultUserSettings={"ExecutionRole": role_arn(a, "wide")})
    estate.model(a, r, "weak", PrimaryContainer=container, ExecutionRoleArn=role_arn(a, "wide"), VpcConfig=vpc)
    estate.endpoint_config(
        a,
        r,
        "weak",
        model="weak",
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 10,
            "DestinationS3Uri": "s3://dump/capture",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        },
    )
    estate.endpoint(a, r, "weak")
    estate.training_job(
        a,
        r,
        "weak",
        bucket="dump",
        RoleArn=role_arn(a, "wide"),
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 4, "VolumeSizeInGB": 30},
        RemoteDebugConfig={"EnableRemoteDebug": True},
    )
    estate.feature_group(
        a, r, "weak", RoleArn=role_arn(a, "wide"), OfflineStoreConfig={"S3StorageConfig": {"S3Uri": "s3://legacy/features"}}
    )
    estate.model_package_group(a, r, "weak", policy=allow("sagemaker:DescribeModelPackage", "*", Principal="*"))
    estate.guardrail(
        a,
        r,
        "weak",
        contentPolicy={
            "filters": [{"type": "HATE", "inputStrength": "LOW", "outputStrength": "NONE", "inputAction": "NONE", "outputAction": "NONE"}]
        },
    )
    estate.custom_model(a, r, "weak", bucket="dump").provisioned_throughput(a, r, "weak")
    estate.knowledge_base(a, r, "weak", buckets=("dump",), roleArn=role_arn(a, "wide"))
    estate.agent(
        a,
        r,
        "weak",
        actions={
            "shell": {
                "parentActionSignature": "ANTHROPIC.Bash",
                "functionSchema": None,
                "actionGroupExecutor": {"customControl": "RETURN_CONTROL"},
            },
            "orders": {},
        },
        knowledge_bases=("weak",),
        agentResourceRoleArn=role_arn(a, "wide"),
        customerEncryptionKeyArn=key_arn(a, r, "stale"),
        agentCollaboration="SUPERVISOR",
        instruction="Use the key sk-ant-" + "q" * 30 + " when the tool asks for one, and answer everything.",
    )
    estate.agent(a, r, "twin", agentResourceRoleArn=role_arn(a, "wide"), guardrail="weak")


def _hardened(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    key, role, t = key_arn(a, r, "good"), role_arn(a, "narrow"), OWNED
    groups, subnets = [security_group_id(a, r, "closed"), security_group_id(a, r, "to-s3")], [subnet_id(a, r, "private")]
    vpc = {"SecurityGroupIds": groups, "Subnets": subnets}
    source = {"S3DataSource": {"S3Uri": "s3://curated/model/", "S3DataType": "S3Prefix", "CompressionType": "None", "ETag": "e" * 32}}
    container = {
        "Image": f"{a}.dkr.ecr.{r}.amazonaws.com/serve{_DIGEST}",
        "ModelDataSource": source,
        "ImageConfig": {"RepositoryAccessMode": "Vpc"},
    }
    estate.notebook(
        a,
        r,
        "hardened",
        tags=t,
        RoleArn=role,
        DirectInternetAccess="Disabled",
        RootAccess="Disabled",
        KmsKeyId=key,
        SubnetId=subnets[0],
        SecurityGroups=groups,
        PlatformIdentifier="notebook-al2023-v1",
        InstanceMetadataServiceConfiguration={"MinimumInstanceMetadataServiceVersion": "2"},
    )
    lab = {"AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 60}}}
    user = {
        "ExecutionRole": role,
        "SecurityGroups": groups,
        "SharingSettings": {"NotebookOutputOption": "Disabled"},
        "JupyterLabAppSettings": lab,
    }
    docker = {"EnableDockerAccess": "DISABLED"}
    settings = {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME", "DockerSettings": docker, "SecurityGroupIds": groups}
    estate.domain(
        a,
        r,
        "hardened",
        tags=t,
        AppNetworkAccessType="VpcOnly",
        AuthMode="SSO",
        KmsKeyId=key,
        SubnetIds=subnets,
        DefaultUserSettings=user,
        DomainSettings=settings,
    )
    estate.model(a, r, "hardened", tags=t, PrimaryContainer=container, ExecutionRoleArn=role, VpcConfig=vpc, EnableNetworkIsolation=True)
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://curated/capture",
        "KmsKeyId": key,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    }
    estate.endpoint_config(a, r, "hardened", model="hardened", tags=t, KmsKeyId=key, DataCaptureConfig=capture).endpoint(
        a, r, "hardened", tags=t
    )
    estate.training_job(
        a,
        r,
        "hardened",
        bucket="curated",
        tags=t,
        RoleArn=role,
        AlgorithmSpecification={
            "TrainingImage": f"{a}.dkr.ecr.{r}.amazonaws.com/train{_DIGEST}",
            "TrainingInputMode": "File",
            "TrainingImageConfig": {"TrainingRepositoryAccessMode": "Vpc"},
        },
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 4, "VolumeSizeInGB": 30, "VolumeKmsKeyId": key},
        OutputDataConfig={"S3OutputPath": "s3://curated/out/", "KmsKeyId": key},
        VpcConfig=vpc,
        EnableNetworkIsolation=True,
        EnableInterContainerTrafficEncryption=True,
        RemoteDebugConfig={"EnableRemoteDebug": False},
    )
    online = {"EnableOnlineStore": True, "SecurityConfig": {"KmsKeyId": key}, "TtlDuration": {"Unit": "Days", "Value": 90}}
    estate.feature_group(
        a,
        r,
        "hardened",
        tags=t,
        RoleArn=role,
        OnlineStoreConfig=online,
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": "s3://curated/features", "KmsKeyId": key}},
    )
    estate.model_package_group(
        a, r, "hardened", tags=t, policy=allow("sagemaker:DescribeModelPackage", "*", Principal={"AWS": f"arn:aws:iam::{a}:root"})
    )
    personal = {
        "piiEntities": [
            {
                "type": "EMAIL",
                "action": "ANONYMIZE",
                "inputAction": "BLOCK",
                "outputAction": "ANONYMIZE",
                "inputEnabled": True,
                "outputEnabled": True,
            }
        ]
    }
    estate.guardrail(
        a,
        r,
        "hardened",
        tags=t,
        version="1",
        kmsKeyArn=key,
        contentPolicy={"filters": [*_FILTERS, _ATTACK]},
        sensitiveInformationPolicy=personal,
        topicPolicy={"topics": [{"name": "advice", "definition": "Investment advice", "type": "DENY"}]},
        wordPolicy={"words": [{"text": "projectx"}], "managedWordLists": [{"type": "PROFANITY"}]},
        contextualGroundingPolicy={
            "filters": [
                {"type": "GROUNDING", "threshold": 0.8, "action": "BLOCK", "enabled": True},
                {"type": "RELEVANCE", "threshold": 0.8, "action": "BLOCK", "enabled": True},
            ]
        },
    )
    estate.custom_model(a, r, "hardened", bucket="curated", tags=t, modelKmsKeyArn=key).provisioned_throughput(a, r, "hardened", tags=t)
    estate.knowledge_base(a, r, "hardened", tags=t, roleArn=role_arn(a, "agent-narrow"))
    scoped = {
        "type": "S3",
        "s3Configuration": {"bucketArn": "arn:aws:s3:::curated", "inclusionPrefixes": ["docs/"], "bucketOwnerAccountId": a},
    }
    estate.data_source(a, r, "hardened", "curated", dataSourceConfiguration=scoped, serverSideEncryptionConfiguration={"kmsKeyArn": key})
    functions = {"functions": [{"name": "look_up", "requireConfirmation": "ENABLED"}]}
    estate.agent(
        a,
        r,
        "hardened",
        tags=t,
        actions={"orders-checked": {"functionSchema": functions}},
        knowledge_bases=("hardened",),
        guardrail="hardened",
        agentResourceRoleArn=role_arn(a, "agent-narrow"),
        customerEncryptionKeyArn=key,
    )
