from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from zscan.engine.lint import lint
from zscan.engine.load import load_ruleset
from zscan.model.offers import Offer

Write = Callable[[Mapping[str, str]], Path]

RULE = """\
id: ZS-NET-02
title: Private
assets: [endpoint]
severity: high
since: "0.1.0"
objectives: [net.private]
pass_when: "!network.public_access"
message: "{name} answers the internet"
why: Strangers can call it.
fix: {aws: Attach it to a VPC.}
"""
CASES = """\
rule: ZS-NET-02
cases:
  - {name: private, asset: {type: endpoint, facts: {network: {public_access: false}}}, expect: pass, twin_of: public}
  - {name: public, asset: {type: endpoint, facts: {network: {public_access: true}}}, expect: fail}
  - {name: dark, asset: {type: endpoint}, expect: unknown}
"""
CATALOGUE = """\
schema: zscan.catalogue/v1
rules:
  - {id: ZS-NET-02, title: Private, objectives: [net.private], providers: [aws]}
"""


def problems(write: Write, rule: str = RULE, cases: str = CASES, offers: dict[str, Offer] | None = None, level: str = "") -> list[str]:
    files = {"net/a.yaml": rule, "catalogue.yaml": CATALOGUE, "net/a.test.yaml": cases, "levels/a.yaml": level}
    files = {name: text for name, text in files.items() if text}
    return [f"{one.file}:{one.line}: {one.message}" for one in lint(load_ruleset([write(files)]), offers)]


def test_a_sound_rule_has_no_problem(rule_dir: Write) -> None:
    assert problems(rule_dir) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("ZS-NET-02", "ZS-NET-03", "rules/net/a.yaml:1: ZS-NET-03 is not in the catalogue"),
        ("fix: {aws:", "fix: {azure:", "rules/net/a.yaml:10: no fix for aws, which the catalogue names for this rule"),
        ("fix: {aws:", "fix: {gcp: x, aws:", "rules/net/a.yaml:10: a fix for gcp, which the catalogue does not name for this rule"),
        ("since:", "params: {most: 3}\nsince:", "rules/net/a.yaml:5: the parameter most is not used"),
        ("since:", "aliases: [ZS-NET-02]\nsince:", "rules/net/a.yaml:5: the alias ZS-NET-02 is the id of a rule"),
    ],
)
def test_problems_of_a_rule(rule_dir: Write, before: str, after: str, expected: str) -> None:
    assert expected in problems(rule_dir, RULE.replace(before, after))


def test_a_critical_rule_proves_reach(rule_dir: Write) -> None:
    critical = RULE.replace("severity: high", "severity: critical")
    assert problems(rule_dir, critical) == []
    [problem] = [
        one for one in problems(rule_dir, critical.replace("!network.public_access", "network.tls"), cases="") if "critical" in one
    ]
    assert problem.startswith("rules/net/a.yaml:4: critical, but pass_when looks at no proof of reach")
    behind = critical.replace("!network.public_access", "!runs_as.exists(r, r.identity.granted.admin)")
    assert not [one for one in problems(rule_dir, behind, cases="") if "critical" in one]
    gated = critical.replace("!network.public_access", "network.tls").replace("message:", "applies_when: network.public_access\nmessage:")
    assert [one for one in problems(rule_dir, gated, cases="") if "critical" in one]


@pytest.mark.parametrize("condition", ["encryption.customer_key", "governance.owner && governance.environment"])
def test_keys_and_tags_are_at_most_medium(rule_dir: Write, condition: str) -> None:
    rule = RULE.replace("!network.public_access", condition)
    assert "rules/net/a.yaml:4: rules on customer keys, tags or retention are at most medium" in problems(rule_dir, rule, cases="")
    assert not [one for one in problems(rule_dir, rule.replace("high", "medium"), cases="") if "at most medium" in one]


def test_test_files_are_run(rule_dir: Write) -> None:
    assert problems(rule_dir, cases="") == ["rules/net/a.yaml:1: the test file a.test.yaml is missing"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("expect: unknown", "expect: pass", "rules/net/a.test.yaml:5: dark: expected pass, got unknown"),
        (", twin_of: public", "", "rules/net/a.test.yaml:1: the failing case 'public' has no twin"),
        ("public_access: true", "public: true", "rules/net/a.test.yaml:4: unknown fact 'network.public' of this asset type"),
    ],
)
def test_problems_of_test_files(rule_dir: Write, before: str, after: str, expected: str) -> None:
    assert expected in problems(rule_dir, cases=CASES.replace(before, after))


def test_reasons_by_design_must_be_of_use(rule_dir: Write) -> None:
    rule = RULE + "by_design: {aws.x: No port., aws.y: No port., aws.w: No port.}\n"
    offers = {
        "aws.x": Offer(native_type="aws.x", asset_type="endpoint", provider="aws", facts=frozenset()),
        "aws.y": Offer(native_type="aws.y", asset_type="endpoint", provider="aws", facts=frozenset({"network.public_access"})),
        "aws.z": Offer(native_type="aws.z", asset_type="key", provider="aws", facts=frozenset()),
    }
    found = problems(rule_dir, rule, offers=offers)
    assert found == [
        "rules/net/a.yaml:11: aws.y has the setting; the rule judges it, so the reason is never used",
        "rules/net/a.yaml:11: unknown native type 'aws.w'",
    ]


def test_shares_of_severities(rule_dir: Write) -> None:
    files = {f"net/r{number:02d}.yaml": RULE.replace("ZS-NET-02", f"ZS-NET-{number:02d}") for number in range(20)}
    found = [one.message for one in lint(load_ruleset([rule_dir(files)])) if not one.file]
    assert found == ["20 of 20 rules are high; at most 25% may be"]


def test_levels_name_rules(rule_dir: Write) -> None:
    level = "name: a\ntitle: T\ndescription: D\nrules: [ZS-NET-02, NET]\nexclude: [ZS-NET-20]\n"
    assert problems(rule_dir, level=level) == ["rules/levels/a.yaml:5: 'ZS-NET-20' names no rule"]
