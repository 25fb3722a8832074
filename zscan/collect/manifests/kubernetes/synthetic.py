"""Pods that a controller builds from single fields of a custom resource (image, env, resources) rather than from a PodSpec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zscan.collect.manifests.containers import Container, container_of
from zscan.collect.manifests.fields import dig, mapping, mappings
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod
from zscan.model.document import Path


class SyntheticPod(Pod):
    """A pod with one container whose parts are fields of the custom resource; its evidence points to those fields."""

    container: Container | None = None

    def _containers(self) -> Any:
        if self.container is not None:
            yield self.container
        yield from super()._containers()


def synthetic_pod(  # noqa: PLR0913 (a record; keyword-only)
    item: KubernetesObject,
    container: Mapping[str, Any],
    *,
    path: Path = ("spec",),
    service_account: Any = None,
    spec: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Pod:
    """A pod of one container. `spec` are fields of the PodSpec that the resource sets. Whatever is not stated is left to the controller."""
    full = {**(spec or {})}
    if service_account is not None:
        full["serviceAccountName"] = service_account
    pod = SyntheticPod(full, path, {"app": item.name, **item.labels, **(labels or {})}, dict(item.annotations), complete=False)
    pod.container = container_of({"name": item.name, **container}, path)
    return pod


def merged_pod(item: KubernetesObject, container: Mapping[str, Any], template: Any, *, name: str, service_account: Any = None) -> Pod:
    """As `synthetic_pod`, with the patch of a PodTemplateSpec (`template`) laid over it: its container `name` completes the built one."""
    spec = mapping(dig(template, "spec"))
    patches = [body for _, body in mappings(spec.get("containers"))]
    patch = next((body for body in patches if body.get("name") == name), {})
    others = [body for body in patches if body is not patch]
    full = {**container, **{key: value for key, value in patch.items() if key != "name"}}
    pod = synthetic_pod(item, full, service_account=service_account, spec={**spec, "containers": others})
    pod.labels = {**pod.labels, **mapping(dig(template, "metadata", "labels"))}
    return pod
