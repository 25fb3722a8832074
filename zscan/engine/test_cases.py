"""Runs the cases of `<slug>.test.yaml`: assets as a rule's author imagines them, and the verdict that is expected.

Facts, relations and tags that a case does not state are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from zscan.engine.checked import CheckedRule
from zscan.engine.evaluate import Engine
from zscan.engine.load import TEST_SUFFIX, convert, read_text
from zscan.engine.names import carried, closest
from zscan.engine.yaml_tree import Path as Place
from zscan.engine.yaml_tree import Tree, read_tree
from zscan.model.asset import Asset, Relation
from zscan.model.document import View
from zscan.model.finding import Status
from zscan.model.offers import Offer
from zscan.model.source import FileSource
from zscan.model.structs import facts_struct
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Reason, ReasonCode
from zscan.model.vocabulary import ListOf

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The clock of test cases that state no `now`."""

_RELATION = re.compile(r"(^|\.)relations\.[a-z_]+\Z")
_NOT_STATED = (Reason(ReasonCode.OUT_OF_SCOPE, "not stated in the case"),)
_CUT_SHORT = (Reason(ReasonCode.LIMIT, "read in part in the case"),)


class CaseAsset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An asset of a case. `relations` holds the targets, each an asset again; `partial` the lists (or `relations.<kind>`) read in part."""

    type: str
    native_type: str = ""
    view: View = "live"
    provider: str = "test"
    name: str = ""
    account: str = ""
    region: str = ""
    tags: dict[str, str] | None = None
    facts: dict[str, Any] = {}
    relations: dict[str, tuple[CaseAsset, ...]] = {}
    partial: tuple[str, ...] = ()


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One case.

    `expect` is a status, or with `for_each` a map from element keys to statuses. `twin_of` names the failing case that it repairs.
    """

    name: str
    asset: CaseAsset
    expect: Status | dict[str, Status]
    params: dict[str, Any] = {}
    now: str = ""
    twin_of: str = ""


class CaseFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A test file. `documents` (raw provider answers and manifests with the verdict expected of them) are run by the contract tests."""

    rule: str
    cases: tuple[Case, ...]
    documents: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class LoadedCases:
    """A test file with the places of its parts."""

    file: CaseFile
    tree: Tree


@dataclass(frozen=True)
class CaseResult:
    """What came of one case. `got` maps element keys (`""` for the asset itself) to statuses."""

    case: Case
    got: dict[str, Status]
    ok: bool
    line: int

    def describe(self) -> str:
        """The result in one line."""
        wanted = self.case.expect if isinstance(self.case.expect, dict) else self.case.expect.value
        return f"{self.case.name}: {'ok' if self.ok else f'expected {_words(wanted)}, got {_words(self.got)}'}"


def _words(statuses: Any) -> str:
    if isinstance(statuses, str):
        return statuses
    if set(statuses) == {""}:
        return str(statuses[""])
    return ", ".join(f"{key or '(the list)'}: {statuses[key]}" for key in sorted(statuses)) or "no finding"


def case_path(rule: CheckedRule) -> Path:
    """Where the test file of a rule lies."""
    return rule.path.with_name(rule.path.name.removesuffix(".yaml") + TEST_SUFFIX)


def load_cases(path: Path, name: str = "") -> LoadedCases:
    """A test file. Raises `RuleError` for unknown types, facts, relations and values of the wrong type."""
    name = name or path.name
    tree = read_tree(read_text(path, name), name)
    file = convert(tree, CaseFile)
    names = [case.name for case in file.cases]
    for index, case in enumerate(file.cases):
        if case.name in names[:index]:
            raise tree.error(f"a second case called {case.name!r}", ("cases", index, "name"))
        if case.twin_of and case.twin_of not in names:
            raise tree.error(f"no case is called {case.twin_of!r}", ("cases", index, "twin_of"), suggestion=closest(case.twin_of, names))
        _Builder(tree).asset(case.asset, "case", ("cases", index, "asset"))
    return LoadedCases(file, tree)


def run_cases(rule: CheckedRule, loaded: LoadedCases, offers: Mapping[str, Offer] | None = None) -> list[CaseResult]:
    """Judges the asset of every case by the rule. Raises `RuleError` when the file is about another rule."""
    if loaded.file.rule != rule.id:
        raise loaded.tree.error(f"the cases are for {loaded.file.rule}, the rule is {rule.id}", ("rule",), suggestion=rule.id)
    return [_run(rule, loaded, index, offers or {}) for index in range(len(loaded.file.cases))]


def _run(rule: CheckedRule, loaded: LoadedCases, index: int, offers: Mapping[str, Offer]) -> CaseResult:
    case = loaded.file.cases[index]
    builder = _Builder(loaded.tree)
    asset = builder.asset(case.asset, "case", ("cases", index, "asset"))
    engine = Engine([rule], offers, now=_now(loaded.tree, case, index), params={rule.id: case.params})
    got = {one.key: one.status for one in engine.evaluate([asset, *builder.targets]).findings if one.asset_id == asset.id}
    ok = got == case.expect if isinstance(case.expect, dict) else set(got.values()) == {case.expect}
    return CaseResult(case, got, ok, loaded.tree.keys.get(("cases", index, "name"), loaded.tree.places[()]).line + 1)


def _now(tree: Tree, case: Case, index: int) -> datetime:
    if not case.now:
        return NOW
    try:
        instant = datetime.fromisoformat(case.now)
    except ValueError:
        raise tree.error(f"{case.now!r} is no RFC 3339 instant", ("cases", index, "now")) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


class _Builder:
    """Makes assets of cases. Targets of relations are collected in `targets`."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.targets: list[Asset] = []

    def asset(self, case: CaseAsset, asset_id: str, place: Place) -> Asset:
        if case.type not in VOCABULARY.types:
            raise self.tree.error(f"unknown asset type {case.type!r}", (*place, "type"), suggestion=closest(case.type, VOCABULARY.types))
        flat = dict(self.leaves(case.facts, (), place, carried(case.type)))
        unknown: dict[str, tuple[Reason, ...]] = {path: _NOT_STATED for path in carried(case.type) if path not in flat}
        for path in case.partial:
            self.cut_short(case, path, flat, unknown, place)
        for path in [path for path, value in flat.items() if isinstance(value, tuple) and None in value]:
            unknown[f"{path}[]"] = _CUT_SHORT
        relations = tuple(sorted(self.relations(case, asset_id, place)))
        unknown |= {f"relations.{kind}": _NOT_STATED for kind in VOCABULARY.relations if kind not in case.relations}
        if case.tags is None:
            unknown["tags"] = _NOT_STATED
        source = FileSource(self.tree.file, self.tree.keys.get((*place, "type"), self.tree.places[()]).line + 1)
        return Asset(
            id=asset_id,
            type=case.type,
            native_type=case.native_type,
            name=case.name or asset_id,
            provider=case.provider,
            view=case.view,
            facts=self.struct(case.type, flat, place),
            account=case.account,
            region=case.region,
            tags=case.tags,
            source=source,
            unknown=dict(sorted(unknown.items())),
            relations=relations,
        )

    def leaves(self, facts: Mapping[str, Any], above: tuple[str, ...], place: Place, known: frozenset[str]) -> Iterator[tuple[str, Any]]:
        """The facts of a nested mapping by dotted path."""
        for name, value in facts.items():
            steps = (*above, name)
            path = ".".join(steps)
            if path in known:
                yield path, tuple(value) if isinstance(value, list) else value
            elif isinstance(value, dict) and any(fact.startswith(path + ".") for fact in known):
                yield from self.leaves(value, steps, place, known)
            else:
                where = (*place, "facts", *steps)
                raise self.tree.error(f"unknown fact {path!r} of this asset type", where, suggestion=closest(path, known), key=True)

    def cut_short(self, case: CaseAsset, path: str, flat: dict[str, Any], unknown: dict[str, tuple[Reason, ...]], place: Place) -> None:
        """A list (or relation) of which not everything was read."""
        where = (*place, "partial")
        if path.startswith("relations."):
            if path.removeprefix("relations.") not in VOCABULARY.relations:
                raise self.tree.error(f"unknown relation in {path!r}", where, suggestion=closest(path[10:], VOCABULARY.relations))
            unknown[path] = _CUT_SHORT
            return
        if path not in carried(case.type) or not isinstance(VOCABULARY.facts[path].type, ListOf):
            lists = [fact for fact in carried(case.type) if isinstance(VOCABULARY.facts[fact].type, ListOf)]
            raise self.tree.error(f"{path!r} is no list fact of {case.type}", where, suggestion=closest(path, lists))
        flat[path] = (*flat.get(path, ()), None)
        unknown.pop(path, None)

    def relations(self, case: CaseAsset, asset_id: str, place: Place) -> Iterator[Relation]:
        for kind, targets in case.relations.items():
            if kind not in VOCABULARY.relations:
                where = (*place, "relations", kind)
                raise self.tree.error(f"unknown relation {kind!r}", where, suggestion=closest(kind, VOCABULARY.relations), key=True)
            for index, target in enumerate(targets):
                where = (*place, "relations", kind, index)
                if target.type not in VOCABULARY.relations[kind].targets:
                    allowed = VOCABULARY.relations[kind].targets
                    message = f"{kind} leads to {', '.join(allowed)}; not to {target.type}"
                    raise self.tree.error(message, (*where, "type"), suggestion=closest(target.type, allowed))
                made = self.asset(target, f"{asset_id}/{kind}/{index}", where)
                self.targets.append(made)
                yield Relation(kind, made.id)

    def struct(self, asset_type: str, flat: Mapping[str, Any], place: Place) -> Any:
        tree: dict[str, Any] = {}
        for path, value in flat.items():
            *facets, name = path.split(".")
            node = tree
            for facet in facets:
                node = node.setdefault(facet, {})
            node[name] = value
        try:
            return msgspec.convert(tree, facts_struct(asset_type))
        except msgspec.ValidationError as error:
            what, _, at = str(error).partition(" - at `$.")
            where = (*place, "facts", *(part for part in at.rstrip("`").split("[")[0].split(".") if part))
            raise self.tree.error(f"{what[:1].lower()}{what[1:]}".replace("`", ""), where) from None


