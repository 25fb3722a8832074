"""The accounts of an organisation: which there are, which were chosen.

Source: AWS Organizations API (ListAccounts, ListAccountsForParent, ListOrganizationalUnitsForParent). The lists can be read from the
management account and from delegated administrators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from zscan.collect import Call
from zscan.collect.answers import Answer, listed
from zscan.errors import UsageError
from zscan.model.gap import Gap
from zscan.model.unknown import Unknown

_EVERYTHING = ("*",)  # what a gap here hides: whole accounts


def _list(operation: str, items: str, **more: Any) -> Call:
    return Call(service="organizations", operation=operation, action=f"organizations:{operation}", items=items, **more)


ACCOUNTS = _list("ListAccounts", "Accounts")
ACCOUNTS_BELOW = _list("ListAccountsForParent", "Accounts", params={"ParentId": "{parent}"})
UNITS_BELOW = _list("ListOrganizationalUnitsForParent", "OrganizationalUnits", params={"ParentId": "{parent}"})
ORGANIZATION_CALLS = (ACCOUNTS, ACCOUNTS_BELOW, UNITS_BELOW)

Ask: TypeAlias = Callable[[Call, Mapping[str, Any]], Answer]


@dataclass(slots=True)
class Members:
    """Account numbers with their names, those that are closed or being closed, and what could not be listed."""

    names: dict[str, str] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, account: Mapping[str, Any]) -> None:
        """Keep one listed account. Only an active one can be entered."""
        number = str(account["Id"])
        if account.get("State", account.get("Status")) == "ACTIVE":
            self.names[number] = str(account.get("Name") or number)
        else:
            self.closed.append(number)


def members(ask: Ask, *, units: Sequence[str] = (), accounts: Sequence[str] = ()) -> Members:
    """The accounts of the caller's organisation: all, those below some units, or those of them that were named.

    Raises UsageError where there is no organisation, or where a named account is not in it.
    """
    found = Members()
    for account in _below(ask, units, found.gaps) if units else _all(ask, ACCOUNTS, {}, found.gaps):
        found.add(account)
    missing = sorted(set(accounts) - set(found.names))
    if missing and not found.gaps:
        where = f"the units {', '.join(units)}" if units else "the organisation"
        raise UsageError(
            f"account not active in {where}: {', '.join(missing)}",
            why=f"active there are: {', '.join(sorted(found.names))}",
            hint="check the numbers, or leave --org out to name accounts of any organisation",
        )
    if accounts:
        found.names = {number: found.names.get(number, number) for number in accounts}
    return found


def _below(ask: Ask, units: Sequence[str], gaps: list[Gap]) -> list[Mapping[str, Any]]:
    """The accounts in units and in all units below them, each unit asked once."""
    accounts: list[Mapping[str, Any]] = []
    waiting, seen = list(units), set(units)
    while waiting:
        parent = {"ParentId": waiting.pop(0)}
        accounts += _all(ask, ACCOUNTS_BELOW, parent, gaps)
        for unit in _all(ask, UNITS_BELOW, parent, gaps):
            if str(unit["Id"]) not in seen:
                seen.add(str(unit["Id"]))
                waiting.append(str(unit["Id"]))
    return accounts


def _all(ask: Ask, call: Call, params: Mapping[str, Any], gaps: list[Gap]) -> list[Mapping[str, Any]]:
    answer = ask(call, params)
    if answer.error is not None and answer.error.code == "AWSOrganizationsNotInUseException":
        raise UsageError("--org, but the account is in no organisation", why=answer.error.message, hint="leave --org out")
    if answer.error is not None and answer.error.code == "ParentNotFoundException":
        raise UsageError(f"no such root or organisational unit: {params['ParentId']}", hint="units are named ou-…, roots r-…")
    return [item for item in listed(answer, call, _EVERYTHING, gaps.append) if not isinstance(item, Unknown)]
