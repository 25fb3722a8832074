"""Rules whose expressions passed the type checker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from zscan.engine import ir
from zscan.engine.check import Checker
from zscan.engine.message import Template, parse_template
from zscan.engine.names import RESERVED, carried, closest
from zscan.engine.require import type_of_value
from zscan.engine.specialise import Static, root_reads, specialise
from zscan.engine.syntax import ExpressionError
from zscan.errors import RuleError
from zscan.model.rule import LoadedRule, ParamValue, Rule
from zscan.model.types import VOCABULARY

T = TypeVar("T")


class FieldError(Exception):
    """A field of a rule is wrong. `path` says which part of the file (`("pass_when",)`, `("assets", 1)`)."""

    def __init__(self, path: tuple[str | int, ...], error: ExpressionError) -> None:
        super().__init__(error.message)
        self.path = path
        self.error = error


@dataclass(frozen=True)
class CheckedRule:
    """A rule with the typed form of its expressions, and where it was read from."""

    loaded: LoadedRule
    passes: ir.Node
    applies: ir.Node | None
    for_each: ir.ForEach | None
    message: Template
    path: Path = field(default=Path(), compare=False)

    @property
    def rule(self) -> Rule:
        """The rule as data."""
        return self.loaded.rule

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.loaded.rule.id

    @property
    def per_element(self) -> bool:
        """Whether `applies_when` looks at the element of `for_each`."""
        return self.applies is not None and self.for_each is not None and ir.reads_variable(self.applies, self.for_each.variable)

    def conditions(self) -> tuple[ir.Node, ...]:
        """Every typed expression that decides the verdict."""
        each = () if self.for_each is None else (self.for_each.source,)
        return (*(() if self.applies is None else (self.applies,)), *each, self.passes)


def check_rule(loaded: LoadedRule, path: Path = Path()) -> CheckedRule:
    """Checks the expressions of a rule against the vocabulary. Raises `FieldError` for the first mistake."""
    rule = loaded.rule
    _check_names(rule)
    checker = Checker(rule.assets, rule.params)
    for_each = _checked("for_each", lambda: checker.for_each(rule.for_each)) if rule.for_each else None
    applies = _checked("applies_when", lambda: checker.condition(rule.applies_when)) if rule.applies_when else None
    passes = _checked("pass_when", lambda: checker.condition(rule.pass_when))
    message = _checked("message", lambda: parse_template(rule.message, checker))
    checked = CheckedRule(loaded, passes, applies, for_each, message, path)
    for index, name in enumerate(rule.assets):
        _check_judgeable(checked, name, index)
    return checked


def _checked(name: str, check: Callable[[], T]) -> T:
    try:
        return check()
    except ExpressionError as error:
        raise FieldError((name,), error) from None


def _check_names(rule: Rule) -> None:
    """Asset types exist, parameters have usable names."""
    if not rule.assets:
        raise FieldError(("assets",), ExpressionError("a rule names at least one asset type", 0))
    for index, name in enumerate(rule.assets):
        if name not in VOCABULARY.types:
            raise FieldError(("assets", index), ExpressionError(f"unknown asset type {name!r}", 0, closest(name, VOCABULARY.types)))
    for name in rule.params:
        if not name.isascii() or not name.isidentifier() or name in RESERVED:
            raise FieldError(("params", name), ExpressionError(f"{name!r} cannot be the name of a parameter", 0))


def _check_judgeable(checked: CheckedRule, asset_type: str, index: int) -> None:
    """The rule can reach a verdict on assets of this type at all."""
    facts = carried(asset_type)

    def offers(path: str) -> bool:
        return path.startswith("relations.") or path in facts

    gate = (checked.applies, checked.for_each.source if checked.for_each else None)
    missing = [path for node in gate if node is not None for path in root_reads(node) if not offers(path)]
    if missing or specialise(checked.passes, Static(offers, checked.rule.params)) is None:
        names = ", ".join(missing or [path for path in root_reads(checked.passes) if not offers(path)])
        raise FieldError(("assets", index), ExpressionError(f"the rule can never judge {asset_type} assets: they do not carry {names}", 0))


def params_of(checked: CheckedRule, overrides: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    """The rule's parameters with `overrides` put in. Raises `RuleError` for an unknown name or a value of another type."""
    rule = checked.rule
    params = dict(rule.params)
    for name, given in overrides.items():
        value: ParamValue = tuple(given) if isinstance(given, list) else given
        if name not in params:
            raise RuleError(f"{rule.id} has no parameter {name!r}", suggestion=closest(name, params))
        wanted = type_of_value(params[name])
        usable = isinstance(value, bool | int | str) or (isinstance(value, tuple) and all(isinstance(item, str) for item in value))
        if not usable or type_of_value(value) != wanted:
            raise RuleError(f"{rule.id}: the parameter {name!r} cannot be {value!r}", why=f"its default is {params[name]!r}")
        params[name] = value
    if overrides:
        _check_values(checked, params)
    return params


def _check_values(checked: CheckedRule, params: dict[str, ParamValue]) -> None:
    """The rule still passes the checker with other values: enum members and address ranges are part of their types."""
    checker = Checker(checked.rule.assets, params)
    try:
        if checked.rule.for_each:
            checker.for_each(checked.rule.for_each)
        for source in filter(None, (checked.rule.applies_when, checked.rule.pass_when)):
            checker.condition(source)
    except ExpressionError as error:
        message = f"{checked.id}: a parameter's value does not fit: {error.message}"
        raise RuleError(message, file=checked.loaded.file, suggestion=error.suggestion) from None
