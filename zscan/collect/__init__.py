"""Collecting: targets → documents → drafts, plus gaps.

A live collector is a declaration (which calls, which parts at which paths, which facts it offers) and two pure functions: `canonical`
makes the provider's one document shape, `shape` makes drafts with references. `run.py` is the only place that performs calls. Nothing here
imports a cloud SDK.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeAlias

from zscan.model.asset import Draft, Fragment
from zscan.model.document import Document
from zscan.model.gap import Gap
from zscan.model.offers import Offer, Via
from zscan.model.scan import Principal, Target

Shaped: TypeAlias = Draft | Fragment
Scope: TypeAlias = Literal["account", "region"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One read operation of a provider's API, declared.

    `action` is the permission that the provider demands for it (not always the operation's name). `params` are literals, or templates
    such as `{NotebookInstanceName}` filled from the listed item, the parent's item (`{@Id}` where both have an `Id`) or the key to resolve;
    `{account_id}` is the account.
    `items` is the dotted path of the list in each page; `take` the dotted path of what is kept of a single answer. `absent` are the error
    codes that mean "there is none", which is the only way an error can become absence; where a code is shared with other mistakes,
    `absent_message` is the part of the message that only absence has. `newest` bounds the listing of a history that only grows (jobs,
    runs): so many items are read, ordered by the parameters of the call, and a note says that older ones were left out. `token` names the
    members of request and answer that carry the page token, for listings that the SDK cannot page by itself.
    A refused `advisory` call leaves a note, not a gap that makes the scan incomplete: what it would have said can only take rights away,
    and each right names what was not read.
    """

    service: str
    operation: str
    action: str
    params: Mapping[str, Any] = field(default_factory=dict)
    items: str = ""
    take: str = ""
    page_size: int = 0  # asked for when listing; 0 leaves the provider's default
    token: tuple[str, str] | None = None
    newest: int = 0  # at most so many items of a listing; 0 reads it whole
    absent: frozenset[str] = frozenset()
    absent_message: str = ""
    advisory: bool = False

    @property
    def id(self) -> str:
        """`service:Operation`."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A separately read part of a document, put at `path` after `canonical` gave it the document's spelling.

    With `each`, the items of `call` are replaced by their own answers (an item that is a plain value is called `item`), and `canonical` is
    applied to each of them; `wanted` is asked with the item and with what the document holds so far (earlier parts included), and leaves
    out items that say nothing of their own. `when` saves the call where the main answer already says that there is nothing to read; it is
    not asked when the main read failed. `needed` saves it by what the document holds so far, earlier parts included.
    """

    path: str
    call: Call
    each: Call | None = None
    canonical: Callable[[Any], Any] = lambda value: value
    when: Callable[[Mapping[str, Any]], bool] = lambda _main: True
    needed: Callable[[Mapping[str, Any]], bool] = lambda _body: True
    wanted: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] = lambda _item, _body: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A part that one listing answers for every document of a scope (tags, managed policies): joined by key, not read one by one.

    `index` gives the key of a listed item, `keys` the keys a document wants, `take` what is kept. One wanted key that the complete listing
    does not hold is absent. With `many`, the part is the list of all that matched; with `repeats`, a key may be listed any number of
    times, so that only the end of the listing tells that all of them were seen. A call without `items` reads a setting of the scope that is
    the same for all of them.
    """

    path: str
    call: Call
    index: Callable[[Mapping[str, Any]], str] = lambda _entry: ""
    keys: Callable[[Mapping[str, Any]], Iterable[str]] = lambda _body: ()
    take: Callable[[Mapping[str, Any]], Any] = lambda entry: entry
    many: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """How one native type is read and shaped.

    `list` enumerates (once per scope, or once per item of `parent`); `describe` reads one item; `parts` and `bulk` add to it. A collector
    that `resolves` reads only what other assets refer to: without a `list`, `describe` is called with `{key}`; with a `list`, that is
    read once in every scope from which it is referred to; `split` gives the names that a key holds beside `key`, where a read needs
    several (a guardrail and its version). `own` tells what belongs to the scope from what is only visible there: the rest is neither read
    nor listed below. `identify` gives the provider's own id from the answer (or the listed item) and
    the scope; `name` the display name.
    `singleton` marks a setting of the scope itself: it always exists, even where its read failed.
    """

    native_type: str
    asset_type: str
    scope: Scope = "region"
    list: Call | None = None
    parent: str = ""
    describe: Call | None = None
    parts: tuple[Part, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    resolves: bool = False
    singleton: bool = False
    own: Callable[[Mapping[str, Any], Place], bool] = lambda _item, _place: True
    identify: Callable[[Mapping[str, Any], Place], str]
    name: Callable[[Mapping[str, Any]], str]
    canonical: Callable[[Mapping[str, Any]], dict[str, Any]]
    shape: Callable[[Document], Iterable[Shaped]]
    facts: frozenset[str]
    derived: frozenset[str] = frozenset()  # facts that a derivation adds to those of the shape
    live_only: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    locate: Callable[[str, Place], tuple[Place, str] | None] = lambda key, place: (
        place,
        key,
    )  # where a referred key is read; None = outside
    split: Callable[[str], Mapping[str, str]] = lambda _key: {}
    via: tuple[Via, ...] = ()  # facts it has through a relation; they count as offered
    file_form: bool = True  # the native type can be declared in infrastructure as code

    def calls(self) -> tuple[Call, ...]:
        """Every call this collector may make."""
        single = [call for call in (self.list, self.describe) if call is not None]
        parts = [call for part in self.parts for call in (part.call, part.each) if call is not None]
        return (*single, *parts, *(bulk.call for bulk in self.bulk))

    def offer(self, provider: str) -> Offer:
        """What the engine needs to know to specialise rules."""
        return Offer(
            native_type=self.native_type,
            asset_type=self.asset_type,
            provider=provider,
            facts=self.facts | self.derived | {path for via in self.via for path in via.facts},
            live_only=self.live_only,
            relations=self.relations,
        )


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a live call is made. `region` is empty for account-wide services; `partition` is the provider's (`aws`, `aws-cn`)."""

    provider: str
    account: str
    region: str = ""
    partition: str = "aws"

    def __str__(self) -> str:
        return "/".join(part for part in (self.provider, self.account, self.region) if part)


@dataclass(slots=True)
class Collected:
    """What collecting one target gave."""

    target: Target
    drafts: list[Draft] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    principals: list[Principal] = field(default_factory=list)
    offers: dict[str, Offer] = field(default_factory=dict)
    vias: list[Via] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    collected_from: str = ""
    collected_to: str = ""


@cache
def collectors(provider: str) -> tuple[Collector, ...]:
    """All collectors of a provider, by walking its package for modules with a `COLLECTORS` tuple. Imports no SDK."""
    package = importlib.import_module(f"zscan.collect.{provider}")
    found: list[Collector] = []
    for module in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda m: m.name):
        found.extend(getattr(importlib.import_module(module.name), "COLLECTORS", ()))
    types = [collector.native_type for collector in found]
    if len(set(types)) != len(types):
        raise ValueError(f"a native type has two collectors: {sorted({t for t in types if types.count(t) > 1})}")
    return tuple(sorted(found, key=lambda collector: collector.native_type))
