"""What all policies together decide, in the order that AWS documents.

Explicit denies of any policy; then resource control policies; then service control policies; then the resource's own policy; then identity
policies, permission boundary and session policy. Within one account the resource's policy or the identity's is enough; across accounts both
are needed; key policies and trust policies must always let in. Source: IAM user guide, reference_policies_evaluation-logic (and its pages
for one account and for several); Organizations user guide, orgs_manage_policies_scps and …_rcps; KMS developer guide, key-policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from zscan.iam.holds import NO, YES, Holds, both, either, known, negated
from zscan.iam.match import Request, applies
from zscan.iam.principals import Named, meant, named
from zscan.iam.statements import Policy, Statement
from zscan.model.unknown import Reason

# Organizations user guide, orgs_manage_policies_rcps, "List of AWS services that support RCPs", as of 2025-06. The list grows.
RESOURCE_CONTROL_SERVICES = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss"})


class Outcome(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Every policy that has a say. None is a layer that is not there.

    `levels` of service and resource control policies are the policies of each step from the organisation's root down to the account; each
    must allow. `must_grant` marks resources whose own policy decides alone who may come in (KMS keys, trust policies of roles).
    """

    identity: Sequence[Policy] = ()
    boundary: Policy | None = None
    session: Sequence[Policy] | None = None
    resource: Policy | None = None
    must_grant: bool = False
    service_control: Sequence[Sequence[Policy]] = ()
    resource_control: Sequence[Sequence[Policy]] = ()


