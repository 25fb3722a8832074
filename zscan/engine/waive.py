"""Waivers: accepted risks with an owner, an approver, a reason and a last day.

A waived failure stays a failure and is marked so. After the last day (inclusive, UTC) it counts again. Waivers that cover nothing, have
run out or cover more than they should are reported, because a forgotten exception is how a gap becomes permanent.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec

from zscan.errors import ConfigError
from zscan.located import Located, read_yaml, typed
from zscan.model.finding import Finding, Status, WaiverNote
from zscan.model.scan import UnusedWaiver

SCHEMA = "zscan.waivers/v1"
BROAD = 25
"""A waiver that covers more failures than this is reported: it accepts a practice rather than an exception."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_MANDATORY = ("id", "rule", "asset", "owner", "approver", "reason")


class Waiver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One accepted risk. `rule` and `asset` may hold `*` and `?`; `asset` is compared with the asset's id and its name."""

    id: str
    rule: str
    asset: str
    owner: str
    approver: str
    reason: str
    expires: str  # YYYY-MM-DD, the last day on which it holds (UTC)
    key: str = ""  # element of the asset; "" covers all
    approved_on: str = ""
    ticket: str = ""


class WaiverFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A waivers file (`zscan schema waivers`)."""

    schema: str
    waivers: tuple[Waiver, ...]


class LoadedWaiver(msgspec.Struct, frozen=True):
    """A waiver with the file and line it was read from."""

    waiver: Waiver
    file: str
    line: int

    @property
    def origin(self) -> str:
        """Where it stands, as `file:line`."""
        return f"{self.file}:{self.line}"

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return date.fromisoformat(self.waiver.expires)


def parse_waivers(text: str, file: str) -> tuple[LoadedWaiver, ...]:
    """The waivers of one file. Raises `ConfigError` with file and line; a date that is not a calendar day is an error, never valid."""
    located = read_yaml(text, file, ConfigError)
    if not isinstance(located.data, dict) or located.data.get("schema") != SCHEMA:
        raise located.problem(("schema",), "not a waivers file", hint=f"Begin the file with `schema: {SCHEMA}`.")
    parsed = typed(located, WaiverFile)
    for index, waiver in enumerate(parsed.waivers):
        _check(waiver, located, index)
    loaded = tuple(LoadedWaiver(waiver, file, located.line(("waivers", index))) for index, waiver in enumerate(parsed.waivers))
    check_unique(loaded)
    return loaded


def _check(waiver: Waiver, located: Located, index: int) -> None:
    for name in _MANDATORY:
        if not getattr(waiver, name).strip():
            raise located.problem(
                ("waivers", index, name), f"`{name}` of waiver `{waiver.id}` is empty", hint="An exception needs all of them."
            )
    for name in ("expires", "approved_on"):
        value = getattr(waiver, name)
        if (value or name == "expires") and not _is_day(value):
            raise located.problem(("waivers", index, name), f"`{value}` is not a calendar day", hint="Write it as YYYY-MM-DD.")


def _is_day(text: str) -> bool:
    if not _DAY.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_unique(waivers: Iterable[LoadedWaiver]) -> None:
    """Raise `ConfigError` if two waivers (of any files) have one id: reports name a waiver by it."""
    seen: dict[str, str] = {}
    for loaded in waivers:
        name = loaded.waiver.id
        if name in seen:
            message = f"waiver `{name}` is already defined at {seen[name]}"
            raise ConfigError(message, file=loaded.file, line=loaded.line, hint="Give it an id of its own.")
        seen[name] = loaded.origin


def glob_match(pattern: str, text: str) -> bool:
    """Whether `pattern` (`*` any run, `?` one character, everything else itself) matches all of `text`.

    Only the last star is ever tried again, so the time is at most the product of the two lengths, whatever the pattern.
    """
    at, position, star, resume = 0, 0, -1, 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return all(character == "*" for character in pattern[at:])


class Waivers:
    """Waivers ready to be applied to a stream of findings. `problems` is meaningful once the stream has passed."""

    def __init__(
        self,
        waivers: Sequence[LoadedWaiver],
        now: datetime,
        *,
        names: Mapping[str, str] | None = None,
        rule_ids: Mapping[str, str] | None = None,
    ) -> None:
        """`now` needs a time zone. `names` gives an asset's name by its id, `rule_ids` a rule's present id by its former ones."""
        if now.tzinfo is None:
            raise ValueError("the time of evaluation needs a time zone")
        check_unique(waivers)
        self._today = now.astimezone(UTC).date()
        self._names = names or {}
        self._ordered = sorted(waivers, key=lambda one: (one.last_day < self._today, one.waiver.id))  # those in force first
        self._exact: dict[str, list[LoadedWaiver]] = defaultdict(list)
        self._patterns: list[LoadedWaiver] = []
        for loaded in self._ordered:
            rule = (rule_ids or {}).get(loaded.waiver.rule, loaded.waiver.rule)
            if _is_pattern(rule):
                self._patterns.append(loaded)
            else:
                self._exact[rule].append(loaded)
        self._covered: dict[str, int] = defaultdict(int)
        self._other: dict[str, set[Status]] = defaultdict(set)

    def apply(self, finding: Finding) -> Finding:
        """The finding, with a note if it fails and a waiver covers it. One in force wins over one that has run out."""
        matching = [loaded for loaded in self._candidates(finding.rule_id) if self._covers(loaded.waiver, finding)]
        if not matching:
            return finding
        for loaded in matching:
            if finding.status is Status.FAIL:
                self._covered[loaded.waiver.id] += 1
            else:
                self._other[loaded.waiver.id].add(finding.status)
        if finding.status is not Status.FAIL:
            return finding
        first = min(matching, key=lambda one: (one.last_day < self._today, one.waiver.id))
        return msgspec.structs.replace(finding, waiver=self._note(first))

    def _candidates(self, rule_id: str) -> Iterator[LoadedWaiver]:
        yield from self._exact.get(rule_id, ())
        yield from (loaded for loaded in self._patterns if glob_match(loaded.waiver.rule, rule_id))

    def _covers(self, waiver: Waiver, finding: Finding) -> bool:
        if waiver.key and waiver.key != finding.key:
            return False
        name = self._names.get(finding.asset_id, "")
        return (
            waiver.asset == finding.asset_id or glob_match(waiver.asset, finding.asset_id) or bool(name and glob_match(waiver.asset, name))
        )

    def _note(self, loaded: LoadedWaiver) -> WaiverNote:
        waiver = loaded.waiver
        return WaiverNote(
            id=waiver.id,
            owner=waiver.owner,
            approver=waiver.approver,
            reason=waiver.reason,
            expires=waiver.expires,
            expired=loaded.last_day < self._today,
            origin=loaded.origin,
        )

    def problems(self) -> tuple[UnusedWaiver, ...]:
        """Waivers that should be looked at: run out, unused or too broad. At most one record for each kind of problem."""
        found = [
            UnusedWaiver(loaded.waiver.id, problem, loaded.origin)
            for loaded in sorted(self._ordered, key=lambda one: one.waiver.id)
            for problem in self._problems_of(loaded)
        ]
        return tuple(found)

    def _problems_of(self, loaded: LoadedWaiver) -> Iterator[str]:
        waiver, covered = loaded.waiver, self._covered.get(loaded.waiver.id, 0)
        if loaded.last_day < self._today:
            yield f"expired after {waiver.expires}; failures it covers: {covered}, which count again"
        elif not covered:
            yield _unused(self._other.get(waiver.id, set()))
        if not waiver.asset.strip("*?"):
            yield f"covers every asset (`asset: {waiver.asset}`)"
        if not waiver.rule.strip("*?"):
            yield f"covers every rule (`rule: {waiver.rule}`)"
        if covered > BROAD:
            yield f"covers {covered} failures, more than {BROAD}"


def _unused(others: set[Status]) -> str:
    if Status.UNKNOWN in others:
        return "covers no failure; what it covers could not be seen in this run"
    if Status.PASS in others:
        return "covers no failure; what it covers passes now"
    return "covers no failure and no asset that the rule was tried on"


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def apply(
    findings: Iterable[Finding], waivers: Sequence[LoadedWaiver], now: datetime, *, names: Mapping[str, str] | None = None
) -> tuple[list[Finding], tuple[UnusedWaiver, ...]]:
    """Findings with their notes, and the waivers that should be looked at."""
    book = Waivers(waivers, now, names=names)
    noted = [book.apply(finding) for finding in findings]
    return noted, book.problems()


def entry(waiver: Waiver) -> str:
    """A waiver as the lines that are added below `waivers:` (texts quoted as JSON, which is YAML too)."""
    fields = {name: getattr(waiver, name) for name in waiver.__struct_fields__ if getattr(waiver, name)}
    lines = [f"{name}: {msgspec.json.encode(value).decode()}" for name, value in fields.items()]
    return "  - " + "\n    ".join(lines) + "\n"
