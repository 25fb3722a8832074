"""Families of custom resources: one module per project, each with a `KINDS` tuple. The table of all kinds is their union."""

from __future__ import annotations

from zscan.collect.manifests.kubernetes.families import (
    agents,
    builtin,
    feature_stores,
    gateways,
    kaito,
    kserve,
    kubeflow,
    milvus,
    multinode,
    nim,
    ray,
    seldon,
    toolhive,
    vllm_stack,
)
from zscan.collect.manifests.kubernetes.kinds import Kind

_FAMILIES = (agents, builtin, feature_stores, gateways, kaito, kserve, kubeflow, milvus, multinode, nim, ray, seldon, toolhive, vllm_stack)
KINDS: dict[tuple[str, str], Kind] = {(group, kind.kind): kind for family in _FAMILIES for kind in family.KINDS for group in kind.groups}
