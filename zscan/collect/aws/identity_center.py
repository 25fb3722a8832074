"""Permission sets of IAM Identity Center: what people get when they pick a role in the access portal, and for how long.

Sources: ListInstances; below an instance of the account's own, ListPermissionSets and what can be asked of each set;
AWS::SSO::PermissionSet.
Other accounts of an organisation see its instance but may not read it, so only the owner (the management account, or an account with
an instance of its own) has permission sets here. The texts of AWS-managed policies and of the policies that a set names in the
accounts stand elsewhere: what they hand out is known for a few by name, and unknown for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.iam import GRANTED, granted
from zscan.collect.aws.trust import PEOPLE
from zscan.model.asset import Draft
from zscan.model.document import Document, Path, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_GRANTING: tuple[Path, ...] = (("InlinePolicy",), ("ManagedPolicies",), ("CustomerManagedPolicyReferences",))
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNIT_SECONDS = (86_400, 3_600, 60, 1)
# AWS-managed policies for job functions that hand out no right which a fact here asks about (AWS managed policy reference).
_HARMLESS: dict[str, Any] = {"Statement": []}
_KNOWN: Mapping[str, Any] = {
    **dict.fromkeys(("Billing", "ReadOnlyAccess", "SecurityAudit", "ViewOnlyAccess"), _HARMLESS),
    "PowerUserAccess": {
        "Statement": [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}],
    },
}
_ELSEWHERE = Unknown(Reason(ReasonCode.UNRESOLVED, "the text of a policy that the set names stands in each account"))
_LIVE_ONLY = Unknown(Reason(ReasonCode.NO_FILE_FORM, "which accounts the set is provisioned to is known only in the live system"))


def shape_permission_set(document: Document) -> Iterable[Draft]:
    """A permission set: rights, the length of a session, and whether anybody holds it."""
    draft = Draft(document, "identity")
    draft.keys.add(document.name)
    draft.tags = {}
    boundary, accounts = document["PermissionsBoundary"], document["ProvisionedAccounts"]
    draft.set("identity.kind", "permission_set")
    draft.set("identity.people", False)
    draft.set("identity.federated", True)
    draft.set("identity.boundary", boundary.is_set())
    draft.set("identity.session_seconds", document["SessionDuration"].default("PT1H").map(_seconds))
    # A set is provisioned where somebody is assigned to it, and an assignment has no end (API reference, CreateAccountAssignment).
    live = document.view == "live"
    held = [account.map(lambda _account: True) for account in accounts.each()]
    draft.set("identity.standing", _any(held, accounts) if live else Reading(_LIVE_ONLY))
    for name, value in granted(_as_principal(document)).items():
        draft.set(f"identity.granted.{name}", Reading(value, _GRANTING))
    yield draft


def _any(readings: list[Reading], whole: Reading) -> Reading:
    """True as soon as one was read, false where the whole listing is empty."""
    known = [one for one in readings if not one.unknown]
    return Reading(True, whole.places) if known else Reading(readings[0].value if readings else False, whole.places)


def _as_principal(document: Document) -> Document:
    """The set in the words in which a role states its policies."""
    names = document["ManagedPolicies"].each()
    inline = document["InlinePolicy"]
    policies = [{"PolicyDocument": inline.value}] if inline.unknown or inline.value else []
    policies += [{"PolicyDocument": one.value if one.unknown else _ELSEWHERE} for one in document["CustomerManagedPolicyReferences"].each()]
    bound = _boundary(document["PermissionsBoundary"])
    body = {
        "Policies": policies,
        "ManagedPolicyArns": [name.value for name in names],
        "ManagedPolicies": [{"Arn": name.value, "Document": text} for name in names if (text := _text(name)) is not None],
        "PermissionsBoundary": bound.value,
        "BoundaryDocument": _text(bound),
    }
    return Document(
        id=document.id,
        native_type=document.native_type,
        name=document.name,
        provider=document.provider,
        account=document.account,
        body=body,
        origin=document.origin,
    )


def _text(arn: Reading) -> Any:
    """What is known of an AWS-managed policy by its name."""
    prefix, _, name = str(arn.value).rpartition("/")
    return _KNOWN.get(name) if ":iam::aws:policy" in prefix else None


def _boundary(boundary: Reading) -> Reading:
    """The ARN or name of the boundary; None when the set has none."""
    arn = boundary.get("ManagedPolicyArn")
    return arn if arn.unknown or arn.value else boundary.get("CustomerManagedPolicyReference.Name")


def _seconds(text: Any) -> Any:
    """An ISO 8601 duration in seconds."""
    match = _DURATION.fullmatch(str(text))
    if match is None or not str(text).isascii() or not any(match.groups()):
        return Unknown(Reason(ReasonCode.UNPARSABLE, "the session duration is no ISO 8601 duration"))
    return sum(int(count or 0) * unit for count, unit in zip(match.groups(), _UNIT_SECONDS, strict=True))


def _own(instance: Mapping[str, Any], place: Place) -> bool:
    """Whether the instance belongs to the account; an organisation's instance is visible to all of its accounts."""
    return str(instance.get("OwnerAccountId") or place.account) == place.account


