from __future__ import annotations

import json
import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator

from tests.report.fixtures import (
    AGENT,
    ASSETS,
    DENIED_GAP,
    ENDPOINT,
    FINDINGS,
    FRAMEWORKS,
    HOSTILE,
    MCP,
    RULES,
    RUN,
    TF_NOTEBOOK,
    UNPARSABLE_GAP,
    VALID_WAIVER,
    asset,
    big_scan,
    control,
    empty_scan,
    fact,
    finding,
    rule,
    sample_scan,
)
from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status, finding_id
from zscan.model.framework import ControlEvidence, ControlStatus
from zscan.model.gap import gap
from zscan.model.rule import Severity, Verify
from zscan.model.scan import Scan, Target
from zscan.model.source import ApiSource, FileSource
from zscan.model.unknown import ReasonCode
from zscan.report import sarif_results
from zscan.report.places import Spot
from zscan.report.sarif import render
from zscan.report.sarif_targets import MOST_RUNS, Assignment, category, parts
from zscan.report.sarif_text import file_uri, identifier, plain, synthetic_uri

ROOT = Path(__file__).parents[2]
NOT_INSTALLED = "sarif-multitool is not installed"
FAIL, UNKNOWN = Status.FAIL, Status.UNKNOWN


def log(scan: Scan) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(scan))
    return document


def results(scan: Scan) -> list[dict[str, Any]]:
    return [result for run in log(scan)["runs"] for result in run["results"]]


def notes(scan: Scan, kind: str = "") -> list[dict[str, Any]]:
    found = [note for run in log(scan)["runs"] for call in run["invocations"] for note in call["toolExecutionNotifications"]]
    return [note for note in found if kind in {"", note["descriptor"]["id"]}]


def uri(result: dict[str, Any]) -> str:
    (location,) = result["locations"]
    text: str = location["physicalLocation"]["artifactLocation"]["uri"]
    return text


def line(result: dict[str, Any]) -> int:
    number: int = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    return number


def fingerprint(result: dict[str, Any]) -> str:
    text: str = result["partialFingerprints"]["primaryLocationLineHash"]
    return text


def files(*findings: Finding, assets: tuple[Asset, ...] = ASSETS, **more: Any) -> Scan:
    """A scan of one folder."""
    run = msgspec.structs.replace(RUN, targets=(Target("path", ".", ("infra/main.tf",)),))
    return sample_scan(findings=findings, assets=assets, run=more.pop("run", run), gaps=(), not_assessed=(), **more)


def tf(address: str, number: int, file: str = "infra/main.tf") -> Asset:
    """A declared endpoint at a line."""
    place = FileSource(file, number)
    return asset(
        f"infra#{address}",
        "endpoint",
        address,
        "AWS::SageMaker::Endpoint",
        view="declared",
        account="",
        region="",
        unit="infra",
        source=place,
    )


# ---- validity


def extremes() -> Scan:
    """Everything that comes near a limit."""
    odd = asset("x" * 3000, "endpoint", "../" + "n" * 3000, "T", region="", account="")
    long = rule(
        "ZS-NET-77",
        "t" * 2000,
        ("endpoint",),
        Severity.CRITICAL,
        why="w" * 5000,
        known_gaps="`{0}` is not seen",
        verify=(Verify("aws", "cat ``` {name}", "<b>"),),
        references=("https://example.com/a", "javascript:alert(1)"),
    )
    links = tuple(
        control(f"C {i}", "c" * 1500, ControlStatus.NOT_ASSESSED, objectives=(ControlEvidence("OBJ-NET-1", "partial", ""),))
        for i in range(40)
    )
    chapter = msgspec.structs.replace(FRAMEWORKS[0], controls=links)
    failing = Finding(
        id=finding_id(long.id, odd.id),
        rule_id=long.id,
        asset_id=odd.id,
        status=FAIL,
        severity=long.severity,
        message="m" * 9000,
        evidence_class="observed",
    )
    return sample_scan(rules=(*RULES, long), assets=(*ASSETS, odd), findings=(*FINDINGS, failing), frameworks=(chapter, FRAMEWORKS[1]))


SCANS = {"sample": sample_scan(), "empty": empty_scan(), "big": big_scan(2000), "extremes": extremes()}
every_scan = pytest.mark.parametrize("scan", SCANS.values(), ids=SCANS.keys())


