"""Facts on their way to a draft: values with the places that state them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect.manifests.fields import dig, unknowns
from zscan.model.asset import Draft
from zscan.model.document import Origin, Path
from zscan.model.unknown import Unknown, Unresolved, merge


class Sheet:
    """Facts by path, each with the places in the document that state it. Later statements replace earlier ones."""

    __slots__ = ("facts",)

    def __init__(self) -> None:
        self.facts: dict[str, tuple[Any, tuple[Path, ...]]] = {}

    def put(self, path: str, value: Any, *places: Path) -> None:
        """State a fact."""
        self.facts[path] = (value, places)

    def value(self, path: str) -> Any:
        """The value of a fact, None when it was not stated."""
        return self.facts[path][0] if path in self.facts else None

    def doubt(self, body: Any, paths: Iterable[str] | None = None) -> None:
        """Make truth values unknown where a place that states them holds something unread, whatever was concluded from the rest.

        `paths` limits this to some facts, and then the whole of `body` counts as their place.
        """
        for path in sorted(self.facts) if paths is None else sorted(paths):
            value, places = self.facts[path]
            if not isinstance(value, bool):
                continue
            missing = [found for place in (filter(None, places) if paths is None else ((),)) for found in unknowns(dig(body, *place))]
            if missing:
                self.facts[path] = (merge(missing), places)

    def write(self, draft: Draft, offered: Iterable[str], origin: Origin, *, later: frozenset[str] = frozenset()) -> None:
        """Set every offered fact on the draft: as stated, else unknown. Facts in `later` that are not stated are left to a derivation."""
        for path in sorted(offered):
            if path in self.facts:
                value, places = self.facts[path]
                draft.set(path, value, *dict.fromkeys(origin.at(place) for place in places))
            elif path not in later:
                draft.set(path, _unstated(draft))


def _unstated(draft: Draft) -> Unknown:
    return Unresolved(f"no setting of {draft.native_type.split(':')[0]} that zscan knows decides this")
