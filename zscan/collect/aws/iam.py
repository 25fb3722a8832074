"""IAM principals, read whole by GetAccountAuthorizationDetails. Sources: that operation; AWS::IAM::Role and AWS::IAM::User.

What a role may do comes from its inline policies and the default versions of its attached managed policies; a user's groups count too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zscan.collect import Bulk, Call, Collector, Shaped
from zscan.collect.aws.iam_keys import NATIVE_TYPE as USER_CREDENTIALS
from zscan.collect.aws.policies import account_of, grants_of, narrowed
from zscan.collect.aws.rights import Rights, concerns
from zscan.collect.aws.settings import number
from zscan.collect.aws.shaping import GOVERNANCE, asset
from zscan.collect.aws.trust import PEOPLE, ends, people
from zscan.iam.fragments import Held, principal_fragment
from zscan.iam.statements import as_list, conditions, effect, principals, statements
from zscan.model.asset import Draft
from zscan.model.document import Document, Path, Reading, combine
from zscan.model.offers import Via
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all, kleene_any, kleene_not

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
    {
        "AmazonBedrockFullAccess",
        "AmazonBedrockMantleFullAccess",
        "AmazonKendraFullAccess",
        "AmazonLexFullAccess",
        "AmazonQFullAccess",
        "AmazonRekognitionFullAccess",
        "AmazonSageMakerCanvasFullAccess",
        "AmazonSageMakerFullAccess",
        "BedrockAgentCoreFullAccess",
        "ComprehendFullAccess",
    }
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
_SIGN_IN_LINKS = ("sagemaker:CreatePresignedDomainUrl", "sagemaker:CreatePresignedNotebookInstanceUrl")
_ISSUE_KEYS = ("iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential")
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
        "mint_sign_in_links",
        "issue_keys",
    )
)
TRUST = frozenset(f"identity.trust.{name}" for name in ("anyone", "foreign_accounts", "external_id_missing", "unpinned_ai_service"))
EFFECTIVE = frozenset({"identity.effective.escalation_path"})  # of all policies together, by the derivation of access
# Conditions that keep an AI service, or a foreign account, from acting for somebody else (IAM user guide, the confused deputy problem).
_SOURCE = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
_EXTERNAL = frozenset({"sts:externalid", "aws:principalorgid", "aws:principalarn"})
# The rights that relevance keeps a principal for: only then is it asked what it signs in with.
_AI_RIGHTS = ("invoke_models", "change_guardrails", "full_ai_access")
_HOUR = 3600
_CREDENTIAL_OF = "iam:servicespecificcredentialservicename"
_NO_USE = Unknown(Reason(ReasonCode.NO_FILE_FORM, "use is recorded only in the live system"))
_SIGN_IN = frozenset({"credentials.second_factor"})
_PORTAL_PATH = "/aws-reserved/sso.amazonaws.com/"  # roles that IAM Identity Center makes of permission sets
_PORTAL = Unknown(Reason(ReasonCode.UNRESOLVED, "the length of its sessions is set by its permission set, not by the role"))
_NEVER_ASKED = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "what it signs in with is read only live, and for users with AI rights"))
_POLICY_PLACES: tuple[Path, ...] = (("Policies",), ("ManagedPolicyArns",))


def documents(document: Document) -> list[Any]:
    """The policy documents of a principal: inline, attached, and those of its groups; an unread one is an Unknown."""
    return [policy.document for policy in held(document)]


def held(document: Document) -> list[Held]:
    """The policies of a principal: inline ones, those of its groups, and what is attached to either."""
    read = {str(p.get("Arn").value): p.get("Document").value for p in document["ManagedPolicies"].each() if not p.unknown}
    cut = [p.value for p in document["ManagedPolicies"].each() if p.unknown]
    groups = [(_text(group.get("GroupName")), group) for group in _groups(document)]
    found = [Held(_text(policy.get("PolicyName")), "", _document(policy)) for policy in document["Policies"].each()]
    for name, group in groups:
        inline = [] if group.unknown else group.get("Policies").each()
        found += [Held(name, name, group.value)] if group.unknown else []
        found += [Held(_text(policy.get("PolicyName")), name, _document(policy)) for policy in inline]
    attached = [("", arn) for arn in document["ManagedPolicyArns"].each()]
    attached += [(name, arn) for name, group in groups if not group.unknown for arn in group.get("ManagedPolicyArns").each()]
    return found + [Held(_policy_name(arn.value), name, _managed(arn, read, cut), _text(arn)) for name, arn in attached]


def _text(reading: Reading) -> str:
    return "" if reading.unknown else str(reading.value or "")


def _groups(document: Document) -> list[Reading]:
    """The groups of a user. Where only their names are known (in a template), what they hand out is not."""
    details = document["GroupDetails"]
    if details.value is not None:
        return details.each()
    why = "what group {} hands out is not in the input"
    return [name.map(lambda text: Unknown(Reason(ReasonCode.UNRESOLVED, why.format(text)))) for name in document["Groups"].each()]


def _attached(document: Document) -> list[Reading]:
    """ARNs of the managed policies of a principal and of its groups."""
    of_groups = [arn for group in _groups(document) if not group.unknown for arn in group.get("ManagedPolicyArns").each()]
    return document["ManagedPolicyArns"].each() + of_groups


def _document(policy: Reading) -> Any:
    return policy.value if policy.unknown else policy.get("PolicyDocument").value


def _managed(arn: Reading, read: Mapping[str, Any], cut: list[Any]) -> Any:
    if arn.unknown:
        return arn.value
    found = [text for text in (read.get(str(arn.value)), _KNOWN.get(_provider_policy(arn.value)), *cut) if text is not None]
    return (
        found[0] if found else Unknown(Reason(ReasonCode.UNRESOLVED, f"the text of policy {_policy_name(arn.value)} is not in the input"))
    )


def _policy_name(arn: Any) -> str:
    return str(arn).rsplit("/", 1)[-1]


def _provider_policy(arn: Any) -> str:
    """The name of a policy of AWS's own; "" for a policy of the account, whatever its name."""
    return _policy_name(arn) if ":iam::aws:policy/" in str(arn) else ""


