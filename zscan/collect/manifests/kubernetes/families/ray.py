"""KubeRay: clusters, services and jobs."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, integer, mappings, sequence, text, truth
from zscan.collect.manifests.images import Image
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, PodPlace, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.packet_rules import reaches_metadata
from zscan.collect.manifests.kubernetes.reach import service_is_public
from zscan.collect.manifests.product_table import BY_NAME
from zscan.collect.manifests.sheet import Sheet
from zscan.collect.manifests.sign_in import auth_required
from zscan.model.document import Path
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all

_RAY_PORTS = (6379, 8265, 10001, 8000)
_CLUSTER: dict[str, Path] = {
    "RayCluster": ("spec",),
    "RayService": ("spec", "rayClusterConfig"),
    "RayJob": ("spec", "rayClusterSpec"),
    "RayCronJob": ("spec", "jobTemplate", "rayClusterSpec"),
}


def _version(item: KubernetesObject) -> str:
    return text(dig(item.body, *_CLUSTER[item.kind], "rayVersion"))


def _facts(workload: Workload, sheet: Sheet) -> None:
    item, path = workload.item, _CLUSTER[workload.item.kind]
    cluster = dig(item.body, *path)
    _sign_in(workload, sheet, path)
    tls = truth(dig(cluster, "tlsOptions", "enabled"), default=False)
    by_variable = (
        kleene_all((c.literal("RAY_USE_TLS") or "") in {"1", "true"} for pod in workload.pods for c in pod.main[:1])
        if workload.pods
        else False
    )
    sheet.put("encryption.internal_traffic", True if tls is True or by_variable is True else tls, (*path, "tlsOptions"))
    mode = text(dig(cluster, "networkPolicy", "mode"))
    if mode:
        sheet.put("network.ingress_restricted", mode in {"DenyAll", "DenyAllIngress"}, (*path, "networkPolicy", "mode"))
        sheet.put("network.egress_restricted", mode in {"DenyAll", "DenyAllEgress"}, (*path, "networkPolicy", "mode"))
        rules = [rule for role in ("head", "worker") for rule in sequence(dig(cluster, "networkPolicy", role, "egressRules"))]
        sheet.put(
            "network.metadata_blocked", mode in {"DenyAll", "DenyAllEgress"} and not reaches_metadata(rules), (*path, "networkPolicy")
        )


def _sign_in(workload: Workload, sheet: Sheet, path: Path) -> None:
    mode = dig(workload.item.body, *path, "authOptions", "mode")
    if isinstance(mode, Unknown) or text(mode):
        sheet.put("auth.required", mode if isinstance(mode, Unknown) else text(mode) == "token", (*path, "authOptions", "mode"))
        return
    head = next((pod for pod in workload.pods if pod.role == "head"), None)
    if head is None or not head.main:
        sheet.put("auth.required", Unknown(Reason(ReasonCode.UNRESOLVED, "the Ray cluster is defined elsewhere")))
        return
    image = head.main[0].image
    value, place = auth_required(
        BY_NAME["Ray"], head.main[0], head.main[1:], _version(workload.item) or (image.tag if isinstance(image, Image) else "")
    )
    sheet.put("auth.required", value, place)


def _labels(item: KubernetesObject) -> dict[str, str]:
    return {"ray.io/cluster": item.name} if item.kind == "RayCluster" else {}


def _routes(workload: Workload) -> list[OwnRoute]:
    item, path = workload.item, (*_CLUSTER[workload.item.kind], "headGroupSpec")
    head = dig(item.body, *path)
    if not isinstance(head, dict):
        return []
    own = dig(head, "headService")
    kind = dig(own, "spec", "type") or head.get("serviceType") or "ClusterIP"
    annotations = dig(own, "metadata", "annotations")
    named = [port for _, entry in mappings(dig(own, "spec", "ports")) if (port := integer(entry.get("port"))) is not None]
    public: Truth = kind if isinstance(kind, Unknown) else service_is_public(text(kind), annotations, own)
    ports = tuple(named) or _RAY_PORTS
    routes = [OwnRoute(f"{item.name}-head-svc", public, ports, published=text(kind) in {"LoadBalancer", "NodePort"}, place=path)]
    if truth(head.get("enableIngress"), default=False) is True:
        routes.append(OwnRoute(f"{item.name}-head-ingress", True, (8265,), published=True, place=(*path, "enableIngress")))
    if item.kind == "RayService":
        routes.append(OwnRoute(f"{item.name}-serve-svc", False, (8000,), place=path))
    return routes


def _pods(kind: str) -> tuple[PodPlace, ...]:
    base = ".".join(str(step) for step in _CLUSTER[kind])
    places = (PodPlace(f"{base}.headGroupSpec.template", "head"), PodPlace(f"{base}.workerGroupSpecs[].template"))
    return places if kind != "RayJob" else (*places, PodPlace("spec.submitterPodTemplate", "submitter"))


_STATES = frozenset({"auth.required", "encryption.internal_traffic", "network.ingress_restricted", "network.egress_restricted"})

KINDS = tuple(
    Kind(
        groups=("ray.io",),
        kind=kind,
        asset_type=asset_type,
        pods=_pods(kind),
        product="Ray",
        version=_version,
        facts=_facts,
        states=_STATES,
        labels=_labels,
        routes=_routes,
    )
    for kind, asset_type in (
        ("RayCluster", "ml_app"),
        ("RayService", "endpoint"),
        ("RayJob", "training_job"),
        ("RayCronJob", "training_job"),
    )
)
