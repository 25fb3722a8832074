"""Policy engines of gateways and their policies. Sources: ListPolicyEngines, ListPolicies; AWS::BedrockAgentCore::PolicyEngine, with
AWS::BedrockAgentCore::Policy at `Policies`.

Both listings hold everything that is asked here, so no engine and no policy is read on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from zscan.collect import Collector, Part
from zscan.collect.aws.agentcore.calls import listing
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

# A permit whose head names no principal and no action, and that has no condition: every tool for everybody. In the head, `principal is
# Type` narrows to no one in particular, and the resource is the gateway itself.
_ALLOW_ALL = re.compile(r"\bpermit\s*\(\s*principal(?:\s+is\s+[\w:]+)?\s*,\s*action\s*,\s*resource\b[^)]*\)\s*;")
_COMMENT = re.compile(r"//[^\n]*")
_GENERATED = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the policy is a draft that a model wrote; its text is not in the definition"))


def shape_engine(document: Document) -> Iterable[Draft]:
    """An engine: whether its policies decide at all, and whether one of them lets everything through."""
    draft = asset(document, "policy_engine")
    known = document["PolicyEngineId"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    policies = [(_in_force(policy), _allows_all(policy)) for policy in document["Policies"].each()]
    draft.set("auth.authorization", any_of(in_force for in_force, _ in policies))
    draft.set("tool.allow_all_policy", any_of(in_force & allows for in_force, allows in policies))
    draft.set("encryption.customer_key", document["EncryptionKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["EncryptionKeyArn"])
    yield draft


def _in_force(policy: Reading) -> Reading:
    """A policy decides unless it only logs. ACTIVE is the default (AWS::BedrockAgentCore::Policy, EnforcementMode)."""
    return policy if policy.unknown else policy.get("EnforcementMode").default("ACTIVE").eq("ACTIVE")


def _allows_all(policy: Reading) -> Reading:
    definition = policy if policy.unknown else policy.get("Definition")
    texts = [definition.get(f"{language}.Statement") for language in ("Cedar", "Policy")]
    stated = next((text for text in texts if text.value is not None), Reading(_GENERATED, definition.places))
    return stated.map(_permits_all)


def _permits_all(statement: Any) -> bool:
    return bool(_ALLOW_ALL.search(_COMMENT.sub("", str(statement))))


COLLECTORS = (
    Collector(
        native_type="AWS::BedrockAgentCore::PolicyEngine",
        asset_type="policy_engine",
        list=listing("ListPolicyEngines", "policyEngines"),
        parts=(
            Part(
                path="Policies",
                call=listing("ListPolicies", "policies", params={"policyEngineId": "{policyEngineId}"}),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["policyEngineArn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(),
        shape=shape_engine,
        facts=GOVERNANCE | {"auth.authorization", "tool.allow_all_policy", "encryption.customer_key"},
        relations=frozenset({"encrypts_with"}),
    ),
)
