"""Segmentation of cluster workloads: which network policies select their pods, and what namespaces and storage classes add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zscan.derive.cluster_view import CLAIM, NETWORK_POLICY, QUOTA, ClusterView, selects
from zscan.model.asset import Draft, Fragment
from zscan.model.source import FactRef
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all

BY = "segmentation"
_POLICY = "NetworkPolicy"
_UNREAD = Unknown(Reason(ReasonCode.UNRESOLVED, "a network policy of the namespace was not read in full"))


def derive_segmentation(view: ClusterView) -> None:
    """State for every workload whether policies limit who reaches it and where it connects to, and tie the policies to it.

    Policies add up: a pod that any policy of a direction selects is closed but for what they admit, so one that admits everybody opens it.
    Policies do not hold for pods on the host's network. Each role of a workload (head and workers) must be covered.
    """
    for draft, pods in view.workloads():
        if not pods.data["traffic"] or not pods.data["roles"]:
            continue
        policies = [policy for policy in view.kinds[NETWORK_POLICY] if policy.namespace == draft.namespace]
        for policy in policies:
            if not policy.data["unsure"] and any(_selected(policy, role) for role in pods.data["roles"]) and policy.id in view.by_id:
                draft.relate("attached_to", policy.id)
        if any(policy.data["unsure"] for policy in policies):
            draft.unknown_relations.setdefault("attached_to", _UNREAD)
        for path, direction, opening in (
            ("network.ingress_restricted", "ingress", "ingress_open"),
            ("network.egress_restricted", "egress", "egress_open"),
            ("network.metadata_blocked", "egress", "metadata"),
        ):
            if path not in draft.facts:
                relevant = [policy for policy in policies if direction in policy.data["directions"] or policy.data["unsure"]]
                value = kleene_all(_closed(draft, role, relevant, opening, view, shown=bool(policies)) for role in pods.data["roles"])
                draft.derive(path, value, BY, [FactRef(policy.id, f"firewall.{direction}_open") for policy in relevant])


def _closed(  # noqa: PLR0913 (one table cell; keyword-only beyond the pair)
    draft: Draft, role: Mapping[str, Any], policies: list[Fragment], opening: str, view: ClusterView, *, shown: bool
) -> Truth:
    if role["host_network"]:
        return False
    unsure = [policy for policy in policies if policy.data["unsure"]]
    selecting = [policy for policy in policies if not policy.data["unsure"] and _selected(policy, role)]
    if any(policy.data[opening] for policy in selecting):
        return False
    if unsure or (policies and not selecting and not role["labels_known"]):
        return Unknown(Reason(ReasonCode.UNRESOLVED, "which pods a network policy selects is not known"))
    return True if selecting else view.absent(draft, _POLICY, shown=shown)


def _selected(policy: Fragment, role: Mapping[str, Any]) -> bool:
    return selects(policy.data["labels"], policy.data["expressions"], role["labels"])


def derive_namespaces(view: ClusterView) -> None:
    """State for every namespace whether everything is denied by default, and whether a quota bounds it."""
    for draft in view.by_id.values():
        if draft.native_type != "core/Namespace":
            continue
        policies = [policy for policy in view.kinds[NETWORK_POLICY] if policy.namespace == draft.name]
        for direction in ("ingress", "egress"):
            denying = [policy for policy in policies if direction in policy.data["denies"] and _everywhere(policy)]
            unsure = any(policy.data["unsure"] for policy in policies)
            value = True if denying else _UNREAD if unsure else view.absent(draft, _POLICY, shown=bool(policies))
            draft.derive(
                f"namespace.default_deny_{direction}", value, BY, [FactRef(policy.id, "firewall.directions") for policy in denying]
            )
        quotas = [quota for quota in view.kinds[QUOTA] if quota.namespace == draft.name]
        draft.derive("namespace.quota", True if quotas else view.absent(draft, "ResourceQuota", shown=False), BY)


def _everywhere(policy: Fragment) -> bool:
    return not policy.data["labels"] and not policy.data["expressions"] and not policy.data["unsure"]


def derive_volumes(view: ClusterView) -> None:
    """State for every claim whether its storage class encrypts."""
    classes = {draft.name: draft for draft in view.by_id.values() if draft.native_type == "storage.k8s.io/StorageClass"}
    for fragment in view.kinds[CLAIM]:
        draft = view.by_id.get(fragment.id)
        if draft is None:
            continue
        name = fragment.data["class"]
        found = classes.get(name) if isinstance(name, str) else None
        if found is not None:
            draft.derive("volume.encrypted", found.get("volume.encrypted"), BY, [FactRef(found.id, "volume.encrypted")])
        elif isinstance(name, Unknown):
            draft.derive("volume.encrypted", name, BY)
        else:
            reason = (
                f"storage class {name} is not in what was scanned"
                if name
                else "the cluster's default storage class is not in what was scanned"
            )
            draft.derive("volume.encrypted", Unknown(Reason(ReasonCode.OUT_OF_SCOPE, reason)), BY)
