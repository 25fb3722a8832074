"""Prompts of prompt management. Sources: ListPrompts, GetPrompt; AWS::Bedrock::Prompt.

Both describe the working draft; numbered versions are copies of earlier drafts and are not read.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.called import refer_to_model
from zscan.collect.aws.bedrock.texts import texts_hold_secret
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document

PROMPT = "AWS::Bedrock::Prompt"
_MAPS = frozenset({"AdditionalModelRequestFields", "InputSchema", "Metadata"})


def shape_prompt(document: Document) -> Iterable[Draft]:
    """A managed prompt: its key, what its texts hold, the models it is written for."""
    draft = asset(document, "prompt")
    variants = document["Variants"].each()
    draft.set("encryption.customer_key", document["CustomerEncryptionKeyArn"].is_set())
    draft.set("secrets.in_instructions", any_of(texts_hold_secret(variant.get("TemplateConfiguration")) for variant in variants))
    draft.refer("encrypts_with", "AWS::KMS::Key", document["CustomerEncryptionKeyArn"])
    for variant in variants:
        refer_to_model(draft, "calls_model", variant.get("ModelId"))
    yield draft


COLLECTORS = (
    Collector(
        native_type=PROMPT,
        asset_type="prompt",
        list=Call(service="bedrock-agent", operation="ListPrompts", action="bedrock:ListPrompts", items="promptSummaries", page_size=1000),
        describe=Call(
            service="bedrock-agent",
            operation="GetPrompt",
            action="bedrock:GetPrompt",
            params={"promptIdentifier": "{id}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["arn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(maps=_MAPS),
        shape=shape_prompt,
        facts=GOVERNANCE | {"encryption.customer_key", "secrets.in_instructions"},
        relations=frozenset({"encrypts_with", "calls_model"}),
    ),
)
