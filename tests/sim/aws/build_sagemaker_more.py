"""Builders for the rest of SageMaker: jobs, monitors, workspaces, registries, clusters, people.

Functions that write into an estate. What is not overridden is what the API answers for a resource created with its defaults.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .build_sagemaker import SageMaker, execution_role, sagemaker_arn
from .build_sagemaker_versions import image_version, model_package, space, user_profile
from .document import CREATED, UPDATED, Tags, merged, pick

__all__ = [
    "APP_IMAGE_CONFIG",
    "AUTOML_JOB",
    "CLUSTER",
    "CODE_REPOSITORY",
    "COMPILATION_JOB",
    "FLOW_DEFINITION",
    "IMAGE",
    "INFERENCE_COMPONENT",
    "INFERENCE_EXPERIMENT",
    "LABELING_JOB",
    "MLFLOW_APP",
    "MODEL_CARD",
    "MONITORING_SCHEDULE",
    "NOTEBOOK_SCRIPT",
    "OPTIMIZATION_JOB",
    "PARTNER_APP",
    "PIPELINE",
    "PROCESSING_JOB",
    "STUDIO_SCRIPT",
    "TRACKING_SERVER",
    "TRANSFORM_JOB",
    "TUNING_JOB",
    "WORKFORCE",
    "WORKTEAM",
    "Kind",
    "container_uri",
    "image_version",
    "job_definition",
    "model_package",
    "monitoring_job",
    "put",
    "script",
    "space",
    "training_definition",
    "user_profile",
]

_STOP = {"MaxRuntimeInSeconds": 3600}


@dataclass(frozen=True)
class Kind:
    """Where a kind of resource shows, and what its description holds by default.

    `summary` are the members that the listing repeats, `renamed` those that it calls otherwise, `only_listed` what it says besides.
    A kind without `describe` is listed whole.
    """

    path: str
    prefix: str
    listing: tuple[str, str]
    describe: str = ""
    summary: tuple[str, ...] = ()
    renamed: Mapping[str, str] | None = None
    only_listed: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda _full: {}
    name: str = ""
    arn: str = ""
    match: str = ""
    base: Callable[[str, str, str], dict[str, Any]] = lambda _account, _region, _name: {}


def put(estate: SageMaker, kind: Kind, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> str:
    """Add one resource to an estate; its ARN."""
    own = sagemaker_arn(account, region, kind.path, name)
    name_member, arn_member = kind.name or f"{kind.prefix}Name", kind.arn or f"{kind.prefix}Arn"
    times = {"CreationTime": CREATED, "LastModifiedTime": UPDATED}
    full = merged({name_member: name, arn_member: own, **times, **kind.base(account, region, name)}, overrides)
    place = estate.at(account, region, "sagemaker")
    summary = pick(full, name_member, arn_member, "CreationTime", "LastModifiedTime", *kind.summary) if kind.describe else full
    shown = {(kind.renamed or {}).get(key, key): value for key, value in summary.items()}
    place.add(*kind.listing, {**{key: value for key, value in shown.items() if key}, **kind.only_listed(full)})
    if kind.describe:
        match = kind.match or name_member
        place.row(kind.describe, {match: full.get(match, name)}, full)
    estate.tagged(account, region, own, tags)
    return own


def container_uri(account: str, region: str, name: str, tag: str = ":1.0") -> str:
    """An image in the account's own registry."""
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{name}{tag}"


def script(text: str) -> str:
    """A start-up script as the API takes and gives it."""
    return base64.b64encode(text.encode()).decode()


def _machines(**more: Any) -> dict[str, Any]:
    return {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30, **more}


def _job_counters() -> dict[str, Any]:
    return {"TrainingJobStatusCounters": {"Completed": 1}, "ObjectiveStatusCounters": {"Succeeded": 1}}


