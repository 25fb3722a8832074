"""Which AWS actions give which capability, and on which resource they are asked.

Source: Service Authorization Reference, actions and resource types of each service, as of 2026-11 (checked against it by a test). For each
native type the actions of a capability with the resource that they are asked on: `{id}` is the asset's ARN. `every` is the class of all
resources of the kind, those to come included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from zscan.model.grant import Capability


class Ask(NamedTuple):
    """Actions, any of which gives the capability over a resource."""

    capability: Capability
    actions: tuple[str, ...]
    resource: str = "{id}"
    every: str = "*"


_BEDROCK = "arn:{partition}:bedrock:*:{account}:"
_SAGEMAKER = "arn:{partition}:sagemaker:*:{account}:"
_CORE = "arn:{partition}:bedrock-agentcore:*:{account}:"
_CALL = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
_CALL_ENDPOINT = ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync", "sagemaker:InvokeEndpointWithResponseStream")
READ_OBJECT = "s3:GetObject"
_LOG = ("logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery")
_OBJECTS = Ask(Capability.READ_MODELS, (READ_OBJECT,), "{id}/*", "arn:{partition}:s3:::*")
_RECORDS = Ask(Capability.READ_PROMPTS, _LOG, "{id}:*", "arn:{partition}:logs:*:{account}:log-group:*")

ASKS: Mapping[str, tuple[Ask, ...]] = {
    "AWS::Bedrock::CustomModel": (Ask(Capability.ADMINISTER, ("bedrock:DeleteCustomModel",), every=f"{_BEDROCK}custom-model/*"),),
    "AWS::Bedrock::ProvisionedModelThroughput": (
        Ask(Capability.INVOKE, _CALL, every=f"{_BEDROCK}provisioned-model/*"),
        Ask(
            Capability.ADMINISTER,
            ("bedrock:DeleteProvisionedModelThroughput", "bedrock:UpdateProvisionedModelThroughput"),
            every=f"{_BEDROCK}provisioned-model/*",
        ),
    ),
    "AWS::Bedrock::ApplicationInferenceProfile": (Ask(Capability.INVOKE, _CALL, every=f"{_BEDROCK}application-inference-profile/*"),),
    "AWS::Bedrock::Agent": (
        Ask(Capability.INVOKE, ("bedrock:InvokeAgent",), "{alias}/*", f"{_BEDROCK}agent-alias/*"),
        Ask(Capability.ADMINISTER, ("bedrock:DeleteAgent", "bedrock:UpdateAgent"), every=f"{_BEDROCK}agent/*"),
    ),
    "AWS::Bedrock::Flow": (
        Ask(Capability.INVOKE, ("bedrock:InvokeFlow",), "{id}/alias/*", f"{_BEDROCK}flow/*"),
        Ask(Capability.ADMINISTER, ("bedrock:DeleteFlow", "bedrock:UpdateFlow"), every=f"{_BEDROCK}flow/*"),
    ),
    "AWS::Bedrock::Guardrail": (
        Ask(Capability.CHANGE_GUARDRAILS, ("bedrock:DeleteGuardrail", "bedrock:UpdateGuardrail"), every=f"{_BEDROCK}guardrail/*"),
    ),
    "AWS::Bedrock::ModelInvocationLogging": (
        Ask(
            Capability.CHANGE_GUARDRAILS,
            ("bedrock:DeleteModelInvocationLoggingConfiguration", "bedrock:PutModelInvocationLoggingConfiguration"),
            "*",
        ),
    ),
    "AWS::Bedrock::KnowledgeBase": (
        Ask(Capability.READ_PROMPTS, ("bedrock:Retrieve",), every=f"{_BEDROCK}knowledge-base/*"),
        Ask(Capability.ADMINISTER, ("bedrock:DeleteKnowledgeBase", "bedrock:UpdateKnowledgeBase"), every=f"{_BEDROCK}knowledge-base/*"),
    ),
    "AWS::BedrockAgentCore::Runtime": (
        Ask(Capability.INVOKE, ("bedrock-agentcore:InvokeAgentRuntime",), every=f"{_CORE}runtime/*"),
        Ask(
            Capability.ADMINISTER,
            ("bedrock-agentcore:DeleteAgentRuntime", "bedrock-agentcore:UpdateAgentRuntime"),
            every=f"{_CORE}runtime/*",
        ),
    ),
    "AWS::BedrockAgentCore::Gateway": (
        Ask(Capability.INVOKE, ("bedrock-agentcore:InvokeGateway",), every=f"{_CORE}gateway/*"),
        Ask(Capability.ADMINISTER, ("bedrock-agentcore:DeleteGateway", "bedrock-agentcore:UpdateGateway"), every=f"{_CORE}gateway/*"),
    ),
    "AWS::BedrockAgentCore::Memory": (
        Ask(
            Capability.READ_PROMPTS,
            (
                "bedrock-agentcore:GetEvent",
                "bedrock-agentcore:GetMemoryRecord",
                "bedrock-agentcore:ListEvents",
                "bedrock-agentcore:ListMemoryRecords",
                "bedrock-agentcore:RetrieveMemoryRecords",
            ),
            every=f"{_CORE}memory/*",
        ),
        Ask(Capability.ADMINISTER, ("bedrock-agentcore:DeleteMemory", "bedrock-agentcore:UpdateMemory"), every=f"{_CORE}memory/*"),
    ),
    "AWS::SageMaker::Endpoint": (
        Ask(Capability.INVOKE, _CALL_ENDPOINT, every=f"{_SAGEMAKER}endpoint/*"),
        Ask(Capability.ADMINISTER, ("sagemaker:DeleteEndpoint", "sagemaker:UpdateEndpoint"), every=f"{_SAGEMAKER}endpoint/*"),
    ),
    "AWS::SageMaker::Model": (Ask(Capability.ADMINISTER, ("sagemaker:DeleteModel",), every=f"{_SAGEMAKER}model/*"),),
    "AWS::SageMaker::NotebookInstance": (
        Ask(
            Capability.ADMINISTER,
            ("sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:UpdateNotebookInstance"),
            every=f"{_SAGEMAKER}notebook-instance/*",
        ),
    ),
    "AWS::SageMaker::Domain": (
        Ask(Capability.ADMINISTER, ("sagemaker:DeleteDomain", "sagemaker:UpdateDomain"), every=f"{_SAGEMAKER}domain/*"),
    ),
    "AWS::SageMaker::TrainingJob": (Ask(Capability.ADMINISTER, ("sagemaker:StopTrainingJob",), every=f"{_SAGEMAKER}training-job/*"),),
    "AWS::SageMaker::FeatureGroup": (
        Ask(Capability.READ_TRAINING_DATA, ("sagemaker:BatchGetRecord", "sagemaker:GetRecord"), every=f"{_SAGEMAKER}feature-group/*"),
        Ask(Capability.ADMINISTER, ("sagemaker:DeleteFeatureGroup", "sagemaker:UpdateFeatureGroup"), every=f"{_SAGEMAKER}feature-group/*"),
    ),
    "AWS::SageMaker::ModelPackageGroup": (
        Ask(Capability.READ_MODELS, ("sagemaker:DescribeModelPackage",), "{package}/*", f"{_SAGEMAKER}model-package/*"),
        Ask(
            Capability.ADMINISTER,
            ("sagemaker:DeleteModelPackage", "sagemaker:UpdateModelPackage"),
            "{package}/*",
            f"{_SAGEMAKER}model-package/*",
        ),
    ),
    "AWS::S3::Bucket": tuple(
        _OBJECTS._replace(capability=c)
        for c in (Capability.READ_MODELS, Capability.READ_TRAINING_DATA, Capability.READ_PROMPTS, Capability.READ_LOGS)
    ),
    "AWS::Logs::LogGroup": tuple(_RECORDS._replace(capability=c) for c in (Capability.READ_PROMPTS, Capability.READ_LOGS)),
    "AWS::ECR::Repository": (
        Ask(
            Capability.READ_MODELS,
            ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
            every="arn:{partition}:ecr:*:{account}:repository/*",
        ),
    ),
}
# Models that nobody owns: no inventory lists them, so they stand in a grant's targets by the ARN that a policy names.
FOUNDATION_MODELS = Ask(Capability.INVOKE, _CALL, every="arn:{partition}:bedrock:*::foundation-model/*")
# A custom model of Bedrock is tuned on what it reads, unlike a model of SageMaker, which loads it.
EXCEPTIONS: Mapping[tuple[str, str], Capability] = {("AWS::Bedrock::CustomModel", "reads_from"): Capability.READ_TRAINING_DATA}

# Starting something that runs as a role that is handed over: the actions needed, beside iam:PassRole, and the service that takes the role.
# Each way was published as a way to escalate (AWS security bulletins and the service's own guide on execution roles).
RUNS_AS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "lambda.amazonaws.com": (("lambda:CreateFunction", "lambda:InvokeFunction"),),
    "ec2.amazonaws.com": (("ec2:RunInstances",),),
    "sagemaker.amazonaws.com": (
        ("sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
        ("sagemaker:CreateTrainingJob",),
        ("sagemaker:CreateProcessingJob",),
    ),
    "bedrock-agentcore.amazonaws.com": (
        ("bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:InvokeCodeInterpreter"),
        ("bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:InvokeAgentRuntime"),
    ),
    "bedrock.amazonaws.com": (("bedrock:CreateAgent", "bedrock:InvokeAgent"),),
    "glue.amazonaws.com": (("glue:CreateJob", "glue:StartJobRun"),),
    "cloudformation.amazonaws.com": (("cloudformation:CreateStack",),),
    "ecs-tasks.amazonaws.com": (("ecs:RegisterTaskDefinition", "ecs:RunTask"),),
    "codebuild.amazonaws.com": (("codebuild:CreateProject", "codebuild:StartBuild"),),
    "states.amazonaws.com": (("states:CreateStateMachine", "states:StartExecution"),),
}
# Writing one's own rights: the action, and what it has to be allowed on.
OWN_RIGHTS: Mapping[str, tuple[str, ...]] = {
    "user": ("iam:AttachUserPolicy", "iam:PutUserPolicy"),
    "role": ("iam:AttachRolePolicy", "iam:PutRolePolicy"),
}
GROUP_RIGHTS = ("iam:AttachGroupPolicy", "iam:PutGroupPolicy")
POLICY_TEXT = ("iam:CreatePolicyVersion",)
# Taking over somebody else: keys or a password for a user, trust in oneself for a role.
TAKE_OVER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "user": (("iam:CreateAccessKey",), ("iam:CreateLoginProfile",), ("iam:UpdateLoginProfile",)),
    "role": (("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),),
}
EVERYTHING = "*"  # stands for an action of every service, those to come included: only `*` covers it


def actions() -> frozenset[str]:
    """Every action named here."""
    asked = {action for asks in ASKS.values() for ask in asks for action in ask.actions} | set(FOUNDATION_MODELS.actions)
    started = {action for ways in (*RUNS_AS.values(), *TAKE_OVER.values()) for way in ways for action in way}
    own = {action for group in OWN_RIGHTS.values() for action in group}
    return frozenset(asked | started | own | {*GROUP_RIGHTS, *POLICY_TEXT, "iam:PassRole", "sts:AssumeRole", "kms:Decrypt"})
