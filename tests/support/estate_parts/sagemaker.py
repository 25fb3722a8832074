"""The rest of SageMaker: every kind once as it comes, once hardened."""

from __future__ import annotations

import json
from typing import Any

from tests.sim.aws import Estate
from tests.sim.aws import build_sagemaker_more as more
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from tests.sim.aws.document import allow

ACCOUNT = "111122223333"
REGION = "us-east-1"
OWNED = {"owner": "fraud-team", "environment": "production", "data-classification": "confidential"}
KEY, ROLE = key_arn(ACCOUNT, REGION, "good"), role_arn(ACCOUNT, "narrow")
VPC = {"SecurityGroupIds": [security_group_id(ACCOUNT, REGION, "closed")], "Subnets": [subnet_id(ACCOUNT, REGION, "private")]}
CLOSED = {"EnableNetworkIsolation": True, "EnableInterContainerTrafficEncryption": True, "VpcConfig": VPC}
PLAIN_MACHINES: dict[str, Any] = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}
MACHINES = {**PLAIN_MACHINES, "VolumeKmsKeyId": KEY}
_DIGEST = "@sha256:" + "b" * 64
_PROFILE_DOMAIN = "d-workspaces01"


def add(estate: Estate) -> None:
    """All of it."""
    _jobs(estate)
    _monitors(estate)
    _workspaces(estate)
    _sources(estate)
    _registry(estate)
    _serving(estate)
    _applications(estate)
    _people(estate)


def _both(estate: Estate, kind: more.Kind, hardened: dict[str, Any], weak: dict[str, Any] | None = None) -> None:
    more.put(estate, kind, ACCOUNT, REGION, "weak", **(weak or {}))
    more.put(estate, kind, ACCOUNT, REGION, "hardened", tags=OWNED, **hardened)


def _jobs(estate: Estate) -> None:
    image = more.container_uri(ACCOUNT, REGION, "job", _DIGEST)
    _both(
        estate,
        more.PROCESSING_JOB,
        {
            "RoleArn": ROLE,
            "AppSpecification": {"ImageUri": image},
            "ProcessingResources": {"ClusterConfig": MACHINES},
            "ProcessingOutputConfig": {
                "Outputs": [{"OutputName": "o", "S3Output": {"S3Uri": "s3://curated/p", "S3UploadMode": "EndOfJob"}}],
                "KmsKeyId": KEY,
            },
            "NetworkConfig": CLOSED,
        },
        {
            "ProcessingInputs": [{"InputName": "i", "S3Input": {"S3Uri": "s3://dump/raw", "S3DataType": "S3Prefix"}}],
            "ProcessingResources": {"ClusterConfig": PLAIN_MACHINES},
            "Environment": {"API_KEY": "a-literal-key"},
        },
    )
    _both(
        estate,
        more.TRANSFORM_JOB,
        {
            "TransformOutput": {"S3OutputPath": "s3://curated/t", "KmsKeyId": KEY},
            "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeKmsKeyId": KEY},
        },
        {"Environment": {"DB_PASSWORD": "hunter2-hunter2"}},
    )
    definition = more.training_definition(
        ACCOUNT,
        REGION,
        RoleArn=ROLE,
        AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
        OutputDataConfig={"S3OutputPath": "s3://curated/h", "KmsKeyId": KEY},
        ResourceConfig=MACHINES,
        **CLOSED,
    )
    _both(estate, more.TUNING_JOB, {"TrainingJobDefinition": definition})
    _both(
        estate,
        more.AUTOML_JOB,
        {
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://curated/a", "KmsKeyId": KEY},
            "SecurityConfig": {"VolumeKmsKeyId": KEY, "EnableInterContainerTrafficEncryption": True, "VpcConfig": VPC},
        },
    )
    output = {"OutputConfig": {"S3OutputLocation": "s3://curated/c", "KmsKeyId": KEY}, "RoleArn": ROLE, "VpcConfig": VPC}
    _both(estate, more.COMPILATION_JOB, output)
    _both(estate, more.OPTIMIZATION_JOB, output, {"OptimizationEnvironment": {"HF_TOKEN": "hf_" + "y" * 30}})
    step = {"Name": "Train", "Type": "Training", "Arguments": definition}
    _both(
        estate,
        more.PIPELINE,
        {"RoleArn": ROLE, "PipelineDefinition": json.dumps({"Version": "2020-12-01", "Steps": [step]})},
        {
            "PipelineDefinition": json.dumps(
                {"Steps": [{"Name": "Open", "Type": "Training", "Arguments": more.training_definition(ACCOUNT, REGION)}]}
            )
        },
    )


