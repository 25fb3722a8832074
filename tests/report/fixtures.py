"""Realistic scans for the tests of reports, built from the nouns of the model alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from tests.report.estate import (
    ACCOUNT,
    AGENT,
    ASSETS,
    BUCKET,
    COLLECTED,
    DENIED_GAP,
    ENDPOINT,
    GUARDRAIL,
    HOSTILE,
    HOSTILE_MESSAGE,
    HOSTILE_NAME,
    KEY,
    LOGGING,
    MCP,
    MODEL,
    NO_FILE_FORM_GAP,
    NOTEBOOK,
    OBJECTIVES,
    ROLE,
    RULES,
    TF_ENDPOINT,
    TF_NOTEBOOK,
    UNPARSABLE_GAP,
    UNRESOLVED_GAP,
    api,
    asset,
    declared,
    rule,
)
from tests.report.grants import GRANTS
from tests.report.verdicts import EXPIRED_WAIVER, FINDINGS, FRAMEWORKS, GAPS, NOT_ASSESSED, VALID_WAIVER, control, fact, finding
from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status, finding_id
from zscan.model.rule import Rule, Severity
from zscan.model.scan import SCHEMA, ConfigNote, Principal, Run, Scan, Summary, Target, Tool, UnusedWaiver

RUN = Run(
    id="run-7f3a9c",
    started_at="2026-11-20T08:14:02Z",
    finished_at="2026-11-20T08:16:40Z",
    evaluated_as_of="2026-11-24T00:00:00Z",
    targets=(
        Target("aws", f"aws {ACCOUNT}", (f"aws/{ACCOUNT}/eu-central-1", f"aws/{ACCOUNT}/eu-west-1"), complete=False, documents=214),
        Target("path", "./infra", ("infra/main.tf", "k8s/mcp.yaml"), complete=True, documents=31),
    ),
    level="standard",
    params={"ZS-ENC-03": {"max_days": 180}},
    config=ConfigNote("zscan.toml", "c0ffee" * 10 + "c0ff"),
    principals=(Principal("aws", ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/posture-reader/ci"),),
    narrowed=("regions: eu-central-1, eu-west-1",),
    complete=False,
    collected_from="2026-11-20T08:14:05Z",
    collected_to="2026-11-20T08:16:31Z",
    skipped_files={"ignored by .gitignore": 118, "no AI or infrastructure content": 42},
)


def summary(assets: Iterable[Asset], findings: Iterable[Finding], not_assessed: int) -> Summary:
    """The counts of a scan document."""
    findings = list(findings)
    failing = [known for known in findings if known.counts_as_failure]
    return Summary(
        assets_by_type=dict(sorted(Counter(known.type for known in assets).items())),
        findings_by_status=dict(sorted(Counter(known.status.value for known in findings).items())),
        failures_by_severity=dict(sorted(Counter(known.severity.value for known in failing).items())),
        waived=sum(known.status is Status.FAIL and not known.counts_as_failure for known in findings),
        not_assessed=not_assessed,
        coverage={"calls": {"made": 212, "answered": 209}},
    )


def sample_scan(**changes: Any) -> Scan:
    """Two targets, 13 assets, 20 rules, every status. Keyword arguments replace fields of the scan."""
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": Tool("zscan", "1.0.0", "sha256:" + "ab" * 32, "sha256:" + "cd" * 32),
        "run": RUN,
        "rules": RULES,
        "objectives": OBJECTIVES,
        "assets": ASSETS,
        "findings": FINDINGS,
        "gaps": GAPS,
        "not_assessed": NOT_ASSESSED,
        "frameworks": FRAMEWORKS,
        "waivers": (UnusedWaiver("W-2026-009", "covers nothing that fails", "zscan-waivers.yaml:20"),),
        "access": GRANTS,
    } | changes
    fields.setdefault("summary", summary(fields["assets"], fields["findings"], len(fields["not_assessed"])))
    return Scan(**fields)


def empty_scan() -> Scan:
    """Everything was read and there was no AI: no assets, findings, gaps or frameworks."""
    target = Target("path", "./empty", (), complete=True, documents=0)
    run = msgspec.structs.replace(
        RUN, targets=(target,), complete=True, narrowed=(), evaluated_as_of=RUN.finished_at, principals=(), skipped_files={}, config=None
    )
    return sample_scan(run=run, assets=(), findings=(), gaps=(), not_assessed=(), frameworks=(), waivers=(), access=())


_BIG_STATUSES = (*(Status.FAIL,) * 6, *(Status.UNKNOWN,) * 3, *(Status.PASS,) * 10, Status.NOT_APPLICABLE)


def big_scan(n_findings: int, n_rules: int = 100) -> Scan:
    """`n_findings` findings of `n_rules` rules over one asset per 20 findings: 30 % fail, 15 % unknown, 50 % pass."""
    rules = tuple(
        rule(f"ZS-{RULES[i % len(RULES)].theme}-{100 + i}", RULES[i % len(RULES)].title, ("endpoint",), list(Severity)[i % 4])
        for i in range(n_rules)
    )
    assets = tuple(
        asset(
            f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:endpoint/service-{i:06}",
            "endpoint",
            f"service-{i:06}",
            "AWS::SageMaker::Endpoint",
            source=api("sagemaker:DescribeEndpoint"),
        )
        for i in range(max(1, n_findings // 20))
    )
    findings = tuple(_big_finding(i, rules[i % n_rules], assets[i // 20 % len(assets)].id) for i in range(n_findings))
    chapter = msgspec.structs.replace(
        FRAMEWORKS[1],
        controls=tuple(
            msgspec.structs.replace(known, finding_ids=tuple(f.id for f in findings[i::3]))
            for i, known in enumerate(FRAMEWORKS[1].controls)
        ),
    )
    return sample_scan(rules=rules, assets=assets, findings=findings, frameworks=(chapter,), not_assessed=())


def _big_finding(i: int, of: Rule, asset_id: str) -> Finding:
    status = _BIG_STATUSES[(i * 7 + i // 100) % 20]
    known = status in (Status.FAIL, Status.PASS)
    return Finding(
        id=finding_id(of.id, asset_id, str(i)),
        rule_id=of.id,
        asset_id=asset_id,
        status=status,
        severity=of.severity,
        message=f"{asset_id.rsplit('/', 1)[1]}: the network path from the internet is {'open' if status is Status.FAIL else 'closed'}",
        evidence_class="observed",
        evidence=fact(
            asset_id,
            "network.public_access",
            status is Status.FAIL,
            "network.public_access == false",
            api("sagemaker:DescribeEndpoint", "/ProductionVariants/0"),
        )
        if known
        else (),
        gap_ids=(DENIED_GAP.id,) if status is Status.UNKNOWN else (),
        reasons=("sagemaker:DescribeModel was denied",) if status is Status.UNKNOWN else (),
    )


__all__ = [
    "ACCOUNT",
    "AGENT",
    "ASSETS",
    "BUCKET",
    "COLLECTED",
    "DENIED_GAP",
    "ENDPOINT",
    "EXPIRED_WAIVER",
    "FINDINGS",
    "FRAMEWORKS",
    "GAPS",
    "GUARDRAIL",
    "HOSTILE",
    "HOSTILE_MESSAGE",
    "HOSTILE_NAME",
    "KEY",
    "LOGGING",
    "MCP",
    "MODEL",
    "NOTEBOOK",
    "NOT_ASSESSED",
    "NO_FILE_FORM_GAP",
    "OBJECTIVES",
    "ROLE",
    "RULES",
    "RUN",
    "TF_ENDPOINT",
    "TF_NOTEBOOK",
    "UNPARSABLE_GAP",
    "UNRESOLVED_GAP",
    "VALID_WAIVER",
    "api",
    "asset",
    "big_scan",
    "control",
    "declared",
    "empty_scan",
    "fact",
    "finding",
    "rule",
    "sample_scan",
    "summary",
]