PROCESSING_JOB = Kind(
    "processing-job",
    "ProcessingJob",
    ("ListProcessingJobs", "ProcessingJobSummaries"),
    "DescribeProcessingJob",
    ("ProcessingJobStatus",),
    base=lambda a, r, _n: {
        "ProcessingJobStatus": "Completed",
        "ProcessingResources": {"ClusterConfig": _machines()},
        "AppSpecification": {"ImageUri": container_uri(a, r, "process")},
        "RoleArn": execution_role(a),
        "StoppingCondition": _STOP,
    },
)
TRANSFORM_JOB = Kind(
    "transform-job",
    "TransformJob",
    ("ListTransformJobs", "TransformJobSummaries"),
    "DescribeTransformJob",
    ("TransformJobStatus",),
    base=lambda _a, _r, n: {
        "LastModifiedTime": None,
        "TransformJobStatus": "Completed",
        "ModelName": n,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://dump/in/"}}},
        "TransformOutput": {"S3OutputPath": "s3://dump/out/"},
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
    },
)
TUNING_JOB = Kind(
    "hyper-parameter-tuning-job",
    "HyperParameterTuningJob",
    ("ListHyperParameterTuningJobs", "HyperParameterTuningJobSummaries"),
    "DescribeHyperParameterTuningJob",
    ("HyperParameterTuningJobStatus", "TrainingJobStatusCounters", "ObjectiveStatusCounters"),
    only_listed=lambda _full: {"Strategy": "Bayesian"},
    base=lambda a, r, _n: {
        "HyperParameterTuningJobStatus": "Completed",
        "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
        "TrainingJobDefinition": training_definition(a, r),
        **_job_counters(),
    },
)
AUTOML_JOB = Kind(
    "automl-job",
    "AutoMLJob",
    ("ListAutoMLJobs", "AutoMLJobSummaries"),
    "DescribeAutoMLJobV2",
    ("AutoMLJobStatus", "AutoMLJobSecondaryStatus"),
    base=lambda a, _r, _n: {
        "AutoMLJobStatus": "Completed",
        "AutoMLJobSecondaryStatus": "Completed",
        "AutoMLJobInputDataConfig": [{"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://dump/in/"}}}],
        "OutputDataConfig": {"S3OutputPath": "s3://dump/out/"},
        "RoleArn": execution_role(a),
    },
)
COMPILATION_JOB = Kind(
    "compilation-job",
    "CompilationJob",
    ("ListCompilationJobs", "CompilationJobSummaries"),
    "DescribeCompilationJob",
    ("CompilationJobStatus",),
    base=lambda a, _r, _n: {
        "CompilationJobStatus": "COMPLETED",
        "StoppingCondition": _STOP,
        "FailureReason": "",
        "ModelArtifacts": {"S3ModelArtifacts": "s3://dump/out/model.tar.gz"},
        "RoleArn": execution_role(a),
        "InputConfig": {"S3Uri": "s3://dump/model.tar.gz", "Framework": "PYTORCH"},
        "OutputConfig": {"S3OutputLocation": "s3://dump/out/"},
    },
)
OPTIMIZATION_JOB = Kind(
    "optimization-job",
    "OptimizationJob",
    ("ListOptimizationJobs", "OptimizationJobSummaries"),
    "DescribeOptimizationJob",
    ("OptimizationJobStatus", "DeploymentInstanceType"),
    only_listed=lambda _full: {"OptimizationTypes": ["Quantization"]},
    base=lambda a, _r, _n: {
        "OptimizationJobStatus": "COMPLETED",
        "ModelSource": {"S3": {"S3Uri": "s3://dump/model/"}},
        "DeploymentInstanceType": "ml.g5.xlarge",
        "OptimizationConfigs": [{"ModelQuantizationConfig": {}}],
        "OutputConfig": {"S3OutputLocation": "s3://dump/out/"},
        "RoleArn": execution_role(a),
        "StoppingCondition": _STOP,
    },
)
LABELING_JOB = Kind(
    "labeling-job",
    "LabelingJob",
    ("ListLabelingJobs", "LabelingJobSummaryList"),
    "DescribeLabelingJob",
    ("LabelingJobStatus", "LabelCounters"),
    only_listed=lambda full: {"WorkteamArn": full["HumanTaskConfig"]["WorkteamArn"]},
    base=lambda a, r, n: {
        "LabelingJobStatus": "Completed",
        "LabelCounters": {"TotalLabeled": 1},
        "JobReferenceCode": "code",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://dump/manifest.json"}}},
        "OutputConfig": {"S3OutputPath": "s3://dump/labels/"},
        "RoleArn": execution_role(a),
        "HumanTaskConfig": {
            "WorkteamArn": sagemaker_arn(a, r, "workteam/private-crowd", n),
            "UiConfig": {"UiTemplateS3Uri": "s3://dump/ui.html"},
            "TaskTitle": "Label",
            "TaskDescription": "Say what it shows",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 600,
        },
    },
)
FLOW_DEFINITION = Kind(
    "flow-definition",
    "FlowDefinition",
    ("ListFlowDefinitions", "FlowDefinitionSummaries"),
    "DescribeFlowDefinition",
    ("FlowDefinitionStatus",),
    base=lambda a, _r, _n: {
        "FlowDefinitionStatus": "Active",
        "OutputConfig": {"S3OutputPath": "s3://dump/reviews/"},
        "RoleArn": execution_role(a),
        "LastModifiedTime": None,
    },
)
WORKFORCE = Kind("workforce", "Workforce", ("ListWorkforces", "Workforces"), base=lambda *_: _UNDATED)
WORKTEAM = Kind(
    "workteam/private-crowd",
    "Workteam",
    ("ListWorkteams", "Workteams"),
    base=lambda *_: {"Description": "People", "MemberDefinitions": [{"OidcMemberDefinition": {"Groups": ["labellers"]}}], **_UNDATED},
)
_UNDATED: dict[str, Any] = {"CreationTime": None, "LastModifiedTime": None}
IMAGE = Kind("image", "Image", ("ListImages", "Images"), base=lambda *_: {"ImageStatus": "CREATED"})
APP_IMAGE_CONFIG = Kind("app-image-config", "AppImageConfig", ("ListAppImageConfigs", "AppImageConfigs"))
CODE_REPOSITORY = Kind(
    "code-repository",
    "CodeRepository",
    ("ListCodeRepositories", "CodeRepositorySummaryList"),
    base=lambda *_: {"GitConfig": {"RepositoryUrl": "https://git.example.com/ml.git"}},
)
NOTEBOOK_SCRIPT = Kind(
    "notebook-instance-lifecycle-config",
    "NotebookInstanceLifecycleConfig",
    ("ListNotebookInstanceLifecycleConfigs", "NotebookInstanceLifecycleConfigs"),
    "DescribeNotebookInstanceLifecycleConfig",
)
STUDIO_SCRIPT = Kind(
    "studio-lifecycle-config",
    "StudioLifecycleConfig",
    ("ListStudioLifecycleConfigs", "StudioLifecycleConfigs"),
    "DescribeStudioLifecycleConfig",
    ("StudioLifecycleConfigAppType",),
    base=lambda *_: {"StudioLifecycleConfigAppType": "JupyterLab"},
)
PIPELINE = Kind(
    "pipeline",
    "Pipeline",
    ("ListPipelines", "PipelineSummaries"),
    "DescribePipeline",
    ("RoleArn",),
    base=lambda a, _r, _n: {"RoleArn": execution_role(a), "PipelineStatus": "Active"},
)
MONITORING_SCHEDULE = Kind(
    "monitoring-schedule",
    "MonitoringSchedule",
    ("ListMonitoringSchedules", "MonitoringScheduleSummaries"),
    "DescribeMonitoringSchedule",
    ("MonitoringScheduleStatus", "EndpointName", "MonitoringType"),
    base=lambda *_: {"MonitoringScheduleStatus": "Scheduled", "MonitoringType": "DataQuality"},
)
MODEL_CARD = Kind(
    "model-card",
    "ModelCard",
    ("ListModelCards", "ModelCardSummaries"),
    "DescribeModelCard",
    ("ModelCardStatus",),
    base=lambda *_: {"ModelCardVersion": 1, "Content": "{}", "ModelCardStatus": "Draft", "CreatedBy": {}},
)
INFERENCE_COMPONENT = Kind(
    "inference-component",
    "InferenceComponent",
    ("ListInferenceComponents", "InferenceComponents"),
    "DescribeInferenceComponent",
    ("EndpointArn", "EndpointName", "VariantName", "InferenceComponentStatus"),
    base=lambda a, r, n: {
        "EndpointName": n,
        "EndpointArn": sagemaker_arn(a, r, "endpoint", n),
        "VariantName": "AllTraffic",
        "InferenceComponentStatus": "InService",
        "RuntimeConfig": {"DesiredCopyCount": 1, "CurrentCopyCount": 1},
    },
)
INFERENCE_EXPERIMENT = Kind(
    "inference-experiment",
    "InferenceExperiment",
    ("ListInferenceExperiments", "InferenceExperiments"),
    "DescribeInferenceExperiment",
    ("Type", "Status", "RoleArn"),
    renamed={"Arn": ""},
    name="Name",
    arn="Arn",
    base=lambda a, _r, n: {
        "Type": "ShadowMode",
        "Status": "Running",
        "RoleArn": execution_role(a),
        "EndpointMetadata": {"EndpointName": n},
        "ModelVariants": [
            {
                "ModelName": n,
                "VariantName": "shadow",
                "Status": "InService",
                "InfrastructureConfig": {
                    "InfrastructureType": "RealTimeInference",
                    "RealTimeInferenceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
                },
            }
        ],
    },
)
TRACKING_SERVER = Kind(
    "mlflow-tracking-server",
    "TrackingServer",
    ("ListMlflowTrackingServers", "TrackingServerSummaries"),
    "DescribeMlflowTrackingServer",
    base=lambda a, _r, _n: {"RoleArn": execution_role(a), "ArtifactStoreUri": "s3://dump/mlflow"},
)
MLFLOW_APP = Kind(
    "mlflow-app",
    "MlflowApp",
    ("ListMlflowApps", "Summaries"),
    "DescribeMlflowApp",
    name="Name",
    arn="Arn",
    match="Arn",
    base=lambda a, _r, _n: {"RoleArn": execution_role(a), "ArtifactStoreUri": "s3://dump/mlflow"},
)
PARTNER_APP = Kind(
    "partner-app",
    "PartnerApp",
    ("ListPartnerApps", "Summaries"),
    "DescribePartnerApp",
    ("Type", "Status"),
    name="Name",
    arn="Arn",
    match="Arn",
    base=lambda a, _r, _n: {
        "Type": "comet",
        "Status": "Available",
        "AuthType": "IAM",
        "ExecutionRoleArn": execution_role(a),
        "LastModifiedTime": None,
    },
)
CLUSTER = Kind(
    "cluster",
    "Cluster",
    ("ListClusters", "ClusterSummaries"),
    "DescribeCluster",
    ("ClusterStatus",),
    base=lambda a, _r, _n: {
        "ClusterStatus": "InService",
        "InstanceGroups": [
            {
                "InstanceGroupName": "workers",
                "InstanceType": "ml.m5.xlarge",
                "CurrentCount": 2,
                "TargetCount": 2,
                "ExecutionRole": execution_role(a),
                "ImageVersionStatus": "SecurityUpdateRequired",
                "LifeCycleConfig": {"SourceS3Uri": "s3://dump/lifecycle", "OnCreate": "on_create.sh"},
            }
        ],
        "NodeRecovery": "None",
        "LastModifiedTime": None,
    },
)


