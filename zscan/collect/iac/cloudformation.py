"""CloudFormation templates (JSON, YAML, SAM, CDK output) as canonical AWS documents.

A resource's resolved `Properties` are the document. Separately declared resources that only say something about another one (a bucket
policy, an inline policy) are put where the live collector puts the same thing. Where such a resource has a target that cannot be resolved,
every possible target's part is unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zscan.collect import collectors
from zscan.collect.answers import PartlyRead
from zscan.collect.iac.intrinsics import ACCOUNT, REGION, Template
from zscan.collect.manifests.loader import Loaded
from zscan.collect.manifests.origin import FileOrigin
from zscan.collect.manifests.readers import Declarations, InputFile
from zscan.collect.redact import redact
from zscan.model.document import Document, Path
from zscan.model.gap import gap
from zscan.model.offers import Offer
from zscan.model.source import FileSource
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved

# The property that holds a resource's physical name (CloudFormation template reference, "Return values" and Name-like properties).
_NAMES = (
    "Name",
    "DisplayName",
    *("VectorBucketName", "IndexName", "GraphName"),
    # these may also name the endpoint or the group that they belong to
    *(f"{kind}Name" for kind in ("InferenceComponent", "MonitoringSchedule", "JobDefinition", "ModelPackage")),
    *(f"{kind}Name" for kind in ("UserProfile", "Space", "Image", "AppImageConfig", "CodeRepository", "NotebookInstanceLifecycleConfig")),
    *(f"{kind}Name" for kind in ("StudioLifecycleConfig", "ProcessingJob", "Pipeline", "ModelCard", "Cluster", "TrackingServer")),
    *(f"{kind}Name" for kind in ("Workteam", "Workforce")),
    *(f"{kind}Name" for kind in ("Role", "User", "Bucket", "Group", "Model", "Endpoint", "EndpointConfig", "Domain", "NotebookInstance")),
    *(f"{kind}Name" for kind in ("AgentRuntime", "Harness", "OnlineEvaluationConfig")),
    *(f"{kind}Name" for kind in ("FeatureGroup", "ModelPackageGroup", "Agent", "Alias", "TrainingJob")),
    *(f"{kind}Name" for kind in ("FeatureGroup", "ModelPackageGroup", "Agent", "Alias", "TrainingJob", "Function", "Repository")),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A resource type that states a part of others: which property names them, what is kept, and at which path it stands."""

    native_type: str
    target_type: str
    targets: str
    content: str
    path: str
    many: bool = False  # the part is a list, and several attachments add to it


