"""Guardrails and their numbered versions. Sources: ListGuardrails, GetGuardrail of the Bedrock API; AWS::Bedrock::Guardrail.

GetGuardrail without a version, and a template, both describe the working draft: the facts are the draft's. A numbered version is a copy of
an earlier draft; it is read, as an asset of its own, where an agent, a flow or an enforced configuration uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Place
from zscan.collect.aws.bedrock.values import switch, word
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn, locate
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.unknown import Reason, ReasonCode, Unknown

NATIVE_TYPE = "AWS::Bedrock::Guardrail"
VERSION = "AWS::Bedrock::GuardrailVersion"
# NONE finds and reports, but lets the content pass (GuardrailContentFilterConfig, inputAction).
_DRAFT = "DRAFT"
_ACTIONS = {"block": "block", "anonymize": "mask", "none": "detect"}
_CLASSIC = "CLASSIC"  # GuardrailContentFiltersTierConfig: English, French and Spanish
# user guide, "Block harmful images": the categories that can look at images
_SEE_IMAGES = ("HATE", "INSULTS", "SEXUAL", "VIOLENCE")
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
    _content(draft, document)
    yield draft


def shape_version(document: Document) -> Iterable[Draft]:
    """A numbered version in use. It has the tags of no one: a guardrail's tags stand at its draft."""
    draft = Draft(document, "guardrail")
    draft.tags = {}
    _content(draft, document)
    yield draft


def refer_to_guardrail(draft: Draft, configuration: Reading) -> None:
    """Note an edge to the guardrail of a configuration: to the numbered version, or to the draft. A template holds drafts only."""
    identifier, version = configuration.get("GuardrailIdentifier"), configuration.get("GuardrailVersion")
    if draft.view == "live" and isinstance(identifier.value, str) and identifier.value:
        if isinstance(version.value, Unknown):
            draft.refer("guarded_by", (NATIVE_TYPE, VERSION), version)
            return
        if str(version.value or _DRAFT) != _DRAFT:
            draft.refer("guarded_by", VERSION, Reading(f"{identifier.value}:{version.value}", identifier.places))
            return
    draft.refer("guarded_by", NATIVE_TYPE, identifier)


def _content(draft: Draft, document: Document) -> None:
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
    draft.set("guardrail.images_covered", _images_covered(filters))
    draft.set("guardrail.languages_covered", _languages_covered(document))
    draft.set("guardrail.links_filtered", _links_filtered(entities, patterns))
    draft.set("guardrail.reasoning", document["AutomatedReasoningPolicyConfig.Policies"].is_set())
    draft.set("encryption.customer_key", document["KmsKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyArn"])


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


def _images_covered(filters: Reading) -> Reading:
    """Whether every filter of a kind that can look at images does so on the way in. Unset modalities are text alone (CreateGuardrail)."""
    found = [item if item.unknown else _looks_at_images(item) for item in filters.each()]
    return Reading(all_of(found, empty=False).value, filters.places)


def _looks_at_images(item: Reading) -> Reading:
    listed = item.get("InputModalities")
    has_images = listed if listed.unknown else any_of(entry.eq("IMAGE") for entry in listed.each())
    return ~item.get("Type").one_of(*_SEE_IMAGES) | has_images


def _languages_covered(document: Document) -> Reading:
    """The standard tier of the content filters, and of topics where there are any; unset is classic, which knows three languages."""
    content = document["ContentPolicyConfig.ContentFiltersTierConfig.TierName"].default(_CLASSIC).eq("STANDARD")
    topics = document["TopicPolicyConfig.TopicsTierConfig.TierName"].default(_CLASSIC).eq("STANDARD")
    filters, listed = document["ContentPolicyConfig.FiltersConfig"].is_set(), document["TopicPolicyConfig.TopicsConfig"].is_set()
    return (filters | listed) & (~filters | content) & (~listed | topics)


def _links_filtered(entities: Reading, patterns: Reading) -> Reading:
    """An entry for addresses of the web that stops or masks what it finds: the entity URL, or a pattern that begins like an address."""
    found = [item if item.unknown else item.get("Type").eq("URL") & _acts(item) for item in entities.each()]
    found += [item if item.unknown else item.get("Pattern").map(lambda text: "http" in str(text)) & _acts(item) for item in patterns.each()]
    return Reading(any_of(found).value, (*entities.places, *patterns.places))


def _acts(item: Reading) -> Reading:
    return any_of(_action(item, side).one_of("block", "mask") for side in ("Input", "Output"))


def _names(key: str) -> dict[str, str]:
    """An identifier and the number of a version, as `refer_to_guardrail` joins them."""
    identifier, _, version = key.rpartition(":")
    return {"guardrailIdentifier": identifier, "guardrailVersion": version}


def _version_id(answer: Mapping[str, Any], place: Place) -> str:
    identifier = str(answer.get("guardrailArn") or answer["guardrailIdentifier"])
    own = identifier if identifier.startswith("arn:") else arn(place, "bedrock", f"guardrail/{identifier}")
    return f"{own}:{answer['guardrailVersion']}"


_CONTENT = frozenset(
    {
        "guardrail.ready",
        "guardrail.filters",
        "guardrail.personal_data",
        "guardrail.denied_topics",
        "guardrail.profanity_filter",
        "guardrail.words",
        "guardrail.grounding",
        "guardrail.images_covered",
        "guardrail.languages_covered",
        "guardrail.links_filtered",
        "guardrail.reasoning",
        "encryption.customer_key",
    }
)

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
        facts=GOVERNANCE | _CONTENT,
        live_only=frozenset({"guardrail.ready"}),
        relations=frozenset({"encrypts_with"}),
    ),
    Collector(
        native_type=VERSION,
        asset_type="guardrail",
        resolves=True,
        locate=locate,
        split=_names,
        describe=Call(
            service="bedrock",
            operation="GetGuardrail",
            action="bedrock:GetGuardrail",
            params={"guardrailIdentifier": "{guardrailIdentifier}", "guardrailVersion": "{guardrailVersion}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        identify=_version_id,
        name=lambda answer: f"{answer.get('name') or answer['guardrailIdentifier']}:{answer['guardrailVersion']}",
        canonical=cfn_names(aliases=_ALIASES, only=_PROPERTIES),
        shape=shape_version,
        facts=_CONTENT,
        relations=frozenset({"encrypts_with"}),
        file_form=False,
    ),
)