def training_definition(account: str, region: str, **overrides: Any) -> dict[str, Any]:
    """What a tuning job starts, by default open and without keys."""
    return merged(
        {
            "DefinitionName": "one",
            "AlgorithmSpecification": {"TrainingImage": container_uri(account, region, "train"), "TrainingInputMode": "File"},
            "RoleArn": execution_role(account),
            "OutputDataConfig": {"S3OutputPath": "s3://dump/out/"},
            "ResourceConfig": _machines(),
            "StoppingCondition": _STOP,
            "EnableNetworkIsolation": False,
            "EnableInterContainerTrafficEncryption": False,
        },
        overrides,
    )


def monitoring_job(account: str, region: str, *, output: str = "s3://dump/monitor", key: str = "", **overrides: Any) -> dict[str, Any]:
    """The job of a schedule that names no definition."""
    outputs = {"MonitoringOutputs": [{"S3Output": {"S3Uri": output, "LocalPath": "/opt/ml/processing/output"}}]}
    return merged(
        {
            "MonitoringInputs": [],
            "MonitoringOutputConfig": {**outputs, **({"KmsKeyId": key} if key else {})},
            "MonitoringResources": {"ClusterConfig": _machines(**({"VolumeKmsKeyId": key} if key else {}))},
            "MonitoringAppSpecification": {"ImageUri": container_uri(account, region, "monitor")},
            "RoleArn": execution_role(account),
        },
        overrides,
    )


