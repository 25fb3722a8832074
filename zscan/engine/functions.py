"""The functions of the language, over known values. An answer of None is unknown: the text is not what the function reads."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from zscan.model.asset import Asset

_CACHED = 65_536


@lru_cache(_CACHED)
def glob(text: str, pattern: str) -> bool:
    """Whether `pattern` matches the whole of `text`; `*` stands for any characters, `?` for one.

    The greedy algorithm goes back to the last star only, so the time is bounded by the product of the two lengths whatever they hold.
    """
    at_text = at_pattern = 0
    star, resume = -1, 0
    while at_text < len(text):
        if at_pattern < len(pattern) and pattern[at_pattern] == "*":
            star, resume = at_pattern, at_text
            at_pattern += 1
        elif at_pattern < len(pattern) and pattern[at_pattern] in ("?", text[at_text]):
            at_text, at_pattern = at_text + 1, at_pattern + 1
        elif star >= 0:
            resume += 1
            at_text, at_pattern = resume, star + 1
        else:
            return False
    return all(character == "*" for character in pattern[at_pattern:])


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(_CACHED)
def cidr_within(text: str, network: str) -> bool | None:
    """Whether the address or range `text` lies inside `network`; None when `text` is neither. Ranges of the other family lie outside."""
    try:
        inner, outer = ipaddress.ip_network(text, strict=False), ipaddress.ip_network(network)
    except ValueError:
        return None
    if isinstance(inner, ipaddress.IPv4Network):
        return isinstance(outer, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, ipaddress.IPv6Network) and inner.subnet_of(outer)


def days_since(now: datetime) -> Callable[[str], int | None]:
    """A function from an RFC 3339 instant to the whole days between it and `now` (None when it is no instant)."""

    @lru_cache(_CACHED)
    def days(text: str) -> int | None:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            return None
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        return (now - instant).days

    return days


Elements = Sequence["Asset | None"]


def resolver(assets: Mapping[str, Asset]) -> Callable[[Asset, str], Elements]:
    """A function that gives the assets which a relation leads to.

    An edge that leaves the inventory, or whose target is not known, is an unknown element. Where evidence for the relation is missing
    the list ends with an unknown element, as every list that was read in part does.
    """
    find = assets.get
    last: Asset | None = None
    lists: dict[str, Elements] = {}  # of `last`: rules of one asset ask one after the other

    def related(asset: Asset, kind: str) -> Elements:
        nonlocal last, lists
        if asset is not last:
            last, lists = asset, {}
        elif kind in lists:
            return lists[kind]
        found: list[Asset | None] = [
            find(edge.target) if edge.state == "resolved" else None for edge in asset.relations if edge.kind == kind
        ]
        if asset.unknown and f"relations.{kind}" in asset.unknown:
            found.append(None)
        lists[kind] = found
        return found

    return related
