"""KServe: inference services, runtimes and LLM services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zscan.collect.manifests.containers import Container, container_of
from zscan.collect.manifests.fields import dig, find, mapping, mappings, strings, text
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, PodPlace, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod, pod_from_template
from zscan.collect.manifests.kubernetes.reach import is_internal
from zscan.collect.manifests.model_source import ModelSource
from zscan.collect.manifests.sheet import Sheet
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown

_FRAMEWORKS = ("model", "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "lightgbm", "pmml", "paddle")
_ROLES = ("predictor", "transformer", "explainer")
_AUTH_ANNOTATIONS = ("security.opendatahub.io/enable-auth", "serving.kserve.io/enable-auth")


def _service_pods(item: KubernetesObject) -> list[Pod]:
    pods: list[Pod] = []
    for role in _ROLES:
        component = dig(item.body, "spec", role)
        if not isinstance(component, dict):
            continue
        framework = next((name for name in _FRAMEWORKS if isinstance(component.get(name), dict)), "")
        pods.append(_component_pod(item, role, component, framework))
        worker = pod_from_template({"spec": component.get("workerSpec")}, ("spec", role, "workerSpec"), f"{role}-worker")
        if worker is not None and worker.spec.get("containers"):
            pods.append(worker)
    return pods


def _component_pod(item: KubernetesObject, role: str, component: dict[Any, Any], framework: str) -> Pod:
    """The inlined PodSpec. A named framework is a container whose image and settings come from a serving runtime."""
    labels = {
        "serving.kserve.io/inferenceservice": item.name,
        "component": role,
        **strings(item.labels),
        **strings(component.get("labels")),
    }
    pod = Pod(component, ("spec", role), labels, strings(component.get("annotations")), role, complete=not framework)
    if framework:
        pod = _RuntimePod(component, ("spec", role), labels, strings(component.get("annotations")), role, complete=False)
        pod.framework = framework
    return pod


class _RuntimePod(Pod):
    """A pod whose main container is written as `model` (or the framework's name) instead of a list item."""

    framework = ""

    def _containers(self) -> Iterator[Container]:
        body = {"name": "kserve-container", **mapping(self.spec.get(self.framework))}
        yield container_of(body, (*self.path, self.framework))
        yield from super()._containers()


def _models(item: KubernetesObject) -> list[ModelSource]:
    found: list[ModelSource] = []
    for role in _ROLES:
        for name in _FRAMEWORKS:
            part = dig(item.body, "spec", role, name)
            reference = text(dig(part, "storageUri"))
            if reference:
                found.append(ModelSource(reference, text(dig(part, "revision")), ("spec", role, name, "storageUri")))
        for index, entry in mappings(dig(item.body, "spec", role, "storageUris")):
            if text(entry.get("uri")):
                found.append(ModelSource(text(entry.get("uri")), "", ("spec", role, "storageUris", index, "uri")))
    return found


def _formats(item: KubernetesObject) -> list[str]:
    predictor = mapping(dig(item.body, "spec", "predictor"))
    named = [name for name in _FRAMEWORKS[1:] if name in predictor and name not in {"triton", "huggingface"}]
    model = text(dig(predictor, "model", "modelFormat", "name"))
    return named + ([model] if model else [])


def _facts(workload: Workload, sheet: Sheet) -> None:
    item = workload.item
    for name in _AUTH_ANNOTATIONS:
        if name in item.annotations:
            sheet.put("auth.required", item.annotations[name].lower() == "true", ("metadata", "annotations", name))
    logger = dig(item.body, "spec", "predictor", "logger")
    sheet.put("logging.captured", isinstance(logger, dict), ("spec", "predictor", "logger"))
    sheet.put(
        "logging.capture_complete",
        isinstance(logger, dict) and text(dig(logger, "mode") or "all") == "all",
        ("spec", "predictor", "logger"),
    )


def _routes(workload: Workload) -> list[OwnRoute]:
    item = workload.item
    gateway = Unknown(Reason(ReasonCode.UNRESOLVED, "published through the cluster's ingress gateway, which is not in the manifest"))
    inside = is_internal(item.labels) or is_internal(item.annotations)
    public: Truth = False if inside else gateway
    tls: Truth = False if inside else gateway
    return [OwnRoute(f"{item.name}-predictor", public, (80,), tls=tls, auth=tls, place=("metadata",))]


def _llm_pods(item: KubernetesObject) -> list[Pod]:
    pods = []
    for path, role in ((("spec", "template"), "decode"), (("spec", "worker"), "worker"), (("spec", "prefill", "template"), "prefill")):
        spec = dig(item.body, *path)
        if isinstance(spec, dict):
            labels = {"app.kubernetes.io/name": item.name, "app.kubernetes.io/part-of": "llminferenceservice", **item.labels}
            pods.append(Pod(spec, path, labels, role=role, complete=False))
    return pods


def _llm_models(item: KubernetesObject) -> list[ModelSource]:
    found = [(path, value) for pattern in ("spec.model.uri", "spec.model.lora.adapters[].uri") for path, value in find(item.body, pattern)]
    return [ModelSource(text(value), "", path) for path, value in found if text(value)]


def _llm_routes(workload: Workload) -> list[OwnRoute]:
    router = dig(workload.item.body, "spec", "router")
    if not isinstance(router, dict):
        return []
    unknown = Unknown(Reason(ReasonCode.UNRESOLVED, "published through a gateway that is not in the manifest"))
    return [OwnRoute(f"{workload.item.name}-kserve-workload-svc", unknown, (443,), tls=unknown, auth=unknown, place=("spec", "router"))]


_GROUPS = ("serving.kserve.io", "serving.kubeflow.org")

KINDS = (
    Kind(
        groups=_GROUPS,
        kind="InferenceService",
        asset_type="endpoint",
        read_pods=_service_pods,
        product="KServe model server",
        facts=_facts,
        states=frozenset({"auth.required", "logging.captured", "logging.capture_complete"}),
        models=_models,
        formats=_formats,
        routes=_routes,
    ),
    *(
        Kind(
            groups=_GROUPS,
            kind=kind,
            asset_type="endpoint",
            pods=(PodPlace("spec", bare=True), PodPlace("spec.workerSpec", "worker", bare=True)),
            offline=True,
        )
        for kind in ("ServingRuntime", "ClusterServingRuntime")
    ),
    Kind(
        groups=_GROUPS,
        kind="LLMInferenceService",
        asset_type="endpoint",
        read_pods=_llm_pods,
        product="vLLM",
        models=_llm_models,
        routes=_llm_routes,
    ),
    Kind(
        groups=_GROUPS,
        kind="LLMInferenceServiceConfig",
        asset_type="endpoint",
        read_pods=_llm_pods,
        product="vLLM",
        models=_llm_models,
        offline=True,
    ),
)
