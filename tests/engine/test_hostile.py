"""Nothing that a rule file spells becomes code."""

from __future__ import annotations

import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine import strategies as some
from tests.engine.builders import NOW, make_asset, make_rule
from zscan.engine.checked import CheckedRule, FieldError
from zscan.engine.compile import Condition, compile_conditions, source_of
from zscan.engine.evaluate import Engine
from zscan.engine.functions import resolver
from zscan.engine.render import literal
from zscan.errors import RuleError
from zscan.model.types import VOCABULARY

RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
TEXTS = [
    "'); __import__('os').system('x') #",
    '"""',
    "\\",
    "\\'",
    "\n",
    "{name}",
    "%s",
    "\u2028",
    "\x00",
    "K1",
    "__class__",
    "t1 = 1",
]


def code_of(*rules: CheckedRule) -> str:
    return source_of([Condition(rule.passes, rule.applies, rule.for_each, rule.per_element) for rule in rules], NOW)[0]


def quoted(text: str) -> str:
    return literal(text).replace("\\u2028", "\u2028").replace("\\u0000", "\x00")


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_rules_are_constants(text: str) -> None:
    word = quoted(text)
    condition = f"name == {word} || name.contains({word}) || tags[{word}] == 'a' || {word} in tags || name in [{word}]"
    rule = make_rule(condition)
    assert Engine([rule], {}, now=NOW).evaluate([make_asset("endpoint", name=text)]).findings[0].status == "pass"
    constants = {node.value for node in ast.walk(ast.parse(code_of(rule))) if isinstance(node, ast.Constant)}
    assert text in constants


@pytest.mark.parametrize(
    "name", ["judge", "related", "a", "K1", "t1", "__builtins__", "__class__", "None", "len", "str", "glob", "lambda", "import", "exec"]
)
def test_names_of_variables_never_enter_the_code(name: str) -> None:
    rule = make_rule(f"secrets.literals.exists({name}, {name}.name == 'x')")
    each = make_rule(f"{name}.name == 'x'", for_each=f"secrets.literals as {name}", rule_id="ZS-NET-02")
    source = code_of(rule, each)
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert all(one in {"a", "related", "key", "len", "str"} or one[0] in "tK" for one in names), names
    asset = make_asset("endpoint", facts={"secrets.literals": [{"name": "x", "where": "env"}]})
    assert [one.status for one in Engine([rule, each], {}, now=NOW).evaluate([asset]).findings] == ["pass", "pass"]


@pytest.mark.parametrize("path", ["facts.__class__", "__class__", "network.__init__", "name.__class__", "runs_as.__len__", "id.upper"])
def test_attributes_of_python_are_no_facts(path: str) -> None:
    with pytest.raises(FieldError):
        make_rule(f"{path} == 'x'")


@RELAXED
@given(st.data())
def test_generated_code_holds_only_names_of_the_vocabulary(data: st.DataObject) -> None:
    asset_type = data.draw(st.sampled_from(some.TYPES))
    rules = [make_rule(data.draw(some.conditions(asset_type)), (asset_type,), f"ZS-NET-{number:02d}") for number in range(3)]
    source, namespace = source_of([Condition(rule.passes) for rule in rules], NOW)
    words = {part for path in VOCABULARY.facts for part in path.split(".")}
    words |= {field for fact in VOCABULARY.facts.values() for field in getattr(getattr(fact.type, "item", None), "fields", ())}
    words |= {
        "facts",
        "id",
        "name",
        "provider",
        "account",
        "region",
        "native_type",
        "view",
        "tags",
        "type",
        "get",
        "count",
        "startswith",
        "endswith",
        "append",
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            assert node.attr in words
        assert not isinstance(node, ast.Import | ast.ImportFrom | ast.Lambda | ast.Global | ast.Await | ast.ClassDef)
    assert set(namespace["__builtins__"]) == {"len", "str"}


@RELAXED
@given(st.text(max_size=120))
def test_any_text_as_a_condition_is_refused_or_compiles(text: str) -> None:
    try:
        rule = make_rule(text)
    except FieldError:
        return
    compile_conditions([Condition(rule.passes)], NOW)(make_asset("endpoint"), resolver({}))


def test_the_widest_and_deepest_rule_compiles() -> None:
    wide = " && ".join(f"name != 'n{number}'" for number in range(180))
    brackets = f"{'(' * 20}a.subnet.assigns_public_addresses{')' * 20}"
    deep = f"attached_to.exists(a, part_of.exists(b, calls_model.exists(c, !(!(!(!(c.network.tls)))) && ({brackets}))))"
    rules = [make_rule(wide), make_rule(deep, rule_id="ZS-NET-02")]
    mixed = "network.tls"
    for number in range(13):
        mixed = f"(name == 'x{number}' || (guard.attached && {mixed}))"
    rules.append(make_rule(mixed, rule_id="ZS-NET-03"))
    findings = Engine(rules, {}, now=NOW).evaluate([make_asset("endpoint", relations=[])]).findings
    assert [one.status for one in findings] == ["pass", "fail", "unknown"]


def test_errors_are_of_one_kind() -> None:
    with pytest.raises(RuleError):
        Engine([make_rule("network.tls")], {}, now=NOW, params={"ZS-NET-01": {"x": 1}})
