"""Policy documents, read: statements whose parts are known or Unknown, compiled once.

Source: IAM user guide, reference_policies_elements and reference_policies_grammar. JSON text and data are both read; what cannot be read is
an Unknown part, never an absent one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown

_VARIABLES = "2012-10-17"  # only this version of the language knows variables; in older texts `${…}` means itself
_ELEMENTS = ("Action", "Resource", "Principal")

Words: TypeAlias = tuple[str | Unknown, ...]


def as_list(value: Any) -> list[Any]:
    """IAM writes single elements without a list."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def statements(policy: Any) -> list[Any]:
    """The statements of a policy given as JSON text or as data; what cannot be read is one Unknown statement."""
    return [statement for _, statement in _versioned(policy)]


def _versioned(policy: Any) -> list[tuple[Any, Any]]:
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return [(None, unreadable("the policy is not JSON"))]
    if policy is None or isinstance(policy, Unknown):
        return [] if policy is None else [(None, policy)]
    if not isinstance(policy, Mapping):
        return [(None, unreadable("the policy is not an object"))]
    found = as_list(policy.get("Statement"))
    version = policy.get("Version")
    return [(version, one if isinstance(one, Mapping | Unknown) else unreadable("a statement is not an object")) for one in found]


def unreadable(why: str) -> Unknown:
    """Text that no policy can have."""
    return Unknown(Reason(ReasonCode.UNPARSABLE, why))


def effect(statement: Mapping[str, Any], wanted: str) -> Truth:
    """Whether a statement allows, or denies."""
    value = statement.get("Effect")
    return value if isinstance(value, Unknown) else value == wanted


def principals(statement: Mapping[str, Any], element: str = "Principal") -> Iterator[tuple[str, Any]]:
    """(kind, principal) pairs; `*` stands for everybody."""
    principal = statement.get(element)
    if isinstance(principal, Mapping):
        for kind, values in principal.items():
            for value in as_list(values):
                yield str(kind), value
    else:
        for value in as_list(principal):
            yield "AWS", value


def conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(operator, key, values) of every condition, names in lower case; an unread condition has neither operator nor key."""
    condition = statement.get("Condition")
    for operator, tests in condition.items() if isinstance(condition, Mapping) else [("", condition)]:
        if isinstance(tests, Mapping):
            for key, value in tests.items():
                yield str(operator).lower(), str(key).lower(), value
        elif isinstance(tests, Unknown):
            yield "", "", tests


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a request. `named` is the key as written; `unread` is set where the test itself is not known."""

    operator: str
    key: str
    named: str
    values: Words
    unread: Unknown | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A compiled statement. An element that was left out is None, which is not the same as an empty one."""

    policy: str
    allows: bool | Unknown
    actions: Words
    other_actions: bool  # NotAction
    resources: Words | None
    other_resources: bool  # NotResource
    principals: tuple[tuple[str, str | Unknown], ...] | None
    other_principals: bool  # NotPrincipal
    conditions: tuple[Condition, ...]
    variables: bool
    unread: Unknown | None = None  # nothing of the statement is known
    says: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A compiled policy document under the name that people know it by."""

    name: str
    statements: tuple[Statement, ...]


def compiled(name: str, document: Any) -> Policy:
    """The policy that a document states. An Unknown document is one statement of which nothing is known; None is an empty policy."""
    return Policy(name, tuple(_statement(name, version, one) for version, one in _versioned(document)))


def _statement(policy: str, version: Any, body: Any) -> Statement:
    if isinstance(body, Unknown):
        return Statement(policy, body, (), False, None, False, None, False, (), False, body, "a statement that was not read")
    chosen = {element: next((e for e in (element, f"Not{element}") if e in body), "") for element in _ELEMENTS}
    named = chosen["Principal"]
    return Statement(
        policy=policy,
        allows=_allows(body.get("Effect")),
        actions=tuple(w if isinstance(w, Unknown) else w.lower() for w in _words(body.get(chosen["Action"]))),
        other_actions=chosen["Action"] == "NotAction",
        resources=_words(body.get(chosen["Resource"])) if chosen["Resource"] else None,
        other_resources=chosen["Resource"] == "NotResource",
        principals=tuple((k, v if isinstance(v, Unknown) else str(v)) for k, v in principals(body, named)) if named else None,
        other_principals=named == "NotPrincipal",
        conditions=tuple(_conditions(body)),
        variables=version == _VARIABLES or isinstance(version, Unknown),
        says=_says(body, chosen),
    )


def _allows(value: Any) -> bool | Unknown:
    if isinstance(value, Unknown):
        return value
    return value == "Allow" if value in {"Allow", "Deny"} else unreadable("a statement neither allows nor denies")


def _words(value: Any) -> Words:
    return tuple(one if isinstance(one, Unknown) else str(one) for one in as_list(value))


def _conditions(body: Mapping[str, Any]) -> Iterator[Condition]:
    block = body.get("Condition")
    if isinstance(block, Unknown):
        yield Condition("", "", "", (), block)
    for operator, tests in block.items() if isinstance(block, Mapping) else ():
        if isinstance(tests, Mapping):
            for key, value in tests.items():
                yield Condition(str(operator).lower(), str(key).lower(), str(key), tuple(_value(one) for one in as_list(value)))
        else:
            yield Condition("", "", "", (), tests if isinstance(tests, Unknown) else unreadable("a condition has no keys"))
    if block is not None and not isinstance(block, Mapping | Unknown):
        yield Condition("", "", "", (), unreadable("a condition is not an object"))


def _value(value: Any) -> str | Unknown:
    """JSON's true and 10 are the texts that AWS compares."""
    return value if isinstance(value, Unknown) else str(value).lower() if isinstance(value, bool) else str(value)


def _says(body: Mapping[str, Any], chosen: Mapping[str, str]) -> str:
    """The statement in short: effect, actions, resources."""
    parts = [_short(body.get("Effect"))]
    for element, before in (("Action", ""), ("Resource", " on ")):
        written = chosen[element]
        if written:
            words = as_list(body.get(written))
            text = ", ".join(_short(word) for word in words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")  # noqa: PLR2004
            parts.append(f"{before or ' '}{'all but ' if written.startswith('Not') else ''}{text}")
    return "".join(parts)


def _short(value: Any) -> str:
    return "(not read)" if isinstance(value, Unknown) else str(value)
