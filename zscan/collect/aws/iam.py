"""IAM principals, read whole by GetAccountAuthorizationDetails. Sources: that operation; AWS::IAM::Role and AWS::IAM::User.

What a role may do comes from its inline policies and the default versions of its attached managed policies; a user's groups count too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zscan.collect import Bulk, Call, Collector
from zscan.collect.aws.policies import as_list, narrowed, principals, statements
from zscan.collect.aws.places import arn_parts
from zscan.collect.aws.rights import Rights
from zscan.collect.aws.shaping import GOVERNANCE, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Path, Reading
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all, kleene_any

_AI_SERVICES = (
    "bedrock.amazonaws.com",
    "bedrock-agentcore.amazonaws.com",
    "sagemaker.amazonaws.com",
    "kendra.amazonaws.com",
    "qbusiness.amazonaws.com",
    "comprehend.amazonaws.com",
    "lexv2.amazonaws.com",
)
# AWS-managed policies that hand out all of an AI service (AWS managed policy reference).
_FULL_AI = frozenset(
    "AmazonBedrockFullAccess AmazonBedrockMantleFullAccess AmazonSageMakerFullAccess AmazonSageMakerCanvasFullAccess "
    "BedrockAgentCoreFullAccess AmazonQFullAccess AmazonKendraFullAccess ComprehendFullAccess AmazonLexFullAccess AmazonRekognitionFullAccess".split()
)
# What the few AWS-managed policies hand out that decide a fact by their name alone, for templates, which hold no policy text.
_KNOWN = {"AdministratorAccess": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}
_INVOKE = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:InvokeAgent", "sagemaker:InvokeEndpoint")
_WEAKEN = (
    "bedrock:UpdateGuardrail",
    "bedrock:DeleteGuardrail",
    "bedrock:PutModelInvocationLoggingConfiguration",
    "bedrock:DeleteModelInvocationLoggingConfiguration",
)
_ESCALATE = (
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:CreateAccessKey",
    "iam:AddUserToGroup",
)
_START_AS = (
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateProcessingJob",
    "lambda:CreateFunction",
    "ec2:RunInstances",
    "bedrock-agentcore:CreateCodeInterpreter",
)
GRANTED = frozenset(
    f"identity.granted.{name}"
    for name in (
        "admin",
        "wildcard_service",
        "invoke_any_model",
        "invoke_models",
        "change_guardrails",
        "pass_any_role",
        "read_any_secret",
        "escalate",
        "full_ai_access",
    )
)
TRUST = frozenset(f"identity.trust.{name}" for name in ("anyone", "foreign_accounts", "external_id_missing", "unpinned_ai_service"))
_POLICY_PLACES: tuple[Path, ...] = (("Policies",), ("ManagedPolicyArns",))


def documents(document: Document) -> list[Any]:
    """The policy documents of a principal: inline, attached, and those of its groups; an unread one is an Unknown."""
    found: list[Any] = [_document(policy) for policy in document["Policies"].each()]
    read = {str(p.get("Arn").value): p.get("Document").value for p in document["ManagedPolicies"].each() if not p.unknown}
    cut = [p.value for p in document["ManagedPolicies"].each() if p.unknown]
    wanted = list(document["ManagedPolicyArns"].each())
    for group in document["GroupDetails"].each():
        if group.unknown:
            found.append(group.value)
            continue
        found += [_document(policy) for policy in group.get("Policies").each()]
        wanted += group.get("ManagedPolicyArns").each()
    for reading in wanted:
        found.append(_managed(reading, read, cut))
    return found


def _document(policy: Reading) -> Any:
    return policy.value if policy.unknown else policy.get("PolicyDocument").value


def _managed(arn: Reading, read: Mapping[str, Any], cut: list[Any]) -> Any:
    if arn.unknown:
        return arn.value
    if arn.value in read:
        return read[arn.value]
    name = str(arn.value).rsplit("/", 1)[-1]
    return _KNOWN.get(name) or (cut[0] if cut else Unknown(Reason(ReasonCode.UNRESOLVED, f"the text of policy {name} is not in the input")))


def granted(document: Document) -> dict[str, Truth]:
    """The facts of `identity.granted`, from the principal's own policies."""
    boundary = document["BoundaryDocument"].value if document["PermissionsBoundary"].is_set().value is True else None
    rights = Rights(documents(document), boundary)
    pass_any = rights.allows("iam:PassRole", everywhere=True)
    start_as_any = kleene_all([pass_any, rights.any_of(_START_AS, everywhere=False)])
    names = [arn.value for arn in document["ManagedPolicyArns"].each()]
    return {
        "admin": rights.admin(),
        "wildcard_service": rights.whole_service(),
        "invoke_any_model": rights.any_of(_INVOKE, everywhere=True),
        "invoke_models": rights.any_of(_INVOKE, everywhere=False),
        "change_guardrails": rights.any_of(_WEAKEN, everywhere=False),
        "pass_any_role": pass_any,
        "read_any_secret": rights.allows("secretsmanager:GetSecretValue", everywhere=True),
        "escalate": kleene_any([rights.any_of(_ESCALATE, everywhere=True), start_as_any]),
        "full_ai_access": kleene_any(n if isinstance(n, Unknown) else str(n).rsplit("/", 1)[-1] in _FULL_AI for n in names),
    }


