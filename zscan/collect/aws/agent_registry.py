"""Registries of agents and tools. Sources: ListRegistries, GetRegistry of the Agent Registry control API; AWS::AgentRegistry::Registry.

The registries of the preview, which lived in the AgentCore API, were closed in September 2026 and are not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_registry(document: Document) -> Iterable[Draft]:
    """A registry: whether entries wait for a person, and whether it looks for agents itself. Both are chosen, neither is the default."""
    draft = asset(document, "agent_registry")
    draft.set("catalogue.approval_required", ~document["ApprovalConfiguration.AutoApprovalRules"].is_set())
    draft.set("catalogue.detects", switch(document["AutoDetectionEnabled"]))
    draft.set("encryption.customer_key", document["EncryptionConfiguration.KmsKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["EncryptionConfiguration.KmsKeyArn"])
    yield draft


def _call(operation: str, **more: Any) -> Call:
    return Call(service="agent-registry-control", operation=operation, action=f"agent-registry:{operation}", **more)


COLLECTORS = (
    Collector(
        native_type="AWS::AgentRegistry::Registry",
        asset_type="agent_registry",
        list=_call("ListRegistries", items="registries", page_size=100),
        describe=_call("GetRegistry", params={"registryId": "{registryId}"}, absent=frozenset({"ResourceNotFoundException"})),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["registryArn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(aliases={"AutoDetection.Configuration.Enabled": "AutoDetectionEnabled"}),
        shape=shape_registry,
        facts=GOVERNANCE | {"catalogue.approval_required", "catalogue.detects", "encryption.customer_key"},
        relations=frozenset({"encrypts_with"}),
    ),
)
