"""What each native type offers: the static knowledge by which rules are specialised.

A fact that a native type does not offer is not missing evidence: the setting does not exist there. Collectors declare their offers beside
their shapes; the engine receives them as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """The facts and relations that assets of `native_type` state.

    `live_only` facts exist only in the live system: on a declared asset they are neither known nor missing, but not assessable from files.
    `relations` may be stated; a relation that is not offered does not exist there. `facts` holds
    those too that a derivation adds after the shape.
    """

    native_type: str
    asset_type: str
    provider: str
    facts: frozenset[str]
    live_only: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()


Fold: TypeAlias = Literal["all", "any", "join", "most", "inherit"]


class Via(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that assets of `native_type` have through a relation (composition).

    `all` must hold for every target, `any` for one, `join` collects lists, `most` is the largest number, `inherit` is what the (one) target
    has where the asset itself leaves the setting to it (`Inherited`). `hands_on` names relations of the targets that become the
    asset's own too (an endpoint serves the models of its configuration).
    """

    native_type: str
    relation: str
    facts: Mapping[str, Fold]
    hands_on: tuple[str, ...] = ()
