"""Agent runtimes. Sources: GetAgentRuntime, ListAgentRuntimeEndpoints, GetResourcePolicy; AWS::BedrockAgentCore::Runtime, with
AWS::BedrockAgentCore::ResourcePolicy at `ResourcePolicy`.

GetAgentRuntime describes the latest version, to which the default endpoint leads. Every other endpoint may lead to an older one: those
versions are read too, and a fact is as weak as its weakest version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Collector, Part
from zscan.collect.aws.agentcore.calls import RESOURCE_POLICY, RUNTIME, listing, policy_of, single
from zscan.collect.aws.agentcore.inbound import Get, hands_on, pinned, token_rules
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.settings import number, switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset, image, secret_settings
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.unknown import Reason, ReasonCode, Unknown

IDLE_SECONDS = 900  # LifecycleConfiguration, idleRuntimeSessionTimeout
UNSTATED_NETWORK = Unknown(Reason(ReasonCode.UNRESOLVED, "the network mode is not set, and no default is documented"))
_UNSTATED_METADATA = Unknown(Reason(ReasonCode.UNRESOLVED, "the metadata setting is not set, and no default is documented"))
_NO_METADATA_FORM = Unknown(Reason(ReasonCode.NO_FILE_FORM, "CloudFormation does not have the setting"))
_MAPS = frozenset({"EnvironmentVariables", "AdvertisedScopeMapping"})
NETWORK_MODE = "NetworkConfiguration.NetworkMode"
_CANONICAL = cfn_names(maps=_MAPS)


def shape_runtime(document: Document) -> Iterable[Draft]:
    """A runtime: who may call it, which network it is in, what its environment holds, how long sessions idle."""
    draft = asset(document, "agent")
    for name in ("AgentRuntimeId", "AgentRuntimeName"):
        known = document[name].value
        draft.keys |= {known} if isinstance(known, str) else set()
    versions: list[Get] = [document.__getitem__, *(version.get for version in document["RoutedVersions"].each())]
    rules = [token_rules(get) for get in versions]
    modes = [get(NETWORK_MODE).default(UNSTATED_NETWORK) for get in versions]
    draft.set("auth.takes_tokens", any_of(rule.is_set() for rule in rules))
    draft.set("auth.audience_pinned", all_of(~rule.is_set() | pinned(rule) for rule in rules))
    draft.set("network.private_network", all_of(mode.eq("VPC") for mode in modes))
    draft.set("network.direct_internet", any_of(mode.eq("PUBLIC") for mode in modes))
    draft.set("network.metadata_blocked", _metadata(document, versions))
    literals, defaults = environments([get("EnvironmentVariables") for get in versions])
    draft.set("secrets.literals", literals)
    draft.set("secrets.defaults", defaults)
    draft.set("artefact.images", _images(versions))
    draft.set(
        "agent.session_seconds", combine(lambda *seconds: max(seconds), *(idle_seconds(get("LifecycleConfiguration")) for get in versions))
    )
    headers = [get("RequestHeaderConfiguration.RequestHeaderAllowlist") for get in versions]
    draft.set("delegation.headers", once(hands_on(header) for header in headers))
    policy = grants_of(document[RESOURCE_POLICY], document.account)
    draft.set("sharing.public", policy.public)
    draft.set("sharing.foreign_accounts", policy.foreign_accounts)
    for get in versions:
        _refer(draft, get)
    yield draft


def _refer(draft: Draft, get: Get) -> None:
    draft.refer("runs_as", "AWS::IAM::Role", get("RoleArn"))
    draft.refer("reads_from", "AWS::S3::Bucket", get("AgentRuntimeArtifact.CodeConfiguration.Code.S3.Bucket"))
    network = get("NetworkConfiguration.NetworkModeConfig")
    attach(draft, subnets=network.get("Subnets").each(), groups=network.get("SecurityGroups").each())


def _metadata(document: Document, versions: list[Get]) -> Reading:
    """The second version of the metadata service demands a session token (RuntimeMetadataConfiguration)."""
    if document.view == "declared":
        return Reading(_NO_METADATA_FORM)
    return all_of(switch(get("MetadataConfiguration.RequireMMDSV2").default(_UNSTATED_METADATA)) for get in versions)


def environments(settings: Iterable[Reading]) -> tuple[list[Any], list[Any]]:
    """Literal and default credentials in the environment of any version, each name once."""
    found = [secret_settings(setting, "environment") for setting in settings]
    return once(literals for literals, _ in found), once(defaults for _, defaults in found)


def once(lists: Iterable[list[Any]]) -> list[Any]:
    """The known elements of all lists, each once, then what is unknown."""
    every = [item for items in lists for item in items]
    known = [item for item in every if not isinstance(item, Unknown)]
    return [*(item for index, item in enumerate(known) if item not in known[:index]), *[x for x in every if isinstance(x, Unknown)][:1]]


def _images(versions: list[Get]) -> list[Any]:
    """The container of each version. An agent that was uploaded as code has none."""
    uris = [get("AgentRuntimeArtifact.ContainerConfiguration.ContainerUri") for get in versions]
    names = ["agent", *(f"agent, routed version {index}" for index in range(1, len(uris)))]
    return [image(name, uri) for name, uri in zip(names, uris, strict=True) if uri.value is not None]


def idle_seconds(lifecycle: Reading) -> Reading:
    """Seconds after which an idle session ends."""
    return number(lifecycle.get("IdleRuntimeSessionTimeout").default(IDLE_SECONDS), unset="")


def _leads_elsewhere(endpoint: Mapping[str, Any], runtime: Mapping[str, Any]) -> bool:
    """Whether an endpoint leads to another version than the latest. One that is still being made leads nowhere."""
    return endpoint.get("liveVersion") not in (None, runtime.get("AgentRuntimeVersion"))


COLLECTORS = (
    Collector(
        native_type=RUNTIME,
        asset_type="agent",
        list=listing("ListAgentRuntimes", "agentRuntimes"),
        describe=single("GetAgentRuntime", params={"agentRuntimeId": "{agentRuntimeId}"}),
        parts=(
            Part(
                path="RoutedVersions",
                call=listing("ListAgentRuntimeEndpoints", "runtimeEndpoints", params={"agentRuntimeId": "{agentRuntimeId}"}),
                each=single("GetAgentRuntime", params={"agentRuntimeId": "{agentRuntimeId}", "agentRuntimeVersion": "{liveVersion}"}),
                wanted=_leads_elsewhere,
                canonical=_CANONICAL,
            ),
            Part(path=RESOURCE_POLICY, call=policy_of("agentRuntimeArn")),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["agentRuntimeArn"]),
        name=lambda answer: str(answer["agentRuntimeName"]),
        canonical=_CANONICAL,
        shape=shape_runtime,
        facts=GOVERNANCE
        | {
            "auth.takes_tokens",
            "auth.audience_pinned",
            "network.private_network",
            "network.direct_internet",
            "network.metadata_blocked",
            "secrets.literals",
            "secrets.defaults",
            "artefact.images",
            "agent.session_seconds",
            "delegation.headers",
            "sharing.public",
            "sharing.foreign_accounts",
        },
        derived=frozenset({"principal.shared"}),
        live_only=frozenset({"network.metadata_blocked"}),
        relations=frozenset({"runs_as", "reads_from", "attached_to"}),
    ),
)
