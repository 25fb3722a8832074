"""The least-privilege IAM policy of a scan, as JSON, Terraform and CloudFormation.

Source: IAM user guide, policy grammar and quotas. A customer-managed policy holds at most 6,144 characters without white space; what is
longer becomes several policies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from zscan.collect.permissions import PolicyDocument

LIMIT = 6144  # characters of one managed policy, white space not counted
_NAME = "zscan-read-only"
_DESCRIPTION = "What zscan reads. It holds no right to change anything."

Statement: TypeAlias = tuple[str, tuple[str, ...]]  # Sid, actions


def documents(actions: Sequence[str], *, limit: int = LIMIT) -> tuple[PolicyDocument, ...]:
    """The policies that grant `actions`: one JSON file for each policy, and one Terraform and one CloudFormation file for all."""
    policies = list(_policies(actions, limit))
    names = [_NAME if number == 0 else f"{_NAME}-{number + 1}" for number in range(len(policies))]
    named = list(zip(names, policies, strict=True))
    return (
        *(PolicyDocument("json", f"{name}.json", _json(_document(statements))) for name, statements in named),
        PolicyDocument("terraform", f"{_NAME}.tf", "\n".join(_terraform(name, statements) for name, statements in named)),
        PolicyDocument("cloudformation", f"{_NAME}.cfn.json", _json(_template(named))),
    )


def _policies(actions: Sequence[str], limit: int) -> Iterator[list[Statement]]:
    """Statements in policies that stay below the limit. A service whose actions fit nowhere is cut."""
    current: list[Statement] = []
    for statement in _statements(actions, limit):
        if current and _size([*current, statement]) > limit:
            yield current
            current = []
        current.append(statement)
    if current:
        yield current


def _statements(actions: Sequence[str], limit: int) -> Iterator[Statement]:
    for service, group in groupby(sorted(set(actions)), key=lambda action: action.partition(":")[0]):
        sid = "ReadOnly" + "".join(word.capitalize() for word in service.split("-"))
        for number, chunk in enumerate(_chunks(list(group), limit)):
            yield sid + (str(number + 1) if number else ""), chunk


def _chunks(actions: list[str], limit: int) -> Iterator[tuple[str, ...]]:
    chunk: list[str] = []
    for action in actions:
        if chunk and _size([("ReadOnly" + "x" * 40, (*chunk, action))]) > limit:  # room for the longest Sid
            yield tuple(chunk)
            chunk = []
        chunk.append(action)
    yield tuple(chunk)


def _size(statements: Sequence[Statement]) -> int:
    return len("".join(_json(_document(statements)).split()))


def _document(statements: Sequence[Statement]) -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"} for sid, actions in statements],
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _template(named: Sequence[tuple[str, list[Statement]]]) -> dict[str, object]:
    resources = {
        _logical_id(name): {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"ManagedPolicyName": name, "Description": _DESCRIPTION, "PolicyDocument": _document(statements)},
        }
        for name, statements in named
    }
    outputs = {f"{_logical_id(name)}Arn": {"Value": {"Ref": _logical_id(name)}} for name, _ in named}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Description": _DESCRIPTION, "Resources": resources, "Outputs": outputs}


def _logical_id(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _terraform(name: str, statements: Sequence[Statement]) -> str:
    label = name.replace("-", "_")
    lines = [f'data "aws_iam_policy_document" "{label}" {{']
    for number, (sid, actions) in enumerate(statements):
        lines += [""] if number else []
        lines += ["  statement {", f'    sid       = "{sid}"', '    effect    = "Allow"', '    resources = ["*"]', "", "    actions = ["]
        lines += [f'      "{action}",' for action in actions]
        lines += ["    ]", "  }"]
    lines += ["}", "", f'resource "aws_iam_policy" "{label}" {{']
    lines += [f'  name        = "{name}"', f'  description = "{_DESCRIPTION}"']
    lines += [f"  policy      = data.aws_iam_policy_document.{label}.json", "}", ""]
    return "\n".join(lines)
