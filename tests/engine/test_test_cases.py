from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.engine.builders import make_rule
from zscan.engine.test_cases import contract_problems, load_cases, run_cases
from zscan.errors import RuleError
from zscan.model.offers import Offer

Write = Callable[[Mapping[str, str]], Path]

RULE = make_rule("!network.public_access && !runs_as.exists(r, r.identity.granted.admin)", rule_id="ZS-NET-02")
CASES = """\
rule: ZS-NET-02
cases:
  - name: private
    asset: {type: endpoint, facts: {network: {public_access: false}}, relations: {runs_as: []}}
    expect: pass
  - name: runs as an administrator
    asset:
      type: endpoint
      facts: {network: {public_access: false}}
      relations:
        runs_as: [{type: identity, facts: {identity: {granted: {admin: true}}}}]
    expect: fail
  - name: runs as somebody
    twin_of: runs as an administrator
    asset:
      type: endpoint
      facts: {network: {public_access: false}}
      relations:
        runs_as: [{type: identity, facts: {identity: {granted: {admin: false}}}}]
    expect: pass
  - name: nothing known
    asset: {type: endpoint, facts: {network: {public_access: false}}}
    expect: unknown
  - name: not every identity read
    asset: {type: endpoint, facts: {network: {public_access: false}}, relations: {runs_as: []}, partial: [relations.runs_as]}
    expect: unknown
"""


HARDENED = "      relations:\n        runs_as: [{type: identity, facts: {identity: {granted: {admin: false"


def test_cases_run(rule_dir: Write) -> None:
    loaded = load_cases(rule_dir({"x.test.yaml": CASES}) / "x.test.yaml")
    results = run_cases(RULE, loaded)
    assert [result.describe() for result in results if not result.ok] == []
    assert [result.line for result in results] == [3, 6, 13, 21, 24]
    assert contract_problems(loaded) == []


def test_a_wrong_expectation_is_told(rule_dir: Write) -> None:
    wrong = CASES.replace("expect: unknown", "expect: pass", 1)
    results = run_cases(RULE, load_cases(rule_dir({"x.test.yaml": wrong}) / "x.test.yaml"))
    assert [result.describe() for result in results if not result.ok] == ["nothing known: expected pass, got unknown"]


def test_elements_params_clock_and_offers(rule_dir: Write) -> None:
    rule = make_rule("t.confirmed || agent.session_seconds < params.most", ("agent",), for_each="agent.tools as t", params={"most": 5})
    text = """\
        rule: ZS-NET-01
        cases:
          - name: per element
            asset:
              type: agent
              facts: {agent: {session_seconds: 7, tools: [{name: a, confirmed: true}, {name: b, confirmed: false}]}}
              partial: [agent.tools]
            expect: {a: pass, b: fail, "": unknown}
          - name: other parameter
            asset: {type: agent, facts: {agent: {session_seconds: 7, tools: [{name: b, confirmed: false}]}}}
            params: {most: 10}
            expect: pass
          - name: no tools there
            asset: {type: agent, native_type: aws.flow, facts: {}}
            expect: not_applicable
        """
    offers = {"aws.flow": Offer(native_type="aws.flow", asset_type="agent", provider="aws", facts=frozenset())}
    results = run_cases(rule, load_cases(rule_dir({"x.test.yaml": text}) / "x.test.yaml"), offers)
    assert [result.describe() for result in results if not result.ok] == []


@pytest.mark.parametrize(
    ("before", "after", "message", "suggestion"),
    [
        ("rule: ZS-NET-02", "rule: ZS-NET-03", "the cases are for ZS-NET-03", "ZS-NET-02"),
        ("{type: endpoint, facts", "{type: endpont, facts", "unknown asset type 'endpont'", "endpoint"),
        ("public_access: false", "public_acces: false", "unknown fact 'network.public_acces'", "network.public_access"),
        ("public_access: false", "public_access: no", "expected bool | null, got str", ""),
        ("runs_as: []", "run_as: []", "unknown relation 'run_as'", "runs_as"),
        ("type: identity", "type: key", "runs_as leads to identity; not to key", ""),
        ("twin_of: runs as an", "twin_of: run as an", "no case is called", "runs as an administrator"),
        ("[relations.runs_as]", "[relations.run_as]", "unknown relation in 'relations.run_as'", "runs_as"),
        ("[relations.runs_as]", "[network.tls]", "no list fact", ""),
        ("expect: pass", "expect: passes", "'passes' is not possible here", "pass"),
        ("name: nothing known", "name: private", "a second case called 'private'", ""),
        ("expect: pass", "expct: pass", "unknown field 'expct'", "expect"),
    ],
)
def test_mistakes(rule_dir: Write, before: str, after: str, message: str, suggestion: str) -> None:
    path = rule_dir({"x.test.yaml": CASES.replace(before, after, 1)}) / "x.test.yaml"
    with pytest.raises(RuleError) as caught:
        run_cases(RULE, load_cases(path))
    assert message in caught.value.message
    assert caught.value.suggestion == suggestion
    assert caught.value.line > 0


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("twin_of: runs as an administrator", "params: {}", "the failing case 'runs as an administrator' has no twin"),
        ("granted: {admin: false}", "granted: {escalate: false}", "leaves out"),
        (
            "facts: {network: {public_access: false}}\n" + HARDENED,
            HARDENED.strip(),
            "leaves out facts.network.public_access",
        ),
        ("expect: unknown", "expect: not_applicable", ""),
    ],
)
def test_the_contract_of_a_test_file(rule_dir: Write, before: str, after: str, problem: str) -> None:
    loaded = load_cases(rule_dir({"x.test.yaml": CASES.replace(before, after, 1)}) / "x.test.yaml")
    problems = contract_problems(loaded)
    assert (problem in "; ".join(problems)) if problem else not problems


def test_a_twin_must_pass_and_every_status_needs_a_case(rule_dir: Write) -> None:
    text = CASES.split("  - name: nothing known", maxsplit=1)[0].replace(
        "admin: false}}}}]\n    expect: pass", "admin: false}}}}]\n    expect: unknown"
    )
    problems = contract_problems(load_cases(rule_dir({"x.test.yaml": text}) / "x.test.yaml"))
    assert problems == ["the twin 'runs as somebody' does not pass"]
    only = "rule: ZS-NET-02\ncases:\n  - {name: a, asset: {type: endpoint}, expect: unknown}\n"
    assert contract_problems(load_cases(rule_dir({"x.test.yaml": only}) / "x.test.yaml")) == [
        "no case expects pass",
        "no case expects fail",
    ]
