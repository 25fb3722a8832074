"""Bedrock agents. Sources: GetAgent and the listings below an agent; AWS::Bedrock::Agent.

GetAgent and a template describe the working draft. Guardrails are judged over every version that can be called (`routing`); instructions,
tools, prompts and session bounds are the draft's, which older versions may differ from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.bedrock.called import refer_to_model
from zscan.collect.aws.bedrock.guardrails import refer_to_guardrail
from zscan.collect.aws.bedrock.knowledge import KNOWLEDGE_BASE
from zscan.collect.aws.bedrock.routing import guards, has_fixed_version, has_guardrail, routes_to_versions
from zscan.collect.aws.bedrock.tools import executors, tools
from zscan.collect.aws.bedrock.values import whole
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.redacted import redacted_pattern
from zscan.model.unknown import Reason, ReasonCode, Unknown

AGENT = "AWS::Bedrock::Agent"
_SESSION_SECONDS = 1800  # user guide, "Create and configure agent manually": 30 minutes unless another idle time is given
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the days are not set, and no default is documented"))
_OWN = {"agentId": "{agentId}"}
_DRAFT = {**_OWN, "agentVersion": "DRAFT"}
_MAPS = frozenset({"Parameters", "AdditionalModelRequestFields"})


def shape_agent(document: Document) -> Iterable[Draft]:
    """An agent: what it is told, what it may call, what stands in front of it, what it keeps."""
    draft = asset(document, "agent")
    known = document["AgentId"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    prompts = document["PromptOverrideConfiguration.PromptConfigurations"].each()
    configurations = guards(document)
    draft.set("agent.instructed", document["Instruction"].is_set())
    draft.set("agent.tools", tools(document))
    draft.set("agent.session_seconds", whole(document["IdleSessionTTLInSeconds"].default(_SESSION_SECONDS)))
    draft.set("agent.prompt_overridden", _overridden(document, prompts))
    draft.set("agent.history_relayed", _relayed(document))
    draft.set("guard.attached", all_of(has_guardrail(configuration) for configuration in configurations))
    draft.set("guard.version_fixed", all_of(has_fixed_version(configuration) for configuration in configurations))
    draft.set("secrets.in_instructions", _holds_secret(document, prompts))
    draft.set("encryption.customer_key", document["CustomerEncryptionKeyArn"].is_set())
    draft.set("principal.assigned", document["AgentResourceRoleArn"].is_set())
    draft.set("data.retention_days", _retention(document))
    _refer(draft, document, configurations)
    yield draft


def _refer(draft: Draft, document: Document, configurations: list[Reading]) -> None:
    draft.refer("runs_as", "AWS::IAM::Role", document["AgentResourceRoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", document["CustomerEncryptionKeyArn"])
    refer_to_model(draft, "calls_model", document["FoundationModel"])
    for configuration in configurations:
        refer_to_guardrail(draft, configuration)
    for executor in executors(document):
        draft.refer("calls_tool", "AWS::Lambda::Function", executor)
    for base in document["KnowledgeBases"].each():
        # an association is enabled unless it was disabled (AgentKnowledgeBase, KnowledgeBaseState)
        if base.unknown or base.get("KnowledgeBaseState").value != "DISABLED":
            draft.refer("retrieves_from", KNOWLEDGE_BASE, base.get("KnowledgeBaseId"))


def _overridden(document: Document, prompts: list[Reading]) -> Reading:
    own_code = document["PromptOverrideConfiguration.OverrideLambda"].is_set() | document["CustomOrchestration"].is_set()
    return any_of([own_code, *(_own_prompt(prompt) | prompt.get("ParserMode").eq("OVERRIDDEN") for prompt in prompts)])


def _own_prompt(prompt: Reading) -> Reading:
    return prompt.get("PromptCreationMode").eq("OVERRIDDEN")


def _relayed(document: Document) -> Reading:
    """Only a supervisor has collaborators; it hands on what the user wrote only where that is switched on."""
    leads = ~document["AgentCollaboration"].default("DISABLED").eq("DISABLED")
    return leads & any_of(c.get("RelayConversationHistory").eq("TO_COLLABORATOR") for c in document["AgentCollaborators"].each())


def _holds_secret(document: Document, prompts: list[Reading]) -> Reading:
    """Secrets were replaced by markers on receipt. Prompts that are not overridden are the platform's own text."""
    own = [_own_prompt(prompt) & _marked(prompt.get("BasePromptTemplate")) for prompt in prompts]
    handed_on = [_marked(c.get("CollaborationInstruction")) for c in document["AgentCollaborators"].each()]
    return any_of([_marked(document["Instruction"]), *own, *handed_on])


