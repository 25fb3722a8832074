"""Docker Compose: each service that runs AI becomes the same kind of asset as a pod would."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from zscan.collect.manifests import compose_hardening, governance, model_source, secret_settings, transport
from zscan.collect.manifests.compose_ports import network_facts
from zscan.collect.manifests.compose_service import environment, service_container, variables
from zscan.collect.manifests.fields import dig, mapping, strings, text
from zscan.collect.manifests.kubernetes.objects import PROVIDER
from zscan.collect.manifests.loader import Loaded, load
from zscan.collect.manifests.offering import offer
from zscan.collect.manifests.origin import FileOrigin
from zscan.collect.manifests.product_table import PRODUCTS
from zscan.collect.manifests.products import Hints, Recognised, recognise
from zscan.collect.manifests.readers import Declarations, InputFile
from zscan.collect.manifests.sheet import Sheet
from zscan.collect.manifests.sign_in import auth_required
from zscan.collect.manifests.unrendered import blanked, not_rendered, unread_part
from zscan.collect.manifests.workload_facts import artefacts, server_facts
from zscan.collect.redact import redact
from zscan.model.asset import Draft
from zscan.model.document import Document
from zscan.model.gap import internal
from zscan.model.offers import Offer

_NAMES = re.compile(r"^(?:docker-)?compose\.ya?ml$")
_OVERRIDE = re.compile(r"^(?:docker-)?compose\.override\.ya?ml$")
_ANY_NAME = re.compile(r"compose[^/]*\.ya?ml$")
_SERVICES = re.compile(r"^[\"']?services[\"']?\s*:", re.MULTILINE)
_SERVICE_LINE = re.compile(r"^\s+(?:image|build|container_name|extends)\s*:", re.MULTILINE)
_MODEL_TYPES = frozenset({"endpoint", "training_job"})
_NETWORK = frozenset({"network.loopback_only", "network.admin_port_published", "network.tls"})
_FACTS = frozenset().union(
    compose_hardening.FACTS,
    transport.FACTS,
    secret_settings.FACTS,
    governance.FACTS,
    _NETWORK,
    {"artefact.images", "auth.required", "network.private_network"},
)
_LIST_KEYS = frozenset({"ports", "volumes", "cap_add", "cap_drop", "security_opt", "devices", "expose", "env_file", "secrets", "configs"})


class ComposeReader:
    """Reads Compose files. `compose.override.yaml` beside a project's file is merged into it, as the tool itself does.

    Other Compose files of a folder (`docker-compose.gpu.yml`) are projects of their own, because which of them are used together is
    decided on the command line.
    """

    name = "Compose"

    @property
    def offers(self) -> Mapping[str, Offer]:
        """Offers by native type."""
        return OFFERS

    def claims(self, file: InputFile) -> bool:
        """Whether the text has `services` at the top and a service's own fields below, or the file is named like a Compose file."""
        if not _SERVICES.search(file.text):
            return False
        return bool(_ANY_NAME.search(file.last)) or bool(_SERVICE_LINE.search(file.text))

    def recognises(self, file: InputFile, loaded: Loaded) -> bool:  # noqa: ARG002 (the seam gives both)
        """Whether the first document holds services."""
        return any(_services(document.value) for document in loaded.documents[:1])

    def read(self, file: InputFile, loaded: Loaded) -> Declarations:
        """A draft for each service that runs AI."""
        found = Declarations()
        if _OVERRIDE.match(file.last) and _base_file(file) is not None:
            return found  # read together with the project's file
        document = loaded.documents[0].value
        services = _services(document)
        override = _override(file)
        drafts: list[tuple[bool, Draft]] = []
        for name in sorted(services, key=str):
            body = services[name]
            if not isinstance(body, dict):
                continue
            merged = _merged(body, override.get(name)) if override.get(name) else body
            try:
                shaped = _shape(file, document, str(name), merged)
            except Exception as error:  # noqa: BLE001 (the border of one service: files are written by anybody)
                found.gaps.append(internal(error, scope=file.name, what=f"service {name}", affects=("*",)))
                continue
            missing = unread_part(merged)
            if missing is not None and shaped is not None:
                found.gaps.append(not_rendered(file.name, f"service {name}"))
                blanked([shaped[1]], missing, OFFERS)
            if shaped is None:
                found.skipped["services without a bearing on AI"] += 1
            else:
                drafts.append(shaped)
        strong = any(is_strong for is_strong, _ in drafts)
        found.found += [draft for is_strong, draft in drafts if strong or is_strong]
        return found


