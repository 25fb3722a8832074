"""Flows. Sources: GetFlow, ListFlowAliases, GetFlowVersion; AWS::Bedrock::Flow. A template describes the working draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.bedrock.called import ANY_MODEL, refer_to_model
from zscan.collect.aws.bedrock.flow_nodes import Node, nodes, routed_version, versions
from zscan.collect.aws.bedrock.guardrails import NATIVE_TYPE as GUARDRAIL
from zscan.collect.aws.bedrock.guardrails import VERSION as GUARDRAIL_VERSION
from zscan.collect.aws.bedrock.guardrails import refer_to_guardrail
from zscan.collect.aws.bedrock.knowledge import KNOWLEDGE_BASE
from zscan.collect.aws.bedrock.routing import has_fixed_version, has_guardrail
from zscan.collect.aws.bedrock.texts import texts_hold_secret
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.redacted import redacted_pattern
from zscan.model.unknown import Unknown

FLOW = "AWS::Bedrock::Flow"
_MAPS = frozenset({"AdditionalModelRequestFields", "InputSchema"})
_LEADS_TO: Mapping[str, tuple[str, ...]] = {
    "guarded_by": (GUARDRAIL, GUARDRAIL_VERSION),
    "calls_model": ANY_MODEL,
    "retrieves_from": (KNOWLEDGE_BASE,),
    "calls_tool": ("AWS::Lambda::Function",),
    "writes_to": ("AWS::S3::Bucket",),
    "reads_from": ("AWS::S3::Bucket",),
}


def shape_flow(document: Document) -> Iterable[Draft]:
    """A flow: which of its nodes call models, with what in front of them, and where their prompts come from."""
    draft = asset(document, "flow")
    known = document["Id"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    called = versions(document)
    found = [node for number, body in called for node in nodes(number, body)]
    known_nodes = [node for node in found if isinstance(node, Node)]
    rest = [node for node in found if isinstance(node, Unknown)]
    strange = [node.kind.value for node in known_nodes if isinstance(node.kind.value, Unknown)]
    places = (("Definition",),)
    guards = [_guard(node) for node in known_nodes if _calls_model(node)]
    open_ends = [Reading(value, places) for value in (*rest, *strange)]
    draft.set("flow.model_nodes", _records([_model_node(node) for node in known_nodes if _calls_model(node)], rest + strange))
    draft.set("flow.prompts", _records([_prompt(node) for node in known_nodes if node.is_a("Prompt")], rest + strange))
    draft.set("flow.inline_code", any_of([*(node.kind.eq("InlineCode") for node in known_nodes), *open_ends]))
    draft.set("guard.attached", all_of([*(has_guardrail(guard) for guard in guards), *open_ends]))
    draft.set("guard.version_fixed", all_of([*(has_fixed_version(guard) for guard in guards), *open_ends]))
    inline = [texts_hold_secret(_inline(node)) for node in known_nodes if node.is_a("Prompt")]
    draft.set("secrets.in_instructions", any_of([*inline, *open_ends]))
    draft.set("secrets.literals", _code_secrets(known_nodes, rest + strange))
    draft.set("encryption.customer_key", all_of(body.get("CustomerEncryptionKeyArn").is_set() for _, body in called))
    draft.set("principal.assigned", all_of(body.get("ExecutionRoleArn").is_set() for _, body in called))
    for _, body in called:
        draft.refer("runs_as", "AWS::IAM::Role", body.get("ExecutionRoleArn"))
        draft.refer("encrypts_with", "AWS::KMS::Key", body.get("CustomerEncryptionKeyArn"))
    for node in known_nodes:
        _refer(draft, node)
    for unread in open_ends:  # a node that was not read may lead anywhere
        for relation, native_types in _LEADS_TO.items():
            draft.refer(relation, native_types, unread)
    yield draft


def _calls_model(node: Node) -> bool:
    """A prompt node always does. A knowledge-base node does where it names a model: without one it hands on what it found."""
    return node.is_a("Prompt") or (node.is_a("KnowledgeBase") and node.of("KnowledgeBase.ModelId").value is not None)


def _guard(node: Node) -> Reading:
    return node.of(f"{node.kind.value}.GuardrailConfiguration")


def _model_node(node: Node) -> dict[str, Any]:
    return {"name": node.name, "guarded": has_guardrail(_guard(node)).value}


def _inline(node: Node) -> Reading:
    return node.of("Prompt.SourceConfiguration.Inline.TemplateConfiguration")


def _prompt(node: Node) -> dict[str, Any]:
    """An ARN of prompt management ends with the number of a version, or names the working draft."""
    source = node.of("Prompt.SourceConfiguration.Resource.PromptArn")
    return {
        "name": node.name,
        "managed": source.is_set().value,
        "version_fixed": source.map(lambda arn: str(arn or "").rpartition(":")[2].isdigit()).value,
    }


def _code_secrets(known: list[Node], rest: list[Any]) -> list[Any]:
    code = [(node.name, node.of("InlineCode.Code").value) for node in known if node.is_a("InlineCode")]
    held = [{"name": name, "where": "inline code"} for name, text in code if not isinstance(text, Unknown) and redacted_pattern(text)]
    return [*held, *(text for _, text in code if isinstance(text, Unknown)), *rest]


def _records(items: list[dict[str, Any]], rest: list[Any]) -> Reading:
    ordered = sorted(items, key=lambda record: "~" if isinstance(record["name"], Unknown) else str(record["name"]))
    return Reading([*ordered, *rest], (("Definition",),))


def _refer(draft: Draft, node: Node) -> None:
    match node.kind.value:
        case "Prompt":
            refer_to_guardrail(draft, _guard(node))
            refer_to_model(draft, "calls_model", node.of("Prompt.SourceConfiguration.Inline.ModelId"))
        case "KnowledgeBase":
            refer_to_guardrail(draft, _guard(node))
            refer_to_model(draft, "calls_model", node.of("KnowledgeBase.ModelId"))
            draft.refer("retrieves_from", KNOWLEDGE_BASE, node.of("KnowledgeBase.KnowledgeBaseId"))
        case "LambdaFunction":
            draft.refer("calls_tool", "AWS::Lambda::Function", node.of("LambdaFunction.LambdaArn"))
        case "Storage":
            draft.refer("writes_to", "AWS::S3::Bucket", node.of("Storage.ServiceConfiguration.S3.BucketName"))
        case "Retrieval":
            draft.refer("reads_from", "AWS::S3::Bucket", node.of("Retrieval.ServiceConfiguration.S3.BucketName"))
        case _:
            pass


def _call(operation: str, **more: Any) -> Call:
    return Call(service="bedrock-agent", operation=operation, action=f"bedrock:{operation}", **more)


_OWN = {"flowIdentifier": "{id}"}
_GONE = frozenset({"ResourceNotFoundException"})

COLLECTORS = (
    Collector(
        native_type=FLOW,
        asset_type="flow",
        list=_call("ListFlows", items="flowSummaries", page_size=1000),
        describe=_call("GetFlow", params=_OWN, absent=_GONE),
        parts=(
            Part(
                path="Aliases",
                call=_call("ListFlowAliases", params=_OWN, items="flowAliasSummaries", page_size=1000),
                canonical=cfn_names(),
            ),
            Part(
                path="Versions",
                call=_call("ListFlowVersions", params=_OWN, items="flowVersionSummaries", page_size=1000),
                each=_call("GetFlowVersion", params={**_OWN, "flowVersion": "{version}"}, absent=_GONE),
                canonical=cfn_names(maps=_MAPS),
                wanted=routed_version,
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["arn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(maps=_MAPS),
        shape=shape_flow,
        facts=GOVERNANCE
        | {
            "flow.model_nodes",
            "flow.prompts",
            "flow.inline_code",
            "guard.attached",
            "guard.version_fixed",
            "secrets.in_instructions",
            "secrets.literals",
            "encryption.customer_key",
            "principal.assigned",
        },
        relations=frozenset(
            {"runs_as", "encrypts_with", "guarded_by", "calls_model", "retrieves_from", "calls_tool", "reads_from", "writes_to"}
        ),
    ),
)
