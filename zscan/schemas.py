"""JSON Schemas of the files that zscan reads and writes, generated from the types that read and write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from zscan import config, scanfile
from zscan.engine.waive import SCHEMA as WAIVERS_SCHEMA
from zscan.engine.waive import WaiverFile
from zscan.ledger import SCHEMA as BASELINE_SCHEMA
from zscan.ledger import Header, Record
from zscan.mappings import SCHEMA as MAPPING_SCHEMA
from zscan.model.framework import Framework
from zscan.model.rule import Rule
from zscan.model.scan import SCHEMA as SCAN_SCHEMA
from zscan.model.types import VOCABULARY
from zscan.model.vocabulary import Enum, FactType, ListOf, MapOf, Scalar
from zscan.model.vocabulary import Record as FactRecord
from zscan.report.access_files import SCHEMA as ACCESS_SCHEMA
from zscan.report.access_files import AccessDocument

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DAY = r"^\d{4}-\d{2}-\d{2}$"


def names() -> tuple[str, ...]:
    """The files that have a schema."""
    return tuple(sorted(_MAKERS))


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a document out of `names()`; that of `baseline` is of one line. Raises `KeyError` for other names."""
    made = _MAKERS[name]()
    return {"$schema": _DIALECT, "title": f"zscan {name}", **made}


def render(name: str) -> bytes:
    """The schema as indented JSON with sorted keys."""
    return msgspec.json.format(msgspec.json.encode(schema(name), order="sorted"), indent=2) + b"\n"


def _of(kind: Any) -> dict[str, Any]:
    return msgspec.json.schema(kind)


def _definition(made: dict[str, Any], name: str) -> dict[str, Any]:
    definition: dict[str, Any] = made["$defs"][name]
    return definition


def _scan() -> dict[str, Any]:
    made = _of(scanfile.ScanDocument)
    for definition in made["$defs"].values():
        definition.pop("additionalProperties", None)  # optional members may be added within v1
    _definition(made, "ScanDocument")["properties"]["schema"] = {"const": SCAN_SCHEMA}
    _definition(made, "Asset")["properties"]["type"] = {"enum": sorted(VOCABULARY.types)}
    _definition(made, "Asset")["properties"]["facts"] = {"$ref": "#/$defs/Facts"}
    made["$defs"]["Facts"] = _facts()
    return made


def _facts() -> dict[str, Any]:
    """All facts of the vocabulary as nested objects; which of them an asset carries follows from its type."""
    root: dict[str, Any] = {
        "type": "object",
        "properties": {},
        "description": "Facts that are known. One that is absent is unknown or not offered.",
    }
    for facet in sorted(VOCABULARY.facets.values(), key=lambda one: one.name):
        node = root
        for part in facet.name.split("."):
            node = node["properties"].setdefault(part, {"type": "object", "properties": {}})
        node["description"] = facet.doc
        for name, fact in sorted(facet.facts.items()):
            node["properties"][name] = {"anyOf": [_fact(fact.type), {"type": "null"}], "description": fact.doc}
    return root


def _fact(kind: FactType | FactRecord) -> dict[str, Any]:
    match kind:
        case Scalar(name):
            return {"type": {"bool": "boolean", "int": "integer", "str": "string", "date": "string"}[name]}
        case Enum(members):
            return {"enum": list(members)}
        case MapOf():
            return {"type": "object", "additionalProperties": {"type": "string"}}
        case ListOf(item):
            return {"type": "array", "items": {"anyOf": [_fact(item), {"type": "null"}]}}
        case FactRecord(fields):
            return {"type": "object", "properties": {name: {"anyOf": [_fact(one), {"type": "null"}]} for name, one in fields.items()}}


def _rule() -> dict[str, Any]:
    made = _of(Rule)
    properties = _definition(made, "Rule")["properties"]
    properties["id"] = {"type": "string", "pattern": r"^ZS-[A-Z]{3}-\d{2,3}$"}
    properties["assets"]["items"] = {"enum": sorted(VOCABULARY.types)}
    return made


def _mapping() -> dict[str, Any]:
    made = _of(Framework)
    _definition(made, "Framework")["properties"]["schema"] = {"const": MAPPING_SCHEMA}
    return made


def _waivers() -> dict[str, Any]:
    made = _of(WaiverFile)
    _definition(made, "WaiverFile")["properties"]["schema"] = {"const": WAIVERS_SCHEMA}
    waiver = _definition(made, "Waiver")["properties"]
    for name in ("id", "rule", "asset", "owner", "approver", "reason"):
        waiver[name] = {"type": "string", "minLength": 1}
    waiver["expires"] = {"type": "string", "pattern": _DAY, "description": "The last day on which it holds (UTC)."}
    waiver["approved_on"] = {"type": "string", "pattern": _DAY}
    return made


def _config() -> dict[str, Any]:
    made = _of(config.Config)
    _definition(made, "PublicByDesign")["properties"]["expires"] = {"type": "string", "pattern": _DAY}
    return made


def _baseline() -> dict[str, Any]:
    """A baseline is JSON lines: the first line is a header, each other one a finding."""
    (first, second), definitions = msgspec.json.schema_components([Header, Record], ref_template="#/$defs/{name}")
    definitions["Header"]["properties"]["schema"] = {"const": BASELINE_SCHEMA}
    return {"anyOf": [first, second], "$defs": definitions}


def _access() -> dict[str, Any]:
    made = _of(AccessDocument)
    for definition in made["$defs"].values():
        definition.pop("additionalProperties", None)  # optional members may be added within v1
    _definition(made, "AccessDocument")["properties"]["schema"] = {"const": ACCESS_SCHEMA}
    return made


_MAKERS: dict[str, Callable[[], dict[str, Any]]] = {
    "scan": _scan,
    "rule": _rule,
    "mapping": _mapping,
    "waivers": _waivers,
    "config": _config,
    "baseline": _baseline,
    "access": _access,
}
