"""The vLLM production stack's operator: runtimes, routers, cache servers, adapters."""

from __future__ import annotations

from typing import Any

from zscan.collect.manifests.fields import dig, mapping, sequence, text
from zscan.collect.manifests.kubernetes.kinds import Kind, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.synthetic import synthetic_pod
from zscan.collect.manifests.model_source import ModelSource
from zscan.collect.manifests.sheet import Sheet


def _pods(item: KubernetesObject) -> list[Any]:
    spec = mapping(dig(item.body, "spec"))
    deployment = mapping(spec.get("deploymentConfig")) or spec
    config = mapping(spec.get("vllmConfig")) or spec
    container = {
        "image": deployment.get("image"),
        "args": sequence(config.get("extraArgs")),
        "env": config.get("env"),
        "resources": deployment.get("resources"),
    }
    place = ("spec", "deploymentConfig") if "deploymentConfig" in spec else ("spec",)
    return [synthetic_pod(item, container, path=place, service_account=spec.get("serviceAccountName"))]


def _facts(workload: Workload, sheet: Sheet) -> None:
    spec = dig(workload.item.body, "spec")
    if dig(spec, "vllmApiKeySecret"):
        sheet.put("auth.required", True, ("spec", "vllmApiKeySecret"))


def _models(item: KubernetesObject) -> list[ModelSource]:
    reference = text(dig(item.body, "spec", "model", "modelURL")) or text(dig(item.body, "spec", "adapterSource", "repository"))
    return [ModelSource(reference, "", ("spec", "model", "modelURL"))] if reference else []


_GROUP = ("production-stack.vllm.ai",)
KINDS = (
    Kind(
        groups=_GROUP,
        kind="VLLMRuntime",
        asset_type="endpoint",
        read_pods=_pods,
        product="vLLM",
        facts=_facts,
        models=_models,
        states=frozenset({"auth.required"}),
    ),
    Kind(
        groups=_GROUP,
        kind="VLLMRouter",
        asset_type="gateway",
        read_pods=_pods,
        product="vLLM router",
        facts=_facts,
        states=frozenset({"auth.required"}),
    ),
    Kind(groups=_GROUP, kind="CacheServer", asset_type="endpoint", read_pods=_pods),
)
