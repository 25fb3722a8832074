"""Tasks: the unit of work behind the executor seam.

A task is plain data and `perform` a top-level function, so that any `concurrent.futures.Executor` can run it: threads, processes, a
cluster. It opens its own session (kept per process and identity) and gives back answers; it decides nothing.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from zscan.collect import Call, Collector, Place, collectors
from zscan.collect.answers import ACCOUNT_ID, Answer, CallError, answer_key, fill
from zscan.collect.gather import Gatherer
from zscan.model.unknown import ReasonCode

Step: TypeAlias = Literal["list", "read", "bulk"]


class Role(msgspec.Struct, frozen=True):
    """A role to act as: its ARN, what its trust policy may demand, how the session is named in the account's records, and for how long."""

    arn: str
    external_id: str = ""
    session_name: str = "zscan"
    duration_s: int = 3600


class Identity(msgspec.Struct, frozen=True):
    """How a worker signs in, by name only: never a secret. `profile` is the provider's own credential profile ("" = its default chain).

    With a `role`, the identity of that profile is only used to become the role.
    """

    provider: str
    profile: str = ""
    run: str = ""  # tells one run's sessions and broken places from another's
    connections: int = 16
    role: Role | None = None


class Task(msgspec.Struct, frozen=True):
    """List (below each input context), read (each input context), or answer the bulk calls of a collector in one place."""

    place: tuple[str, str, str, str]  # provider, account, region, partition
    native_type: str
    step: Step
    inputs: tuple[dict[str, Any], ...]
    identity: Identity
    deadline_s: float = 180.0

    @property
    def where(self) -> Place:
        """The place as its own type."""
        return Place(*self.place)


class Recorder:
    """An `invoke` that performs calls through a provider's session, keeps every answer, and stops asking after the deadline."""

    def __init__(self, perform_call: Callable[[Place, Call, Mapping[str, Any]], Answer], deadline_s: float) -> None:
        self.answers: dict[str, Answer] = {}
        self._perform = perform_call
        self._until = time.monotonic() + deadline_s

    def __call__(self, place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
        """The answer, asked at most once per task."""
        known = self.answers.get(answer_key(place.account, place.region, call.id, params))
        if known is not None:
            return known
        if time.monotonic() > self._until:
            late = CallError("Deadline", "the task's time was up before this call", ReasonCode.TIMEOUT)
            answer = Answer(place.provider, place.account, place.region, call.id, dict(params), [], late, "")
        else:
            answer = self._perform(place, call, params)
        return self.answers.setdefault(answer.key, answer)


def perform(task: Task) -> list[Answer]:
    """Do a task with a live session of its provider. Top-level, so that it can be pickled."""
    session = importlib.import_module(f"zscan.collect.{task.identity.provider}.session")
    recorder = Recorder(session.caller(task.identity), task.deadline_s)
    carry_out(task, recorder)
    return list(recorder.answers.values())


def carry_out(task: Task, invoke: Callable[[Place, Call, Mapping[str, Any]], Answer]) -> None:
    """Make every call of a task through `invoke`; what they mean is the coordinator's business."""
    collector = next(c for c in collectors(task.identity.provider) if c.native_type == task.native_type)
    gatherer = Gatherer(collector, task.where, invoke, lambda _gap: None)
    for context in task.inputs:
        if task.step == "list":
            gatherer.contexts(context)
        elif task.step == "read":
            gatherer.document(context)
        else:
            _bulk(collector, task.where, invoke)


def _bulk(collector: Collector, place: Place, invoke: Callable[[Place, Call, Mapping[str, Any]], Answer]) -> None:
    for bulk in collector.bulk:
        invoke(place, bulk.call, fill(bulk.call.params, {ACCOUNT_ID: place.account}))