def _marked(text: Reading) -> Reading:
    return text.map(lambda value: bool(redacted_pattern(value)))


def _retention(document: Document) -> Reading:
    """Days that conversations are kept. Without memory they go with the session, within a day."""
    memory = document["MemoryConfiguration"]
    if memory.unknown or memory.is_set().value is False:
        return memory if memory.unknown else Reading(1, memory.places)
    return whole(memory.get("StorageDays").default(_UNSTATED)).map(lambda days: max(1, days))


def _list(operation: str, items: str, **more: Any) -> Call:
    return Call(service="bedrock-agent", operation=operation, action=f"bedrock:{operation}", items=items, page_size=1000, **more)


def _part(path: str, operation: str, items: str, params: Mapping[str, str]) -> Part:
    return Part(path=path, call=_list(operation, items, params=params), canonical=cfn_names())


COLLECTORS = (
    Collector(
        native_type=AGENT,
        asset_type="agent",
        list=_list("ListAgents", "agentSummaries"),
        describe=Call(
            service="bedrock-agent",
            operation="GetAgent",
            action="bedrock:GetAgent",
            params=_OWN,
            take="agent",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        parts=(
            Part(
                path="ActionGroups",
                call=_list("ListAgentActionGroups", "actionGroupSummaries", params=_DRAFT),
                each=Call(
                    service="bedrock-agent",
                    operation="GetAgentActionGroup",
                    action="bedrock:GetAgentActionGroup",
                    params={**_DRAFT, "actionGroupId": "{actionGroupId}"},
                    take="agentActionGroup",
                    absent=frozenset({"ResourceNotFoundException"}),
                ),
                canonical=cfn_names(aliases={"ParentActionSignature": "ParentActionGroupSignature"}, maps=_MAPS),
            ),
            _part("KnowledgeBases", "ListAgentKnowledgeBases", "agentKnowledgeBaseSummaries", _DRAFT),
            Part(
                path="AgentCollaborators",
                call=_list("ListAgentCollaborators", "agentCollaboratorSummaries", params=_DRAFT),
                canonical=cfn_names(),
                when=lambda agent: str(agent.get("agentCollaboration") or "DISABLED") != "DISABLED",
            ),
            _part("Aliases", "ListAgentAliases", "agentAliasSummaries", _OWN),
            Part(
                path="Versions",
                call=_list("ListAgentVersions", "agentVersionSummaries", params=_OWN),
                canonical=cfn_names(),
                needed=routes_to_versions,
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "bedrock", f"agent/{answer['agentId']}"),
        name=lambda answer: str(answer["agentName"]),
        canonical=cfn_names(maps=_MAPS),
        shape=shape_agent,
        facts=GOVERNANCE
        | {
            "agent.instructed",
            "agent.tools",
            "agent.session_seconds",
            "agent.prompt_overridden",
            "agent.history_relayed",
            "guard.attached",
            "guard.version_fixed",
            "secrets.in_instructions",
            "encryption.customer_key",
            "principal.assigned",
            "data.retention_days",
        },
        derived=frozenset({"principal.shared"}),
        relations=frozenset({"runs_as", "encrypts_with", "calls_model", "guarded_by", "calls_tool", "retrieves_from"}),
    ),
)
