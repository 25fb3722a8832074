"""Gateways in front of tools. Sources: GetGateway, ListGatewayRateLimits, GetResourcePolicy; AWS::BedrockAgentCore::Gateway, with
AWS::BedrockAgentCore::GatewayRateLimit at `RateLimits` and ::ResourcePolicy at `ResourcePolicy`.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Collector, Part
from zscan.collect.aws.agentcore.calls import GATEWAY, RESOURCE_POLICY, listing, policy_of, single
from zscan.collect.aws.agentcore.inbound import pinned, token_rules
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_OWN = {"gatewayIdentifier": "{gatewayId}"}
_UNSTATED = Unknown(
    Reason(ReasonCode.UNRESOLVED, "what the gateway does while the web firewall is down is not set, and no default is documented")
)


def shape_gateway(document: Document) -> Iterable[Draft]:
    """A gateway: who is let in, which tool calls are allowed and checked, what callers are told."""
    draft = asset(document, "gateway")
    for name in ("GatewayIdentifier", "GatewayId"):
        known = document[name].value
        draft.keys |= {known} if isinstance(known, str) else set()
    authoriser, points = document["AuthorizerType"], document["InterceptorConfigurations"].each()
    tokens = authoriser.one_of("CUSTOM_JWT", "AUTHENTICATE_ONLY")
    draft.set("auth.required", ~authoriser.eq("NONE"))
    draft.set("auth.takes_tokens", tokens)
    draft.set("auth.audience_pinned", ~tokens | pinned(token_rules(document.__getitem__)))
    # LOG_ONLY decides, notes, and lets every call pass (GatewayPolicyEngineConfiguration, mode)
    draft.set("auth.authorization", document["PolicyEngineConfiguration.Mode"].eq("ENFORCE"))
    draft.set("guard.tool_inputs", _intercepts(points, "REQUEST"))
    draft.set("guard.tool_outputs", _intercepts(points, "RESPONSE"))
    draft.set("guard.fails_closed", _fails_closed(document))
    # "If the value is omitted, a generic error message is returned" (GetGateway, exceptionLevel)
    draft.set("tool.errors_exposed", document["ExceptionLevel"].eq("DEBUG"))
    draft.set("tool.rate_limited", any_of(_active(limit) for limit in document["RateLimits"].each()))
    draft.set("encryption.customer_key", document["KmsKeyArn"].is_set())
    draft.set("principal.assigned", document["RoleArn"].is_set())
    policy = grants_of(document[RESOURCE_POLICY], document.account)
    draft.set("sharing.public", policy.public)
    draft.set("sharing.foreign_accounts", policy.foreign_accounts)
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyArn"])
    yield draft


def _intercepts(interceptors: list[Reading], point: str) -> Reading:
    """Whether a function sees every call at a point, and can change or refuse it."""
    return any_of(where.eq(point) for interceptor in interceptors for where in interceptor.get("InterceptionPoints").each())


def _fails_closed(document: Document) -> Reading:
    """The web firewall is the one control in front of a gateway that can be out of reach. Where there is none, nothing fails open."""
    return ~document["WebAclArn"].is_set() | document["WafConfiguration.FailureMode"].default(_UNSTATED).eq("FAIL_CLOSE")


def _active(limit: Reading) -> Reading:
    """A limit that a template declares has no state yet."""
    return limit if limit.unknown else limit.get("Status").default("ACTIVE").one_of("ACTIVE", "UPDATING")


COLLECTORS = (
    Collector(
        native_type=GATEWAY,
        asset_type="gateway",
        list=listing("ListGateways", "items", page_size=1000),
        describe=single("GetGateway", params=_OWN),
        parts=(
            Part(path="RateLimits", call=listing("ListGatewayRateLimits", "rateLimits", params=_OWN), canonical=cfn_names()),
            Part(path=RESOURCE_POLICY, call=policy_of("gatewayArn")),
        ),
        bulk=(TAGS,),
        identify=lambda answer, place: (
            f"arn:{place.partition}:bedrock-agentcore:{place.region}:{place.account}:gateway/{answer['gatewayId']}"
        ),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(maps=frozenset({"AdvertisedScopeMapping"})),
        shape=shape_gateway,
        facts=GOVERNANCE
        | {
            "auth.required",
            "auth.takes_tokens",
            "auth.audience_pinned",
            "auth.authorization",
            "guard.tool_inputs",
            "guard.tool_outputs",
            "guard.fails_closed",
            "tool.errors_exposed",
            "tool.rate_limited",
            "encryption.customer_key",
            "principal.assigned",
            "sharing.public",
            "sharing.foreign_accounts",
        },
        derived=frozenset({"principal.shared"}),
        relations=frozenset({"runs_as", "encrypts_with"}),
    ),
)
