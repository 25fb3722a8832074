"""Small scans for tests: one call, one noun."""

from __future__ import annotations

from typing import Any

import msgspec

from zscan.model.asset import Asset, Relation
from zscan.model.finding import Evidence, Finding, NotAssessed, Status, Step, finding_id
from zscan.model.framework import Control, ControlEvidence, Framework, FrameworkInfo, FrameworkResult, Objective
from zscan.model.gap import Gap, gap
from zscan.model.rule import Rule, Severity, Verify
from zscan.model.scan import Principal, Run, Scan, Summary, Target, Tool
from zscan.model.source import ApiSource, FileSource
from zscan.model.structs import facts_struct
from zscan.model.unknown import Reason, ReasonCode

TIME = "2026-09-01T10:00:00Z"


def rule(rule_id: str, *objectives: str, **changes: Any) -> Rule:
    return Rule(
        **{
            "id": rule_id,
            "title": f"Requirement {rule_id}",
            "assets": ("endpoint",),
            "severity": Severity.HIGH,
            "since": "0.1.0",
            "objectives": objectives or ("net.private",),
            "pass_when": "!network.public_access",
            "message": "m",
            "why": "w",
            "fix": {"aws": "f"},
            "verify": (Verify("aws", "aws sagemaker describe-endpoint", "x"),),
            **changes,
        }
    )


def finding(rule_id: str, asset_id: str, status: str = "fail", **changes: Any) -> Finding:
    key = changes.get("key", "")
    return Finding(
        **{
            "id": finding_id(rule_id, asset_id, key),
            "rule_id": rule_id,
            "asset_id": asset_id,
            "status": Status(status),
            "severity": Severity.HIGH,
            "message": f"{asset_id} is {status}",
            "evidence_class": "observed",
            **changes,
        }
    )


def asset(asset_id: str, facts: dict[str, Any] | None = None, **changes: Any) -> Asset:
    asset_type = changes.pop("type", "endpoint")
    return Asset(
        **{
            "id": asset_id,
            "type": asset_type,
            "native_type": "AWS::SageMaker::Endpoint",
            "name": asset_id.rsplit("/", 1)[-1],
            "provider": "aws",
            "view": "live",
            "facts": msgspec.convert(facts or {}, facts_struct(asset_type)),
            **changes,
        }
    )


def framework(*controls: Control, name: str = "demo") -> Framework:
    return Framework("zscan.mapping/v1", FrameworkInfo(name, "1.0", "Demo", "Demo publication"), controls)


def control(control_id: str, *links: tuple[str, str], **changes: Any) -> Control:
    evidence = tuple(ControlEvidence(objective, strength, "because") for objective, strength in links)  # type: ignore[arg-type]  # test data
    return Control(
        **{"id": control_id, "title": "t", "statement": "s", "citation": "c", "coverage": "observable", "evidence": evidence, **changes}
    )


def scan(assets: list[Asset], findings: list[Finding], rules: list[Rule], **changes: Any) -> Scan:
    run = Run(
        id="run-1",
        started_at=TIME,
        finished_at=TIME,
        evaluated_as_of=TIME,
        targets=(Target("aws", "111122223333"),),
        level="standard",
        collected_from=TIME,
        collected_to=TIME,
    )
    members: dict[str, Any] = {
        "schema": "zscan.scan/v1",
        "tool": Tool("zscan", "0.1.0", "r", "m"),
        "run": run,
        "rules": tuple(rules),
        "objectives": (Objective("net.private", "t", "s"),),
        "assets": assets,
        "findings": findings,
        "gaps": (),
        "not_assessed": (),
        "frameworks": (),
        "summary": Summary(assets_by_type={}, findings_by_status={}, failures_by_severity={}, waived=0, not_assessed=0, coverage={}),
    }
    run_changes = changes.pop("run", {})
    members |= changes
    members["run"] = msgspec.structs.replace(run, **run_changes)
    return Scan(**members)


def rich_scan() -> Scan:
    """A scan with something in every member."""
    lost = gap(
        scope="aws/1/eu-west-1",
        call="sagemaker:ListModels",
        reason=ReasonCode.DENIED,
        permission="sagemaker:ListModels",
        affects=("AWS::SageMaker::Model",),
    )
    reason = Reason(ReasonCode.DENIED, "sagemaker:DescribeEndpoint", lost.id)
    live = asset(
        "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/chat",
        {"network": {"public_access": True, "cleartext_backends": [{"name": "a", "host": "h"}, None]}},
        tags={"team": "a", "env": "prod"},
        account="111122223333",
        region="eu-west-1",
        source=ApiSource("sagemaker:DescribeEndpoint", "/Foo", TIME),
        unknown={"encryption.at_rest": (reason,)},
        sources={"network.public_access": (ApiSource("sagemaker:DescribeEndpoint", "/Foo", TIME),)},
        relations=(Relation("runs_as", "arn:role"), Relation("serves", ref="m", state="unknown")),
    )
    filed = asset("infra#aws_sagemaker_endpoint.a", view="declared", unit="infra", source=FileSource("infra/main.tf", 4), type="endpoint")
    shown = (Evidence(live.id, "network.public_access", True, "false", ApiSource("sagemaker:DescribeEndpoint", "/Foo", TIME)),)
    findings = [
        finding("ZS-NET-01", live.id, "fail", evidence=shown, path=(Step("a", "runs_as", "b"),)),
        finding("ZS-NET-01", filed.id, "pass", evidence_class="declared"),
        finding("ZS-ENC-01", live.id, "unknown", gap_ids=(lost.id,), reasons=("denied",)),
        finding("ZS-ENC-01", filed.id, "not_applicable"),
    ]
    return scan(
        [live, filed],
        findings,
        [rule("ZS-NET-01"), rule("ZS-ENC-01", params={"days": 90, "names": ("a", "b")})],
        gaps=(lost,),
        not_assessed=(NotAssessed("ZS-ENC-01", "aws/1", "list denied", lost.id),),
        frameworks=(FrameworkResult(id="demo", version="1.0", title="Demo"),),
        run={"principals": (Principal("aws", "1", "arn:me"),), "params": {"ZS-ENC-01": {"days": 90}}, "complete": False},
    )


def blocking(*affects: str, scope: str = "aws/1") -> Gap:
    return gap(scope=scope, call="list", reason=ReasonCode.DENIED, affects=affects)