@every_scan
def test_the_schema_of_oasis_accepts_it(scan: Scan, shared: Path) -> None:
    schema = json.loads((shared / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    assert [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(log(scan))] == []


def multitool() -> Path:
    """The validator itself: its wrapper hands arguments to a shell, which would cut `Sarif;Gh` in two."""
    found = sorted((ROOT / "build" / "node" / "node_modules" / "@microsoft").glob("sarif-multitool-*/Sarif.Multitool*"))
    programs = [path for path in found if path.suffix in {".Multitool", ".exe"}]
    if not programs:
        pytest.skip(NOT_INSTALLED)
    return programs[0]


def validated(document: bytes, folder: Path) -> list[dict[str, Any]]:
    """What the rules of the standard and of GitHub find. The exit code is 0 whatever they find."""
    given, found = folder / "given.sarif", folder / "found.sarif"
    given.write_bytes(document)
    run = subprocess.run(
        [multitool(), "validate", given, "-o", found, "--rule-kind", "Sarif;Gh", "--log", "ForceOverwrite"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.exists(), run.stdout + run.stderr
    answer = json.loads(found.read_text(encoding="utf-8-sig"))
    return [result for part in answer["runs"] for result in part.get("results", [])]


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


# ---- places


def test_a_failure_of_a_file_stands_at_the_line_that_fails() -> None:
    by_rule = {result["ruleId"]: result for result in results(sample_scan()) if uri(result).endswith((".tf", ".yaml"))}
    assert (uri(by_rule["ZS-NET-02"]), line(by_rule["ZS-NET-02"])) == ("infra/main.tf", 44)
    assert (uri(by_rule["ZS-SEC-01"]), line(by_rule["ZS-SEC-01"])) == ("k8s/mcp.yaml", 27)
    assert by_rule["ZS-NET-02"]["locations"][0]["logicalLocations"] == [
        {"name": "lab", "fullyQualifiedName": TF_NOTEBOOK, "kind": "resource"}
    ]


def test_without_a_line_of_evidence_it_stands_at_the_asset() -> None:
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL)))
    assert (uri(result), line(result)) == ("infra/main.tf", 41)


def test_evidence_on_the_asset_itself_goes_before_that_of_others() -> None:
    elsewhere = fact("infra#role", "p", True, "", FileSource("infra/iam.tf", 3))
    own = fact(TF_NOTEBOOK, "q", True, "", FileSource("infra/main.tf", 46))
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL, evidence=elsewhere + own)))
    assert (uri(result), line(result)) == ("infra/main.tf", 46)
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL, evidence=elsewhere)))
    assert (uri(result), line(result)) == ("infra/iam.tf", 3)


def test_a_live_asset_has_a_stable_address_of_its_own() -> None:
    (chat, hostile) = sorted((r for r in results(sample_scan()) if r["ruleId"] == "ZS-NET-01"), key=uri, reverse=True)
    assert uri(chat) == "zscan/aws/111122223333/eu-west-1/endpoint/chat"
    assert chat["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    assert chat["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == ENDPOINT
    assert uri(hostile).startswith("zscan/aws/111122223333/eu-west-1/endpoint/%22%3E%3Cscript%3E")
    assert not re.search("%[01][0-9A-F]|%E2%80%AE", uri(hostile))
    role = next(r for r in results(sample_scan()) if r["ruleId"] == "ZS-IDN-01")
    assert uri(role) == "zscan/aws/111122223333/global/identity/ml-admin"


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("infra/main.tf", "infra/main.tf"),
        ("./a b/ü#?%.tf", "a%20b/%C3%BC%23%3F%25.tf"),
        ("C:\\work\\x.tf", "x.tf"),
        ("c:/Users/me/infra/main.tf", "main.tf"),
        ("/home/me/infra/main.tf", "main.tf"),
        ("../../x.tf", "x.tf"),
        ("a:b.tf", "a%3Ab.tf"),
        ("\ud800.tf", "%ED%A0%80.tf"),
        ("", "-"),
    ],
)
def test_file_addresses(file: str, address: str) -> None:
    assert file_uri(file) == address


def test_names_that_are_no_names_keep_addresses_apart() -> None:
    odd = ["", ".", "..", "a/b", "x" * 500, "x" * 501, "é" * 400]
    addresses = [synthetic_uri(name) for name in odd]
    assert len(set(addresses)) == len(odd)
    assert all(len(address) < 250 and ".." not in address and address.count("/") == 1 for address in addresses)


# ---- identity and folding


