"""What a report says about itself: the boundary of its claim and the words it uses. Every format for people prints these."""

from __future__ import annotations

from zscan.model.finding import Status
from zscan.model.framework import ControlStatus

BOUNDARY: tuple[tuple[str, str], ...] = (
    (
        "Automated examination",
        (
            "A program read the configuration of the named targets at a point in time. "
            "It did not interview anybody, try an attack or watch a period."
        ),
    ),
    ("Self-assessment", "Whoever ran it chose targets, level and waivers. It is not an opinion of an independent assessor."),
    ("Design is not operation", "A setting that is in place says how a control is designed, not that it works over time."),
    (
        "Evidence for a framework, not conformity with it",
        (
            "A control's status sums up the evidence found for it. "
            "Large parts of every framework are organisational and are not assessed here."
        ),
    ),
)

NOTHING_FOUND = "No exceptions were found in what was evaluated."
NO_AI = "No AI was found in what was completely read."
NOTHING_EVALUATED = "Nothing was evaluated: no check reached a verdict."

STATUS_WORDS: dict[Status, str] = {
    Status.FAIL: "Fail",
    Status.UNKNOWN: "Unknown",
    Status.PASS: "Pass",
    Status.NOT_APPLICABLE: "Not applicable",
}

CONTROL_WORDS: dict[ControlStatus, str] = {
    ControlStatus.NOT_SATISFIED: "Not satisfied",
    ControlStatus.PARTIALLY_SATISFIED: "Partially satisfied",
    ControlStatus.SATISFIED: "Satisfied",
    ControlStatus.NOT_ASSESSED: "Not assessed",
    ControlStatus.NOT_APPLICABLE: "Not applicable",
}

BASIS_WORDS = {
    "observed": "observed (live system)",
    "declared": "declared (files)",
    "attested": "attested (a person's statement)",
    "none": "none",
}

REASON_WORDS = {
    "DENIED": "access denied",
    "THROTTLED": "throttled: retries used up",
    "TIMEOUT": "no answer in time",
    "EXPIRED": "credentials expired",
    "ERROR": "the provider answered with an error",
    "UNPARSABLE": "could not be parsed",
    "LIMIT": "a size, depth or count limit was reached",
    "CONFLICT": "two sources disagree",
    "UNRESOLVED": "the value is not in the input",
    "NOT_RENDERED": "a template that was not rendered",
    "NO_FILE_FORM": "exists only in the live system",
    "OUT_OF_SCOPE": "outside what the run was asked to read",
}

PROVIDER_WORDS = {
    "aws": "AWS",
    "azure": "Azure",
    "gcp": "Google Cloud",
    "kubernetes": "Kubernetes",
    "compose": "Compose",
    "terraform": "Terraform",
}

CHANGE_WORDS = {
    "new": "new",
    "regressed": "failing again",
    "fixed": "fixed",
    "moved": "moved",
    "unchanged": "unchanged",
    "not_reverified": "not verified again",
}

GLOSSARY: tuple[tuple[str, str], ...] = (
    (
        "Accepted risk",
        "A failure that a waiver with owner, approver, reason and expiry covers. It stays a failure; once expired it counts again.",
    ),
    (
        "Asset",
        "One thing with a posture (endpoint, agent, model, notebook …) or something that it leans on (identity, key, bucket, network).",
    ),
    ("Basis", "Where evidence comes from: observed in a live system, declared in files, or attested by a person."),
    ("Check", "One rule applied to one asset, or to one element of it. Its result is a finding."),
    ("Evaluated", "Checks that ended in pass or fail. The number after “of” also counts checks that could not be decided."),
    ("Fail", "The evidence contradicts the rule."),
    ("Gap", "Something that was asked and not answered. A blocking gap makes a scan incomplete; a note does not."),
    ("Level", "The set of rules in force, with their parameters."),
    ("Method", "TEST: compared with a live system. EXAMINE: compared with files. INTERVIEW: needs a person, not done here."),
    ("Not applicable", "The rule's condition does not hold for the asset."),
    ("Not assessed", "No check was tried, or the matter is organisational. It says nothing about the state of the control."),
    ("Objective", "A statement of the zero-trust AI baseline. Rules give evidence for objectives; frameworks' controls point at them."),
    ("Pass", "The evidence agrees with the rule."),
    ("Strength", "Direct: the objective states what the control asks. Partial: it covers a part of it."),
    ("Unknown", "Evidence was missing, so there is no verdict. The reason and, where one would help, the missing permission are named."),
)
