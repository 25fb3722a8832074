from __future__ import annotations

import pytest

from tests.engine.builders import make_rule
from zscan.engine.checked import CheckedRule
from zscan.engine.levels import flatten_levels, select
from zscan.engine.yaml_tree import Tree
from zscan.errors import UsageError
from zscan.model.rule import Level, Severity

RULES = [
    make_rule("network.tls", rule_id="ZS-NET-01", severity=Severity.CRITICAL, aliases=("checkov:CKV_AWS_1", "ZS-OLD-01")),
    make_rule("network.tls", rule_id="ZS-NET-02", severity=Severity.LOW, confidence="low"),
    make_rule("auth.required", rule_id="ZS-IDN-01", severity=Severity.HIGH),
    make_rule("auth.required", rule_id="ZS-IDN-02", severity=Severity.MEDIUM, status="deprecated"),
]


def ids(rules: tuple[CheckedRule, ...]) -> list[str]:
    return [rule.id for rule in rules]


def level(name: str, **fields: object) -> Level:
    return Level(name=name, title="T", description="D", **fields)  # type: ignore[arg-type]


def flatten(*levels: Level) -> dict[str, Level]:
    return flatten_levels({one.name: (one, Tree("x", "")) for one in levels}, [rule.rule for rule in RULES])


def test_everything_but_the_deprecated_counts() -> None:
    assert ids(select(RULES)) == ["ZS-IDN-01", "ZS-NET-01", "ZS-NET-02"]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["ZS-NET-01"], ["ZS-NET-01"]),
        (["zs-net-01"], ["ZS-NET-01"]),
        (["NET"], ["ZS-NET-01", "ZS-NET-02"]),
        (["ZS-*-01"], ["ZS-IDN-01", "ZS-NET-01"]),
        (["checkov:CKV_AWS_1"], ["ZS-NET-01"]),
        (["checkov:*"], ["ZS-NET-01"]),
        (["IDN"], ["ZS-IDN-01"]),
        (["ZS-IDN-02"], ["ZS-IDN-02"]),
        (["NET", "IDN"], ["ZS-IDN-01", "ZS-NET-01", "ZS-NET-02"]),
    ],
)
def test_patterns(patterns: list[str], expected: list[str]) -> None:
    assert ids(select(RULES, select=patterns)) == expected


def test_bounds_and_ignore() -> None:
    assert ids(select(RULES, severity=Severity.HIGH)) == ["ZS-IDN-01", "ZS-NET-01"]
    assert ids(select(RULES, min_confidence="medium")) == ["ZS-IDN-01", "ZS-NET-01"]
    assert ids(select(RULES, select=["NET"], ignore=["*-02"])) == ["ZS-NET-01"]


def test_a_pattern_that_names_nothing_is_an_error() -> None:
    for arguments in ({"select": ["ZS-NET-11"]}, {"ignore": ["ZS-NET-11"]}):
        with pytest.raises(UsageError, match="names no rule") as caught:
            select(RULES, **arguments)  # type: ignore[arg-type]
        assert "ZS-NET-01" in caught.value.hint


def test_levels_build_on_each_other() -> None:
    flat = flatten(
        level("starter", rules=("ZS-NET-01",)),
        level("standard", extends="starter", rules=("*",), exclude=("ZS-NET-02",)),
        level("strict", extends="standard", rules=("ZS-NET-02",)),
    )
    assert {name: one.rules for name, one in flat.items()} == {
        "starter": ("ZS-NET-01",),
        "standard": ("ZS-IDN-01", "ZS-IDN-02", "ZS-NET-01"),
        "strict": ("ZS-IDN-01", "ZS-IDN-02", "ZS-NET-01", "ZS-NET-02"),
    }
    assert ids(select(RULES, level=flat["standard"])) == ["ZS-IDN-01", "ZS-NET-01"]
    assert ids(select(RULES, level=flat["starter"], select=["ZS-NET-02"])) == ["ZS-NET-02"]


def test_parameters_of_levels_add_up() -> None:
    rules = [make_rule("size(runs_as) < params.a || size(runs_as) > params.b", params={"a": 1, "b": 2}).rule]
    levels = [level("x", params={"ZS-NET-01": {"a": 5, "b": 6}}), level("y", extends="x", params={"ZS-NET-01": {"a": 7}})]
    flat = flatten_levels({one.name: (one, Tree("x", "")) for one in levels}, rules)
    assert flat["y"].params == {"ZS-NET-01": {"a": 7, "b": 6}}
