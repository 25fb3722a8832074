"""A full answer to any operation, made from its output shape.

For proving that every member of a shape survives the way through serializer, HTTP and SDK; the values mean nothing.
"""

from __future__ import annotations

from typing import Any

from .services import Service

_MAX_DEPTH = 7


def sample(of: Service, op: str) -> dict[str, Any]:
    """Return an answer with every member of the operation's output, except tokens, which would start a paging client."""
    shape = of.operation(op).output_shape
    made = _value(shape, 0, ()) if shape else {}
    assert isinstance(made, dict)
    return {key: value for key, value in made.items() if not key.lower().endswith(("token", "marker"))}


def _value(shape: Any, depth: int, inside: tuple[str, ...]) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, depth, inside)
    if kind == "list":
        return [_value(shape.member, depth + 1, inside)] * max(1, shape.metadata.get("min", 1))
    if kind == "map":
        return {"key": _value(shape.value, depth + 1, inside)}
    if kind == "string":
        text: str = shape.enum[0] if shape.enum else f"value of {shape.name}"
        return text
    scalars: dict[str, Any] = {"boolean": True, "timestamp": "2026-01-02T03:04:05Z", "blob": "eA=="}
    return scalars.get(kind, max(1, int(shape.metadata.get("min", 1))) if kind in ("integer", "long") else 0.5)


def _structure(shape: Any, depth: int, inside: tuple[str, ...]) -> dict[str, Any]:
    names = list(shape.members)
    if getattr(shape, "is_tagged_union", False):
        names = names[:1]
    # a shape may hold itself; what it requires must be there all the same
    elif depth > _MAX_DEPTH or shape.name in inside:
        names = list(shape.required_members)
    return {name: _value(shape.members[name], depth + 1, (*inside, shape.name)) for name in names if inside.count(shape.name) < 2}
