"""Who may become whom: assuming roles, and handing roles to something that one starts. Chains are followed to a bounded depth.

Source: IAM user guide, id_roles_use_passrole and id_roles_terms-and-concepts (role chaining).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zscan.derive.access.aws_actions import RUNS_AS
from zscan.derive.access.aws_actors import Actor
from zscan.derive.access.aws_field import Field, Target, bits
from zscan.derive.access.aws_rights import RANK, Proof, Rights
from zscan.derive.access.aws_steps import joined
from zscan.iam.context import Context
from zscan.iam.evaluate import Decision, Outcome, Policies, evaluate
from zscan.iam.match import Request
from zscan.iam.principals import Principal
from zscan.iam.statements import compiled
from zscan.model.grant import Step

DEPTH = 4
_ALL = compiled("its own policies", {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})  # of a stranger: not in the input


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one principal to a role. `started`: by handing the role over, which is more than the account's owner may have meant."""

    role: str
    outcome: Outcome
    path: tuple[Step, ...]
    conditions: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    started: bool = False

    def after(self, before: Edge) -> Edge:
        """The same, reached through another role."""
        return Edge(
            self.role,
            max(self.outcome, before.outcome, key=lambda outcome: RANK[outcome]),
            joined([before.path, self.path]),
            tuple(sorted({*before.conditions, *self.conditions})),
            tuple(sorted({*before.unread, *self.unread})),
            self.started or before.started,
        )


class Chains:
    """The edges between all principals."""

    def __init__(self, actors: Sequence[Actor], rights: Rights) -> None:
        self._rights = rights
        self._roles = [actor for actor in actors if actor.principal.kind == "role" and actor.trust is not None]
        trusted = [_role(actor, trust=True) for actor in self._roles]
        self._trusts = Field(trusted)
        self._passed = Field([_role(actor, trust=False) for actor in self._roles])
        self._services = {service: self._trusting(service) for service in RUNS_AS}
        self._edges: dict[str, list[Edge]] = {actor.id: list(self._from(actor)) for actor in actors}

    def edges(self, principal: str) -> Sequence[Edge]:
        """The roles that a principal may become in one step."""
        return self._edges.get(principal, ())

    def reach(self, start: Sequence[Edge], origin: str = "") -> list[Edge]:
        """Every role within reach, nearest first, each by its best edge of the nearest step."""
        found: dict[str, Edge] = {}
        queue = deque((edge, 1) for edge in _ordered(start))
        while queue:
            edge, depth = queue.popleft()
            known = found.get(edge.role)
            if edge.role == origin or (known is not None and RANK[known.outcome] <= RANK[edge.outcome]):
                continue
            found[edge.role] = edge
            if depth < DEPTH:
                queue.extend((next_.after(edge), depth + 1) for next_ in _ordered(self.edges(edge.role)))
        return list(found.values())

    def _from(self, actor: Actor) -> Iterator[Edge]:
        for proof in self._rights.over(actor, self._trusts, ["sts:AssumeRole"]):
            for index in bits(proof.mask):
                role = self._roles[index]
                if role.id != actor.id:
                    yield _edge(role, proof, Step("trust", role.name, "sts:AssumeRole"))
        for service, ways in RUNS_AS.items():
            yield from self._passing(actor, service, ways)

    def _passing(self, actor: Actor, service: str, ways: Sequence[Sequence[str]]) -> Iterator[Edge]:
        to_service = Context({"iam:passedtoservice": (service,)})
        handed = self._rights.over(actor, self._passed, ["iam:PassRole"], to_service)
        taking = self._services[service]
        handed = [proof for proof in handed if any(index in taking for index in bits(proof.mask))]
        if not handed:
            return
        for way in ways:
            started = [self._rights.may(actor, action) for action in way]
            if any(proof is None for proof in started):
                continue
            for proof in handed:
                parts = [proof, *(one for one in started if one is not None)]
                step = f"passes it to {service} with {' and '.join(way)}"
                for index in bits(proof.mask):
                    role = self._roles[index]
                    if role.id != actor.id and index in taking:
                        yield _through(role, [*parts, taking[index]], Step("pass_role", role.name, step))

    def _trusting(self, service: str) -> dict[int, Proof]:
        """The roles that a service may take on for this account, by their number."""
        found: dict[int, Proof] = {}
        for index, role in enumerate(self._roles):
            own = Context({"aws:sourceaccount": (role.principal.account,), "aws:principalisawsservice": ("true",)})
            decision = trust_decision(role, Principal("service", service), own)
            if decision.outcome is not Outcome.DENIED:
                found[index] = Proof(decision.outcome, 1 << index, (), decision.conditions)
        return found


def trust_decision(role: Actor, principal: Principal, context: Context | None = None, action: str = "sts:AssumeRole") -> Decision:
    """What a role's trust policy says to a service, a stranger or an identity provider."""
    policies = Policies(identity=[_ALL], resource=role.trust, must_grant=True, resource_control=role.layers.resource_control)
    request = Request(principal, action, role.id, role.principal.account, context or Context(), "one", role.layers.management)
    return evaluate(request, policies)


def _role(actor: Actor, *, trust: bool) -> Target:
    return Target(
        actor.id,
        actor.id,
        actor.principal.account,
        policy=actor.trust if trust else None,
        must_grant=trust,
        context=Context({"aws:resourceaccount": (actor.principal.account,)}),
    )


def _edge(role: Actor, proof: Proof, step: Step) -> Edge:
    own = tuple(one for one in proof.path if one.kind != "resource_policy")  # the trust policy is told by the step itself
    return Edge(role.id, proof.outcome, (*own, step), proof.conditions, proof.unread)


def _through(role: Actor, parts: Sequence[Proof], step: Step) -> Edge:
    return Edge(
        role.id,
        max((part.outcome for part in parts), key=lambda outcome: RANK[outcome]),
        (*joined(part.path for part in parts), step),
        tuple(sorted({condition for part in parts for condition in part.conditions})),
        tuple(sorted({name for part in parts for name in part.unread})),
        started=True,
    )


def _ordered(edges: Sequence[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda edge: (RANK[edge.outcome], edge.started, edge.role, edge.path))
