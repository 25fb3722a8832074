"""Service accounts as identities; roles and bindings as fragments, because rights follow only from all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zscan.collect import Shaped
from zscan.collect.manifests import governance
from zscan.collect.manifests.fields import dig, mapping, mappings, sequence, text, truth
from zscan.collect.manifests.kubernetes.objects import DEFAULT_NAMESPACE, KubernetesObject
from zscan.collect.manifests.offering import offer
from zscan.collect.manifests.sheet import Sheet
from zscan.model.offers import Offer

GRANTED = frozenset(f"identity.granted.{name}" for name in ("admin", "wildcard_service", "read_any_secret", "escalate"))
_FACTS = governance.FACTS | GRANTED | {"identity.kind", "identity.is_default", "identity.token_mounted"}


def shape_service_account(item: KubernetesObject) -> Iterator[Shaped]:
    """A ServiceAccount; its token goes into every pod unless it, or the pod, says otherwise."""
    draft = item.draft("identity")
    sheet = Sheet()
    governance.governance(sheet, item.labelled())
    sheet.put("identity.kind", "service_account", ("kind",))
    sheet.put("identity.is_default", item.name == "default", ("metadata", "name"))
    sheet.put(
        "identity.token_mounted", truth(item.body.get("automountServiceAccountToken"), default=True), ("automountServiceAccountToken",)
    )
    sheet.write(draft, _FACTS, item.origin, later=GRANTED)
    draft.refer("member_of", "core/Namespace", item.namespace)
    yield draft


def shape_role(item: KubernetesObject) -> Iterator[Shaped]:
    """A Role or ClusterRole with its rules; an aggregated role has the rules of others, so its own list is not all."""
    rules = [
        {name: [text(entry) for entry in sequence(rule.get(name))] for name in ("apiGroups", "resources", "verbs", "resourceNames")}
        for _, rule in mappings(item.body.get("rules"))
    ]
    yield item.fragment({"name": item.name, "rules": rules, "aggregated": isinstance(item.body.get("aggregationRule"), dict)})


def shape_binding(item: KubernetesObject) -> Iterator[Shaped]:
    """A RoleBinding or ClusterRoleBinding: which role for whom."""
    subjects = [_subject(item, subject) for _, subject in mappings(item.body.get("subjects"))]
    role = mapping(item.body.get("roleRef"))
    yield item.fragment({"role_kind": text(role.get("kind")), "role": text(role.get("name")), "subjects": subjects})


def _subject(item: KubernetesObject, subject: dict[Any, Any]) -> dict[str, str]:
    kind = text(subject.get("kind"))
    namespace = text(dig(subject, "namespace")) or (item.namespace or DEFAULT_NAMESPACE if kind == "ServiceAccount" else "")
    return {"kind": kind, "name": text(subject.get("name")), "namespace": namespace}


_RBAC = "rbac.authorization.k8s.io"
SHAPES = {
    ("core", "ServiceAccount"): shape_service_account,
    (_RBAC, "Role"): shape_role,
    (_RBAC, "ClusterRole"): shape_role,
    (_RBAC, "RoleBinding"): shape_binding,
    (_RBAC, "ClusterRoleBinding"): shape_binding,
}
OFFERS: dict[str, Offer] = {"core/ServiceAccount": offer("core/ServiceAccount", "identity", _FACTS, ("member_of",))}