def _services(document: Any) -> dict[Any, Any]:
    """The services of a Compose file; a mapping of other things (`services` of some application's own settings) is none."""
    services = mapping(dig(document, "services"))
    known = [
        body
        for body in services.values()
        if isinstance(body, dict) and any(key in body for key in ("image", "build", "extends", "provider", "container_name"))
    ]
    return services if known and "apiVersion" not in mapping(document) else {}


def project(file: InputFile) -> str:
    """The unit: the folder for a project's standard file names, else folder and file."""
    if _NAMES.match(file.last) or _OVERRIDE.match(file.last):
        return file.folder
    return file.name


def _base_file(file: InputFile) -> InputFile | None:
    stem = file.last.replace(".override", "")
    return next(
        (
            found
            for name in (stem, "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
            if (found := file.sibling(name))
        ),
        None,
    )


def _override(file: InputFile) -> dict[Any, Any]:
    if not _NAMES.match(file.last):
        return {}
    for name in ("compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"):
        other = file.sibling(name)
        if other is not None:
            documents = load(other.text).documents
            return _services(redact(documents[0].value)) or mapping(dig(documents[0].value, "services")) if documents else {}
    return {}


def _merged(base: dict[Any, Any], over: Any) -> dict[Any, Any]:
    """A service with its override: mappings merge, the lists that Compose appends are appended, the rest is replaced."""
    result = {**base}
    for key, value in mapping(over).items():
        old = result.get(key)
        if key == "environment" and old is not None:
            result[key] = {**variables(old), **variables(value)}
        elif isinstance(old, dict) and isinstance(value, dict):
            result[key] = {**old, **value}
        elif key in _LIST_KEYS and isinstance(old, list) and isinstance(value, list):
            result[key] = [*old, *(item for item in value if item not in old)]
        else:
            result[key] = value
    return result


def _shape(file: InputFile, document: Any, name: str, body: dict[Any, Any]) -> tuple[bool, Draft] | None:
    container = service_container(name, body)
    found = recognise([container], Hints(accelerator=compose_hardening.wants_accelerator(body)))
    if found is None:
        return None
    unit = project(file)
    origin = FileOrigin(file.name, document, ("services", name))
    native_type = f"compose/service:{found.asset_type}"
    record = Document(
        id=f"{unit}#service/{name}",
        native_type=native_type,
        name=name,
        provider=PROVIDER,
        body=body,
        origin=origin,
        view="declared",
        unit=unit,
    )
    draft = Draft(record, found.asset_type)
    labels = _labels(body)
    draft.tags = labels
    _sheet(found, body, labels).write(draft, OFFERS[native_type].facts, origin)
    return found.strong, draft


def _labels(body: Mapping[Any, Any]) -> dict[str, str]:
    raw = body.get("labels")
    if isinstance(raw, list):
        return dict(sorted((key, value) for key, _, value in (text(item).partition("=") for item in raw) if key))
    return strings(raw)


def _sheet(found: Recognised, body: dict[Any, Any], labels: dict[str, str]) -> Sheet:
    sheet, container, product = Sheet(), found.container, found.product
    governance.governance(sheet, {("labels",): labels})
    settings = {key: value for key, value in body.items() if key != "secrets"}  # names of secrets, not their values
    secret_settings.secret_settings(sheet, {**settings, "environment": environment(body)})
    transport.connection_facts(sheet, [container])
    compose_hardening.hardening(sheet, body, container)
    artefacts(sheet, [(container.name, container)])
    server_facts(sheet, product, container)
    network_facts(sheet, body, product)
    if product is not None:
        value, place = auth_required(product, container, ())
        sheet.put("auth.required", value, place)
    if found.asset_type in _MODEL_TYPES:
        model_source.model_facts(sheet, model_source.sources_of(container), [container])
        if product is not None and product.loads_at_runtime:
            sheet.put("artefact.runtime_loading", True, ("image",))
    sheet.doubt(body)
    return sheet


def _offers() -> Iterator[Offer]:
    for asset_type in sorted({product.asset_type for product in PRODUCTS} | {"ai_client"}):
        facts = _FACTS | (model_source.FACTS if asset_type in _MODEL_TYPES else frozenset())
        yield offer(f"compose/service:{asset_type}", asset_type, facts)


OFFERS: dict[str, Offer] = {found.native_type: found for found in _offers()}
COMPOSE = ComposeReader()
