"""Targets of a gateway: the tools, APIs and models that it leads to. Sources: GetGatewayTarget; AWS::BedrockAgentCore::GatewayTarget."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.agentcore.calls import GATEWAY, SERVICE, listing, single
from zscan.collect.aws.agentcore.inbound import hands_on
from zscan.collect.aws.agentcore.outbound import proof, scopes_named
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.shaping import all_of, any_of, secret_settings
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "where the key is put is not set, and no default is documented"))
# A listed target stands in the context of its gateway: what the gateway's summary says must not be taken for the target's.
_PROPERTIES = frozenset(
    {"GatewayIdentifier", "TargetId", "Name", "TargetConfiguration", "CredentialProviderConfigurations", "MetadataConfiguration"}
)
_MAPS = frozenset({"StaticQueryParameters", "CustomParameters", "Properties", "ParameterValues", "Parameters"})


def shape_target(document: Document) -> Iterable[Draft]:
    """A target: how its tools are listed, and with what the gateway proves itself to it. Targets have no tags of their own."""
    draft = Draft(document, "tool_server")
    draft.tags = {}
    draft.keys |= {document.name}
    configuration = document["TargetConfiguration"]
    credentials = document["CredentialProviderConfigurations"]
    providers = [one if one.unknown else one.get("CredentialProvider") for one in credentials.each()]
    literals, defaults = secret_settings(configuration.get("Http.Passthrough.StaticQueryParameters"), "query parameters")
    draft.set("tool.listing_fixed", _listing_fixed(configuration))
    draft.set("delegation.proofs", Reading([proof(one) for one in credentials.each()], credentials.places))
    draft.set("delegation.scopes_named", all_of(scopes_named(provider.get("OauthCredentialProvider")) for provider in providers))
    draft.set("delegation.credential_in_url", any_of(_in_url(provider.get("ApiKeyCredentialProvider")) for provider in providers))
    headers = document["MetadataConfiguration.AllowedRequestHeaders"]
    draft.set("delegation.headers", Reading(hands_on(headers), headers.places))
    draft.set("secrets.literals", literals)
    draft.set("secrets.defaults", defaults)
    draft.refer("part_of", GATEWAY, document["GatewayIdentifier"])
    draft.refer("calls_tool", "AWS::Lambda::Function", configuration.get("Mcp.Lambda.LambdaArn"))
    yield draft


def _listing_fixed(configuration: Reading) -> Reading:
    """DYNAMIC asks the server at each listing; the default keeps what was last synchronised (McpServerTargetConfiguration, listingMode).

    A call that is passed through to an MCP server shows whatever that server offers, unless a schema is given.
    """
    server, passed = configuration.get("Mcp.McpServer"), configuration.get("Http.Passthrough")
    synchronised = server.get("McpToolSchema").is_set() | ~server.get("ListingMode").default("DEFAULT").eq("DYNAMIC")
    return (~server.is_set() | synchronised) & (~passed.get("ProtocolType").eq("MCP") | passed.get("Schema").is_set())


def _in_url(key: Reading) -> Reading:
    return key.is_set() & key.get("CredentialLocation").default(_UNSTATED).eq("QUERY_PARAMETER")


def _identify(answer: Any, place: Any) -> str:
    """AWS gives a target no ARN of its own: it is known by its gateway's id and its own."""
    return arn(place, SERVICE, f"gateway/{answer['gatewayId']}/target/{answer['targetId']}")


COLLECTORS = (
    Collector(
        native_type="AWS::BedrockAgentCore::GatewayTarget",
        asset_type="tool_server",
        parent=GATEWAY,
        list=listing("ListGatewayTargets", "items", page_size=1000, params={"gatewayIdentifier": "{gatewayId}"}),
        describe=single("GetGatewayTarget", params={"gatewayIdentifier": "{gatewayId}", "targetId": "{targetId}"}),
        identify=_identify,
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(aliases={"GatewayArn": "GatewayIdentifier"}, maps=_MAPS, only=_PROPERTIES),
        shape=shape_target,
        facts=frozenset(
            {
                "tool.listing_fixed",
                "delegation.proofs",
                "delegation.scopes_named",
                "delegation.credential_in_url",
                "delegation.headers",
                "secrets.literals",
                "secrets.defaults",
            }
        ),
        live_only=frozenset({"secrets.literals", "secrets.defaults"}),  # CloudFormation has no query parameters
        relations=frozenset({"part_of", "calls_tool"}),
    ),
)
