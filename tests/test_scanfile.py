"""The scan document: written, read, and described by its schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from tests.scan_builders import asset, finding, rich_scan, rule, scan
from zscan import schemas
from zscan.errors import UsageError
from zscan.model.asset import Asset
from zscan.scanfile import decode, encode, encode_lines, read


def test_round_trip_gives_the_same_bytes_and_the_same_facts() -> None:
    first = rich_scan()
    data = encode(first)
    again = decode(data)
    assert encode(again) == data
    assert encode(rich_scan()) == data
    live = list(again.assets)[0]  # noqa: RUF015 (assets can be iterated, no more)
    assert live.facts.network.public_access is True
    assert live.facts.network.cleartext_backends[-1] is None
    assert live.facts.encryption is not None
    assert again.rules == first.rules
    assert list(again.findings) == list(first.findings)
    assert again.gaps == first.gaps


def test_a_line_holds_one_asset_or_finding_and_lists_can_be_streams() -> None:
    class Stream:
        def __iter__(self) -> Iterator[Asset]:
            return iter([asset("a"), asset("b")])

    streamed = scan(Stream(), [finding("ZS-NET-01", "a")], [rule("ZS-NET-01")])  # type: ignore[arg-type]
    data = b"".join(encode_lines(streamed))
    assert json.loads(data)["assets"][1]["id"] == "b"
    assert sum(line.startswith((b'{"id":"a"', b',{"id":"b"', b'{"id":"b"', b',\n{"id":"b"')) for line in data.splitlines()) == 2
    assert encode(streamed) == data


def test_members_of_later_versions_are_passed_over() -> None:
    document = json.loads(encode(rich_scan()))
    document["later"] = 1
    document["rules"][0]["later"] = {"a": 1}
    document["rules"][0]["verify"][0]["later"] = True
    document["assets"][0]["later"] = []
    document["assets"][0]["facts"]["later"] = {"fact": 1}
    document["findings"][0]["later"] = "x"
    document["objectives"][0]["later"] = "x"
    again = decode(json.dumps(document).encode())
    assert encode(again) == encode(rich_scan())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(schema="zscan.scan/v2"), "this version"),
        (lambda d: d.pop("schema"), "this version"),
        (lambda d: d.pop("run"), "run"),
        (lambda d: d["assets"][0].update(type="spaceship"), "spaceship"),
        (lambda d: d["assets"][0]["facts"]["network"].update(public_access="yes"), "bool"),
        (lambda d: d["findings"][0].update(status="green"), "green"),
    ],
)
def test_what_is_not_a_scan_is_refused_in_words(change: Callable[[Any], object], words: str) -> None:
    document = json.loads(encode(rich_scan()))
    change(document)
    with pytest.raises(UsageError) as caught:
        decode(json.dumps(document).encode(), "old.json")
    assert words in caught.value.diagnostics()
    assert "old.json" in caught.value.message


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"schema": 3}'])
def test_bytes_that_are_no_json_document_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        decode(data)


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none.json")


@pytest.mark.parametrize("name", schemas.names())
def test_schemas_are_valid_and_stable(name: str) -> None:
    Draft202012Validator.check_schema(schemas.schema(name))
    assert schemas.render(name) == schemas.render(name)


def test_an_encoded_scan_follows_the_schema_of_scans() -> None:
    validator = Draft202012Validator(schemas.schema("scan"))
    document = json.loads(encode(rich_scan()))
    assert list(validator.iter_errors(document)) == []
    document["later"] = 1
    assert list(validator.iter_errors(document)) == []
    document["assets"][0]["facts"]["network"]["public_access"] = "yes"
    assert list(validator.iter_errors(document))


@pytest.mark.parametrize("member", ["run", "assets", "summary", "frameworks"])
def test_the_schema_of_scans_demands_its_members(member: str) -> None:
    document = json.loads(encode(rich_scan()))
    del document[member]
    assert list(Draft202012Validator(schemas.schema("scan")).iter_errors(document))


def test_the_schema_of_rules_refuses_misspelt_members() -> None:
    validator = Draft202012Validator(schemas.schema("rule"))
    good = json.loads(msgspec.json.encode(rule("ZS-NET-01")))
    assert list(validator.iter_errors(good)) == []
    assert list(validator.iter_errors(good | {"severty": "low"}))
    assert list(validator.iter_errors(good | {"assets": ["spaceship"]}))
    assert list(validator.iter_errors(good | {"id": "NET-1"}))