def _boundary(document: Document) -> Any:
    """The text of the permission boundary; None when there is none, an Unknown when it was not read."""
    named, text = document["PermissionsBoundary"], document["BoundaryDocument"].value
    if named.unknown:
        return named.value
    if named.is_set().value is False or text not in (None, []):  # an empty list: the complete listing does not hold it
        return text if named.value else None
    missing = Unknown(Reason(ReasonCode.UNRESOLVED, f"the text of permission boundary {_policy_name(named.value)} is not in the input"))
    return _KNOWN.get(_provider_policy(named.value), missing)


def granted(document: Document) -> dict[str, Truth]:
    """The facts of `identity.granted`, from the principal's own policies."""
    rights = Rights(documents(document), _boundary(document))
    pass_any = rights.allows("iam:PassRole", everywhere=True)
    keys = Rights([_for_ai(text) for text in rights.documents], rights.boundary)
    start_as_any = kleene_all([pass_any, rights.any_of(_START_AS, everywhere=False)])
    groups = [group.value for group in _groups(document) if group.unknown]
    names = [arn.value for arn in _attached(document)]
    return {
        "admin": rights.admin(),
        "wildcard_service": rights.whole_service(),
        "invoke_any_model": rights.any_of(_INVOKE, everywhere=True),
        "invoke_models": rights.any_of(_INVOKE, everywhere=False),
        "change_guardrails": rights.any_of(_WEAKEN, everywhere=False),
        "pass_any_role": pass_any,
        "read_any_secret": rights.allows("secretsmanager:GetSecretValue", everywhere=True),
        "escalate": kleene_any([rights.any_of(_ESCALATE, everywhere=True), start_as_any]),
        "mint_sign_in_links": rights.any_of(_SIGN_IN_LINKS, everywhere=True),
        "full_ai_access": kleene_any([*groups, *(n if isinstance(n, Unknown) else _provider_policy(n) in _FULL_AI for n in names)]),
        "issue_keys": keys.any_of(_ISSUE_KEYS, everywhere=False),
    }


def _for_ai(document: Any) -> Any:
    """A policy without the statements that are only about credentials of services other than AI (CodeCommit, Keyspaces)."""
    found = statements(document)
    return {"Statement": [one for one in found if isinstance(one, Unknown) or not _other_service(one)]}


def _other_service(statement: Mapping[str, Any]) -> bool:
    named = [value for operator, key, value in conditions(statement) if key == _CREDENTIAL_OF and operator == "stringequals"]
    return any(all(isinstance(one, str) and not one.startswith("bedrock") for one in as_list(value)) for value in named)


def _never_ends(document: Document, full_access: Truth) -> Truth:
    """Whether a right to administer AI is held without an end date. What a provider's policy hands out has none."""
    found = [statement for text in documents(document) for statement in statements(text)]
    open_ended = [
        one if isinstance(one, Unknown) else kleene_all([effect(one, "Allow"), concerns(one, _WEAKEN), kleene_not(ends(one))])
        for one in found
    ]
    return kleene_any([full_access, *open_ended])


