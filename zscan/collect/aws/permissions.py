"""The least-privilege IAM policies of a scan: which statements, and how many policies they need.

Source: IAM user guide, policy grammar and quotas. A customer-managed policy holds at most 6,144 characters without white space; what is
longer becomes several policies. A role takes 10 managed policies unless its quota was raised. `permission_files` writes them down.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from zscan.collect import collectors
from zscan.collect.aws.census import LISTED, handler_rights
from zscan.collect.permissions import PolicyDocument

LIMIT = 6144  # characters of one managed policy, white space not counted
PER_ROLE = 10  # managed policies that a role takes by default
NAME = "zscan-read-only"
AUDIT_ROLE = "zscan-audit"  # what the role is called that an audit of other accounts assumes
DESCRIPTION = "What zscan reads. It holds no right to change anything."

Statement: TypeAlias = tuple[str, tuple[str, ...]]  # Sid, actions
NamedPolicy: TypeAlias = tuple[str, list[Statement]]


def documents(actions: Sequence[str], *, limit: int = LIMIT) -> tuple[PolicyDocument, ...]:
    """The policies that grant `actions`: one JSON file for each, and one Terraform, CloudFormation and StackSet file for all."""
    from zscan.collect.aws.permission_files import cloudformation, stackset, terraform

    policies = list(_policies(actions, limit))
    names = [NAME if number == 0 else f"{NAME}-{number + 1}" for number in range(len(policies))]
    named = list(zip(names, policies, strict=True))
    return (
        *(PolicyDocument("json", f"{name}.json", as_json(document(statements))) for name, statements in named),
        PolicyDocument("terraform", f"{NAME}.tf", terraform(named)),
        PolicyDocument("cloudformation", f"{NAME}.cfn.json", as_json(cloudformation(named))),
        PolicyDocument("stackset", f"{AUDIT_ROLE}.stackset.json", as_json(stackset(named))),
    )


def notes(policies: Sequence[PolicyDocument]) -> tuple[str, ...]:
    """What somebody who attaches these policies has to know about quotas."""
    number = sum(one.format == "json" for one in policies)
    if number <= 1:
        return ()
    why = f"{number} policies, because one holds at most {LIMIT:,} characters: attach all of them"
    quota = f"a role takes {PER_ROLE} managed policies by default: raise the quota `Managed policies per role` first"
    return (why, quota) if number > PER_ROLE else (why,)


def extra_actions(option: str) -> tuple[tuple[str, str], ...]:
    """Rights that an option needs besides those of its calls, each with the call that uses them.

    Cloud Control lists with the rights of its caller, so the rights of the types that it is asked for are needed too.
    """
    if option != "reconcile":
        return ()
    known = [collector.native_type for collector in collectors("aws")]
    return tuple((action, LISTED.id) for action in handler_rights(known))


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    """A policy document."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"} for sid, actions in statements],
    }


def as_json(value: object) -> str:
    """Indented JSON."""
    return json.dumps(value, indent=2) + "\n"


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
    return len("".join(as_json(document(statements)).split()))
