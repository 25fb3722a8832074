"""The policies of an organisation, as an account that may read them sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from tests.sim.aws.document import CREATED, Document, hex_id, text

_TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}
FULL_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
FULL_RESOURCE_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


class ControlPolicy(NamedTuple):
    """A policy and the ids of roots, units and accounts that it hangs on."""

    kind: Literal["scp", "rcp"]
    name: str
    document: Any
    targets: Sequence[str]


def organization_id(management: str) -> str:
    """The id that the builder of organisations gives."""
    return f"o-{hex_id('organization', management, length=10)}"


def control_policies(
    estate: Document, reader: str, management: str, paths: Mapping[str, Sequence[str]], policies: Sequence[ControlPolicy]
) -> None:
    """Let `reader` see the tree (`paths`: the ids from the root down to each account) and the policies on it."""
    place = estate.at(reader, "*", "organizations")
    own = organization_id(management)
    for account, steps in paths.items():
        entry = {
            "Id": account,
            "Arn": f"arn:aws:organizations::{management}:account/{own}/{account}",
            "Email": f"aws+{account}@example.com",
            "Name": f"account-{account}",
            "Status": "ACTIVE",
            "Paths": [f"{own}/{'/'.join(steps)}/"],
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": CREATED,
        }
        place.add("ListAccounts", "Accounts", entry)
    for policy in policies:
        policy_id = f"p-{hex_id(policy.kind, policy.name, length=8)}"
        kind = _TYPES[policy.kind]
        arn = f"arn:aws:organizations::{management}:policy/{own}/{kind.lower()}/{policy_id}"
        summary = {"Id": policy_id, "Arn": arn, "Name": policy.name, "Description": "", "Type": kind, "AwsManaged": False}
        place.add_row("ListPolicies", {"Filter": kind}, "Policies", summary)
        place.row("DescribePolicy", {"PolicyId": policy_id}, {"Policy": {"PolicySummary": summary, "Content": text(policy.document)}})
        targets = [{"TargetId": one, "Arn": f"{arn}/{one}", "Name": one, "Type": _target(one)} for one in policy.targets]
        place.row("ListTargetsForPolicy", {"PolicyId": policy_id}, {"Targets": targets})


def _target(own_id: str) -> str:
    return "ROOT" if own_id.startswith("r-") else "ORGANIZATIONAL_UNIT" if own_id.startswith("ou-") else "ACCOUNT"
