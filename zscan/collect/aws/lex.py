"""Amazon Lex V2 bots, with the aliases that are called.

Sources: ListBots, DescribeBot, ListBotAliases, DescribeBotAlias; AWS::Lex::Bot with AWS::Lex::BotAlias at `Aliases`. Which guardrail a
generative intent uses stands in each intent of each locale, and is not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn, bucket_of
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

_TEST_ALIAS = "TSTALIASID"  # every bot has it, for the console (Lex V2 Developer Guide, "Versioning and aliases")


def shape_bot(document: Document) -> Iterable[Draft]:
    """A bot: whether its conversations are recorded, and under whose key recordings of voices lie."""
    draft = asset(document, "assistant")
    aliases = _called(document["Aliases"])
    voices = [entry for alias in aliases for entry in alias.get("ConversationLogSettings.AudioLogSettings").each()]
    draft.set("logging.conversations", all_of(_texts(alias) for alias in aliases))
    draft.set("encryption.capture_customer_key", all_of(~_on(entry) | _bucket(entry).get("KmsKeyArn").is_set() for entry in voices))
    draft.set("principal.assigned", document["RoleArn"].is_set())
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    for entry in voices:
        draft.refer("writes_to", "AWS::S3::Bucket", _bucket(entry).get("S3BucketArn").map(lambda text: bucket_of(str(text or ""))))
        draft.refer("encrypts_with", "AWS::KMS::Key", _bucket(entry).get("KmsKeyArn"))
    yield draft


def _called(aliases: Reading) -> list[Reading]:
    """The aliases that applications call: not the console's test alias, unless there is no other."""
    everything = aliases.each()
    return (
        [alias for alias in everything if alias.unknown or alias.get("BotAliasId").value != _TEST_ALIAS]
        or everything
        or [Reading({}, aliases.places)]
    )


def _texts(alias: Reading) -> Reading:
    return any_of(_on(entry) for entry in alias.get("ConversationLogSettings.TextLogSettings").each())


def _on(entry: Reading) -> Reading:
    return switch(entry.get("Enabled"))


def _bucket(entry: Reading) -> Reading:
    return entry.get("Destination.S3Bucket")


def _call(operation: str, **more: Any) -> Call:
    return Call(service="lexv2-models", operation=operation, action=f"lex:{operation}", **more)


_OWN = {"botId": "{botId}"}
_PAGED: dict[str, Any] = {"token": ("nextToken", "nextToken")}

COLLECTORS = (
    Collector(
        native_type="AWS::Lex::Bot",
        asset_type="assistant",
        list=_call("ListBots", params={"maxResults": 1000}, items="botSummaries", **_PAGED),
        describe=_call("DescribeBot", params=_OWN, absent=frozenset({"ResourceNotFoundException"})),
        parts=(
            Part(
                path="Aliases",
                call=_call("ListBotAliases", params={**_OWN, "maxResults": 1000}, items="botAliasSummaries", **_PAGED),
                each=_call(
                    "DescribeBotAlias",
                    params={**_OWN, "botAliasId": "{botAliasId}"},
                    absent=frozenset({"ResourceNotFoundException"}),
                ),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "lex", f"bot/{answer['botId']}"),
        name=lambda answer: str(answer["botName"]),
        canonical=cfn_names(aliases={"BotName": "Name"}),
        shape=shape_bot,
        facts=GOVERNANCE | {"logging.conversations", "encryption.capture_customer_key", "principal.assigned"},
        live_only=GOVERNANCE,  # a template tags a bot by another property than every other resource
        relations=frozenset({"runs_as", "writes_to", "encrypts_with"}),
    ),
)
