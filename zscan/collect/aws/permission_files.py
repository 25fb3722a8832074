"""The policies of a scan as Terraform, as a CloudFormation template and as the template of a StackSet.

Sources: CloudFormation reference of AWS::IAM::ManagedPolicy and AWS::IAM::Role (MaxSessionDuration 3,600 to 43,200 s); IAM user guide on
external ids (2 to 1,224 characters). A role with a name of its own needs the capability CAPABILITY_NAMED_IAM.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zscan.collect.aws.permissions import AUDIT_ROLE, DESCRIPTION, NamedPolicy, document

_EXTERNAL_ID = {
    "Type": "String",
    "Default": "",
    "Description": "A text that the auditor has to present when it takes the role on. Empty: none is asked for.",
    "AllowedPattern": r"[\w+=,.@:/-]*",
    "MaxLength": 1224,
}
_ROLE_NAME = {
    "Type": "String",
    "Default": AUDIT_ROLE,
    "Description": "The name of the role that the audit assumes.",
    "AllowedPattern": r"[\w+=,.@-]{1,64}",
}
_SESSION = {
    "Type": "Number",
    "Default": 3600,
    "MinValue": 3600,
    "MaxValue": 43200,
    "Description": "Seconds that one audit may use the role.",
}
_BOUNDARY = {
    "Type": "String",
    "Default": "",
    "Description": "ARN of a policy that caps the role (permissions boundary). Empty: none.",
    "AllowedPattern": r"(arn:[\w-]+:iam::(\d{12}|aws):policy/.+)?",
}


def cloudformation(named: Sequence[NamedPolicy]) -> dict[str, Any]:
    """The managed policies, and, where somebody is named to trust, a role that holds them."""
    trusted = {
        "Type": "String",
        "Default": "",
        "Description": "ARN of the principal that may assume the audit role. Empty: only the policies are made, no role.",
        "AllowedPattern": r"(arn:[\w-]+:(iam|sts)::\d{12}:.+)?",
    }
    role = _role(named, principal={"Ref": "TrustedPrincipalArn"})
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{DESCRIPTION} Needs CAPABILITY_NAMED_IAM.",
        "Parameters": {
            "TrustedPrincipalArn": trusted,
            "ExternalId": _EXTERNAL_ID,
            "RoleName": _ROLE_NAME,
            "MaxSessionDuration": _SESSION,
            "PermissionsBoundaryArn": _BOUNDARY,
        },
        "Conditions": {"WithRole": _given("TrustedPrincipalArn"), **_conditions()},
        "Resources": {**_policies(named, own_names=True), "AuditRole": {**role, "Condition": "WithRole"}},
        "Outputs": {
            **{f"{_logical_id(name)}Arn": {"Value": {"Ref": _logical_id(name)}} for name, _ in named},
            "AuditRoleArn": {"Condition": "WithRole", "Value": {"Fn::GetAtt": ["AuditRole", "Arn"]}},
        },
    }


def stackset(named: Sequence[NamedPolicy]) -> dict[str, Any]:
    """The audit role for every account of an organisation; it trusts one account, from which the audit runs."""
    account = {
        "Type": "String",
        "Description": "The account from which the audit runs. Who there may assume roles can use this one.",
        "AllowedPattern": r"\d{12}",
    }
    root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${TrustedAccountId}:root"}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{DESCRIPTION} For a StackSet: one region is enough, IAM is global. Needs CAPABILITY_NAMED_IAM.",
        "Parameters": {
            "TrustedAccountId": account,
            "ExternalId": _EXTERNAL_ID,
            "RoleName": _ROLE_NAME,
            "MaxSessionDuration": _SESSION,
            "PermissionsBoundaryArn": _BOUNDARY,
        },
        "Conditions": _conditions(),
        "Resources": {**_policies(named, own_names=False), "AuditRole": _role(named, principal=root)},
        "Outputs": {"AuditRoleArn": {"Value": {"Fn::GetAtt": ["AuditRole", "Arn"]}}},
    }


def _conditions() -> dict[str, Any]:
    return {"WithExternalId": _given("ExternalId"), "WithBoundary": _given("PermissionsBoundaryArn")}


def _given(parameter: str) -> dict[str, Any]:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}


def _policies(named: Sequence[NamedPolicy], *, own_names: bool) -> dict[str, Any]:
    """Managed policies. In a StackSet CloudFormation names them, so that they meet no policy of an account by accident."""
    return {
        _logical_id(name): {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                **({"ManagedPolicyName": name} if own_names else {}),
                "Description": DESCRIPTION,
                "PolicyDocument": document(statements),
            },
        }
        for name, statements in named
    }


def _role(named: Sequence[NamedPolicy], *, principal: Any) -> dict[str, Any]:
    nothing = {"Ref": "AWS::NoValue"}
    presents = {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"Fn::If": ["WithExternalId", presents, nothing]},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": {"Ref": "RoleName"},
            "Description": DESCRIPTION,
            "MaxSessionDuration": {"Ref": "MaxSessionDuration"},
            "PermissionsBoundary": {"Fn::If": ["WithBoundary", {"Ref": "PermissionsBoundaryArn"}, nothing]},
            "ManagedPolicyArns": [{"Ref": _logical_id(name)} for name, _ in named],
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        },
    }


def _logical_id(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def terraform(named: Sequence[NamedPolicy]) -> str:
    """A data source and a managed policy for each, laid out as `terraform fmt` does."""
    return "\n".join(_terraform_policy(*one) for one in named)


def _terraform_policy(name: str, statements: Sequence[tuple[str, Sequence[str]]]) -> str:
    label = name.replace("-", "_")
    lines = [f'data "aws_iam_policy_document" "{label}" {{']
    for number, (sid, actions) in enumerate(statements):
        lines += [""] if number else []
        lines += ["  statement {", f'    sid       = "{sid}"', '    effect    = "Allow"', '    resources = ["*"]', "", "    actions = ["]
        lines += [f'      "{action}",' for action in actions]
        lines += ["    ]", "  }"]
    lines += ["}", "", f'resource "aws_iam_policy" "{label}" {{']
    lines += [f'  name        = "{name}"', f'  description = "{DESCRIPTION}"']
    lines += [f"  policy      = data.aws_iam_policy_document.{label}.json", "}", ""]
    return "\n".join(lines)