class Decided(NamedTuple):
    """A statement that had a part in the decision, and the layer that it stands in."""

    layer: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a request, why, and under which conditions."""

    outcome: Outcome
    by: tuple[Decided, ...] = ()
    conditions: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


class _Grant(NamedTuple):
    """How far something is allowed, and by which statement."""

    holds: Holds
    by: tuple[Decided, ...] = ()


_NOTHING = _Grant(NO)


def evaluate(request: Request, policies: Policies) -> Decision:
    """What becomes of the request."""
    denied = _denies(request, policies)
    sure = next((grant for grant in denied if grant.holds.sure), None)
    if sure is not None:
        return Decision(Outcome.DENIED, sure.by)
    granted = _through(request, policies)
    if not granted.holds.possible:
        return Decision(Outcome.DENIED, granted.by)
    whole = both([granted.holds, *(negated(grant.holds) for grant in denied)])
    by = granted.by + tuple(decided for grant in denied for decided in grant.by)
    if whole.unknown:
        return Decision(Outcome.UNKNOWN, by, tuple(demand.met for demand in whole.demands), whole.unknown)
    if whole.demands:
        return Decision(Outcome.CONDITIONAL, by, tuple(sorted({demand.met for demand in whole.demands})))
    return Decision(Outcome.ALLOWED if whole.possible else Outcome.DENIED, granted.by)


def _control(request: Request, policies: Policies) -> tuple[Sequence[Sequence[Policy]], Sequence[Sequence[Policy]]]:
    """The organisation's policies that bind. They bind neither the management account nor roles that belong to a service; service control
    policies bind who signs in an account, resource control policies hold for the services that support them.
    """
    principal = request.principal
    signed = principal.kind not in {"service", "federated", "anonymous"}
    services = signed and principal.account not in request.management and not principal.linked
    supported = request.action.partition(":")[0].lower() in RESOURCE_CONTROL_SERVICES
    resources = supported and request.account not in request.management and not principal.linked
    return policies.service_control if services else (), policies.resource_control if resources else ()


def _denies(request: Request, policies: Policies) -> list[_Grant]:
    services, resources = _control(request, policies)
    own = [*policies.identity, *(policies.session or ()), *([policies.boundary] if policies.boundary else [])]
    layers = [("identity_policy", own), ("organisation", [policy for level in services for policy in level])]
    found = [grant for layer, group in layers for grant in _each_deny(layer, group, request)]
    met_by = [("resource_policy", [policies.resource] if policies.resource else []), ("organisation", [p for lv in resources for p in lv])]
    return found + [grant for layer, group in met_by for grant in _each_deny(layer, group, request, principals=True)]


def _each_deny(layer: str, group: Iterable[Policy], request: Request, *, principals: bool = False) -> Iterable[_Grant]:
    for policy in group:
        for statement in policy.statements:
            if statement.allows is True:
                continue
            holds = both([_effect(statement, wanted=False), applies(statement, request, deny=True)])
            if holds.possible and principals and statement.unread is None:
                holds = both([holds, meant(statement, request.principal)])
            if holds.possible:
                yield _Grant(holds, (Decided(layer, statement),))


def _effect(statement: Statement, *, wanted: bool) -> Holds:
    if isinstance(statement.allows, bool):
        return known(statement.allows is wanted)
    return Holds(True, (), statement.allows.reasons)


def allowed_by(layer: str, group: Iterable[Policy], request: Request) -> _Grant:
    """The best of the allows: a sure one, else one under demands, else what is not known."""
    return _best(
        _Grant(both([_effect(statement, wanted=True), applies(statement, request, deny=False)]), (Decided(layer, statement),))
        for policy in group
        for statement in policy.statements
        if statement.allows is not False
    )


def _best(grants: Iterable[_Grant]) -> _Grant:
    """Any one of the grants is enough."""
    possible = [grant for grant in grants if grant.holds.possible]
    sure = next((grant for grant in possible if grant.holds.sure), None)
    if sure is not None or not possible:
        return sure or _NOTHING
    open_ = [grant for grant in possible if not grant.holds.unknown]
    chosen = open_ or possible
    return _Grant(either(grant.holds for grant in chosen), tuple(dict.fromkeys(one for grant in chosen for one in grant.by)))


def _all(*grants: _Grant) -> _Grant:
    """Every one of the grants is needed."""
    holds = both(grant.holds for grant in grants)
    return _Grant(holds, tuple(dict.fromkeys(one for grant in grants for one in grant.by))) if holds.possible else _NOTHING


def _ceilings(request: Request, policies: Policies) -> _Grant:
    """What the organisation lets through."""
    services, resources = _control(request, policies)
    levels = [allowed_by("organisation", level, request) for level in services]
    levels += [_let_in(level, request) for level in resources]
    return _all(_Grant(YES), *levels)


def _let_in(level: Sequence[Policy], request: Request) -> _Grant:
    ways = _resource_side(level, request, layer="organisation")
    return _best(ways.values())


def _resource_side(group: Iterable[Policy], request: Request, *, layer: str = "resource_policy") -> dict[Named, _Grant]:
    """What policies with a principal element allow, by how closely they name the principal."""
    found: dict[Named, list[_Grant]] = {}
    for policy in group:
        for statement in policy.statements:
            if statement.allows is False:
                continue
            holds = both([_effect(statement, wanted=True), applies(statement, request, deny=False)])
            if not holds.possible:
                continue
            ways = {Named.DIRECT: YES} if statement.unread is not None else named(statement, request.principal)
            for way, who in ways.items():
                found.setdefault(way, []).append(_Grant(both([holds, who]), (Decided(layer, statement),)))
    return {way: _best(grants) for way, grants in found.items()}


def _through(request: Request, policies: Policies) -> _Grant:
    """Organisation first, then the ways through the resource's policy and through the principal's own."""
    ceiling = _ceilings(request, policies)
    if not ceiling.holds.possible:
        return _NOTHING
    principal = request.principal
    own = _own(request, policies)
    ways = _resource_side([policies.resource], request) if policies.resource is not None else {}
    if principal.kind in {"service", "federated", "anonymous"}:
        return _all(_best(ways.values()), ceiling)
    if principal.account != request.account and request.account:
        return _all(_best(ways.values()), own, ceiling)
    to_account = ways.get(Named.ACCOUNT, _NOTHING)
    chains = [_direct(ways, request, policies)]
    if policies.must_grant:
        chains.append(_all(_best([to_account, *ways.values()]), own))
    else:
        chains.append(own)
    return _all(_best(chains), ceiling)


def _own(request: Request, policies: Policies) -> _Grant:
    """What identity policies allow within boundary and session policy. The root user, and whoever an account vouches for, need none."""
    if request.principal.kind in {"root", "account"}:
        return _Grant(YES)
    return _all(allowed_by("identity_policy", policies.identity, request), *_caps(request, policies, boundary=True))


def _caps(request: Request, policies: Policies, *, boundary: bool) -> list[_Grant]:
    caps = [allowed_by("boundary", [policies.boundary], request)] if boundary and policies.boundary is not None else []
    if policies.session is not None:
        caps.append(allowed_by("session_policy", policies.session, request))
    return caps


def _direct(ways: dict[Named, _Grant], request: Request, policies: Policies) -> _Grant:
    """Within one account the session, and everybody, are let in outright; a role as such only within its boundary."""
    role = request.principal.kind == "role"
    by_arn = _all(ways.get(Named.PRINCIPAL, _NOTHING), *_caps(request, policies, boundary=role))
    return _best([ways.get(Named.DIRECT, _NOTHING), by_arn])
