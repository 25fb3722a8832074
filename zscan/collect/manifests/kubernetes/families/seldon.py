"""Seldon: models and servers."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, find, sequence, text
from zscan.collect.manifests.kubernetes.kinds import Kind, PodPlace, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.model_source import ModelSource
from zscan.collect.manifests.sheet import Sheet


def _models(item: KubernetesObject) -> list[ModelSource]:
    patterns = ("spec.storageUri", "spec.predictors[].graph.modelUri")
    return [ModelSource(text(value), "", path) for pattern in patterns for path, value in find(item.body, pattern) if text(value)]


def _formats(item: KubernetesObject) -> list[str]:
    return [text(name) for name in sequence(dig(item.body, "spec", "requirements"))]


def _logger(workload: Workload, sheet: Sheet) -> None:
    sheet.put("logging.captured", dig(workload.item.body, "spec", "logger") is not None, ("spec", "logger"))


KINDS = (
    Kind(groups=("mlops.seldon.io",), kind="Model", asset_type="model", no_pods=True, models=_models, formats=_formats, offline=True),
    Kind(
        groups=("mlops.seldon.io",), kind="Server", asset_type="endpoint", pods=(PodPlace("spec.podSpec", bare=True),), product="MLServer"
    ),
    Kind(
        groups=("machinelearning.seldon.io",),
        kind="SeldonDeployment",
        asset_type="endpoint",
        pods=(PodPlace("spec.predictors[].componentSpecs[].spec", bare=True),),
        product="MLServer",
        models=_models,
        facts=_logger,
        states=frozenset({"logging.captured"}),
    ),
)
