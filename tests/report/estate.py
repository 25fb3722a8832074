"""A small estate: gaps, rules, objectives and assets, two targets, one of them hostile."""

from __future__ import annotations

from typing import Any

import msgspec

from zscan.model.asset import Asset, Relation
from zscan.model.framework import Objective
from zscan.model.gap import gap
from zscan.model.rule import Rule, Severity, Verify
from zscan.model.source import ApiSource, FileSource
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
