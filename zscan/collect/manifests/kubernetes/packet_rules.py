"""Reading the rules of a network policy: which of them let everything through, and whether the metadata address stays in reach."""

from __future__ import annotations

import ipaddress
from typing import Any

from zscan.collect.manifests.fields import dig, mappings, sequence, text
from zscan.model.unknown import Unknown

_METADATA = ipaddress.ip_address("169.254.169.254")
_METADATA_PORT = 80
_NAME_SERVICE = frozenset({53, 5353, "dns", "dns-tcp", "domain"})


def opened(rules: Any, peers: str) -> bool:
    """Whether some rule admits every peer (`from` sources, `to` destinations). A rule without peers names nobody, so it admits all;
    limiting it to ports does not limit who may connect. Name resolution alone is not counted as egress.
    """
    return any(_admits_all(rule, peers) for _, rule in mappings(rules))


def _admits_all(rule: dict[Any, Any], peers: str) -> bool:
    ports = sequence(rule.get("ports"))
    listed = rule.get(peers)
    if isinstance(listed, Unknown):
        return False
    if peers == "to" and ports and all(dig(port, "port") in _NAME_SERVICE for port in ports):
        return False
    return not sequence(listed) or any(_everybody(peer) for _, peer in mappings(listed))


def _everybody(peer: dict[Any, Any]) -> bool:
    if text(dig(peer, "ipBlock", "cidr")) in {"0.0.0.0/0", "::/0"} or not peer:
        return True
    spaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    return isinstance(spaces, dict) and not spaces and not pods and "ipBlock" not in peer


def reaches_metadata(rules: Any) -> bool:
    """Whether some egress rule lets a pod talk to the instance metadata address."""
    return any(_rule_reaches(rule) for _, rule in mappings(rules))


def _rule_reaches(rule: dict[Any, Any]) -> bool:
    ports = sequence(rule.get("ports"))
    numbers = [dig(port, "port") for port in ports]
    if (
        ports
        and _METADATA_PORT not in numbers
        and not any(number is None or dig(port, "endPort") for port, number in zip(ports, numbers, strict=True))
    ):
        return False
    if not sequence(rule.get("to")):
        return True
    return any(_holds(peer) for _, peer in mappings(rule.get("to")))


def _holds(peer: dict[Any, Any]) -> bool:
    block = peer.get("ipBlock")
    if not isinstance(block, dict):
        return False
    return _inside(text(block.get("cidr"))) and not any(_inside(text(item)) for item in sequence(block.get("except")))


def _inside(cidr: str) -> bool:
    try:
        return _METADATA in ipaddress.ip_network(cidr, strict=False)
    except ValueError:  # not an address range: it holds nothing
        return False