def job_definition(
    estate: SageMaker, kind: str, account: str, region: str, name: str, *, key: str = "", tags: Tags = None, **overrides: Any
) -> str:
    """Add the definition of a monitoring job, such as `DataQuality`."""
    outputs = {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://dump/monitor", "LocalPath": "/opt/ml/processing/output"}}]}
    base = {
        f"{kind}AppSpecification": {"ImageUri": container_uri(account, region, "monitor"), **_CONFIGURED.get(kind, {})},
        f"{kind}JobInput": {
            "EndpointInput": {"EndpointName": name, "LocalPath": "/opt/ml/processing/input"},
            **({"GroundTruthS3Input": {}} if kind in {"ModelQuality", "ModelBias"} else {}),
        },
        f"{kind}JobOutputConfig": {**outputs, **({"KmsKeyId": key} if key else {})},
        "JobResources": {"ClusterConfig": _machines(InstanceCount=2, **({"VolumeKmsKeyId": key} if key else {}))},
        "RoleArn": execution_role(account),
        "EndpointName": name,
    }
    shown = Kind(
        {"DataQuality": "data-quality", "ModelQuality": "model-quality", "ModelBias": "model-bias"}.get(kind, "model-explainability")
        + "-job-definition",
        "JobDefinition",
        (f"List{kind}JobDefinitions", "JobDefinitionSummaries"),
        f"Describe{kind}JobDefinition",
        renamed={"JobDefinitionName": "MonitoringJobDefinitionName", "JobDefinitionArn": "MonitoringJobDefinitionArn"},
        base=lambda *_: {**base, "LastModifiedTime": None, "EndpointName": None},
    )
    own = put(estate, shown, account, region, name, tags=tags, **overrides)
    estate.at(account, region, "sagemaker").operations[shown.listing[0]][shown.listing[1]][-1]["EndpointName"] = name
    return own


_CONFIGURED: Mapping[str, dict[str, Any]] = {
    "ModelBias": {"ConfigUri": "s3://dump/bias.json"},
    "ModelExplainability": {"ConfigUri": "s3://dump/explain.json"},
}
