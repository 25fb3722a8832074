"""The coordinator: which tasks to do, in which order, until nothing new is referred to.

It alone writes the journal, follows references and builds documents. Tasks run behind one `concurrent.futures.Executor`; everything that
is decided from their answers is decided here, in key order, so that the result does not depend on timing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from zscan.collect import Call, Collector, Place, Shaped
from zscan.collect.answers import ACCOUNT_ID, Answer, CallError, answer_key, fill
from zscan.collect.bulk import BulkParts
from zscan.collect.gather import Gatherer
from zscan.collect.journal import Journal
from zscan.collect.tasks import Identity, Task, carry_out
from zscan.model.asset import Draft, Fragment
from zscan.model.document import Document
from zscan.model.gap import Gap, internal
from zscan.model.unknown import ReasonCode

_CHUNK = 8  # things read by one task: large enough to amortise a task, small enough to spread one big region over all workers
_AHEAD = 2  # tasks handed to the executor for each worker
_PATIENCE = 2  # unanswered calls after which a place counts as dead: waiting for each of its calls would stall the whole scan

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the collecting is: tasks done, tasks known of, the place of the last one."""

    done: int
    known: int
    place: str


@dataclass(slots=True)
class Gathered:
    """What the coordinator built."""

    drafts: list[Draft] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)
    gaps: dict[str, Gap] = field(default_factory=dict)
    documents: Counter[str] = field(default_factory=Counter)  # by account

    def note(self, gap: Gap) -> None:
        """Keep a gap once."""
        self.gaps[gap.id] = gap


class MissingAnswerError(LookupError):
    """A call whose answer is neither recorded nor under way."""


