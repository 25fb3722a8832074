"""What tests of SARIF share: parts of a log, scans of one folder, the validator."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.report.fixtures import (
    ASSETS,
    FINDINGS,
    FRAMEWORKS,
    RULES,
    RUN,
    asset,
    big_scan,
    control,
    empty_scan,
    rule,
    sample_scan,
)
from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status, finding_id
from zscan.model.framework import ControlEvidence, ControlStatus
from zscan.model.rule import Severity, Verify
from zscan.model.scan import Scan, Target
from zscan.model.source import FileSource
from zscan.report.sarif import render

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
