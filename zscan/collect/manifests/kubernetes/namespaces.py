"""Namespaces, volumes and secrets: what AI workloads lean on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zscan.collect import Shaped
from zscan.collect.manifests import governance, secret_settings
from zscan.collect.manifests.fields import dig, strings, text
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.offering import offer
from zscan.collect.manifests.sheet import Sheet
from zscan.model.offers import Offer
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved

QUOTA = "kubernetes/quota"
STORAGE_CLASS = "kubernetes/storage-class"
_ENFORCE = "pod-security.kubernetes.io/enforce"
_LEVELS = frozenset({"privileged", "baseline", "restricted"})
_NAMESPACE_DERIVED = frozenset({"namespace.default_deny_ingress", "namespace.default_deny_egress", "namespace.quota"})
_NAMESPACE_FACTS = governance.FACTS | _NAMESPACE_DERIVED | {"namespace.pod_security"}
_VOLUME_FACTS = governance.FACTS | {"volume.encrypted"}
_VOLUME_DERIVED = frozenset({"volume.encrypted"})
_SECRET_FACTS = governance.FACTS | secret_settings.FACTS
_ENCRYPTION = re.compile(
    r"^(?:encrypted|.*kms.?key.?id|diskencryptionsetid|disk-encryption-kms-key|.*encryption.*|.*luks.*)$", re.IGNORECASE
)


def shape_namespace(item: KubernetesObject) -> Iterator[Shaped]:
    """A Namespace with the Pod Security level that admission enforces there."""
    draft = item.draft("namespace")
    sheet = Sheet()
    governance.governance(sheet, item.labelled())
    raw = dig(item.body, "metadata", "labels", _ENFORCE)
    level = raw if isinstance(raw, Unknown) else text(raw) or "none"
    known = isinstance(level, Unknown) or level == "none" or level in _LEVELS
    sheet.put(
        "namespace.pod_security",
        level if known else Unresolved(f"no Pod Security level {text(raw)[:40]}"),
        ("metadata", "labels", _ENFORCE),
    )
    sheet.write(draft, _NAMESPACE_FACTS, item.origin, later=_NAMESPACE_DERIVED)
    yield draft


def shape_quota(item: KubernetesObject) -> Iterator[Shaped]:
    """A ResourceQuota: that its namespace has one."""
    yield item.fragment({}, QUOTA)


def shape_claim(item: KubernetesObject) -> Iterator[Shaped]:
    """A claim; whether it is encrypted is its storage class's to say."""
    draft = _volume(item, None)
    yield draft
    name = dig(item.body, "spec", "storageClassName")
    yield item.fragment({"class": name if isinstance(name, Unknown) else text(name)}, "kubernetes/claim")


def shape_storage_class(item: KubernetesObject) -> Iterator[Shaped]:
    """A StorageClass: encrypted by parameter; without one the provisioner's own default decides, which is not in the file."""
    value: Truth = Unknown(Reason(ReasonCode.UNRESOLVED, "no encryption parameter; the storage back end's own default decides"))
    for name, setting in strings(item.body.get("parameters")).items():
        if _ENCRYPTION.match(name):
            value = setting.strip().lower() not in {"false", "0", "no", "", "none"}
            break
    yield _volume(item, value)
    yield item.fragment({"name": item.name}, STORAGE_CLASS)


def _volume(item: KubernetesObject, encrypted: Truth | None) -> Shaped:
    draft = item.draft("volume")
    sheet = Sheet()
    governance.governance(sheet, item.labelled())
    if encrypted is not None:
        sheet.put("volume.encrypted", encrypted, ("parameters",))
    sheet.write(draft, _VOLUME_FACTS, item.origin, later=_VOLUME_DERIVED)
    return draft


def shape_secret(item: KubernetesObject) -> Iterator[Shaped]:
    """A Secret written out in a file: every value in it is a literal, whether encoded or not."""
    draft = item.draft("secret")
    sheet = Sheet()
    governance.governance(sheet, item.labelled())
    secret_settings.secret_settings(sheet, {key: item.body.get(key) for key in ("stringData", "data")})
    found = {row["name"]: row for row in sheet.value("secrets.literals")}
    places = [("stringData", name) for name in strings(item.body.get("stringData"))] + [
        ("data", name) for name in strings(item.body.get("data"))
    ]
    for place in places:
        value = text(dig(item.body, *place))
        if value and not _PLACEHOLDER.search(value):
            found.setdefault(".".join(place), {"name": ".".join(place), "where": place[0]})
    sheet.put("secrets.literals", [found[name] for name in sorted(found)], *places)
    sheet.write(draft, _SECRET_FACTS, item.origin)
    yield draft


_PLACEHOLDER = re.compile(
    r"^\s*$|^\$|\$\{|\$\(|\{\{|^[<\[{].*[>\]}]$|(?:your|my)[-_ ]|change.?me|replace|example|placeholder|xxx|dummy", re.IGNORECASE
)

SHAPES = {
    ("core", "Namespace"): shape_namespace,
    ("core", "ResourceQuota"): shape_quota,
    ("core", "PersistentVolumeClaim"): shape_claim,
    ("storage.k8s.io", "StorageClass"): shape_storage_class,
    ("core", "Secret"): shape_secret,
}
OFFERS: dict[str, Offer] = {
    "core/Namespace": offer("core/Namespace", "namespace", _NAMESPACE_FACTS),
    "core/PersistentVolumeClaim": offer("core/PersistentVolumeClaim", "volume", _VOLUME_FACTS),
    "storage.k8s.io/StorageClass": offer("storage.k8s.io/StorageClass", "volume", _VOLUME_FACTS),
    "core/Secret": offer("core/Secret", "secret", _SECRET_FACTS),
}
