"""Kubernetes objects out of loaded documents: lists expanded, namespaces and ids decided."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from zscan.collect.manifests.fields import mapping, mappings, strings, text
from zscan.collect.manifests.loader import Loaded, YMap
from zscan.collect.manifests.origin import FileOrigin
from zscan.model.asset import Draft, Fragment
from zscan.model.document import Document, Path
from zscan.model.unknown import Unknown

PROVIDER = "kubernetes"
DEFAULT_NAMESPACE = "default"

_CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "ClusterIssuer",
        "ClusterPolicy",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterServingRuntime",
        "ClusterStorageContainer",
        "ClusterTrainingRuntime",
        "CSIDriver",
        "CustomResourceDefinition",
        "GatewayClass",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PersistentVolume",
        "PriorityClass",
        "Profile",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "ClusterQueue",
        "ResourceFlavor",
    }
)


@dataclass(slots=True)
class KubernetesObject:
    """One object as written. `namespace` is what applies (`default` when none is stated), "" for cluster-scoped kinds."""

    group: str
    kind: str
    name: str
    namespace: str
    body: dict[Any, Any]
    origin: FileOrigin
    id: str = ""
    namespace_stated: bool = True
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)

    @property
    def native_type(self) -> str:
        """`<group>/<Kind>`, the core group as `core`."""
        return f"{self.group}/{self.kind}"

    @property
    def key(self) -> str:
        """How references name it: `<namespace>/<name>`, or `<name>` for cluster-scoped kinds."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def unit(self) -> str:
        """The file unit."""
        return self.origin.file

    def draft(self, asset_type: str, native_type: str = "", *, suffix: str = "", name: str = "") -> Draft:
        """A draft of this object, or with `suffix` of a part of it."""
        document = Document(
            id=f"{self.id}{suffix}",
            native_type=native_type or self.native_type,
            name=name or self.name,
            provider=PROVIDER,
            body=self.body,
            origin=self.origin,
            view="declared",
            unit=self.unit,
        )
        draft = Draft(document, asset_type)
        draft.namespace = self.namespace
        draft.tags = dict(self.labels)
        draft.keys.add(f"{self.namespace}/{draft.name}" if self.namespace else draft.name)
        return draft

    def fragment(self, data: dict[str, Any], kind: str = "") -> Fragment:
        """A fragment of this object."""
        return Fragment(
            kind=kind or self.native_type,
            id=self.id,
            provider=PROVIDER,
            data=data,
            source=self.origin.at(()),
            namespace=self.namespace,
            unit=self.unit,
        )

    def labelled(self) -> dict[Path, dict[str, str]]:
        """Labels and annotations by their place."""
        return {("metadata", "labels"): self.labels, ("metadata", "annotations"): self.annotations}


def objects_of(file: str, loaded: Loaded, namespace: str = "") -> list[KubernetesObject]:
    """The objects of a file in order, with ids. `namespace` is what a kustomization sets for those that state none."""
    found = [
        _object(file, document.value, item, prefix, namespace)
        for document in loaded.documents
        for prefix, item in _expanded(document.value, ())
    ]
    _identify(file, found)
    return found


def is_object(value: Any) -> bool:
    """Whether a value looks like a Kubernetes object: apiVersion and kind as text."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("apiVersion"), str)
        and isinstance(value.get("kind"), str)
        and bool(value["kind"].strip())
    )


def _expanded(value: Any, prefix: Path) -> Iterator[tuple[Path, dict[Any, Any]]]:
    if not is_object(value):
        return
    items = value.get("items")
    if value["kind"].strip().endswith("List") and isinstance(items, list):
        for index, item in mappings(items):
            if is_object(item):
                yield (*prefix, "items", index), item
    else:
        yield prefix, value


def _object(file: str, root: Any, body: dict[Any, Any], prefix: Path, namespace: str) -> KubernetesObject:
    group, slash, _ = body["apiVersion"].strip().partition("/")
    kind = body["kind"].strip()
    metadata = mapping(body.get("metadata"))
    stated = text(metadata.get("namespace")).strip() or namespace
    scoped = kind not in _CLUSTER_SCOPED
    return KubernetesObject(
        group=group if slash else "core",
        kind=kind,
        name=_object_name(metadata),
        namespace=(stated or DEFAULT_NAMESPACE) if scoped else "",
        body=body,
        origin=FileOrigin(file, root if isinstance(root, YMap) else body, prefix),
        namespace_stated=bool(stated) and not isinstance(metadata.get("namespace"), Unknown),
        labels=strings(metadata.get("labels")),
        annotations=strings(metadata.get("annotations")),
    )


def _object_name(metadata: dict[Any, Any]) -> str:
    name = metadata.get("name")
    if isinstance(name, Unknown):
        return "{template}"
    return text(name).strip() or f"{text(metadata.get('generateName')).strip()}*"


def _identify(file: str, found: list[KubernetesObject]) -> None:
    groups: dict[str, list[KubernetesObject]] = defaultdict(list)
    for item in found:
        place = f"{item.namespace}/" if item.namespace else ""
        groups[f"{file}#{item.group}/{item.kind}/{place}{item.name}"].append(item)
    for address, items in groups.items():
        if len(items) > 1:
            items.sort(key=lambda item: _digest(item.body))
        for number, item in enumerate(items, 1):
            item.id = address if number == 1 else f"{address}~{number}"


def _digest(body: Any) -> str:
    """A digest of content alone: independent of order, lines and line ends."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=repr, ensure_ascii=True).encode()).hexdigest()
