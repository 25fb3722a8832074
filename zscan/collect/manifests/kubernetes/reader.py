"""The Kubernetes reader: files that hold objects with apiVersion and kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from zscan.collect import Shaped
from zscan.collect.manifests.kubernetes import gateway_api, identities, namespaces, policies, services, workloads
from zscan.collect.manifests.kubernetes.families import KINDS
from zscan.collect.manifests.kubernetes.objects import KubernetesObject, is_object, objects_of
from zscan.collect.manifests.loader import Loaded
from zscan.collect.manifests.readers import Declarations, InputFile
from zscan.collect.manifests.unrendered import blanked, not_rendered, unread_part
from zscan.model.gap import internal
from zscan.model.offers import Offer

_PARTS = (services, gateway_api, policies, identities, namespaces)
SHAPES: dict[tuple[str, str], Callable[[KubernetesObject], Iterator[Shaped]]] = {
    key: shape for part in _PARTS for key, shape in part.SHAPES.items()
}
OFFERS: dict[str, Offer] = {name: found for part in (workloads, *_PARTS) for name, found in part.OFFERS.items()}

_STRONG, _WEAK, _SUPPORT = "AI workload", "perhaps an AI workload", "what AI may lean on"
_API_VERSION = re.compile(r"^[ ]{0,8}(?:- )?[\"']?apiVersion[\"']?\s*:", re.MULTILINE)
_KIND = re.compile(r"^[ ]{0,8}(?:- )?[\"']?kind[\"']?\s*:", re.MULTILINE)


class KubernetesReader:
    """Reads Kubernetes objects, built-in and custom ones."""

    name = "Kubernetes"

    @property
    def offers(self) -> Mapping[str, Offer]:
        """Offers by native type."""
        return OFFERS

    def claims(self, file: InputFile) -> bool:
        """Whether the text has lines with apiVersion and kind, or the same members in one line of JSON."""
        if "apiVersion" not in file.text or "kind" not in file.text:
            return False
        if file.last.endswith(".json"):
            return '"apiVersion"' in file.text and '"kind"' in file.text
        return bool(_API_VERSION.search(file.text) and _KIND.search(file.text))

    def recognises(self, file: InputFile, loaded: Loaded) -> bool:  # noqa: ARG002 (the seam gives both)
        """Whether some document is an object."""
        return any(is_object(document.value) for document in loaded.documents)

    def read(self, file: InputFile, loaded: Loaded) -> Declarations:
        """Drafts and fragments of every object that AI is, or may lean on."""
        found = Declarations()
        if loaded.skipped_crds:
            found.skipped["custom resource definitions"] += loaded.skipped_crds
        weak: list[Shaped] = []
        strong = False
        for item in objects_of(file.name, loaded):
            try:
                shaped, bearing = _shape(item)
            except Exception as error:  # noqa: BLE001 (the border of one object: files are written by anybody)
                found.gaps.append(internal(error, scope=file.name, what=f"{item.kind} {item.name}", affects=("*",)))
                continue
            missing = unread_part(item.body) if shaped else None
            if missing is not None:
                found.gaps.append(not_rendered(file.name, f"{item.kind} {item.name}"))
                shaped = blanked(shaped, missing, OFFERS)
            if bearing is None:
                found.skipped["objects without a bearing on AI"] += 1
            strong = strong or bearing is _STRONG
            (weak if bearing is _WEAK else found.found).extend(shaped)
        found.found += weak if strong else []
        return found


def _shape(item: KubernetesObject) -> tuple[list[Shaped], str | None]:
    """What an object gives, and its bearing on AI: None when it has none."""
    shape = SHAPES.get((item.group, item.kind))
    if shape is not None:
        return list(shape(item)), _SUPPORT
    kind = KINDS.get((item.group, item.kind))
    workload = workloads.shape_workload(item, kind) if kind is not None else None
    if workload is None:
        return [], None
    return list(workload.shaped), _STRONG if workload.strong else _WEAK


KUBERNETES = KubernetesReader()
