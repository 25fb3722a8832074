"""Access in AWS: for every principal what it can do to AI, whatever policy, trust or handed-over role it comes from.

The rights of each principal are worked out once; whoever may become it has them too, by a path that begins with that step. A policy of a
resource that was not read lets nobody in here: its gap tells of it, and rights that it may still deny name it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from zscan.derive.access.aws_actors import Actor, Compiler, actors
from zscan.derive.access.aws_chains import Chains, Edge
from zscan.derive.access.aws_escalation import Escalation, Way, by_becoming
from zscan.derive.access.aws_facts import state_escalation
from zscan.derive.access.aws_field import bits
from zscan.derive.access.aws_organisation import Organisations
from zscan.derive.access.aws_outside import becoming, kind_of, let_in, name_of, outsiders
from zscan.derive.access.aws_rights import RANK, Proof, Rights
from zscan.derive.access.aws_steps import joined
from zscan.derive.access.aws_targets import Kind, Resources, kinds
from zscan.iam.evaluate import Outcome
from zscan.model.asset import Draft, Fragment
from zscan.model.gap import Gap
from zscan.model.grant import Capability, Grant, PrincipalKind, Step
from zscan.model.types import VOCABULARY

Held: TypeAlias = list[tuple[int, Proof]]  # rights over kinds, by the number of the kind
_OUTCOMES: Mapping[Outcome, Literal["allowed", "conditional", "unknown"]] = {
    Outcome.ALLOWED: "allowed",
    Outcome.CONDITIONAL: "conditional",
    Outcome.UNKNOWN: "unknown",
}
_ADMIN = ("*:*", "iam:PutRolePolicy")  # every action, and that the rest cannot be kept from it


@dataclass(slots=True)
class Account:
    """What one principal can do, collected."""

    id: str
    kind: PrincipalKind
    account: str
    held: Held = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)


def derive_aws_access(by_id: Mapping[str, Draft], fragments: Sequence[Fragment], gaps: Sequence[Gap]) -> tuple[Grant, ...]:
    """All grants, in order; and the facts `identity.effective.*` of live users and roles."""
    compiler = Compiler()
    organisations = Organisations(fragments, gaps, compiler.policy)
    found = actors(fragments, compiler, organisations)
    if not found:
        return ()
    view = _View(found, compiler, organisations, by_id=by_id, fragments=fragments)
    accounts = [*view.principals(), *view.outsiders(), *view.assets()]
    grants = [grant for account in accounts for grant in _grants(account, view.kinds)]
    for account in accounts:
        draft = by_id.get(account.id)
        if draft is not None and draft.type == "identity":
            state_escalation(draft, account.ways, [gap for gap in gaps if gap.blocking])
    return tuple(sorted(grants))


class _View:
    """Everything that the grants of one inventory rest on."""

    def __init__(
        self,
        found: list[Actor],
        compiler: Compiler,
        organisations: Organisations,
        *,
        by_id: Mapping[str, Draft],
        fragments: Sequence[Fragment],
    ) -> None:
        self._by_id, self._compiler, self._actors, self._organisations = by_id, compiler, found, organisations
        self._rights = Rights(compiler, organisations)
        self.kinds = kinds(by_id, Resources(by_id, fragments, compiler), found)
        self._own = {actor.id: self._held(actor) for actor in found}
        self._chains = Chains(found, self._rights)
        self._escalation = Escalation(found, self._rights)
        self._own_ways = {actor.id: self._escalation.own(actor) for actor in found}
        self._strong = {actor.id: outcome for actor in found if (outcome := self._strength(actor)) is not None}

    def _held(self, actor: Actor) -> Held:
        found: Held = []
        for number, kind in enumerate(self.kinds):
            found += [(number, proof) for proof in self._rights.over(actor, kind.field, kind.actions)]
            partition = actor.id.split(":")[1]
            every = kind.every.format(partition=partition, account=actor.principal.account)
            whole = self._rights.everywhere(actor, kind.actions, every)
            found += [(number, whole)] if whole is not None else []
        return found

    def _strength(self, actor: Actor) -> Outcome | None:
        """How surely somebody holds every right, or can write it into his own."""
        proofs = [self._rights.everywhere(actor, [action], "*") for action in _ADMIN]
        every = [proof.outcome for proof in proofs if proof is not None]
        found = [max(every, key=lambda one: RANK[one])] if len(every) == len(_ADMIN) else []
        found += [way.outcome for way in self._own_ways[actor.id]]
        return min(found, key=lambda one: RANK[one], default=None)

    def principals(self) -> list[Account]:
        """Users and roles, with what they reach through roles."""
        return [self._principal(actor) for actor in self._actors]

    def _principal(self, actor: Actor) -> Account:
        own, ways = self._own[actor.id], self._own_ways[actor.id]
        everything = len({number for number, proof in own if proof.everywhere and proof.outcome is Outcome.ALLOWED}) == len(self.kinds)
        written = any(way.outcome is Outcome.ALLOWED and not way.unread for way in ways)
        edges = [] if everything and written else self._chains.reach(self._chains.edges(actor.id), actor.id)
        if not written:
            ways = [*ways, *self._escalation.over_others(actor, self._strong), *by_becoming(edges, self._strong)]
        kind: PrincipalKind = "role" if actor.principal.kind == "role" else "user"
        return Account(actor.id, kind, actor.principal.account, self._with(own, edges), ways)

    def _with(self, own: Held, edges: Sequence[Edge]) -> Held:
        """One's own rights, and those of roles within reach wherever they are better."""
        covered: dict[tuple[int, int], int] = defaultdict(int)
        everywhere: dict[int, int] = {}
        found: Held = []
        reached = [(edge, self._own[edge.role]) for edge in edges if edge.role in self._own]
        for edge, held in [(None, own), *reached]:
            for number, one in held:
                proof = one if edge is None else _after(edge, one)
                rank = RANK[proof.outcome]
                mask = proof.mask & ~covered[number, rank]
                wider = proof.everywhere and rank < everywhere.get(number, len(RANK))
                if not mask and not wider:
                    continue
                found.append((number, replace(proof, mask=mask)))
                if wider:
                    everywhere[number] = rank
                for worse in range(rank, len(RANK)):
                    covered[number, worse] |= mask
        return found

    def outsiders(self) -> list[Account]:
        """Services, other accounts, identity providers and everybody, as policies of resources and trust policies name them."""
        roles = [actor for actor in self._actors if actor.trust is not None]
        policies = [actor.trust for actor in roles] + [target.policy for kind in self.kinds for target in kind.field.targets]
        own = frozenset(actor.principal.account for actor in self._actors)
        found: list[Account] = []
        for principal in outsiders(dict.fromkeys(policies), own):
            direct = [
                (number, proof)
                for number, kind in enumerate(self.kinds)
                for proof in let_in(principal, kind, self._compiler, self._organisations)
            ]
            edges = self._chains.reach(becoming(principal, roles))
            ways = by_becoming(edges, self._strong) if principal.kind != "service" else []
            found.append(Account(name_of(principal), kind_of(principal), principal.account, self._with(direct, edges), ways))
        return found

    def assets(self) -> list[Account]:
        """AI assets, which can do what the role can that they run as."""
        known = {actor.id: actor for actor in self._actors}
        found: list[Account] = []
        for draft in self._by_id.values():
            roles = sorted({r.target for r in draft.relations if r.kind == "runs_as" and r.target in known})
            if draft.provider != "aws" or not VOCABULARY.types[draft.type].ai or not roles:
                continue
            edges = [Edge(role, Outcome.ALLOWED, (Step("trust", known[role].name, "runs as"),)) for role in roles]
            found.append(Account(draft.id, "agent", draft.account, self._with([], self._chains.reach(edges))))
        return found


