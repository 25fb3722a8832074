"""Logs that services keep of their own work and deliver where the customer says: CloudWatch Logs "vended logs".

Sources: DescribeDeliverySources (which resource, which type of log) and DescribeDeliveries (which of these sources lead anywhere) of the
CloudWatch Logs API. A source without a delivery is a tap without a pipe. CloudFormation declares both beside the resource, not on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zscan.collect import Bulk, Call
from zscan.collect.aws.shaping import any_of
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_SEPARATE = Unknown(Reason(ReasonCode.NO_FILE_FORM, "log deliveries are read from the live system only"))


def _key(resource: str, log_type: str) -> str:
    return f"{resource}#{log_type}"


def _source_key(source: Mapping[str, Any]) -> str:
    """A resource has at most one source for each type of log."""
    return _key(next(iter(source.get("resourceArns") or ()), ""), str(source.get("logType", "")))


def deliveries(log_type: str) -> tuple[Bulk, Bulk]:
    """The parts `LogSources` and `LogDeliveries` of a document, for one type of log."""
    return (
        Bulk(
            path="LogSources",
            call=Call(
                service="logs",
                operation="DescribeDeliverySources",
                action="logs:DescribeDeliverySources",
                items="deliverySources",
                page_size=50,
            ),
            index=_source_key,
            keys=lambda body: [_key(str(body["@id"]), log_type)],
            take=lambda source: source.get("name"),
            many=True,
        ),
        Bulk(
            path="LogDeliveries",
            call=Call(service="logs", operation="DescribeDeliveries", action="logs:DescribeDeliveries", items="deliveries", page_size=50),
            index=lambda delivery: str(delivery.get("deliverySourceName", "")),
            keys=lambda body: [name for name in _listed(body.get("LogSources")) if isinstance(name, str)],
            take=lambda delivery: delivery.get("deliveryDestinationArn"),
            many=True,
        ),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def delivered(document: Document) -> Reading:
    """Whether the log reaches a destination. A source that was not read could be the one that does."""
    if document.view == "declared":
        return Reading(_SEPARATE, (("LogSources",),))
    unread = any_of(source if source.unknown else source.map(lambda _name: False) for source in document["LogSources"].each())
    return any_of(destination.is_set() for destination in document["LogDeliveries"].each()) | unread