def contract_problems(loaded: LoadedCases) -> list[str]:
    """What a test file lacks: a passing, a failing and an unknown case, and a hardened twin of every failing one."""
    cases = {case.name: case for case in loaded.file.cases}
    found = {status for case in cases.values() for status in _statuses(case)}
    problems = [f"no case expects {status.value}" for status in (Status.PASS, Status.FAIL, Status.UNKNOWN) if status not in found]
    twins = {case.twin_of: case for case in cases.values() if case.twin_of}
    for case in cases.values():
        if Status.FAIL not in _statuses(case) or case.twin_of:
            continue
        twin = twins.get(case.name)
        problems += [f"the failing case {case.name!r} has no twin"] if twin is None else _twin_problems(case, twin)
    return problems


def _statuses(case: Case) -> set[Status]:
    return set(case.expect.values()) if isinstance(case.expect, dict) else {case.expect}


def _twin_problems(case: Case, twin: Case) -> list[str]:
    """A twin passes, and states everything that the failing case states (values may differ)."""
    problems = [] if _statuses(twin) == {Status.PASS} else [f"the twin {twin.name!r} does not pass"]
    ours, theirs = (msgspec.to_builtins(one.asset) for one in (case, twin))
    dropped = sorted(set(_leaf_paths(ours, "")) - set(_leaf_paths(theirs, "")))
    if dropped:
        problems.append(f"the twin {twin.name!r} leaves out {', '.join(dropped)}; it may only add and change")
    return problems


def _leaf_paths(value: Any, path: str) -> Iterable[str]:
    if isinstance(value, dict) and value:
        for name, below in value.items():
            yield from _leaf_paths(below, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple) and _RELATION.search(path):
        for index, below in enumerate(value):
            yield from _leaf_paths(below, f"{path}[{index}]")
    else:
        yield path
