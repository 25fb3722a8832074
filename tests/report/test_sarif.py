from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator

from tests.report.fixtures import (
    ASSETS,
    ENDPOINT,
    FINDINGS,
    MCP,
    RUN,
    VALID_WAIVER,
    asset,
    empty_scan,
    finding,
    rule,
    sample_scan,
)
from tests.report.sarif_log import FAIL, SCANS, UNKNOWN, files, log, notes, results, uri, validated
from zscan.model.finding import Finding, Status
from zscan.model.gap import gap
from zscan.model.rule import Severity
from zscan.model.scan import Scan, Target
from zscan.model.unknown import ReasonCode
from zscan.report.sarif import render

every_scan = pytest.mark.parametrize("scan", SCANS.values(), ids=SCANS.keys())

# ---- validity


@every_scan
def test_the_schema_of_oasis_accepts_it(scan: Scan, shared: Path) -> None:
    schema = json.loads((shared / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    assert [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(log(scan))] == []


@every_scan
def test_the_rules_of_github_find_no_error(scan: Scan, tmp_path: Path) -> None:
    found = validated(render(scan), tmp_path)
    assert [result["message"] for result in found if result.get("level") == "error"] == []
    assert {result["ruleId"] for result in found} <= {"SARIF2005"}  # no page on the web to name


def test_the_validator_does_find_errors(tmp_path: Path) -> None:
    broken = log(sample_scan())
    del broken["runs"][0]["results"][0]["locations"]
    assert "GH1" in {result["ruleId"][:3] for result in validated(json.dumps(broken).encode(), tmp_path) if result.get("level") == "error"}


def members(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from members(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from members(item, f"{path}[{index}]")


@every_scan
def test_no_member_is_empty(scan: Scan) -> None:
    assert [path for path, value in members(log(scan)) if value == "" or value is None] == []


def test_no_member_is_empty_when_the_scan_says_little() -> None:
    bare = rule("ZS-NET-77", "", ("endpoint",), Severity.LOW, why="", fix={}, verify=(), references=(), message="")
    silent = Finding(
        id="f-1",
        rule_id=bare.id,
        asset_id="a",
        status=FAIL,
        severity=Severity.LOW,
        message="",
        evidence_class="observed",
        change="not_reverified",
    )
    nameless = asset("a", "endpoint", "", "T", account="", region="", provider="")
    run = msgspec.structs.replace(RUN, targets=(Target("path", ""),), started_at="", finished_at="", collected_from=RUN.evaluated_as_of)
    scan = sample_scan(
        rules=(bare,),
        findings=(silent,),
        assets=(nameless,),
        run=msgspec.structs.replace(run, collected_to=RUN.evaluated_as_of),
        frameworks=(),
    )
    scan.tool = msgspec.structs.replace(scan.tool, rules_digest="", mappings_digest="")
    assert [path for path, value in members(log(scan)) if value == ""] == []


@every_scan
def test_limits_of_code_scanning(scan: Scan) -> None:
    document = log(scan)
    assert document["version"] == "2.1.0"
    assert len(document["runs"]) <= 20
    for run in document["runs"]:
        for descriptor in run["tool"]["driver"]["rules"]:
            assert len(descriptor["properties"]["tags"]) <= 10
            assert "security" in descriptor["properties"]["tags"]
            assert len(descriptor["name"]) <= 255
            assert max(len(descriptor[text]["text"]) for text in ("shortDescription", "fullDescription")) <= 1024
            assert descriptor["help"]["text"]
            assert descriptor["help"]["markdown"]
        for result in run["results"]:
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["message"]["text"]
            (location,) = result["locations"]
            region = location["physicalLocation"]["region"]
            assert region.keys() == {"startLine", "startColumn", "endLine", "endColumn"}
            assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
            assert set(result["partialFingerprints"]) == {"primaryLocationLineHash", "zscanFindingId/v1"}


@every_scan
def test_addresses_are_relative_and_encoded(scan: Scan) -> None:
    for result in results(scan):
        assert re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+(?:/(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)*", uri(result))
        assert not {"", ".", ".."} & set(uri(result).split("/"))


# ---- what becomes a result


def test_open_failures_and_nothing_else_are_results() -> None:
    found = {finding_id for result in results(sample_scan()) for finding_id in result["properties"]["findingIds"]}
    assert found == {known.id for known in FINDINGS if known.counts_as_failure}
    accepted = [known.id for known in FINDINGS if known.waiver and not known.waiver.expired]
    assert accepted
    assert not found & set(accepted)


def test_an_expired_waiver_is_said() -> None:
    (result,) = (r for r in results(sample_scan()) if r["ruleId"] == "ZS-NET-01" and uri(r).endswith("/chat"))
    assert "the accepted risk W-2026-002 has expired: 2026-10-31" in result["message"]["text"]


@pytest.mark.parametrize(
    ("severity", "level", "band"),
    [
        (Severity.CRITICAL, "error", (9.0, 10.0)),
        (Severity.HIGH, "error", (6.9, 9.0)),
        (Severity.MEDIUM, "warning", (3.9, 7.0)),
        (Severity.LOW, "note", (0.0, 4.0)),
    ],
)
def test_severities(severity: Severity, level: str, band: tuple[float, float]) -> None:
    (run,) = log(files(finding("ZS-NET-01", ENDPOINT, FAIL, severity=severity), rules=(rule("ZS-NET-01", "t", ("endpoint",), severity),)))[
        "runs"
    ]
    (descriptor,) = run["tool"]["driver"]["rules"]
    assert run["results"][0]["level"] == level == descriptor["defaultConfiguration"]["level"]
    assert isinstance(descriptor["properties"]["security-severity"], str)
    assert band[0] < float(descriptor["properties"]["security-severity"]) < band[1]


def test_the_confidence_of_a_rule_is_its_precision() -> None:
    unsure = rule("ZS-NET-01", "t", ("endpoint",), Severity.LOW, confidence="low")
    (run,) = log(files(rules=(unsure,)))["runs"]
    assert run["tool"]["driver"]["rules"][0]["properties"]["precision"] == "low"


@every_scan
def test_results_come_worst_first(scan: Scan) -> None:
    ranks = {"critical": 3, "high": 2, "medium": 1, "low": 0}
    for run in log(scan)["runs"]:
        order = [ranks[result["properties"]["severity"]] for result in run["results"]]
        assert order == sorted(order, reverse=True)


def test_the_order_of_the_scan_does_not_matter() -> None:
    mixed = sample_scan(findings=FINDINGS[::-1], assets=ASSETS[::-1])
    assert render(mixed) == render(sample_scan())


def test_unknown_is_a_notification_with_the_gap() -> None:
    unknown = {known.id for known in FINDINGS if known.status is UNKNOWN}
    assert unknown
    assert not [r for r in results(sample_scan()) if unknown & set(r["properties"]["findingIds"])]
    texts = {note["message"]["text"]: note["level"] for note in notes(sample_scan(), "gap")}
    assert len(texts) == 4
    (denied,) = (text for text in texts if "sagemaker:DescribeModel" in text)
    assert "The permission sagemaker:DescribeModel would have answered." in denied
    assert "Checks without a verdict because of it: 2." in denied
    assert sorted(texts.values()) == ["note", "note", "warning", "warning"]
    assert texts[denied] == "warning"


def test_gaps_with_one_cause_are_one_notification() -> None:
    regions = [
        gap(scope=f"aws/111122223333/r{i}", call="sagemaker:ListModels", reason=ReasonCode.DENIED, permission="p:q") for i in range(30)
    ]
    (note,) = notes(sample_scan(gaps=tuple(regions)), "gap")
    assert "It stands for 30 gaps." in note["message"]["text"]
    assert "and 10 more" in note["message"]["text"]


def test_what_was_not_assessed_is_a_notification() -> None:
    hard, soft = sorted(notes(sample_scan(), "not-assessed"), key=lambda note: str(note["level"]), reverse=True)
    assert hard["level"] == "warning"
    assert "ZS-RES-01" in hard["message"]["text"]
    assert soft["level"] == "note"
    assert "ZS-LOG-01, ZS-LOG-02" in soft["message"]["text"]


def test_limits_of_the_run_are_notifications() -> None:
    clock = notes(sample_scan(), "clock")[0]["message"]["text"]
    assert clock.startswith("Evaluated as of 2026-11-24T00:00:00Z, collected ")
    assert "regions: eu-central-1" in notes(sample_scan(), "narrowed")[0]["message"]["text"]
    assert [note["level"] for note in notes(sample_scan(), "incomplete")] == ["warning"]
    assert notes(empty_scan()) == []


def test_kinds_of_notifications_are_described() -> None:
    for run in log(sample_scan())["runs"]:
        described = [descriptor["id"] for descriptor in run["tool"]["driver"]["notifications"]]
        for note in run["invocations"][0]["toolExecutionNotifications"]:
            assert described[note["descriptor"]["index"]] == note["descriptor"]["id"]


# ---- a baseline's failures that could not be verified again


@pytest.mark.parametrize("status", [FAIL, UNKNOWN])
def test_failures_out_of_sight_stay(status: Status) -> None:
    lost = finding("ZS-ART-02", MCP, status, change="not_reverified", last_verified="2026-01-02T03:04:05Z")
    (result,) = results(files(lost))
    assert "not re-verified since 2026-01-02T03:04:05Z" in result["message"]["text"]
    assert result["properties"]["changes"] == ["not_reverified"]


def test_an_unknown_that_did_not_fail_before_is_no_result() -> None:
    assert results(files(finding("ZS-ART-02", MCP, UNKNOWN))) == []


def test_an_accepted_failure_out_of_sight_stays_accepted() -> None:
    assert results(files(finding("ZS-ART-02", MCP, UNKNOWN, change="not_reverified", waiver=VALID_WAIVER))) == []


def test_a_failure_whose_asset_and_rule_are_gone_is_still_valid(tmp_path: Path) -> None:
    lost = Finding(
        id="f-1",
        rule_id="ZS-OLD-01",
        asset_id="arn:aws:x/<y>",
        status=FAIL,
        severity=Severity.HIGH,
        message="m",
        evidence_class="observed",
        change="not_reverified",
    )
    scan = sample_scan(findings=(lost,))
    (result,) = results(scan)
    assert uri(result) == "zscan/unseen/arn%3Aaws%3Ax%2F%3Cy%3E"
    assert "not re-verified since the baseline" in result["message"]["text"]
    assert [r for r in validated(render(scan), tmp_path) if r.get("level") == "error"] == []
