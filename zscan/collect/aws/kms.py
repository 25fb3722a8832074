"""KMS keys, read only where an asset names one. Sources: DescribeKey, GetKeyRotationStatus, GetKeyPolicy; AWS::KMS::Key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part, Place, Shaped
from zscan.collect.aws.places import arn, locate
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.settings import number, switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.iam.fragments import resource_policy
from zscan.model.document import Document

_FACTS = frozenset(
    {
        "key.customer_managed",
        "key.enabled",
        "key.pending_deletion",
        "key.rotation_enabled",
        "key.rotation_days",
        "sharing.public",
        "sharing.foreign_accounts",
    }
)
_DEFAULT_ROTATION_DAYS = 365  # EnableKeyRotation, RotationPeriodInDays


def _call(operation: str, key: str, **more: Any) -> Call:
    return Call(service="kms", operation=operation, action=f"kms:{operation}", params={"KeyId": key}, **more)


def identify(answer: Mapping[str, Any], place: Place) -> str:
    """The key's ARN. Where DescribeKey was refused, the ARN that the reference makes: an alias alone means another key in every region."""
    key = str(answer.get("Arn") or answer["key"])
    return key if key.startswith("arn:") else arn(place, "kms", key if key.startswith("alias/") else f"key/{key}")


def canonical(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeKey's KeyMetadata in the words of AWS::KMS::Key (Enabled, MultiRegion, KeySpec agree), plus what only the API knows."""
    keep = ("Enabled", "KeyManager", "KeyState", "KeySpec", "MultiRegion", "Origin", "Description")
    return {key: metadata[key] for key in keep if key in metadata}


def shape_key(document: Document) -> Iterable[Shaped]:
    """A key. What a template declares is customer-managed by nature; provider-managed keys exist only live."""
    draft = asset(document, "key")
    declared = document.view == "declared"
    state = document["KeyState"]
    rotation = document["Rotation"]
    policy = grants_of(document["KeyPolicy"], document.account)
    draft.set("key.customer_managed", document["KeyManager"].default("CUSTOMER" if declared else None).eq("CUSTOMER"))
    draft.set("key.enabled", switch(document["Enabled"], default=True) if declared else state.eq("Enabled"))
    draft.set("key.pending_deletion", state.one_of("PendingDeletion", "PendingReplicaDeletion"))
    on = document["EnableKeyRotation"] if declared else rotation.get("KeyRotationEnabled")
    days = document["RotationPeriodInDays"] if declared else rotation.get("RotationPeriodInDays")
    draft.set("key.rotation_enabled", switch(on))
    draft.set("key.rotation_days", number(days.default(_DEFAULT_ROTATION_DAYS), unset=""))
    draft.set("sharing.public", policy.public)
    draft.set("sharing.foreign_accounts", policy.foreign_accounts)
    yield draft
    yield resource_policy(document, "KeyPolicy")


COLLECTORS = (
    Collector(
        native_type="AWS::KMS::Key",
        asset_type="key",
        resolves=True,
        locate=locate,
        describe=_call("DescribeKey", "{key}", take="KeyMetadata", absent=frozenset({"NotFoundException"})),
        parts=(
            # Both take no alias, so they need the ARN that DescribeKey found.
            Part(path="Rotation", call=_call("GetKeyRotationStatus", "{Arn}", absent=frozenset({"UnsupportedOperationException"}))),
            Part(path="KeyPolicy", call=_call("GetKeyPolicy", "{Arn}", take="Policy")),
        ),
        bulk=(TAGS,),
        identify=identify,
        name=lambda answer: str(answer.get("KeyId") or answer["key"]),
        canonical=canonical,
        shape=shape_key,
        facts=_FACTS | GOVERNANCE,
        live_only=frozenset({"key.pending_deletion"}),
        relations=frozenset(),
    ),
)
