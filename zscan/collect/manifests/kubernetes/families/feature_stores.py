"""Feast: feature stores."""

from __future__ import annotations

from zscan.collect.manifests.fields import dig, mapping, truth
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, Workload
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.unknown import Reason, ReasonCode, Unknown, kleene_all

_SERVERS: tuple[Path, ...] = (
    ("spec", "services", "onlineStore", "server"),
    ("spec", "services", "offlineStore", "server"),
    ("spec", "services", "registry", "local", "server"),
)


def _facts(workload: Workload, sheet: Sheet) -> None:
    body = workload.item.body
    authz = mapping(dig(body, "spec", "authz"))
    if truth(authz.get("noAuth"), default=False) is True:
        sheet.put("auth.required", False, ("spec", "authz", "noAuth"))
    elif "kubernetes" in authz or "oidc" in authz:
        sheet.put("auth.required", True, ("spec", "authz"))
    else:
        reason = Reason(
            ReasonCode.UNRESOLVED,
            "without spec.authz the operator's version decides: Kubernetes authentication in current ones, none in earlier ones",
        )
        sheet.put("auth.required", Unknown(reason), ("spec",))
    sheet.put("auth.federated", "oidc" in authz, ("spec", "authz"))
    servers = [(path, server) for path in _SERVERS if isinstance(server := dig(body, *path), dict)]
    if servers:
        sheet.put("network.tls", kleene_all(_tls(server) for _, server in servers), *(path for path, _ in servers))


def _tls(server: dict[str, object]) -> bool:
    tls = server.get("tls")
    return isinstance(tls, dict) and truth(tls.get("disable"), default=False) is not True


def _routes(workload: Workload) -> list[OwnRoute]:
    return [OwnRoute(f"feast-{workload.item.name}-online", False, (80, 443), place=("spec",))]


KINDS = (
    Kind(
        groups=("feast.dev",), kind="FeatureStore", asset_type="feature_store", no_pods=True, facts=_facts, routes=_routes,
        states=frozenset({"auth.required", "auth.federated", "network.tls"}),
    ),
)  # fmt: skip
