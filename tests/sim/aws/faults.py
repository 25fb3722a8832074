"""Things that go wrong, on request.

A fault is a JSON object. `service`, `op` (globs), `region`, `account`, `access_key` (glob), `match` (parameters) and
`page` select calls; `after` lets that many pass first, `times` ends it; `kind` says what happens:

* `error` (the default): the `error` code with `message` and `status`; without a code the protocol's own throttle;
* `rate` and `burst`: a token bucket, the error only for calls above it;
* `latency`: wait `ms`, then go on;
* `reset`: close the connection without an answer;
* `expired`: the protocol's expired-credentials error, `after` counted for each access key, so that new credentials
  from AssumeRole work again;
* `denied`: the protocol's own access-denied error, naming the action.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from .errors import expired, throttled
from .wire import AwsError, Call

KINDS = ("error", "latency", "reset", "expired", "denied")


class ResetConnectionError(Exception):
    """Close the connection without an answer."""


class DenyError(Exception):
    """Answer as if the caller's policies did not allow the action."""


@dataclass
class Fault:
    """One fault and how far it has got."""

    service: str = "*"
    op: str = "*"
    region: str = "*"
    account: str = "*"
    access_key: str = "*"
    match: Mapping[str, Any] = field(default_factory=dict)
    page: int | None = None
    kind: str = "error"
    error: str | None = None
    message: str = "injected by the simulator"
    status: int | None = None
    times: int | None = None
    after: int = 0
    rate: float | None = None
    burst: float | None = None
    ms: float = 0
    _seen: Counter[str] = field(default_factory=Counter, repr=False)
    _fired: int = field(default=0, repr=False)
    _tokens: float | None = field(default=None, repr=False)
    _filled_at: float = field(default=0.0, repr=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Fault:
        """Read a fault, refusing members it does not know: a misspelt fault that never fires would prove nothing."""
        known = {f.name for f in fields(cls) if not f.name.startswith("_")}
        if unknown := sorted(set(raw) - known):
            raise ValueError(f"unknown members of a fault: {', '.join(unknown)}")
        if raw.get("kind", "error") not in KINDS:
            raise ValueError(f"unknown kind of fault: {raw['kind']!r}")
        return cls(**raw)

    def fires(self, call: Call, page: int) -> bool:
        """Tell whether this call is hit, and count it."""
        if not self._selects(call, page):
            return False
        key = call.access_key if self.kind == "expired" else ""
        self._seen[key] += 1
        if self._seen[key] <= self.after or (self.times is not None and self._fired >= self.times):
            return False
        if self.rate is not None and self._take():
            return False
        self._fired += 1
        return True

    def _selects(self, call: Call, page: int) -> bool:
        pairs = (
            (call.service.name, self.service),
            (call.op, self.op),
            (call.region, self.region),
            (call.account, self.account),
            (call.access_key, self.access_key),
        )
        return (
            all(fnmatchcase(value, pattern) for value, pattern in pairs)
            and all(call.params.get(key) == value for key, value in self.match.items())
            and self.page in (None, page)
        )

    def _take(self) -> bool:
        """Take one token from the bucket if it holds one."""
        rate, now = self.rate or 0.0, time.monotonic()
        size = self.burst if self.burst is not None else max(rate, 1.0)
        have = size if self._tokens is None else min(size, self._tokens + (now - self._filled_at) * rate)
        self._filled_at = now
        self._tokens = have - 1 if have >= 1 else have
        return have >= 1


class FaultPlan:
    """The faults in force, in order."""

    def __init__(self, raw: Iterable[Mapping[str, Any]] = ()) -> None:
        self.faults = [Fault.parse(one) for one in raw]

    def apply(self, call: Call, page: int) -> float:
        """Return the seconds to wait first; raise what the call must be answered with, if anything."""
        wait = 0.0
        for fault in self.faults:
            if not fault.fires(call, page):
                continue
            if fault.kind == "latency":
                wait += fault.ms / 1000
            elif fault.kind == "reset":
                raise ResetConnectionError
            elif fault.kind == "expired":
                raise expired(call.service)
            elif fault.kind == "denied":
                raise DenyError
            elif fault.error is None:
                raise throttled(call.service)
            else:
                raise AwsError(fault.error, fault.message, fault.status)
        return wait
