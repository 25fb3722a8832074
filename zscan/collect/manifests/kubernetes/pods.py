"""The one pod view: whatever holds a PodSpec (a Deployment, a RayCluster, an InferenceService) is read through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from zscan.collect.manifests.containers import Container, container_of
from zscan.collect.manifests.fields import dig, mapping, mappings, strings, text
from zscan.collect.manifests.products import Hints, is_accelerator
from zscan.model.document import Path
from zscan.model.unknown import Unknown, Unresolved

_PLATFORM_LABELS = ("ai.gke.io/", "model.aibrix.ai/", "ray.io/", "serving.kserve.io/", "kubeflow.org/", "leaderworkerset.sigs.k8s.io/")


@dataclass
class Pod:
    """A PodSpec with the labels that its pods get. `path` leads to the spec; `role` tells a head from its workers.

    `generated` labels are put on by the controller of a custom resource; `complete` is false when the resource leaves parts of the
    spec to its controller, so that no default can be concluded from what is not stated.
    """

    spec: Mapping[Any, Any]
    path: Path
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    role: str = ""
    complete: bool = True

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Main containers, then init containers."""
        return tuple(self._containers())

    def _containers(self) -> Iterator[Container]:
        for key, init in (("containers", False), ("initContainers", True)):
            for index, body in mappings(self.spec.get(key)):
                restarts = text(body.get("restartPolicy")) == "Always"  # a side-car that only starts earlier
                yield container_of(body, (*self.path, key, index), init=init and not restarts)

    @property
    def main(self) -> tuple[Container, ...]:
        """Containers that keep running."""
        return tuple(container for container in self.containers if not container.init)

    def hints(self, labels: Mapping[str, str]) -> Hints:
        """What speaks for AI besides images and commands."""
        names = (*self.labels, *labels)
        return Hints(
            accelerator=any(wants_accelerator(c.body) for c in self.main), labelled=any(n.startswith(_PLATFORM_LABELS) for n in names)
        )

    def setting(self, container: Container, name: str, default: Any = None) -> tuple[Any, Path]:
        """A security setting in effect for a container (its own wins over the pod's) and the place that decides."""
        for holder, path in ((container.body, container.path), (self.spec, self.path)):
            context = dig(holder, "securityContext")
            if isinstance(context, Unknown):
                return context, (*path, "securityContext")
            value = dig(context, name)
            if value is not None:
                return value, (*path, "securityContext", name)
        return default if self.complete else left_out(name), container.path

    @property
    def service_account(self) -> str | Unknown:
        """The service account named for the pod; "" when none is, which means the namespace's `default`."""
        for name in ("serviceAccountName", "serviceAccount"):
            value = self.spec.get(name)
            if isinstance(value, Unknown) or text(value):
                return value if isinstance(value, Unknown) else text(value)
        return "" if self.complete else left_out("the service account")

    def own(self, name: str) -> Any:
        """A field of the spec itself; Unknown where it is not stated and the controller may add it."""
        value = self.spec.get(name)
        return left_out(name) if value is None and not self.complete else value


def pod_from_template(template: Any, path: Path, role: str = "") -> Pod | None:
    """The pod of a PodTemplateSpec, None when there is none."""
    spec = dig(template, "spec")
    if not isinstance(spec, dict):
        return None
    metadata = mapping(dig(template, "metadata"))
    return Pod(spec, (*path, "spec"), strings(metadata.get("labels")), strings(metadata.get("annotations")), role)


def wants_accelerator(body: Mapping[Any, Any]) -> bool:
    """Whether a container asks for an accelerator, by resource name or by a resource claim."""
    resources = mapping(body.get("resources"))
    names = {str(name) for key in ("limits", "requests") for name in mapping(resources.get(key))}
    return any(is_accelerator(name) for name in names) or bool(resources.get("claims"))


def host_ports(pod: Pod) -> list[tuple[int, Path]]:
    """Ports that are opened on the node itself: by hostPort, or by sharing the node's network."""
    shared = dig(pod.spec, "hostNetwork") is True
    found: list[tuple[int, Path]] = []
    for container in pod.main:
        for index, port in mappings(container.body.get("ports")):
            number = port.get("containerPort") if shared else port.get("hostPort")
            if isinstance(number, int) and not isinstance(number, bool) and number > 0:
                found.append((number, (*container.path, "ports", index)))
    return found


def all_of(pods: Iterable[Pod]) -> list[tuple[Pod, Container]]:
    """Every container with its pod."""
    return [(pod, container) for pod in pods for container in pod.containers]


def left_out(what: str) -> Unknown:
    """What a custom resource does not state and its controller, or another object, may."""
    return Unresolved(f"{what} is left to the resource's controller")
