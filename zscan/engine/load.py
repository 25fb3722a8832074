"""Loads rule directories: rules, catalogue, objectives and levels, each checked, each mistake with file, line and column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from zscan.engine.checked import CheckedRule, FieldError, check_rule
from zscan.engine.levels import flatten_levels
from zscan.engine.names import closest
from zscan.engine.yaml_tree import MAX_BYTES, Tree, read_tree
from zscan.engine.yaml_tree import Path as Place
from zscan.errors import RuleError
from zscan.model.framework import Objective
from zscan.model.rule import THEMES, Level, LoadedRule, Rule

CATALOGUE_SCHEMA = "zscan.catalogue/v1"
OBJECTIVES_SCHEMA = "zscan.objectives/v1"
TEST_SUFFIX = ".test.yaml"
_DATA_BYTES = 1_048_576
_ID = re.compile(r"[A-Z][A-Z0-9]{1,11}-(?P<theme>[A-Z]{3})-[0-9]{2,3}\Z")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_VERIFY_PLACEHOLDER = re.compile(r"(?<![\\${])\{([a-z_]+)\}")
_VERIFY_NAMES = ("name", "id", "account", "region")

_PLAIN_WORDS = {"array": "a list", "object": "a mapping", "str": "text", "int": "a whole number", "bool": "true or false"}
_JSON_WORD = re.compile(rf"`?\b({'|'.join(_PLAIN_WORDS)})\b`?")

T = TypeVar("T")


class CatalogueEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A requirement whose rule id is fixed. `providers` are those that have the setting or meet it by design."""

    id: str
    title: str
    objectives: tuple[str, ...]
    providers: tuple[str, ...]


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    rules: tuple[CatalogueEntry, ...]
    onprem_checks: tuple[dict[str, Any], ...] = ()


