"""Gateway API and Istio gateways as `route` drafts: a Gateway publishes, its routes hang on it and name back ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zscan.collect import Shaped
from zscan.collect.manifests.fields import dig, integer, mapping, mappings, sequence, strings, text
from zscan.collect.manifests.kubernetes.families import KINDS
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.reach import is_internal
from zscan.collect.manifests.kubernetes.services import BACKENDS, POOLS, ROUTE_FACTS, ROUTE_RELATIONS, external_gateway, fronts, route_draft
from zscan.collect.manifests.offering import offer
from zscan.model.offers import Offer
from zscan.model.unknown import Truth

_GATEWAY = "gateway.networking.k8s.io/Gateway"
_ISTIO_GATEWAY = "networking.istio.io/Gateway"
_ENCRYPTED = frozenset({"HTTPS", "TLS"})
_INTERNAL_CLASSES = ("internal", "-rilb", "private", "mesh", "waypoint")


def shape_gateway(item: KubernetesObject) -> Iterator[Shaped]:
    """A Gateway. It faces the outside unless its class, an annotation or its infrastructure says internal."""
    spec = mapping(dig(item.body, "spec"))
    listeners = [listener for _, listener in mappings(spec.get("listeners"))]
    name = text(spec.get("gatewayClassName")).lower()
    infrastructure = strings(dig(spec, "infrastructure", "annotations"))
    public: Truth = not (any(part in name for part in _INTERNAL_CLASSES) or is_internal(item.annotations) or is_internal(infrastructure))
    tls = bool(listeners) and all(text(listener.get("protocol")).upper() in _ENCRYPTED for listener in listeners)
    ports = sorted({port for listener in listeners if (port := integer(listener.get("port"))) is not None})
    yield route_draft(item, public=public, tls=tls, auth=False, ports=ports)
    yield item.fragment({"published": True, "ports": [], "backends": []}, "kubernetes/route")


def shape_http_route(item: KubernetesObject) -> Iterator[Shaped]:
    """An HTTPRoute, GRPCRoute …: what it is reached through is its Gateway's to say; by itself it publishes nothing."""
    spec = mapping(dig(item.body, "spec"))
    parents = [
        parent for _, parent in mappings(spec.get("parentRefs")) if text(parent.get("kind")) in {"", "Gateway"} and text(parent.get("name"))
    ]
    inside = not parents
    elsewhere = external_gateway("a gateway that is not in the manifest")
    draft = route_draft(item, public=False if inside else elsewhere, tls=False if inside else elsewhere, auth=_filtered(spec), ports=[])
    for parent in parents:
        draft.refer("exposed_by", _GATEWAY, f"{text(parent.get('namespace')) or item.namespace}/{text(parent.get('name'))}")
    backends = []
    for _, rule in mappings(spec.get("rules")):
        for _, backend in mappings(rule.get("backendRefs")):
            name = text(backend.get("name"))
            if not name:
                continue
            key = f"{text(backend.get('namespace')) or item.namespace}/{name}"
            kind, group = text(backend.get("kind")) or "Service", text(backend.get("group"))
            fronts(draft, key, _targets(group, kind))
            backends.append({"service": key, "port": integer(backend.get("port"))})
    yield draft
    yield item.fragment({"published": bool(parents), "ports": [], "backends": backends}, "kubernetes/route")


def _targets(group: str, kind: str) -> tuple[str, ...]:
    if kind == "InferencePool":
        return POOLS
    if (group, kind) in KINDS:
        return (f"{group}/{kind}",)
    return BACKENDS


def _filtered(spec: dict[Any, Any]) -> bool:
    """Whether a filter of the route's own names an authentication policy. Policies that target it from outside are theirs to say."""
    names = [
        text(dig(entry, "extensionRef", "name")) for _, rule in mappings(spec.get("rules")) for _, entry in mappings(rule.get("filters"))
    ]
    return any("auth" in name or "oidc" in name or "jwt" in name for name in names)


def shape_istio_gateway(item: KubernetesObject) -> Iterator[Shaped]:
    """An Istio Gateway: TLS when no server speaks plain HTTP except to redirect."""
    servers = [server for _, server in mappings(dig(item.body, "spec", "servers"))]
    encrypted = [text(dig(s, "port", "protocol")).upper() in _ENCRYPTED or dig(s, "tls", "httpsRedirect") is True for s in servers]
    ports = sorted({port for server in servers if (port := integer(dig(server, "port", "number"))) is not None})
    selector = " ".join(strings(dig(item.body, "spec", "selector")).values())
    yield route_draft(
        item, public="internal" not in selector and "local" not in selector, tls=bool(servers) and all(encrypted), auth=False, ports=ports
    )
    yield item.fragment({"published": True, "ports": [], "backends": []}, "kubernetes/route")


def shape_virtual_service(item: KubernetesObject) -> Iterator[Shaped]:
    """An Istio VirtualService: on the mesh alone it publishes nothing, on gateways what they do."""
    spec = mapping(dig(item.body, "spec"))
    gateways = [text(name) for name in sequence(spec.get("gateways")) if text(name) != "mesh"]
    elsewhere = external_gateway("a gateway that is not in the manifest")
    draft = route_draft(item, public=elsewhere if gateways else False, tls=elsewhere if gateways else False, auth=False, ports=[])
    for name in gateways:
        draft.refer("exposed_by", _ISTIO_GATEWAY, name if "/" in name else f"{item.namespace}/{name}")
    backends = []
    for section in ("http", "tcp", "tls"):
        for _, rule in mappings(spec.get(section)):
            for _, entry in mappings(rule.get("route")):
                name, *rest = text(dig(entry, "destination", "host")).split(".")
                if name:
                    key = f"{rest[0] if rest else item.namespace}/{name}"
                    fronts(draft, key)
                    backends.append({"service": key, "port": integer(dig(entry, "destination", "port", "number"))})
    yield draft
    yield item.fragment({"published": bool(gateways), "ports": [], "backends": backends}, "kubernetes/route")


SHAPES = {
    ("gateway.networking.k8s.io", "Gateway"): shape_gateway,
    **{("gateway.networking.k8s.io", kind): shape_http_route for kind in ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute")},
    ("networking.istio.io", "Gateway"): shape_istio_gateway,
    ("networking.istio.io", "VirtualService"): shape_virtual_service,
}
OFFERS: dict[str, Offer] = {f"{group}/{kind}": offer(f"{group}/{kind}", "route", ROUTE_FACTS, ROUTE_RELATIONS) for group, kind in SHAPES}
