"""Exposure of cluster workloads: which published ways lead to them, and what that means for reach, TLS and administrative ports.

Ways in join across files: an Ingress names a Service, a Service selects pods, an HTTPRoute hangs on a Gateway. Reach is proved by one public
way. That there is none is concluded only where a way in was seen and none is public, or where the files are the whole cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.derive.cluster_view import MESH, ROUTE, ClusterView, selects
from zscan.derive.segmentation import derive_namespaces, derive_segmentation, derive_volumes
from zscan.model.asset import Draft, Fragment
from zscan.model.gap import Gap
from zscan.model.source import FactRef
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all, kleene_any

BY = "exposure"
_WAYS_IN = "published way in"


def derive_exposure(by_id: Mapping[str, Draft], fragments: Iterable[Fragment], *, complete: bool, gaps: Iterable[Gap]) -> None:
    """Add what follows from routes and policies to every cluster workload, namespace and volume claim. Facts that a shape stated stay."""
    view = ClusterView(by_id, fragments, complete=complete, gaps=gaps)
    _inherit_from_gateways(by_id)
    details = {fragment.id: fragment for fragment in view.kinds[ROUTE]}
    leading = _leading(by_id)
    for draft, pods in view.workloads():
        if pods.data["traffic"]:
            _expose(draft, pods, _ways_in(draft, leading, by_id), details, view)
    derive_segmentation(view)
    derive_namespaces(view)
    derive_volumes(view)


def _inherit_from_gateways(by_id: Mapping[str, Draft]) -> None:
    """A route whose reach is its gateway's to say takes it from the gateways it hangs on, where all of them were read."""
    for draft in by_id.values():
        if draft.type != "route" or not isinstance(draft.get("route.public"), Unknown) or "exposed_by" in draft.unknown_relations:
            continue
        edges = [relation for relation in draft.relations if relation.kind == "exposed_by"]
        gateways = [by_id[edge.target] for edge in edges if edge.target in by_id]
        if gateways and len(gateways) == len(edges):
            for path, fold in (("route.public", kleene_any), ("route.tls", kleene_all)):
                draft.derive(
                    path, fold(_fact(gateway, path) for gateway in gateways), BY, [FactRef(gateway.id, path) for gateway in gateways]
                )


def _leading(by_id: Mapping[str, Draft]) -> dict[str, set[str]]:
    """For each asset the routes that lead straight to it."""
    found: dict[str, set[str]] = {}
    for draft in by_id.values():
        for relation in draft.relations:
            if relation.kind == "routes_to" and relation.target in by_id:
                found.setdefault(relation.target, set()).add(draft.id)
            elif relation.kind == "exposed_by" and relation.target in by_id:
                found.setdefault(draft.id, set()).add(relation.target)
    return found


def _ways_in(draft: Draft, leading: Mapping[str, set[str]], by_id: Mapping[str, Draft]) -> list[Draft]:
    """Every route that leads to the asset, straight or through others."""
    seen: set[str] = set()
    frontier = set(leading.get(draft.id, ()))
    while frontier:
        seen |= frontier
        frontier = {outer for route in frontier for outer in leading.get(route, ())} - seen
    return [by_id[route] for route in sorted(seen) if by_id[route].type == "route"]


def _expose(draft: Draft, pods: Fragment, routes: list[Draft], details: Mapping[str, Fragment], view: ClusterView) -> None:
    for route in routes:
        draft.relate("exposed_by", route.id)
        if not any(relation.kind == "routes_to" and relation.target == draft.id for relation in route.relations):
            route.relate("routes_to", draft.id)
    unsure = _unsure(draft, view)
    _put(
        draft,
        "network.public_access",
        _reach([_fact(route, "route.public") for route in routes], draft, view, unsure),
        routes,
        "route.public",
    )
    published = [route for route in routes if _published(details.get(route.id)) is not False]
    _put(draft, "network.tls", _tls(draft, pods, routes, published, view), published or routes, "route.tls")
    answers = [_administrative(route, pods, details) for route in published]
    _put(
        draft,
        "network.admin_port_published",
        _reach(answers, draft, view, unsure, seen=bool(routes)),
        published,
        "route.ports",
        settled=not pods.data["admin_ports"],
    )


