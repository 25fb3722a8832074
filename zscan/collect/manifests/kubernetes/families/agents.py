"""Agents and their sandboxes: kagent, agent-sandbox."""

from __future__ import annotations

import re
from typing import Any

from zscan.collect.manifests.fields import dig, mapping, mappings, sequence, text
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, PodPlace, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.packet_rules import opened, reaches_metadata
from zscan.collect.manifests.kubernetes.pods import Pod
from zscan.collect.manifests.kubernetes.synthetic import synthetic_pod
from zscan.collect.manifests.sheet import Sheet
from zscan.model.asset import Draft
from zscan.model.document import Path
from zscan.model.unknown import Truth, Unknown, Unresolved

HIGH_RISK_TOOL = re.compile(
    r"shell|bash|exec|command|run_?code|python|computer|browser|terminal|kubectl|delete|apply_manifest|write_file|patch_resource|drop_|sudo",
    re.IGNORECASE,
)
_TOOL_KINDS = ("kagent.dev/RemoteMCPServer", "kagent.dev/MCPServer", "kagent.dev/ToolServer", "toolhive.stacklok.dev/MCPServer")
_KAGENT_PORT = 8080


def _deployment(item: KubernetesObject) -> tuple[dict[Any, Any], Path]:
    for part in ("declarative", "byo"):
        deployment = dig(item.body, "spec", part, "deployment")
        if isinstance(deployment, dict):
            return deployment, ("spec", part, "deployment")
    return {}, ("spec",)


def _pods(item: KubernetesObject) -> list[Pod]:
    deployment, path = _deployment(item)
    container = {
        "image": deployment.get("image"), "command": deployment.get("cmd"), "args": deployment.get("args"), "env": deployment.get("env"),
        "resources": deployment.get("resources"), "securityContext": deployment.get("securityContext"),
    }  # fmt: skip
    spec = {"securityContext": deployment.get("podSecurityContext"), "volumes": deployment.get("volumes")}
    return [
        synthetic_pod(
            item, container, path=path, spec=spec, service_account=deployment.get("serviceAccountName"), labels={"kagent": item.name}
        )
    ]


def _facts(workload: Workload, sheet: Sheet) -> None:
    spec = dig(workload.item.body, "spec")
    declarative = mapping(dig(spec, "declarative")) or mapping(spec)
    if isinstance(dig(spec, "byo"), dict):
        for fact in ("agent.instructed", "agent.tools", "agent.tools_named"):
            sheet.put(fact, Unresolved("the agent is a program of its own; its instructions and tools are in its code"))
    else:
        _declared(declarative, sheet)
    sheet.put("agent.namespaces_open", text(dig(spec, "allowedNamespaces", "from")) == "All", ("spec", "allowedNamespaces"))
    sheet.put("auth.required", Unresolved("who may call a kagent agent is decided by its controller"))
    if workload.item.kind in {"SandboxAgent", "AgentHarness"}:
        sheet.put("workload.sandboxed", True, ("kind",))
        domains = dig(spec, "sandbox", "network", "allowedDomains")
        if isinstance(domains, list):
            sheet.put("network.egress_restricted", "*" not in domains, ("spec", "sandbox", "network", "allowedDomains"))


def _declared(declarative: dict[Any, Any], sheet: Sheet) -> None:
    instructed = any(declarative.get(name) not in (None, "", {}) for name in ("systemMessage", "systemMessageFrom"))
    sheet.put("agent.instructed", instructed, ("spec", "declarative", "systemMessage"))
    tools, named = _tools(declarative)
    sheet.put("agent.tools", tools, ("spec", "declarative", "tools"))
    sheet.put("agent.tools_named", named, ("spec", "declarative", "tools"))


def _tools(declarative: dict[Any, Any]) -> tuple[list[dict[str, Any] | Unknown], Truth]:
    """Named tools, and whether every server's tools are named. A server without `toolNames` offers whatever it has."""
    found: dict[str, dict[str, Any] | Unknown] = {}
    named = True
    for index, tool in mappings(declarative.get("tools")):
        server = tool.get("mcpServer")
        if not isinstance(server, dict):
            continue
        approved = {text(name) for name in sequence(server.get("requireApproval"))}
        names = [text(name) for name in sequence(server.get("toolNames")) if text(name)]
        if not names:
            named = False
            found[f"\uffff{index}"] = Unresolved(f"the tools of {text(server.get('name'))} are not named")
        for name in names:
            found[name] = {"name": name, "enabled": True, "confirmed": name in approved, "high_risk": bool(HIGH_RISK_TOOL.search(name))}
    return [found[name] for name in sorted(found)], named


