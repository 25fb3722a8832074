"""Log groups that records of AI go to, read only where a setting names one.

Sources: DescribeLogGroups, DescribeSubscriptionFilters. No template declares the settings that name them, so they are read live only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn, arn_parts
from zscan.collect.aws.places import locate as locate_arn
from zscan.collect.aws.settings import number, switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

LOG_GROUP = "AWS::Logs::LogGroup"


def name_of(key: str) -> str:
    """A log group's name, from the name itself or an ARN (`arn:aws:logs:…:log-group:NAME:*`)."""
    parts = arn_parts(key)
    return key if parts is None else parts[3].removeprefix("log-group:").removesuffix(":*")


def locate(key: str, place: Place) -> tuple[Place, str] | None:
    """Where a group is read: the region of its ARN; None when it is another account's."""
    found = locate_arn(key, place)
    return None if found is None else (found[0], name_of(key))


def shape_log_group(document: Document) -> Iterable[Draft]:
    """A log group: how long it keeps, whether it masks, who else gets the records, its key. One that does not exist is no asset."""
    if document["LogGroupName"].value is None:
        return
    draft = asset(document, "log_store")
    draft.keys |= {f"{document.id}:*"}
    draft.set("data.retention_days", _retention(document["RetentionInDays"]))
    draft.set("encryption.customer_key", document["KmsKeyId"].is_set())
    draft.set("records.masked", _masked(document))
    draft.set("records.forwarded", _forwarded(document["SubscriptionFilters"]))
    draft.set("records.deletion_protected", switch(document["DeletionProtectionEnabled"]))
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyId"])
    yield draft


def _retention(days: Reading) -> Reading:
    """Unset, records never expire (LogGroup, retentionInDays)."""
    return number(days.default(0), unset="")


def _masked(document: Document) -> Reading:
    """A data protection policy of the group, or of the account, which groups inherit (LogGroup, inheritedProperties)."""
    own = document["DataProtectionStatus"].eq("ACTIVATED")
    inherited = document["InheritedProperties"].map(lambda names: "ACCOUNT_DATA_PROTECTION" in (names or ()))
    return own | inherited


def _forwarded(filters: Reading) -> Reading:
    """Whether a subscription takes the records elsewhere; one that was read is enough."""
    found = filters.each()
    if any(not one.unknown for one in found):
        return Reading(True, filters.places)
    return Reading(found[0].value if found else False, filters.places)


def _group(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    groups = answer.get("logGroups") or [{}]
    return dict(groups[0])


COLLECTORS = (
    Collector(
        native_type=LOG_GROUP,
        asset_type="log_store",
        resolves=True,
        locate=locate,
        describe=Call(
            service="logs", operation="DescribeLogGroups", action="logs:DescribeLogGroups", params={"logGroupIdentifiers": ["{key}"]}
        ),
        parts=(
            Part(
                path="SubscriptionFilters",
                call=Call(
                    service="logs",
                    operation="DescribeSubscriptionFilters",
                    action="logs:DescribeSubscriptionFilters",
                    params={"logGroupName": "{key}"},
                    items="subscriptionFilters",
                    absent=frozenset({"ResourceNotFoundException"}),
                ),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "logs", f"log-group:{answer['key']}"),
        name=lambda answer: str(answer["key"]),
        canonical=lambda answer: cfn_names()(_group(answer)),
        shape=shape_log_group,
        facts=GOVERNANCE
        | {
            "data.retention_days",
            "encryption.customer_key",
            "records.masked",
            "records.forwarded",
            "records.deletion_protected",
        },
        relations=frozenset({"encrypts_with"}),
        file_form=False,
    ),
)
