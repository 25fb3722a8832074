"""NVIDIA's NIM operator: model services, model caches, NeMo services."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, find, mapping, strings, text, truth
from zscan.collect.manifests.images import image_of
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod
from zscan.collect.manifests.kubernetes.reach import ingress_is_public, service_is_public
from zscan.collect.manifests.kubernetes.synthetic import synthetic_pod
from zscan.collect.manifests.model_source import ModelSource
from zscan.collect.manifests.sheet import Sheet
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown


def _pods(item: KubernetesObject) -> list[Pod]:
    spec = mapping(dig(item.body, "spec"))
    container = {key: spec.get(key) for key in ("image", "command", "args", "env", "resources", "readinessProbe")}
    security = {}
    if spec.get("userID") is not None:
        security["runAsUser"] = spec["userID"]
    pod_spec = {"runtimeClassName": spec.get("runtimeClassName"), "securityContext": security, "volumes": _volumes(spec)}
    return [synthetic_pod(item, container, spec=pod_spec)]


def _volumes(spec: dict[str, object]) -> list[object]:
    path = dig(spec, "storage", "hostPath")
    return [{"name": "storage", "hostPath": {"path": text(path) or text(dig(path, "path"))}}] if path else []


def _routes(workload: Workload) -> list[OwnRoute]:
    item = workload.item
    expose = mapping(dig(item.body, "spec", "expose"))
    kind = text(dig(expose, "service", "type")) or "ClusterIP"
    annotations = dig(expose, "service", "annotations")
    port = dig(expose, "service", "port")
    ports = (port,) if isinstance(port, int) else (8000,)
    routes = [
        OwnRoute(
            item.name, service_is_public(kind, annotations), ports, published=kind in {"LoadBalancer", "NodePort"}, place=("spec", "expose")
        )
    ]
    if truth(dig(expose, "ingress", "enabled"), default=False) is True:
        spec = dig(expose, "ingress", "spec")
        public = ingress_is_public(strings(dig(expose, "ingress", "annotations")), dig(spec, "ingressClassName"))
        routes.append(
            OwnRoute(f"{item.name}-ingress", public, ports, tls=bool(dig(spec, "tls")), published=True, place=("spec", "expose", "ingress"))
        )
    for path, _ in find(item.body, "spec.expose.router.gateway"):
        unknown = Unknown(Reason(ReasonCode.UNRESOLVED, "published through a gateway that is not in the manifest"))
        routes.append(OwnRoute(f"{item.name}-gateway", unknown, ports, tls=unknown, auth=unknown, published=True, place=path))
    return routes


def _models(item: KubernetesObject) -> list[ModelSource]:
    found = []
    for source in ("hf", "ngc", "dataStore"):
        part = dig(item.body, "spec", "source", source)
        name = text(dig(part, "modelName"))
        puller = text(dig(part, "modelPuller"))
        endpoint = text(dig(part, "endpoint"))
        if source == "hf" and endpoint.startswith("http://"):
            found.append(ModelSource(f"{endpoint}/{name}", text(dig(part, "revision")), ("spec", "source", source)))
        elif source == "hf" and name:
            namespace = text(dig(part, "namespace"))
            found.append(
                ModelSource(
                    f"{namespace}/{name}" if namespace and "/" not in name else name,
                    text(dig(part, "revision")),
                    ("spec", "source", source),
                )
            )
        elif puller:
            found.append(ModelSource(f"oci://{puller}", "", ("spec", "source", source)))
    image = image_of(dig(item.body, "spec", "image"))
    if not found and image is not None and not isinstance(image, Unknown):  # the image names the model
        found.append(ModelSource(f"oci://{image.reference}", "", ("spec", "image")))
    return found


def _guard(_workload: Workload, sheet: Sheet) -> None:
    attached: Truth = True
    sheet.put("guard.attached", attached, ("kind",))


_GROUP = ("apps.nvidia.com",)
KINDS = (
    Kind(groups=_GROUP, kind="NIMService", asset_type="endpoint", read_pods=_pods, product="NVIDIA NIM", routes=_routes, models=_models),
    Kind(groups=_GROUP, kind="NIMCache", asset_type="model", no_pods=True, models=_models, offline=True),
    Kind(
        groups=_GROUP,
        kind="NemoGuardrail",
        asset_type="gateway",
        read_pods=_pods,
        product="NeMo microservice",
        routes=_routes,
        facts=_guard,
        states=frozenset({"guard.attached"}),
    ),
    *(
        Kind(groups=_GROUP, kind=f"Nemo{name}", asset_type="ml_app", read_pods=_pods, product="NeMo microservice", routes=_routes)
        for name in ("Customizer", "Datastore", "Entitystore", "Evaluator")
    ),
)
