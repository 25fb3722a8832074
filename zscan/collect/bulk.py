"""Bulk parts: what one listing, or one setting of a scope, says of every document there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from zscan.collect import Bulk, Collector, Place
from zscan.collect.answers import ACCOUNT_ID, Invoke, dig, failure, fill, single
from zscan.model.document import Document
from zscan.model.gap import Gap
from zscan.model.source import ApiSource
from zscan.model.unknown import Unknown

Index = Mapping[str, list[Any]]


class BulkParts:
    """Puts bulk parts into documents. Each listing is indexed once in a place, however many classes share it (tags, above all)."""

    def __init__(self, invoke: Invoke, note: Callable[[Gap], None]) -> None:
        self._invoke, self._note = invoke, note
        self._indexes: dict[tuple[Place, str, Callable[[Mapping[str, Any]], str]], Index] = {}

    def join(self, collector: Collector, place: Place, document: Document) -> None:
        """Add every bulk part of a class to one document."""
        for bulk in collector.bulk:
            answer = self._invoke(place, bulk.call, fill(bulk.call.params, {ACCOUNT_ID: place.account}))
            affects = (collector.native_type,)
            if bulk.call.items:
                failed = failure(answer, bulk.call, affects, there=True)
                if failed is not None:
                    self._note(failed)
                part = _found(bulk, self._index(place, bulk, answer.pages), failed, document)
            else:
                part = single(answer, bulk.call, affects, self._note)
            document.body[bulk.path] = part  # type: ignore[index]  # bodies are built by the gatherer, as dicts
            document.origin.parts[bulk.path] = ApiSource(bulk.call.id, collected_at=answer.at)  # type: ignore[attr-defined]  # a LiveOrigin

    def _index(self, place: Place, bulk: Bulk, pages: list[dict[str, Any]]) -> Index:
        once = (place, f"{bulk.call.id} {bulk.call.items} {bulk.call.params}", bulk.index)
        if once not in self._indexes:
            index: dict[str, list[Any]] = defaultdict(list)
            for entry in (entry for page in pages for entry in dig(page, bulk.call.items) or ()):
                index[bulk.index(entry)].append(entry)
            self._indexes[once] = dict(index)
        return self._indexes[once]


def _found(bulk: Bulk, index: Index, failed: Gap | None, document: Document) -> Any:
    """What a listing says of one document. A key that is missing from a listing cut short is unknown, not absent."""
    wanted = list(bulk.keys({**document.body, "@id": document.id, "@name": document.name}))
    found = [bulk.take(entry) for key in wanted for entry in index.get(key, ())]
    incomplete = failed is not None and (bulk.repeats or len(found) < len(wanted))
    missing = Unknown(failed.as_reason()) if failed is not None and incomplete else None
    if bulk.many:
        return found if missing is None else [*found, missing]
    return found[0] if found else ([] if missing is None else missing)
