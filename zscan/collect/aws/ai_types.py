"""The AI services of AWS as other inventories name them: families of types, and which types Cloud Control can list.

A family is a CloudFormation service (`AWS::Bedrock`), its IAM prefix, which is also the service name in Resource Explorer, and those of its
types that Cloud Control lists without being told a parent, each with the read rights that its list handler uses (CloudFormation resource
schemas of November 2026, `handlers.list`). Left out are types whose handler asks for more than list and describe rights, and those whose
rights are not in the Service Authorization Reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One AI service. `lists` maps a type to the rights that listing it through Cloud Control needs."""

    name: str  # in CloudFormation
    prefix: str  # in IAM and Resource Explorer
    lists: Mapping[str, str]


FAMILIES = (
    Family("AIOps", "aiops", {}),
    Family(
        "Bedrock",
        "bedrock",
        {
            "Agent": "ListAgents ListGuardrails",
            "ApplicationInferenceProfile": "ListInferenceProfiles",
            "AutomatedReasoningPolicy": "ListAutomatedReasoningPolicies",
            "Blueprint": "ListBlueprints",
            "DataAutomationProject": "ListDataAutomationProjects",
            "EnforcedGuardrailConfiguration": "ListEnforcedGuardrailsConfiguration",
            "Flow": "ListFlows ListGuardrails",
            "Guardrail": "ListGuardrails",
            "IntelligentPromptRouter": "ListPromptRouters",
            "KnowledgeBase": "ListKnowledgeBases",
            "Prompt": "ListPrompts",
            "Session": "ListSessions",
        },
    ),
    Family(
        "BedrockAgentCore",
        "bedrock-agentcore",
        {
            "ApiKeyCredentialProvider": "ListApiKeyCredentialProviders",
            "BrowserCustom": "ListBrowsers",
            "BrowserProfile": "ListBrowserProfiles",
            "CodeInterpreterCustom": "ListCodeInterpreters",
            "Evaluator": "ListEvaluators",
            "Gateway": "ListGateways",
            "Memory": "ListMemories",
            "OAuth2CredentialProvider": "ListOauth2CredentialProviders",
            "OnlineEvaluationConfig": "ListOnlineEvaluationConfigs",
            "Runtime": "ListAgentRuntimeEndpoints ListAgentRuntimes",
            "WorkloadIdentity": "ListWorkloadIdentities",
        },
    ),
    Family(
        "BedrockMantle",
        "bedrock-mantle",
        {
            "Project": "ListProjects",
        },
    ),
    Family(
        "Comprehend",
        "comprehend",
        {
            "DocumentClassifier": "ListDocumentClassifiers",
            "DocumentClassifierEndpoint": "ListEndpoints",
            "EntityRecognizer": "ListEntityRecognizers",
            "EntityRecognizerEndpoint": "ListEndpoints",
            "Flywheel": "ListFlywheels",
        },
    ),
    Family(
        "DevOpsAgent",
        "aidevops",
        {
            "Service": "ListServices",
        },
    ),
    Family(
        "Forecast",
        "forecast",
        {
            "Dataset": "ListDatasets",
            "DatasetGroup": "ListDatasetGroups",
        },
    ),
    Family(
        "FraudDetector",
        "frauddetector",
        {
            "EntityType": "GetEntityTypes",
            "Label": "GetLabels",
            "List": "GetListElements GetListsMetadata",
            "Outcome": "GetOutcomes",
            "Variable": "GetVariables",
        },
    ),
    Family(
        "Kendra",
        "kendra",
        {
            "DataSource": "ListDataSources",
            "Faq": "ListFaqs",
            "Index": "ListIndices",
        },
    ),
    Family(
        "KendraRanking",
        "kendra-ranking",
        {
            "ExecutionPlan": "ListRescoreExecutionPlans",
        },
    ),
    Family("Lex", "lex", {}),
    Family(
        "LookoutEquipment",
        "lookoutequipment",
        {
            "InferenceScheduler": "ListInferenceSchedulers",
        },
    ),
    Family(
        "LookoutVision",
        "lookoutvision",
        {
            "Project": "ListProjects",
        },
    ),
    Family(
        "NovaAct",
        "nova-act",
        {
            "WorkflowDefinition": "ListWorkflowDefinitions",
        },
    ),
    Family("Panorama", "panorama", {}),
    Family(
        "Personalize",
        "personalize",
        {
            "Campaign": "ListCampaigns",
            "Dataset": "ListDatasets",
            "DatasetGroup": "ListDatasetGroups",
            "EventTracker": "ListEventTrackers",
            "Filter": "ListFilters",
            "MetricAttribution": "ListMetricAttributions",
            "Schema": "ListSchemas",
            "Solution": "ListSolutions",
        },
    ),
    Family(
        "Polly",
        "polly",
        {
            "Lexicon": "ListLexicons",
        },
    ),
    Family(
        "QBusiness",
        "qbusiness",
        {
            "Application": "ListApplications",
        },
    ),
    Family(
        "Rekognition",
        "rekognition",
        {
            "Collection": "ListCollections",
            "Project": "DescribeProjects",
            "StreamProcessor": "ListStreamProcessors",
        },
    ),
    Family(
        "S3Vectors",
        "s3vectors",
        {
            "Index": "ListIndexes",
            "VectorBucket": "ListVectorBuckets",
        },
    ),
    Family(
        "SageMaker",
        "sagemaker",
        {
            "Algorithm": "ListAlgorithms",
            "App": "ListApps",
            "AppImageConfig": "ListAppImageConfigs",
            "Cluster": "ListClusters",
            "ClusterSchedulerConfig": "ListClusterSchedulerConfigs",
            "CodeRepository": "ListCodeRepositories",
            "ComputeQuota": "ListComputeQuotas",
            "DataQualityJobDefinition": "ListDataQualityJobDefinitions",
            "Domain": "ListDomains",
            "Endpoint": "ListEndpoints",
            "EndpointConfig": "ListEndpointConfigs",
            "FeatureGroup": "ListFeatureGroups",
            "Hub": "ListHubs",
            "HumanTaskUi": "ListHumanTaskUis",
            "Image": "ListImages",
            "InferenceComponent": "DescribeInferenceComponent ListInferenceComponents",
            "InferenceExperiment": "ListInferenceExperiments",
            "MlflowApp": "ListMlflowApps",
            "MlflowTrackingServer": "ListMlflowTrackingServers",
            "Model": "ListModels",
            "ModelBiasJobDefinition": "ListModelBiasJobDefinitions",
            "ModelCard": "ListModelCardVersions ListModelCards",
            "ModelExplainabilityJobDefinition": "ListModelExplainabilityJobDefinitions",
            "ModelPackage": "ListModelPackages",
            "ModelPackageGroup": "ListModelPackageGroups",
            "ModelQualityJobDefinition": "ListModelQualityJobDefinitions",
            "NotebookInstance": "ListNotebookInstances",
            "NotebookInstanceLifecycleConfig": "ListNotebookInstanceLifecycleConfigs",
            "PartnerApp": "DescribePartnerApp ListPartnerApps",
            "Pipeline": "ListPipelines",
            "ProcessingJob": "DescribeProcessingJob ListProcessingJobs",
            "Project": "ListProjects",
            "Space": "ListSpaces",
            "StudioLifecycleConfig": "ListStudioLifecycleConfigs",
            "Workforce": "ListWorkforces",
            "Workteam": "ListWorkteams",
        },
    ),
    Family(
        "Textract",
        "textract",
        {
            "Adapter": "ListAdapters",
        },
    ),
    Family(
        "Transcribe",
        "transcribe",
        {
            "CallAnalyticsCategory": "ListCallAnalyticsCategories",
            "MedicalVocabulary": "ListMedicalVocabularies",
            "Vocabulary": "ListVocabularies",
            "VocabularyFilter": "ListVocabularyFilters",
        },
    ),
    Family(
        "Translate",
        "translate",
        {
            "ParallelData": "ListParallelData",
            "Terminology": "ListTerminologies",
        },
    ),
    Family(
        "Wisdom",
        "wisdom",
        {
            "Assistant": "ListAssistants",
            "KnowledgeBase": "ListKnowledgeBases",
        },
    ),
)
_PARTS = 3  # AWS, service, type
_BY_NAME = {family.name.lower(): family for family in FAMILIES}
_BY_PREFIX = {family.prefix: family for family in FAMILIES}
_NEWER = ("bedrock", "sagemaker")  # services of these names that come later are AI too
# Part of something else that a collector reads as a part, or a record without a setting: no class of its own.
_DETAIL = re.compile(
    r"(Version|Alias|Association|ResourcePolicy|VectorBucketPolicy)$|^(Action|Artifact|Context|Experiment\w*|TrialComponent)$"
)
_OTHER_NAMES = {"bedrock:provisionedmodel": "AWS::Bedrock::ProvisionedModelThroughput"}


