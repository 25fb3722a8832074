"""Which rules count: levels, and what a user selects or ignores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zscan.engine.functions import glob
from zscan.engine.names import closest
from zscan.engine.yaml_tree import Tree
from zscan.errors import UsageError
from zscan.model.rule import THEMES, Confidence, Level, ParamValue, Rule, Severity

if TYPE_CHECKING:
    from zscan.engine.checked import CheckedRule

_CONFIDENCE: tuple[Confidence, ...] = ("low", "medium", "high")


def matches(rule: Rule, pattern: str) -> bool:
    """Whether `pattern` names the rule: its id, its theme, one of its aliases (other tools' ids), or a glob over these."""
    wanted = pattern.upper()
    return rule.theme == wanted or any(glob(name.upper(), wanted) for name in (rule.id, *rule.aliases))


def flatten_levels(levels: Mapping[str, tuple[Level, Tree]], rules: Sequence[Rule]) -> dict[str, Level]:
    """Levels with what they extend put in: `rules` holds ids, `exclude` nothing, `params` all parameters.

    Raises `RuleError` for a level that extends an unknown one or itself, and for parameters of rules that do not have them.
    """
    by_id = {rule.id: rule for rule in rules}
    flat: dict[str, Level] = {}
    for name in sorted(levels):
        _flatten(name, levels, by_id, flat, ())
    return flat


def _flatten(
    name: str, levels: Mapping[str, tuple[Level, Tree]], rules: Mapping[str, Rule], flat: dict[str, Level], below: tuple[str, ...]
) -> Level:
    if name in flat:
        return flat[name]
    level, tree = levels[name]
    chosen: set[str] = set()
    params: dict[str, dict[str, Any]] = {}
    if level.extends:
        if level.extends not in levels:
            raise tree.error(f"there is no level {level.extends!r}", ("extends",), suggestion=closest(level.extends, levels))
        if level.extends in (*below, name):
            raise tree.error(f"the level extends itself through {level.extends!r}", ("extends",))
        parent = _flatten(level.extends, levels, rules, flat, (*below, name))
        chosen |= set(parent.rules)
        params |= parent.params
    chosen |= {rule.id for rule in rules.values() if any(matches(rule, pattern) for pattern in level.rules)}
    chosen -= {rule.id for rule in rules.values() if any(matches(rule, pattern) for pattern in level.exclude)}
    for rule_id, values in level.params.items():
        _check_params(tree, rules, rule_id, values)
        params[rule_id] = {**params.get(rule_id, {}), **values}
    flat[name] = Level(
        name=name,
        title=level.title,
        description=level.description,
        extends=level.extends,
        rules=tuple(sorted(chosen)),
        params={rule_id: params[rule_id] for rule_id in sorted(params)},
    )
    return flat[name]


def _check_params(tree: Tree, rules: Mapping[str, Rule], rule_id: str, values: Mapping[str, ParamValue]) -> None:
    if rule_id not in rules:
        raise tree.error(f"parameters for a rule that does not exist: {rule_id}", ("params", rule_id), suggestion=closest(rule_id, rules))
    for name in values:
        if name not in rules[rule_id].params:
            known = rules[rule_id].params
            raise tree.error(f"{rule_id} has no parameter {name!r}", ("params", rule_id, name), suggestion=closest(name, known))


def select(  # noqa: PLR0913 (one per option of the command line; keyword-only)
    rules: Iterable[CheckedRule],
    *,
    level: Level | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    severity: Severity | None = None,
    min_confidence: Confidence | None = None,
) -> tuple[CheckedRule, ...]:
    """The rules that count, sorted by id.

    `level` is a flattened level of `LoadedRules.levels`. `select` and `ignore` hold ids, themes, other tools' ids or globs over these;
    what is selected counts even when the level leaves it out. `severity` and `min_confidence` are lower bounds. Deprecated rules count
    only when selected by their id. Raises `UsageError` for a pattern that names no rule.
    """
    everything = sorted(rules, key=lambda rule: rule.id)
    for pattern in (*select, *ignore):
        if not any(matches(rule.rule, pattern) for rule in everything):
            raise _no_such_rule(pattern, everything)
    return tuple(
        rule
        for rule in everything
        if _counts(rule.rule, level, select)
        and not any(matches(rule.rule, pattern) for pattern in ignore)
        and (severity is None or rule.rule.severity.rank >= severity.rank)
        and (min_confidence is None or _CONFIDENCE.index(rule.rule.confidence) >= _CONFIDENCE.index(min_confidence))
    )


def _counts(rule: Rule, level: Level | None, select: Sequence[str]) -> bool:
    if rule.status == "deprecated":
        return any(pattern.upper() == rule.id for pattern in select)
    if select:
        return any(matches(rule, pattern) for pattern in select)
    return level is None or rule.id in level.rules


def _no_such_rule(pattern: str, rules: Sequence[CheckedRule]) -> UsageError:
    known = {*THEMES, *(rule.id for rule in rules), *(alias for rule in rules for alias in rule.rule.aliases)}
    near = closest(pattern.upper(), known) or closest(pattern, known)
    hint = f"did you mean {near}?" if near else "`zscan rules list` shows all rules"
    return UsageError(f"{pattern!r} names no rule", why="neither an id, a theme, another tool's id nor a glob over these", hint=hint)
