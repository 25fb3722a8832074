"""Every command, as a user types it, on a small project."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zscan import __version__
from zscan.cli import run

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm, namespace: ai, labels: {owner: search}}
spec:
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers:
        - name: server
          image: vllm/vllm-openai:latest
          command: [vllm, serve, org/model, --trust-remote-code]
          ports: [{containerPort: 8000}]
---
apiVersion: v1
kind: Service
metadata: {name: llm, namespace: ai}
spec: {type: LoadBalancer, selector: {app: llm}, ports: [{port: 80, targetPort: 8000}]}
"""
Zscan = Callable[..., tuple[int, str, str]]


@pytest.fixture
def zscan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Zscan:
    """Run a command line in a project with one manifest; gives exit code, standard output and standard error."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "llm.yaml").write_text(MANIFEST)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ".state"))

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def scan(zscan: Zscan) -> dict[str, Any]:
    """A saved scan (scan.json) of the project."""
    zscan("audit", "--now", "2026-12-01", "-o", "json=scan.json")
    return dict(json.loads(Path("scan.json").read_text()))


def test_audit_fails_on_findings_and_prints_a_summary(zscan: Zscan) -> None:
    code, out, _ = zscan("audit")
    assert code == 1
    assert "1 endpoint" in out
    assert zscan("audit", "--fail-on", "never")[0] == 0
    assert zscan("audit", "-q", "--fail-on", "never") == (0, "", "")


def test_selection_narrows_and_says_so(zscan: Zscan) -> None:
    code, out, _ = zscan("audit", "--select", "ZS-ART-10", "-o", "json")
    found = json.loads(out)
    assert code == 1
    assert {finding["rule_id"] for finding in found["findings"]} == {"ZS-ART-10"}
    assert found["run"]["narrowed"] == ["--select ZS-ART-10"]
    assert zscan("audit", "--select", "nonsense")[0] == 2
    assert {f["asset_id"] for f in json.loads(zscan("audit", "--types", "route", "-o", "json")[1])["findings"]} == {
        "llm.yaml#core/Service/ai/llm"
    }


def test_inventory(zscan: Zscan) -> None:
    code, out, err = zscan("inventory")
    assert (code, err) == (0, "1 assets\n")
    assert out.split()[:2] == ["endpoint", "llm"]
    rows = [json.loads(line) for line in zscan("inventory", "--all", "--json")[1].splitlines()]
    assert {"endpoint", "route"} <= {row["type"] for row in rows}


@pytest.mark.usefixtures("scan")
def test_report_diff_and_baseline(zscan: Zscan) -> None:
    code, out, _ = zscan("report", "scan.json", "-o", "json")
    assert (code, out) == (0, Path("scan.json").read_text())
    assert zscan("report", "scan.json", "-o", "html=a.html")[0] == 0
    assert Path("a.html").read_text().startswith("<!doctype html>")
    assert zscan("baseline", "write", "scan.json", "known.baseline")[0] == 0
    assert zscan("diff", "known.baseline", "scan.json")[0] == 0
    assert zscan("audit", "-q", "--baseline", "known.baseline")[0] == 0  # nothing is new
    Path("llm.yaml").write_text(MANIFEST.replace("- name: server\n", "- name: server\n          securityContext: {privileged: true}\n"))
    assert zscan("audit", "-q", "--baseline", "known.baseline", "--fail-on", "low")[0] == 1
    zscan("audit", "-q", "-o", "json=later.json")
    code, out, _ = zscan("diff", "scan.json", "later.json", "--json")
    assert code == 1
    assert json.loads(out)["counts"]["new"] + json.loads(out)["counts"]["regressed"] > 0


def test_explain_a_rule_a_control_and_a_finding(zscan: Zscan, scan: dict[str, Any]) -> None:
    assert "passes when" in zscan("explain", "ZS-ART-10")[1]
    assert "AI system inventory" in zscan("explain", "GV-1.6")[1]
    finding = next(f for f in scan["findings"] if f["rule_id"] == "ZS-ART-10")
    code, out, _ = zscan("explain", finding["id"], "--scan", "scan.json")
    assert code == 0
    assert "artefact.remote_code = true" in out.replace("True", "true")
    assert "llm.yaml:" in out
    assert zscan("explain", "f-unknown", "--scan", "scan.json")[0] == 2
    assert zscan("explain", "nothing")[0] == 2


def test_rules_commands(zscan: Zscan) -> None:
    assert "rules" in zscan("rules", "list")[1]
    assert len(json.loads(zscan("rules", "list", "--json", "--select", "NET")[1])) > 5
    assert zscan("rules", "coverage", "--missing")[0] == 0
    assert zscan("rules", "new", "ACME-NET-01", "own-rule", "--dir", "mine")[0] == 0
    assert zscan("rules", "new", "ACME-NET-01", "own-rule", "--dir", "mine")[0] == 2  # never overwritten
    assert zscan("rules", "lint", "--rules", "mine")[0] == 0
    assert zscan("rules", "test", "--rules", "mine", "--select", "ACME-NET-01")[1].startswith("3 cases, 0 failed")
    assert "ACME-NET-01" in zscan("audit", "--rules", "mine", "--select", "ACME-NET-01", "-o", "json")[1]


def test_frameworks_commands(zscan: Zscan) -> None:
    assert "nist-ai-rmf@1.0" in zscan("frameworks", "list")[1]
    assert "GOVERN 1.1" in zscan("frameworks", "show", "nist-ai-rmf")[1]
    assert "evidence" in zscan("frameworks", "show", "nist-sp-800-207", "ZTA-T2")[1]
    assert zscan("frameworks", "show", "nist-sp-800-207", "ZTA-T99")[0] == 2


def test_waivers_are_added_checked_and_used(zscan: Zscan) -> None:
    given = ["--owner", "ml", "--approver", "ciso", "--reason", "sandboxed build", "--expires", "2026-12-31"]
    assert zscan("waivers", "add", "ZS-ART-10", "llm", *given)[0] == 0
    assert zscan("waivers", "check", "waivers.yaml", "--now", "2026-12-31")[0] == 0
    assert zscan("waivers", "check", "waivers.yaml", "--now", "2027-01-01")[0] == 1
    assert "ZS-ART-10" in zscan("waivers", "list", "waivers.yaml")[1]
    out = zscan("audit", "--waivers", "waivers.yaml", "--now", "2026-12-01", "--select", "ZS-ART-10", "-o", "json")[1]
    (finding,) = json.loads(out)["findings"]
    assert (finding["status"], finding["waiver"]["owner"]) == ("fail", "ml")
    assert json.loads(out)["summary"]["waived"] == 1
    late = json.loads(zscan("audit", "--waivers", "waivers.yaml", "--now", "2027-01-01", "--select", "ZS-ART-10", "-o", "json")[1])
    assert late["findings"][0]["waiver"]["expired"] is True
    assert late["summary"]["waived"] == 0


def test_policy_file(zscan: Zscan) -> None:
    assert zscan("config", "init")[0] == 0
    assert zscan("config", "init")[0] == 2
    Path("zscan.toml").write_text('fail_on = "never"\nlevel = "starter"\n')
    out = zscan("config", "show")[1]
    assert 'fail_on = "never"  # file' in out
    assert "strict = false  # default" in out
    assert zscan("audit", "-q")[0] == 0
    assert zscan("audit", "-q", "--config", "none")[0] == 1
    Path("zscan.toml").write_text('fail_onn = "never"\n')
    code, _, err = zscan("audit")
    assert code == 2
    assert "fail_on" in err


def test_snapshot_gives_the_same_verdicts(zscan: Zscan) -> None:
    first = json.loads(zscan("audit", "--save", "estate.zsnap", "--now", "2026-12-01", "-o", "json")[1])
    again = json.loads(zscan("audit", "estate.zsnap", "--now", "2026-12-01", "-o", "json")[1])
    assert first["findings"] == again["findings"]
    assert Path("estate.zsnap").stat().st_mode & 0o077 == 0
    assert zscan("audit", "estate.zsnap", ".")[0] == 2


def test_official_wording_comes_only_from_a_catalogue_of_the_user(zscan: Zscan) -> None:
    Path("mine.yaml").write_text("controls:\n  - {id: GOVERN 1.1, text: The wording that I hold.}\n")
    without = json.loads(zscan("audit", "-o", "json")[1])
    with_it = json.loads(zscan("audit", "--catalog", "mine.yaml", "-o", "json")[1])
    texts = [[c.get("official_text", "") for f in found["frameworks"] for c in f["controls"]] for found in (without, with_it)]
    assert not any(texts[0])
    assert [text for text in texts[1] if text] == ["The wording that I hold."]


def test_standard_input(zscan: Zscan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MANIFEST.encode())))
    found = json.loads(zscan("audit", "-", "-o", "json")[1])
    assert {asset["id"] for asset in found["assets"]} == {"stdin.yaml#apps/Deployment/ai/llm", "stdin.yaml#core/Service/ai/llm"}


def test_plan_lists_calls_and_makes_none(zscan: Zscan) -> None:
    code, out, _ = zscan("audit", "aws", "--plan")
    assert code == 0
    assert "sagemaker:DescribeEndpoint" in out


@pytest.mark.parametrize(
    ("form", "mark"), [("json", '"Statement"'), ("terraform", "aws_iam_policy_document"), ("cloudformation", "AWS::IAM::ManagedPolicy")]
)
def test_permissions(form: str, mark: str, zscan: Zscan) -> None:
    code, out, _ = zscan("permissions", "aws", "--format", form)
    assert code == 0
    assert mark in out
    assert zscan("permissions", "aws", "--format", "bicep")[0] == 2


def test_small_commands(zscan: Zscan) -> None:
    assert zscan("version") == (0, f"zscan {__version__}\n", "")
    assert zscan("--version")[1] == f"zscan {__version__}\n"
    assert "rules over" in zscan("doctor")[1]
    for name in ("scan", "rule", "mapping", "waivers", "config", "baseline"):
        assert json.loads(zscan("schema", name)[1])
    assert zscan("schema", "nothing")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit", "--fail-on", "sometimes"),
        ("audit", "--scope", "most"),
        ("audit", "--now", "soon"),
        ("audit", "--level", "standrd"),
        ("audit", "--types", "endpiont"),
        ("audit", "--framework", "nist"),
        ("audit", "-o", "pdf"),
        ("audit", "-o", "json", "-o", "sarif"),
        ("audit", "aws", "--offline"),
        ("audit", "azure"),
        ("audit", "--no-such-option"),
    ],
)
def test_misuse_ends_with_two_and_says_what_to_do(arguments: tuple[str, ...], zscan: Zscan) -> None:
    code, out, err = zscan(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("zscan")