def _put(draft: Draft, path: str, value: Truth, routes: Iterable[Draft], path_of_route: str, *, settled: bool = False) -> None:
    if path not in draft.facts:
        draft.derive(path, False if settled else value, BY, [FactRef(route.id, path_of_route) for route in routes])


def _reach(answers: list[Truth], draft: Draft, view: ClusterView, unsure: Truth, *, seen: bool | None = None) -> Truth:
    """True by one way in; false only where absence is known."""
    shown = bool(answers) if seen is None else seen
    return kleene_any([*answers, unsure, view.absent(draft, _WAYS_IN, shown=shown)])


def _unsure(draft: Draft, view: ClusterView) -> Truth:
    """Unknown when a route of the namespace selects by a label that is not known."""
    for other in view.by_id.values():
        if (
            other.type == "route"
            and other.namespace == draft.namespace
            and "routes_to" in other.unknown_relations
            and other.provider == draft.provider
        ):
            return other.unknown_relations["routes_to"]
    return False


def _published(detail: Fragment | None) -> bool | None:
    """Whether a route publishes outside its namespace's own network; None when its settings do not tell."""
    return None if detail is None else detail.data["published"]


def _tls(draft: Draft, pods: Fragment, routes: list[Draft], published: list[Draft], view: ClusterView) -> Truth:
    if published:
        return kleene_all(_fact(route, "route.tls") for route in published)
    if routes and kleene_all(_fact(route, "route.tls") for route in routes) is True:
        return True
    strict = _mesh(pods, view)
    if strict is True:
        return True
    missing = view.absent(draft, "mesh or TLS setting", shown=False)
    return (not routes) if missing is False else missing


def _mesh(pods: Fragment, view: ClusterView) -> bool:
    """Whether every pod is under a rule of strict mutual TLS and inside the mesh."""
    rules = [rule for rule in view.kinds[MESH] if rule.data["strict"]]
    roles = pods.data["roles"]
    return bool(roles) and all(not role["outside_mesh"] and any(_covers(rule, pods.namespace, role) for rule in rules) for role in roles)


def _covers(rule: Fragment, namespace: str, role: Mapping[str, Any]) -> bool:
    return bool(rule.data["everywhere"]) or (rule.namespace == namespace and selects(rule.data["labels"], (), role["labels"]))


def _administrative(route: Draft, pods: Fragment, details: Mapping[str, Fragment]) -> Truth:
    """Whether a route leads to an administrative port of the workload. Routes that name a Service are followed through its ports."""
    detail = details.get(route.id)
    if detail is None or detail.data["published"] is None:
        return Unknown(Reason(ReasonCode.UNRESOLVED, f"what {route.name} publishes is not stated"))
    admin, names = set(pods.data["admin_ports"]), pods.data["ports"]
    targets = [entry["target"] for entry in detail.data["ports"]]
    for backend in detail.data["backends"]:
        targets += _through(backend, details)
    return any(names.get(target, target) in admin for target in targets if target is not None)


def _through(backend: Mapping[str, Any], details: Mapping[str, Fragment]) -> list[Any]:
    found: list[Any] = []
    for service in details.values():
        if service.data["backends"] or f"{service.namespace}/{_last(service.id)}" != backend["service"]:
            continue
        for entry in service.data["ports"]:
            if backend["port"] is None or backend["port"] in {entry["port"], entry["name"], entry["target"]}:
                found.append(entry["target"])
    return found or [backend["port"]]


def _last(asset_id: str) -> str:
    return asset_id.rpartition("/")[2].partition("~")[0]


def _fact(draft: Draft, path: str) -> Truth:
    value = draft.get(path)
    return value if isinstance(value, bool | Unknown) else Unknown(Reason(ReasonCode.UNRESOLVED, f"{draft.name} does not state {path}"))
