"""Network policies as `firewall` drafts, and what else closes or encrypts traffic, as fragments for the derivation.

A draft carries what people look for (which direction, open or not); the fragment carries the selector whole, because label expressions
have no other form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zscan.collect import Shaped
from zscan.collect.manifests import governance
from zscan.collect.manifests.fields import dig, holds_unknown, mapping, mappings, sequence, strings, text
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.packet_rules import opened, reaches_metadata
from zscan.collect.manifests.offering import offer
from zscan.collect.manifests.sheet import Sheet
from zscan.model.asset import Reference, Selector
from zscan.model.offers import Offer

NETWORK_POLICY = "kubernetes/network-policy"  # the fragment of every kind of policy
MESH = "kubernetes/mesh-tls"
_FACTS = governance.FACTS | {"firewall.ingress_open", "firewall.egress_open", "firewall.directions"}


def shape_network_policy(item: KubernetesObject) -> Iterator[Shaped]:
    """A NetworkPolicy. Without `policyTypes` it decides on ingress, and on egress when it has egress rules."""
    spec = mapping(dig(item.body, "spec"))
    types = [text(name) for name in sequence(spec.get("policyTypes"))] or ["Ingress", *(["Egress"] if "egress" in spec else [])]
    directions = [name for name in ("ingress", "egress") if name.capitalize() in types]
    ingress_open = "ingress" in directions and opened(spec.get("ingress"), "from")
    egress_open = "egress" not in directions or opened(spec.get("egress"), "to")
    metadata = "egress" in directions and reaches_metadata(spec.get("egress"))
    selector = mapping(spec.get("podSelector"))
    denies = [name for name in directions if not sequence(spec.get(name))]
    yield from _shaped(item, selector, directions, (ingress_open, egress_open, metadata), denies)


def shape_cilium_policy(item: KubernetesObject) -> Iterator[Shaped]:
    """A CiliumNetworkPolicy: its sections decide the directions; destinations by name (toFQDNs) are destinations that are named."""
    spec = mapping(dig(item.body, "spec"))
    directions = [name for name in ("ingress", "egress") if f"{name}" in spec or f"{name}Deny" in spec]
    ingress_open = any(_cilium_open(rule, "from") for _, rule in mappings(spec.get("ingress")))
    egress_open = "egress" not in directions or any(_cilium_open(rule, "to") for _, rule in mappings(spec.get("egress")))
    metadata = any(
        reaches_metadata([{"to": [{"ipBlock": {"cidr": text(cidr)}} for cidr in sequence(rule.get("toCIDR"))]}])
        for _, rule in mappings(spec.get("egress"))
        if rule.get("toCIDR")
    )
    selector = {key.removeprefix("k8s:"): value for key, value in strings(dig(spec, "endpointSelector", "matchLabels")).items()}
    expressions = dig(spec, "endpointSelector", "matchExpressions")
    denies = [name for name in directions if not any(mapping(rule) for rule in sequence(spec.get(name)))]
    yield from _shaped(
        item,
        {"matchLabels": selector, "matchExpressions": expressions},
        directions,
        (ingress_open, egress_open, metadata or egress_open),
        denies,
    )


def _cilium_open(rule: dict[Any, Any], side: str) -> bool:
    entities = {text(name) for name in sequence(rule.get(f"{side}Entities"))}
    cidrs = {text(name) for name in sequence(rule.get(f"{side}CIDR"))} | {
        text(dig(entry, "cidr")) for entry in sequence(rule.get(f"{side}CIDRSet"))
    }
    return bool(entities & {"all", "world"} or cidrs & {"0.0.0.0/0", "::/0"}) or (
        {} in sequence(rule.get(f"{side}Endpoints")) and side == "to"
    )


def _shaped(
    item: KubernetesObject, selector: dict[Any, Any], directions: list[str], opens: tuple[bool, bool, bool], denies: list[str]
) -> Iterator[Shaped]:
    ingress_open, egress_open, metadata = opens
    draft = item.draft("firewall")
    sheet = Sheet()
    governance.governance(sheet, item.labelled())
    sheet.put("firewall.ingress_open", ingress_open, ("spec", "ingress"))
    sheet.put("firewall.egress_open", egress_open, ("spec", "egress"))
    sheet.put("firewall.directions", directions, ("spec", "policyTypes"))
    sheet.doubt(item.body.get("spec"), [path for path in sheet.facts if path.startswith("firewall.")])
    sheet.write(draft, _FACTS, item.origin)
    labels, expressions = strings(selector.get("matchLabels")), sequence(selector.get("matchExpressions"))
    unsure = holds_unknown(item.body.get("spec"))  # an unread peer or port may close or open anything
    if not expressions and not unsure:
        draft.references.append(
            Reference("attached_to", ("*",), Selector(tuple(sorted(labels.items())), item.namespace), draft.source, reverse=True)
        )
    yield draft
    data = {
        "labels": labels,
        "expressions": expressions,
        "unsure": unsure,
        "directions": directions,
        "ingress_open": ingress_open,
        "egress_open": egress_open,
        "metadata": metadata,
        "denies": denies,
    }
    yield item.fragment(data, NETWORK_POLICY)


def shape_peer_authentication(item: KubernetesObject) -> Iterator[Shaped]:
    """Istio's rule on mutual TLS: for a workload, a namespace, or (in the root namespace) the whole mesh."""
    spec = mapping(dig(item.body, "spec"))
    levels = [text(dig(port, "mode")) for port in mapping(spec.get("portLevelMtls")).values()]
    data = {
        "labels": strings(dig(spec, "selector", "matchLabels")),
        "expressions": [],
        "strict": text(dig(spec, "mtls", "mode")) == "STRICT" and "DISABLE" not in levels and "PERMISSIVE" not in levels,
        "everywhere": item.namespace == "istio-system" and not dig(spec, "selector"),
    }
    yield item.fragment(data, MESH)


SHAPES = {
    ("networking.k8s.io", "NetworkPolicy"): shape_network_policy,
    ("cilium.io", "CiliumNetworkPolicy"): shape_cilium_policy,
    ("security.istio.io", "PeerAuthentication"): shape_peer_authentication,
}
OFFERS: dict[str, Offer] = {
    name: offer(name, "firewall", _FACTS, ("member_of",)) for name in ("networking.k8s.io/NetworkPolicy", "cilium.io/CiliumNetworkPolicy")
}
