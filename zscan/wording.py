"""The official wording of controls, from a catalogue that the user supplies: OSCAL JSON, or YAML items with `id` and `text`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from zscan.errors import MappingError
from zscan.located import read_text, read_yaml

_MAX_SIZE = 64_000_000


def load_catalog(path: Path) -> dict[str, str]:
    """Official wording by control id and alias, from an OSCAL catalogue (JSON) or a YAML list of items with `id` and `text`.

    zscan ships no official wording whose licence does not allow it; users who hold a copy give it here. Raises `MappingError`.
    """
    text = read_text(path, MappingError)
    if len(text) > _MAX_SIZE:
        raise MappingError(f"larger than {_MAX_SIZE:,} characters", file=str(path), hint="Give the catalogue itself, not a collection.")
    if path.suffix.lower() == ".json":
        try:
            data = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as problem:
            hint = "Give an OSCAL catalogue in JSON, or a YAML file."
            raise MappingError("not JSON", file=str(path), why=f"{problem}.", hint=hint) from None
    else:
        data = read_yaml(text, str(path), MappingError).data
    wording: dict[str, str] = {}
    for name, words in _oscal(data["catalog"]) if _is_oscal(data) else _items(data):
        wording.setdefault(name, words)
    if not wording:
        raise MappingError(
            "holds no control with a text", file=str(path), hint="Expected an OSCAL catalogue, or items with `id` and `text`."
        )
    return wording


def _is_oscal(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("catalog"), dict) and bool(data["catalog"].keys() & {"groups", "controls"})


def _oscal(catalog: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Controls of an OSCAL catalogue, enhancements included, under their OSCAL id and their label (`ac-6.9`, `AC-6(9)`)."""
    pending: list[Any] = [catalog]
    while pending:
        node = pending.pop()
        if not isinstance(node, dict):
            continue
        pending += reversed([*_list(node.get("groups")), *_list(node.get("controls"))])  # a stack: document order
        text = "\n".join(
            _prose(part) for part in _list(node.get("parts")) if isinstance(part, dict) and part.get("name") == "statement"
        ).strip()
        text = text or str(node.get("title") or "")
        if node is catalog or "id" not in node or not text:
            continue
        text = _with_parameters(text, node)
        yield str(node["id"]), text
        for prop in _list(node.get("props")):
            if isinstance(prop, dict) and prop.get("name") == "label" and prop.get("value"):
                yield str(prop["value"]), text


def _prose(part: Mapping[str, Any], depth: int = 0) -> str:
    label = next((str(p.get("value")) for p in _list(part.get("props")) if isinstance(p, dict) and p.get("name") == "label"), "")
    own = " ".join(piece for piece in (label, str(part.get("prose") or "")) if piece)
    below = (_prose(child, depth + 1) for child in _list(part.get("parts")) if isinstance(child, dict)) if depth < 8 else ()  # noqa: PLR2004 (hostile depth)
    return "\n".join(line for line in (own, *below) if line)


def _with_parameters(text: str, control: Mapping[str, Any]) -> str:
    """Parameter insertions as a reader expects them: `{{ insert: param, ac-1_prm_1 }}` → `[organization-defined …]`."""
    for param in _list(control.get("params")):
        if isinstance(param, dict) and "id" in param:
            shown = f"[{param.get('label') or param['id']}]"
            text = text.replace(f"{{{{ insert: param, {param['id']} }}}}", shown)
    return text


def _items(data: Any) -> Iterator[tuple[str, str]]:
    """Every mapping that has an `id` and an official text, wherever it stands, under its id and aliases."""
    pending: list[Any] = [data]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += reversed(node)
        elif isinstance(node, dict):
            pending += reversed(node.values())
            text = " ".join(str(node[key]) for key in ("title", "text") if isinstance(node.get(key), str))
            if isinstance(node.get("id"), str) and text:
                for name in _names(node):
                    yield name, text


def _names(node: Mapping[str, Any]) -> Iterable[str]:
    aliases = node.get("aliases")
    extra = aliases if isinstance(aliases, list) else [node.get("alias"), node.get("oscal_id")]
    return [name for name in (node["id"], *extra) if isinstance(name, str) and name]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
