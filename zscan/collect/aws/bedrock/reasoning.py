"""Automated reasoning policies: formal rules that guardrails check answers against. Sources: ListAutomatedReasoningPolicies,
GetAutomatedReasoningPolicy; AWS::Bedrock::AutomatedReasoningPolicy. Both describe the working draft.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_reasoning_policy(document: Document) -> Iterable[Draft]:
    """A policy: the key that protects its rules. CloudFormation calls the key that is asked for `KmsKeyId`."""
    draft = asset(document, "guardrail")
    key = document["KmsKeyId" if document.view == "declared" else "KmsKeyArn"]
    draft.set("encryption.customer_key", key.is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::Bedrock::AutomatedReasoningPolicy",
        asset_type="guardrail",
        list=Call(
            service="bedrock",
            operation="ListAutomatedReasoningPolicies",
            action="bedrock:ListAutomatedReasoningPolicies",
            items="automatedReasoningPolicySummaries",
            page_size=100,
        ),
        describe=Call(
            service="bedrock",
            operation="GetAutomatedReasoningPolicy",
            action="bedrock:GetAutomatedReasoningPolicy",
            params={"policyArn": "{policyArn}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["policyArn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(),
        shape=shape_reasoning_policy,
        facts=GOVERNANCE | {"encryption.customer_key"},
        relations=frozenset({"encrypts_with"}),
    ),
)
