"""Realistic scans for the tests of reports, built from the nouns of the model alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from zscan.model.asset import Asset, Relation
from zscan.model.finding import Evidence, Finding, NotAssessed, Status, Step, WaiverNote, finding_id
from zscan.model.framework import ControlEvidence, ControlResult, ControlStatus, Counts, FrameworkResult, Group, Objective
from zscan.model.gap import Gap, gap
from zscan.model.rule import Rule, Severity, Verify
from zscan.model.scan import SCHEMA, ConfigNote, Principal, Run, Scan, Summary, Target, Tool, UnusedWaiver
from zscan.model.source import ApiSource, Derived, FactRef, FileSource, Source
from zscan.model.structs import facts_struct
from zscan.model.unknown import Reason, ReasonCode

HOSTILE_NAME = '"><script>alert(1)</script>\x1b[31mred\x1b[0m\u202egnp.exe\x00\r\n=cmd()'
HOSTILE_MESSAGE = "=cmd()|' /C calc'!A0 of <img src=x onerror=alert(1)> @team [link](javascript:alert(1)) \u2066hidden\u2069"
ACCOUNT = "111122223333"
COLLECTED = "2026-11-20T08:15:30Z"
_ARN = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}"

DENIED_GAP = gap(
    scope=f"aws/{ACCOUNT}/eu-west-1",
    call="sagemaker:DescribeModel",
    reason=ReasonCode.DENIED,
    detail="AccessDeniedException",
    permission="sagemaker:DescribeModel",
    affects=("AWS::SageMaker::Model",),
)
UNPARSABLE_GAP = gap(scope="infra/broken.tf", call="read terraform", reason=ReasonCode.UNPARSABLE, detail="unclosed block at line 7")
UNRESOLVED_GAP = gap(
    scope="infra",
    call="read terraform",
    reason=ReasonCode.UNRESOLVED,
    detail="var.kms_key_id has no default",
    affects=("infra#aws_sagemaker_endpoint_configuration.chat",),
)
NO_FILE_FORM_GAP = gap(scope="infra", call="model invocation logging", reason=ReasonCode.NO_FILE_FORM)


def rule(rule_id: str, title: str, assets: tuple[str, ...], severity: Severity, **more: Any) -> Rule:
    """A rule with plausible prose."""
    fields: dict[str, Any] = {
        "since": "1.0",
        "objectives": ("OBJ-NET-1",),
        "pass_when": "network.public_access == false",
        "message": f"{{asset.name}}: {title.lower()}",
        "why": "Whoever reaches the asset can use it. Zero trust grants no access because of where a request comes from.",
        "fix": {
            "aws": "Set the property in the console under Settings, or change the Terraform argument and apply.",
            "kubernetes": "Set the field in the manifest and apply it.",
        },
        "verify": (
            Verify("aws", "aws sagemaker describe-endpoint --endpoint-name {name} --region {region}", "the answer names a private network"),
        ),
        "references": ("https://docs.aws.amazon.com/sagemaker/latest/dg/infrastructure-security.html",),
    }
    return Rule(id=rule_id, title=title, assets=assets, severity=severity, **(fields | more))


RULES: tuple[Rule, ...] = (
    rule("ZS-NET-01", "Inference endpoints are not reachable from the public internet", ("endpoint",), Severity.CRITICAL),
    rule("ZS-NET-02", "Notebooks have no direct way to the internet", ("notebook",), Severity.HIGH),
    rule("ZS-NET-03", "AI workloads leave only through controlled egress", ("endpoint", "agent", "training_job"), Severity.MEDIUM),
    rule(
        "ZS-ENC-01",
        "Data of AI assets is encrypted at rest",
        ("endpoint", "notebook", "vector_store"),
        Severity.HIGH,
        objectives=("OBJ-ENC-1",),
    ),
    rule(
        "ZS-ENC-02",
        "Customer-managed keys protect sensitive AI data",
        ("endpoint", "vector_store"),
        Severity.MEDIUM,
        objectives=("OBJ-ENC-1",),
    ),
    rule("ZS-ENC-03", "Encryption keys rotate", ("key",), Severity.LOW, objectives=("OBJ-ENC-1",), params={"max_days": 365}),
    rule("ZS-IDN-01", "Roles of AI workloads hold no administrative rights", ("identity",), Severity.CRITICAL, objectives=("OBJ-IDN-1",)),
    rule(
        "ZS-IDN-02", "AI workloads run as their own identity", ("endpoint", "notebook", "agent"), Severity.MEDIUM, objectives=("OBJ-IDN-1",)
    ),
    rule("ZS-LOG-01", "Model invocations are logged where AI is in use", ("model_logging",), Severity.HIGH, objectives=("OBJ-LOG-1",)),
    rule(
        "ZS-LOG-02",
        "Logs of model use are kept long enough",
        ("model_logging",),
        Severity.LOW,
        objectives=("OBJ-LOG-1",),
        params={"days": 365},
    ),
    rule(
        "ZS-SEC-01",
        "No credential stands in the environment of an AI workload",
        ("endpoint", "notebook", "tool_server"),
        Severity.CRITICAL,
        objectives=("OBJ-SEC-1",),
    ),
    rule("ZS-ART-01", "Model weights come from an approved source", ("model",), Severity.HIGH, objectives=("OBJ-ART-1",)),
    rule("ZS-ART-02", "Container images are pinned by digest", ("model", "tool_server"), Severity.MEDIUM, objectives=("OBJ-ART-1",)),
    rule("ZS-GRD-01", "Agents and endpoints stand behind a guardrail", ("agent", "endpoint"), Severity.HIGH, objectives=("OBJ-GRD-1",)),
    rule("ZS-GRD-02", "Guardrails filter prompt attacks", ("guardrail",), Severity.HIGH, objectives=("OBJ-GRD-1",)),
    rule("ZS-AGT-01", "Tool servers authenticate their callers", ("tool_server",), Severity.HIGH, objectives=("OBJ-AGT-1",)),
    rule(
        "ZS-AGT-02",
        "Agents call only approved tools",
        ("agent",),
        Severity.MEDIUM,
        objectives=("OBJ-AGT-1",),
        for_each="agent.tools as tool",
    ),
    rule("ZS-ISO-01", "AI containers run without root", ("notebook", "tool_server"), Severity.MEDIUM, objectives=("OBJ-NET-1",)),
    rule("ZS-DAT-01", "Training data stores block public access", ("data_store",), Severity.HIGH, objectives=("OBJ-ENC-1",)),
    rule("ZS-RES-01", "Endpoints run in more than one zone", ("endpoint",), Severity.LOW, objectives=("OBJ-NET-1",)),
)

OBJECTIVES = (
    Objective("OBJ-NET-1", "Segmented networks", "AI assets are reached through controlled paths only."),
    Objective("OBJ-ENC-1", "Encryption", "Data of AI assets is encrypted, with keys the owner controls."),
    Objective("OBJ-IDN-1", "Least privilege", "AI workloads hold the rights that they need and no more."),
    Objective("OBJ-LOG-1", "Recorded use", "Use of models is recorded."),
    Objective("OBJ-SEC-1", "Managed credentials", "Credentials live in a secret store."),
    Objective("OBJ-ART-1", "Artefact integrity", "Models and images are what their owner approved."),
    Objective("OBJ-GRD-1", "Guardrails", "Content policies stand in front of models."),
    Objective("OBJ-AGT-1", "Bounded agents", "Agents act only through approved, authenticated tools."),
)


def api(call: str, pointer: str = "") -> ApiSource:
    """An API source collected when the sample was."""
    return ApiSource(call, pointer, COLLECTED)


def asset(asset_id: str, asset_type: str, name: str, native_type: str, **more: Any) -> Asset:
    """An asset; live in AWS unless told otherwise. `facts` is a nested dict."""
    facts = msgspec.convert(more.pop("facts", {}), facts_struct(asset_type))
    fields: dict[str, Any] = {"provider": "aws", "view": "live", "account": ACCOUNT, "region": "eu-west-1", "tags": {}}
    return Asset(id=asset_id, type=asset_type, native_type=native_type, name=name, facts=facts, **(fields | more))


def declared(address: str, asset_type: str, name: str, native_type: str, line: int, **more: Any) -> Asset:
    """An asset of a Terraform file."""
    place = FileSource("infra/main.tf", line)
    return asset(
        f"infra#{address}", asset_type, name, native_type, view="declared", account="", region="", unit="infra", source=place, **more
    )


ENDPOINT = f"{_ARN}:endpoint/chat"
NOTEBOOK = f"{_ARN}:notebook-instance/research"
MODEL = f"{_ARN}:model/chat-7b"
HOSTILE = f"{_ARN}:endpoint/hostile"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ml-admin"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0b1c"
BUCKET = "arn:aws:s3:::training-data"
LOGGING = f"aws:control/account/{ACCOUNT}/eu-west-1/model-invocation-logging"
AGENT = f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:agent/AGENT12345"
GUARDRAIL = f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:guardrail/gr-1"
TF_ENDPOINT = "infra#aws_sagemaker_endpoint.chat"
TF_NOTEBOOK = "infra#aws_sagemaker_notebook_instance.lab"
MCP = "k8s/mcp.yaml#apps/Deployment/tools/mcp-files"

ASSETS: tuple[Asset, ...] = (
    asset(
        ENDPOINT,
        "endpoint",
        "chat",
        "AWS::SageMaker::Endpoint",
        facts={"network": {"public_access": True}},
        source=api("sagemaker:DescribeEndpoint"),
        relations=(Relation("serves", MODEL), Relation("same_as", TF_ENDPOINT)),
        tags={"team": "search"},
    ),
    asset(
        NOTEBOOK,
        "notebook",
        "research",
        "AWS::SageMaker::NotebookInstance",
        facts={"network": {"direct_internet": True}},
        source=api("sagemaker:DescribeNotebookInstance"),
        relations=(Relation("runs_as", ROLE),),
    ),
    asset(
        MODEL,
        "model",
        "chat-7b",
        "AWS::SageMaker::Model",
        source=api("sagemaker:ListModels"),
        unknown={"artefact.image_pinned": (Reason(ReasonCode.DENIED, "sagemaker:DescribeModel", DENIED_GAP.id),)},
    ),
    asset(HOSTILE, "endpoint", HOSTILE_NAME, "AWS::SageMaker::Endpoint", source=api("sagemaker:DescribeEndpoint")),
    asset(ROLE, "identity", "ml-admin", "AWS::IAM::Role", region="", source=api("iam:GetAccountAuthorizationDetails")),
    asset(KEY, "key", "0b1c", "AWS::KMS::Key", source=api("kms:DescribeKey")),
    asset(BUCKET, "data_store", "training-data", "AWS::S3::Bucket", region="", source=api("s3:GetBucketPolicyStatus")),
    asset(
        LOGGING,
        "model_logging",
        "model-invocation-logging",
        "AWS::Bedrock::ModelInvocationLogging",
        source=api("bedrock:GetModelInvocationLoggingConfiguration"),
    ),
    asset(
        AGENT,
        "agent",
        "order-desk",
        "AWS::Bedrock::Agent",
        source=api("bedrock-agent:GetAgent"),
        relations=(Relation("guarded_by", GUARDRAIL), Relation("runs_as", ROLE)),
    ),
    asset(GUARDRAIL, "guardrail", "default-policy", "AWS::Bedrock::Guardrail", source=api("bedrock:GetGuardrail")),
    declared("aws_sagemaker_endpoint.chat", "endpoint", "chat", "AWS::SageMaker::Endpoint", 12),
    declared(
        "aws_sagemaker_notebook_instance.lab",
        "notebook",
        "lab",
        "AWS::SageMaker::NotebookInstance",
        41,
        facts={"network": {"direct_internet": True}},
    ),
    asset(
        MCP,
        "tool_server",
        "mcp-files",
        "apps/Deployment",
        provider="kubernetes",
        view="declared",
        account="",
        region="",
        unit="k8s/mcp.yaml",
        source=FileSource("k8s/mcp.yaml", 3),
    ),
)

VALID_WAIVER = WaiverNote(
    "W-2026-014",
    "ml-platform@example.com",
    "ciso@example.com",
    "Research notebook without personal data; moves to the private studio in Q1.",
    "2027-03-31",
    origin="zscan-waivers.yaml:4",
)
EXPIRED_WAIVER = WaiverNote(
    "W-2026-002",
    "search-team@example.com",
    "ciso@example.com",
    "Public demo during the trade fair.",
    "2026-10-31",
    expired=True,
    origin="zscan-waivers.yaml:12",
)


def finding(rule_id: str, asset_id: str, status: Status, message: str = "", **more: Any) -> Finding:
    """A finding with the rule's severity and the evidence class of the asset's view."""
    by_id = {known.id: known for known in RULES}
    view = "declared" if "#" in asset_id else "observed"
    key = more.pop("key", "")
    fields: dict[str, Any] = {"severity": by_id[rule_id].severity, "evidence_class": view, "last_verified": COLLECTED}
    text = message or f"{by_id[rule_id].title}: {status.value}"
    return Finding(
        id=finding_id(rule_id, asset_id, key), rule_id=rule_id, asset_id=asset_id, key=key, status=status, message=text, **(fields | more)
    )


def fact(asset_id: str, path: str, value: Any, expected: str, source: Source | None = None) -> tuple[Evidence, ...]:
    """One piece of evidence."""
    return (Evidence(asset_id, path, value, expected, source),)


_DIRECT = api("sagemaker:DescribeNotebookInstance", "/DirectInternetAccess")
_FAIL, _PASS, _UNKNOWN, _NA = Status.FAIL, Status.PASS, Status.UNKNOWN, Status.NOT_APPLICABLE
_DENIED_REASON = ("sagemaker:DescribeModel was denied",)
_ROLE_EVIDENCE = (
    Evidence(
        ROLE,
        "identity.granted.admin",
        True,
        "identity.granted.admin == false",
        Derived("access", (FactRef(ROLE, "identity.granted.actions"),)),
    ),
)

FINDINGS: tuple[Finding, ...] = (
    finding(
        "ZS-NET-01",
        ENDPOINT,
        _FAIL,
        "chat answers requests from the public internet",
        waiver=EXPIRED_WAIVER,
        change="regressed",
        first_seen="2026-08-02T10:00:00Z",
        owner="search-team",
        evidence=fact(
            ENDPOINT, "network.public_access", True, "network.public_access == false", api("sagemaker:DescribeEndpoint", "/EndpointName")
        ),
    ),
    finding(
        "ZS-NET-01",
        HOSTILE,
        _FAIL,
        HOSTILE_MESSAGE,
        change="new",
        evidence=fact(HOSTILE, "network.public_access", HOSTILE_NAME, "network.public_access == false", api("sagemaker:DescribeEndpoint")),
    ),
    finding(
        "ZS-NET-01",
        TF_ENDPOINT,
        _UNKNOWN,
        "the subnet is a variable without default",
        gap_ids=(UNRESOLVED_GAP.id,),
        reasons=("var.subnet_ids has no default",),
    ),
    finding(
        "ZS-NET-02",
        NOTEBOOK,
        _FAIL,
        "research reaches the internet directly",
        waiver=VALID_WAIVER,
        change="unchanged",
        evidence=fact(NOTEBOOK, "network.direct_internet", True, "network.direct_internet == false", _DIRECT),
    ),
    finding(
        "ZS-NET-02",
        TF_NOTEBOOK,
        _FAIL,
        "lab reaches the internet directly",
        change="new",
        evidence=fact(TF_NOTEBOOK, "network.direct_internet", True, "network.direct_internet == false", FileSource("infra/main.tf", 44)),
    ),
    finding("ZS-NET-03", ENDPOINT, _PASS, evidence=fact(ENDPOINT, "network.egress_restricted", True, "network.egress_restricted")),
    finding("ZS-NET-03", HOSTILE, _PASS, HOSTILE_MESSAGE),
    finding("ZS-NET-03", AGENT, _NA),
    finding("ZS-ENC-01", ENDPOINT, _PASS, evidence=fact(ENDPOINT, "encryption.at_rest", True, "encryption.at_rest")),
    finding("ZS-ENC-01", NOTEBOOK, _PASS),
    finding(
        "ZS-ENC-01",
        TF_NOTEBOOK,
        _FAIL,
        "lab keeps its volume in clear text",
        evidence=fact(TF_NOTEBOOK, "encryption.at_rest", False, "encryption.at_rest", FileSource("infra/main.tf", 41)),
    ),
    finding("ZS-ENC-02", ENDPOINT, _PASS),
    finding(
        "ZS-ENC-02",
        TF_ENDPOINT,
        _UNKNOWN,
        "the key is a variable without default",
        gap_ids=(UNRESOLVED_GAP.id,),
        reasons=("var.kms_key_id has no default",),
    ),
    finding("ZS-ENC-03", KEY, _PASS, change="fixed"),
    finding(
        "ZS-IDN-01",
        ROLE,
        _FAIL,
        "ml-admin may change its own rights",
        evidence=_ROLE_EVIDENCE,
        path=(Step(AGENT, "runs_as", ROLE), Step(ROLE, "grants", MODEL)),
    ),
    finding("ZS-IDN-02", NOTEBOOK, _FAIL, "research shares its role with order-desk", evidence=_ROLE_EVIDENCE),
    finding("ZS-IDN-02", AGENT, _FAIL, "order-desk shares its role with research", evidence=_ROLE_EVIDENCE),
    finding("ZS-IDN-02", ENDPOINT, _PASS),
    finding("ZS-LOG-01", LOGGING, _PASS),
    finding(
        "ZS-LOG-02",
        LOGGING,
        _FAIL,
        "logs are kept for 30 days",
        evidence=fact(
            LOGGING, "logging.retention_days", 30, "logging.retention_days >= 365", api("logs:DescribeLogGroups", "/RetentionInDays")
        ),
    ),
    finding("ZS-SEC-01", ENDPOINT, _PASS),
    finding(
        "ZS-SEC-01",
        MCP,
        _FAIL,
        "the environment of mcp-files holds a credential",
        evidence=fact(
            MCP,
            "secrets.env_plaintext",
            ["‹redacted:aws-secret-key:32-63›"],
            "size(secrets.env_plaintext) == 0",
            FileSource("k8s/mcp.yaml", 27),
        ),
    ),
    finding("ZS-ART-01", MODEL, _UNKNOWN, "where the weights come from was not readable", gap_ids=(DENIED_GAP.id,), reasons=_DENIED_REASON),
    finding("ZS-ART-02", MODEL, _UNKNOWN, "the image was not readable", gap_ids=(DENIED_GAP.id,), reasons=_DENIED_REASON),
    finding(
        "ZS-ART-02",
        MCP,
        _FAIL,
        "mcp-files runs a tag",
        change="not_reverified",
        evidence=fact(MCP, "artefact.image_pinned", False, "artefact.image_pinned", FileSource("k8s/mcp.yaml", 19)),
    ),
    finding("ZS-GRD-01", AGENT, _PASS),
    finding("ZS-GRD-01", ENDPOINT, _FAIL, "chat has no guardrail in front"),
    finding("ZS-GRD-02", GUARDRAIL, _PASS),
    finding(
        "ZS-AGT-01",
        MCP,
        _FAIL,
        "mcp-files answers without authentication",
        evidence=fact(MCP, "auth.required", False, "auth.required", FileSource("k8s/mcp.yaml", 31)),
    ),
    finding("ZS-AGT-02", AGENT, _PASS, key="lookup_order"),
    finding("ZS-AGT-02", AGENT, _FAIL, "order-desk may call refund_any", key="refund_any"),
    finding("ZS-ISO-01", NOTEBOOK, _PASS),
    finding("ZS-ISO-01", MCP, _PASS),
    finding("ZS-DAT-01", BUCKET, _PASS),
)

GAPS: tuple[Gap, ...] = (DENIED_GAP, UNPARSABLE_GAP, UNRESOLVED_GAP, NO_FILE_FORM_GAP)

NOT_ASSESSED = (
    NotAssessed("ZS-LOG-01", "infra", "the setting exists only in the live system", NO_FILE_FORM_GAP.id),
    NotAssessed("ZS-LOG-02", "infra", "the setting exists only in the live system", NO_FILE_FORM_GAP.id),
    NotAssessed("ZS-RES-01", f"aws/{ACCOUNT}/eu-west-1", "the class was not inventoried: the list call was denied", DENIED_GAP.id),
)


def _of(*rule_ids: str) -> tuple[str, ...]:
    return tuple(known.id for known in FINDINGS if known.rule_id in rule_ids)


def _counts(finding_ids: Iterable[str]) -> Counts:
    members = [known for known in FINDINGS if known.id in set(finding_ids)]
    seen = Counter(known.status for known in members)
    waived = sum(known.status is _FAIL and not known.counts_as_failure for known in members)
    return Counts(passed=seen[_PASS], fail=seen[_FAIL], unknown=seen[_UNKNOWN], waived=waived, not_applicable=seen[_NA])


def control(control_id: str, title: str, status: ControlStatus, **more: Any) -> ControlResult:
    """A control whose counts follow from its findings."""
    finding_ids = more.get("finding_ids", ())
    fields: dict[str, Any] = {
        "statement": f"In our own words: {title.lower()}.",
        "citation": "section 2.1",
        "reason": "",
        "basis": "observed",
        "method": "TEST",
        "counts": _counts(finding_ids),
    }
    return ControlResult(id=control_id, title=title, status=status, **(fields | more))


_NET = ControlEvidence("OBJ-NET-1", "direct", "Whether a path from outside leads to a resource is what the tenet asks.", "")
_GRD = ControlEvidence("OBJ-GRD-1", "partial", "A guardrail is one of the measures that the subcategory names.", "A. Reviewer, 2026-09-01")

FRAMEWORKS: tuple[FrameworkResult, ...] = (
    FrameworkResult(
        id="nist-ai-rmf",
        version="1.0",
        title="NIST AI Risk Management Framework",
        publication="NIST AI 100-1",
        scope_note="Most subcategories are organisational; a scan can give evidence for a few.",
        groups=(
            Group("GOVERN", "Govern"),
            Group("GOVERN 1", "Policies are in place", parent="GOVERN", citation="Table 1"),
            Group("MEASURE", "Measure"),
            Group("MANAGE", "Manage"),
        ),
        controls=(
            control(
                "GOVERN 1.1",
                "Legal requirements are understood",
                ControlStatus.NOT_ASSESSED,
                group="GOVERN 1",
                basis="none",
                method="INTERVIEW",
                reason="Organisational: needs an interview and documents.",
            ),
            control(
                "MEASURE 2.7",
                "Security and resilience are evaluated",
                ControlStatus.NOT_SATISFIED,
                group="MEASURE",
                reason="1 of 1 evaluated checks failed and none passed.",
                objectives=(_NET,),
                finding_ids=_of("ZS-NET-01"),
            ),
            control(
                "MEASURE 2.4",
                "Behaviour in production is monitored",
                ControlStatus.PARTIALLY_SATISFIED,
                group="MEASURE",
                reason="Some checks failed.",
                objectives=(_GRD,),
                finding_ids=_of("ZS-GRD-01", "ZS-LOG-01", "ZS-LOG-02"),
            ),
            control(
                "MANAGE 2.4",
                "Mechanisms exist to disengage systems",
                ControlStatus.NOT_APPLICABLE,
                group="MANAGE",
                reason="No asset in scope.",
                basis="none",
                objectives=(_GRD,),
                finding_ids=_of("ZS-NET-03")[-1:],
            ),
        ),
    ),
    FrameworkResult(
        id="nist-sp-800-207",
        version="2020-08",
        title="Zero Trust Architecture",
        publication="NIST SP 800-207",
        controls=(
            control(
                "T2",
                "All communication is protected regardless of location",
                ControlStatus.SATISFIED,
                reason="All checks passed, observed.",
                objectives=(_NET,),
                finding_ids=_of("ZS-GRD-02", "ZS-DAT-01"),
            ),
            control(
                "T3",
                "Access is granted per session",
                ControlStatus.NOT_ASSESSED,
                basis="none",
                reason="Blocking gap: the class was not inventoried.",
                objectives=(_NET,),
                finding_ids=_of("ZS-ART-01"),
            ),
            control(
                "T6",
                "Authentication and authorisation are dynamic",
                ControlStatus.PARTIALLY_SATISFIED,
                basis="declared",
                method="EXAMINE",
                reason="Declared, not observed.",
                objectives=(_NET,),
                finding_ids=_of("ZS-AGT-01", "ZS-AGT-02", "ZS-ISO-01"),
                official_text="Dynamic and strictly enforced before access is allowed.",
            ),
        ),
    ),
)

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
        waived=sum(known.status is _FAIL and not known.counts_as_failure for known in findings),
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
    } | changes
    fields.setdefault("summary", summary(fields["assets"], fields["findings"], len(fields["not_assessed"])))
    return Scan(**fields)


def empty_scan() -> Scan:
    """Everything was read and there was no AI: no assets, findings, gaps or frameworks."""
    target = Target("path", "./empty", (), complete=True, documents=0)
    run = msgspec.structs.replace(
        RUN, targets=(target,), complete=True, narrowed=(), evaluated_as_of=RUN.finished_at, principals=(), skipped_files={}, config=None
    )
    return sample_scan(run=run, assets=(), findings=(), gaps=(), not_assessed=(), frameworks=(), waivers=())


_BIG_STATUSES = (*(_FAIL,) * 6, *(_UNKNOWN,) * 3, *(_PASS,) * 10, _NA)


def big_scan(n_findings: int, n_rules: int = 100) -> Scan:
    """`n_findings` findings of `n_rules` rules over one asset per 20 findings: 30 % fail, 15 % unknown, 50 % pass."""
    rules = tuple(
        rule(f"ZS-{RULES[i % len(RULES)].theme}-{100 + i}", RULES[i % len(RULES)].title, ("endpoint",), list(Severity)[i % 4])
        for i in range(n_rules)
    )
    assets = tuple(
        asset(
            f"{_ARN}:endpoint/service-{i:06}",
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
    known = status in (_FAIL, _PASS)
    return Finding(
        id=finding_id(of.id, asset_id, str(i)),
        rule_id=of.id,
        asset_id=asset_id,
        status=status,
        severity=of.severity,
        message=f"{asset_id.rsplit('/', 1)[1]}: the network path from the internet is {'open' if status is _FAIL else 'closed'}",
        evidence_class="observed",
        evidence=fact(
            asset_id,
            "network.public_access",
            status is _FAIL,
            "network.public_access == false",
            api("sagemaker:DescribeEndpoint", "/ProductionVariants/0"),
        )
        if known
        else (),
        gap_ids=(DENIED_GAP.id,) if status is _UNKNOWN else (),
        reasons=_DENIED_REASON if status is _UNKNOWN else (),
    )