_ATTACHMENTS = (
    Attachment("AWS::S3::BucketPolicy", "AWS::S3::Bucket", "Bucket", "PolicyDocument", "BucketPolicy"),
    Attachment("AWS::IAM::Policy", "AWS::IAM::Role", "Roles", "", "Policies", many=True),
    Attachment("AWS::IAM::RolePolicy", "AWS::IAM::Role", "RoleName", "", "Policies", many=True),
    Attachment("AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "Roles", "", "Policies", many=True),
    Attachment("AWS::IAM::Policy", "AWS::IAM::User", "Users", "", "Policies", many=True),
    Attachment("AWS::IAM::UserPolicy", "AWS::IAM::User", "UserName", "", "Policies", many=True),
    Attachment("AWS::IAM::ManagedPolicy", "AWS::IAM::User", "Users", "", "Policies", many=True),
    Attachment("AWS::Bedrock::AgentAlias", "AWS::Bedrock::Agent", "AgentId", "", "Aliases", many=True),
    Attachment(
        "AWS::BedrockAgentCore::GatewayRateLimit", "AWS::BedrockAgentCore::Gateway", "GatewayIdentifier", "", "RateLimits", many=True
    ),
    Attachment("AWS::BedrockAgentCore::Policy", "AWS::BedrockAgentCore::PolicyEngine", "PolicyEngineId", "", "Policies", many=True),
    Attachment("AWS::BedrockAgentCore::ResourcePolicy", "AWS::BedrockAgentCore::Runtime", "ResourceArn", "Policy", "ResourcePolicy"),
    Attachment("AWS::BedrockAgentCore::ResourcePolicy", "AWS::BedrockAgentCore::Gateway", "ResourceArn", "Policy", "ResourcePolicy"),
    Attachment("AWS::DevOpsAgent::Association", "AWS::DevOpsAgent::AgentSpace", "AgentSpaceId", "", "Associations", many=True),
    Attachment("AWS::Lex::BotAlias", "AWS::Lex::Bot", "BotId", "", "Aliases", many=True),
    Attachment("AWS::QBusiness::DataAccessor", "AWS::QBusiness::Application", "ApplicationId", "", "DataAccessors", many=True),
    Attachment("AWS::S3Vectors::VectorBucketPolicy", "AWS::S3Vectors::VectorBucket", "VectorBucketName", "Policy", "VectorBucketPolicy"),
    Attachment("AWS::S3Vectors::VectorBucketPolicy", "AWS::S3Vectors::VectorBucket", "VectorBucketArn", "Policy", "VectorBucketPolicy"),
    Attachment("AWS::Lambda::Permission", "AWS::Lambda::Function", "FunctionName", "", "Permissions", many=True),
    Attachment("AWS::Lambda::Url", "AWS::Lambda::Function", "TargetFunctionArn", "", "FunctionUrls", many=True),
    Attachment("AWS::SecretsManager::RotationSchedule", "AWS::SecretsManager::Secret", "SecretId", "", "RotationSchedules", many=True),
    Attachment("AWS::SecretsManager::ResourcePolicy", "AWS::SecretsManager::Secret", "SecretId", "ResourcePolicy", "ResourcePolicy"),
    Attachment("AWS::KMS::Alias", "AWS::KMS::Key", "TargetKeyId", "AliasName", "Aliases", many=True),
)


class _Origin:
    """Sources of a resource's document: its own properties, and the attaching resource for attached parts."""

    def __init__(self, file: str, root: Any, prefix: Path) -> None:
        self._own = FileOrigin(file, root, prefix)
        self.parts: dict[str, FileOrigin] = {}

    def at(self, path: Path) -> FileSource:
        part = self.parts.get(str(path[0])) if path else None
        return part.at(()) if part is not None else self._own.at(path)


class _Reader:
    """CloudFormation templates."""

    name = "CloudFormation"

    @property
    def offers(self) -> Mapping[str, Offer]:
        """Documents bring the offers of their collectors."""
        return {}

    def claims(self, file: InputFile) -> bool:
        """A template names AWS resource types below `Resources`."""
        return "Resources" in file.text and ("AWS::" in file.text or "AWSTemplateFormatVersion" in file.text)

    def recognises(self, file: InputFile, loaded: Loaded) -> bool:  # noqa: ARG002 (the protocol of readers)
        """One document with a map of resources, at least one of an AWS type."""
        return any(_is_template(document.value) for document in loaded.documents)

    def read(self, file: InputFile, loaded: Loaded) -> Declarations:
        """A document for each resource whose type some collector shapes."""
        result = Declarations()
        for document in loaded.documents:
            if _is_template(document.value):
                _read(file.name, document.value, result)
        return result


READER = _Reader()


def _is_template(value: Any) -> bool:
    resources = value.get("Resources") if isinstance(value, Mapping) else None
    if not isinstance(resources, Mapping):
        return False
    return any(isinstance(r, Mapping) and str(r.get("Type", "")).startswith("AWS::") for r in resources.values())


def _read(file: str, body: Mapping[str, Any], result: Declarations) -> None:
    template = Template(body)
    shaped = {collector.native_type for collector in collectors("aws") if collector.file_form}
    documents: dict[str, Document] = {}
    if body.get("Transform"):
        detail = f"transform {body['Transform']} is applied only on deployment: resources that it adds are not seen"
        result.gaps.append(gap(scope=file, call="read CloudFormation", reason=ReasonCode.NOT_RENDERED, detail=detail))
    for logical_id, resource in _resources(template, result):
        if resource["Type"] in shaped:
            documents[logical_id] = _document(file, body, template, logical_id, resource)
        elif not any(a.native_type == resource["Type"] for a in _ATTACHMENTS):
            result.skipped["CloudFormation resources of other types"] += 1
    _absorb_managed_policies(template, documents)
    for attachment in _ATTACHMENTS:
        _attach(file, body, template, documents, attachment)
    result.found += documents.values()


def _resources(template: Template, result: Declarations) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, resource in template.resources.items():
        if not isinstance(resource, Mapping) or not isinstance(resource.get("Type"), str):
            result.skipped["CloudFormation resources without a type"] += 1
            continue
        exists: Truth = template.condition(str(resource["Condition"])) if "Condition" in resource else True
        if not isinstance(exists, Unknown) and not exists:
            result.skipped["CloudFormation resources whose condition is false by default"] += 1
            continue
        yield str(logical_id), resource


def _document(file: str, root: Mapping[str, Any], template: Template, logical_id: str, resource: Mapping[str, Any]) -> Document:
    resolved = _properties(template, resource)
    properties = PartlyRead({}, resolved) if isinstance(resolved, Unknown) else redact(_unknowns_kept(resolved))
    name = next((properties[key] for key in _NAMES if isinstance(properties.get(key), str)), logical_id)
    return Document(
        id=f"{file}#{logical_id}",
        native_type=str(resource["Type"]),
        name=name,
        provider="aws",
        account=ACCOUNT,
        region=REGION,
        body=properties,
        origin=_Origin(file, root, ("Resources", logical_id, "Properties")),
        view="declared",
        unit=file,
        keys=frozenset({logical_id, f"${{{logical_id}}}", f"${{{logical_id}.Arn}}"}),
    )


def _properties(template: Template, resource: Mapping[str, Any]) -> Any:
    """The resolved properties of a resource: a mapping, or an Unknown where the whole of them was not read."""
    written = resource.get("Properties")
    resolved = {} if written is None else template.resolve(written)
    if isinstance(resolved, dict | Unknown):
        return resolved
    return Unknown(Reason(ReasonCode.UNPARSABLE, "the properties are not a mapping"))


def _unknowns_kept(value: Any) -> Any:
    """Plain dicts and lists, so that the redactor may edit in place; Unknown leaves pass through it untouched."""
    if isinstance(value, Mapping):
        return {str(key): _unknowns_kept(member) for key, member in value.items()}
    return [_unknowns_kept(item) for item in value] if isinstance(value, list) else value


def _absorb_managed_policies(template: Template, documents: Mapping[str, Document]) -> None:
    """A role that points to a managed policy of the same template gets its text as an inline policy."""
    for document in documents.values():
        if document.native_type not in {"AWS::IAM::Role", "AWS::IAM::User"}:
            continue
        body: Any = document.body
        arns = body.get("ManagedPolicyArns")
        for arn in list(arns) if isinstance(arns, list) else []:
            policy = template.resources.get(arn.target) if isinstance(arn, Unresolved) else None
            if isinstance(policy, Mapping) and policy.get("Type") == "AWS::IAM::ManagedPolicy":
                arns.remove(arn)
                _add(body, "Policies", _properties(template, policy))


def _attach(file: str, root: Mapping[str, Any], template: Template, documents: Mapping[str, Document], attachment: Attachment) -> None:
    by_name = defaultdict(list)
    for logical_id, document in documents.items():
        if document.native_type == attachment.target_type:
            by_name[document.name].append(logical_id)
    for logical_id, resource in template.resources.items():
        if not isinstance(resource, Mapping) or resource.get("Type") != attachment.native_type:
            continue
        properties = _properties(template, resource)
        targets = properties.get(attachment.targets) if isinstance(properties, dict) else properties
        content = properties if not attachment.content or not isinstance(properties, dict) else properties.get(attachment.content)
        for target in targets if isinstance(targets, list) else [] if targets is None else [targets]:
            found = _targets(target, documents, by_name)
            for name in found if found is not None else [id for ids in by_name.values() for id in ids]:  # noqa: A001
                floating = Unknown(
                    Reason(ReasonCode.UNRESOLVED, f"{logical_id} may be attached to it: its target is known only on deployment")
                )
                _put(
                    documents[name],
                    attachment,
                    content if found is not None else floating,
                    FileOrigin(file, root, ("Resources", logical_id)),
                )


def _targets(target: Any, documents: Mapping[str, Document], by_name: Mapping[str, list[str]]) -> list[str] | None:
    """The logical ids that an attachment points to; None when it may point to any."""
    if isinstance(target, Unresolved) and target.target:
        return [target.target] if target.target in documents else []
    if isinstance(target, Unknown):
        return None
    return by_name.get(str(target), [])


def _put(document: Document, attachment: Attachment, content: Any, origin: FileOrigin) -> None:
    body: Any = document.body
    if attachment.many:
        _add(body, attachment.path, content)
    elif attachment.path not in body or isinstance(content, Unknown):
        body[attachment.path] = content
    sources: Any = document.origin
    sources.parts.setdefault(attachment.path, origin)


def _add(body: dict[str, Any], path: str, content: Any) -> None:
    existing = body.get(path)
    if isinstance(existing, Unknown):
        return
    body[path] = [*(existing if isinstance(existing, list) else []), content]
