"""Whether a statement applies to a request: its action, resource, principal and conditions.

A request may be for one resource, for some of a class (`s3:GetObject` on some object of a bucket) or for every one of it. An allow reaches
some as soon as it overlaps, and every one only if it covers; a deny takes some away only if it covers all, and breaks every one as soon as
it overlaps. Source: IAM user guide, reference_policies_elements_action, …_notaction, …_resource, …_notresource.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from zscan.iam.conditions import met
from zscan.iam.context import Context, filled
from zscan.iam.globs import covers, literal, overlaps, unescaped
from zscan.iam.holds import NO, YES, Holds, both, demanded, either, known, negated, unknown
from zscan.iam.principals import Principal
from zscan.iam.statements import Statement
from zscan.model.unknown import Unknown

Reach: TypeAlias = Literal["one", "some", "every"]


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants to do something to a resource. `account` is the account that the resource belongs to."""

    principal: Principal
    action: str
    resource: str
    account: str = ""
    context: Context = field(default_factory=Context)
    reach: Reach = "one"
    management: frozenset[str] = frozenset()  # management accounts, which organisation policies do not bind

    @property
    def text(self) -> str:
        """The resource as it is matched: of one resource, a star is a star."""
        return literal(self.resource) if self.reach == "one" else self.resource


def applies(statement: Statement, request: Request, *, deny: bool, action: Holds | None = None) -> Holds:
    """Whether a statement applies, principal element aside."""
    if statement.unread is not None:
        return unknown(statement.unread.reasons)
    first = names_action(statement, request.action) if action is None else action
    if not first.possible:
        return NO
    second = names_resource(statement, request, deny=deny)
    if not second.possible:
        return NO
    parts = [first, second]
    if statement.conditions:
        parts.append(met(statement.conditions, request.context, variables=statement.variables))
    return both(parts)


def names_action(statement: Statement, action: str) -> Holds:
    """Whether Action names an action, or NotAction does not. Letters count alike in both cases."""
    if statement.unread is not None:
        return unknown(statement.unread.reasons)
    lower = action.lower()
    found = either(
        unknown(pattern.reasons) if isinstance(pattern, Unknown) else known(covers(pattern, lower)) for pattern in statement.actions
    )
    return negated(found) if statement.other_actions else found


def names_resource(statement: Statement, request: Request, *, deny: bool) -> Holds:
    """Whether Resource reaches the request's, or NotResource leaves it. Trust policies have no such element and mean themselves."""
    if statement.resources is None:
        return YES
    all_of_it = deny == (request.reach != "every")
    whole = all_of_it if not statement.other_resources else not all_of_it
    found = either(_resource(pattern, statement, request, whole=whole) for pattern in statement.resources)
    return negated(found) if statement.other_resources else found


def _resource(pattern: str | Unknown, statement: Statement, request: Request, *, whole: bool) -> Holds:
    if isinstance(pattern, Unknown):
        return unknown(pattern.reasons)
    text = pattern
    if statement.variables and "${" in pattern:
        result = filled(pattern, request.context)
        if result.unknown:
            return unknown(result.unknown)
        if result.open:
            return demanded(f"the resource is named after {result.open}", f"the resource is not named after {result.open}")
        if result.missing:
            return NO
        text = unescaped(result.text)
    return known((covers if whole else overlaps)(text, request.text))