def is_ai(native_type: str) -> bool:
    """Whether a CloudFormation type belongs to an AI service."""
    parts = native_type.split("::")
    return len(parts) == _PARTS and parts[0] == "AWS" and (parts[1].lower() in _BY_NAME or parts[1].lower().startswith(_NEWER))


def is_detail(native_type: str) -> bool:
    """Whether a type is a version, an alias or the like, which has no posture of its own."""
    return _DETAIL.search(native_type.rpartition("::")[2]) is not None


def from_explorer(resource_type: str) -> str:
    """A type of Resource Explorer (`sagemaker:notebook-instance`) as a CloudFormation type; "" when its service is none of AI."""
    service, _, kind = resource_type.partition(":")
    family = _BY_PREFIX.get(service)
    if family is None and not service.startswith(_NEWER):
        return ""
    name = "".join(word[:1].upper() + word[1:] for word in re.split(r"[-/_]", kind))
    said = "".join(word.capitalize() for word in service.split("-"))
    return _OTHER_NAMES.get(f"{service}:{name.lower()}", f"AWS::{family.name if family else said}::{name}")


def listable() -> dict[str, tuple[str, ...]]:
    """Types that Cloud Control lists, each with the rights that it takes."""
    return {
        f"AWS::{family.name}::{name}": tuple(f"{family.prefix}:{action}" for action in actions.split())
        for family in FAMILIES
        for name, actions in family.lists.items()
    }
