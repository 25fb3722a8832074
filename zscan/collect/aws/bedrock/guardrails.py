"""Guardrails. Sources: ListGuardrails, GetGuardrail of the Bedrock API; AWS::Bedrock::Guardrail.

GetGuardrail without a version, and a template, both describe the working draft: the facts are the draft's. What a numbered version holds
that was made before the last edit is not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.values import switch, word
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.unknown import Reason, ReasonCode, Unknown

NATIVE_TYPE = "AWS::Bedrock::Guardrail"
# NONE finds and reports, but lets the content pass (GuardrailContentFilterConfig, inputAction).
_ACTIONS = {"block": "block", "anonymize": "mask", "none": "detect"}
_STRENGTHS = {"none": "none", "low": "low", "medium": "medium", "high": "high"}
_ALIASES = {
    "Id": "GuardrailId",
    "Arn": "GuardrailArn",
    "ContentPolicy.Filters": "ContentPolicyConfig.FiltersConfig",
    "ContentPolicy.Tier": "ContentPolicyConfig.ContentFiltersTierConfig",
    "TopicPolicy.Topics": "TopicPolicyConfig.TopicsConfig",
    "TopicPolicy.Tier": "TopicPolicyConfig.TopicsTierConfig",
    "WordPolicy.Words": "WordPolicyConfig.WordsConfig",
    "WordPolicy.ManagedWordLists": "WordPolicyConfig.ManagedWordListsConfig",
    "SensitiveInformationPolicy.PiiEntities": "SensitiveInformationPolicyConfig.PiiEntitiesConfig",
    "SensitiveInformationPolicy.Regexes": "SensitiveInformationPolicyConfig.RegexesConfig",
    "ContextualGroundingPolicy.Filters": "ContextualGroundingPolicyConfig.FiltersConfig",
    "AutomatedReasoningPolicy": "AutomatedReasoningPolicyConfig",
    "CrossRegionDetails.GuardrailProfileArn": "CrossRegionConfig.GuardrailProfileArn",
}
_PROPERTIES = frozenset(
    {
        "GuardrailId",
        "GuardrailArn",
        "Name",
        "Status",
        "KmsKeyArn",
        "ContentPolicyConfig",
        "TopicPolicyConfig",
        "WordPolicyConfig",
        "SensitiveInformationPolicyConfig",
        "ContextualGroundingPolicyConfig",
        "AutomatedReasoningPolicyConfig",
        "CrossRegionConfig",
    }
)


def shape_guardrail(document: Document) -> Iterable[Draft]:
    """A guardrail: what it looks for on the way in and out, and what it does when it finds it."""
    draft = asset(document, "guardrail")
    for name in ("GuardrailId", "GuardrailArn"):
        known = document[name].value
        draft.keys |= {known} if isinstance(known, str) else set()
    filters = document["ContentPolicyConfig.FiltersConfig"]
    entities = document["SensitiveInformationPolicyConfig.PiiEntitiesConfig"]
    patterns = document["SensitiveInformationPolicyConfig.RegexesConfig"]
    topics = document["TopicPolicyConfig.TopicsConfig"]
    words = document["WordPolicyConfig.WordsConfig"]
    lists = document["WordPolicyConfig.ManagedWordListsConfig"]
    grounding = document["ContextualGroundingPolicyConfig.FiltersConfig"]
    draft.set("guardrail.ready", _ready(document))
    draft.set("guardrail.filters", _records([_filter(item) for item in filters.each()], filters))
    found = [_personal(item, item.get("Type").map(lambda kind: str(kind).lower())) for item in entities.each()]
    found += [_personal(item, item.get("Name").map(lambda name: f"regex:{name}")) for item in patterns.each()]
    draft.set("guardrail.personal_data", _records(found, entities, patterns))
    draft.set("guardrail.denied_topics", _count(topics))
    draft.set("guardrail.words", _count(words))
    draft.set("guardrail.profanity_filter", Reading(any_of(_profanity(item) for item in lists.each()).value, lists.places))
    draft.set("guardrail.grounding", Reading(any_of(_grounds(item) for item in grounding.each()).value, grounding.places))
    draft.set("encryption.customer_key", document["KmsKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyArn"])
    yield draft


def _ready(document: Document) -> Reading:
    if document.view == "declared":
        return Reading(Unknown(Reason(ReasonCode.NO_FILE_FORM, "the state of a guardrail exists only in the live system")), (("Status",),))
    return document["Status"].eq("READY")


def _records(items: list[Any], *lists: Reading) -> Reading:
    """Records by type; unread rests last. Templates and answers may order them differently."""
    known = [item for item in items if not isinstance(item, Unknown)]
    rest = [item for item in items if isinstance(item, Unknown)]
    known.sort(key=lambda record: "~" if isinstance(record["type"], Unknown) else record["type"])
    return Reading(known + rest, tuple(place for reading in lists for place in reading.places))


def _filter(item: Reading) -> Any:
    if item.unknown:
        return item.value
    sides = {side: (_strength(item, side), _action(item, side)) for side in ("Input", "Output")}
    record: dict[str, Any] = {"type": item.get("Type").map(lambda kind: str(kind).lower()).value}
    for side, (strength, action) in sides.items():
        record[f"{side.lower()}_strength"] = strength.value
        record[f"{side.lower()}_action"] = "none" if strength.value == "none" else action.value
    return record


def _personal(item: Reading, kind: Reading) -> Any:
    if item.unknown:
        return item.value
    return {"type": kind.value, "input_action": _action(item, "Input").value, "output_action": _action(item, "Output").value}


def _evaluated(item: Reading, side: str = "") -> Reading:
    """Every policy is evaluated unless it is switched off for a side: the switch is newer than guardrails without it (InputEnabled)."""
    return switch(item.get(f"{side}Enabled").default(True))


def _strength(item: Reading, side: str) -> Reading:
    on = _evaluated(item, side)
    return (
        Reading("none")
        if on.value is False
        else combine(lambda _on, text: text, on, word(item.get(f"{side}Strength").default("NONE"), _STRENGTHS))
    )


def _action(item: Reading, side: str) -> Reading:
    """What happens to content that is found. A side follows the common action (PII), and blocks where nothing is said (content filters)."""
    on = _evaluated(item, side)
    if on.value is False:
        return Reading("none")
    own = item.get(f"{side}Action")
    chosen = own if own.value is not None else item.get("Action").default("BLOCK")
    return combine(lambda _on, text: text, on, word(chosen, _ACTIONS))


def _blocks(item: Reading) -> Reading:
    """Whether an entry stops content on the way in or out."""
    return item if item.unknown else any_of(_action(item, side).eq("block") for side in ("Input", "Output"))


def _count(entries: Reading) -> Reading:
    """How many entries stop content: one that only reports forbids nothing."""
    return Reading(combine(lambda *truths: sum(truths), *(_blocks(item) for item in entries.each())).value, entries.places)


def _profanity(item: Reading) -> Reading:
    return item if item.unknown else item.get("Type").eq("PROFANITY") & _blocks(item)


def _grounds(item: Reading) -> Reading:
    """A grounding filter that is on and blocks; at threshold 0 no answer falls below it."""
    if item.unknown:
        return item
    bounded = item.get("Threshold").default(0).map(lambda value: str(value) not in {"0", "0.0"})
    return item.get("Type").eq("GROUNDING") & _evaluated(item) & _action(item, "").eq("block") & bounded


COLLECTORS = (
    Collector(
        native_type=NATIVE_TYPE,
        asset_type="guardrail",
        list=Call(service="bedrock", operation="ListGuardrails", action="bedrock:ListGuardrails", items="guardrails", page_size=1000),
        describe=Call(
            service="bedrock",
            operation="GetGuardrail",
            action="bedrock:GetGuardrail",
            params={"guardrailIdentifier": "{id}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["arn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(aliases=_ALIASES, only=_PROPERTIES),
        shape=shape_guardrail,
        facts=GOVERNANCE
        | {
            "guardrail.ready",
            "guardrail.filters",
            "guardrail.personal_data",
            "guardrail.denied_topics",
            "guardrail.profanity_filter",
            "guardrail.words",
            "guardrail.grounding",
            "encryption.customer_key",
        },
        live_only=frozenset({"guardrail.ready"}),
        relations=frozenset({"encrypts_with"}),
    ),
)
