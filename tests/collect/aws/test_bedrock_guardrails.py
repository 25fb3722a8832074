"""Guardrails: live through the simulator, and the same from a template."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.test_bedrock_contract import ACCOUNT, REGION, edges, facts, scan, shaped
from tests.sim.aws.build_account import key_arn
from tests.sim.aws.build_bedrock import guardrail_id
from tests.sim.aws.estates import Estate
from zscan.model.unknown import ReasonCode, Unknown, Unresolved

KEY = key_arn(ACCOUNT, REGION, "ml")

_LIVE: dict[str, Any] = {
    "contentPolicy": {
        "filters": [
            {"type": "VIOLENCE", "inputStrength": "MEDIUM", "outputStrength": "LOW", "inputAction": "BLOCK", "outputAction": "NONE"},
            {"type": "HATE", "inputStrength": "HIGH", "outputStrength": "HIGH", "outputEnabled": False},
            {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE", "inputAction": "BLOCK", "inputEnabled": True},
        ],
        "tier": {"tierName": "STANDARD"},
    },
    "topicPolicy": {
        "topics": [
            {"name": "advice", "definition": "d", "type": "DENY"},
            {"name": "watched", "definition": "d", "type": "DENY", "inputAction": "NONE", "outputAction": "NONE"},
        ]
    },
    "wordPolicy": {
        "words": [{"text": "w"}, {"text": "x", "inputEnabled": False, "outputEnabled": False}],
        "managedWordLists": [{"type": "PROFANITY"}],
    },
    "sensitiveInformationPolicy": {
        "piiEntities": [
            {"type": "PHONE", "action": "ANONYMIZE", "inputAction": "NONE"},
            {"type": "EMAIL", "action": "BLOCK", "inputEnabled": False},
        ],
        "regexes": [{"name": "badge", "pattern": "B[0-9]+", "action": "BLOCK"}],
    },
    "contextualGroundingPolicy": {
        "filters": [{"type": "RELEVANCE", "threshold": 0.5}, {"type": "GROUNDING", "threshold": 0.7, "action": "BLOCK"}]
    },
}
_TEMPLATE: dict[str, Any] = {
    "Name": "guard",
    "KmsKeyArn": KEY,
    "Tags": [{"Key": "owner", "Value": "ml"}],
    "ContentPolicyConfig": {
        "FiltersConfig": [
            {"Type": "PROMPT_ATTACK", "InputStrength": "HIGH", "OutputStrength": "NONE", "InputAction": "BLOCK", "InputEnabled": "true"},
            {"Type": "HATE", "InputStrength": "HIGH", "OutputStrength": "HIGH", "OutputEnabled": "false"},
            {"Type": "VIOLENCE", "InputStrength": "MEDIUM", "OutputStrength": "LOW", "InputAction": "BLOCK", "OutputAction": "NONE"},
        ]
    },
    "TopicPolicyConfig": {
        "TopicsConfig": [
            {"Name": "advice", "Definition": "d", "Type": "DENY"},
            {"Name": "watched", "Definition": "d", "Type": "DENY", "InputAction": "NONE", "OutputAction": "NONE"},
        ]
    },
    "WordPolicyConfig": {
        "WordsConfig": [{"Text": "w"}, {"Text": "x", "InputEnabled": False, "OutputEnabled": False}],
        "ManagedWordListsConfig": [{"Type": "PROFANITY"}],
    },
    "SensitiveInformationPolicyConfig": {
        "PiiEntitiesConfig": [
            {"Type": "PHONE", "Action": "ANONYMIZE", "InputAction": "NONE"},
            {"Type": "EMAIL", "Action": "BLOCK", "InputEnabled": False},
        ],
        "RegexesConfig": [{"Name": "badge", "Pattern": "B[0-9]+", "Action": "BLOCK"}],
    },
    "ContextualGroundingPolicyConfig": {
        "FiltersConfig": [{"Type": "RELEVANCE", "Threshold": 0.5}, {"Type": "GROUNDING", "Threshold": 0.7, "Action": "BLOCK"}]
    },
}


def test_live_and_template_state_the_same() -> None:
    estate = Estate(regions=[REGION]).guardrail(ACCOUNT, REGION, "guard", tags={"owner": "ml"}, kmsKeyArn=KEY, **_LIVE)
    live, declared = scan(estate).one("Guardrail"), shaped("Guardrail", _TEMPLATE)
    assert facts(live) == facts(declared)
    assert edges(live) == edges(declared) == {("encrypts_with", KEY)}
    assert live.facts["guardrail.ready"] is True
    assert declared.facts["guardrail.ready"].reasons[0].code == ReasonCode.NO_FILE_FORM
    assert live.keys >= {"guard", guardrail_id(ACCOUNT, REGION, "guard"), live.id}
    assert facts(live) == {
        "encryption.customer_key": True,
        "governance.owner": True,
        "governance.environment": False,
        "governance.classification": False,
        "guardrail.denied_topics": 1,
        "guardrail.words": 1,
        "guardrail.profanity_filter": True,
        "guardrail.grounding": True,
        "guardrail.images_covered": False,
        "guardrail.languages_covered": False,
        "guardrail.links_filtered": False,
        "guardrail.reasoning": False,
        "guardrail.filters": [
            {"type": "hate", "input_strength": "high", "output_strength": "none", "input_action": "block", "output_action": "none"},
            {
                "type": "prompt_attack",
                "input_strength": "high",
                "output_strength": "none",
                "input_action": "block",
                "output_action": "none",
            },
            {"type": "violence", "input_strength": "medium", "output_strength": "low", "input_action": "block", "output_action": "detect"},
        ],
        "guardrail.personal_data": [
            {"type": "email", "input_action": "none", "output_action": "block"},
            {"type": "phone", "input_action": "detect", "output_action": "mask"},
            {"type": "regex:badge", "input_action": "block", "output_action": "block"},
        ],
    }


def test_an_empty_guardrail_filters_nothing() -> None:
    estate = Estate(regions=[REGION]).guardrail(ACCOUNT, REGION, "bare", contentPolicy=None, status="FAILED")
    live = scan(estate).one("Guardrail")
    assert live.facts["guardrail.ready"] is False
    assert facts(live) == facts(shaped("Guardrail", {"Name": "bare"}))
    assert [live.facts[f"guardrail.{name}"] for name in ("filters", "personal_data", "denied_topics", "words", "grounding")] == [
        [],
        [],
        0,
        0,
        False,
    ]
    assert live.facts["encryption.customer_key"] is False
    assert edges(live) == set()


@pytest.mark.parametrize(
    ("grounding", "expected"),
    [
        ({"Type": "GROUNDING", "Threshold": 0.7}, True),
        ({"Type": "GROUNDING", "Threshold": 0}, False),
        ({"Type": "GROUNDING", "Threshold": 0.7, "Action": "NONE"}, False),
        ({"Type": "GROUNDING", "Threshold": 0.7, "Enabled": False}, False),
        ({"Type": "RELEVANCE", "Threshold": 0.7}, False),
    ],
)
def test_grounding_needs_a_filter_that_blocks(grounding: dict[str, Any], expected: object) -> None:
    draft = shaped("Guardrail", {"ContextualGroundingPolicyConfig": {"FiltersConfig": [grounding]}})
    assert draft.facts["guardrail.grounding"] is expected


def test_words_of_a_template_that_are_not_documented_are_unknown() -> None:
    odd = {"Type": "HATE", "InputStrength": "EXTREME", "OutputStrength": Unresolved("Ref: Strength"), "InputAction": "MAYBE"}
    draft = shaped("Guardrail", {"ContentPolicyConfig": {"FiltersConfig": [odd]}, "KmsKeyArn": Unresolved("key", target="Key")})
    (record,) = draft.facts["guardrail.filters"]
    assert record["type"] == "hate"
    assert all(isinstance(record[name], Unknown) for name in ("input_strength", "output_strength", "input_action"))
    assert record["output_action"] == "block"
    assert draft.facts["encryption.customer_key"] is True
    assert "guardrail.filters[]" in draft.freeze().unknown


def test_one_blocking_entry_does_not_decide_a_count_that_was_cut_short() -> None:
    cut = [{"Name": "n", "Type": "DENY"}, Unresolved("Fn::If")]
    draft = shaped(
        "Guardrail",
        {"TopicPolicyConfig": {"TopicsConfig": cut}, "WordPolicyConfig": {"ManagedWordListsConfig": [{"Type": "PROFANITY"}, cut[1]]}},
    )
    assert isinstance(draft.facts["guardrail.denied_topics"], Unknown)
    assert draft.facts["guardrail.profanity_filter"] is True


_SEEN = {"InputStrength": "HIGH", "OutputStrength": "HIGH", "InputModalities": ["TEXT", "IMAGE"]}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], False),
        ([{"Type": "HATE", "InputStrength": "HIGH", "OutputStrength": "HIGH"}], False),
        ([{"Type": "HATE", **_SEEN}], True),
        ([{"Type": "HATE", **_SEEN}, {"Type": "SEXUAL", "InputStrength": "HIGH", "OutputStrength": "HIGH"}], False),
        ([{"Type": "HATE", **_SEEN}, {"Type": "PROMPT_ATTACK", "InputStrength": "HIGH", "OutputStrength": "NONE"}], True),
    ],
)
def test_images_are_covered_by_every_filter_that_can_see(filters: list[dict[str, Any]], expected: object) -> None:
    assert shaped("Guardrail", {"ContentPolicyConfig": {"FiltersConfig": filters}}).facts["guardrail.images_covered"] is expected


_TOPICS = [{"Name": "n", "Definition": "d", "Type": "DENY"}]
_STANDARD = {"TierName": "STANDARD"}


@pytest.mark.parametrize(
    ("content", "topics", "expected"),
    [
        ({"FiltersConfig": [{"Type": "HATE", **_SEEN}]}, {}, False),
        ({"FiltersConfig": [{"Type": "HATE", **_SEEN}], "ContentFiltersTierConfig": _STANDARD}, {}, True),
        ({"FiltersConfig": [{"Type": "HATE", **_SEEN}], "ContentFiltersTierConfig": _STANDARD}, {"TopicsConfig": _TOPICS}, False),
        ({}, {"TopicsConfig": _TOPICS, "TopicsTierConfig": _STANDARD}, True),
        ({}, {}, False),
    ],
)
def test_languages_are_covered_by_the_standard_tier(content: dict[str, Any], topics: dict[str, Any], expected: object) -> None:
    draft = shaped("Guardrail", {"ContentPolicyConfig": content, "TopicPolicyConfig": topics})
    assert draft.facts["guardrail.languages_covered"] is expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, False),
        ({"PiiEntitiesConfig": [{"Type": "URL", "Action": "ANONYMIZE"}]}, True),
        ({"PiiEntitiesConfig": [{"Type": "URL", "Action": "NONE"}]}, False),
        ({"PiiEntitiesConfig": [{"Type": "EMAIL", "Action": "BLOCK"}]}, False),
        ({"RegexesConfig": [{"Name": "links", "Pattern": "https?://.*", "Action": "BLOCK"}]}, True),
        ({"RegexesConfig": [{"Name": "badge", "Pattern": "B[0-9]+", "Action": "BLOCK"}]}, False),
    ],
)
def test_links_are_filtered_by_an_entry_that_acts(policy: dict[str, Any], expected: object) -> None:
    assert shaped("Guardrail", {"SensitiveInformationPolicyConfig": policy}).facts["guardrail.links_filtered"] is expected


def test_formal_rules_are_a_policy_that_is_named() -> None:
    assert shaped("Guardrail", {}).facts["guardrail.reasoning"] is False
    assert shaped("Guardrail", {"AutomatedReasoningPolicyConfig": {"Policies": ["p:1"]}}).facts["guardrail.reasoning"] is True
