"""Memories of agents. Sources: GetMemory, asked for without decryption; AWS::BedrockAgentCore::Memory.

Events are the conversation itself and always expire. What strategies extract from them are records, which expire only where a strategy
says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.agentcore.calls import listing, single
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.settings import number
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.unknown import Reason, ReasonCode, Unknown

# How CloudFormation wraps a strategy, by the API's type of it.
_WRAPPERS = {
    "SEMANTIC": "SemanticMemoryStrategy",
    "SUMMARIZATION": "SummaryMemoryStrategy",
    "USER_PREFERENCE": "UserPreferenceMemoryStrategy",
    "EPISODIC": "EpisodicMemoryStrategy",
    "CUSTOM": "CustomMemoryStrategy",
}
_PLACEHOLDERS = ("{actorId}", "{sessionId}")
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "a strategy names no namespace, and the one it is given is not documented"))
_NO_DAYS = "the days after which events expire are not stated"


def shape_memory(document: Document) -> Iterable[Draft]:
    """A memory: how long it keeps what, whether users are kept apart, and with which key."""
    draft = asset(document, "memory")
    known = document["MemoryId"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    strategies = [_unwrapped(strategy) for strategy in document["MemoryStrategies"].each()]
    days = [number(document["EventExpiryDuration"], unset=_NO_DAYS), *(_record_days(strategy) for strategy in strategies)]
    draft.set("data.retention_days", combine(lambda *kept: 0 if 0 in kept else max(kept), *days))
    # Events are always stored by actor and session (CreateEvent): without strategies there is nothing else.
    draft.set("data.user_separated", all_of(_separated(strategy) for strategy in strategies))
    draft.set("encryption.customer_key", document["EncryptionKeyArn"].is_set())
    draft.refer("runs_as", "AWS::IAM::Role", document["MemoryExecutionRoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", document["EncryptionKeyArn"])
    yield draft


def _unwrapped(strategy: Reading) -> Reading:
    """The strategy itself, whatever its kind."""
    found = [strategy.get(wrapper) for wrapper in _WRAPPERS.values()]
    return next((one for one in found if one.value is not None), strategy)


def _record_days(strategy: Reading) -> Reading:
    """Records of a strategy without a number never expire (MemoryStrategy, recordExpiryDurationDays)."""
    specified = strategy.get("RecordExpirySpecification.RecordExpiryDurationDays")
    stated = strategy.get("RecordExpiryDurationDays")
    return number((specified if stated.value is None else stated).default(0), unset="")


def _separated(strategy: Reading) -> Reading:
    """Whether every namespace is one user's or one session's. `namespaces` is the former name of `namespaceTemplates`."""
    templates = strategy.get("NamespaceTemplates")
    spaces = templates if templates.unknown or templates.value else strategy.get("Namespaces")
    if not spaces.unknown and not spaces.value:
        return Reading(_UNSTATED, spaces.places)
    return all_of(space.map(lambda text: any(word in str(text) for word in _PLACEHOLDERS)) for space in spaces.each())


_RENAMED = cfn_names(aliases={"Id": "MemoryId", "Arn": "MemoryArn"})


def _canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The API lists strategies with a type, CloudFormation wraps each in a member that names its type."""
    body = _RENAMED(answer)
    strategies = body.pop("Strategies", None)
    if isinstance(strategies, list):
        body["MemoryStrategies"] = [{_WRAPPERS.get(str(one.get("Type")), "CustomMemoryStrategy"): one} for one in strategies]
    return body


COLLECTORS = (
    Collector(
        native_type="AWS::BedrockAgentCore::Memory",
        asset_type="memory",
        list=listing("ListMemories", "memories"),
        describe=single("GetMemory", params={"memoryId": "{id}", "view": "without_decryption"}, take="memory"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["arn"]),
        name=lambda answer: str(answer.get("name") or answer["id"]),
        canonical=_canonical,
        shape=shape_memory,
        facts=GOVERNANCE | {"data.retention_days", "data.user_separated", "encryption.customer_key"},
        relations=frozenset({"runs_as", "encrypts_with"}),
    ),
)
