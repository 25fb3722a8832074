"""Secrets that AI assets sign in with, read only where one is referred to. The value is never read.

Sources: DescribeSecret, GetResourcePolicy; AWS::SecretsManager::Secret with AWS::SecretsManager::RotationSchedule at `RotationSchedules`
and AWS::SecretsManager::ResourcePolicy at `ResourcePolicy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn, locate
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

NATIVE_TYPE = "AWS::SecretsManager::Secret"
_PROPERTIES = frozenset({"Name", "KmsKeyId", "RotationEnabled", "LastChangedDate", "CreatedDate", "Tags"})
_NEVER_STATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the answer states neither a change nor the creation"))
_LIVE_ONLY = Unknown(Reason(ReasonCode.NO_FILE_FORM, "only a live secret has a date of change"))


def shape_secret(document: Document) -> Iterable[Draft]:
    """A secret: how old it is, whether it rotates, who else may read it, its key."""
    draft = asset(document, "secret")
    policy = grants_of(document["ResourcePolicy"], document.account)
    draft.set("credential.rotates", _rotates(document))
    draft.set("credential.changed", _changed(document))
    draft.set("sharing.public", policy.public)
    draft.set("sharing.foreign_accounts", policy.foreign_accounts)
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyId"])
    yield draft


def _rotates(document: Document) -> Reading:
    if document.view == "live":
        return switch(document["RotationEnabled"])  # unset where rotation was never configured (DescribeSecret)
    return document["RotationSchedules"].is_set()


def _changed(document: Document) -> Reading:
    """The last change; a secret that was never changed is as old as itself."""
    if document.view == "declared":
        return Reading(_LIVE_ONLY, document["LastChangedDate"].places)
    changed = document["LastChangedDate"]
    return changed if changed.value is not None else document["CreatedDate"].default(_NEVER_STATED)


def _identify(answer: Mapping[str, Any], place: Place) -> str:
    key = str(answer.get("ARN") or answer["key"])
    return key if key.startswith("arn:") else arn(place, "secretsmanager", f"secret:{key}")


def _call(operation: str, **more: Any) -> Call:
    return Call(service="secretsmanager", operation=operation, action=f"secretsmanager:{operation}", params={"SecretId": "{key}"}, **more)


COLLECTORS = (
    Collector(
        native_type=NATIVE_TYPE,
        asset_type="secret",
        resolves=True,
        locate=locate,
        describe=_call("DescribeSecret", absent=frozenset({"ResourceNotFoundException"})),
        parts=(Part(path="ResourcePolicy", call=_call("GetResourcePolicy", take="ResourcePolicy")),),
        identify=_identify,
        name=lambda answer: str(answer.get("Name") or answer["key"]),
        canonical=cfn_names(only=_PROPERTIES),
        shape=shape_secret,
        facts=GOVERNANCE | {"credential.rotates", "credential.changed", "sharing.public", "sharing.foreign_accounts"},
        live_only=frozenset({"credential.changed"}),
        relations=frozenset({"encrypts_with"}),
    ),
)
