"""What one principal may do to the resources of a field: an outcome for every one of them, with the statements that prove it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from zscan.derive.access.aws_actors import Actor, Compiler
from zscan.derive.access.aws_field import Field, Target, bits
from zscan.derive.access.aws_organisation import Organisations
from zscan.derive.access.aws_steps import steps
from zscan.iam.conditions import met
from zscan.iam.context import Context
from zscan.iam.evaluate import Decision, Outcome, Policies, evaluate
from zscan.iam.globs import covers, overlaps
from zscan.iam.match import Request
from zscan.iam.statements import Policy, Statement
from zscan.model.grant import Step
from zscan.model.unknown import Unknown

RANK = {Outcome.ALLOWED: 0, Outcome.CONDITIONAL: 1, Outcome.UNKNOWN: 2, Outcome.DENIED: 3}
_VARIABLE = "${"
_ANYBODY = "?"


@dataclass(frozen=True, slots=True)
class Proof:
    """A right over some resources of a field, in one outcome, by one path. `everywhere`: over every resource of the kind."""

    outcome: Outcome
    mask: int
    path: tuple[Step, ...]
    conditions: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    everywhere: bool = False


class Rights:
    """Answers for all principals; what does not depend on them is worked out once."""

    def __init__(self, compiler: Compiler, organisations: Organisations) -> None:
        self._compiler, self._organisations = compiler, organisations
        self._live: dict[tuple[Policy, str], Policy | None] = {}
        self._guests: dict[tuple[Field, str], dict[str, int]] = {}

    def over(self, actor: Actor, field: Field, actions: Sequence[str], extra: Context | None = None) -> list[Proof]:
        """The best that any of the actions gives, for each resource."""
        proofs: list[Proof] = []
        left = field.all
        for action in actions:
            for mask, decision, target in self._classes(actor, field, action, left, extra):
                if decision.outcome is Outcome.DENIED:
                    continue
                unread = tuple(sorted({*actor.layers.unread, *target.unread}))
                proofs.append(Proof(decision.outcome, mask, steps(decision.by, actor.groups), decision.conditions, unread))
                if decision.outcome is Outcome.ALLOWED:
                    left &= ~mask
        return _best(proofs)

    def everywhere(self, actor: Actor, actions: Sequence[str], every: str, extra: Context | None = None) -> Proof | None:
        """The right over every resource of a kind, those to come included."""
        found: list[Proof] = []
        for action in actions:
            own = self._policies(actor, action)
            if not any(s.allows is not False for policy in own.identity for s in policy.statements):
                continue
            context = _context(actor, action, extra)
            account = actor.principal.account
            decision = evaluate(Request(actor.principal, action, every, account, context, "every", actor.layers.management), own)
            if decision.outcome is not Outcome.DENIED and not any(_of_resource(condition) for condition in decision.conditions):
                path = steps(decision.by, actor.groups)
                found.append(Proof(decision.outcome, 0, path, decision.conditions, actor.layers.unread, everywhere=True))
        return min(found, key=lambda proof: RANK[proof.outcome], default=None)

    def may(self, actor: Actor, action: str, resource: str = "*", extra: Context | None = None) -> Proof | None:
        """The right to an action on some resource that the text stands for."""
        found = self.over(actor, Field([Target(resource, resource, actor.principal.account, "some")]), [action], extra)
        return min(found, key=lambda proof: RANK[proof.outcome], default=None)

    def ask(self, actor: Actor, target: Target, action: str, policies: Policies, extra: Context | None = None) -> Decision:
        """One question, with the key that the resource is encrypted with."""
        context = _context(actor, action, target.context, extra)
        request = Request(actor.principal, action, target.text, target.account, context, target.reach, actor.layers.management)
        policies = replace(policies, resource=self._alive(target, action), must_grant=target.must_grant)
        if target.account and target.account != actor.principal.account:
            levels = self._organisations.layers(target.account).resource_control
            policies = replace(policies, resource_control=self._about(levels, action))
        decision = min((evaluate(one, policies) for one in _narrower(request, policies)), key=lambda d: RANK[d.outcome])
        if target.key is None or decision.outcome is Outcome.DENIED:
            return decision
        return _together(decision, self.ask(actor, target.key, "kms:Decrypt", self._policies(actor, "kms:Decrypt")))

    def _policies(self, actor: Actor, action: str) -> Policies:
        about = self._compiler.about
        return Policies(
            identity=[reduced for policy in actor.policies if (reduced := about(policy, action)).statements],
            boundary=None if actor.boundary is None else about(actor.boundary, action),
            service_control=self._about(actor.layers.service_control, action),
            resource_control=self._about(actor.layers.resource_control, action),
        )

    def _about(self, levels: Sequence[Sequence[Policy]], action: str) -> list[list[Policy]]:
        return [[self._compiler.about(policy, action) for policy in level] for level in levels]

    def _classes(self, actor: Actor, field: Field, action: str, left: int, extra: Context | None) -> Iterator[tuple[int, Decision, Target]]:
        own = self._policies(actor, action)
        touched = left & (self._touched(own, field) | self._let_in(actor, field, action))
        if not touched:
            return
        layers = [*own.identity, *([own.boundary] if own.boundary else [])]
        layers += [policy for level in (*own.service_control, *own.resource_control) for policy in level]
        statements = [statement for policy in layers for statement in policy.statements]
        patterns = [p for s in statements for p in s.resources or () if isinstance(p, str) and _VARIABLE not in p]
        conditions = any(s.conditions or any(isinstance(p, str) and _VARIABLE in p for p in s.resources or ()) for s in statements)
        for mask in field.apart(touched, patterns, conditions=conditions):
            target = field.targets[next(bits(mask))]
            yield mask, self.ask(actor, target, action, own, extra), target

    def _touched(self, own: Policies, field: Field) -> int:
        """Resources that some allow of the principal's own may mean."""
        found = 0
        for policy in own.identity:
            for statement in policy.statements:
                if statement.allows is False:
                    continue
                if statement.resources is None or statement.other_resources:
                    return field.all
                for pattern in statement.resources:
                    found |= field.masks(pattern)[0] if isinstance(pattern, str) and _VARIABLE not in pattern else field.all
        return found

    def _let_in(self, actor: Actor, field: Field, action: str) -> int:
        """Resources whose own policy may name the principal."""
        key = (field, action)
        if key not in self._guests:
            self._guests[key] = _guests(field, [self._alive(target, action) for target in field.targets])
        guests, who = self._guests[key], actor.principal
        names = (_ANYBODY, "*", who.arn, who.account, f"{who.arn.split(':iam:')[0]}:iam::{who.account}:root", who.session_arn)
        found = 0
        for name in names:
            found |= guests.get(name, 0)
        return found

    def _alive(self, target: Target, action: str) -> Policy | None:
        """The resource's policy without the statements that concern nobody's signed request for the action."""
        if target.policy is None:
            return None
        key = (target.policy, action)
        if key not in self._live:
            reduced = self._compiler.about(target.policy, action)
            kept = tuple(
                s for s in reduced.statements if s.unread is not None or met(s.conditions, _SIGNED, variables=s.variables).possible
            )
            self._live[key] = Policy(reduced.name, kept) if kept or target.must_grant else None
        return self._live[key]


