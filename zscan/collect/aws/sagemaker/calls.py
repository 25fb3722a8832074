"""How SageMaker's operations are called: every one is permitted by the action of its own name (Service Authorization Reference)."""

from __future__ import annotations

from typing import Any

from zscan.collect import Call

_PAGE = 100  # the most that any listing of SageMaker gives at once


def call(operation: str, **more: Any) -> Call:
    """One operation."""
    return Call(service="sagemaker", operation=operation, action=f"sagemaker:{operation}", **more)


def listing(operation: str, items: str, *, newest: int = 0, **params: Any) -> Call:
    """A listing in full pages; with `newest`, of so many items, the youngest first."""
    order = {"SortBy": "CreationTime", "SortOrder": "Descending"} if newest else {}
    return call(operation, items=items, page_size=_PAGE, newest=newest, params={**order, **params})


def description(operation: str, *parameters: str) -> Call:
    """The description of one thing by its name.

    SageMaker answers ValidationException for a name that does not exist, but also for other mistakes: that is no absence.
    """
    return call(operation, params={name: "{" + name + "}" for name in parameters})
