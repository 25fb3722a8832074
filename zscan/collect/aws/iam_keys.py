"""What IAM users sign in with: access keys, service-specific credentials such as Bedrock API keys, a password, a second factor.

Sources: ListAccessKeys, GetLoginProfile and ListMFADevices of the one user; ListServiceSpecificCredentials of all users at once. Asked only
for users with AI rights, by the edge `holds` of the user. The ids of access keys are redacted on receipt, so GetAccessKeyLastUsed cannot be
asked. An access key has no end; a service-specific credential has one only if it was made with one (CreateServiceSpecificCredential).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from zscan.collect import Bulk, Call, Collector, Part
from zscan.collect.aws.places import arn
from zscan.collect.aws.shaping import any_of
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.unknown import Reason, ReasonCode, Unknown

NATIVE_TYPE = "AWS::IAM::UserCredentials"
_AI_SERVICE = "bedrock"  # the one AI service with credentials of its own: bedrock.amazonaws.com


def _call(operation: str, **more: Any) -> Call:
    params = {"UserName": "{key}"}
    return Call(service="iam", operation=operation, action=f"iam:{operation}", params=params, absent=frozenset({"NoSuchEntity"}), **more)


def shape_credentials(document: Document) -> Iterable[Draft]:
    """One user's long-lived keys, but those that open other services such as Git repositories; and what its password needs beside it."""
    draft = Draft(document, "credential")
    draft.tags = {}
    access, service = document["AccessKeyMetadata"], document["ServiceSpecificCredentials"]
    ours = [key for key in service.each() if key.unknown or _opens_ai(key) is not False]
    keys = [_access_key(key) for key in access.each()] + [_service_key(key) for key in ours]
    draft.set("auth.required", True)  # whoever uses a credential authenticates by it
    draft.set("credentials.keys", Reading(keys, access.places + service.places))
    devices = any_of(device.map(lambda _device: True) for device in document["MFADevices"].each())
    draft.set("credentials.second_factor", ~document["LoginProfile"].is_set() | devices)
    yield draft


def _access_key(key: Reading) -> Any:
    if key.unknown:
        return key.value
    name = key.get("CreateDate").map(lambda made: f"access key of {made}")
    return {"name": name.value, "ai": False, "active": key.get("Status").eq("Active").value, "lifetime_days": 0}


def _opens_ai(key: Reading) -> Any:
    return key.get("ServiceName").map(lambda name: str(name).startswith(_AI_SERVICE)).value


def _service_key(key: Reading) -> Any:
    if key.unknown:
        return key.value
    made, service = key.get("CreateDate"), key.get("ServiceName")
    return {
        "name": combine(lambda name, at: f"{name} key of {at}", service, made).value,
        "ai": _opens_ai(key),
        "active": key.get("Status").eq("Active").value,
        "lifetime_days": combine(_lifetime, made, key.get("ExpirationDate")).value,
    }


def _lifetime(made: Any, end: Any) -> Any:
    """Days from the making of a key to its end; 0 for a key without one."""
    if not end:
        return 0
    try:
        return max((datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(made))).days, 1)
    except (ValueError, TypeError):
        return Unknown(Reason(ReasonCode.UNPARSABLE, "the dates of the key are no instants"))


_SERVICE_KEYS = Bulk(
    path="ServiceSpecificCredentials",
    call=Call(
        service="iam",
        operation="ListServiceSpecificCredentials",
        action="iam:ListServiceSpecificCredentials",
        params={"AllUsers": True},
        items="ServiceSpecificCredentials",
        token=("Marker", "Marker"),
    ),
    index=lambda credential: str(credential["UserName"]),
    keys=lambda body: [body["@name"]],
    take=lambda credential: credential,
    many=True,
    repeats=True,
)

COLLECTORS = (
    Collector(
        native_type=NATIVE_TYPE,
        asset_type="credential",
        scope="account",
        resolves=True,
        describe=_call("ListAccessKeys"),
        parts=(
            Part(path="LoginProfile", call=_call("GetLoginProfile", take="LoginProfile")),
            Part(path="MFADevices", call=_call("ListMFADevices", items="MFADevices")),
        ),
        bulk=(_SERVICE_KEYS,),
        identify=lambda answer, place: arn(place, "iam", f"user/{answer['key']}/credentials", region=False),
        name=lambda answer: str(answer["key"]),
        canonical=lambda answer: {"AccessKeyMetadata": answer["AccessKeyMetadata"]} if "AccessKeyMetadata" in answer else {},
        shape=shape_credentials,
        facts=frozenset({"auth.required", "credentials.keys", "credentials.second_factor"}),
        file_form=False,
    ),
)
