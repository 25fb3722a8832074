"""What an organisation lets its accounts do: service and resource control policies on the way from the root down to each account.

A policy that was not read is named in a grant, and takes nothing away: `unread` says what might. Source: Organizations user guide,
orgs_manage_policies_scps_evaluation and orgs_manage_policies_rcps_evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zscan.iam.fragments import ORGANISATION, RESOURCE_CONTROL, SERVICE_CONTROL
from zscan.iam.statements import Policy, compiled
from zscan.model.asset import Fragment
from zscan.model.gap import Gap
from zscan.model.unknown import Unknown

_ALL = compiled("(not read)", {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}})
_NAMES = {SERVICE_CONTROL: "service control policies", RESOURCE_CONTROL: "resource control policies"}
# Native types of the collectors of these fragments: a gap that affects them hides the layer.
NATIVE = {
    SERVICE_CONTROL: "AWS::Organizations::ServiceControlPolicy",
    RESOURCE_CONTROL: "AWS::Organizations::ResourceControlPolicy",
    ORGANISATION: "AWS::Organizations::Organization",
}


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """The policies over one account, and the names of layers that were not read."""

    service_control: Sequence[Sequence[Policy]] = ()
    resource_control: Sequence[Sequence[Policy]] = ()
    management: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()


class Organisations:
    """Every organisation that was seen, and what was not read of it."""

    def __init__(self, fragments: Sequence[Fragment], gaps: Iterable[Gap], compile_: Callable[[str, Any], Policy]) -> None:
        self._compile = compile_
        self._organisations = [fragment for fragment in fragments if fragment.kind == ORGANISATION]
        self._policies = {kind: _unique(fragment for fragment in fragments if fragment.kind == kind) for kind in _NAMES}
        self._hidden = [gap for gap in gaps if set(gap.affects) & set(NATIVE.values())]
        self.management = frozenset(str(o.data["management"]) for o in self._organisations if not isinstance(o.data["management"], Unknown))
        self._layers: dict[str, Layers] = {}

    def id_of(self, account: str) -> str:
        """The organisation that an account is known to belong to; "" when it is not known."""
        return next((o.id for o in self._organisations if account in o.data["paths"] or account == o.data["management"]), "")

    def layers(self, account: str) -> Layers:
        """The policies over an account."""
        if account not in self._layers:
            self._layers[account] = self._read(account)
        return self._layers[account]

    def _read(self, account: str) -> Layers:
        if account in self.management:
            return Layers(management=self.management)
        trees = [o for o in self._organisations if account in o.data["paths"]]
        if not trees:
            member = any(o.account == account for o in self._organisations)  # of an organisation whose tree was not read
            lost = set(_NAMES) if member else {kind for kind in _NAMES if self._hides(account, kind)}
            return Layers(management=self.management, unread=tuple(sorted(_NAMES[kind] for kind in lost)))
        path = trees[0].data["paths"][account]
        # What a member account was refused, another reader may have read.
        lost = {kind for kind in _NAMES if all(self._hides(tree.account, kind) for tree in trees)}
        levels = {kind: self._levels(kind, path, cut=kind in lost) for kind in _NAMES}
        unread = sorted(_NAMES[kind] for kind, (_, whole) in levels.items() if not whole)
        return Layers(levels[SERVICE_CONTROL][0], levels[RESOURCE_CONTROL][0], self.management, tuple(unread))

    def _hides(self, reader: str, kind: str) -> bool:
        """Whether a gap of an account hides policies of a kind, or the tree, from it."""
        hidden = [gap for gap in self._hidden if gap.scope.split("/")[1:2] == [reader]]
        return any({NATIVE[kind], NATIVE[ORGANISATION]} & set(gap.affects) for gap in hidden)

    def _levels(self, kind: str, path: Sequence[str], *, cut: bool) -> tuple[Sequence[Sequence[Policy]], bool]:
        """The policies of each step, and whether all of them were read. A kind without any policy is not switched on."""
        policies, whole = self._policies[kind], not cut
        if not policies:
            return (), whole
        levels: list[list[Policy]] = []
        for step in path:
            level: list[Policy] = []
            for fragment in policies:
                targets, document = fragment.data["targets"], fragment.data["document"]
                known = [target for target in targets if not isinstance(target, Unknown)]
                if step in known and not isinstance(document, Unknown):
                    level.append(self._compile(fragment.data["name"], document))
                elif step in known or len(known) < len(targets):
                    whole = False
            levels.append(level if whole else [*level, _ALL])
        return levels, whole


def _unique(fragments: Iterable[Fragment]) -> list[Fragment]:
    """Each policy once; of several readings the one that is known."""
    found: dict[str, Fragment] = {}
    for fragment in fragments:
        if fragment.id not in found or isinstance(found[fragment.id].data["document"], Unknown):
            found[fragment.id] = fragment
    return [found[key] for key in sorted(found)]