def _set_call(operation: str, **more: Any) -> Call:
    params = {"InstanceArn": "{InstanceArn}", "PermissionSetArn": "{item}"}
    return Call(service="sso-admin", operation=operation, action=f"sso:{operation}", params=params, **more)


def _name(answer: Mapping[str, Any]) -> str:
    """The set's name; before it was described, `Name` is the instance's."""
    return str(answer["Name"]) if "PermissionSetArn" in answer else str(answer["item"]).rsplit("/", 1)[-1]


COLLECTORS = (
    # Instances have no posture of their own: they lead to their permission sets.
    Collector(
        native_type="AWS::SSO::Instance",
        asset_type="identity",
        list=Call(service="sso-admin", operation="ListInstances", action="sso:ListInstances", items="Instances"),
        own=_own,
        identify=lambda instance, _place: str(instance["InstanceArn"]),
        name=lambda instance: str(instance.get("Name") or instance["InstanceArn"]),
        canonical=cfn_names(),
        shape=lambda _document: (),
        facts=frozenset(),
        file_form=False,
    ),
    Collector(
        native_type="AWS::SSO::PermissionSet",
        asset_type="identity",
        parent="AWS::SSO::Instance",
        list=Call(
            service="sso-admin",
            operation="ListPermissionSets",
            action="sso:ListPermissionSets",
            params={"InstanceArn": "{InstanceArn}"},
            items="PermissionSets",
            page_size=100,
        ),
        describe=_set_call("DescribePermissionSet", take="PermissionSet"),
        parts=(
            Part(path="InlinePolicy", call=_set_call("GetInlinePolicyForPermissionSet", take="InlinePolicy")),
            Part(
                path="ManagedPolicies",
                call=_set_call("ListManagedPoliciesInPermissionSet", items="AttachedManagedPolicies"),
                canonical=lambda policy: policy["Arn"],
            ),
            Part(
                path="CustomerManagedPolicyReferences",
                call=_set_call(
                    "ListCustomerManagedPolicyReferencesInPermissionSet",
                    items="CustomerManagedPolicyReferences",
                ),
            ),
            Part(
                path="PermissionsBoundary",
                call=_set_call(
                    "GetPermissionsBoundaryForPermissionSet",
                    take="PermissionsBoundary",
                    absent=frozenset({"ResourceNotFoundException"}),
                ),
            ),
            Part(path="ProvisionedAccounts", call=_set_call("ListAccountsForProvisionedPermissionSet", items="AccountIds")),
        ),
        identify=lambda answer, _place: str(answer["item"]),
        name=_name,
        canonical=cfn_names(only=frozenset({"SessionDuration", "Description"})),
        shape=shape_permission_set,
        facts=GRANTED | PEOPLE - {"credentials.second_factor"} | {"identity.kind", "identity.boundary", "identity.session_seconds"},
        live_only=frozenset({"identity.standing"}),
    ),
)
