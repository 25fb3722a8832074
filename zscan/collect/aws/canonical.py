"""From API answers to the canonical AWS document: CloudFormation property names.

API and CloudFormation names agree but for case in nearly every property; the rest is an alias table per type. Members of maps (tags,
environment variables, hyperparameters) are data, not property names, and keep their spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_CASELESS_MAPS = frozenset({"Environment", "HyperParameters", "Tags", "tags", "CustomAttributes", "Condition", "Statement", "Principal"})


def cfn_names(
    *, aliases: Mapping[str, str] | None = None, maps: frozenset[str] = frozenset(), only: frozenset[str] | None = None
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function that renames an API answer to CloudFormation property names.

    `aliases` maps a dotted path of the renamed answer to the property path it has in CloudFormation; `maps` are further members whose keys
    are data; `only`, if given, keeps just these top-level properties.
    """
    keep = _CASELESS_MAPS | maps

    def canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
        body = _renamed({key: value for key, value in answer.items() if not key.startswith("@")}, keep)
        for old, new in (aliases or {}).items():
            _move(body, old.split("."), new.split("."))
        return body if only is None else {key: value for key, value in body.items() if key in only}

    return canonical


def _renamed(value: Any, keep: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        result: dict[str, Any] = {}
        for key, member in value.items():
            name = key[:1].upper() + key[1:]
            result[name] = member if name in keep or key in keep else _renamed(member, keep)
        return result
    if isinstance(value, list):
        return [_renamed(item, keep) for item in value]
    return value


def _move(body: dict[str, Any], old: list[str], new: list[str]) -> None:
    node: Any = body
    for step in old[:-1]:
        node = node.get(step) if isinstance(node, dict) else None
    if not isinstance(node, dict) or old[-1] not in node:
        return
    value = node.pop(old[-1])
    target = body
    for step in new[:-1]:
        target = target.setdefault(step, {})
    target[new[-1]] = value