def test_fingerprints_do_not_move_with_lines() -> None:
    def moved(known: Finding) -> Finding:
        evidence = tuple(
            msgspec.structs.replace(item, source=FileSource(item.source.file, item.source.line + 100))
            if isinstance(item.source, FileSource)
            else item
            for item in known.evidence
        )
        return msgspec.structs.replace(known, evidence=evidence)

    before = {uri(r) + r["ruleId"]: r for r in results(sample_scan())}
    after = {uri(r) + r["ruleId"]: r for r in results(sample_scan(findings=tuple(moved(known) for known in FINDINGS)))}
    assert {key: r["partialFingerprints"] for key, r in before.items()} == {key: r["partialFingerprints"] for key, r in after.items()}
    assert any(line(before[key]) != line(after[key]) for key in before)


def test_every_result_has_an_identity_of_its_own() -> None:
    found = [fingerprint(result) for result in results(sample_scan())]
    assert len(set(found)) == len(found) > 10


def test_the_identity_is_known() -> None:
    """A change of this value would close and reopen every alert of every user."""
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL)))
    assert result["partialFingerprints"] == {
        "primaryLocationLineHash": "59981e235b172798:1",
        "zscanFindingId/v1": finding_id("ZS-NET-02", TF_NOTEBOOK),
    }


def test_instances_on_one_line_are_one_result() -> None:
    many = tuple(tf(f"e[{i}]", 7) for i in range(3))
    (result,) = results(files(*(finding("ZS-NET-01", one.id, FAIL, "open") for one in many), assets=many))
    assert result["message"]["text"] == "open (one of 3 elements on this line that fail, in 3 assets)"
    assert result["properties"]["instances"] == 3
    assert len(result["locations"][0]["logicalLocations"]) == 3


def test_instances_on_other_lines_or_of_other_rules_stay_apart() -> None:
    many = (tf("a", 7), tf("b", 8), tf("c", 7, "infra/other.tf"))
    found = results(files(*(finding(r, one.id, FAIL) for one in many for r in ("ZS-NET-01", "ZS-NET-03")), assets=many))
    assert len(found) == 6
    assert len({fingerprint(result) for result in found}) == 6


def test_a_folded_result_keeps_its_identity_when_others_join() -> None:
    many = tuple(tf(f"e[{i}]", 7) for i in range(3))
    (one,) = results(files(finding("ZS-NET-01", many[0].id, FAIL), assets=many))
    (three,) = results(files(*(finding("ZS-NET-01", each.id, FAIL) for each in many), assets=many))
    assert fingerprint(one) == fingerprint(three)


def test_elements_of_a_live_asset_are_one_result() -> None:
    found = [finding("ZS-AGT-02", AGENT, FAIL, f"may call {key}", key=key) for key in ("pay", "refund")]
    (both,) = results(sample_scan(findings=tuple(found)))
    assert both["message"]["text"] == "may call pay (one of 2 elements of this asset that fail)"
    (one,) = results(sample_scan(findings=(found[1],)))
    assert fingerprint(both) == fingerprint(one)


def test_elements_on_lines_of_their_own_have_identities_of_their_own() -> None:
    found = [
        finding("ZS-NET-02", TF_NOTEBOOK, FAIL, key=str(i), evidence=fact(TF_NOTEBOOK, "p", 1, "", FileSource("infra/main.tf", i)))
        for i in (5, 6)
    ]
    assert len({fingerprint(result) for result in results(files(*found))}) == 2


def test_live_assets_of_one_name_are_not_folded() -> None:
    twins = tuple(asset(f"arn:{i}", "agent", "twin", "T") for i in range(2))
    found = results(sample_scan(assets=twins, findings=tuple(finding("ZS-GRD-01", one.id, FAIL) for one in twins)))
    assert len(found) == 2
    assert len({fingerprint(result) for result in found}) == 2


def test_above_the_limit_whole_rules_are_folded_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_results, "MOST_RESULTS", 12)
    many = tuple(tf(f"e{i}", i + 1) for i in range(20))
    found = [finding("ZS-NET-01", one.id, FAIL) for one in many] + [finding("ZS-NET-03", one.id, FAIL) for one in many[:5]]
    scan = files(*found, assets=many)
    shown = results(scan)
    assert [result["ruleId"] for result in shown] == ["ZS-NET-01"] + ["ZS-NET-03"] * 5
    assert "one of 20 failures of this rule, in 20 assets; all are folded into this result" in shown[0]["message"]["text"]
    (note,) = notes(scan, "folded")
    assert note["level"] == "warning"
    assert "25 open failures" in note["message"]["text"]
    assert "ZS-NET-01." in note["message"]["text"]
    assert "ZS-NET-03" not in note["message"]["text"]


