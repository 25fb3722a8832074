"""What a Compose service publishes: ports on every address of the host, or on the loopback address alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zscan.collect.manifests.compose_service import effective
from zscan.collect.manifests.fields import integer, sequence, text
from zscan.collect.manifests.product import Product
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.unknown import Truth, Unknown, kleene_all, kleene_any, kleene_not

_SHORT = re.compile(
    r"^(?:(?P<address>\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:]*::[0-9a-fA-F:]*|[^:]+):)?(?:(?P<host>[\d-]*):)?(?P<target>[\d-]+)(?:/\w+)?$"
)
_LOOPBACK = re.compile(r"^\[?(?:127\.\d+\.\d+\.\d+|::1|localhost)\]?$")


@dataclass(frozen=True, slots=True)
class Published:
    """A published port: the container's port, and whether the host binds it to the loopback address."""

    target: int | None
    loopback: Truth
    place: Path


def published(body: Mapping[Any, Any]) -> Iterator[Published]:
    """Every entry of `ports`. No address means every address of the host."""
    for index, entry in enumerate(sequence(body.get("ports"))):
        place: Path = ("ports", index)
        if isinstance(entry, dict):
            address = effective(entry.get("host_ip"))
            yield Published(
                integer(entry.get("target")), address if isinstance(address, Unknown) else bool(_LOOPBACK.match(address)), place
            )
            continue
        raw = effective(entry)
        if isinstance(raw, Unknown):
            yield _partly(text(entry), raw, place)
            continue
        match = _SHORT.match(raw)
        address = (match["address"] or "") if match else ""
        target = integer(match["target"].partition("-")[0]) if match else None
        if match and match["host"] is None and address and not _looks_like_address(address):
            address = ""  # `8000:8000`: the first part is the host's port
        yield Published(target, bool(_LOOPBACK.match(address)), place)


def _looks_like_address(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost"


def _partly(raw: str, why: Unknown, place: Path) -> Published:
    """An entry with a variable: a leading literal address decides, and so does its absence where only the port is a variable."""
    target = integer(raw.rpartition(":")[2].partition("/")[0])
    plain = re.sub(r"\$\{[^}]*\}|\$\w+", "0", raw)
    parts = plain.split(":")
    if len(parts) <= 2:  # noqa: PLR2004 (`host:container`)
        return Published(target, False, place)
    return Published(target, why if raw.startswith("$") else bool(_LOOPBACK.match(parts[0])), place)


def network_facts(sheet: Sheet, body: Mapping[Any, Any], product: Product | None) -> None:
    """State what is published. The host's network mode publishes whatever the process opens.

    Whether the internet reaches the host is not in a Compose file, so `network.public_access` is not stated here.
    """
    shared = body.get("network_mode") == "host"
    ports = list(published(body))
    places = tuple(port.place for port in ports)
    sheet.put("network.loopback_only", False if shared else kleene_all(port.loopback for port in ports), *places)
    admin = product.admin_ports if product else frozenset()
    administrative = [kleene_not(port.loopback) for port in ports if port.target in admin]
    sheet.put("network.admin_port_published", True if shared and admin else kleene_any(administrative), *places)
    if sheet.value("network.tls") is None:
        sheet.put("network.tls", _plain(body, ports), *places)
    sheet.put("network.private_network", not shared, ("networks",))


def _plain(body: Mapping[Any, Any], ports: list[Published]) -> Truth:
    """Nothing published leaves no way in without TLS; a published port of a server without TLS of its own is one."""
    return not ports and body.get("network_mode") != "host"
