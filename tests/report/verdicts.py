"""What the rules said about the estate, and the chapters of two frameworks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.report.estate import (
    ACCOUNT,
    AGENT,
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
    ROLE,
    RULES,
    TF_ENDPOINT,
    TF_NOTEBOOK,
    UNPARSABLE_GAP,
    UNRESOLVED_GAP,
    api,
)
from zscan.model.finding import Evidence, Finding, NotAssessed, Status, Step, WaiverNote, finding_id
from zscan.model.framework import ControlEvidence, ControlResult, ControlStatus, Counts, FrameworkResult, Group
from zscan.model.gap import Gap
from zscan.model.redacted import marker
from zscan.model.source import Derived, FactRef, FileSource, Source

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
            [marker("aws-secret-key", 40)],
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
