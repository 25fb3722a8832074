"""Kubernetes' own workload kinds: AI only if their containers show it."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, strings
from zscan.collect.manifests.kubernetes.kinds import Kind, PodPlace
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod


def _pod(item: KubernetesObject) -> list[Pod]:
    spec = dig(item.body, "spec")
    return [Pod(spec, ("spec",), dict(item.labels), strings(dig(item.body, "metadata", "annotations")))] if isinstance(spec, dict) else []


_TEMPLATE = (PodPlace("spec.template"),)

KINDS = (
    *(
        Kind(groups=("apps",), kind=kind, pods=_TEMPLATE, recognise=True)
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    ),
    Kind(groups=("batch",), kind="Job", pods=_TEMPLATE, recognise=True),
    Kind(groups=("batch",), kind="CronJob", pods=(PodPlace("spec.jobTemplate.spec.template"),), recognise=True),
    Kind(groups=("core",), kind="Pod", read_pods=_pod, recognise=True),
    Kind(groups=("serving.knative.dev",), kind="Service", pods=_TEMPLATE, recognise=True),
    Kind(groups=("argoproj.io",), kind="Rollout", pods=_TEMPLATE, recognise=True),
    Kind(groups=("batch.volcano.sh",), kind="Job", pods=(PodPlace("spec.tasks[].template"),), recognise=True),
)
