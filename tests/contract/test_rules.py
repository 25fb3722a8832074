"""What every rule that comes with zscan owes, and what they owe together."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec
import pytest
from botocore import xform_name

from tests.support.aws_shapes import service_operations
from zscan.bundled import mappings_dir, rules_dir, templates_dir
from zscan.cli.policy import all_offers, load_rules
from zscan.engine import ir
from zscan.engine.checked import CheckedRule
from zscan.engine.lint import lint
from zscan.engine.load import LoadedRules
from zscan.engine.plan import Kind, plan_rule
from zscan.engine.test_cases import case_path, contract_problems, load_cases, run_cases
from zscan.model.document import View
from zscan.model.offers import Offer
from zscan.model.rule import THEMES, Severity

FORBIDDEN = re.compile(r"\b(compliant|certified|secure|guaranteed|risk[- ]free)\b|\b100 ?%", re.IGNORECASE)
# Names that others gave, which hold a forbidden word: the word is theirs and says nothing about a result.
NAMES = re.compile(
    r"aws:SecureTransport|Azure ?(?:ML )?[Ss]ecure|secure[Vv]alue|\bsecure(?:Json|_)\w+|--?[a-z-]*secure[a-z-]*|https?://\S+|`[^`]*`",
    re.IGNORECASE,
)
WRITES = re.compile(
    r"(?i)(?<![a-z])(?:create|delete|put|update|apply|edit|patch|modify|remove|start|stop|set|attach|detach|replace|scale|annotate|label|exec|run|rm|add|"
    r"enable|disable|associate|tag|untag|deploy|destroy|install|import|reboot|terminate|cordon|drain|taint|rollout|restart|kill|up|down)(?![a-z])"
)
# How each program says that it only reads. A tool that is not listed here has no place in a `verify`.
READS = {
    "aws": re.compile(r"^aws [a-z0-9-]+ (?:describe|get|list|head|batch-get|lookup|search|simulate)-[a-z0-9-]+(?: |$)"),
    "kubectl": re.compile(r"^kubectl (?:get|describe|auth can-i|api-resources|version|explain|config view)(?: |$)"),
    "docker": re.compile(r"^docker (?:compose (?:config|ps|images|port|ls|version)|inspect|image inspect|ps|info|version)(?: |$)"),
    "az": re.compile(r"^az (?:[a-z-]+ )+(?:show|list|list-[a-z-]+|show-[a-z-]+|get-[a-z-]+)(?: |$)"),
    "gcloud": re.compile(r"^gcloud (?:[a-z-]+ )+(?:describe|list|get-iam-policy|get-ancestors-iam-policy|search-all-[a-z-]+)(?: |$)"),
    "helm": re.compile(r"^helm (?:get|list|template|show|status)(?: |$)"),
    "curl": re.compile(r"^curl (?!.*(?:-X|--request|-d|--data|-F|--form|-T|--upload))"),
}
_CLI_NAMES = {"s3api": "s3", "configservice": "config"}  # where the command line calls a service by another name than the SDK
MANIFESTS = "kubernetes"  # the provider of everything that comes from manifests

EVERY = load_rules().rules
every_rule = pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)


@cache
def loaded() -> LoadedRules:
    return load_rules()


@cache
def offers() -> Mapping[str, Offer]:
    return all_offers()


@cache
def settled(rule_id: str, dispositions: frozenset[str] = frozenset({"judge"})) -> frozenset[str]:
    """The providers of which the rule judges some native type."""
    rule = loaded().get(rule_id)
    views: tuple[View, ...] = ("live", "declared")
    return frozenset(
        offer.provider
        for native_type, offer in offers().items()
        for view in views
        if offer.asset_type in rule.rule.assets
        and plan_rule(rule, Kind(offer.asset_type, native_type, view), offer, rule.rule.params).disposition in dispositions
    )


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from texts(key)
            yield from texts(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def claims(text: str) -> list[str]:
    return [match[0] for match in FORBIDDEN.finditer(NAMES.sub(" ", text))]


# ---- together


def test_lint_finds_nothing() -> None:
    problems = [f"{one.file}:{one.line}: {one.rule_id}: {one.message}" for one in lint(loaded(), offers())]
    assert not problems, "\n" + "\n".join(problems)


def test_every_rule_file_was_loaded() -> None:
    files = {path for theme in THEMES for path in (rules_dir() / theme.lower()).glob("*.yaml")}
    rules = {path for path in files if not path.name.endswith(".test.yaml")}
    assert {rule.path for rule in EVERY} == rules
    assert {case_path(rule) for rule in EVERY} == files - rules


def test_severities_keep_their_share() -> None:
    severe = [rule.id for rule in EVERY if rule.rule.severity is Severity.CRITICAL]
    high = [rule.id for rule in EVERY if rule.rule.severity is Severity.HIGH]
    assert len(severe) <= 0.05 * len(EVERY), f"{len(severe)} of {len(EVERY)} are critical: {severe}"
    assert len(high) <= 0.25 * len(EVERY), f"{len(high)} of {len(EVERY)} are high: {high}"


def test_there_are_enough_rules_of_enough_themes() -> None:
    themes = {rule.rule.theme for rule in EVERY}
    assert len(EVERY) >= 60
    assert len(themes) >= 10, f"only {sorted(themes)}; without a rule: {sorted(set(THEMES) - themes)}"
    assert themes <= set(THEMES)


def test_enough_rules_look_at_what_an_asset_leans_on() -> None:
    related = [rule.id for rule in EVERY if any(isinstance(node, ir.Related) for whole in rule.conditions() for node in ir.walk(whole))]
    assert len(related) >= 15, f"{len(related)} rules follow a relation: {related}"


def test_enough_rules_judge_clouds_and_manifests() -> None:
    both = [rule.id for rule in EVERY if {"aws", MANIFESTS} <= settled(rule.id)]
    assert len(both) >= 15, f"{len(both)} rules judge AWS and manifests: {both}"


def test_titles_and_former_ids_are_told_apart() -> None:
    titles = [rule.rule.title for rule in EVERY]
    assert not {title for title in titles if titles.count(title) > 1}
    aliases = [alias for rule in EVERY for alias in rule.rule.aliases]
    ambiguous = {alias for alias in aliases if aliases.count(alias) > 1 and alias.startswith("ZS-")}
    assert not ambiguous, "a former id leads to two rules"


# ---- each


@every_rule
def test_its_cases_give_what_is_expected(rule: CheckedRule) -> None:
    cases = load_cases(case_path(rule))
    assert not contract_problems(cases)
    wrong = [result.describe() for result in run_cases(rule, cases, offers()) if not result.ok]
    assert not wrong, "\n".join(wrong)


@every_rule
def test_it_judges_something(rule: CheckedRule) -> None:
    assert settled(rule.id), "no native type of any collector offers what the rule reads: it can never have a finding"


@every_rule
def test_it_says_how_to_fix_what_it_judges(rule: CheckedRule) -> None:
    missing = settled(rule.id) - set(rule.rule.fix)
    assert not missing, f"no fix for {sorted(missing)}"
    assert all(len(text.split()) >= 4 for text in rule.rule.fix.values())


@every_rule
def test_it_is_linked_to_the_baseline(rule: CheckedRule) -> None:
    assert rule.rule.objectives
    assert set(rule.rule.objectives) <= set(loaded().objectives)
    assert rule.id in loaded().catalogue


@every_rule
def test_it_makes_no_claim(rule: CheckedRule) -> None:
    found = [claim for text in texts(msgspec.to_builtins(rule.rule)) for claim in claims(text)]
    assert not found


@every_rule
def test_it_explains_itself(rule: CheckedRule) -> None:
    assert len(rule.rule.why.split()) >= 12, "a reason says what goes wrong"
    assert not rule.rule.title.endswith(".")
    assert all(reference.startswith("https://") for reference in rule.rule.references)


def commands(rule: CheckedRule) -> list[str]:
    return [line for verify in rule.rule.verify for line in re.split(r"\s*(?:&&|;|\|\||\|)\s*", _unquoted(verify.command))]


def _unquoted(command: str) -> str:
    """The command with its quoted arguments emptied: a JMESPath query is no pipeline, and holds no verb."""
    return re.sub(r"\"[^\"]*\"|'[^']*'", "''", command)


@every_rule
def test_an_auditor_can_only_read(rule: CheckedRule) -> None:
    for command in commands(rule):
        tool, _, rest = command.partition(" ")
        if tool in {"grep", "jq", "head", "sort", "wc"}:
            continue
        assert tool in READS, f"{tool} is no tool that an auditor is known to read with: {command}"
        assert READS[tool].match(command), f"not known to be a read: {command}"
        plain = " ".join(word for word in rest.split() if not word.startswith(("-", "{", "arn:")))
        assert not WRITES.search(plain.replace("-", " ")), f"a verb that writes: {command}"
        assert not set(command) & set("<>`"), f"redirection or substitution: {command}"


@every_rule
def test_aws_commands_exist(rule: CheckedRule) -> None:
    for command in (command for command in commands(rule) if command.startswith("aws ")):
        _, service, operation, *rest = shlex.split(re.sub(r"\{(\w+)\}", r"\1", command))
        known = {xform_name(name).replace("_", "-"): name for name in service_operations(_CLI_NAMES.get(service, service))}
        assert operation in known, f"{service} has no {operation}"
        members = service_operations(_CLI_NAMES.get(service, service))[known[operation]]
        options = {word.removeprefix("--") for word in rest if word.startswith("--")} - {
            "region",
            "query",
            "output",
            "no-paginate",
            "profile",
        }
        assert options <= {xform_name(name).replace("_", "-") for name in members}, f"{operation} does not take {sorted(options)}"


def test_the_read_test_can_fail() -> None:
    assert not READS["aws"].match("aws s3api put-bucket-policy --bucket b")
    assert not READS["kubectl"].match("kubectl delete pod p")
    assert not READS["curl"].match("curl -X POST https://example.org")
    assert WRITES.search("s3api put bucket policy")
    assert claims("This account is compliant and 100% secure") == ["compliant", "100%", "secure"]
    assert claims("Deny when `aws:SecureTransport` is false") == []


# ---- words of the other data


@pytest.mark.parametrize("path", sorted(mappings_dir().glob("*.yaml")), ids=lambda path: path.name)
def test_a_mapping_makes_no_claim(path: Path) -> None:
    own = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not _quotes(line))
    assert not claims(own)


def _quotes(line: str) -> bool:
    """A line that holds the title of a publication, or an address."""
    return bool(re.match(r"\s*(?:url|publication|title): ", line)) and "http" in line


@pytest.mark.parametrize("name", ["catalogue.yaml", "objectives.yaml", "levels/starter.yaml", "levels/standard.yaml", "levels/strict.yaml"])
def test_the_baseline_makes_no_claim(name: str) -> None:
    assert not claims((rules_dir() / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "path", sorted(path for path in templates_dir().rglob("*") if path.suffix in {".html", ".js"}), ids=lambda path: path.name
)
def test_a_template_makes_no_claim(path: Path) -> None:
    assert not claims(path.read_text(encoding="utf-8"))


def test_every_objective_that_a_mapping_names_exists() -> None:
    named = {
        name
        for path in mappings_dir().glob("*.yaml")
        for name in re.findall(r"^\s*-? ?objective: *([a-z0-9.-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= set(loaded().objectives)


def test_every_objective_has_a_rule_or_says_why_not() -> None:
    """An objective without a rule is never evidence: its controls must be able to live without it."""
    with_rule = {name for rule in EVERY for name in rule.rule.objectives}
    catalogued = {name for entry in loaded().catalogue.values() for name in entry.objectives}
    assert with_rule <= catalogued
    assert set(loaded().objectives) <= catalogued, "an objective that no requirement of the catalogue evidences"
