"""What identity policies hand out: allowed actions on resources, minus unconditional denies, capped by the permission boundary.

Source: IAM user guide, policy evaluation logic within an account (identity policies and boundary only). Organisation policies, resource
policies and session policies are not counted here: facts under `identity.granted` say what the account itself hands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from re import compile as compile_pattern
from typing import Any

from zscan.iam.globs import covers
from zscan.iam.statements import as_list, effect, statements
from zscan.model.unknown import Truth, Unknown, kleene_all, kleene_any, kleene_not

_ARN_PARTS = 6
_KIND = compile_pattern(r"[a-z-]+(?:[:/]\*+)+")
_HANDS_OUT_RIGHTS = ("iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:PutRolePolicy")


@dataclass(frozen=True, slots=True)
class Rights:
    """Identity policies of one principal: documents (an unread one is an Unknown) and, if it has one, its boundary's document."""

    documents: Sequence[Any]
    boundary: Any = None
    _statements: list[Any] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        for document in self.documents:
            self._statements.extend(statements(document))

    def any_of(self, actions: Iterable[str], *, everywhere: bool) -> Truth:
        """Whether one of the actions is allowed: on every resource and without condition (`everywhere`), or on some resource."""
        return kleene_any(self.allows(action, everywhere=everywhere) for action in actions)

    def allows(self, action: str, *, everywhere: bool) -> Truth:
        """Whether `service:Action` is allowed and not denied without condition."""
        capped = True if self.boundary is None else _granted(statements(self.boundary), action, everywhere=everywhere)
        return kleene_all([_granted(self._statements, action, everywhere=everywhere), capped])

    def admin(self) -> Truth:
        """Every action on every resource; what leaves out a few actions counts as long as it can hand itself the rest."""
        return self._wild(_is_every_action, lambda statement: kleene_all(_covers_action(statement, action) for action in _HANDS_OUT_RIGHTS))

    def whole_service(self) -> Truth:
        """Every action of some service on every resource."""
        return self._wild(lambda action: _is_every_action(action) or action.endswith(":*"), lambda _statement: True)

    def _wild(self, wanted: Callable[[str], bool], all_but: Callable[[Mapping[str, Any]], Truth]) -> Truth:
        def found(source: Sequence[Any]) -> Truth:
            return kleene_any(
                _matches(s, "Allow", lambda s: all_but(s) if "NotAction" in s else _names_action(s, wanted), _everything) for s in source
            )

        own = found(self._statements)
        return own if self.boundary is None else kleene_all([own, found(statements(self.boundary))])


def _granted(source: Sequence[Any], action: str, *, everywhere: bool) -> Truth:
    """Allowed by a statement, and by none denied outright. A deny of all but a few resources leaves some, but not every one."""
    allowed = kleene_any(_matches(s, "Allow", lambda s: _covers_action(s, action), _every_of_kind if everywhere else None) for s in source)
    reach = _every_of_kind if everywhere else _without_exception
    denied = kleene_any(_matches(s, "Deny", lambda s: _covers_action(s, action), reach) for s in source)
    return kleene_all([allowed, kleene_not(denied)])


def _matches(
    statement: Any, wanted: str, test: Callable[[Mapping[str, Any]], Truth], reach: Callable[[Mapping[str, Any]], Truth] | None
) -> Truth:
    """Whether a statement has the effect, passes the test, and (with `reach`) has no condition and reaches far enough."""
    if isinstance(statement, Unknown):
        return statement
    parts: list[Truth] = [effect(statement, wanted), test(statement)]
    if reach is not None:
        condition = statement.get("Condition")
        parts += [reach(statement), condition if isinstance(condition, Unknown) else not condition]
    return kleene_all(parts)


def _every_of_kind(statement: Mapping[str, Any]) -> Truth:
    """All but a few is as wide as everything for a judgement of breadth."""
    return "NotResource" in statement or _some_resource(statement, _is_every_of_kind)


def _without_exception(statement: Mapping[str, Any]) -> Truth:
    return _some_resource(statement, _is_every_of_kind)


def _everything(statement: Mapping[str, Any]) -> Truth:
    return "NotResource" in statement or _some_resource(statement, _is_everything)


def _some_resource(statement: Mapping[str, Any], wide: Callable[[str], bool]) -> Truth:
    return kleene_any(r if isinstance(r, Unknown) else wide(str(r)) for r in as_list(statement.get("Resource")))


def _is_everything(resource: str) -> bool:
    """`*`, or an ARN with a wildcard for all of its resource part (`arn:aws:s3:::*`) or for more than that (`arn:aws:bedrock:*`)."""
    parts = resource.split(":", _ARN_PARTS - 1)
    return set(parts[-1]) == {"*"} and (parts[0] == "arn" or len(parts) == 1)


def _is_every_of_kind(resource: str) -> bool:
    """Everything, or every thing of one kind (`…:foundation-model/*`, `…:secret:*`). In S3 the first word is a bucket's name."""
    parts = resource.split(":", _ARN_PARTS - 1)
    return _is_everything(resource) or (len(parts) == _ARN_PARTS and parts[2] != "s3" and _KIND.fullmatch(parts[-1]) is not None)


def concerns(statement: Mapping[str, Any], actions: Iterable[str]) -> Truth:
    """Whether a statement is about one of the actions."""
    return kleene_any(_covers_action(statement, action) for action in actions)


def _covers_action(statement: Mapping[str, Any], action: str) -> Truth:
    named = as_list(statement.get("NotAction", statement.get("Action")))
    covered = kleene_any(p if isinstance(p, Unknown) else covers(str(p).lower(), action.lower()) for p in named)
    return kleene_not(covered) if "NotAction" in statement else covered


def _names_action(statement: Mapping[str, Any], wanted: Callable[[str], bool]) -> Truth:
    return kleene_any(a if isinstance(a, Unknown) else wanted(str(a)) for a in as_list(statement.get("Action")))


def _is_every_action(action: str) -> bool:
    return set(action) in ({"*"}, {"*", ":"})
