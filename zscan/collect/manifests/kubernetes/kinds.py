"""What a row of the kind table says, and the finished table: which objects are AI workloads and where their parts stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.fields import dig, find
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod, pod_from_template
from zscan.collect.manifests.model_source import ModelSource
from zscan.collect.manifests.product import Product
from zscan.collect.manifests.sheet import Sheet
from zscan.model.asset import Draft
from zscan.model.document import Path
from zscan.model.unknown import Truth


@dataclass(frozen=True, slots=True)
class PodPlace:
    """Where a PodTemplateSpec (or, with `bare`, a PodSpec) stands, in the path notation of `fields.find`."""

    path: str
    role: str = ""
    bare: bool = False


@dataclass(slots=True)
class Workload:
    """An object that runs AI, opened up: its pods and what is known to run in them."""

    item: KubernetesObject
    kind: Kind
    pods: list[Pod]
    product: Product | None = None
    container: Container | None = None
    version: str = ""

    @property
    def containers(self) -> list[Container]:
        """Every container of every pod."""
        return [container for pod in self.pods for container in pod.containers]

    @property
    def named_containers(self) -> list[tuple[str, Container]]:
        """Every container with a name that is unique here: with several pods, `<role>/<container>`."""
        several = len(self.pods) > 1
        named = [(f"{pod.role or index}/{c.name}" if several else c.name, c) for index, pod in enumerate(self.pods) for c in pod.containers]
        seen: set[str] = set()
        result = []
        for name, container in named:
            unique = name if name not in seen else f"{name}~{sum(other.partition('~')[0] == name for other in seen) + 1}"
            seen.add(unique)
            result.append((unique, container))
        return result


@dataclass(frozen=True, slots=True)
class OwnRoute:
    """A way in that the controller of a custom resource publishes: the generated Service, or an ingress of its own."""

    name: str
    public: Truth
    ports: tuple[int, ...] = ()
    tls: Truth = False
    auth: Truth = False
    published: bool = False
    place: Path = ("spec",)


_FactsOf: TypeAlias = Callable[[Workload, Sheet], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A row: a kind of object, what it is, where its pods stand, and what only this kind states.

    With `recognise` it is an AI asset only if its containers show it, and its type is that of the product. `facts` adds what the kind's
    own fields say, after the pods were read; `states` names those facts. `offline` kinds are templates for others: they have no traffic.
    """

    groups: tuple[str, ...]
    kind: str
    asset_type: str = ""
    pods: tuple[PodPlace, ...] = ()
    read_pods: Callable[[KubernetesObject], list[Pod]] | None = None
    recognise: bool = False
    product: str = ""
    version: Callable[[KubernetesObject], str] | None = None
    facts: _FactsOf | None = None
    states: frozenset[str] = frozenset()
    models: Callable[[KubernetesObject], list[ModelSource]] | None = None
    formats: Callable[[KubernetesObject], Sequence[str]] | None = None
    labels: Callable[[KubernetesObject], dict[str, str]] | None = None
    routes: Callable[[Workload], list[OwnRoute]] | None = None
    refer: Callable[[Workload, Draft], None] | None = None
    relations: frozenset[str] = frozenset()
    interactive: bool = False
    offline: bool = False
    no_pods: bool = field(default=False)  # settings of something that runs elsewhere

    def open(self, item: KubernetesObject) -> list[Pod]:
        """The pods of an object of this kind."""
        pods = self.read_pods(item) if self.read_pods else list(_placed(item, self.pods))
        generated = self.labels(item) if self.labels else {}
        for pod in pods:
            pod.labels = {**generated, **pod.labels}
        return pods


def _placed(item: KubernetesObject, places: Iterable[PodPlace]) -> Iterable[Pod]:
    for place in places:
        for path, value in find(item.body, place.path):
            pod = Pod(value, path, dict(item.labels), role=place.role) if place.bare and isinstance(value, dict) else None
            if not place.bare:
                pod = pod_from_template(value, path, _role(item, place, path))
            if pod is not None and "containers" in pod.spec:
                yield pod


def _role(item: KubernetesObject, place: PodPlace, path: Path) -> str:
    """The name that the list item or mapping key on the way gives the role."""
    for length in range(len(path), 0, -1):
        if isinstance(path[length - 1], int):
            name = dig(item.body, *path[:length], "groupName") or dig(item.body, *path[:length], "name")
            return name if isinstance(name, str) else f"{place.role}{path[length - 1]}"
    return place.role
