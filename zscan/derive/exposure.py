"""Exposure of cluster workloads: which published ways lead to them, and what that means for reach, TLS and administrative ports.

Ways in join across files: an Ingress names a Service, a Service selects pods, an HTTPRoute hangs on a Gateway. Reach is proved by one
public way. That there is none is concluded only where a way in was seen and none is public, or where the files are the whole cluster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from zscan.derive.cluster_view import MESH, PROVIDER, ROUTE, ClusterView, selects
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
    routes = _Routes(view)
    exposed = {draft.id for draft, pods in view.workloads() if pods.data["traffic"]}
    for draft in by_id.values():
        hiding = view.hiding(draft) if draft.id in exposed or (draft.type == "route" and draft.provider == PROVIDER) else None
        if hiding is not None:
            draft.unknown_relations.setdefault("exposed_by", hiding)
    for draft, pods in view.workloads():
        if pods.data["traffic"]:
            _expose(draft, pods, routes, view)
    derive_segmentation(view)
    derive_namespaces(view)
    derive_volumes(view)


class _Routes:
    """Routes by what is asked of them: what leads to an asset, what a route publishes, where a Service's ports go."""

    def __init__(self, view: ClusterView) -> None:
        self._by_id = view.by_id
        self.details = {fragment.id: fragment for fragment in view.kinds[ROUTE]}
        self.services: dict[str, list[Fragment]] = defaultdict(list)
        for fragment in self.details.values():
            if not fragment.data["backends"]:
                self.services[f"{fragment.namespace}/{_last(fragment.id)}"].append(fragment)
        self._leading: dict[str, set[str]] = defaultdict(set)
        self.unsure: dict[str, Unknown] = {}
        for draft in view.by_id.values():
            self._note(draft)

    def _note(self, draft: Draft) -> None:
        for relation in draft.relations:
            if relation.kind == "routes_to" and relation.target in self._by_id:
                self._leading[relation.target].add(draft.id)
            elif relation.kind == "exposed_by" and relation.target in self._by_id:
                self._leading[draft.id].add(relation.target)
        if draft.type == "route" and draft.provider == PROVIDER and "routes_to" in draft.unknown_relations:
            self.unsure[draft.namespace] = draft.unknown_relations["routes_to"]

    def ways_in(self, draft: Draft) -> list[Draft]:
        """Every route that leads to the asset, straight or through others."""
        seen: set[str] = set()
        frontier = set(self._leading.get(draft.id, ()))
        while frontier:
            seen |= frontier
            frontier = {outer for route in frontier for outer in self._leading.get(route, ())} - seen
        return [self._by_id[route] for route in sorted(seen) if self._by_id[route].type == "route"]

    def published(self, route: Draft) -> bool | None:
        """Whether a route publishes beyond the cluster's own network; None when its settings do not tell."""
        detail = self.details.get(route.id)
        return None if detail is None else detail.data["published"]

    def targets(self, route: Draft) -> list[Any] | None:
        """The pod ports that a route leads to, followed through the ports of the Services it names; None when it does not tell."""
        detail = self.details.get(route.id)
        if detail is None or detail.data["published"] is None:
            return None
        found = [entry["target"] for entry in detail.data["ports"]]
        for backend in detail.data["backends"]:
            wanted = backend["port"]
            entries = [entry for service in self.services.get(backend["service"], ()) for entry in service.data["ports"]]
            led = [entry["target"] for entry in entries if wanted is None or wanted in {entry["port"], entry["name"], entry["target"]}]
            found += led or [wanted]
        return found


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


def _expose(draft: Draft, pods: Fragment, routes: _Routes, view: ClusterView) -> None:
    ways = routes.ways_in(draft)
    for route in ways:
        draft.relate("exposed_by", route.id)
        if not any(relation.kind == "routes_to" and relation.target == draft.id for relation in route.relations):
            route.relate("routes_to", draft.id)
    elsewhere: Truth = routes.unsure.get(draft.namespace, False)
    absent = kleene_any([elsewhere, view.absent(draft, _WAYS_IN, shown=bool(ways))])
    _put(
        draft, "network.public_access", kleene_any([*(_fact(route, "route.public") for route in ways), absent]), _refs(ways, "route.public")
    )
    published = [route for route in ways if routes.published(route) is not False]
    _put(draft, "network.tls", _tls(draft, pods, ways, published, view), _refs(published or ways, "route.tls"))
    led = kleene_any([*(_administrative(route, pods, routes) for route in published), absent]) if pods.data["admin_ports"] else False
    _put(draft, "network.admin_port_published", led, _refs(published, "route.ports"))


def _refs(routes: Iterable[Draft], path: str) -> list[FactRef]:
    return [FactRef(route.id, path) for route in routes]


def _put(draft: Draft, path: str, value: Truth, refs: Iterable[FactRef]) -> None:
    """State a fact unless the shape knew it from the asset's own document."""
    if path not in draft.facts:
        draft.derive(path, value, BY, refs)


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
    if not roles:  # pods that only the controller knows: a rule for the whole namespace covers them whatever their labels
        return any(rule.data["everywhere"] or (rule.namespace == pods.namespace and not rule.data["labels"]) for rule in rules)
    return all(not role["outside_mesh"] and any(_covers(rule, pods.namespace, role) for rule in rules) for role in roles)


def _covers(rule: Fragment, namespace: str, role: Mapping[str, Any]) -> bool:
    return bool(rule.data["everywhere"]) or (rule.namespace == namespace and selects(rule.data["labels"], (), role["labels"]))


def _administrative(route: Draft, pods: Fragment, routes: _Routes) -> Truth:
    """Whether a route leads to an administrative port of the workload."""
    targets = routes.targets(route)
    if targets is None:
        return Unknown(Reason(ReasonCode.UNRESOLVED, f"what {route.name} publishes is not stated"))
    admin, names = set(pods.data["admin_ports"]), pods.data["ports"]
    return any(names.get(target, target) in admin for target in targets if target is not None)


def _last(asset_id: str) -> str:
    return asset_id.rpartition("/")[2].partition("~")[0]


def _fact(draft: Draft, path: str) -> Truth:
    value = draft.get(path)
    return value if isinstance(value, bool | Unknown) else Unknown(Reason(ReasonCode.UNRESOLVED, f"{draft.name} does not state {path}"))