def test_below_the_limit_nothing_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_results, "MOST_RESULTS", 20)
    many = tuple(tf(f"e{i}", i + 1) for i in range(20))
    scan = files(*(finding("ZS-NET-01", one.id, FAIL) for one in many), assets=many)
    assert len(results(scan)) == 20
    assert notes(scan, "folded") == []


def test_more_than_is_shown_is_said() -> None:
    scan = files(*(finding("ZS-NET-01", f"arn:{i}", FAIL) for i in range(5001)), assets=())
    (note,) = notes(scan, "shown")
    assert "5,001 results, of which code scanning shows 5,000" in note["message"]["text"]


# ---- runs and targets


def test_one_run_for_each_target() -> None:
    aws, infra = log(sample_scan())["runs"]
    assert [run["automationDetails"]["id"] for run in (aws, infra)] == ["zscan/aws 111122223333/", "zscan/infra/"]
    assert all(uri(result).startswith("zscan/aws/") for result in aws["results"])
    assert {uri(result) for result in infra["results"]} == {"infra/main.tf", "k8s/mcp.yaml"}
    texts = [[note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]] for run in (aws, infra)]
    assert any(DENIED_GAP.call in text for text in texts[0])
    assert not any(DENIED_GAP.call in text for text in texts[1])
    assert any(UNPARSABLE_GAP.scope in text for text in texts[1])


@pytest.mark.parametrize(
    ("kind", "label", "name"),
    [
        ("aws", "aws/111122223333", "zscan/aws/111122223333/"),
        ("path", "./infra", "zscan/infra/"),
        ("path", "infra/", "zscan/infra/"),
        ("path", ".", "zscan/./"),
        ("path", "/home/me/work/infra", "zscan/infra/"),
        ("path", "C:\\work\\infra", "zscan/infra/"),
        ("snapshot", "", "zscan/snapshot/"),
        ("path", "a\x1b[31m", "zscan/a‹U+001B›[31m/"),
    ],
)
def test_the_category_of_a_target(kind: Any, label: str, name: str) -> None:
    assert category(Target(kind, label)) == name


def test_targets_of_one_name_share_a_run() -> None:
    (part,) = parts((Target("path", "./infra"), Target("path", "infra")))
    assert len(part.targets) == 2


def test_more_targets_than_a_file_may_hold_runs() -> None:
    targets = (*(Target("aws", f"aws/{100 + i}", complete=i != 3) for i in range(MOST_RUNS)), Target("path", "infra"))
    assert len(parts(targets[:-1])) == MOST_RUNS
    run = msgspec.structs.replace(RUN, targets=targets)
    document = log(sample_scan(run=run))
    assert [one["automationDetails"]["id"] for one in document["runs"]] == ["zscan/aws/", "zscan/path/"]
    assert [one["properties"]["complete"] for one in document["runs"]] == [False, True]
    assert len(notes(sample_scan(run=run), "shared-run")) == 1
    assert len(results(sample_scan(run=run))) == len(results(sample_scan()))


def test_a_scan_without_targets_still_has_a_run() -> None:
    (run,) = log(sample_scan(run=msgspec.structs.replace(RUN, targets=())))["runs"]
    assert run["automationDetails"]["id"] == "zscan/"
    assert len(run["results"]) == len(results(sample_scan()))


TARGETS = (
    Target("aws", "aws 111", ("aws/111/eu-west-1",)),
    Target("aws", "aws/222", ("aws/222/eu-west-1", "aws/222/us-east-1")),
    Target("path", "./svc/a", ("svc/a/main.tf", "svc/a/x.yaml")),
    Target("path", "svc/b", ("svc/b/main.tf",)),
)


@pytest.mark.parametrize(
    ("scope", "index"),
    [
        ("aws/111/eu-west-1", 0),
        ("aws/222/eu-west-1", 1),
        ("aws/222", 1),
        ("aws/222/ap-south-1", 1),
        ("aws", 0),
        ("svc/a/main.tf", 2),
        ("svc/a/broken.tf", 2),
        ("svc/b/deep/new.tf", 3),
        ("svc/b", 3),
    ],
)
def test_the_run_of_a_scope(scope: str, index: int) -> None:
    assert Assignment(parts(TARGETS)).of_scope(scope) == index


