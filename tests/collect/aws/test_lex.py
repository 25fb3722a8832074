"""Lex bots: what is recorded of conversations, and under whose key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.documents import edges, seen
from tests.collect.aws.scanning import ACCOUNT, MISSING, REGION, collector, is_open, scan, shaped, template
from tests.sim.aws import AwsSim, Estate, build_assistants
from tests.sim.aws.build_account import key_arn

TYPE = "AWS::Lex::Bot"
KEY = key_arn(ACCOUNT, REGION, "ml")
TEXT = {"TextLogSettings": [{"Enabled": True}]}
TEST = {"BotAliasId": "TSTALIASID"}


def alias(name: str = "A1", **settings: Any) -> dict[str, Any]:
    return {"BotAliasId": name, "ConversationLogSettings": settings}


def voice(*, key: str | None, enabled: bool = True) -> dict[str, Any]:
    bucket = {"S3BucketArn": "arn:aws:s3:::calls"} | ({"KmsKeyArn": key} if key else {})
    return {"AudioLogSettings": [{"Enabled": enabled, "Destination": {"S3Bucket": bucket}}]}


@pytest.mark.parametrize(
    ("aliases", "recorded"),
    [
        ([TEST, alias(**TEXT)], True),
        ([TEST, alias()], False),
        ([TEST, alias(**TEXT), alias("A2")], False),
        ([TEST, alias(TextLogSettings=[{"Enabled": False}])], False),
        ([{**TEST, "ConversationLogSettings": TEXT}], True),
        ([TEST], False),
        ([], False),
        ([TEST, alias(**TEXT), MISSING], None),
        ([TEST, alias(), MISSING], False),
        (MISSING, None),
    ],
)
def test_every_alias_that_is_called_has_to_record(aliases: Any, recorded: bool | None) -> None:
    value = seen(TYPE, {"Aliases": aliases}).facts["logging.conversations"]
    assert is_open(value) if recorded is None else value is recorded


@pytest.mark.parametrize(
    ("settings", "keyed"),
    [
        (voice(key=KEY), True),
        (voice(key=None), False),
        (voice(key=None, enabled=False), True),
        ({}, True),
    ],
)
def test_recorded_voices_have_a_key(settings: dict[str, Any], keyed: bool) -> None:
    draft = seen(TYPE, {"Aliases": [TEST, alias(**settings)]})
    assert draft.facts["encryption.capture_customer_key"] is keyed
    if settings:
        assert ("writes_to", "calls") in edges(draft)


def test_a_bot_says_the_same_live_and_in_a_template(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    estate.role(ACCOUNT, "lex").key(ACCOUNT, REGION, "ml").bucket(ACCOUNT, REGION, "calls")
    kept = {"s3Bucket": {"s3BucketArn": "arn:aws:s3:::calls", "logPrefix": "c/", "kmsKeyArn": KEY}}
    logs = {"audioLogSettings": [{"enabled": True, "destination": kept}]}
    build_assistants.bot(estate, ACCOUNT, REGION, "desk", logs=logs, tags={"owner": "ml"})
    found = scan(sim, estate)
    assert found.gaps == []
    live = found.one(TYPE)
    assert live.facts["governance.owner"] is True
    assert {(r.kind, r.state) for r in live.relations} == {
        ("runs_as", "resolved"),
        ("writes_to", "resolved"),
        ("encrypts_with", "resolved"),
    }
    body = {
        "Name": "desk",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/lex",
        "Aliases": [{"BotAliasName": "live", "ConversationLogSettings": voice(key=KEY)}],
    }
    declared = shaped(template(TYPE, body))
    compared = collector(TYPE).facts - collector(TYPE).live_only
    assert {path: live.facts[path] for path in compared} == {path: declared.facts[path] for path in compared}
    assert edges(live) == edges(declared)
