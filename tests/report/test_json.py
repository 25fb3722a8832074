from __future__ import annotations

import json

import msgspec
from jsonschema import Draft202012Validator

from tests.report.fixtures import ASSETS, FINDINGS, HOSTILE_NAME, empty_scan, sample_scan
from zscan import scanfile, schemas
from zscan.report import formats
from zscan.report.json import FORMAT


def test_the_report_is_the_saved_scan() -> None:
    assert formats()["json"] is FORMAT
    assert FORMAT.render(sample_scan()) == scanfile.encode(sample_scan())


def test_the_report_is_valid_by_its_schema() -> None:
    validator = Draft202012Validator(schemas.schema("scan"))
    for scan in (sample_scan(), empty_scan()):
        assert [error.message for error in validator.iter_errors(json.loads(FORMAT.render(scan)))] == []


def test_reading_it_back_loses_nothing() -> None:
    read = scanfile.decode(FORMAT.render(sample_scan()))
    assert tuple(read.findings) == FINDINGS
    assert [msgspec.to_builtins(asset) for asset in read.assets] == [msgspec.to_builtins(asset) for asset in ASSETS]
    assert any(asset.name == HOSTILE_NAME for asset in read.assets)


def test_assets_and_findings_take_a_line_each() -> None:
    lines = FORMAT.render(sample_scan()).decode().splitlines()
    assert sum('"rule_id"' in line and '"asset_id"' in line for line in lines) == len(FINDINGS)


def test_it_holds_no_control_character() -> None:
    assert not [byte for byte in FORMAT.render(sample_scan()) if byte < 0x20 and byte != 0x0A]
