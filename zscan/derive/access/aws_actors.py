"""Users and roles, as the evaluation needs them: their policies compiled once, and what is known of every request that they make."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from zscan.derive.access.aws_organisation import Layers, Organisations
from zscan.iam.context import Context, Values
from zscan.iam.fragments import PRINCIPAL, Held
from zscan.iam.match import names_action
from zscan.iam.principals import Principal
from zscan.iam.statements import Policy, compiled
from zscan.model.asset import Fragment
from zscan.model.unknown import Reason, ReasonCode, Unknown

_LINKED = ":role/aws-service-role/"
# Set only when a service asks on behalf of somebody (IAM user guide, reference_policies_condition-keys).
_FROM_SERVICES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:calledvia", "aws:calledviafirst")
# A caller is free to sign requests over TLS, and makes them himself; a deny of anything else stops nobody.
_BY_HIMSELF: Mapping[str, Values] = {
    "aws:securetransport": ("true",),
    "aws:viaawsservice": ("false",),
    "aws:principalisawsservice": ("false",),
    **dict.fromkeys(_FROM_SERVICES, ()),
}


class Compiler:
    """Compiles each text once: managed policies and trust policies repeat over hundreds of principals."""

    def __init__(self) -> None:
        self._policies: dict[tuple[str, str], Policy] = {}
        self._reduced: dict[tuple[Policy, str], Policy] = {}

    def policy(self, name: str, document: Any) -> Policy:
        """The compiled policy. Texts with unknown parts are compared by these parts too."""
        key = (name, document if isinstance(document, str) else json.dumps(document, sort_keys=True, default=repr))
        found = self._policies.get(key)
        if found is None:
            found = self._policies[key] = compiled(name, document)
        return found

    def about(self, policy: Policy, action: str) -> Policy:
        """The statements of a policy that are about an action."""
        key = (policy, action)
        found = self._reduced.get(key)
        if found is None:
            found = self._reduced[key] = Policy(policy.name, tuple(s for s in policy.statements if names_action(s, action).possible))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A principal with everything that decides its requests."""

    id: str
    name: str
    principal: Principal
    held: tuple[tuple[Policy, Held], ...]
    boundary: Policy | None
    trust: Policy | None
    context: Context
    layers: Layers
    groups: dict[Policy, str] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Its identity policies."""
        return tuple(policy for policy, _ in self.held)


def actors(fragments: Iterable[Fragment], compiler: Compiler, organisations: Organisations) -> list[Actor]:
    """Every live user and role, by ARN."""
    unique = {fragment.id: fragment for fragment in fragments if fragment.kind == PRINCIPAL and not fragment.unit}
    return [_actor(unique[arn], compiler, organisations) for arn in sorted(unique)]


def _actor(fragment: Fragment, compiler: Compiler, organisations: Organisations) -> Actor:
    data, arn, account = fragment.data, fragment.id, fragment.account
    kind: Literal["role", "user"] = "role" if data["kind"] == "role" else "user"
    held = [Held(*one) for one in data["policies"]]
    pairs = tuple((compiler.policy(one.name or "an inline policy", one.document), one) for one in held)
    boundary, trust = data["boundary"], data["trust"]
    return Actor(
        id=arn,
        name=data["name"],
        principal=Principal(kind, arn, account, linked=_LINKED in arn),
        held=pairs,
        boundary=None if boundary is None else compiler.policy(*boundary),
        trust=compiler.policy("trust policy", trust) if kind == "role" else None,
        context=_context(fragment, kind, organisations.id_of(account)),
        layers=organisations.layers(account),
        groups={policy: one.group for policy, one in pairs if one.group},
    )


def _context(fragment: Fragment, kind: str, organisation: str) -> Context:
    values: dict[str, Values | Unknown] = {
        **_BY_HIMSELF,
        "aws:principalarn": (fragment.id,),
        "aws:principalaccount": (fragment.account,),
        "aws:principaltype": ("AssumedRole" if kind == "role" else "User",),
        "aws:username": (fragment.data["name"],) if kind == "user" else (),
    }
    if organisation:
        values["aws:principalorgid"] = (organisation,)
    tags = fragment.data["tags"]
    if isinstance(tags, Unknown):
        return Context(values, (), (("aws:principaltag/", tags),))
    known, unread = tag_values(tags, "aws:principaltag/")
    return Context({**values, **known}, () if unread else ("aws:principaltag/",), (("aws:principaltag/", unread),) if unread else ())


def tag_values(tags: Any, prefix: str) -> tuple[dict[str, Values], Unknown | None]:
    """Tags as condition keys, and what could not be read of them."""
    pairs = list(tags.items()) if isinstance(tags, Mapping) else [_pair(tag) for tag in tags or ()]
    unread = next((one for pair in pairs for one in pair if isinstance(one, Unknown)), None)
    return {f"{prefix}{key}".lower(): (str(value),) for key, value in pairs if isinstance(key, str)}, unread


def _pair(tag: Any) -> tuple[Any, Any]:
    if isinstance(tag, Mapping):
        return tag.get("Key"), tag.get("Value")
    unread = tag if isinstance(tag, Unknown) else Unknown(Reason(ReasonCode.UNPARSABLE, "a tag is not a pair of key and value"))
    return unread, unread
