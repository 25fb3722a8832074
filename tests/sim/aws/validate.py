"""Are an estate's answers ones AWS could give? Checked against botocore's output shapes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.utils import parse_to_aware_datetime

from .estate import MEMBERS
from .faults import Fault
from .services import SIGNING_NAMES, Service, service

_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "bigdecimal": (int, float),
}


@dataclass(frozen=True)
class _Rules:
    required: bool
    any_case: bool = False


def validate_estate(estate: Any, *, required: bool = True) -> list[str]:
    """Return what is wrong with an estate: unknown operations and members, wrong types, impossible enum values.

    Takes a document or a builder. With `required`, members that AWS always sends must be there too.
    """
    document: Mapping[str, Any] = getattr(estate, "document", estate)
    return list(_document(document, _Rules(required)))


def _document(document: Mapping[str, Any], rules: _Rules) -> Iterator[str]:
    for name in sorted(set(document) - MEMBERS):
        yield f"{name}: unknown member of an estate"
    for account, regions in document.get("accounts", {}).items():
        if not (len(account) == 12 and account.isdigit()):
            yield f"accounts.{account}: an account is 12 digits"
        for region, services in regions.items():
            for name, operations in services.items():
                yield from _service(f"{account}/{region}/{name}", name, operations, rules)
    for at, fault in enumerate(document.get("faults") or []):
        yield from _fault(f"faults[{at}]", fault)


def _service(where: str, name: str, operations: Mapping[str, Any], rules: _Rules) -> Iterator[str]:
    if name not in SIGNING_NAMES:
        yield f"{where}: not a served service"
        return
    known = service(name)
    rules = replace(rules, any_case=known.protocol == "ec2")
    for op, answer in operations.items():
        if op not in known.operations:
            yield f"{where}: no operation {op}"
        elif isinstance(answer, list):
            for at, row in enumerate(answer):
                yield from _row(f"{where}.{op}[{at}]", known, op, row, rules)
        else:
            yield from _response(f"{where}.{op}", known, op, answer, rules)


def _row(where: str, known: Service, op: str, row: Mapping[str, Any], rules: _Rules) -> Iterator[str]:
    if "match" not in row or ("response" in row) == ("error" in row):
        yield f"{where}: a row has match and one of response and error"
        return
    for name in sorted(set(row["match"]) - set(known.input_members(op))):
        yield f"{where}.match: {op} has no parameter {name}"
    for name in sorted(set(row) - {"match", "response", "error", "message", "status"}):
        yield f"{where}: unknown member {name}"
    if "response" in row:
        yield from _response(f"{where}.response", known, op, row["response"], rules)


def _response(where: str, known: Service, op: str, answer: Any, rules: _Rules) -> Iterator[str]:
    shape = known.operation(op).output_shape
    if shape is None:
        if answer:
            yield f"{where}: {op} answers nothing"
        return
    yield from _shape(where, shape, answer, rules)


def _fault(where: str, fault: Mapping[str, Any]) -> Iterator[str]:
    try:
        parsed = Fault.parse(fault)
    except (ValueError, TypeError) as error:
        yield f"{where}: {error}"
        return
    if "*" in parsed.service or "?" in parsed.service:
        return
    if parsed.service not in SIGNING_NAMES:
        yield f"{where}: {parsed.service} is not a served service"
    elif not any(mark in parsed.op for mark in "*?[") and parsed.op not in service(parsed.service).operations:
        yield f"{where}: {parsed.service} has no operation {parsed.op}"


def _shape(where: str, shape: Any, value: Any, rules: _Rules) -> Iterator[str]:  # noqa: C901 (one branch per kind of shape)
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(where, shape, value, rules)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{where}: a list, not {_name(value)}"
            return
        for at, item in enumerate(value):
            yield from _shape(f"{where}[{at}]", shape.member, item, rules)
    elif kind == "map":
        if not isinstance(value, Mapping):
            yield f"{where}: a map, not {_name(value)}"
            return
        for key, item in value.items():
            yield from _shape(f"{where}.{key}", shape.value, item, rules)
    elif kind == "timestamp":
        try:
            parse_to_aware_datetime(value)
        except (ValueError, TypeError, AttributeError, RuntimeError):
            yield f"{where}: a time, not {value!r}"
    elif kind == "blob":
        yield from _blob(where, value)
    elif not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{where}: {kind}, not {_name(value)}"
    elif (enum := getattr(shape, "enum", None)) and not _in_enum(value, enum, rules):
        yield f"{where}: {value!r} is none of {', '.join(enum)}"


def _in_enum(value: Any, enum: list[str], rules: _Rules) -> bool:
    # EC2's model and EC2 differ in case ("Available", "available")
    return value in enum or (rules.any_case and str(value).lower() in {one.lower() for one in enum})


def _structure(where: str, shape: Any, value: Any, rules: _Rules) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, Mapping):
        yield f"{where}: a structure, not {_name(value)}"
        return
    for name, item in value.items():
        if name not in shape.members:
            yield f"{where}: unknown member {name}"
        else:
            yield from _shape(f"{where}.{name}", shape.members[name], item, rules)
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{where}: exactly one of {', '.join(shape.members)}"
    if rules.required:
        for name in shape.required_members:
            # a token that the model calls required is left out on the last page all the same
            if name not in value and not name.lower().endswith("token"):
                yield f"{where}: required member {name} is missing"


def _blob(where: str, value: Any) -> Iterator[str]:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        yield f"{where}: base64, not {_name(value)}"


def _name(value: Any) -> str:
    return "null" if value is None else type(value).__name__
