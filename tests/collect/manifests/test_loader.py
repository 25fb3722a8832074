"""The loader: same values as PyYAML's, a line for everything, and an answer for every hostile text."""

from __future__ import annotations

import datetime as dt
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from zscan.collect.manifests import builder as builder_module
from zscan.collect.manifests.loader import (
    BudgetExceededError,
    Limits,
    Problem,
    TaggedStr,
    TemplateMarker,
    YMap,
    YSeq,
    decode,
    line_of,
    load,
    walk_bounded,
)

SHARED = os.environ.get("ZSCAN_SHARED")
CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\nspec: {}\n"


def only(text: str, **options: Any) -> Any:
    """Load a text that must hold one document and no problem."""
    loaded = load(text, **options)
    assert loaded.problems == []
    assert len(loaded.documents) == 1
    return loaded.documents[0].value


def same(ours: Any, theirs: Any) -> bool:
    """Equality of values and of their types, where a timestamp equals its text."""
    if isinstance(theirs, dict):
        return isinstance(ours, YMap) and ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, YSeq) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, dt.date):
        return isinstance(ours, str)
    return isinstance(ours, type(theirs)) and (ours == theirs or ours != ours)  # noqa: PLR0124 - NaN


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the parser events consumed: the measure of work that does not depend on the machine."""
    count = [0]

    class Counting(builder_module.PARSER):  # type: ignore[misc]
        def get_event(self) -> Any:
            count[0] += 1
            return super().get_event()

    monkeypatch.setattr(builder_module, "PARSER", Counting)
    return count


# --- the same values as CSafeLoader

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["yes", "off", "0644", "0o644", "1_000", "1:30", "1e5", ".inf", "~", "<<", "=", "2001-01-01", "-"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(VALUES, min_size=1, max_size=3), st.booleans() | st.none())
def test_dumped_values_load_as_csafeloader_loads_them(values: list[Any], flow: bool | None) -> None:
    text = yaml.safe_dump_all(values, default_flow_style=flow, explicit_start=True)
    loaded = load(text)
    assert loaded.problems == []
    assert all(map(same, [document.value for document in loaded.documents], yaml.safe_load_all(text)))
    assert [document.index for document in loaded.documents] == list(range(len(values)))


PLAIN = st.from_regex(r"\A[-+.:_0-9a-fA-FoxTtrueylsn~]{1,12}\Z")


@given(PLAIN)
def test_plain_scalars_have_the_values_of_yaml_1_1(text: str) -> None:
    try:
        expected = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        load(text)
        return
    assert same(only(text), expected)


@given(VALUES)
def test_json_loads_as_json(value: Any) -> None:
    text = json.dumps(value, indent="\t", allow_nan=False) if is_plain_json(value) else "{}"
    assert only(text, jsonc=True) == json.loads(text)


def is_plain_json(value: Any) -> bool:
    """Whether JSON can hold the value, with keys that YAML takes (it limits them to 1,024 characters)."""
    try:
        return "\\ud" not in json.dumps(value, allow_nan=False)
    except ValueError:
        return False


@pytest.mark.skipif(not SHARED, reason="ZSCAN_SHARED does not name a folder with sample manifests")
def test_real_manifests_load_as_csafeloader_loads_them() -> None:
    checked = 0
    for path in sorted(Path(SHARED or "", "samples", "manifests").rglob("*")):
        if path.suffix not in {".yaml", ".yml", ".json"}:
            continue
        text = decode(path.read_bytes())
        assert isinstance(text, str), path
        loaded = load(text)
        try:
            expected = list(yaml.load_all(text, yaml.CSafeLoader))
        except yaml.YAMLError:
            assert loaded.problems or loaded.documents, path
            continue
        if loaded.skipped_crds:
            expected = [value for value in expected if (value or {}).get("kind") != "CustomResourceDefinition"]
        values = [document.value for document in loaded.documents]
        assert not loaded.problems, path
        assert same(YSeq() + values, expected) or all(map(same, values, expected)), path
        checked += 1
    assert checked > 500


# --- positions

NESTED = """\
# comment
kind: Pod
spec:
  containers:
  - name: a
    args: [x,
      y]

  - name: b
    "quoted":
      deep: |
        text
