"""KAITO: workspaces (inference and tuning) and retrieval engines. A Workspace has no `spec`: its fields stand at the top."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, find, mapping, text, truth
from zscan.collect.manifests.kubernetes.kinds import Kind, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod, pod_from_template
from zscan.collect.manifests.kubernetes.synthetic import synthetic_pod
from zscan.collect.manifests.model_source import ModelSource
from zscan.collect.manifests.sheet import Sheet

_PRESET_IMAGE = "presetOptions"


def _pods(item: KubernetesObject) -> list[Pod]:
    for path, template in (*find(item.body, "inference.template"), *find(item.body, "spec.template.inference.template")):
        pod = pod_from_template(template, path, "inference")
        if pod is not None:
            return [pod]
    for base in ("inference", "tuning", "spec.template.inference", "spec"):
        for path, part in find(item.body, base):
            if isinstance(part, dict):
                image = dig(part, "preset", _PRESET_IMAGE, "image")
                return [synthetic_pod(item, {"image": image}, path=path)]
    return []


def _models(item: KubernetesObject) -> list[ModelSource]:
    patterns = (
        "inference.adapters[].source.image",
        "inference.adapters[].source.urls[]",
        "tuning.input.urls[]",
        "inference.preset.presetOptions.image",
        "spec.template.inference.adapters[].source.image",
    )
    found = [(path, text(value)) for pattern in patterns for path, value in find(item.body, pattern) if text(value)]
    return [ModelSource(value if "://" in value else f"oci://{value}", "", path) for path, value in found]


def _rag(workload: Workload, sheet: Sheet) -> None:
    enabled = truth(dig(workload.item.body, "spec", "guardrails", "enabled"), default=False)
    sheet.put("guard.attached", enabled, ("spec", "guardrails", "enabled"))


def _rag_pods(item: KubernetesObject) -> list[Pod]:
    return [synthetic_pod(item, {"image": mapping(dig(item.body, "spec")).get("image")})]


KINDS = (
    Kind(groups=("kaito.sh",), kind="Workspace", asset_type="endpoint", read_pods=_pods, product="vLLM", models=_models),
    Kind(groups=("kaito.sh",), kind="InferenceSet", asset_type="endpoint", read_pods=_pods, product="vLLM", models=_models),
    Kind(groups=("kaito.sh",), kind="MultiRoleInference", asset_type="endpoint", read_pods=_pods, product="vLLM", models=_models),
    Kind(
        groups=("kaito.sh",), kind="RAGEngine", asset_type="ml_app", read_pods=_rag_pods, facts=_rag, states=frozenset({"guard.attached"})
    ),
)
