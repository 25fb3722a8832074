"""Builders for how people sign in: keys and factors of users, IAM Identity Center, Access Analyzer."""

from __future__ import annotations

from typing import Any

from .document import CREATED, Document, arn, merged, short_id, text

_INSTANCE = "ssoins-7223a1b2c3d4e5f6"


def access_key(estate: Document, account: str, user: str, *, status: str = "Active", **overrides: Any) -> None:
    """Give a user an access key."""
    base = {
        "UserName": user,
        "AccessKeyId": f"AKIA{short_id('access key', account, user, status, length=16).upper()}",
        "Status": status,
        "CreateDate": CREATED,
    }
    estate.at(account, "*", "iam").add_row("ListAccessKeys", {"UserName": user}, "AccessKeyMetadata", merged(base, overrides))


def api_key(estate: Document, account: str, user: str, *, service: str = "bedrock.amazonaws.com", **overrides: Any) -> None:
    """Give a user a service-specific credential; one for Bedrock is a long-term API key. Without ExpirationDate it has no end."""
    base = {
        "UserName": user,
        "Status": "Active",
        "ServiceName": service,
        "CreateDate": CREATED,
        "ServiceSpecificCredentialId": f"ACCA{short_id('api key', account, user, service, length=16).upper()}",
    }
    estate.at(account, "*", "iam").add("ListServiceSpecificCredentials", "ServiceSpecificCredentials", merged(base, overrides))


def password(estate: Document, account: str, user: str, *, second_factor: bool) -> None:
    """Let a user sign in to the console, with or without a second factor."""
    place = estate.at(account, "*", "iam")
    place.row("GetLoginProfile", {"UserName": user}, {"LoginProfile": {"UserName": user, "CreateDate": CREATED}})
    if second_factor:
        device = {"UserName": user, "SerialNumber": f"arn:aws:iam::{account}:mfa/{user}", "EnableDate": CREATED}
        place.add_row("ListMFADevices", {"UserName": user}, "MFADevices", device)


def instance_arn() -> str:
    """Return the ARN of the instance that `identity_center` makes."""
    return f"arn:aws:sso:::instance/{_INSTANCE}"


def identity_center(estate: Document, account: str, region: str, *, owner: str = "") -> None:
    """Make an instance of IAM Identity Center visible; by default it is the account's own."""
    item = {
        "InstanceArn": instance_arn(),
        "IdentityStoreId": "d-9067f1a2b3",
        "OwnerAccountId": owner or account,
        "CreatedDate": CREATED,
        "Status": "ACTIVE",
    }
    estate.at(account, region, "sso-admin").add("ListInstances", "Instances", item)


def permission_set(
    estate: Document,
    account: str,
    region: str,
    name: str,
    *,
    inline: Any = None,
    managed: tuple[str, ...] = (),
    customer: tuple[str, ...] = (),
    boundary: str = "",
    accounts: tuple[str, ...] = (),
    **overrides: Any,
) -> str:
    """Add a permission set, provisioned to `accounts`, and return its ARN."""
    own = f"arn:aws:sso:::permissionSet/{_INSTANCE}/ps-{short_id('permission set', account, name, length=16).lower()}"
    place, match = estate.at(account, region, "sso-admin"), {"InstanceArn": instance_arn(), "PermissionSetArn": own}
    described = merged({"Name": name, "PermissionSetArn": own, "CreatedDate": CREATED, "SessionDuration": "PT1H"}, overrides)
    policies = [{"Name": policy, "Arn": f"arn:aws:iam::aws:policy/{policy}"} for policy in managed]
    references = [{"Name": policy, "Path": "/"} for policy in customer]
    place.add_row("ListPermissionSets", {"InstanceArn": instance_arn()}, "PermissionSets", own)
    place.row("DescribePermissionSet", match, {"PermissionSet": described})
    place.row("GetInlinePolicyForPermissionSet", match, {"InlinePolicy": text(inline) if inline else ""})
    place.row("ListManagedPoliciesInPermissionSet", match, {"AttachedManagedPolicies": policies})
    place.row("ListCustomerManagedPolicyReferencesInPermissionSet", match, {"CustomerManagedPolicyReferences": references})
    place.row("ListAccountsForProvisionedPermissionSet", match, {"AccountIds": list(accounts)})
    if boundary:
        bound = {"PermissionsBoundary": {"ManagedPolicyArn": f"arn:aws:iam::aws:policy/{boundary}"}}
        place.row("GetPermissionsBoundaryForPermissionSet", match, bound)
    return own


def analyzer(estate: Document, account: str, region: str, name: str, *, kind: str = "ACCOUNT", status: str = "ACTIVE") -> None:
    """Add an analyzer of IAM Access Analyzer."""
    own = arn("access-analyzer", account, region, f"analyzer/{name}")
    item = {"arn": own, "name": name, "type": kind, "status": status, "createdAt": CREATED}
    estate.at(account, region, "accessanalyzer").add("ListAnalyzers", "analyzers", item)
