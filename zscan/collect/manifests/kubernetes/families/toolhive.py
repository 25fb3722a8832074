"""ToolHive: MCP servers, proxies in front of remote ones, and the virtual servers that bundle them."""

from __future__ import annotations

import re
from typing import Any

from zscan.collect.manifests.fields import dig, find, integer, mapping, sequence, text, truth
from zscan.collect.manifests.images import Image
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod
from zscan.collect.manifests.kubernetes.reach import service_is_public
from zscan.collect.manifests.kubernetes.synthetic import merged_pod
from zscan.collect.manifests.sheet import Sheet
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved

_ALLOW_ALL = re.compile(r"permit\s*\(\s*principal\s*,\s*action\s*,\s*resource\s*\)\s*;")
_PROXY_PORT = 8080


def _pods(item: KubernetesObject) -> list[Pod]:
    spec = mapping(dig(item.body, "spec"))
    if not text(spec.get("image")) and "podTemplateSpec" not in spec:
        return []
    container = {key: spec.get(key) for key in ("image", "args", "env", "resources")}
    return [merged_pod(item, container, spec.get("podTemplateSpec"), name="mcp", service_account=spec.get("serviceAccount"))]


def _facts(workload: Workload, sheet: Sheet) -> None:
    spec = mapping(dig(workload.item.body, "spec"))
    sheet.put("auth.required", _sign_in(spec), ("spec", "oidcConfigRef") if "oidcConfigRef" in spec else ("spec", "oidcConfig"))
    _authorization(spec, sheet)
    sheet.put("logging.audit", truth(dig(spec, "audit", "enabled"), default=False), ("spec", "audit"))
    if "telemetryConfigRef" in spec or "telemetry" in spec:
        sheet.put("logging.telemetry", True, ("spec", "telemetryConfigRef"))
    sheet.put("tool.rate_limited", "rateLimiting" in spec, ("spec", "rateLimiting"))
    sheet.put("tool.permission_profile", _profile(spec), ("spec", "permissionProfile"))
    image = workload.container.image if workload.container else None
    pinned: Truth = image if isinstance(image, Unknown) else not (isinstance(image, Image) and image.floating)
    sheet.put("tool.pinned", pinned if image is not None else Unresolved("the server runs elsewhere"), ("spec", "image"))


def _sign_in(spec: dict[Any, Any]) -> Truth:
    if dig(spec, "incomingAuth") is not None:
        kind = text(dig(spec, "incomingAuth", "type"))
        if kind in {"anonymous", "oidc"}:
            return kind == "oidc"
        return Unknown(Reason(ReasonCode.UNRESOLVED, "incomingAuth.type is not stated"))
    return bool(spec.get("oidcConfigRef") or spec.get("oidcConfig") or spec.get("authServerRef"))


def _authorization(spec: dict[Any, Any], sheet: Sheet) -> None:
    config = _first(dig(spec, "authzConfig"), dig(spec, "incomingAuth", "authzConfig"))
    reference = _first(dig(spec, "authzConfigRef"), dig(spec, "incomingAuth", "authzConfigRef"))
    place = ("spec", "authzConfig")
    policies = [text(policy) for policy in sequence(dig(config, "inline", "policies"))]
    allow_all = any(_ALLOW_ALL.search(policy) for policy in policies)
    stated = config is not None or reference is not None
    sheet.put("auth.authorization", stated and not allow_all, place)
    elsewhere = Unresolved("the authorization policy is in another object")
    named_only = not policies and stated
    sheet.put("tool.allow_all_policy", elsewhere if named_only else allow_all, place)


def _first(*values: Any) -> Any:
    """The first that is set; empty mappings and texts count as not set."""
    return next((value for value in values if isinstance(value, Unknown) or value not in (None, "", {})), None)


def _profile(spec: dict[Any, Any]) -> bool:
    """The built-in profile `network` lets the server connect anywhere, so it limits nothing."""
    profile = mapping(spec.get("permissionProfile"))
    return bool(profile) and text(profile.get("name")) != "network"


def _routes(workload: Workload) -> list[OwnRoute]:
    item = workload.item
    spec = mapping(dig(item.body, "spec"))
    kind = text(spec.get("serviceType")) or "ClusterIP"
    port = integer(spec.get("proxyPort")) or integer(spec.get("port")) or _PROXY_PORT
    prefix = "vmcp-" if item.kind == "VirtualMCPServer" else "mcp-"
    name = f"{prefix}{item.name}" if item.kind == "VirtualMCPServer" else f"{prefix}{item.name}-proxy"
    return [OwnRoute(name, service_is_public(kind, None), (port,), published=kind in {"LoadBalancer", "NodePort"}, place=("spec",))]


def _virtual_facts(workload: Workload, sheet: Sheet) -> None:
    _facts(workload, sheet)
    spec = dig(workload.item.body, "spec")
    audits = [truth(value, default=False) for _, value in find(spec, "config.audit.enabled")]
    if audits:
        sheet.put("logging.audit", audits[0], ("spec", "config", "audit", "enabled"))
    if dig(spec, "config", "telemetry") is not None:
        sheet.put("logging.telemetry", True, ("spec", "config", "telemetry"))


_GROUP = ("toolhive.stacklok.dev",)
_STATES = frozenset(
    {
        "auth.required",
        "auth.authorization",
        "logging.audit",
        "logging.telemetry",
        "tool.rate_limited",
        "tool.permission_profile",
        "tool.pinned",
        "tool.allow_all_policy",
    }
)
_VIRTUAL = frozenset({"auth.required", "auth.authorization", "logging.audit", "tool.allow_all_policy"})

KINDS = (
    Kind(
        groups=_GROUP,
        kind="MCPServer",
        asset_type="tool_server",
        read_pods=_pods,
        product="MCP server",
        facts=_facts,
        states=_STATES,
        routes=_routes,
    ),
    Kind(
        groups=_GROUP,
        kind="MCPRemoteProxy",
        asset_type="tool_server",
        no_pods=True,
        facts=_facts,
        states=_VIRTUAL | {"tool.rate_limited"},
        routes=_routes,
    ),
    Kind(groups=_GROUP, kind="VirtualMCPServer", asset_type="gateway", no_pods=True, facts=_virtual_facts, states=_VIRTUAL, routes=_routes),
    Kind(groups=_GROUP, kind="MCPServerEntry", asset_type="tool_server", no_pods=True, offline=True),
    Kind(
        groups=_GROUP, kind="EmbeddingServer", asset_type="endpoint", read_pods=_pods, product="Text Embeddings Inference", routes=_routes
    ),
)
