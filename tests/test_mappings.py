"""Frameworks as data, and official wording that users supply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from zscan import schemas
from zscan.errors import MappingError
from zscan.located import read_yaml
from zscan.mappings import load_frameworks, load_objectives
from zscan.model.framework import Framework
from zscan.wording import load_catalog

ROOT = Path(__file__).parents[1]
OBJECTIVES = {"net.private", "enc.at-rest"}
GOOD = """\
schema: zscan.mapping/v1
framework: {id: demo, version: "1.0", title: Demo, publication: DEMO 1}
groups:
  - {id: A, title: First}
  - {id: A.1, title: Below, parent: A}
controls:
  - id: A.1.1
    aliases: [a11]
    group: A.1
    title: Private by default
    statement: Assets are private.
    citation: section 1
    coverage: observable
    evidence:
      - objective: net.private
        strength: direct
        rationale: A private asset shows it.
  - id: A.1.2
    group: A
    title: People
    statement: People know their roles.
    citation: section 2
    coverage: organisational
    reason: Needs interview.
"""


def load(tmp_path: Path, text: str) -> list[Framework]:
    (tmp_path / "demo-1.0.yaml").write_text(text)
    return load_frameworks([tmp_path], OBJECTIVES)


def test_a_good_file_loads(tmp_path: Path) -> None:
    (framework,) = load(tmp_path, GOOD)
    assert framework.framework.version == "1.0"
    assert [control.id for control in framework.controls] == ["A.1.1", "A.1.2"]
    assert framework.controls[0].evidence[0].strength == "direct"


@pytest.mark.parametrize(
    ("old", "new", "line", "words", "suggestion"),
    [
        ("objective: net.private", "objective: net.privat", 15, "unknown objective `net.privat`", "net.private"),
        ("strength: direct", "strength: drect", 16, "drect", "direct"),
        ("rationale: A private asset shows it.", 'rationale: ""', 15, "no rationale", ""),
        ("coverage: organisational", "coverage: organizational", 23, "organizational", "organisational"),
        ("    citation: section 1\n", "", 7, "`citation` is missing", ""),
        ("    citation: section 1", "    citatoin: section 1", 12, "unknown member `citatoin`", "citation"),
        ("- id: A.1.2", "- id: A.1.1", 18, "already names A.1.1", ""),
        ("- id: A.1.2", "- id: a11", 18, "already names A.1.1", ""),
        ("group: A.1\n", "group: A.2\n", 9, "unknown group", "A.1"),
        ("parent: A}", "parent: B}", 5, "unknown parent", ""),
        ("{id: A.1, title: Below", "{id: A, title: Below", 5, "defined twice", ""),
        ("zscan.mapping/v1", "zscan.mapping/v2", 1, "not a mapping file", ""),
        ("    reason: Needs interview.\n", "", 18, "without a `reason`", ""),
        ("coverage: observable", "coverage: not_observable", 7, "names evidence", ""),
        ('version: "1.0"', "version: 1.0", 2, "str", ""),
        ("    aliases: [a11]", "    aliases: [a11", 9, "", ""),
        ("    title: People", "    title: People\n    title: Again", 21, "stands here twice", ""),
        ("    title: People", "    title: &a People\n    reason: *a", 21, "alias", ""),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_suggestion(
    tmp_path: Path, old: str, new: str, line: int, words: str, suggestion: str
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(MappingError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    error = caught.value
    assert words in error.message
    assert (error.file, error.line, error.suggestion) == (str(tmp_path / "demo-1.0.yaml"), line, suggestion)


def test_an_observable_control_names_evidence(tmp_path: Path) -> None:
    head, tail = GOOD.split("    evidence:\n")
    with pytest.raises(MappingError, match="names no evidence"):
        load(tmp_path, head + "  - id: A.1.2" + tail.split("  - id: A.1.2")[1])


def test_a_framework_twice_is_refused_and_order_does_not_depend_on_files(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(GOOD)
    (tmp_path / "a.yaml").write_text(GOOD.replace("id: demo", "id: zeta"))
    assert [one.framework.id for one in load_frameworks([tmp_path], OBJECTIVES)] == ["demo", "zeta"]
    (tmp_path / "c.yaml").write_text(GOOD)
    with pytest.raises(MappingError, match="already defined"):
        load_frameworks([tmp_path], OBJECTIVES)


def test_a_missing_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no such directory"):
        load_frameworks([tmp_path / "none"], OBJECTIVES)


def test_a_file_follows_the_schema_of_mappings() -> None:
    validator = Draft202012Validator(schemas.schema("mapping"))
    data = read_yaml(GOOD, "demo.yaml", MappingError).data
    assert list(validator.iter_errors(data)) == []
    data["controls"][0]["evidence"][0]["strength"] = "strong"
    assert list(validator.iter_errors(data))


def test_the_frameworks_that_ship_are_valid_and_follow_the_schema() -> None:
    objectives = {one.id for one in load_objectives(ROOT / "rules" / "objectives.yaml")}
    frameworks = load_frameworks([ROOT / "mappings"], objectives)
    by_name = {f"{one.framework.id}@{one.framework.version}": one for one in frameworks}
    assert len(by_name["nist-ai-rmf@1.0"].controls) == 72
    validator = Draft202012Validator(schemas.schema("mapping"))
    for path in sorted((ROOT / "mappings").glob("*.yaml")):
        data = read_yaml(path.read_text(), path.name, MappingError).data
        assert list(validator.iter_errors(data)) == []


def test_objectives_twice_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "objectives.yaml"
    entry = "  - {id: a.b, title: t, statement: s}\n"
    path.write_text("schema: zscan.objectives/v1\nobjectives:\n" + entry)
    assert load_objectives(path)[0].id == "a.b"
    path.write_text("schema: zscan.objectives/v1\nobjectives:\n" + entry * 2)
    with pytest.raises(MappingError, match="defined twice") as caught:
        load_objectives(path)
    assert caught.value.line == 4


@pytest.mark.parametrize("text", ["- " * 50 + "a", "a: 1\n---\nb: 2\n", "\x00", "a: [1, 2", "? [a]\n: b\n", "- *nobody\n"])
def test_hostile_yaml_is_an_error_and_no_crash(text: str) -> None:
    with pytest.raises(MappingError):
        read_yaml(text, "x.yaml", MappingError)


def test_scalars_follow_the_core_schema() -> None:
    data = read_yaml(
        "a: no\nb: 2026-01-31\nc: 12\nd: 1.5\ne: true\nf: ~\ng: '12'\nh: 1e3\ni: 0x1f\nj: 2020-08\n", "x.yaml", MappingError
    ).data
    assert data == {
        "a": "no",
        "b": "2026-01-31",
        "c": 12,
        "d": 1.5,
        "e": True,
        "f": None,
        "g": "12",
        "h": "1e3",
        "i": "0x1f",
        "j": "2020-08",
    }


OSCAL = {
    "catalog": {
        "uuid": "x",
        "groups": [
            {
                "id": "ac",
                "title": "Access Control",
                "controls": [
                    {
                        "id": "ac-1",
                        "title": "Policy",
                        "props": [{"name": "label", "value": "AC-1"}],
                        "params": [{"id": "ac-1_prm_1", "label": "organization-defined personnel"}],
                        "parts": [
                            {
                                "name": "statement",
                                "parts": [
                                    {
                                        "name": "item",
                                        "props": [{"name": "label", "value": "a."}],
                                        "prose": "Disseminate to {{ insert: param, ac-1_prm_1 }}:",
                                    }
                                ],
                            },
                            {"name": "guidance", "prose": "not wanted"},
                        ],
                        "controls": [{"id": "ac-1.1", "title": "Enhancement", "parts": [{"name": "statement", "prose": "More."}]}],
                    }
                ],
            }
        ],
    }
}


def test_official_wording_out_of_an_oscal_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(OSCAL))
    wording = load_catalog(path)
    assert wording["ac-1"] == wording["AC-1"] == "a. Disseminate to [organization-defined personnel]:"
    assert wording["ac-1.1"] == "More."


def test_official_wording_out_of_yaml_items(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(
        "catalog: {key: x}\nitems:\n  - {id: A 1, alias: a1, title: First., text: Do it.}\n"
        "  - {id: A 2, aliases: [a2, b2], text: Then this.}\n"
    )
    assert load_catalog(path) == {
        "A 1": "First. Do it.",
        "a1": "First. Do it.",
        "A 2": "Then this.",
        "a2": "Then this.",
        "b2": "Then this.",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.json", "{"),
        ("c.json", "[]"),
        ("c.json", "[" * 100_000),
        ("c.yaml", "a: ["),
        ("c.yaml", "a: 1\n"),
        ("c.json", '{"catalog": {"groups": 3}}'),
    ],
)
def test_a_catalogue_without_controls_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(MappingError):
        load_catalog(tmp_path / name)
    with pytest.raises(MappingError):
        load_catalog(tmp_path / "missing.yaml")
