"""Cutting listings into pages, from the pagers of botocore."""

from __future__ import annotations

import base64
import binascii
import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import invalid
from .filters import select
from .services import Pager
from .wire import Call

# What a service gives to a request that states no limit, where it is not about 100.
_UNSTATED = {
    ("s3", "ListBuckets"): 10_000,
    ("resourcegroupstaggingapi", "GetResources"): 50,
    ("cloudwatch", "ListMetrics"): 500,
    ("ec2", ""): 1000,
}


@dataclass(frozen=True)
class Position:
    """Where a request stands in a listing; `page` counts from 1."""

    offset: int = 0
    page: int = 1


def position(call: Call) -> Position:
    """Read the position from the request's token. A token of another operation is refused, as AWS does."""
    pager = call.service.pager(call.op)
    token = call.params.get(pager.token_in[0]) if pager else None
    if not token:
        return Position()
    try:
        op, offset, page = json.loads(base64.urlsafe_b64decode(str(token)))
    except (ValueError, binascii.Error, TypeError):
        op, offset, page = "", 0, 0
    if op != call.op:
        raise invalid(call.service, "The pagination token is not valid")
    return Position(int(offset), int(page))


def cut(call: Call, pager: Pager, full: Mapping[str, Any], page_size: int | None) -> dict[str, Any]:
    """Return the page of `full` that the request asks for.

    A listing with several result lists is one sequence, as in IAM, where MaxItems counts across users, groups, roles
    and policies.
    """
    at = position(call)
    size = _size(call, pager, page_size)
    result = copy.copy(dict(full))
    start = 0
    total = 0
    for path in pager.results:
        items = _get(full, path)
        if items is None:
            continue
        items = select(call, path, items)
        total += len(items)
        low = min(max(at.offset - start, 0), len(items))
        high = min(max(at.offset + size - start, 0), len(items))
        _set(result, path, items[low:high])
        start += len(items)
    more = at.offset + size < total
    if more:
        token = base64.urlsafe_b64encode(json.dumps([call.op, at.offset + size, at.page + 1]).encode()).decode()
        for name in pager.token_out:
            result[name] = token
    if pager.more:
        result[pager.more] = more
    return result


def _size(call: Call, pager: Pager, page_size: int | None) -> int:
    default = _UNSTATED.get((call.service.name, call.op)) or _UNSTATED.get((call.service.name, "")) or 100
    if pager.limit is None or pager.limit not in call.params:
        return page_size or default
    stated = int(call.params[pager.limit])
    shape = call.service.input_members(call.op)[pager.limit]
    low, high = shape.metadata.get("min", 1), shape.metadata.get("max")
    # botocore does not check the upper bound, AWS does
    if stated < low or (high is not None and stated > high):
        raise invalid(call.service, f"Value {stated} at '{pager.limit}' must be between {low} and {high}")
    return min(stated, page_size) if page_size else stated


def _get(answer: Mapping[str, Any], path: tuple[str, ...]) -> list[Any] | None:
    value: Any = answer
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else None


def _set(answer: dict[str, Any], path: tuple[str, ...], items: list[Any]) -> None:
    for name in path[:-1]:
        answer[name] = dict(answer[name])
        answer = answer[name]
    answer[path[-1]] = items