def _monitors(estate: Estate) -> None:
    for kind in ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"):
        more.job_definition(estate, kind, ACCOUNT, REGION, "weak")
        more.job_definition(estate, kind, ACCOUNT, REGION, "hardened", key=KEY, tags=OWNED, RoleArn=ROLE, NetworkConfig=CLOSED)
    schedule = {"ScheduleExpression": "cron(0 * ? * * *)"}
    more.put(
        estate,
        more.MONITORING_SCHEDULE,
        ACCOUNT,
        REGION,
        "weak",
        MonitoringScheduleStatus="Stopped",
        MonitoringScheduleConfig={"ScheduleConfig": schedule, "MonitoringJobDefinition": more.monitoring_job(ACCOUNT, REGION)},
        EndpointName="weak",
    )
    more.put(
        estate,
        more.MONITORING_SCHEDULE,
        ACCOUNT,
        REGION,
        "hardened",
        tags=OWNED,
        MonitoringScheduleConfig={
            "ScheduleConfig": schedule,
            "MonitoringJobDefinitionName": "hardened",
            "MonitoringType": "DataQuality",
        },
        EndpointName="hardened",
    )


def _workspaces(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    estate.domain(a, r, "workspaces", DomainId=_PROFILE_DOMAIN, DefaultUserSettings={"ExecutionRole": role_arn(a, "narrow")})
    estate.role(
        a, "dana-studio", inline={"ask": allow("bedrock:InvokeModel", f"arn:aws:bedrock:{r}::foundation-model/amazon.nova-lite-v1:0")}
    )
    estate.role(a, "guest", inline={"links": allow("sagemaker:CreatePresignedDomainUrl", "*")})
    idle = {"AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 60}}}
    more.user_profile(estate, a, r, _PROFILE_DOMAIN, "shared-account")
    more.user_profile(
        estate,
        a,
        r,
        _PROFILE_DOMAIN,
        "dana",
        tags=OWNED,
        SingleSignOnUserIdentifier="UserName",
        SingleSignOnUserValue="dana",
        UserSettings={
            "ExecutionRole": role_arn(a, "dana-studio"),
            "JupyterLabAppSettings": idle,
            "SharingSettings": {"NotebookOutputOption": "Disabled"},
        },
    )
    share = {"NotebookOutputOption": "Allowed", "S3OutputPath": "s3://dump/shared"}
    more.user_profile(estate, a, r, _PROFILE_DOMAIN, "guest", UserSettings={"ExecutionRole": role_arn(a, "wide"), "SharingSettings": share})
    more.space(estate, a, r, _PROFILE_DOMAIN, "team", remote="ENABLED")
    more.space(estate, a, r, _PROFILE_DOMAIN, "own", sharing="Private", remote="DISABLED", tags=OWNED)


def _sources(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    leak, clean = more.script("#!/bin/bash\nexport DB_PASSWORD=hunter2-hunter2\n"), more.script("#!/bin/bash\npip list\n")
    _both(estate, more.NOTEBOOK_SCRIPT, {"OnStart": [{"Content": clean}]}, {"OnCreate": [{"Content": leak}]})
    _both(estate, more.STUDIO_SCRIPT, {"StudioLifecycleConfigContent": clean}, {"StudioLifecycleConfigContent": leak})
    estate.notebook(a, r, "scripted", RoleArn=role_arn(a, "wide"), NotebookInstanceLifecycleConfigName="weak")
    estate.notebook(a, r, "retired", RoleArn=ROLE, NotebookInstanceStatus="Stopped", LastModifiedTime="2025-01-10T09:00:00Z", tags=OWNED)
    _both(
        estate,
        more.CODE_REPOSITORY,
        {
            "GitConfig": {
                "RepositoryUrl": "https://git.example.com/ml.git",
                "SecretArn": f"arn:aws:secretsmanager:{r}:{a}:secret:git-AbCdEf",
            }
        },
        {"GitConfig": {"RepositoryUrl": "https://bot:ghp_" + "z" * 36 + "@git.example.com/ml.git"}},
    )
    _both(estate, more.IMAGE, {})
    more.image_version(estate, a, r, "weak", "999988887777.dkr.ecr.us-east-1.amazonaws.com/lab:latest")
    more.image_version(estate, a, r, "hardened", more.container_uri(a, r, "lab", _DIGEST))
    container = {"ContainerEnvironmentVariables": {"OPENAI_API_KEY": "sk-" + "k" * 30}}
    _both(estate, more.APP_IMAGE_CONFIG, {}, {"JupyterLabAppImageConfig": {"ContainerConfig": container}})


def _registry(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    image = more.container_uri(a, r, "serve")
    waiting = more.model_package(
        estate,
        a,
        r,
        "weak",
        SkipModelValidation="All",
        containers=[{"Image": image, "ModelDataUrl": "s3://dump/m.tar.gz", "Environment": {"API_TOKEN": "a-literal-token"}}],
    )
    passed = more.model_package(
        estate,
        a,
        r,
        "hardened",
        tags=OWNED,
        containers=[{"Image": image, "ImageDigest": "sha256:" + "c" * 64, "ModelDataUrl": "s3://curated/m.tar.gz"}],
        ModelApprovalStatus="Approved",
        SkipModelValidation="None",
        ModelPackageStatusDetails={
            "ValidationStatuses": [{"Name": "load", "Status": "Completed"}],
            "ImageScanStatuses": [{"Name": "image", "Status": "Completed"}],
        },
        MetadataProperties={"CommitId": "0f3c", "Repository": "https://git.example.com/ml.git"},
        ModelCard={"ModelCardStatus": "Approved", "ModelCardContent": "{}"},
        SecurityConfig={"KmsKeyId": KEY},
    )
    estate.model(a, r, "waiting", PrimaryContainer={"ModelPackageName": waiting}, ExecutionRoleArn=role_arn(a, "wide"))
    estate.model(
        a,
        r,
        "registered",
        tags=OWNED,
        PrimaryContainer={"ModelPackageName": passed},
        ExecutionRoleArn=ROLE,
        VpcConfig=VPC,
        EnableNetworkIsolation=True,
    )
    _both(estate, more.MODEL_CARD, {"ModelCardStatus": "Approved", "SecurityConfig": {"KmsKeyId": KEY}})


def _serving(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    variant = {"VariantName": "all", "ModelName": "registered", "InitialInstanceCount": 2, "InstanceType": "ml.m5.large"}
    estate.endpoint_config(
        a,
        r,
        "steady",
        tags=OWNED,
        KmsKeyId=KEY,
        ProductionVariants=[{**variant, "CoreDumpConfig": {"DestinationS3Uri": "s3://curated/cores", "KmsKeyId": KEY}}],
        AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://curated/async", "KmsKeyId": KEY}},
    )
    alarms = {"Alarms": [{"AlarmName": "errors"}]}
    shift = {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "WaitIntervalInSeconds": 600,
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
        }
    }
    deployment = {"BlueGreenUpdatePolicy": shift, "AutoRollbackConfiguration": alarms}
    estate.endpoint(a, r, "steady", tags=OWNED, LastDeploymentConfig=deployment)
    rolling = {"MaximumBatchSize": {"Type": "COPY_COUNT", "Value": 1}, "WaitIntervalInSeconds": 60}
    _both(
        estate,
        more.INFERENCE_COMPONENT,
        {
            "EndpointName": "steady",
            "Specification": {
                "Container": {"DeployedImage": {"SpecifiedImage": more.container_uri(a, r, "serve", _DIGEST)}},
                "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024},
            },
            "RuntimeConfig": {"DesiredCopyCount": 2, "CurrentCopyCount": 2},
            "LastDeploymentConfig": {"RollingUpdatePolicy": rolling, "AutoRollbackConfiguration": alarms},
        },
        {
            "Specification": {
                "Container": {
                    "DeployedImage": {"SpecifiedImage": more.container_uri(a, r, "serve", ":latest")},
                    "ArtifactUrl": "s3://dump/model.tar.gz",
                    "Environment": {"HF_TOKEN": "hf_" + "w" * 30},
                },
                "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024},
            }
        },
    )
    storage = {"Destination": "s3://curated/shadow", "KmsKey": KEY}
    _both(
        estate,
        more.INFERENCE_EXPERIMENT,
        {"RoleArn": ROLE, "KmsKey": KEY, "DataStorageConfig": storage},
        {"DataStorageConfig": {"Destination": "s3://dump/shadow"}},
    )


def _applications(estate: Estate) -> None:
    _both(
        estate,
        more.TRACKING_SERVER,
        {"RoleArn": ROLE, "ArtifactStoreUri": "s3://curated/mlflow", "S3BucketOwnerAccountId": ACCOUNT, "S3BucketOwnerVerification": True},
        {"S3BucketOwnerVerification": False},
    )
    _both(estate, more.MLFLOW_APP, {"RoleArn": ROLE, "ArtifactStoreUri": "s3://curated/mlflow", "KmsKeyId": KEY})
    _both(
        estate,
        more.PARTNER_APP,
        {
            "ExecutionRoleArn": ROLE,
            "KmsKeyId": KEY,
            "AuthType": "IDC",
            "EnableIamSessionBasedIdentity": True,
            "EnableAutoMinorVersionUpgrade": True,
        },
        {"Type": "fiddler", "ApplicationConfig": {"Arguments": {"adminPassword": "correct-horse"}}},
    )
    group = {
        "InstanceGroupName": "workers",
        "InstanceType": "ml.m5.xlarge",
        "CurrentCount": 2,
        "TargetCount": 2,
        "ExecutionRole": ROLE,
        "ImageVersionStatus": "UpToDate",
        "AutoPatchConfig": {"PatchingStrategy": "WhenIdle"},
        "InstanceStorageConfigs": [{"EbsVolumeConfig": {"VolumeSizeInGB": 500, "VolumeKmsKeyId": KEY}}],
        "LifeCycleConfig": {"SourceS3Uri": "s3://curated/lifecycle", "OnCreate": "on_create.sh"},
    }
    _both(estate, more.CLUSTER, {"InstanceGroups": [group], "VpcConfig": VPC, "NodeRecovery": "Automatic"})


def _people(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    sign_in = {"ClientId": "labels", "Issuer": "https://login.example.com"}
    _both(
        estate,
        more.WORKFORCE,
        {"OidcConfig": sign_in, "SourceIpConfig": {"Cidrs": ["203.0.113.0/24"]}},
        {"CognitoConfig": {"UserPool": f"{r}_pool", "ClientId": "client"}, "SourceIpConfig": {"Cidrs": ["0.0.0.0/0"]}},
    )
    limits = {"S3Presign": {"IamPolicyConstraints": {"SourceIp": "Enabled", "VpcSourceIp": "Disabled"}}}
    _both(estate, more.WORKTEAM, {"WorkerAccessConfiguration": limits})
    _both(estate, more.LABELING_JOB, {"RoleArn": ROLE, "OutputConfig": {"S3OutputPath": "s3://curated/labels", "KmsKeyId": KEY}})
    _both(estate, more.FLOW_DEFINITION, {"RoleArn": ROLE, "OutputConfig": {"S3OutputPath": "s3://curated/reviews", "KmsKeyId": KEY}})
    estate.role(
        a, "link-limited", inline={"links": allow("sagemaker:CreatePresignedDomainUrl", f"arn:aws:sagemaker:{r}:{a}:user-profile/x/y")}
    )
