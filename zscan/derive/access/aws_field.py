"""Resources of one kind, arranged so that a pattern finds those that it touches without looking at each.

A set of resources is an int whose bits are their numbers. Whatever is decided is decided once for all resources that no pattern, policy or
condition tells apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from zscan.iam.context import Context
from zscan.iam.globs import covers, literal, overlaps, prefix, unescaped
from zscan.iam.match import Reach
from zscan.iam.statements import Policy

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A resource that something is asked of: the asset, the text that policies match, and the policy of its own."""

    id: str
    text: str
    account: str = ""
    reach: Reach = "one"
    policy: Policy | None = None
    must_grant: bool = False
    context: Context = field(default_factory=Context)
    unread: tuple[str, ...] = ()
    key: Target | None = None  # the key that what is read from it is encrypted with
    closed: bool = False  # what its policy says to everybody does not count (public access is blocked)


class Field:
    """The resources of one kind."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self.targets = targets
        self.all = (1 << len(targets)) - 1
        self._texts = [literal(t.text) if t.reach == "one" else t.text for t in targets]
        self._starts = sorted((prefix(text), index) for index, text in enumerate(self._texts))
        self._by_start: dict[str, list[int]] = defaultdict(list)
        for start, index in self._starts:
            self._by_start[start].append(index)
        self._lengths = sorted({len(start) for start in self._by_start})
        self._masks: dict[str, tuple[int, int]] = {}
        self.policied = _mask(index for index, target in enumerate(targets) if target.policy is not None)
        self._alike = self._by_policy()
        self._profiles = self._by_profile()

    def _by_policy(self) -> list[int]:
        """Resources whose own policy decides alike: trust policies name no resource, so that equal texts mean the same."""
        groups: dict[object, list[int]] = defaultdict(list)
        for index, target in enumerate(self.targets):
            if target.policy is not None:
                general = all(s.resources is None and s.unread is None for s in target.policy.statements)
                groups[target.policy if general else index].append(index)
        return [_mask(group) for group in groups.values()]

    def masks(self, pattern: str) -> tuple[int, int]:
        """The resources that a pattern overlaps, and those that it covers."""
        found = self._masks.get(pattern)
        if found is None:
            found = self._masks[pattern] = self._match(unescaped(pattern))
        return found

    def _match(self, pattern: str) -> tuple[int, int]:
        if pattern == "*":
            return self.all, self.all
        near = list(self._near(prefix(pattern)))
        touched = _mask(index for index in near if overlaps(pattern, self._texts[index]))
        return touched, _mask(index for index in near if covers(pattern, self._texts[index]))

    def _near(self, start: str) -> Iterator[int]:
        """Resources whose beginning goes on from the pattern's, or ends within it."""
        low = bisect_left(self._starts, (start, -1))
        high = bisect_left(self._starts, (start + _LAST, -1))
        yield from (index for _, index in self._starts[low:high])
        for length in self._lengths:
            if length >= len(start):
                break
            yield from self._by_start.get(start[:length], ())

    def _by_profile(self) -> list[int]:
        groups: dict[object, list[int]] = defaultdict(list)
        for index, target in enumerate(self.targets):
            values = tuple(sorted((key, str(value)) for key, value in target.context.values.items()))
            groups[values, str(target.context.hidden), target.account].append(index)
        return [_mask(group) for group in groups.values()]

    def apart(self, touched: int, patterns: Iterable[str], *, conditions: bool) -> list[int]:
        """`touched`, split wherever a pattern, the resource's own policy, its key or (with `conditions`) its tags and place tell apart."""
        classes = [touched & ~self.policied, *(touched & group for group in self._alike if touched & group)]
        masks = [mask for pattern in sorted(set(patterns)) if pattern != "*" for mask in self.masks(pattern)]
        if conditions:
            masks += self._profiles
        keyed = _mask(index for index in bits(touched) if self.targets[index].key is not None or self.targets[index].unread)
        classes = [classes[0] & ~keyed, *classes[1:], *(1 << index for index in bits(classes[0] & keyed))]
        for mask in masks:
            classes = [part for one in classes for part in (one & mask, one & ~mask) if part]
        return [one for one in classes if one]


def bits(mask: int) -> Iterator[int]:
    """The numbers in a set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _mask(indices: Iterable[int]) -> int:
    found = 0
    for index in indices:
        found |= 1 << index
    return found