class Coordinator:
    """Collects from one provider. `identities` says as whom, by account. `perform` does one task and gives its answers; it must be
    picklable for process executors.

    Tasks wait here, in the order of the places, and only so many are handed on that no worker idles: a place is finished before the next
    ones are far along, so its clients can go.
    """

    def __init__(  # noqa: PLR0913 (the wiring of a run; keyword-only)
        self,
        *,
        collectors: Sequence[Collector],
        places: Sequence[Place],
        identities: Mapping[str, Identity],
        executor: Executor,
        perform: Callable[[Task], list[Answer]],
        journal: Journal,
        progress: Callable[[Progress], None] = lambda _progress: None,
    ) -> None:
        self._by_type = {collector.native_type: collector for collector in collectors}
        self._places, self._identities = tuple(places), dict(identities)
        self._order = {place: number for number, place in enumerate(self._places)}
        self._waiting: list[tuple[int, int, Task]] = []
        self._window = _AHEAD * max((identity.connections for identity in self._identities.values()), default=1)
        self._executor, self._perform, self._journal, self._progress = executor, perform, journal, progress
        self._running: dict[Future[list[Answer]], Task] = {}
        self._listings: dict[str, list[tuple[Collector, Place, Context]]] = defaultdict(list)
        self._asked: set[str] = set()
        self._new: list[tuple[Collector, Place, Context]] = []
        self._unanswered: Counter[tuple[str, str]] = Counter()
        self._expired: set[str] = set()
        self._done = self._tasks = 0
        self._resumed = len(journal) > 0
        self.result = Gathered()
        self._bulk = BulkParts(self._recorded, self.result.note)

    def run(self) -> Gathered:
        """Everything the places hold, and what it refers to, to a fixed point."""
        for place, collector in self._eager():
            self._start(collector, place)
        while True:
            self._drain()
            batch, self._new = self._new, []
            if not batch:
                break
            for draft in self._build(batch):
                self._follow(draft)
        self.result.drafts.sort(key=lambda draft: (draft.id, draft.account, draft.region))
        self.result.fragments.sort(key=lambda fragment: fragment.id)
        return self.result

    # ------------------------------------------------------------------ what to do

    def _eager(self) -> Iterator[tuple[Place, Collector]]:
        """Region-major, so that one slow region is started first everywhere instead of last."""
        for place in self._places:
            for collector in self._by_type.values():
                if not collector.resolves and not collector.parent and (collector.scope == "region") == bool(place.region):
                    yield place, collector

    def _start(self, collector: Collector, place: Place, context: Context | None = None) -> None:
        if collector.list is None:
            self._read(collector, place, [context or {}])
            return
        key = answer_key(
            place.account, place.region, collector.list.id, fill(collector.list.params, {ACCOUNT_ID: place.account, **(context or {})})
        )
        self._listings[key].append((collector, place, context or {}))
        if key in self._asked:
            if self._journal.get(key) is not None:
                self._expand(collector, place, context or {})
            return
        self._asked.add(key)
        self._submit(Task(_flat(place), collector.native_type, "list", (context or {},), self._identities[place.account]))

    def _expand(self, collector: Collector, place: Place, context: Context) -> None:
        """A listing answered: read what it holds, and list what lies below."""
        children = [child for child in self._by_type.values() if child.parent == collector.native_type]
        gatherer = Gatherer(collector, place, self._recorded, self.result.note, tuple(self._below(collector.native_type)))
        items = gatherer.contexts(context)
        self._read(collector, place, items)
        for child in children:
            for item in items:
                self._start(child, place, item)

    def _below(self, native_type: str) -> Iterator[str]:
        """Every type that is listed below one, at whatever depth."""
        for child in self._by_type.values():
            if child.parent == native_type:
                yield child.native_type
                yield from self._below(child.native_type)

    def _read(self, collector: Collector, place: Place, items: Sequence[Context]) -> None:
        self._new += [(collector, place, item) for item in items]
        if not items:
            return
        self._ask_bulk(collector, place)
        if collector.describe is None and not collector.parts:
            return
        for start in range(0, len(items), _CHUNK):
            self._submit(
                Task(_flat(place), collector.native_type, "read", tuple(items[start : start + _CHUNK]), self._identities[place.account])
            )

    def _ask_bulk(self, collector: Collector, place: Place) -> None:
        known = {ACCOUNT_ID: place.account}
        keys = {answer_key(place.account, place.region, bulk.call.id, fill(bulk.call.params, known)) for bulk in collector.bulk}
        if keys - self._asked:
            self._asked |= keys
            self._submit(Task(_flat(place), collector.native_type, "bulk", ({},), self._identities[place.account]))

    def _follow(self, draft: Draft) -> None:
        """Read what a draft refers to, once."""
        for reference in draft.references:
            for native_type in reference.native_types:
                collector = self._by_type.get(native_type)
                if collector is None or not collector.resolves or not isinstance(reference.key, str):
                    continue
                found = collector.locate(reference.key, Place(draft.provider, draft.account, draft.region, self._partition))
                if found is None:
                    continue
                place, key = found
                place = Place(place.provider, place.account, place.region if collector.scope == "region" else "", place.partition)
                once = f"{place}/{native_type}" + ("" if collector.list else f"/{key}")
                if once not in self._asked:
                    self._asked.add(once)
                    self._start(collector, place, None if collector.list else {"key": key, **collector.split(key)})

    @property
    def _partition(self) -> str:
        return self._places[0].partition if self._places else "aws"

    # ------------------------------------------------------------------ doing it

    def _submit(self, task: Task) -> None:
        if self._resumed and self._already(task):
            self._finished(task, [])
            return
        self._tasks += 1
        heappush(self._waiting, (self._order.get(task.where, len(self._order)), self._tasks, task))

    def _hand_on(self) -> None:
        """Give waiting tasks to the executor, as many as it can take; those that are known to be in vain are answered here."""
        while self._waiting and len(self._running) < self._window:
            *_, task = heappop(self._waiting)
            why = self._hopeless(task.where)
            if why is None:
                self._running[self._executor.submit(self._perform, task)] = task
            else:
                self._refuse(task, why)

    def _refuse(self, task: Task, why: CallError) -> None:
        refused: dict[str, Answer] = {}

        def refuse(place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
            answer = Answer(place.provider, place.account, place.region, call.id, dict(params), [], why, "")
            return refused.setdefault(answer.key, answer)

        carry_out(task, refuse)
        self._finished(task, list(refused.values()))

    def _already(self, task: Task) -> bool:
        """Whether the journal holds every answer of a task (a resumed run)."""
        try:
            carry_out(task, self._recorded)
        except MissingAnswerError:
            return False
        return True

    def _hopeless(self, place: Place) -> CallError | None:
        if place.account in self._expired:
            return CallError("ExpiredToken", "the credentials ran out during the scan", ReasonCode.EXPIRED)
        if self._unanswered[place.account, place.region] >= _PATIENCE:
            return CallError("NoAnswer", "the region had stopped answering before this call", ReasonCode.TIMEOUT)
        return None

    def _drain(self) -> None:
        self._hand_on()
        while self._running:
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                task = self._running.pop(future)
                self._finished(task, future.result())
            self._hand_on()

    def _finished(self, task: Task, answers: list[Answer]) -> None:
        self._journal.put(answers)
        for answer in answers:
            if answer.error is not None and answer.error.reason == ReasonCode.TIMEOUT:
                self._unanswered[answer.account, answer.region] += 1
            elif answer.error is not None and answer.error.reason == ReasonCode.EXPIRED:
                self._expired.add(answer.account)
        self._done += 1
        self._progress(Progress(self._done, self._done + len(self._running) + len(self._waiting), str(task.where)))
        if task.step == "list":
            call = self._by_type[task.native_type].list
            if call is None:
                raise MissingAnswerError(task.native_type)
            key = answer_key(
                task.where.account, task.where.region, call.id, fill(call.params, {ACCOUNT_ID: task.where.account, **task.inputs[0]})
            )
            for collector, place, context in self._listings[key]:
                self._expand(collector, place, context)

    def _recorded(self, place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
        key = answer_key(place.account, place.region, call.id, params)
        answer = self._journal.get(key)
        if answer is None:
            raise MissingAnswerError(key)
        return answer

    # ------------------------------------------------------------------ what it means

    def _build(self, batch: Sequence[tuple[Collector, Place, Context]]) -> list[Draft]:
        drafts: list[Draft] = []
        for collector, place, context in sorted(batch, key=lambda entry: (entry[0].native_type, entry[1], str(entry[2]))):
            gatherer = Gatherer(collector, place, self._recorded, self.result.note)
            document = gatherer.document(context)
            if document is None:
                continue
            self.result.documents[place.account] += 1
            self._bulk.join(collector, place, document)
            for shaped in self._shaped(collector, document):
                if isinstance(shaped, Fragment):
                    self.result.fragments.append(shaped)
                    continue
                if "key" in context:
                    shaped.keys.add(str(context["key"]))
                drafts.append(shaped)
        self.result.drafts += drafts
        return drafts

    def _shaped(self, collector: Collector, document: Document) -> list[Shaped]:
        try:
            return list(collector.shape(document))
        except Exception as error:  # noqa: BLE001 (the border of one answer: a bug there must not end the scan)
            scope = "/".join(part for part in (document.provider, document.account, document.region) if part)
            self.result.note(internal(error, scope=scope, what=document.id, affects=(collector.native_type,)))
            return []


def _flat(place: Place) -> tuple[str, str, str, str]:
    return (place.provider, place.account, place.region, place.partition)
