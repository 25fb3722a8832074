"""One thing, gathered: its listed item, its own answer, its parts.

The same code runs twice: in a worker, where `invoke` performs calls and records their answers, and in the coordinator, where `invoke`
looks the recorded answers up. So what is read and what is made of it cannot drift apart, and a replayed journal behaves like the cloud.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zscan.collect import Call, Collector, Part, Place
from zscan.collect.answers import ACCOUNT_ID, NOT_OFFERED, Answer, Invoke, PartlyRead, fill, listed, single
from zscan.model.document import ABSENT, Document
from zscan.model.gap import Gap
from zscan.model.source import ApiSource, Source
from zscan.model.unknown import Unknown

LISTED_AT = "@listed_at"  # when the listing that holds an item answered


class LiveOrigin:
    """Sources of a live document: the part's call under a part's path, else the main call."""

    def __init__(self, main: ApiSource) -> None:
        self.main = main
        self.parts: dict[str, ApiSource] = {}

    def at(self, path: tuple[str | int, ...]) -> Source:
        """The call behind `path`, with the JSON pointer into the document."""
        base = self.parts.get(str(path[0]), self.main) if path else self.main
        return ApiSource(base.call, "".join(f"/{step}" for step in path), base.collected_at)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads things of one collector in one place through `invoke`; what failed is told to `note`."""

    collector: Collector
    place: Place
    invoke: Invoke
    note: Callable[[Gap], None]
    children: tuple[str, ...] = ()  # native types that are listed below this one: a failed listing hides them too

    def contexts(self, parent: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Everything the listing holds (below one parent), as contexts from which parameters are filled."""
        call = self.collector.list
        if call is None:
            return [dict(parent)]
        answer = self.invoke(self.place, call, self._params(call, parent))
        items = listed(answer, call, (*self._affects, *self.children), self.note)
        found = [
            _below(parent, item if isinstance(item, dict) else {"item": item}, answer.at) for item in items if not isinstance(item, Unknown)
        ]
        return [context for context in found if self.collector.own(context, self.place)]

    def document(self, context: Mapping[str, Any]) -> Document | None:
        """The document of one thing, without bulk parts; None when it does not exist, or its service is not offered here."""
        collector = self.collector
        if collector.describe is None and collector.list is None and _not_offered(self._first_part(context)):
            return None
        if collector.describe is None:
            known, body, origin = dict(context), collector.canonical(context), self._listed_origin(context)
            unread: Unknown | None = None
        else:
            answer = self.invoke(self.place, collector.describe, self._params(collector.describe, context))
            main = single(answer, collector.describe, self._affects, self.note, there=collector.list is not None)
            if main is ABSENT and (not collector.singleton or _not_offered(answer)):
                return None
            origin = LiveOrigin(ApiSource(collector.describe.id, collected_at=answer.at))
            unread = main if isinstance(main, Unknown) else None
            known = {**context, **main} if isinstance(main, dict) else dict(context)
            body = PartlyRead(collector.canonical(context), unread) if unread is not None else collector.canonical(main or {})
        for part in collector.parts:
            if (unread is None and not part.when(known)) or not part.needed(body):
                continue
            body[part.path] = self._part(part, known, body, unread, origin)
        return Document(
            id=collector.identify(known, self.place),
            native_type=collector.native_type,
            name=collector.name(known),
            provider=self.place.provider,
            account=self.place.account,
            region=self.place.region,
            body=body,
            origin=origin,
        )

    @property
    def _affects(self) -> tuple[str, ...]:
        return (self.collector.native_type,)

    def _listed_origin(self, context: Mapping[str, Any]) -> LiveOrigin:
        """The listing; of a setting that is read in parts alone, the first of them."""
        call = self.collector.list or next((part.call for part in self.collector.parts), None)
        return LiveOrigin(ApiSource(call.id if call else "", collected_at=context.get(LISTED_AT, "")))

    def _first_part(self, context: Mapping[str, Any]) -> Answer:
        call = self.collector.parts[0].call
        return self.invoke(self.place, call, self._params(call, context))

    def _params(self, call: Call, known: Mapping[str, Any]) -> Any:
        return fill(call.params, {ACCOUNT_ID: self.place.account, **known})

    def _part(self, part: Part, known: Mapping[str, Any], body: Mapping[str, Any], unread: Unknown | None, origin: LiveOrigin) -> Any:
        answer = self._try(part.call, known, unread)
        if isinstance(answer, Unknown):
            return answer
        origin.parts[part.path] = ApiSource(part.call.id, collected_at=answer.at)
        if not part.call.items:
            return _spelled(part, single(answer, part.call, self._affects, self.note))
        items = listed(answer, part.call, self._affects, self.note, there=True)
        values = (self._each(part, item, known, body, unread) for item in items)
        return [value for value in values if value is not ABSENT]

    def _each(self, part: Part, item: Any, known: Mapping[str, Any], body: Mapping[str, Any], unread: Unknown | None) -> Any:
        if isinstance(item, Unknown) or part.each is None:
            return _spelled(part, item)
        if not part.wanted(item, body):
            return ABSENT
        answer = self._try(part.each, {**known, **(item if isinstance(item, dict) else {"item": item})}, unread)
        value = answer if isinstance(answer, Unknown) else single(answer, part.each, self._affects, self.note)
        if not isinstance(item, dict):
            return _spelled(part, value)
        return PartlyRead(_spelled(part, item), value) if isinstance(value, Unknown) else _spelled(part, value)

    def _try(self, call: Call, known: Mapping[str, Any], unread: Unknown | None) -> Answer | Unknown:
        """The answer of a part's call. Where a parameter would have come from the main read that failed: that Unknown."""
        try:
            params = self._params(call, known)
        except KeyError:
            if unread is None:
                raise
            return unread
        return self.invoke(self.place, call, params)


def _below(parent: Mapping[str, Any], item: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The context of an item listed below a parent. A member of the parent that the item's own hides is still there, as `@<name>`."""
    hidden = {f"@{name}": value for name, value in parent.items() if name in item}
    return {**parent, **hidden, LISTED_AT: at, **item}


def _spelled(part: Part, value: Any) -> Any:
    """The value in the document's spelling; what is missing stays as it is."""
    return value if value is ABSENT or value is None or isinstance(value, Unknown) else part.canonical(value)


def _not_offered(answer: Answer) -> bool:
    return answer.error is not None and answer.error.reason == NOT_OFFERED
