"""From an object that runs AI to a draft: what it is, how it is confined, what it runs, and what it leans on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zscan.collect import Shaped
from zscan.collect.manifests import governance, model_source, secret_settings, transport
from zscan.collect.manifests.fields import dig, find, text, truth
from zscan.collect.manifests.kubernetes import hardening
from zscan.collect.manifests.kubernetes.families import KINDS
from zscan.collect.manifests.kubernetes.kinds import Kind, OwnRoute, Workload
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod, host_ports
from zscan.collect.manifests.offering import offer
from zscan.collect.manifests.product_table import BY_NAME, PRODUCTS
from zscan.collect.manifests.products import Hints, recognise
from zscan.collect.manifests.sheet import Sheet
from zscan.collect.manifests.sign_in import auth_required
from zscan.collect.manifests.workload_facts import artefacts, server_facts
from zscan.model.asset import Draft, Fragment
from zscan.model.offers import Offer
from zscan.model.unknown import Unknown, Unresolved, kleene_all

_INJECT = "sidecar.istio.io/inject"
PODS = "kubernetes/pods"  # the fragment that derivations match selectors and ports against

DERIVED = frozenset(
    {
        "network.public_access",
        "network.ingress_restricted",
        "network.egress_restricted",
        "network.metadata_blocked",
        "network.tls",
        "network.admin_port_published",
        "principal.token_mounted",
    }
)
_OF_PODS = frozenset({"network.ingress_restricted", "network.egress_restricted", "network.metadata_blocked", "principal.token_mounted"})
_POD_FACTS = (
    hardening.FACTS
    | transport.FACTS
    | secret_settings.FACTS
    | governance.FACTS
    | DERIVED
    | {"artefact.images", "auth.required", "principal.assigned"}
)
_SETTINGS_FACTS = secret_settings.FACTS | governance.FACTS | {"network.cleartext_backends", "network.tls_verification_off"}
_TRAFFIC = frozenset(fact for fact in DERIVED if fact.startswith("network."))
_MODEL_TYPES = frozenset({"endpoint", "training_job", "model"})
_RELATIONS = frozenset({"runs_as", "member_of", "exposed_by", "attached_to", "reads_from"})
_RECOGNISED = tuple(sorted({product.asset_type for product in PRODUCTS} | {"ai_client"}))


@dataclass(frozen=True, slots=True)
class Found:
    """A shaped workload. `strong` is false for products that are AI only beside another AI asset."""

    shaped: list[Shaped]
    strong: bool = True


def shape_workload(item: KubernetesObject, kind: Kind) -> Found | None:
    """The draft and fragments of an object, or None when nothing in it shows AI."""
    pods = kind.open(item)
    workload = Workload(item, kind, pods, version=kind.version(item) if kind.version else "")
    found = recognise([c for pod in pods for c in pod.main], _hints(item, pods))
    if kind.recognise and found is None:
        return None
    asset_type = found.asset_type if kind.recognise and found else kind.asset_type
    fixed = BY_NAME.get(kind.product) if kind.product else None
    matched = found if found is not None and found.product is not None else None
    workload.product = matched.product if matched else fixed
    workload.container = matched.container if matched else next((c for pod in pods for c in pod.main), None)
    native_type = f"{item.native_type}:{asset_type}" if kind.recognise else item.native_type
    draft = item.draft(asset_type, native_type)
    draft.labels = dict(pods[0].labels) if pods else {}
    _sheet(workload, asset_type).write(
        draft, OFFERS[native_type].facts, item.origin, later=DERIVED if pods or kind.no_pods else DERIVED - _OF_PODS
    )
    _references(workload, draft)
    shaped: list[Shaped] = [draft, *_fragments(workload, draft)]
    for route in kind.routes(workload) if kind.routes else ():
        shaped += _own_route(workload, route)
    return Found(shaped, strong=not kind.recognise or found is None or found.strong)


def _hints(item: KubernetesObject, pods: list[Pod]) -> Hints:
    hints = [pod.hints(item.labels) for pod in pods]
    return Hints(any(h.accelerator for h in hints), any(h.labelled for h in hints))


def _sheet(workload: Workload, asset_type: str) -> Sheet:
    item, kind, sheet = workload.item, workload.kind, Sheet()
    labelled = item.labelled()
    labelled.update(
        {(*pod.path[:-1], "metadata", "labels"): pod.labels for pod in workload.pods[:1] if pod.path and pod.path[-1] == "spec"}
    )
    governance.governance(sheet, labelled)
    secret_settings.secret_settings(sheet, item.body)
    transport.connection_facts(sheet, workload.containers, item.body.get("spec"))
    if workload.pods:
        hardening.hardening(sheet, workload.pods, item, interactive=kind.interactive or asset_type == "notebook")
        artefacts(sheet, workload.named_containers)
        _identity(sheet, workload)
        _open_ports(sheet, workload)
    _server(sheet, workload, asset_type)
    if kind.facts:
        before = dict(sheet.facts)
        kind.facts(workload, sheet)
        sheet.doubt(item.body.get("spec"), [path for path, stated in sheet.facts.items() if before.get(path) != stated])
    sheet.doubt(item.body)
    return sheet


def _server(sheet: Sheet, workload: Workload, asset_type: str) -> None:
    product, container = workload.product, workload.container
    if container is not None:
        server_facts(sheet, product, container)
        if product is not None:
            beside = [other for other in workload.containers if other is not container and not other.init]
            pod = next((p for p in workload.pods if container in p.main), None)
            value, place = auth_required(product, container, beside, workload.version)
            if value is False and pod is not None and not pod.complete and product.sign_in.on_flags:
                value = Unresolved(f"further settings of {product.name} are left to the resource's controller")
            sheet.put("auth.required", value, place)
    if asset_type in _MODEL_TYPES:
        kind = workload.kind
        named = kind.models(workload.item) if kind.models else []
        sources = named or [source for c in workload.containers for source in model_source.sources_of(c)]
        model_source.model_facts(sheet, sources, workload.containers, kind.formats(workload.item) if kind.formats else ())
        if product is not None and product.loads_at_runtime and container is not None:
            sheet.put("artefact.runtime_loading", True, container.path)


def _identity(sheet: Sheet, workload: Workload) -> None:
    names = [pod.service_account for pod in workload.pods]
    assigned = kleene_all(name if isinstance(name, Unknown) else name not in {"", "default"} for name in names)
    sheet.put("principal.assigned", assigned, *((*pod.path, "serviceAccountName") for pod in workload.pods))
    mounted = [
        (truth(value, default=True), pod) for pod in workload.pods if (value := pod.spec.get("automountServiceAccountToken")) is not None
    ]
    if any(value is True for value, _ in mounted) or (mounted and len(mounted) == len(workload.pods)):
        decided = True if any(value is True for value, _ in mounted) else mounted[0][0]
        sheet.put("principal.token_mounted", decided, *((*pod.path, "automountServiceAccountToken") for _, pod in mounted))


def _open_ports(sheet: Sheet, workload: Workload) -> None:
    opened = [place for pod in workload.pods for _, place in host_ports(pod)]
    if opened:
        sheet.put("network.public_access", True, *opened)


def _references(workload: Workload, draft: Draft) -> None:
    item = workload.item
    if item.namespace:
        draft.refer("member_of", "core/Namespace", item.namespace)
    for pod in workload.pods:
        account = pod.service_account
        draft.refer(
            "runs_as", "core/ServiceAccount", account if isinstance(account, Unknown) else f"{item.namespace}/{account or 'default'}"
        )
        for _, claim in find(pod.spec, "volumes[].persistentVolumeClaim.claimName"):
            draft.refer(
                "reads_from", "core/PersistentVolumeClaim", claim if isinstance(claim, Unknown) else f"{item.namespace}/{text(claim)}"
            )
    if workload.kind.refer:
        workload.kind.refer(workload, draft)


def _fragments(workload: Workload, draft: Draft) -> Iterator[Fragment]:
    product, kind = workload.product, workload.kind
    if kind.offline and not workload.pods:
        return
    roles = [
        {
            "labels": pod.labels,
            "labels_known": pod.complete,
            "host_network": dig(pod.spec, "hostNetwork") is True,
            "outside_mesh": "false" in {pod.annotations.get(_INJECT, ""), pod.labels.get(_INJECT, "")},
        }
        for pod in workload.pods
    ]
    ports = {name: number for container in workload.containers for name, number in container.ports if name}
    accounts = [account for pod in workload.pods if isinstance(account := pod.service_account, str)]
    data = {
        "traffic": not kind.offline,
        "roles": roles,
        "ports": ports,
        "admin_ports": sorted(product.admin_ports) if product else [],
        "accounts": sorted({account or "default" for account in accounts}),
        "accounts_known": len(accounts) == len(workload.pods),
    }
    yield Fragment(
        kind=PODS,
        id=draft.id,
        provider=draft.provider,
        data=data,
        source=workload.item.origin.at(()),
        namespace=workload.item.namespace,
        unit=draft.unit,
    )


def _own_route(workload: Workload, route: OwnRoute) -> Iterator[Shaped]:
    item = workload.item
    native_type = f"{item.native_type}.service"
    draft = item.draft("route", native_type, suffix=f"/service/{route.name}", name=route.name)
    draft.source = item.origin.at(route.place)
    sheet = Sheet()
    governance.governance(sheet, item.labelled())
    for fact, value in (("public", route.public), ("tls", route.tls), ("auth", route.auth), ("ports", list(route.ports))):
        sheet.put(f"route.{fact}", value, route.place)
    sheet.write(draft, OFFERS[native_type].facts, item.origin)
    draft.refer("routes_to", (item.native_type,), item.key)
    yield draft
    data = {"published": route.published, "ports": [{"port": port, "target": port, "name": ""} for port in route.ports], "backends": []}
    yield Fragment(
        kind="kubernetes/route",
        id=draft.id,
        provider=draft.provider,
        data=data,
        source=draft.source,
        namespace=item.namespace,
        unit=draft.unit,
    )


def _offers() -> Iterator[Offer]:
    for (group, name), kind in KINDS.items():
        for asset_type in _RECOGNISED if kind.recognise else (kind.asset_type,):
            facts = (_SETTINGS_FACTS if kind.no_pods else _POD_FACTS) | kind.states
            if kind.no_pods and not kind.offline:
                facts = facts | _TRAFFIC - _OF_PODS
            if kind.offline:
                facts = facts - _TRAFFIC
            if asset_type in _MODEL_TYPES:
                facts = facts | model_source.FACTS
            native_type = f"{group}/{name}:{asset_type}" if kind.recognise else f"{group}/{name}"
            yield offer(native_type, asset_type, facts, _RELATIONS | kind.relations)
        if kind.routes:
            yield offer(
                f"{group}/{name}.service",
                "route",
                governance.FACTS | {f"route.{fact}" for fact in ("public", "tls", "auth", "ports")},
                {"routes_to", "exposed_by"},
            )


OFFERS: dict[str, Offer] = {found.native_type: found for found in _offers()}
OWN_SERVICES: tuple[str, ...] = tuple(sorted(name for name in OFFERS if name.endswith(".service")))
