"""Vector databases with an operator: Milvus, Qdrant."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, integer, mapping, strings, text, truth
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod
from zscan.collect.manifests.kubernetes.reach import ingress_is_public, service_is_public
from zscan.collect.manifests.kubernetes.synthetic import synthetic_pod
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.unknown import Unknown


def _components(item: KubernetesObject) -> tuple[dict[str, object], Path]:
    for name in ("proxy", "standalone"):
        part = dig(item.body, "spec", "components", name)
        if isinstance(part, dict) and ("serviceType" in part or "ingress" in part):
            return part, ("spec", "components", name)
    return {}, ("spec",)


def _pods(item: KubernetesObject) -> list[Pod]:
    components = mapping(dig(item.body, "spec", "components"))
    container = {key: components.get(key) for key in ("image", "env", "resources")}
    non_root = components.get("runAsNonRoot")
    spec = {"securityContext": {"runAsNonRoot": non_root}} if non_root is not None else {}
    labels = {"app.kubernetes.io/instance": item.name, "app.kubernetes.io/name": "milvus"}
    return [
        synthetic_pod(
            item, container, path=("spec", "components"), spec=spec, labels=labels, service_account=components.get("serviceAccountName")
        )
    ]


def _facts(workload: Workload, sheet: Sheet) -> None:
    security = ("spec", "config", "common", "security")
    config = dig(workload.item.body, *security)
    sheet.put("auth.required", truth(dig(config, "authorizationEnabled"), default=False), (*security, "authorizationEnabled"))
    mode = dig(config, "tlsMode")
    own_tls = mode if isinstance(mode, Unknown) else (integer(mode) or 0) >= 1
    if own_tls is not False:
        sheet.put("network.tls", own_tls, (*security, "tlsMode"))


def _routes(workload: Workload) -> list[OwnRoute]:
    item = workload.item
    part, path = _components(item)
    kind = text(part.get("serviceType")) or "ClusterIP"
    public = service_is_public(kind, part.get("serviceAnnotations"))
    routes = [OwnRoute(f"{item.name}-milvus", public, (19530, 9091), published=kind in {"LoadBalancer", "NodePort"}, place=path)]
    ingress = part.get("ingress")
    if isinstance(ingress, dict):
        outside = ingress_is_public(strings(ingress.get("annotations")), ingress.get("ingressClassName"))
        routes.append(
            OwnRoute(
                f"{item.name}-milvus-ingress",
                outside,
                (19530,),
                tls=bool(ingress.get("tlsSecretRef")),
                published=True,
                place=(*path, "ingress"),
            )
        )
    return routes


def _qdrant(workload: Workload, sheet: Sheet) -> None:
    config = ("spec", "config", "service")
    service = dig(workload.item.body, *config)
    sheet.put("auth.required", bool(dig(service, "api_key")), (*config, "api_key"))
    if truth(dig(service, "enable_tls"), default=False) is True:
        sheet.put("network.tls", True, (*config, "enable_tls"))


def _qdrant_routes(workload: Workload) -> list[OwnRoute]:
    kind = text(dig(workload.item.body, "spec", "service", "type")) or "ClusterIP"
    public = service_is_public(kind, dig(workload.item.body, "spec", "service", "annotations"))
    return [
        OwnRoute(
            f"qdrant-{workload.item.name}", public, (6333, 6334), published=kind in {"LoadBalancer", "NodePort"}, place=("spec", "service")
        )
    ]


_STATES = frozenset({"auth.required", "network.tls"})
KINDS = (
    *(
        Kind(
            groups=("milvus.io",),
            kind=kind,
            asset_type="vector_store",
            read_pods=_pods,
            product="Milvus",
            facts=_facts,
            states=_STATES,
            routes=_routes,
        )
        for kind in ("Milvus", "MilvusCluster")
    ),
    Kind(
        groups=("qdrant.io", "qdrant.operator"),
        kind="QdrantCluster",
        asset_type="vector_store",
        read_pods=_pods,
        product="Qdrant",
        facts=_qdrant,
        states=_STATES,
        routes=_qdrant_routes,
    ),
)
