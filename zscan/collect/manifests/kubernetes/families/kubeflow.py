"""Kubeflow: notebooks, training jobs, trainer runtimes, pipelines."""

from __future__ import annotations

from typing import Any

from zscan.collect.manifests.fields import dig, find, mapping, text
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, PodPlace, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod
from zscan.collect.manifests.kubernetes.synthetic import synthetic_pod
from zscan.collect.manifests.model_source import ModelSource
from zscan.collect.manifests.sheet import Sheet
from zscan.model.unknown import Reason, ReasonCode, Unknown

_REPLICAS = {
    "PyTorchJob": "pytorchReplicaSpecs",
    "TFJob": "tfReplicaSpecs",
    "MPIJob": "mpiReplicaSpecs",
    "JAXJob": "jaxReplicaSpecs",
    "XGBoostJob": "xgbReplicaSpecs",
    "PaddleJob": "paddleReplicaSpecs",
}


def _own_token(workload: Workload) -> bool:
    """Whether the server itself is given a token, so that it asks for it whatever stands in front."""
    if workload.container is None:
        return False
    flags = (workload.container.flags.get(name) for name in ("--ServerApp.token", "--IdentityProvider.token"))
    tokens = (workload.container.env.get("JUPYTER_TOKEN"), *flags)
    return any(token is not None and token != "" for token in tokens)


def _notebook(workload: Workload, sheet: Sheet) -> None:
    if sheet.value("auth.required") is not False and not _own_token(workload):
        sheet.put(
            "auth.required",
            Unknown(Reason(ReasonCode.UNRESOLVED, "sign-in is done by Kubeflow's gateway, which is not in the notebook's manifest")),
        )


def _notebook_routes(workload: Workload) -> list[OwnRoute]:
    gateway = Unknown(Reason(ReasonCode.UNRESOLVED, "published through Kubeflow's gateway, which is not in the manifest"))
    return [OwnRoute(workload.item.name, gateway, (80,), tls=gateway, auth=gateway)]


def _train_pods(item: KubernetesObject) -> list[Pod]:
    trainer = mapping(dig(item.body, "spec", "trainer"))
    container = {
        "image": trainer.get("image"),
        "command": trainer.get("command"),
        "args": trainer.get("args"),
        "env": trainer.get("env"),
        "resources": trainer.get("resourcesPerNode"),
    }
    return [synthetic_pod(item, container, path=("spec", "trainer"))]


def _train_models(item: KubernetesObject) -> list[ModelSource]:
    pattern = ("spec.initializer.model.storageUri", "spec.initializer.dataset.storageUri")
    return [ModelSource(text(value), "", path) for name in pattern for path, value in find(item.body, name) if text(value)]


def _pipeline_pods(item: KubernetesObject) -> list[Pod]:
    pods: list[Pod] = []
    for path, executor in find(item.body, "spec.pipelineSpec.deploymentSpec.executors.*.container"):
        if isinstance(executor, dict):
            pods.append(synthetic_pod(item, {**executor, "env": mapping_env(executor.get("env"))}, path=path))
    return pods


def mapping_env(value: Any) -> Any:
    """Variables as a list, whichever way they are written."""
    return [{"name": name, "value": item} for name, item in value.items()] if isinstance(value, dict) else value


KINDS = (
    Kind(
        groups=("kubeflow.org",),
        kind="Notebook",
        asset_type="notebook",
        pods=(PodPlace("spec.template"),),
        product="Jupyter",
        facts=_notebook,
        routes=_notebook_routes,
        states=frozenset({"auth.required"}),
        interactive=True,
    ),
    *(
        Kind(groups=("kubeflow.org",), kind=kind, asset_type="training_job", pods=(PodPlace(f"spec.{name}.*.template"),))
        for kind, name in _REPLICAS.items()
    ),
    Kind(groups=("trainer.kubeflow.org",), kind="TrainJob", asset_type="training_job", read_pods=_train_pods, models=_train_models),
    *(
        Kind(
            groups=("trainer.kubeflow.org",),
            kind=kind,
            asset_type="training_job",
            pods=(PodPlace("spec.template.spec.replicatedJobs[].template.spec.template"),),
            offline=True,
        )
        for kind in ("TrainingRuntime", "ClusterTrainingRuntime")
    ),
    *(
        Kind(groups=("pipelines.kubeflow.org",), kind=kind, asset_type="pipeline", read_pods=_pipeline_pods, offline=True)
        for kind in ("Pipeline", "PipelineVersion")
    ),
)