@pytest.mark.parametrize(
    ("live", "account", "region", "file", "index"),
    [
        (True, "222", "us-east-1", "", 1),
        (True, "222", "", "", 1),
        (True, "111", "", "", 0),
        (True, "999", "", "", 0),
        (False, "", "", "svc/b/x.tf", 3),
        (False, "", "", "aws/222/x.tf", 2),
    ],
)
def test_the_run_of_an_asset(*, live: bool, account: str, region: str, file: str, index: int) -> None:
    spot = Spot("a", "endpoint", "n", "aws", account, region, live, None)
    assert Assignment(parts(TARGETS)).of_finding(spot, file) == index


def test_a_snapshot_holds_live_and_declared_assets() -> None:
    run = msgspec.structs.replace(RUN, targets=(Target("snapshot", "estate.zscan"),))
    (only,) = log(sample_scan(run=run))["runs"]
    assert len(only["results"]) == len(results(sample_scan()))


# ---- rules and frameworks


def test_rules_point_at_the_controls_they_are_relevant_to() -> None:
    for run in log(sample_scan())["runs"]:
        components = run["taxonomies"]
        assert [component["name"] for component in components] == ["nist-ai-rmf", "nist-sp-800-207"]
        assert all(component["isComprehensive"] is False and uuid.UUID(component["guid"]) for component in components)
        pointing = 0
        for descriptor in run["tool"]["driver"]["rules"]:
            for relation in descriptor.get("relationships", ()):
                target = relation["target"]
                component = components[target["toolComponent"]["index"]]
                assert relation["kinds"] == ["relevant"]
                assert component["name"] == target["toolComponent"]["name"]
                assert component["taxa"][target["index"]]["id"] == target["id"]
                pointing += 1
        assert pointing > 10


def test_controls_are_tags_until_the_limit() -> None:
    (descriptor,) = (r for r in log(extremes())["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "ZS-NET-77")
    tags = descriptor["properties"]["tags"]
    assert tags[:3] == ["security", "zero-trust", "network-segmentation-and-private-endpoints"]
    assert "nist-ai-rmf/C-0" in tags
    assert "nist-sp-800-207/T2" in tags  # the second framework is not crowded out by the first


def test_the_help_is_readable_and_inert() -> None:
    (descriptor,) = (r for r in log(extremes())["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "ZS-NET-77")
    shown = descriptor["help"]["markdown"]
    assert "````sh\ncat ``` {name}\n````" in shown
    assert "`{0}` is not seen" in shown
    assert "Expected: &#60;b&#62;" in shown
    assert "- <https://example.com/a>" in shown
    assert "javascript:" not in shown
    assert "Fix (AWS): " in descriptor["help"]["text"]


def test_titles_become_names() -> None:
    assert identifier("AI workloads leave only through controlled egress") == "AIWorkloadsLeaveOnlyThroughControlledEgress"
    names = [descriptor["name"] for descriptor in log(sample_scan())["runs"][0]["tool"]["driver"]["rules"]]
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in names)


def test_a_version_that_is_not_semantic_is_not_called_so() -> None:
    scan = sample_scan()
    assert log(scan)["runs"][0]["tool"]["driver"]["semanticVersion"] == "1.0.0"
    scan.tool = msgspec.structs.replace(scan.tool, version="1.0.dev3")
    driver = log(scan)["runs"][0]["tool"]["driver"]
    assert driver["version"] == "1.0.dev3"
    assert "semanticVersion" not in driver


# ---- hostile text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[click](https://evil.example)", "[click] (https://evil.example)"),
        ("{0} of {1:x}", "{ 0} of { 1:x}"),
        ("a\x1b[31mb\u202ec", "a‹U+001B›[31mb‹U+202E›c"),
        ("{name} [x]", "{name} [x]"),
    ],
)
def test_messages_are_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_long_messages_say_how_long_they_are() -> None:
    assert plain("m" * 9000).endswith("… (9,000 characters)")
    assert len(plain("m" * 9000, 1024)) <= 1024


def test_a_hostile_message_is_no_link() -> None:
    (hostile,) = (r for r in results(sample_scan()) if r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == HOSTILE)
    assert "](" not in hostile["message"]["text"]
    assert "\u2066" not in hostile["message"]["text"]


def test_live_evidence_in_a_file_does_not_move_a_live_asset() -> None:
    evidence = fact(ENDPOINT, "p", True, "", FileSource("infra/main.tf", 9)) + fact(ENDPOINT, "q", True, "", ApiSource("a:B"))
    (result,) = results(sample_scan(findings=(finding("ZS-NET-01", ENDPOINT, FAIL, evidence=evidence),)))
    assert uri(result) == "zscan/aws/111122223333/eu-west-1/endpoint/chat"
