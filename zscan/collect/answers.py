"""What calls gave: answers as plain data, and how an answer becomes a value, ABSENT or an Unknown with its gap."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

import msgspec

from zscan.collect import Call, Place
from zscan.model.document import ABSENT
from zscan.model.gap import Gap, gap
from zscan.model.unknown import ReasonCode, Unknown

ACCOUNT_ID = "account_id"  # what a parameter template calls the account that is read
NOT_OFFERED = "NOT_OFFERED"  # the service does not exist in this region or partition: not a gap


class CallError(msgspec.Struct, frozen=True):
    """A refused or failed call: the provider's code and words, and what zscan makes of it (a ReasonCode, or NOT_OFFERED)."""

    code: str
    message: str
    reason: str


class Answer(msgspec.Struct, frozen=True):
    """All pages that one call gave; with an error after them, the listing was cut short."""

    provider: str
    account: str
    region: str
    call: str
    params: dict[str, Any]
    pages: list[dict[str, Any]]
    error: CallError | None
    at: str  # RFC 3339 UTC
    more: bool = False  # there was more than the call asked for (`Call.newest`)

    @property
    def key(self) -> str:
        """What identifies the call in journal and replay."""
        return answer_key(self.account, self.region, self.call, self.params)


Invoke: TypeAlias = Callable[[Place, Call, Mapping[str, Any]], Answer]


def answer_key(account: str, region: str, call: str, params: Mapping[str, Any]) -> str:
    """Account, region, call and parameters as one stable text."""
    return f"{account}/{region}/{call}?{json.dumps(params, sort_keys=True, separators=(',', ':'))}"


def fill(template: Any, context: Mapping[str, Any]) -> Any:
    """A parameter template with `{Name}` replaced from the context. Raises KeyError when the context lacks the name."""
    if isinstance(template, str) and template.startswith("{") and template.endswith("}"):
        return context[template[1:-1]]
    if isinstance(template, list | tuple):
        return [fill(item, context) for item in template]
    if isinstance(template, Mapping):
        return {key: fill(item, context) for key, item in template.items()}
    return template


def dig(value: Any, path: str) -> Any:
    """The element at a dotted path; None when missing. The empty path is the value itself."""
    for step in path.split(".") if path else ():
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def failure(answer: Answer, call: Call, affects: tuple[str, ...], *, there: bool = False) -> Gap | None:
    """The gap that a failed answer leaves; None when it did not fail, or the failure means absence or a service that is not offered.

    `there` says that the thing asked about is known to exist: then a call that is not offered leaves evidence missing like any other.
    """
    error = answer.error
    if error is None or (error.code in call.absent and call.absent_message in error.message):
        return None
    if error.reason == NOT_OFFERED and not there:
        return None
    reason = ReasonCode.UNRESOLVED if error.reason == NOT_OFFERED else ReasonCode(error.reason)
    scope = "/".join(part for part in (answer.provider, answer.account, answer.region) if part)
    permission = call.action if reason is ReasonCode.DENIED else ""
    return gap(
        scope=scope,
        call=call.id,
        reason=reason,
        detail=f"{error.code}: {error.message}"[:300],
        permission=permission,
        affects=affects,
        blocking=False if call.advisory and reason is ReasonCode.DENIED else None,
    )


def single(answer: Answer, call: Call, affects: tuple[str, ...], note: Callable[[Gap], None], *, there: bool = True) -> Any:
    """The one value of an answer: data, ABSENT, or an Unknown whose gap is noted. `there` as for `failure`."""
    failed = failure(answer, call, affects, there=there)
    if failed is not None:
        note(failed)
        return Unknown(failed.as_reason())
    if answer.error is not None:
        return ABSENT
    return dig(answer.pages[0] if answer.pages else {}, call.take)


def listed(answer: Answer, call: Call, affects: tuple[str, ...], note: Callable[[Gap], None], *, there: bool = False) -> Iterator[Any]:
    """The items of a listing; a listing that was cut short ends with an Unknown whose gap is noted. Leaving out what is older is a note.

    `there` as for `failure`.
    """
    items = (item for page in answer.pages for item in dig(page, call.items) or ())
    yield from islice(items, call.newest or None)
    if call.newest and (answer.more or next(items, None) is not None):
        note(_older(answer, call, affects))
    failed = failure(answer, call, affects, there=there)
    if failed is not None:
        note(failed)
        yield Unknown(failed.as_reason())


def _older(answer: Answer, call: Call, affects: tuple[str, ...]) -> Gap:
    scope = "/".join(part for part in (answer.provider, answer.account, answer.region) if part)
    detail = f"only the newest {call.newest} were read"
    return gap(scope=scope, call=call.id, reason=ReasonCode.OUT_OF_SCOPE, detail=detail, affects=affects)


class PartlyRead(dict[str, Any]):
    """What a listing said of a thing whose own read failed: everything else about it is unknown."""

    def __init__(self, known: Mapping[str, Any], rest: Unknown) -> None:
        super().__init__(known)
        self.rest = rest

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ARG002 (the signature of dict.get)
        """A known member, else the Unknown (never a default: the member may well be set)."""
        return super().get(key, self.rest)