class _Objectives(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    objectives: tuple[Objective, ...]


@dataclass(frozen=True)
class LoadedRules:
    """Everything that the rule directories say. `digest` is the sha256 over all files, in the order of their names."""

    rules: tuple[CheckedRule, ...]
    catalogue: Mapping[str, CatalogueEntry]
    objectives: Mapping[str, Objective]
    levels: Mapping[str, Level]
    digest: str
    level_patterns: tuple[tuple[str, int, str], ...] = ()  # file, line and text of every pattern in a level

    def get(self, rule_id: str) -> CheckedRule:
        """A rule by id or by one of its aliases. Raises `RuleError` with a suggestion."""
        for rule in self.rules:
            if rule_id == rule.id or rule_id in rule.rule.aliases:
                return rule
        raise RuleError(f"there is no rule {rule_id!r}", suggestion=closest(rule_id, (rule.id for rule in self.rules)))


class _Loader:
    """Reads directories and collects mistakes, so that a lint run can show all of them."""

    def __init__(self) -> None:
        self.rules: dict[str, CheckedRule] = {}
        self.trees: dict[str, Tree] = {}
        self.catalogue: dict[str, CatalogueEntry] = {}
        self.objectives: dict[str, Objective] = {}
        self.levels: dict[str, tuple[Level, Tree]] = {}
        self.errors: list[RuleError] = []
        self.hash = hashlib.sha256()

    def directory(self, directory: Path) -> None:
        if not directory.is_dir():
            raise RuleError(f"{directory}: no such directory of rules", hint="Give the folder that holds <theme>/<slug>.yaml files.")
        for path in sorted(directory.rglob("*.yaml"), key=lambda path: path.relative_to(directory).as_posix()):
            relative = path.relative_to(directory)
            if relative.name.endswith(TEST_SUFFIX):
                continue
            try:
                self.file(path, relative, f"{directory.resolve().name}/{relative.as_posix()}")
            except RuleError as error:
                self.errors.append(error)

    def file(self, path: Path, relative: Path, name: str) -> None:
        shared = relative.as_posix() in ("catalogue.yaml", "objectives.yaml")
        tree = read_tree(read_text(path, name), name, max_bytes=_DATA_BYTES if shared else MAX_BYTES)
        self.hash.update(f"{relative.as_posix()}\0{len(tree.text)}\0{tree.text}".encode())
        if relative.as_posix() == "catalogue.yaml":
            entries = convert(tree, _Catalogue, schema=CATALOGUE_SCHEMA).rules
            self.unique(tree, "rules", [entry.id for entry in entries])
            self.catalogue |= {entry.id: entry for entry in entries}
        elif relative.as_posix() == "objectives.yaml":
            objectives = convert(tree, _Objectives, schema=OBJECTIVES_SCHEMA).objectives
            self.unique(tree, "objectives", [objective.id for objective in objectives])
            self.objectives |= {objective.id: objective for objective in objectives}
        elif relative.parts[0] == "levels":
            self.level(tree, relative.stem)
        else:
            self.rule(tree, path)

    def unique(self, tree: Tree, member: str, ids: list[str]) -> None:
        for index, one in enumerate(ids):
            if one in ids[:index]:
                raise tree.error(f"duplicate id {one}", (member, index, "id"))

    def level(self, tree: Tree, stem: str) -> None:
        level = convert(tree, Level)
        if level.name != stem:
            raise tree.error(f"the level in {stem}.yaml is called {level.name!r}", ("name",), suggestion=stem)
        if level.name in self.levels:
            raise tree.error(f"duplicate level {level.name}; it is also in {self.levels[level.name][1].file}", ("name",))
        self.levels[level.name] = (level, tree)

    def rule(self, tree: Tree, path: Path) -> None:
        checked = rule_of(tree, path)
        other = self.rules.get(checked.id)
        if other is not None:
            raise tree.error(f"duplicate id {checked.id}; it is also in {other.loaded.file}", ("id",))
        self.rules[checked.id] = checked
        self.trees[checked.id] = tree

    def finish(self) -> LoadedRules:
        rules = tuple(self.rules[rule_id] for rule_id in sorted(self.rules))
        for rule in rules:
            self.check_objectives(rule)
        levels = self.collected(flatten_levels, self.levels, [rule.rule for rule in rules])
        return LoadedRules(rules, self.catalogue, self.objectives, levels or {}, self.hash.hexdigest(), tuple(self.patterns()))

    def patterns(self) -> Iterator[tuple[str, int, str]]:
        for name in sorted(self.levels):
            level, tree = self.levels[name]
            for member in ("rules", "exclude"):
                for index, pattern in enumerate(getattr(level, member)):
                    yield tree.file, tree.places[member, index].line + 1, pattern

    def check_objectives(self, rule: CheckedRule) -> None:
        """Objectives exist. Where no objectives file was read there is nothing to check them against."""
        if not self.objectives:
            return
        for index, objective in enumerate(rule.rule.objectives):
            if objective not in self.objectives:
                suggestion = closest(objective, self.objectives)
                error = self.trees[rule.id].error(f"unknown objective {objective!r}", ("objectives", index), suggestion=suggestion)
                self.errors.append(error)

    def collected(self, step: Any, *arguments: Any) -> Any:
        try:
            return step(*arguments)
        except RuleError as error:
            self.errors.append(error)
            return None


def check_ruleset(rule_dirs: Sequence[Path]) -> tuple[LoadedRules, tuple[RuleError, ...]]:
    """What could be loaded, and every mistake. Later directories add to earlier ones."""
    loader = _Loader()
    for directory in rule_dirs:
        loader.directory(directory)
    loaded = loader.finish()
    return loaded, tuple(loader.errors)


def load_ruleset(rule_dirs: Sequence[Path]) -> LoadedRules:
    """The rules, catalogue, objectives and levels of these directories. Raises `RuleError` for the first mistake."""
    loaded, errors = check_ruleset(rule_dirs)
    if errors:
        raise errors[0]
    return loaded


def load_rule(path: Path, name: str = "") -> CheckedRule:
    """One rule file. Raises `RuleError`."""
    name = name or path.name
    return rule_of(read_tree(read_text(path, name), name), path)


def read_text(path: Path, name: str) -> str:
    """The text of a rule file, with line endings made equal. Raises `RuleError`: not there, not readable, not UTF-8, too large."""
    try:
        if path.stat().st_size > _DATA_BYTES:
            raise RuleError(f"the file is larger than {_DATA_BYTES // 1024} kB", file=name)
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise RuleError("not UTF-8 text", file=name, why=f"byte {error.start}", hint="Save the file as UTF-8.") from None
    except OSError as error:
        raise RuleError(error.strerror or "cannot be read", file=name) from None


def rule_of(tree: Tree, path: Path = Path()) -> CheckedRule:
    """The rule that a file states. Raises `RuleError`."""
    rule = convert(tree, Rule)
    _check_id(tree, rule)
    _check_text(tree, rule)
    lines = {str(key[0]): place.line + 1 for key, place in tree.keys.items() if len(key) == 1}
    try:
        return check_rule(LoadedRule(rule, tree.file, lines), path)
    except FieldError as error:
        raise tree.error(error.error.message, error.path, offset=error.error.offset, suggestion=error.error.suggestion) from None


def _check_id(tree: Tree, rule: Rule) -> None:
    match = _ID.match(rule.id)
    if match is None:
        raise tree.error(f"{rule.id!r} is no rule id; ids look like ZS-NET-01", ("id",))
    if match["theme"] not in THEMES:
        message = f"unknown theme {match['theme']!r}; themes: {', '.join(THEMES)}"
        raise tree.error(message, ("id",), suggestion=closest(match["theme"], THEMES))


def _check_text(tree: Tree, rule: Rule) -> None:
    """No field that people read is empty; placeholders of commands exist."""
    for name in ("title", "since", "pass_when", "message", "why"):
        if not getattr(rule, name).strip():
            raise tree.error(f"{name} is empty", (name,))
    for name in ("objectives", "fix"):
        if not getattr(rule, name):
            raise tree.error(f"{name} is empty", (name,))
    for index, step in enumerate(rule.verify):
        for match in _VERIFY_PLACEHOLDER.finditer(step.command):
            if match[1] not in _VERIFY_NAMES:
                message = f"unknown placeholder {{{match[1]}}}; commands know {', '.join(_VERIFY_NAMES)}"
                path = ("verify", index, "command")
                raise tree.error(message, path, offset=match.start(1), suggestion=closest(match[1], _VERIFY_NAMES))


def convert(tree: Tree, kind: type[T], *, schema: str = "") -> T:
    """The data of a file as a struct. Raises `RuleError` at the part that does not fit, with a suggestion for misspelt names."""
    if not isinstance(tree.data, dict):
        raise tree.error("expected a mapping of fields")
    if schema and tree.data.get("schema") != schema:
        raise tree.error(f"expected schema: {schema}", ("schema",))
    try:
        return msgspec.convert(tree.data, kind)
    except msgspec.ValidationError as error:
        raise _explained(tree, kind, str(error)) from None


def _explained(tree: Tree, kind: type, text: str) -> RuleError:
    what, _, at = text.partition(" - at `$")
    path: Place = tuple(int(number) if number else name for name, number in _STEP.findall(at.rstrip("`")) if name != "...")
    if at.startswith("[...]") or "[...]" in at:  # a value of a mapping: msgspec does not say which
        path = tuple(part for part in path if isinstance(part, str))[:1]
    quoted = re.search(r"`([^`]+)`", what)
    if quoted and "unknown field" in what:
        name = quoted[1]
        known = {one.encode_name for one in _fields(kind)}
        return tree.error(f"unknown field {name!r}", (*path, name), suggestion=closest(name, known), key=True)
    if quoted and "missing required field" in what:
        return tree.error(f"the field {quoted[1]!r} is missing", path)
    invalid = re.search(r"[Ii]nvalid enum value '?([^']+)'?", what)
    if invalid:
        members = _members(kind, str(path[-1]) if path else "")
        message = f"{invalid[1]!r} is not possible here; one of: {', '.join(members)}"
        return tree.error(message, path, suggestion=closest(invalid[1], members))
    return tree.error(_JSON_WORD.sub(lambda word: _PLAIN_WORDS[word[1]], what[:1].lower() + what[1:]), path)


def _fields(kind: Any) -> Iterator[msgspec.inspect.Field]:
    """The fields of a struct and of the structs in them."""
    seen: set[Any] = set()
    todo: list[Any] = [msgspec.inspect.type_info(kind)]
    while todo:
        info = todo.pop()
        if isinstance(info, msgspec.inspect.StructType) and info.cls not in seen:
            seen.add(info.cls)
            yield from info.fields
            todo += [one.type for one in info.fields]
        todo += [getattr(info, name) for name in ("item_type", "value_type") if hasattr(info, name)]
        todo += getattr(info, "types", ())


def _members(kind: Any, name: str) -> list[str]:
    """The values that a field with a closed set can have."""
    for one in _fields(kind):
        for info in (one.type, *getattr(one.type, "types", ())) if one.encode_name == name else ():
            if isinstance(info, msgspec.inspect.EnumType):
                return [str(member.value) for member in info.cls]
            if isinstance(info, msgspec.inspect.LiteralType):
                return [str(value) for value in info.values]
    return []
