"""One cluster as its files show it: what a derivation may conclude from absence, and how labels select pods."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zscan.model.asset import Draft, Fragment
from zscan.model.gap import Gap
from zscan.model.source import FileSource
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown

PROVIDER = "kubernetes"
PODS = "kubernetes/pods"
ROUTE = "kubernetes/route"
NETWORK_POLICY = "kubernetes/network-policy"
MESH = "kubernetes/mesh-tls"
QUOTA = "kubernetes/quota"
CLAIM = "kubernetes/claim"

_HIDING = frozenset({ReasonCode.UNPARSABLE, ReasonCode.LIMIT, ReasonCode.NOT_RENDERED, ReasonCode.ERROR})


class ClusterView:
    """Drafts and fragments of the scanned files, and whether they are the whole cluster.

    What is absent from a complete view does not exist. In a partial view absence says something only where the files show that this kind
    of thing is declared here at all (`shown`), and no unread file lies near.
    """

    def __init__(self, by_id: Mapping[str, Draft], fragments: Iterable[Fragment], *, complete: bool, gaps: Iterable[Gap]) -> None:
        self.by_id = by_id
        self.complete = complete
        self.kinds: dict[str, list[Fragment]] = defaultdict(list)
        for fragment in sorted(fragments, key=lambda f: (f.kind, f.id)):
            if fragment.provider == PROVIDER:
                self.kinds[fragment.kind].append(fragment)
        self._hiding = [gap for gap in gaps if gap.reason in _HIDING]

    def workloads(self) -> list[tuple[Draft, Fragment]]:
        """Each workload with the fragment about its pods."""
        return [(self.by_id[fragment.id], fragment) for fragment in self.kinds[PODS] if fragment.id in self.by_id]

    def hiding(self, draft: Draft) -> Unknown | None:
        """What may lie in files near the asset that were not read; None when all were."""
        gaps = [gap for gap in self._hiding if self.complete or _near(_folder(draft), gap.scope)]
        return Unknown(*(gap.as_reason() for gap in gaps)) if gaps else None

    def absent(self, draft: Draft, what: str, *, shown: bool) -> Truth:
        """False if `what` is known not to exist for this asset, else Unknown with the reason."""
        hiding = self.hiding(draft)
        if hiding is not None:
            return hiding
        if self.complete or shown:
            return False
        return Unknown(Reason(ReasonCode.OUT_OF_SCOPE, f"no {what} in what was scanned; pass --scope complete if this is everything"))


def _folder(draft: Draft) -> str:
    return posixpath.dirname(draft.source.file) if isinstance(draft.source, FileSource) else ""


def _near(folder: str, scope: str) -> bool:
    """Whether an unread file or chart lies above, beside or below a folder."""
    other = scope if "." not in posixpath.basename(scope) or scope == "." else posixpath.dirname(scope)
    first, second = (tuple(part for part in path.split("/") if part not in {"", "."}) for path in (folder, other))
    length = min(len(first), len(second))
    return first[:length] == second[:length]


def selects(labels: Mapping[str, str], expressions: Sequence[Any], pod: Mapping[str, str]) -> bool:
    """Whether a label selector (equalities and expressions) matches a pod's labels. An empty one matches every pod."""
    return all(pod.get(name) == value for name, value in labels.items()) and all(_expression(item, pod) for item in expressions)


def _expression(item: Any, pod: Mapping[str, str]) -> bool:
    if not isinstance(item, Mapping):
        return False
    key, operator, values = str(item.get("key")), item.get("operator"), [str(value) for value in item.get("values") or ()]
    if operator == "In":
        return pod.get(key) in values
    if operator == "NotIn":
        return pod.get(key) not in values
    if operator == "Exists":
        return key in pod
    return operator == "DoesNotExist" and key not in pod
