"""Assistants of Amazon Connect (Amazon Q in Connect). Sources: ListAssistants, which says all of them; AWS::Wisdom::Assistant."""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, asset
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_assistant(document: Document) -> Iterable[Draft]:
    """An assistant for agents of a contact centre. Without a key the data lies under one of AWS's own."""
    draft = asset(document, "assistant")
    key = document["ServerSideEncryptionConfiguration.KmsKeyId"]
    draft.set("encryption.customer_key", key.is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::Wisdom::Assistant",
        asset_type="assistant",
        list=Call(
            service="qconnect", operation="ListAssistants", action="wisdom:ListAssistants", items="assistantSummaries", page_size=100
        ),
        identify=lambda answer, _place: str(answer["assistantArn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(),
        shape=shape_assistant,
        facts=GOVERNANCE | {"encryption.customer_key"},
        relations=frozenset({"encrypts_with"}),
    ),
)
