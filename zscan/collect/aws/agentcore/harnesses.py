"""Harnesses: agents whose loop the platform runs. Sources: GetHarness; AWS::BedrockAgentCore::Harness. Defaults: API reference, Harness
and HarnessHookLambdaTarget; developer guide, "Observability and cost controls".

The platform runs every harness in a runtime that it makes for it. That runtime is an asset of its own where the listing of runtimes holds
it; `hosted_by` says that the two are one agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from zscan.collect import Collector
from zscan.collect.aws.agentcore.calls import GATEWAY, RUNTIME, listing, single
from zscan.collect.aws.agentcore.inbound import pinned, token_rules
from zscan.collect.aws.agentcore.outbound import oauth_proof
from zscan.collect.aws.agentcore.runtimes import UNSTATED_NETWORK, environments, idle_seconds, once
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.settings import number
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset, image
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.redacted import redacted_pattern
from zscan.model.unknown import Unknown

_MAX_STEPS = 75  # developer guide, "Observability and cost controls": maxIterations
_RUNTIME = "Environment.AgentCoreRuntimeEnvironment"
_HOOKS = ("BeforeInvocation", "AfterInvocation", "BeforeToolCall", "AfterToolCall")
_CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_MAPS = frozenset({"EnvironmentVariables", "Headers", "AdvertisedScopeMapping", "RetrievalConfig", "InputSchema", "AdditionalParams"})


def shape_harness(document: Document) -> Iterable[Draft]:
    """A harness: who may call it, which tools it sees, what checks them, how far one run goes."""
    draft = asset(document, "agent")
    for name in ("HarnessId", "HarnessName"):
        known = document[name].value
        draft.keys |= {known} if isinstance(known, str) else set()
    rules = token_rules(document.__getitem__)
    mode = document[f"{_RUNTIME}.NetworkConfiguration.NetworkMode"].default(UNSTATED_NETWORK)
    tools = document["Tools"].each()
    prompts = [part if part.unknown else part.get("Text") for part in document["SystemPrompt"].each()]
    draft.set("auth.takes_tokens", rules.is_set())
    draft.set("auth.audience_pinned", ~rules.is_set() | pinned(rules))
    draft.set("network.private_network", mode.eq("VPC"))
    draft.set("network.direct_internet", mode.eq("PUBLIC"))
    draft.set("network.cleartext_backends", [item for tool in tools for item in _cleartext(tool)])
    draft.set("agent.instructed", any_of(prompt.is_set() for prompt in prompts))
    draft.set("agent.tools_named", _tools_named(document["AllowedTools"]))
    draft.set("agent.max_steps", number(document["MaxIterations"].default(_MAX_STEPS), unset=""))
    draft.set("agent.tokens_bounded", document["MaxTokens"].is_set())
    draft.set("agent.session_seconds", idle_seconds(document[f"{_RUNTIME}.LifecycleConfiguration"]))
    _secrets(draft, document, tools)
    draft.set("secrets.in_instructions", any_of(prompt.map(lambda text: bool(redacted_pattern(text))) for prompt in prompts))
    _checks(draft, document["Hooks"].each())
    container = document["EnvironmentArtifact.ContainerConfiguration.ContainerUri"]
    draft.set("artefact.images", [image("environment", container)] if container.value is not None else [])
    draft.set("delegation.proofs", [item for tool in tools for item in _proofs(tool)])
    _refer(draft, document, tools)
    yield draft


def _refer(draft: Draft, document: Document, tools: list[Reading]) -> None:
    draft.refer("runs_as", "AWS::IAM::Role", document["ExecutionRoleArn"])
    draft.refer("hosted_by", RUNTIME, document[f"{_RUNTIME}.AgentRuntimeArn"])
    for tool in tools:
        draft.refer("calls_tool", GATEWAY, tool.get("Config.AgentCoreGateway.GatewayArn"))
    network = document[f"{_RUNTIME}.NetworkConfiguration.NetworkModeConfig"]
    attach(draft, subnets=network.get("Subnets").each(), groups=network.get("SecurityGroups").each())


def _tools_named(allowed: Reading) -> Reading:
    """All tools are allowed by default. `@server` stands for every tool of a server, `@server/tool` for one."""
    return allowed.is_set() & all_of(item.map(lambda name: _names_one(str(name))) for item in allowed.each())


def _names_one(name: str) -> bool:
    return "*" not in name and (not name.startswith("@") or "/" in name)


def _cleartext(tool: Reading) -> list[Any]:
    """Remote tool servers that are called over http."""
    url = tool.get("Config.RemoteMcp.Url")
    if url.unknown:
        return [url.value]
    text = str(url.value or "")
    return [{"name": tool.get("Name").default("remote_mcp").value, "host": _host(text)}] if text.startswith("http://") else []


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _secrets(draft: Draft, document: Document, tools: list[Reading]) -> None:
    headers = [tool.get("Config.RemoteMcp.Headers") for tool in tools]
    literals, defaults = environments([document["EnvironmentVariables"], *headers])
    draft.set("secrets.literals", once([literals, *(_signed_in(header) for header in headers)]))
    draft.set("secrets.defaults", defaults)


def _signed_in(headers: Reading) -> list[Any]:
    """Headers that are credentials whatever they hold; a value in them is one in plain text."""
    names = [name for name, value in headers.items() if name.lower() in _CREDENTIAL_HEADERS and value.is_set().value is True]
    return [{"name": name, "where": "environment"} for name in names]


def _checks(draft: Draft, hooks: list[Reading]) -> None:
    """Hooks around tools. Only a function can stop a call: a topic or an event bus is told, not asked."""
    functions = {kind: [hook.get(f"{kind}.Target.Lambda") for hook in hooks] for kind in _HOOKS}
    every = [function for found in functions.values() for function in found]
    draft.set("guard.tool_inputs", any_of(function.is_set() for function in functions["BeforeToolCall"]))
    draft.set("guard.tool_outputs", any_of(function.is_set() for function in functions["AfterToolCall"]))
    # "The default is DENY" (HarnessHookLambdaTarget, failureMode)
    draft.set("guard.fails_closed", all_of(~function.get("FailureMode").default("deny").eq("allow") for function in every))


def _proofs(tool: Reading) -> list[Any]:
    """What is sent along to gateways and remote servers; tools without authentication are sent nothing."""
    found: list[Any] = []
    for auth in (tool.get("Config.AgentCoreGateway.OutboundAuth"), tool.get("Config.RemoteMcp.OutboundAuth")):
        if auth.unknown:
            found.append(auth.value)
            continue
        oauth = auth.get("Oauth")
        if auth.get("AwsIam").value is not None:
            found.append("platform_identity")
        if oauth.value is not None:
            found.append(oauth.value if isinstance(oauth.value, Unknown) else oauth_proof(oauth))
    return once([found])


_RENAMED = cfn_names(maps=_MAPS)


def _canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The member `environment` is a structure here, whose names agree but for case; elsewhere it is a map of variables."""
    body = _RENAMED(answer)
    if isinstance(body.get("Environment"), Mapping):
        body["Environment"] = _RENAMED(body["Environment"])
    return body


COLLECTORS = (
    Collector(
        native_type="AWS::BedrockAgentCore::Harness",
        asset_type="agent",
        list=listing("ListHarnesses", "harnesses"),
        describe=single("GetHarness", params={"harnessId": "{harnessId}"}, take="harness"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["arn"]),
        name=lambda answer: str(answer["harnessName"]),
        canonical=_canonical,
        shape=shape_harness,
        facts=GOVERNANCE
        | {
            "auth.takes_tokens",
            "auth.audience_pinned",
            "network.private_network",
            "network.direct_internet",
            "network.cleartext_backends",
            "agent.instructed",
            "agent.tools_named",
            "agent.max_steps",
            "agent.tokens_bounded",
            "agent.session_seconds",
            "secrets.literals",
            "secrets.defaults",
            "secrets.in_instructions",
            "guard.tool_inputs",
            "guard.tool_outputs",
            "guard.fails_closed",
            "artefact.images",
            "delegation.proofs",
        },
        derived=frozenset({"principal.shared"}),
        relations=frozenset({"runs_as", "hosted_by", "calls_tool", "attached_to"}),
    ),
)
