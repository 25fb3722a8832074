"""Ways to more rights: writing one's own, taking somebody over, and handing a stronger role to something that one starts.

Source: IAM user guide, id_roles_use_passrole and access_policies_boundaries ("Delegating responsibility"); the Service Authorization
Reference says of each action that it manages permissions. A path is told only where it ends with every right there is: at an
administrator, or at somebody who writes his own rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from zscan.derive.access.aws_actions import GROUP_RIGHTS, OWN_RIGHTS, POLICY_TEXT, TAKE_OVER
from zscan.derive.access.aws_actors import Actor
from zscan.derive.access.aws_chains import Edge
from zscan.derive.access.aws_field import Field, Target, bits
from zscan.derive.access.aws_rights import RANK, Proof, Rights
from zscan.iam.evaluate import Outcome
from zscan.model.grant import Step

_TEXT_OF_AWS = ":iam::aws:policy/"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to more rights. `target` is whoever is taken over; the principal itself when it writes its own rights."""

    target: str
    outcome: Outcome
    path: tuple[Step, ...]
    conditions: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Escalation:
    """The ways of all principals."""

    def __init__(self, actors: Sequence[Actor], rights: Rights) -> None:
        self._rights = rights
        self._actors = {actor.id: actor for actor in actors}
        kinds = ("user", "role")
        self._of_kind = {kind: [a for a in actors if a.principal.kind == kind and not a.principal.linked] for kind in kinds}
        self._fields = {kind: Field([Target(a.id, a.id, a.principal.account) for a in self._of_kind[kind]]) for kind in kinds}

    def own(self, actor: Actor) -> list[Way]:
        """Writing one's own rights, by policies of oneself, of one's groups, or the text of a policy that one holds."""
        if actor.principal.linked:
            return []
        account = actor.principal.account
        asked = [(action, actor.id) for action in OWN_RIGHTS[actor.principal.kind]]
        asked += [
            (action, f"arn:aws:iam::{account}:group/{group}") for group in sorted(set(actor.groups.values())) for action in GROUP_RIGHTS
        ]
        texts = sorted({one.arn for _, one in actor.held if one.arn and _TEXT_OF_AWS not in one.arn})
        asked += [(action, text) for text in texts for action in POLICY_TEXT]
        found: list[Way] = []
        for action, resource in asked:
            for proof in self._rights.over(actor, Field([Target(resource, resource, account)]), [action]):
                says = f"{action} on {resource.rsplit(':', 1)[-1]} lets it write its own rights"
                found += [_way(actor.id, proof, says)]
        return _best(found)

    def over_others(self, actor: Actor, strong: Mapping[str, Outcome]) -> list[Way]:
        """Taking over somebody strong: by keys or a password, or by writing oneself into a trust policy."""
        return _best([_as_strong(way, strong) for way in self._taking(actor, strong)])

    def _taking(self, actor: Actor, strong: Mapping[str, Outcome]) -> Iterator[Way]:
        for kind, ways in TAKE_OVER.items():
            for way in ways:
                every = [{i: p for p in self._rights.over(actor, self._fields[kind], [a]) for i in bits(p.mask)} for a in way]
                for index in sorted(set(every[0]).intersection(*every[1:])):
                    other = self._of_kind[kind][index]
                    if other.id != actor.id and other.id in strong:
                        worst = max((proofs[index] for proofs in every), key=lambda proof: RANK[proof.outcome])
                        yield _way(other.id, worst, f"{' and '.join(way)} on {kind} {other.name}")


def by_becoming(edges: Sequence[Edge], strong: Mapping[str, Outcome]) -> list[Way]:
    """Strong roles that the principal may become, or hand over."""
    return [_as_strong(Way(e.role, e.outcome, e.path, e.conditions, e.unread), strong) for e in edges if e.role in strong]


def _as_strong(way: Way, strong: Mapping[str, Outcome]) -> Way:
    return replace(way, outcome=max(way.outcome, strong[way.target], key=lambda outcome: RANK[outcome]))


def _way(target: str, proof: Proof, says: str) -> Way:
    name = target.rsplit("/", 1)[-1]
    return Way(target, proof.outcome, (*proof.path, Step("escalation", name, says)), proof.conditions, proof.unread)


def _best(ways: Sequence[Way]) -> list[Way]:
    found: dict[str, Way] = {}
    for way in sorted(ways, key=lambda way: (RANK[way.outcome], way.target, way.path)):
        found.setdefault(way.target, way)
    return list(found.values())
