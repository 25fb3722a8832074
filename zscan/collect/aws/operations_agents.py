"""Agents that the provider runs to operate an account. Sources: ListAgentSpaces, ListAssociations of the DevOps Agent API;
AWS::DevOpsAgent::AgentSpace, with AWS::DevOpsAgent::Association at `Associations`.

Both listings hold all settings, so no space is read on its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_CHANGES = ("MUTATIVE", "DESTRUCTIVE")
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "whether elevated actions are on is not set, and no default is documented"))


def shape_space(document: Document) -> Iterable[Draft]:
    """A space of the DevOps agent: what it may change, beyond looking. An elevated role or tool acts only where the space allows it."""
    draft = asset(document, "agent")
    known = document["AgentSpaceId"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    members = [member for one in document["Associations"].each() for member in _members(one)]
    allowed = switch(document["Preferences.ElevatedActionsEnabled"].default(_UNSTATED))
    draft.set("agent.elevated", allowed & any_of(_elevated(member) for member in members))
    draft.set("encryption.customer_key", document["KmsKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyArn"])
    for member in members:
        for role in ("AssumableRoleArn", "AgentElevatedRoleArn"):
            draft.refer("runs_as", "AWS::IAM::Role", member.get(role))
    yield draft


def _members(association: Reading) -> list[Reading]:
    """The one member of an association that is set, whatever service it is for: API and CloudFormation spell their names differently."""
    configuration = association if association.unknown else association.get("Configuration")
    return [member for _, member in configuration.items()]


def _elevated(member: Reading) -> Reading:
    """Whether an association brings a role or a tool for changes."""
    classes = [detail if detail.unknown else detail.get("ToolClassification") for detail in member.get("ToolDetails").each()]
    changing = any_of(kind.one_of(*_CHANGES) for kind in classes)
    return member.get("AgentElevatedRoleArn").is_set() | member.get("EnabledElevatedTools").is_set() | changing


def _list(operation: str, items: str, **more: Any) -> Call:
    return Call(service="devops-agent", operation=operation, action=f"aidevops:{operation}", items=items, page_size=100, **more)


COLLECTORS = (
    Collector(
        native_type="AWS::DevOpsAgent::AgentSpace",
        asset_type="agent",
        list=_list("ListAgentSpaces", "agentSpaces", params={"includedData": "ALL_DATA"}),
        parts=(
            Part(
                path="Associations",
                call=_list("ListAssociations", "associations", params={"agentSpaceId": "{agentSpaceId}"}),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "aidevops", f"agentspace/{answer['agentSpaceId']}"),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(),
        shape=shape_space,
        facts=GOVERNANCE | {"agent.elevated", "encryption.customer_key"},
        relations=frozenset({"runs_as", "encrypts_with"}),
    ),
)
