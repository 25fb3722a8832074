"""What an IAM policy that people already have lacks of the rights that a scan needs.

AWS's own read-only policies are pinned in `managed_policies.json` with version and date (`make policies` renews it); AWS adds actions to
them over time, so a newer version may lack less. Other policies are read from a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from zscan.collect.aws.rights import Rights
from zscan.errors import UsageError, one_line
from zscan.iam.statements import as_list

Grade: TypeAlias = Literal["granted", "partly", "lacking"]
_ALWAYS = frozenset({"sts:GetCallerIdentity"})  # STS reference: no permission is needed for it, and a deny has no effect


@dataclass(frozen=True, slots=True)
class Held:
    """A policy that somebody has: how to call it, and its statements."""

    label: str
    statements: tuple[Mapping[str, Any], ...]


def grades(actions: Sequence[str], held: Sequence[Held]) -> dict[str, Grade]:
    """Each action: granted on everything without condition, only on some resources or under conditions, or lacking. Denies count."""
    statements = [statement for policy in held for statement in policy.statements]
    graded = {action: _grade(action, [s for s in statements if _may_name(s, action)]) for action in actions}
    return graded | dict.fromkeys(_ALWAYS & set(actions), "granted")


def _grade(action: str, statements: Sequence[Mapping[str, Any]]) -> Grade:
    rights = Rights([{"Statement": statements}])
    some = rights.allows(action, everywhere=False)
    if some is not True:
        return "lacking"
    denies = [{**statement, "Effect": "Allow"} for statement in statements if statement.get("Effect") == "Deny"]
    whole = rights.allows(action, everywhere=True) is True and not any(_limits(s) for s in statements)
    touched = bool(denies) and Rights([{"Statement": denies}]).allows(action, everywhere=False) is not False
    return "granted" if whole and not touched else "partly"


def _limits(statement: Mapping[str, Any]) -> bool:
    return statement.get("Effect") == "Allow" and "NotResource" in statement


def _may_name(statement: Mapping[str, Any], action: str) -> bool:
    """Whether a statement can be about an action's service at all: saves most of the matching in policies of thousands of patterns."""
    if "NotAction" in statement:
        return True
    service = action.partition(":")[0].lower()
    return any(
        str(one).partition(":")[0].lower() == service or "*" in str(one).partition(":")[0] for one in as_list(statement.get("Action"))
    )


def held(word: str) -> Held:
    """A pinned policy of AWS by its name, else the policy in a file. Raises UsageError."""
    pinned = _pinned()["policies"]
    if word in pinned:
        policy = pinned[word]
        label = f"{word} {policy['version']} ({policy['updated']})"
        return Held(label, (*_by_service(policy["allow"], "*"), *_by_service(policy["partly"], "arn:aws:partly:::limited")))
    path = Path(word)
    if not path.is_file():
        why = "no such file, and no policy of AWS that zscan knows"
        raise UsageError(f"no policy {word!r}", why=why, hint=f"a policy file (JSON), or one of {', '.join(pinned)}")
    return Held(one_line(word), _statements(path))


def _by_service(patterns: Mapping[str, Sequence[str]], resource: str) -> list[dict[str, Any]]:
    return [
        {"Effect": "Allow", "Action": [f"{service}:{pattern}" for pattern in own], "Resource": resource}
        for service, own in patterns.items()
    ]


def _statements(path: Path) -> tuple[Mapping[str, Any], ...]:
    """The statements of a policy file, as written by hand or as `aws iam get-policy-version` prints it."""
    hint = "give the policy document, or what `aws iam get-policy-version` prints"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{one_line(str(path))}: not a readable policy", why=str(error), hint=hint) from None
    for wrapper in ("PolicyVersion", "Document", "PolicyDocument"):
        data = data.get(wrapper, data) if isinstance(data, dict) else data
    statements = as_list(data.get("Statement")) if isinstance(data, dict) else []
    if not statements or not all(isinstance(one, dict) and one.get("Effect") in ("Allow", "Deny") for one in statements):
        raise UsageError(f"{one_line(str(path))}: not a policy", why="it has no readable Statement", hint=hint)
    return tuple(statements)


@cache
def _pinned() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Path(__file__).with_name("managed_policies.json").read_text(encoding="utf-8"))
    return data
