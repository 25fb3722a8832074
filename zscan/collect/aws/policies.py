"""Policy documents of AWS resources: whom they let in, and what they refuse.

Source: IAM user guide, policy elements and global condition keys. A statement counts as open to everybody when it allows principal `*` and
no condition ties it to an account, organisation, network, endpoint or named principal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zscan.collect.aws.places import arn_parts
from zscan.model.document import Reading
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all, kleene_any

# Condition keys (lower case) that tie a request to somebody or somewhere known.
_NARROWING = frozenset(
    "aws:sourceaccount aws:sourcearn aws:sourceowner aws:sourceorgid aws:principalorgid aws:principalorgpaths aws:principalaccount "
    "aws:principalarn aws:userid aws:sourcevpc aws:sourcevpce aws:vpcsourceip aws:sourceip kms:calleraccount s3:dataaccesspointaccount "
    "aws:resourceorgid".split()
)
_NARROWING_OPERATORS = ("stringequals", "stringlike", "arnequals", "arnlike", "ipaddress", "foranyvalue:string", "bool")


@dataclass(frozen=True, slots=True)
class Grants:
    """Whom a resource policy lets in."""

    public: Reading
    foreign_accounts: Reading


def as_list(value: Any) -> list[Any]:
    """IAM writes single elements without a list."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def statements(policy: Any) -> list[Any]:
    """The statements of a policy given as JSON text or as data; an unreadable text is one Unknown statement."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return [Unknown(Reason(ReasonCode.UNPARSABLE, "the policy is not JSON"))]
    if isinstance(policy, Unknown):
        return [policy]
    return as_list(policy.get("Statement")) if isinstance(policy, Mapping) else []


def principals(statement: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(kind, principal) pairs; `*` stands for everybody."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        for kind, values in principal.items():
            for value in as_list(values):
                yield str(kind), value
    else:
        for value in as_list(principal):
            yield "AWS", value


def narrowed(statement: Mapping[str, Any]) -> Truth:
    """Whether a condition ties the statement to somebody or somewhere known."""
    condition = statement.get("Condition")
    if isinstance(condition, Unknown):
        return condition
    if not isinstance(condition, Mapping):
        return False
    found: list[Truth] = []
    for operator, tests in condition.items():
        if isinstance(tests, Unknown):
            found.append(tests)
        elif isinstance(tests, Mapping) and str(operator).lower().removesuffix("ifexists").startswith(_NARROWING_OPERATORS):
            found += [_tight(value) for key, value in tests.items() if str(key).lower() in _NARROWING]
    return kleene_any(found)


def _tight(value: Any) -> Truth:
    """A condition value narrows unless it is a bare wildcard or the whole address space."""
    if isinstance(value, Unknown):
        return value
    return kleene_all(item if isinstance(item, Unknown) else str(item) not in {"*", "0.0.0.0/0", "::/0"} for item in as_list(value))


def grants_of(policy: Reading, account: str) -> Grants:
    """Whom a resource policy lets in; a policy that does not exist lets nobody else in."""
    if policy.unknown:
        return Grants(policy, policy)
    public: list[Truth] = []
    foreign: list[Any] = []
    for statement in statements(policy.value):
        if isinstance(statement, Unknown):
            public.append(statement)
            foreign.append(statement)
            continue
        if statement.get("Effect") != "Allow":
            continue
        for kind, principal in principals(statement):
            if isinstance(principal, Unknown):
                public.append(principal)
                foreign.append(principal)
            elif principal == "*":
                tied = narrowed(statement)
                public.append(tied if isinstance(tied, Unknown) else not tied)
            elif kind == "AWS":
                other = _account(str(principal))
                if other and other != account and other not in foreign:
                    foreign.append(other)
    return Grants(Reading(kleene_any(public), policy.places), Reading(_sorted(foreign), policy.places))


def refuses_cleartext(policy: Reading) -> Reading:
    """Whether a statement denies every principal requests without TLS (`aws:SecureTransport` false)."""

    def denies(statement: Any) -> Truth:
        if isinstance(statement, Unknown):
            return statement
        tests = (statement.get("Condition") or {}).get("Bool") or {}
        value = next((value for key, value in tests.items() if str(key).lower() == "aws:securetransport"), None)
        everybody = any(principal == "*" for _, principal in principals(statement))
        return statement.get("Effect") == "Deny" and everybody and str(value).lower() == "false"

    return policy if policy.unknown else Reading(kleene_any(denies(s) for s in statements(policy.value)), policy.places)


def _account(principal: str) -> str:
    parts = arn_parts(principal)
    return parts[2] if parts is not None else principal if principal.isdigit() else ""


def _sorted(values: list[Any]) -> list[Any]:
    """Accounts in order; what is unknown comes last, once."""
    known = sorted(value for value in values if not isinstance(value, Unknown))
    missing = [value for value in values if isinstance(value, Unknown)]
    return [*known, *missing[:1]]
