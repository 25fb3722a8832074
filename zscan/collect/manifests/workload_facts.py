"""Facts that every workload states in the same way, whatever format declares it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.product import Product
from zscan.collect.manifests.sheet import Sheet
from zscan.collect.manifests.transport import cors_any_origin, own_tls
from zscan.model.unknown import Unknown


def artefacts(sheet: Sheet, containers: Sequence[tuple[str, Container]]) -> None:
    """State the images, by the name that the container has within the workload."""
    rows: list[dict[str, Any] | Unknown] = []
    for name, container in containers:
        if isinstance(container.image, Unknown):
            rows.append({"name": name, "image": container.image, "pinned": container.image, "floating": container.image})
        elif container.image is not None:
            image = container.image
            rows.append({"name": name, "image": image.reference, "pinned": image.pinned, "floating": image.floating})
    sheet.put("artefact.images", rows, *((*container.path, "image") for _, container in containers))


def server_facts(sheet: Sheet, product: Product | None, container: Container) -> None:
    """State what the server's own settings say of origins and TLS. No TLS of its own is left to what stands in front of it."""
    sheet.put("network.cors_any_origin", cors_any_origin(product, container), container.path)
    if own_tls(product, container):
        sheet.put("network.tls", True, container.path)
