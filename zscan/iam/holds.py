"""Whether something holds for a request: surely, surely not, under circumstances, or not known.

Policies depend on three kinds of things: on what is written and known, on evidence that is missing, and on circumstances that only the
request will bring (the network it comes from, a second factor, the time). The last two must not be mixed up: a circumstance makes a right
conditional, a missing text makes it unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from zscan.model.unknown import Reason


class Demand(NamedTuple):
    """A demand on the circumstances, in words, with the words for its opposite."""

    met: str
    unmet: str


@dataclass(frozen=True, slots=True)
class Holds:
    """`possible` is false when it surely does not hold. It holds when all `demands` are met, unless evidence is missing (`unknown`)."""

    possible: bool
    demands: tuple[Demand, ...] = ()
    unknown: tuple[Reason, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it holds whatever the circumstances."""
        return self.possible and not self.demands and not self.unknown


NO = Holds(possible=False)
YES = Holds(possible=True)


def known(value: bool) -> Holds:  # noqa: FBT001 (turns a truth value into a Holds)
    """A plain truth value."""
    return YES if value else NO


def unknown(reasons: Iterable[Reason]) -> Holds:
    """Missing evidence."""
    return Holds(True, (), tuple(sorted(set(reasons))))


def demanded(met: str, unmet: str) -> Holds:
    """A demand on the circumstances."""
    return Holds(True, (Demand(met, unmet),))


def both(parts: Iterable[Holds]) -> Holds:
    """Conjunction."""
    demands: dict[Demand, None] = {}
    reasons: set[Reason] = set()
    for part in parts:
        if not part.possible:
            return NO
        demands.update(dict.fromkeys(part.demands))
        reasons.update(part.unknown)
    return Holds(True, tuple(demands), tuple(sorted(reasons))) if demands or reasons else YES


def either(parts: Iterable[Holds]) -> Holds:
    """Disjunction. Beside missing evidence a demand says nothing sure: the whole may hold without it."""
    open_: list[Holds] = []
    reasons: set[Reason] = set()
    for part in parts:
        if part.sure:
            return YES
        if part.unknown:
            reasons.update(part.unknown)
        elif part.possible:
            open_.append(part)
    if reasons:
        return unknown(reasons)
    distinct = list(dict.fromkeys(part.demands for part in open_))
    if len(distinct) <= 1:
        return Holds(True, distinct[0]) if distinct else NO
    met = " or ".join(" and ".join(demand.met for demand in group) for group in distinct)
    unmet = " and ".join(_one_of([demand.unmet for demand in group]) for group in distinct)
    return demanded(met, unmet)


def negated(part: Holds) -> Holds:
    """Negation."""
    if part.unknown:
        return part if not part.demands else Holds(True, (), part.unknown)
    if not part.demands:
        return known(not part.possible)
    met = " or ".join(demand.unmet for demand in part.demands)
    return demanded(met, " and ".join(demand.met for demand in part.demands))


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"({' or '.join(words)})"
