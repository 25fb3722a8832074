"""Builders for organisations: accounts, units, and who lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import CREATED
from .estates import Estate

ROOT = "r-root"


def organization(estate: Estate, management: str, units: Mapping[str, tuple[str, ...]], *, closed: tuple[str, ...] = ()) -> None:
    """Put accounts into units directly below the root; the management account lies in the root itself."""
    members = {account for accounts in units.values() for account in accounts}
    every = sorted({management, *members, *closed})
    answers: dict[str, list[dict[str, Any]]] = {
        "ListAccounts": [{"match": {}, "response": {"Accounts": [_account(one, management, closed) for one in every]}}],
        "ListAccountsForParent": [_below(ROOT, "Accounts", [_account(management, management, closed)])],
        "ListOrganizationalUnitsForParent": [_below(ROOT, "OrganizationalUnits", [_unit(unit) for unit in sorted(units)])],
    }
    for unit, accounts in units.items():
        answers["ListAccountsForParent"].append(_below(unit, "Accounts", [_account(one, management, closed) for one in accounts]))
        answers["ListOrganizationalUnitsForParent"].append(_below(unit, "OrganizationalUnits", []))
    whole = {"Id": "o-org", "Arn": f"arn:aws:organizations::{management}:organization/o-org", "FeatureSet": "ALL"}
    estate.put(management, "*", "organizations", "DescribeOrganization", {"Organization": {**whole, "MasterAccountId": management}})
    nowhere = {"match": {}, "error": "ParentNotFoundException", "message": "You specified a parent that doesn't exist.", "status": 400}
    for operation, rows in answers.items():
        estate.put(management, "*", "organizations", operation, [*rows, nowhere] if operation.endswith("ForParent") else rows)


def _below(parent: str, member: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"match": {"ParentId": parent}, "response": {member: items}}


def _unit(unit: str) -> dict[str, Any]:
    return {"Id": unit, "Arn": f"arn:aws:organizations::000000000000:ou/o-org/{unit}", "Name": unit}


def _account(account: str, management: str, closed: tuple[str, ...]) -> dict[str, Any]:
    state = "SUSPENDED" if account in closed else "ACTIVE"
    return {
        "Id": account,
        "Arn": f"arn:aws:organizations::{management}:account/o-org/{account}",
        "Email": f"{account}@example.com",
        "Name": f"account-{account[:4]}",
        "Status": state,
        "State": state,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": CREATED,
    }
