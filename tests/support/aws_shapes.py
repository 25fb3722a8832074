"""What the AWS SDK's own service models say of an operation, and sample answers made from them."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape

from zscan.collect import Call

ACCOUNT, REGION = "111122223333", "us-east-1"
_DEPTH = 6
_EMPTY_POLICY = {"Version": "2012-10-17", "Statement": []}


@cache
def operation(service: str, name: str) -> OperationModel:
    """The model of an operation. Raises when the SDK does not know it."""
    return _service(service).operation_model(name)


@cache
def _service(name: str) -> Any:
    return _session().get_service_model(name)


@cache
def _session() -> Any:
    return botocore.session.Session()


@cache
def paginator(service: str, name: str) -> dict[str, Any]:
    """How the SDK pages through an operation; empty when it does not."""
    try:
        found: dict[str, Any] = _session().get_paginator_model(service).get_paginator(name)
    except (ValueError, KeyError, botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return {}
    return found


def at(shape: Shape | None, path: str) -> Shape | None:
    """The shape at a dotted path of an answer; None when there is no such member."""
    for step in path.split(".") if path else ():
        members = getattr(shape, "members", {})
        if step not in members:
            return None
        shape = members[step]
    return shape


def item_of(call: Call) -> Shape | None:
    """The shape of one listed item, or of what is kept of a single answer; None when the declared path leads nowhere."""
    output = operation(call.service, call.operation).output_shape
    if not call.items:
        return at(output, call.take)
    found = at(output, call.items)
    return found.member if found is not None and found.type_name == "list" else None


def fields(shape: Shape | None) -> frozenset[str]:
    """The member names of a structure; a listed plain value is called `item`."""
    return frozenset(getattr(shape, "members", {"item": None})) if shape is not None else frozenset()


def sample(shape: Shape | None, name: str = "", depth: int = 0) -> Any:  # noqa: PLR0911 (one answer per kind of shape)
    """A value of a shape: every member set, every list with one element, text that says where it stood."""
    if shape is None or depth > _DEPTH:
        return None
    match shape.type_name:
        case "structure" if getattr(shape, "is_document_type", False) or shape.name == "policyDocumentType":
            return dict(_EMPTY_POLICY)
        case "structure":
            return {member: sample(below, member, depth + 1) for member, below in shape.members.items()}
        case "list":
            value = sample(shape.member, name.removesuffix("s"), depth + 1)
            return [] if value is None else [value]
        case "map":
            return {"key": sample(shape.value, name, depth + 1)}
        case "boolean":
            return True
        case "integer" | "long":
            return 1
        case "float" | "double":
            return 0.5
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case "blob":
            return "<1 bytes>"
        case _:
            return _text(shape, name)


def _text(shape: Shape, name: str) -> Any:
    if getattr(shape, "enum", None):
        return shape.enum[0]
    if shape.name == "policyDocumentType":
        return dict(_EMPTY_POLICY)
    if name.lower().endswith("arn"):
        return f"arn:aws:service:{REGION}:{ACCOUNT}:thing/{name.lower()}"
    if name.lower().endswith("accountid"):
        return ACCOUNT
    return "s3://bucket/key" if name.lower().endswith("uri") else f"a-{name.lower()}"


@cache
def service_operations(service: str) -> dict[str, frozenset[str]]:
    """The operations of a service, each with the names of its parameters."""
    model = _service(service)
    return {name: frozenset(getattr(model.operation_model(name).input_shape, "members", ())) for name in model.operation_names}