def _refer(workload: Workload, draft: Draft) -> None:
    item = workload.item
    for _, tool in mappings(dig(item.body, "spec", "declarative", "tools")):
        name = text(dig(tool, "mcpServer", "name"))
        if name:
            namespace = text(dig(tool, "mcpServer", "namespace")) or item.namespace
            draft.refer("calls_tool", _TOOL_KINDS, name if "/" in name else f"{namespace}/{name}")


def _routes(workload: Workload) -> list[OwnRoute]:
    return [OwnRoute(workload.item.name, False, (_KAGENT_PORT,))]


def _server_pods(item: KubernetesObject) -> list[Pod]:
    deployment = mapping(dig(item.body, "spec", "deployment"))
    container = {
        "image": deployment.get("image"),
        "command": [deployment.get("cmd")],
        "args": deployment.get("args"),
        "env": deployment.get("env"),
    }
    return [synthetic_pod(item, container, path=("spec", "deployment"), service_account=deployment.get("serviceAccountName"))]


def _server(workload: Workload, sheet: Sheet) -> None:
    words = workload.container.words if workload.container else ()
    config = dig(workload.item.body, "spec", "config", "stdio")
    words = words or tuple(text(word) for word in (dig(config, "command"), *sequence(dig(config, "args"))) if text(word))
    sheet.put("tool.pinned", pinned_package(words), ("spec",))


_RUNNERS = frozenset({"npx", "uvx", "pipx", "bunx", "pnpm"})
_PINNED = re.compile(r"^@?[^@\s]+(?:@|==)v?\d+\.\d+[\w.+-]*$")


def pinned_package(words: tuple[str, ...]) -> Truth:
    """Whether a package runner starts an exact version. Without a runner in the command line this is for the image to say."""
    for index, word in enumerate(words):
        if word.rpartition("/")[2] in _RUNNERS:
            package = next((w for w in words[index + 1 :] if not w.startswith("-") and w not in {"dlx", "run"}), "")
            return bool(_PINNED.match(package))
    return Unresolved("no package runner in the command line")


def _sandbox(workload: Workload, sheet: Sheet) -> None:
    item = workload.item
    sheet.put("auth.required", Unresolved("who may reach a sandbox is decided by its router"))
    sheet.put("workload.runs_generated_code", True, ("kind",))
    if item.kind != "SandboxTemplate":
        return
    spec = mapping(dig(item.body, "spec"))
    if text(spec.get("networkPolicyManagement")) == "Unmanaged":
        return
    policy, place = spec.get("networkPolicy"), ("spec", "networkPolicy")
    sheet.put("network.ingress_restricted", not opened(dig(policy, "ingress"), "from"), place)
    sheet.put("network.egress_restricted", not opened(dig(policy, "egress"), "to"), place)
    sheet.put("network.metadata_blocked", not reaches_metadata(dig(policy, "egress")), place)


_KAGENT = ("kagent.dev",)
_AGENT_STATES = frozenset(
    {
        "agent.instructed",
        "agent.tools",
        "agent.tools_named",
        "agent.namespaces_open",
        "auth.required",
        "workload.sandboxed",
        "network.egress_restricted",
    }
)
_SANDBOX_STATES = frozenset({"auth.required", "workload.runs_generated_code", "network.ingress_restricted", "network.egress_restricted"})

KINDS = (
    *(
        Kind(
            groups=_KAGENT,
            kind=kind,
            asset_type="agent",
            read_pods=_pods,
            facts=_facts,
            states=_AGENT_STATES,
            refer=_refer,
            relations=frozenset({"calls_tool"}),
            routes=_routes,
        )
        for kind in ("Agent", "SandboxAgent", "AgentHarness")
    ),
    Kind(
        groups=_KAGENT,
        kind="MCPServer",
        asset_type="tool_server",
        read_pods=_server_pods,
        product="MCP server",
        facts=_server,
        states=frozenset({"tool.pinned"}),
    ),
    *(
        Kind(
            groups=_KAGENT,
            kind=kind,
            asset_type="tool_server",
            no_pods=True,
            facts=_server,
            states=frozenset({"tool.pinned"}),
            offline=True,
        )
        for kind in ("RemoteMCPServer", "ToolServer")
    ),
    Kind(groups=_KAGENT, kind="ModelConfig", asset_type="ai_client", no_pods=True, offline=True),
    Kind(
        groups=("agents.x-k8s.io",),
        kind="Sandbox",
        asset_type="agent",
        pods=(PodPlace("spec.podTemplate"),),
        facts=_sandbox,
        states=_SANDBOX_STATES,
    ),
    Kind(
        groups=("extensions.agents.x-k8s.io",),
        kind="SandboxTemplate",
        asset_type="agent",
        pods=(PodPlace("spec.podTemplate"),),
        facts=_sandbox,
        states=_SANDBOX_STATES,
    ),
)