def _context(actor: Actor, action: str, *more: Context | None) -> Context:
    found = actor.context.with_values(_GLOBAL) if action.startswith("iam:") else actor.context
    for one in more:
        found = found if one is None else found.with_values(one)
    return found


# IAM is asked in one region, wherever from (Organizations user guide, orgs_manage_policies_scps_examples_general).
_GLOBAL = Context({"aws:requestedregion": ("us-east-1",)})
_SIGNED = Context({"aws:securetransport": ("true",), "aws:viaawsservice": ("false",)})


def _guests(field: Field, policies: Sequence[Policy | None]) -> dict[str, int]:
    """By principal that an allow names, the resources. Sessions stand under the beginning that all sessions of a role share."""
    found: dict[str, int] = {}
    for index in bits(field.policied):
        policy = policies[index]
        for statement in policy.statements if policy is not None else ():
            if statement.allows is False:
                continue
            for name in _names(statement):
                found[name] = found.get(name, 0) | 1 << index
    return found


def _of_resource(condition: str) -> bool:
    """Whether a demand is on the resource: then the right is over some of a kind, not over every one."""
    return any(key in condition.lower() for key in ("aws:resource", "aws:requestedregion", "the resource is "))


def _names(statement: Statement) -> Iterator[str]:
    if statement.unread is not None or statement.other_principals:
        yield _ANYBODY
    for kind, value in statement.principals or ():
        if isinstance(value, Unknown) or kind == "CanonicalUser":
            yield _ANYBODY
        elif ":assumed-role/" in value:
            yield value.rsplit("/", 1)[0] + "/"
        else:
            yield value


def _narrower(request: Request, policies: Policies) -> list[Request]:
    """The request; of some of a class, also for the parts of it that single allows name, which a deny of another part leaves alone."""
    if request.reach != "some":
        return [request]
    texts = [request.resource]
    for policy in policies.identity:
        for statement in policy.statements:
            if statement.allows is not False and not statement.other_resources:
                named = [p for p in statement.resources or () if isinstance(p, str) and _VARIABLE not in p and p != request.resource]
                texts += [p for p in named if covers(request.resource, p) and overlaps(p, request.resource)]
    if len(texts) == 1:
        return [request]
    return [replace(request, resource=text) for text in dict.fromkeys([*texts[1:], texts[0]])]


def _together(one: Decision, other: Decision) -> Decision:
    """Two rights that are both needed."""
    outcome = max(one.outcome, other.outcome, key=lambda outcome: RANK[outcome])
    conditions = tuple(sorted({*one.conditions, *other.conditions}))
    return Decision(outcome, one.by + other.by, conditions, one.reasons + other.reasons)


def _best(proofs: list[Proof]) -> list[Proof]:
    """For each resource the best outcome only."""
    found: list[Proof] = []
    covered = 0
    for proof in sorted(proofs, key=lambda proof: RANK[proof.outcome]):
        mask = proof.mask & ~covered
        if mask:
            found.append(replace(proof, mask=mask))
            covered |= mask
    return found