def _after(edge: Edge, proof: Proof) -> Proof:
    """A right of a role, in the hands of whoever becomes the role."""
    return Proof(
        max(edge.outcome, proof.outcome, key=lambda outcome: RANK[outcome]),
        proof.mask,
        (*edge.path, *proof.path),
        tuple(sorted({*edge.conditions, *proof.conditions})),
        tuple(sorted({*edge.unread, *proof.unread})),
        everywhere=proof.everywhere,
    )


def _grants(account: Account, kinds_: Sequence[Kind]) -> list[Grant]:
    """One grant per capability and outcome."""
    grouped: dict[tuple[Capability, Outcome], list[tuple[int, int, Proof]]] = defaultdict(list)
    for number, proof in account.held:
        for capability, over in kinds_[number].capabilities:
            if proof.everywhere or proof.mask & over:
                grouped[capability, proof.outcome].append((number, proof.mask & over, proof))
    for way in account.ways:
        grouped.setdefault((Capability.ESCALATE, way.outcome), [])
    found = [_grant(account, capability, outcome, parts, kinds_) for (capability, outcome), parts in sorted(grouped.items())]
    return [grant for grant in found if grant.targets or grant.everywhere]  # what reaches every kind but no asset reaches nothing yet


def _grant(
    account: Account, capability: Capability, outcome: Outcome, parts: Sequence[tuple[int, int, Proof]], kinds_: Sequence[Kind]
) -> Grant:
    ways = [way for way in account.ways if way.outcome is outcome] if capability is Capability.ESCALATE else []
    targets = {kinds_[number].field.targets[index].id for number, mask, _ in parts for index in bits(mask)}
    whole = {number for number, _, proof in parts if proof.everywhere}
    proofs = [proof for _, _, proof in parts]
    proven: Sequence[Proof | Way] = [*proofs, *ways]
    return Grant(
        principal=account.id,
        principal_kind=account.kind,
        capability=capability,
        outcome=_OUTCOMES[outcome],
        everywhere=_over_all(capability, kinds_, whole, targets) or any(way.target == account.id for way in ways),
        targets=tuple(sorted(targets | {way.target for way in ways} | {kinds_[number].name for number in whole if kinds_[number].name})),
        conditions=tuple(sorted({condition for one in proven for condition in one.conditions})) if outcome is not Outcome.ALLOWED else (),
        path=joined(one.path for one in proven),
        unread=tuple(sorted({name for one in proven for name in one.unread})),
        account=account.account,
    )


def _over_all(capability: Capability, kinds_: Sequence[Kind], whole: set[int], targets: set[str]) -> bool:
    """Whether every kind that the capability is about is covered, those to come included, and no asset there is left out."""
    about = [(number, kind, mask) for number, kind in enumerate(kinds_) for one, mask in kind.capabilities if one is capability]
    there = {kind.field.targets[index].id for _, kind, mask in about if not kind.name for index in bits(mask)}
    return bool(about) and {number for number, _, _ in about} <= whole and there <= targets
