"""Published ways in: Service, Ingress, OpenShift Route, and InferencePool, as `route` drafts.

An edge to the workload is a selector. A route in front of another route (an Ingress names a Service) is kept as "the Service is exposed
by the Ingress", whichever file either stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from zscan.collect import Shaped
from zscan.collect.manifests import governance
from zscan.collect.manifests.fields import dig, holds_unknown, integer, mapping, mappings, sequence, strings, text
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.reach import ingress_is_public, service_is_public
from zscan.collect.manifests.kubernetes.workloads import OWN_SERVICES
from zscan.collect.manifests.offering import offer
from zscan.collect.manifests.sheet import Sheet
from zscan.model.asset import Draft, Reference, Selector
from zscan.model.offers import Offer
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved

ROUTE_FACTS = governance.FACTS | {"route.public", "route.tls", "route.auth", "route.ports"}
ROUTE_RELATIONS = ("routes_to", "exposed_by", "member_of")
BACKENDS = ("core/Service", *OWN_SERVICES)

_SIGN_IN = re.compile(
    r"nginx\.ingress\.kubernetes\.io/auth-(?:url|signin|type|tls-secret)$|alb\.ingress\.kubernetes\.io/auth-type$|traefik\..*/router\.middlewares$|"
    r"konghq\.com/plugins$|haproxy\.org/auth-type$|cloud\.google\.com/iap|appgw\.ingress\.kubernetes\.io/waf-auth$"
)
_MAYBE_SIGN_IN = re.compile(r"middlewares$|plugins$")
_NO_SIGN_IN = frozenset({"none", "false", ""})
_TLS_ANNOTATION = re.compile(
    r"aws-load-balancer-ssl-cert$|alb\.ingress\.kubernetes\.io/certificate-arn$|ingress\.gcp\.kubernetes\.io/pre-shared-cert$|networking\.gke\.io/managed-certificates$"
)


def shape_service(item: KubernetesObject) -> Iterator[Shaped]:
    """A Service. One without a type is inside the cluster; one without a selector leads to addresses that are not stated here."""
    spec = mapping(dig(item.body, "spec"))
    raw = spec.get("type")
    kind = raw if isinstance(raw, Unknown) else text(raw).strip() or "ClusterIP"
    if kind == "ExternalName":
        return
    public: Truth = kind if isinstance(kind, Unknown) else service_is_public(kind, item.annotations, item.body)
    ports = [entry for _, entry in mappings(spec.get("ports"))]
    numbers = sorted({number for entry in ports if (number := integer(entry.get("port"))) is not None})
    tls: Truth = any(_TLS_ANNOTATION.search(name) for name in item.annotations) or (bool(numbers) and set(numbers) <= {443, 8443})
    draft = route_draft(item, public=public, tls=tls, auth=False, ports=numbers)
    selector = spec.get("selector")
    if isinstance(selector, dict) and selector and not holds_unknown(selector):
        draft.references.append(
            Reference("routes_to", ("*",), Selector(tuple(sorted(strings(selector).items())), item.namespace), draft.source)
        )
    elif isinstance(selector, Unknown) or selector:
        draft.references.append(Reference("routes_to", ("*",), Unresolved("the selector holds a template"), draft.source))
    yield draft
    targets = [{"port": entry.get("port"), "target": _target(entry), "name": text(entry.get("name"))} for entry in ports]
    yield item.fragment(
        {"published": kind != "ClusterIP" if isinstance(kind, str) else None, "ports": targets, "backends": []}, "kubernetes/route"
    )


def _target(entry: dict[Any, Any]) -> int | str | None:
    value = entry.get("targetPort", entry.get("port"))
    number = integer(value)
    return number if number is not None else text(value) or integer(entry.get("port"))


def shape_ingress(item: KubernetesObject) -> Iterator[Shaped]:
    """An Ingress: TLS when every host of its rules is covered, sign-in by annotation."""
    spec = mapping(dig(item.body, "spec"))
    hosts = {text(rule.get("host")) for _, rule in mappings(spec.get("rules"))}
    tls_blocks = [block for _, block in mappings(spec.get("tls"))]
    covered = {text(host) for block in tls_blocks for host in sequence(block.get("hosts"))}
    everything = any(not sequence(block.get("hosts")) for block in tls_blocks)
    tls = (bool(tls_blocks) and (everything or all(_covers(covered, host) for host in hosts))) or any(
        _TLS_ANNOTATION.search(n) for n in item.annotations
    )
    public = ingress_is_public(item.annotations, spec.get("ingressClassName"))
    draft = route_draft(item, public=public, tls=tls, auth=sign_in(item), ports=[443] if tls else [80])
    backends = list(_ingress_backends(spec))
    for name, _ in backends:
        fronts(draft, f"{item.namespace}/{name}")
    yield draft
    yield item.fragment(
        {"published": True, "ports": [], "backends": [{"service": f"{item.namespace}/{name}", "port": port} for name, port in backends]},
        "kubernetes/route",
    )


def _covers(covered: set[str], host: str) -> bool:
    return host in covered or f"*.{host.partition('.')[2]}" in covered


def _ingress_backends(spec: dict[Any, Any]) -> Iterator[tuple[str, int | str | None]]:
    backends = [spec.get("defaultBackend"), spec.get("backend")]
    backends += [path.get("backend") for _, rule in mappings(spec.get("rules")) for _, path in mappings(dig(rule, "http", "paths"))]
    for backend in backends:
        name = text(dig(backend, "service", "name")) or text(dig(backend, "serviceName"))
        if name:
            port = dig(backend, "service", "port")
            stated = (dig(port, "number"), dig(port, "name"), dig(backend, "servicePort"))
            value = next((one for one in stated if one is not None and one != ""), None)
            yield name, integer(value) if integer(value) is not None else text(value) or None


def sign_in(item: KubernetesObject) -> Truth:
    """Whether annotations put an authentication layer in front. Middlewares and plug-ins are named there and defined elsewhere."""
    for name, value in item.annotations.items():
        if _SIGN_IN.search(name) and value.strip().lower() not in _NO_SIGN_IN:
            if _MAYBE_SIGN_IN.search(name) and not re.search(r"auth|oidc|jwt|sso|key-auth", value, re.IGNORECASE):
                return Unresolved(f"what {value[:60]} does is defined elsewhere")
            return True
    return False


def shape_openshift_route(item: KubernetesObject) -> Iterator[Shaped]:
    """An OpenShift Route: TLS unless none is set or plain HTTP is let through beside it."""
    spec = mapping(dig(item.body, "spec"))
    tls = spec.get("tls")
    encrypted = isinstance(tls, dict) and bool(text(tls.get("termination"))) and text(tls.get("insecureEdgeTerminationPolicy")) != "Allow"
    draft = route_draft(
        item, public=ingress_is_public(item.annotations | item.labels, None), tls=encrypted, auth=False, ports=[443] if encrypted else [80]
    )
    backends = [spec.get("to"), *(entry for _, entry in mappings(spec.get("alternateBackends")))]
    names = [
        text(dig(backend, "name")) for backend in backends if text(dig(backend, "kind")) in {"", "Service"} and text(dig(backend, "name"))
    ]
    for name in names:
        fronts(draft, f"{item.namespace}/{name}")
    yield draft
    port = dig(spec, "port", "targetPort")
    yield item.fragment(
        {"published": True, "ports": [], "backends": [{"service": f"{item.namespace}/{name}", "port": port} for name in names]},
        "kubernetes/route",
    )


def shape_inference_pool(item: KubernetesObject) -> Iterator[Shaped]:
    """An InferencePool: it joins the pods by labels like a Service, and is reached only through gateway routes."""
    spec = mapping(dig(item.body, "spec"))
    selector = mapping(spec.get("selector"))
    labels = strings(selector.get("matchLabels")) or strings(selector)
    numbers = [number for _, entry in mappings(spec.get("targetPorts")) if (number := integer(entry.get("number"))) is not None]
    single = integer(spec.get("targetPortNumber"))
    ports = sorted({*numbers, *([single] if single is not None else [])})
    draft = route_draft(item, public=False, tls=False, auth=False, ports=ports)
    if labels and not holds_unknown(selector):
        draft.references.append(Reference("routes_to", ("*",), Selector(tuple(sorted(labels.items())), item.namespace), draft.source))
    yield draft
    yield item.fragment(
        {"published": False, "ports": [{"port": p, "target": p, "name": ""} for p in ports], "backends": []}, "kubernetes/route"
    )


def route_draft(item: KubernetesObject, *, public: Truth, tls: Truth, auth: Truth, ports: list[int]) -> Draft:
    """A route draft with its facts and its namespace."""
    draft = item.draft("route")
    sheet = Sheet()
    governance.governance(sheet, item.labelled())
    sheet.put("route.public", public, ("spec", "type") if item.kind == "Service" else ("spec",))
    sheet.put("route.tls", tls, ("spec", "tls") if item.kind != "Service" else ("spec",))
    sheet.put("route.auth", auth, ("metadata", "annotations"))
    sheet.put("route.ports", ports, ("spec", "ports"))
    sheet.write(draft, ROUTE_FACTS, item.origin)
    if item.namespace:
        draft.refer("member_of", "core/Namespace", item.namespace)
    return draft


def fronts(draft: Draft, key: str, native_types: tuple[str, ...] = BACKENDS) -> None:
    """Note that the route or workload called `key` is exposed by this one."""
    draft.references.append(Reference("exposed_by", native_types, key, draft.source, reverse=True))


def external_gateway(what: str) -> Unknown:
    """Why a route's reach is not known: the gateway it hangs on is not in its own document."""
    return Unknown(Reason(ReasonCode.UNRESOLVED, f"published through {what}"))


POOLS = ("inference.networking.k8s.io/InferencePool", "inference.networking.x-k8s.io/InferencePool")
SHAPES = {
    ("core", "Service"): shape_service,
    ("networking.k8s.io", "Ingress"): shape_ingress,
    ("extensions", "Ingress"): shape_ingress,
    ("route.openshift.io", "Route"): shape_openshift_route,
    ("inference.networking.k8s.io", "InferencePool"): shape_inference_pool,
    ("inference.networking.x-k8s.io", "InferencePool"): shape_inference_pool,
}
OFFERS: dict[str, Offer] = {f"{group}/{kind}": offer(f"{group}/{kind}", "route", ROUTE_FACTS, ROUTE_RELATIONS) for group, kind in SHAPES}
