"""What identity policies hand out: allowed actions on resources, minus unconditional denies, capped by the permission boundary.

Source: IAM user guide, policy evaluation logic within an account (identity policies and boundary only). Organisation policies, resource
policies and session policies are not counted here: facts under `identity.granted` say what the account itself hands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cache
from re import IGNORECASE, Pattern
from re import compile as compile_pattern
from typing import Any

from zscan.collect.aws.policies import as_list, statements
from zscan.model.unknown import Truth, Unknown, kleene_all, kleene_any, kleene_not

_EVERYTHING = frozenset({"*", "arn:aws:*", "arn:*"})


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
        """Whether `service:Action` is allowed and not denied without condition on every resource."""
        granted = _allowed(self._statements, action, everywhere=everywhere)
        denied = kleene_any(_matches(s, "Deny", lambda s: _covers_action(s, action), everywhere=True) for s in self._statements)
        parts = [granted, kleene_not(denied)]
        if self.boundary is not None:
            parts.append(_allowed(statements(self.boundary), action, everywhere=everywhere))
        return kleene_all(parts)

    def admin(self) -> Truth:
        """Every action on every resource."""
        return self._wild(lambda action: action == "*")

    def whole_service(self) -> Truth:
        """Every action of some service on every resource."""
        return self._wild(lambda action: action == "*" or action.endswith(":*"))

    def _wild(self, wanted: Callable[[str], bool]) -> Truth:
        def found(source: Sequence[Any]) -> Truth:
            return kleene_any(_matches(s, "Allow", lambda s: _names_action(s, wanted), everywhere=True) for s in source)

        own = found(self._statements)
        return own if self.boundary is None else kleene_all([own, found(statements(self.boundary))])


def _allowed(source: Sequence[Any], action: str, *, everywhere: bool) -> Truth:
    return kleene_any(_matches(s, "Allow", lambda s: _covers_action(s, action), everywhere=everywhere) for s in source)


def _matches(statement: Any, effect: str, test: Callable[[Mapping[str, Any]], Truth], *, everywhere: bool) -> Truth:
    if isinstance(statement, Unknown):
        return statement
    if statement.get("Effect") != effect:
        return False
    parts: list[Truth] = [test(statement)]
    if everywhere:
        condition = statement.get("Condition")
        parts += [_every_resource(statement), condition if isinstance(condition, Unknown) else not condition]
    return kleene_all(parts)


def _every_resource(statement: Mapping[str, Any]) -> Truth:
    if "NotResource" in statement:
        return True  # all but a few: as wide as everything for a judgement of breadth
    return kleene_any(r if isinstance(r, Unknown) else _is_everything(str(r)) for r in as_list(statement.get("Resource")))


def _is_everything(resource: str) -> bool:
    """`*`, or an ARN whose resource part is a wildcard for every thing of its kind (`…:foundation-model/*`, `…:role/*`)."""
    parts = resource.split(":", 5)
    return resource in _EVERYTHING or (len(parts) == 6 and parts[5].rpartition("/")[2] == "*" and parts[5].count("/") <= 1)  # noqa: PLR2004 (an ARN)


def _covers_action(statement: Mapping[str, Any], action: str) -> Truth:
    if "NotAction" in statement:
        return kleene_not(kleene_any(p if isinstance(p, Unknown) else _pattern(str(p)).match(action) is not None for p in as_list(statement["NotAction"])))
    return kleene_any(p if isinstance(p, Unknown) else _pattern(str(p)).match(action) is not None for p in as_list(statement.get("Action")))


def _names_action(statement: Mapping[str, Any], wanted: Callable[[str], bool]) -> Truth:
    if "NotAction" in statement:
        return True  # everything but a few
    return kleene_any(a if isinstance(a, Unknown) else wanted(str(a)) for a in as_list(statement.get("Action")))


@cache
def _pattern(glob: str) -> Pattern[str]:
    return compile_pattern(translate(glob), IGNORECASE)