def trusts(trust: Reading, account: str) -> dict[str, Any]:
    """The facts of `identity.trust`, from the role's trust policy."""
    anyone: list[Truth] = []
    foreign: list[Any] = []
    no_id: list[Truth] = []
    unpinned: list[Truth] = []
    for statement in [trust.value] if trust.unknown else statements(trust.value):
        if isinstance(statement, Unknown):
            anyone.append(statement)
            foreign.append(statement)
            no_id.append(statement)
            unpinned.append(statement)
            continue
        if statement.get("Effect") != "Allow":
            continue
        tied = narrowed(statement)
        for kind, principal in principals(statement):
            if isinstance(principal, Unknown):
                (unpinned if kind == "Service" else anyone).append(principal)
            elif principal == "*":
                anyone.append(tied if isinstance(tied, Unknown) else not tied)
            elif kind == "Service" and principal in _AI_SERVICES:
                unpinned.append(_lacks(statement, ("aws:sourceaccount", "aws:sourcearn")))
            elif kind == "AWS" and (other := _account(principal)) and other != account:
                foreign += [] if other in foreign else [other]
                no_id.append(_lacks(statement, ("sts:externalid", "aws:principalorgid", "aws:principalarn")))
    return {
        "anyone": kleene_any(anyone),
        "foreign_accounts": sorted(f for f in foreign if not isinstance(f, Unknown)) + [f for f in foreign if isinstance(f, Unknown)][:1],
        "external_id_missing": kleene_any(no_id),
        "unpinned_ai_service": kleene_any(unpinned),
    }


def _account(principal: str) -> str:
    parts = arn_parts(principal)
    return parts[2] if parts else principal if principal.isdigit() else ""


def _lacks(statement: Mapping[str, Any], keys: tuple[str, ...]) -> Truth:
    condition = statement.get("Condition")
    if isinstance(condition, Unknown):
        return condition
    present = {str(key).lower() for tests in (condition or {}).values() if isinstance(tests, Mapping) for key in tests}
    return not present & set(keys)


def _shape(kind: str) -> Callable[[Document], Iterable[Draft]]:
    def shape(document: Document) -> Iterable[Draft]:
        draft = asset(document, "identity")
        draft.set("identity.kind", kind)
        draft.set("identity.boundary", document["PermissionsBoundary"].is_set())
        for name, value in granted(document).items():
            draft.set(f"identity.granted.{name}", Reading(value, _POLICY_PLACES))
        if kind == "role":
            trust = document["AssumeRolePolicyDocument"]
            for name, value in trusts(trust, document.account).items():
                draft.set(f"identity.trust.{name}", Reading(value, trust.places))
        yield draft

    return shape


def canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    """A role, user or group of GetAccountAuthorizationDetails in the words of CloudFormation."""
    body: dict[str, Any] = {}
    for key, value in answer.items():
        if key in {"RolePolicyList", "UserPolicyList", "GroupPolicyList"}:
            body["Policies"] = value
        elif key == "AttachedManagedPolicies":
            body["ManagedPolicyArns"] = [policy["PolicyArn"] for policy in value]
        elif key == "PermissionsBoundary":
            body[key] = value.get("PermissionsBoundaryArn")
        elif key == "GroupList":
            body["Groups"] = value
        elif not key.startswith("@"):
            body[key] = value
    return body


def _details(items: str) -> Call:
    action = "iam:GetAccountAuthorizationDetails"
    return Call(service="iam", operation="GetAccountAuthorizationDetails", action=action, items=items, page_size=1000)


def _default_version(policy: Mapping[str, Any]) -> Any:
    versions = policy.get("PolicyVersionList") or []
    text = next((version.get("Document") for version in versions if version.get("IsDefaultVersion")), None)
    return {"Arn": policy["Arn"], "Document": text}


def _policy_arns(body: Mapping[str, Any]) -> list[str]:
    groups = [group for group in as_list(body.get("GroupDetails")) if isinstance(group, Mapping)]
    own = as_list(body.get("ManagedPolicyArns"))
    return [str(arn) for arn in own + [a for group in groups for a in as_list(group.get("ManagedPolicyArns"))] if isinstance(arn, str)]


_GROUPS = Bulk(
    path="GroupDetails",
    call=_details("GroupDetailList"),
    index=lambda group: str(group["GroupName"]),
    keys=lambda body: [str(name) for name in as_list(body.get("Groups"))],
    take=canonical,
    many=True,
)
_POLICIES = Bulk(
    path="ManagedPolicies",
    call=_details("Policies"),
    index=lambda policy: str(policy["Arn"]),
    keys=_policy_arns,
    take=_default_version,
    many=True,
)
_BOUNDARY = Bulk(
    path="BoundaryDocument",
    call=_details("Policies"),
    index=lambda policy: str(policy["Arn"]),
    keys=lambda body: [body["PermissionsBoundary"]] if isinstance(body.get("PermissionsBoundary"), str) else [],
    take=lambda policy: _default_version(policy)["Document"],
)

COLLECTORS = (
    Collector(
        native_type="AWS::IAM::Role",
        asset_type="identity",
        scope="account",
        list=_details("RoleDetailList"),
        bulk=(_POLICIES, _BOUNDARY),
        identify=lambda role, _place: str(role["Arn"]),
        name=lambda role: str(role["RoleName"]),
        canonical=canonical,
        shape=_shape("role"),
        facts=GOVERNANCE | GRANTED | TRUST | {"identity.kind", "identity.boundary"},
    ),
    Collector(
        native_type="AWS::IAM::User",
        asset_type="identity",
        scope="account",
        list=_details("UserDetailList"),
        bulk=(_GROUPS, _POLICIES, _BOUNDARY),
        identify=lambda user, _place: str(user["Arn"]),
        name=lambda user: str(user["UserName"]),
        canonical=canonical,
        shape=_shape("user"),
        facts=GOVERNANCE | GRANTED | {"identity.kind", "identity.boundary"},
    ),
)
