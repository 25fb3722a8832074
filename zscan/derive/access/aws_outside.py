"""Whom policies of resources and trust policies let in from outside: services, other accounts, identity providers, everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zscan.derive.access.aws_actors import Actor, Compiler
from zscan.derive.access.aws_chains import Edge, trust_decision
from zscan.derive.access.aws_field import Target, bits
from zscan.derive.access.aws_organisation import Layers, Organisations
from zscan.derive.access.aws_rights import Proof
from zscan.derive.access.aws_steps import steps
from zscan.derive.access.aws_targets import Kind
from zscan.iam.context import Context, Values
from zscan.iam.evaluate import Decided, Decision, Outcome, Policies, evaluate
from zscan.iam.match import Request
from zscan.iam.principals import Principal, meant
from zscan.iam.statements import Policy, compiled
from zscan.model.grant import PrincipalKind, Step
from zscan.model.unknown import Unknown

_ALL = compiled("its own policies", {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_ARN_PARTS = 6
_BECOME = {"federated": ("sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")}
KINDS: dict[str, PrincipalKind] = {"account": "account", "root": "account", "anonymous": "public"}


def outsiders(policies: Iterable[Policy | None], own: frozenset[str]) -> list[Principal]:
    """Everybody whom allows of policies name and who is not one of the principals that were read (`own`: their accounts)."""
    found: set[Principal] = set()
    for policy in policies:
        for statement in policy.statements if policy is not None else ():
            if statement.allows is not False:
                found.update(_named(statement.principals or (), other=statement.other_principals, own=own))
    return sorted(found, key=lambda principal: (principal.kind, principal.arn))


def _named(principals: Sequence[tuple[str, str | Unknown]], *, other: bool, own: frozenset[str]) -> Iterator[Principal]:
    if other:
        yield Principal("anonymous", "*")
        return
    for kind, value in principals:
        if isinstance(value, Unknown):
            continue
        if value == "*":
            yield Principal("anonymous", "*")
        elif kind == "Service":
            yield Principal("service", value)
        elif kind == "Federated":
            yield Principal("federated", value, _account(value))
        elif kind == "AWS" and _account(value) and _account(value) not in own:
            yield _foreign(value)


def _foreign(value: str) -> Principal:
    account = _account(value)
    if value.isdigit() or value.endswith(":root"):
        return Principal("account", f"arn:aws:iam::{account}:root", account)
    if ":assumed-role/" in value:
        role, _, session = value.rsplit(":assumed-role/", 1)[1].partition("/")
        return Principal("role", f"arn:aws:iam::{account}:role/{role}", account, session=session)
    return Principal("role" if ":role/" in value else "user", value, account)


def _account(value: str) -> str:
    parts = value.split(":", _ARN_PARTS - 1)
    return parts[4] if len(parts) == _ARN_PARTS and parts[4].isdigit() else value if value.isdigit() else ""


def name_of(principal: Principal) -> str:
    """What a grant calls somebody from outside: an account by its number."""
    return principal.account if principal.kind == "account" else principal.arn


def kind_of(principal: Principal) -> PrincipalKind:
    """The kind of principal in a grant's words."""
    match principal.kind:
        case "user" | "role" | "service" | "federated":
            return principal.kind
        case other:
            return KINDS.get(other, "account")


def becoming(principal: Principal, roles: Iterable[Actor]) -> list[Edge]:
    """The roles that somebody from outside may become."""
    found: list[Edge] = []
    for role in roles:
        for action in _BECOME.get(principal.kind, ("sts:AssumeRole",)):
            decision = trust_decision(role, principal, _context(principal), action)
            if decision.outcome is not Outcome.DENIED and _sure_of(decision, role, principal):
                path = (Step("trust", role.name, next((one.statement.says for one in decision.by), "")),)
                unread = (*_unread(principal), *_limits(role.layers))
                found.append(Edge(role.id, decision.outcome, path, decision.conditions, unread))
                break
    return found


def _sure_of(decision: Decision, role: Actor, principal: Principal) -> bool:
    """Where part of a trust policy was not read, only those whom the rest of it names stand out."""
    if decision.outcome is not Outcome.UNKNOWN:
        return True
    known = [s for s in (role.trust.statements if role.trust is not None else ()) if s.unread is None and s.allows is not False]
    return any(meant(statement, principal).sure for statement in known)


def _context(principal: Principal) -> Context:
    values: dict[str, Values | Unknown] = {"aws:securetransport": ("true",), "aws:viaawsservice": ("false",)}
    if principal.kind != "service":
        values |= dict.fromkeys(("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid"), ())
        values["aws:principalisawsservice"] = ("false",)
    if principal.account and principal.kind != "federated":
        values["aws:principalaccount"] = (principal.account,)
    if principal.kind in {"user", "role"}:
        values["aws:principalarn"] = (principal.arn,)
    return Context(values)


def _unread(principal: Principal) -> tuple[str, ...]:
    return (f"policies of account {principal.account}",) if principal.kind in {"user", "role", "account"} else ()


def let_in(principal: Principal, kind: Kind, compiler: Compiler, organisations: Organisations) -> list[Proof]:
    """The rights that the policies of resources give to somebody from outside."""
    found: list[Proof] = []
    for index in bits(kind.field.policied):
        target = kind.field.targets[index]
        if principal.kind == "anonymous" and target.closed:
            continue
        if principal.kind == "service" and not _is_named(principal, target):
            continue  # what everybody may is told once, of everybody
        layers = organisations.layers(target.account)
        _, proof = min((_asked(principal, target, action, compiler, layers) for action in kind.actions), key=lambda one: one[0])
        if proof is not None:
            unread = (*_unread(principal), *target.unread, *_limits(layers))
            found.append(Proof(proof.outcome, 1 << index, proof.path, proof.conditions, unread))
    return found


def _limits(layers: Layers) -> tuple[str, ...]:
    """Of the organisation's policies, those over resources bind strangers too."""
    return tuple(name for name in layers.unread if name.startswith("resource"))


def _is_named(principal: Principal, target: Target) -> bool:
    statements = target.policy.statements if target.policy is not None else ()
    return any(value == principal.arn for statement in statements for _, value in statement.principals or ())


def _asked(principal: Principal, target: Target, action: str, compiler: Compiler, layers: Layers) -> tuple[int, Proof | None]:
    if target.policy is None:
        return 3, None
    policy = compiler.about(target.policy, action)
    levels = [[compiler.about(one, action) for one in level] for level in layers.resource_control]
    policies = Policies(identity=[_ALL], resource=policy, must_grant=target.must_grant, resource_control=levels)
    context = _context(principal).with_values(target.context)
    decision = evaluate(Request(principal, action, target.text, target.account, context, target.reach, layers.management), policies)
    if decision.outcome is Outcome.DENIED or not _by_policy(decision.by):
        return 3, None
    rank = list(Outcome).index(decision.outcome)
    return rank, Proof(decision.outcome, 0, steps(decision.by, {})[:1], decision.conditions)


def _by_policy(by: Iterable[Decided]) -> bool:
    return any(one.layer == "resource_policy" for one in by)