"""


def test_every_key_and_item_has_its_line() -> None:
    root = only(NESTED)
    assert line_of(root, ()) == 2
    assert line_of(root, ("spec", "containers")) == 4
    assert line_of(root, ("spec", "containers", 0)) == 5
    assert line_of(root, ("spec", "containers", 0, "args", 1)) == 7
    assert line_of(root, ("spec", "containers", 1, "quoted", "deep")) == 11


def test_a_missing_path_gives_the_line_of_what_exists() -> None:
    root = only(NESTED)
    assert line_of(root, ("spec", "containers", 1, "securityContext", "privileged")) == 9
    assert line_of(root, ("spec", "containers", 7)) == 4
    assert line_of(root, ("spec", "containers", "name")) == 4
    assert line_of("text", ("a",)) == 1


@given(VALUES, st.integers(0, 5))
def test_lines_point_at_the_key_in_the_text(value: Any, blank: int) -> None:
    text = "\n" * blank + yaml.safe_dump({"root": value}, default_flow_style=False)
    root = only(text)
    rows = text.split("\n")
    for path, node in walk_bounded(root):
        assert 1 <= line_of(root, path) <= len(rows)
        if isinstance(node, YMap):
            for key, line in node.lines.items():
                if str(key).isascii() and str(key).isalnum():
                    assert str(key) in rows[line - 1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_do_not_depend_on_line_ends(end: str) -> None:
    loaded = load(f"a: 1{end}---{end}b: 2{end}c: 3{end}")
    assert [document.line for document in loaded.documents] == [1, 2]
    assert loaded.documents[1].value.lines == {"b": 3, "c": 4}


def test_directives_belong_to_the_document_below_them() -> None:
    loaded = load("%YAML 1.1\n---\na: 1\n...\n# between\n%TAG !e! tag:e,1:\n# after\n---\nb: !e!x 2\n")
    assert loaded.problems == []
    assert [document.value for document in loaded.documents] == [{"a": 1}, {"b": "2"}]
    assert loaded.documents[1].value["b"].tag == "tag:e,1:x"


def test_an_impossible_directive_costs_its_document() -> None:
    loaded = load("%YAML 9.9\n---\na: 1\n---\nb: 2\n")
    assert [document.value for document in loaded.documents] == [{"b": 2}]
    assert [problem.line for problem in loaded.problems] == [1]


def test_duplicate_keys_are_recorded_and_the_last_wins() -> None:
    root = only("a: 1\nb: 2\na: 3\n")
    assert root == {"a": 3, "b": 2}
    assert root.dups == [("a", 1)]
    assert root.lines["a"] == 3


def test_nodes_survive_pickling() -> None:
    root = pickle.loads(pickle.dumps(only("a: !x [1]\nb: {{ c }}\n")))  # noqa: S301 (our own bytes)
    assert root["a"].tag == "!x"
    assert type(root["b"]) is TemplateMarker
    assert root.lines == {"a": 1, "b": 2}


# --- aliases and merge keys


def test_aliases_are_shared_not_copied() -> None:
    root = only("a: &x {k: 1}\nb: *x\n")
    assert root["a"] is root["b"]
    assert line_of(root, ("b",)) == 2
    assert line_of(root, ("b", "k")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n",
        "a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}\n",
        "a: &a {x: 1}\nb: &b {x: 2}\nc:\n  <<: *a\n  <<: *b\n",
        "a: &a {x: 1}\nb: &b {<<: *a, y: 1}\nc: {<<: *b}\n",
        "a: {'<<': 1}\n",
    ],
)
def test_merge_keys_give_what_csafeloader_gives(text: str) -> None:
    assert only(text) == yaml.safe_load(text)


def test_merged_keys_come_in_document_order() -> None:
    assert list(only("a: &a {z: 1, y: 2, x: 3, w: 4}\nb: {v: 0, <<: *a}\n")["b"]) == ["v", "z", "y", "x", "w"]


def test_a_merged_key_keeps_the_line_it_was_written_on() -> None:
    root = only("base: &b\n  privileged: true\nuse:\n  <<: *b\n")
    assert line_of(root, ("use", "privileged")) == 2


# --- tags and templates


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref x", {"Ref": "x"}),
        ("!GetAtt a.b.c", {"Fn::GetAtt": ["a", "b.c"]}),
        ("!GetAtt [a, b]", {"Fn::GetAtt": ["a", "b"]}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!Sub ['${A}', {A: !Ref b}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "b"}}]}),
        ("!Condition c", {"Condition": "c"}),
        ("!If [c, 1, !Ref AWS::NoValue]", {"Fn::If": ["c", 1, {"Ref": "AWS::NoValue"}]}),
    ],
)
def test_cloudformation_short_forms_become_long_forms(text: str, value: Any) -> None:
    root = only(f"\nkey: {text}\n")
    assert root == {"key": value}
    assert root["key"].line == 2
    assert root["key"].tag == text.split(maxsplit=1)[0]


def test_unknown_tags_are_kept_as_text_and_never_executed(tmp_path: Path) -> None:
    target = tmp_path / "executed"
    root = only(f"a: !!python/object/apply:os.mkdir ['{target}']\nb: !!python/name:os.system\nc: !reset []\nd: !vault x")
    assert not target.exists()
    assert root["a"] == [str(target)]
    assert root["a"].tag == "tag:yaml.org,2002:python/object/apply:os.mkdir"
    assert isinstance(root["b"], TaggedStr)
    assert root["c"].tag == "!reset"
    assert (root["d"], root["d"].tag) == ("x", "!vault")


def test_core_tags_convert_and_misfits_stay_text() -> None:
    assert only("[!!int '7', !!str 7, !!float '1', !!bool 'yes', ! 5, !!int x]") == [7, "7", 1.0, True, "5", "x"]


@pytest.mark.parametrize("text", ["a: {{ .Values.x }}", "a: {{ x | quote }}", "a: repo:{{ tag }}", "a: &n {{ x }}"])
def test_an_unquoted_template_value_is_marked(text: str) -> None:
    loaded = load(f"\n{text}\n")
    value = loaded.documents[0].value["a"]
    assert type(value) is TemplateMarker
    assert "{{" in value
    assert loaded.template_line == 2


def test_a_template_key_is_marked() -> None:
    (key,) = only("{{ name }}: 1\n")
    assert key == "{{ name }}"
    assert type(key) is TemplateMarker


@pytest.mark.parametrize("text", ["[a]: {{ x }}", "{[a]: '{{ x }}'}", "{{a: 1}: 2}"])
def test_other_complex_keys_are_kept_as_text(text: str) -> None:
    root = only(f"{text}\n")
    assert type(root) is YMap
    (key,) = root
    assert key in {"[a]", "{a: 1}"}


def test_quoted_templates_are_data() -> None:
    loaded = load('a: "{{ inputs.x }}"\n')
    assert type(loaded.documents[0].value["a"]) is str
    assert loaded.template_line is None


def test_an_unparsable_template_says_so() -> None:
    loaded = load("a: 1\n{{- if .x }}\nb: 2\n{{- end }}\n")
    assert loaded.problem is not None
    assert loaded.problem.templated
    assert not loaded.documents


# --- broken documents


def test_a_broken_document_costs_only_itself() -> None:
    loaded = load("a: 1\n---\nb: [1\n---\nc: 3\n---\nd: : :\n---\ne: 5\n")
    assert [(document.value, document.line, document.index) for document in loaded.documents] == [
        ({"a": 1}, 1, 0),
        ({"c": 3}, 4, 2),
        ({"e": 5}, 8, 4),
    ]
    assert [(problem.line, problem.kind) for problem in loaded.problems] == [(4, "syntax"), (7, "syntax")]


def test_problems_are_bounded() -> None:
    loaded = load("---\n]\n" * 1000, Limits(problems=10))
    assert len(loaded.problems) == 11
    assert loaded.problems[-1].kind == "limit"


@given(st.text() | st.text(alphabet="{}[]:,-&*a!<\"'|>%#\n \t?\\x0", max_size=60), st.booleans())
@settings(max_examples=400)
def test_nothing_makes_it_raise(text: str, jsonc: bool) -> None:
    loaded = load(text, jsonc=jsonc)
    for document in loaded.documents:
        assert sum(1 for _ in walk_bounded(document.value)) >= 1


@pytest.mark.parametrize("text", ["a: \x07", "a: \ud800", '"\\UFFFFFFFF"', "a: *nowhere", "!<", "\x00"])
@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
def test_impossible_text_is_a_problem_with_a_place(text: str, parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder_module, "PARSER", getattr(yaml, parser))
    loaded = load(f"ok: 1\n---\n{text}\n---\nok: 2\n")
    assert [document.value for document in loaded.documents] == [{"ok": 1}, {"ok": 2}]
    assert loaded.problem is not None
    assert loaded.problem.line in {2, 3, 4}


@given(VALUES)
def test_the_pure_parser_gives_the_same(value: Any) -> None:
    text = yaml.safe_dump(value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder_module, "PARSER", yaml.SafeLoader)
        assert same(load(text).documents[0].value, yaml.safe_load(text))


# --- limits


def bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 x"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels)]
    return "\n".join(lines)


def merge_bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * width)}]}}" for i in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "most_events"),
    [(bomb(11, 9), 150), (merge_bomb(20, 8), 400), ("[" * 20_000, 120), ("- " * 20_000, 120), ("? " * 20_000, 120)],
    ids=["aliases", "merge keys", "flow", "block", "keys"],
)
def test_bombs_are_refused_after_little_work(text: str, most_events: int, events: list[int]) -> None:
    loaded = load(f"---\n{text}\n---\nok: 1\n")
    assert loaded.problem is not None
    assert loaded.problem.kind == "limit"
    assert loaded.problem.line >= 2
    assert [document.value for document in loaded.documents] == [{"ok": 1}]
    assert events[0] < most_events


def test_cyclic_aliases_are_refused() -> None:
    loaded = load("a: 1\nb: &b\n  c: *b\n")
    assert loaded.problem is not None
    assert (loaded.problem.kind, loaded.problem.line) == ("limit", 3)


def test_depth_counts_through_aliases() -> None:
    text = "a: &a [[[[1]]]]\nb: &b [[[[*a]]]]\nc: [[*b]]\n"
    assert not load(text, Limits(depth=11)).problems
    problem = load(text, Limits(depth=10)).problem
    assert problem is not None
    assert (problem.kind, problem.line) == ("limit", 3)


@given(st.integers(1, 60))
def test_no_accepted_document_is_larger_than_the_limit(nodes: int) -> None:
    text = "a: &a [1, 2, {k: &k v}]\nb: &b [*a, *a, *k]\nc: {<<: {x: *b}, y: *b}\n"
    for document in load(text, Limits(nodes=nodes)).documents:
        values = [node for _, node in walk_bounded(document.value)]
        keys = sum(len(node) for node in values if isinstance(node, dict))
        assert len(values) + keys <= nodes


def test_documents_are_bounded() -> None:
    loaded = load("---\n" * 30, Limits(documents=10))
    assert len(loaded.documents) == 10
    assert [(problem.kind, problem.line) for problem in loaded.problems] == [("limit", 11)]


@given(st.integers(1, 40))
def test_long_forms_count_as_what_they_become(nodes: int) -> None:
    text = "a: &a !GetAtt b.c\nd: &d !If [x, *a, *a]\ne: [*a, *d]\n"
    for document in load(text, Limits(nodes=nodes)).documents:
        assert sum(1 for _ in walk_bounded(document.value)) <= nodes


def test_the_node_limit_is_for_the_file(events: list[int]) -> None:
    loaded = load("---\n[1, 2, 3]\n" * 1000, Limits(nodes=10))
    assert len(loaded.documents) == 2
    assert len(loaded.problems) == 1
    assert (loaded.problems[0].line, loaded.problems[0].kind) == (6, "limit")
    assert events[0] < 40


def test_size_limits() -> None:
    assert load("a" * 11, Limits(bytes=10)).problems[0].kind == "limit"
    problem = decode(b"a" * 11, Limits(bytes=10))
    assert isinstance(problem, Problem)
    assert problem.kind == "limit"


def test_huge_integers_are_no_weapon() -> None:
    digits = "9" * 5000
    sexagesimal = ":".join(["1"] * 5000)
    assert only(f"[{digits}, {sexagesimal}]") == [digits, sexagesimal]
    colliding = [(2**61 - 1) * i for i in range(1, 50)]
    root = only("\n".join(f"{number}: x" for number in colliding))
    assert all(isinstance(key, str) for key in root)


def test_walk_bounded_ends_on_cycles_and_explosions() -> None:
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    with pytest.raises(BudgetExceededError):
        list(walk_bounded(cyclic))
    wide: list[Any] = []
    for _ in range(30):
        wide = [wide, wide]
    with pytest.raises(BudgetExceededError):
        list(walk_bounded(wide, budget=1000))
    assert list(walk_bounded({"a": [1]})) == [((), {"a": [1]}), (("a",), [1]), (("a", 0), 1)]


# --- custom resource definitions


def test_definitions_are_counted_not_parsed(events: list[int]) -> None:
    loaded = load(f"a: 1\n---\n# note\n{CRD}---\nb: 2\n")
    assert loaded.skipped_crds == 1
    assert [(document.value, document.index) for document in loaded.documents] == [({"a": 1}, 0), ({"b": 2}, 2)]
    assert events[0] == 16  # two documents of eight events


@pytest.mark.parametrize(
    "text",
    [
        CRD + "kind: Pod\n",
        CRD + '"kind": Pod\n',
        CRD + "...\n---\nkind: Pod\n",
        ' kind: Pod\n metadata: {a: "\nkind: CustomResourceDefinition\n"}\n',
        'kind: Pod\nmetadata: {a: "\nkind: CustomResourceDefinition\n"}\n',
        CRD + "\x85kind: Pod\n",
        CRD + "? kind\n: Pod\n",
    ],
)
def test_nothing_hides_behind_a_definition(text: str) -> None:
    loaded = load(text)
    assert loaded.problems or any((document.value or {}).get("kind") == "Pod" for document in loaded.documents)


# --- encodings, JSON, JSONC


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_decode_recognises_the_encoding(encoding: str) -> None:
    text = decode("name: é\r\nb: 2\r".encode(encoding))
    assert text == "name: é\nb: 2\n"


def test_bytes_that_are_no_text_are_a_problem_with_a_line() -> None:
    problem = decode(b"a: 1\nb: \xff\n")
    assert isinstance(problem, Problem)
    assert (problem.line, problem.column, problem.kind) == (2, 4, "encoding")


@given(st.binary())
def test_decode_never_raises(data: bytes) -> None:
    assert isinstance(decode(data), str | Problem)


def test_jsonc_keeps_lines_and_strings() -> None:
    text = '{ // note, "x"\n\t"a": "http://x/*no*/,]", /* two\nlines */ "b": [1, 2, /*c*/ ],\n "c": 1e-5,\n}\n'
    root = only(text, jsonc=True)
    assert root == {"a": "http://x/*no*/,]", "b": [1, 2], "c": 1e-5}
    assert root.lines == {"a": 2, "b": 3, "c": 4}


@pytest.mark.parametrize("text", ["/*" * 50_000, '"' * 100_000, ",  " * 50_000, "//" * 50_000, '"\\' * 50_000])
def test_jsonc_torture_ends(text: str) -> None:
    load("{" + text, jsonc=True)


def test_json_surrogate_pairs() -> None:
    assert only(r'{"a": "\ud83d\ude00 \\ud83d \ud83d"}') == {"a": "😀 \\ud83d \ufffd"}
    assert only(r"a: '\ud83d\ude00'") == {"a": r"\ud83d\ude00"}
