"""Gateways in front of models, tools and agents: Envoy AI Gateway, agentgateway."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, find, mapping, mappings, text, truth
from zscan.collect.manifests.kubernetes.kinds import Kind, Workload
from zscan.collect.manifests.sheet import Sheet
from zscan.model.asset import Draft
from zscan.model.unknown import Unresolved, kleene_not

_GATEWAY = "gateway.networking.k8s.io/Gateway"


def _mcp_route(workload: Workload, sheet: Sheet) -> None:
    policy = mapping(dig(workload.item.body, "spec", "securityPolicy"))
    place = ("spec", "securityPolicy")
    sheet.put("auth.required", any(policy.get(name) for name in ("oauth", "apiKeyAuth", "extAuth")), place)
    authorization = mapping(policy.get("authorization"))
    sheet.put("auth.authorization", text(authorization.get("defaultAction")) == "Deny" or bool(policy.get("extAuth")), place)
    sheet.put("auth.federated", bool(policy.get("oauth")), place)
    fail_open = dig(policy, "extAuth", "failOpen")
    sheet.put("guard.fails_closed", kleene_not(truth(fail_open, default=False)) if "extAuth" in policy else True, place)


def _ai_route(_workload: Workload, sheet: Sheet) -> None:
    sheet.put("auth.required", Unresolved("authentication is declared by a policy that targets the gateway or its routes"))


def _backend(workload: Workload, sheet: Sheet) -> None:
    guards = [
        path
        for pattern in ("spec.ai.promptGuard", "spec.policies.ai.promptGuard", "spec.ai.groups[].providers[].policies.ai.promptGuard")
        for path, _ in find(workload.item.body, pattern)
    ]
    elsewhere = Unresolved("a prompt guard may be declared by a policy that targets the back end")
    sheet.put("guard.attached", True if guards else elsewhere, *guards)
    sheet.put("auth.required", Unresolved("authentication is declared by a policy that targets the gateway or its routes"))


def _parents(workload: Workload, draft: Draft) -> None:
    for _, parent in mappings(dig(workload.item.body, "spec", "parentRefs")):
        if text(parent.get("kind")) in {"", "Gateway"} and text(parent.get("name")):
            draft.refer("exposed_by", _GATEWAY, f"{text(parent.get('namespace')) or workload.item.namespace}/{text(parent.get('name'))}")


_EXPOSED = frozenset({"exposed_by"})
_ENVOY = ("aigateway.envoyproxy.io",)

KINDS = (
    Kind(
        groups=_ENVOY,
        kind="MCPRoute",
        asset_type="gateway",
        no_pods=True,
        facts=_mcp_route,
        refer=_parents,
        relations=_EXPOSED,
        states=frozenset({"auth.required", "auth.authorization", "auth.federated", "guard.fails_closed"}),
    ),
    Kind(
        groups=_ENVOY,
        kind="AIGatewayRoute",
        asset_type="gateway",
        no_pods=True,
        facts=_ai_route,
        refer=_parents,
        relations=_EXPOSED,
        states=frozenset({"auth.required"}),
    ),
    Kind(
        groups=("agentgateway.dev",),
        kind="AgentgatewayBackend",
        asset_type="gateway",
        no_pods=True,
        facts=_backend,
        states=frozenset({"auth.required", "guard.attached"}),
        offline=True,
    ),
)
