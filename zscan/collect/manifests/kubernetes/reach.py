"""How far a Service or Ingress reaches, as its type, annotations and addresses say."""

from __future__ import annotations

import re
from typing import Any

from zscan.collect.manifests.fields import dig, sequence, strings, text
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown

# Annotation → what in its value means "inside the organisation's network only".
_INTERNAL = (
    (
        re.compile(r"load-balancer-internal$|azure-load-balancer-internal$|internal-load-balancer$|loadbalancer-internal$|/internal$"),
        re.compile(r"^(?:true|yes|1|0\.0\.0\.0/0|cluster)$", re.IGNORECASE),
    ),
    (
        re.compile(r"load-balancer-(?:scheme|type)$|/scheme$|load-balancer-address-type$|loadbalancer-type$"),
        re.compile(r"^(?:internal|intranet|private)$", re.IGNORECASE),
    ),
    (re.compile(r"networking\.knative\.dev/visibility$|networking\.kserve\.io/visibility$"), re.compile(r"^cluster-local$")),
)
_INTERNAL_CLASS = re.compile(r"internal|private|intranet", re.IGNORECASE)
CLASS_ANNOTATION = "kubernetes.io/ingress.class"


def is_internal(annotations: Any) -> bool:
    """Whether annotations (or labels) keep a load balancer or ingress inside the organisation's network."""
    return any(
        value_pattern.search(value)
        for name, value in strings(annotations).items()
        for name_pattern, value_pattern in _INTERNAL
        if name_pattern.search(name)
    )


def service_is_public(kind: str, annotations: Any, service: Any = None) -> Truth:
    """Whether a Service can be reached from outside the cluster: a node port counts, a load balancer unless it is internal.

    A load balancer that only admits private address ranges is not public.
    """
    spec = dig(service, "spec")
    if sequence(dig(spec, "externalIPs")):
        return True
    if kind == "NodePort":
        return True
    if kind != "LoadBalancer":
        return False
    ranges = [text(item) for item in sequence(dig(spec, "loadBalancerSourceRanges"))]
    if ranges and all(_private(item) for item in ranges):
        return False
    return not (is_internal(annotations) or _INTERNAL_CLASS.search(text(dig(spec, "loadBalancerClass"))))


def ingress_is_public(annotations: dict[str, str], class_name: Any) -> Truth:
    """Whether an Ingress faces the outside: unless its class or an annotation says internal."""
    if isinstance(class_name, Unknown):
        return Unknown(Reason(ReasonCode.UNRESOLVED, "the ingress class is not stated"))
    name = text(class_name) or annotations.get(CLASS_ANNOTATION, "")
    ranges = (
        annotations.get("nginx.ingress.kubernetes.io/whitelist-source-range")
        or annotations.get("nginx.ingress.kubernetes.io/allowlist-source-range")
        or ""
    )
    if ranges and all(_private(item) for item in ranges.split(",")):
        return False
    return not (is_internal(annotations) or _INTERNAL_CLASS.search(name))


def _private(cidr: str) -> bool:
    return bool(
        re.match(
            r"^\s*(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|127\.|169\.254\.|f[cd][0-9a-f]{2}:)",
            cidr,
            re.IGNORECASE,
        )
    )