def trusts(trust: Reading, account: str) -> dict[str, Any]:
    """The facts of `identity.trust`, from the role's trust policy."""
    grants = grants_of(trust, account)
    no_id: list[Truth] = []
    unpinned: list[Truth] = []
    for statement in [trust.value] if trust.unknown else statements(trust.value):
        if isinstance(statement, Unknown):
            no_id.append(statement)
            unpinned.append(statement)
            continue
        allowed = effect(statement, "Allow")
        for kind, principal in principals(statement):
            if isinstance(principal, Unknown):
                unread = kleene_all([allowed, principal])
                no_id.append(unread)
                unpinned.append(unread)  # also of an unread account: of a principal that is all unread, the kind is not known either
            elif kind == "Service" and principal in _AI_SERVICES:
                unpinned.append(kleene_all([allowed, kleene_not(narrowed(statement, _SOURCE))]))
            elif kind == "AWS" and account_of(str(principal)) not in {"", account}:
                no_id.append(kleene_all([allowed, kleene_not(narrowed(statement, _EXTERNAL))]))
    return {
        "anyone": grants.public.value,
        "foreign_accounts": grants.foreign_accounts.value,
        "external_id_missing": kleene_any(no_id),
        "unpinned_ai_service": kleene_any(unpinned),
    }


def _shape(kind: str) -> Callable[[Document], Iterable[Shaped]]:
    def shape(document: Document) -> Iterable[Shaped]:
        draft = asset(document, "identity")
        draft.set("identity.kind", kind)
        draft.set("identity.boundary", document["PermissionsBoundary"].is_set())
        rights = granted(document)
        for name, value in rights.items():
            draft.set(f"identity.granted.{name}", Reading(value, _POLICY_PLACES))
        if kind == "role":
            _state_role(draft, document)
        else:
            draft.set("identity.standing", Reading(_never_ends(document, rights["full_ai_access"]), _POLICY_PLACES))
            draft.set("identity.people", True)
            draft.set("identity.federated", False)
            draft.set("credentials.second_factor", Reading(_NEVER_ASKED))
            if document.view == "live" and any(rights[name] is not False for name in _AI_RIGHTS):
                draft.refer("holds", USER_CREDENTIALS, document["UserName"])
        yield draft
        cap, named = _boundary(document), _policy_name(document["PermissionsBoundary"].value)
        yield principal_fragment(document, kind=kind, held=held(document), boundary=None if cap is None else (named, cap))

    return shape


def _state_role(draft: Draft, document: Document) -> None:
    """Who may become the role, for how long, and when somebody last did."""
    trust = document["AssumeRolePolicyDocument"]
    for name, value in trusts(trust, document.account).items():
        draft.set(f"identity.trust.{name}", Reading(value, trust.places))
    for path, reading in people(trust, document.account).items():
        draft.set(path, reading)
    portal = document["Path"].default("/").map(lambda path: str(path).startswith(_PORTAL_PATH))
    # Unset in a template, a session lasts an hour at most (AWS::IAM::Role, MaxSessionDuration).
    longest = number(document["MaxSessionDuration"].default(_HOUR), unset="")
    draft.set("identity.session_seconds", combine(lambda seconds, by_portal: _PORTAL if by_portal else seconds, longest, portal))
    draft.set("identity.idle_since", _idle_since(document))


def _idle_since(document: Document) -> Reading:
    """IAM tells the last use within 400 days; a role without one was not used since, or since it was made."""
    if document.view == "declared":
        return Reading(_NO_USE)
    made, used = document["CreateDate"], document["RoleLastUsed.LastUsedDate"]
    return combine(lambda at, last: str(last or at), made, used)


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
# GetAccountAuthorizationDetails leaves the length of sessions out; ListRoles tells it for all roles.
_SESSIONS = Bulk(
    path="MaxSessionDuration",
    call=Call(service="iam", operation="ListRoles", action="iam:ListRoles", items="Roles", page_size=1000),
    index=lambda role: str(role["Arn"]),
    keys=lambda body: [body["@id"]],
    take=lambda role: role.get("MaxSessionDuration", _HOUR),
)

COLLECTORS = (
    Collector(
        native_type="AWS::IAM::Role",
        asset_type="identity",
        scope="account",
        list=_details("RoleDetailList"),
        bulk=(_POLICIES, _BOUNDARY, _SESSIONS),
        identify=lambda role, _place: str(role["Arn"]),
        name=lambda role: str(role["RoleName"]),
        canonical=canonical,
        shape=_shape("role"),
        facts=GOVERNANCE
        | GRANTED
        | TRUST
        | PEOPLE
        | {"identity.kind", "identity.boundary", "identity.session_seconds", "identity.idle_since"},
        derived=EFFECTIVE,
        live_only=EFFECTIVE | {"identity.idle_since"},
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
        facts=GOVERNANCE | GRANTED | PEOPLE | {"identity.kind", "identity.boundary"},
        derived=EFFECTIVE,
        live_only=EFFECTIVE | _SIGN_IN,
        relations=frozenset({"holds"}),
        via=(Via(native_type="AWS::IAM::User", relation="holds", facts={"credentials.second_factor": "all"}),),
    ),
)
