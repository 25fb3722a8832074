"""What a rule set may not ship with, though it loads: see the table of severities in CONTRIBUTING.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from zscan.engine import ir
from zscan.engine.checked import CheckedRule
from zscan.engine.functions import glob
from zscan.engine.levels import matches
from zscan.engine.load import LoadedRules
from zscan.engine.names import closest
from zscan.engine.plan import Kind, plan_rule
from zscan.engine.test_cases import case_path, contract_problems, load_cases, run_cases
from zscan.errors import RuleError
from zscan.model.offers import Offer
from zscan.model.rule import Severity

REACH = frozenset(
    {
        "network.public_access",
        "network.admin_port_published",
        "store.public",
        "store.foreign_accounts",
        "sharing.public",
        "sharing.foreign_accounts",
        "route.public",
        "identity.trust.anyone",
        "identity.trust.foreign_accounts",
        "identity.granted.admin",
        "identity.granted.escalate",
        "identity.effective.escalation_path",
        "auth.open_registration",
    }
)
"""Facts that prove a public or foreign reach, or an escalation path: what a critical rule has to look at."""

_AT_MOST_MEDIUM = ("customer_key", "customer_managed", "retention_days")
_MOST_CRITICAL, _MOST_HIGH = 0.05, 0.25
_ENOUGH_FOR_SHARES = 20
_OWN = "ZS-"


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing to put right: where, and what."""

    file: str
    line: int
    rule_id: str
    message: str
    suggestion: str = ""


def lint(loaded: LoadedRules, offers: Mapping[str, Offer] | None = None) -> list[Problem]:
    """Every problem of a rule set, sorted. With `offers` also what `by_design` states for nothing."""
    problems = [problem for rule in loaded.rules for problem in _rule(rule, loaded, offers or {})]
    problems += _shares(loaded)
    problems += _aliases(loaded)
    problems += _levels(loaded)
    return sorted(problems)


def _at(rule: CheckedRule, field: str, message: str, suggestion: str = "") -> Problem:
    return Problem(rule.loaded.file, rule.loaded.lines.get(field, 1), rule.id, message, suggestion)


def _rule(rule: CheckedRule, loaded: LoadedRules, offers: Mapping[str, Offer]) -> Iterator[Problem]:
    yield from _catalogued(rule, loaded)
    yield from _severity(rule)
    yield from _params(rule)
    yield from _cases(rule, offers)
    yield from _by_design(rule, offers)


def _catalogued(rule: CheckedRule, loaded: LoadedRules) -> Iterator[Problem]:
    if not loaded.catalogue or not rule.id.startswith(_OWN):
        return
    entry = loaded.catalogue.get(rule.id)
    if entry is None:
        yield _at(rule, "id", f"{rule.id} is not in the catalogue", closest(rule.id, loaded.catalogue))
        return
    for provider in entry.providers:
        if provider not in rule.rule.fix:
            yield _at(rule, "fix", f"no fix for {provider}, which the catalogue names for this rule")
    for provider in rule.rule.fix:
        if provider not in entry.providers:
            yield _at(rule, "fix", f"a fix for {provider}, which the catalogue does not name for this rule")
    if rule.path.parent.name != rule.rule.theme.lower():
        yield _at(rule, "id", f"the file belongs into the folder {rule.rule.theme.lower()}/")


def _facts(node: ir.Node) -> set[str]:
    return {below.path for below in ir.walk(node) if isinstance(below, ir.Fact)}


def _severity(rule: CheckedRule) -> Iterator[Problem]:
    facts, severity = _facts(rule.passes), rule.rule.severity
    if severity is Severity.CRITICAL and not facts & REACH:
        yield _at(rule, "severity", f"critical, but pass_when looks at no proof of reach: {', '.join(sorted(REACH))}")
    modest = {fact for fact in facts if fact.endswith(_AT_MOST_MEDIUM) or fact.startswith("governance.")}
    raised = any("sensitiv" in fact for node in rule.conditions() for fact in _facts(node))
    if facts and facts == modest and severity.rank > Severity.MEDIUM.rank and not raised:
        yield _at(rule, "severity", "rules on customer keys, tags or retention are at most medium")


def _params(rule: CheckedRule) -> Iterator[Problem]:
    nodes = [*rule.conditions(), *(part for part in rule.message.parts if not isinstance(part, str))]
    used = {below.name for node in nodes for below in ir.walk(node) if isinstance(below, ir.Param)}
    for name in sorted(rule.rule.params.keys() - used):
        yield _at(rule, "params", f"the parameter {name} is not used")


def _cases(rule: CheckedRule, offers: Mapping[str, Offer]) -> Iterator[Problem]:
    path = case_path(rule)
    file = rule.loaded.file.removesuffix(".yaml") + ".test.yaml"
    if not path.is_file():
        yield _at(rule, "id", f"the test file {path.name} is missing")
        return
    try:
        cases = load_cases(path, file)
        results = run_cases(rule, cases, offers)
    except RuleError as error:
        yield Problem(error.file, error.line, rule.id, error.message, error.suggestion)
        return
    for result in results:
        if not result.ok:
            yield Problem(file, result.line, rule.id, result.describe())
    for message in contract_problems(cases):
        yield Problem(file, 1, rule.id, message)


def _by_design(rule: CheckedRule, offers: Mapping[str, Offer]) -> Iterator[Problem]:
    """A native type that offers what the rule needs is judged; a reason why it always holds there would never be used."""
    for native_type in rule.rule.by_design:
        offer = offers.get(native_type)
        if offer is None:
            if offers:
                yield _at(rule, "by_design", f"unknown native type {native_type!r}", closest(native_type, offers))
        elif offer.asset_type not in rule.rule.assets:
            yield _at(rule, "by_design", f"{native_type} is a {offer.asset_type}, which the rule is not about")
        elif plan_rule(rule, Kind(offer.asset_type, native_type, "live"), offer, rule.rule.params).disposition == "judge":
            yield _at(rule, "by_design", f"{native_type} has the setting; the rule judges it, so the reason is never used")


def _shares(loaded: LoadedRules) -> Iterator[Problem]:
    own = [rule for rule in loaded.rules if rule.id.startswith(_OWN)]
    counts = Counter(rule.rule.severity for rule in own)
    for severity, most in ((Severity.CRITICAL, _MOST_CRITICAL), (Severity.HIGH, _MOST_HIGH)):
        if len(own) >= _ENOUGH_FOR_SHARES and counts[severity] > most * len(own):
            yield Problem("", 0, "", f"{counts[severity]} of {len(own)} rules are {severity}; at most {most:.0%} may be")


def _aliases(loaded: LoadedRules) -> Iterator[Problem]:
    """An alias that is the id of another rule would hide it."""
    known = {rule.id for rule in loaded.rules}
    for rule in loaded.rules:
        for alias in rule.rule.aliases:
            if alias in known:
                yield _at(rule, "aliases", f"the alias {alias} is the id of a rule")


def _levels(loaded: LoadedRules) -> Iterator[Problem]:
    """Ids and globs of levels name something: a rule, or a requirement that the catalogue has and no rule covers yet."""
    for file, line, pattern in loaded.level_patterns:
        named = any(matches(rule.rule, pattern) for rule in loaded.rules)
        if not named and not any(_names_entry(pattern, entry_id) for entry_id in loaded.catalogue):
            yield Problem(file, line, "", f"{pattern!r} names no rule", closest(pattern, loaded.catalogue))


def _names_entry(pattern: str, entry_id: str) -> bool:
    return glob(entry_id, pattern) or entry_id.split("-")[1] == pattern
