"""The data files that join rules to standards: objectives, catalogue of rule ids, mappings to AI RMF and SP 800-207.

Two halves. Everything about our own files runs always. The comparison with the official structure and text needs the
project's standards files, which are not shipped: set ZSCAN_SHARED to the folder with `standards/` and `research/`.
"""

from __future__ import annotations

import collections
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SHARED = os.environ.get("ZSCAN_SHARED")
needs_shared = pytest.mark.skipif(not SHARED, reason="ZSCAN_SHARED is not set")

AI_RMF = "nist-ai-rmf-1.0.yaml"
ZTA = "nist-sp-800-207.yaml"
MAPPINGS = (AI_RMF, ZTA)

BASELINE_ROWS = {
    "IDN": 31, "NET": 32, "ENC": 26, "SEC": 11, "LOG": 20, "ART": 18, "DAT": 17,
    "GRD": 22, "TPS": 14, "ISO": 16, "JIT": 9, "AGT": 27, "RES": 14,
}  # fmt: skip
PROVIDERS = ("aws", "azure", "gcp", "kubernetes")
# Rules that are neither a row nor an on-prem check, with what they ask beyond them.
BEYOND = {"ZS-IDN-38": "all policies together, where IDN-10, IDN-15 and IDN-21 ask of single ones"}
ONPREM_CHECKS = 64
REFUSED_WORDS = re.compile(r"\b(compliant|certified|secure|guaranteed?|risk-free|100 ?%)(?!\w)", re.IGNORECASE)
RUN = 8  # words in a row that may not equal the official text


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice; PyYAML would silently keep the last one."""


def _mapping_without_duplicates(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = [key for key, n in collections.Counter(keys).items() if n > 1]
    if twice:
        raise yaml.YAMLError(f"duplicate keys {twice} at {node.start_mark}")
    return dict(zip(keys, (loader.construct_object(value, deep=True) for _, value in node.value), strict=True))


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


def load(*parts: str) -> dict[str, Any]:
    data = yaml.load((ROOT.joinpath(*parts)).read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 (a SafeLoader that refuses duplicate keys)
    assert isinstance(data, dict)
    return data


@pytest.fixture(scope="module")
def objectives() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = load("rules", "objectives.yaml")["objectives"]
    return entries


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    return load("rules", "catalogue.yaml")


@pytest.fixture(scope="module")
def mappings() -> dict[str, dict[str, Any]]:
    return {name: load("mappings", name) for name in MAPPINGS}


def duplicates(values: list[Any]) -> list[Any]:
    return [value for value, n in collections.Counter(values).items() if n > 1]


def evidence(mapping: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(control["id"], link) for control in mapping["controls"] for link in control.get("evidence", [])]


# Objectives and catalogue


def test_schema_names(catalogue: dict[str, Any], mappings: dict[str, dict[str, Any]]) -> None:
    assert load("rules", "objectives.yaml")["schema"] == "zscan.objectives/v1"
    assert catalogue["schema"] == "zscan.catalogue/v1"
    assert {mapping["schema"] for mapping in mappings.values()} == {"zscan.mapping/v1"}


def test_objectives_are_well_formed(objectives: list[dict[str, Any]]) -> None:
    assert not duplicates([objective["id"] for objective in objectives])
    assert not duplicates([objective["title"] for objective in objectives])
    themes = "|".join(theme.lower() for theme in BASELINE_ROWS)
    for objective in objectives:
        assert set(objective) == {"id", "title", "statement"}, objective
        assert re.fullmatch(rf"({themes})\.[a-z][a-z-]*[a-z]", objective["id"]), objective["id"]
        assert objective["statement"].endswith("."), objective["id"]
        assert not objective["title"].endswith("."), objective["id"]


def test_rule_rows_are_well_formed(catalogue: dict[str, Any], objectives: list[dict[str, Any]]) -> None:
    known = {objective["id"] for objective in objectives}
    assert not duplicates([rule["id"] for rule in catalogue["rules"]])
    assert not duplicates([rule["title"] for rule in catalogue["rules"]])
    for rule in catalogue["rules"]:
        assert set(rule) == {"id", "title", "objectives", "providers"}, rule
        assert rule["objectives"], rule
        assert not duplicates(rule["objectives"]), rule
        assert set(rule["objectives"]) <= known, rule
        assert rule["providers"] == [p for p in PROVIDERS if p in rule["providers"]] != [], rule


def test_numbering_is_baseline_rows_then_on_prem_rules(catalogue: dict[str, Any]) -> None:
    numbers: dict[str, list[int]] = collections.defaultdict(list)
    for rule in catalogue["rules"]:
        match = re.fullmatch(r"ZS-([A-Z]{3})-([0-9]{2})", rule["id"])
        assert match, rule["id"]
        numbers[match[1]].append(int(match[2]))
    new = {check["id"] for check in catalogue["onprem_checks"] if "id" in check} | set(BEYOND)
    assert sum(BASELINE_ROWS.values()) == 257
    assert set(numbers) == set(BASELINE_ROWS)
    for theme, rows in BASELINE_ROWS.items():
        assert numbers[theme] == list(range(1, len(numbers[theme]) + 1)), theme
        beyond = {f"ZS-{theme}-{n:02d}" for n in numbers[theme][rows:]}
        assert beyond == {rule_id for rule_id in new if rule_id.startswith(f"ZS-{theme}-")}, theme
    assert len(catalogue["rules"]) == 257 + len(new)


def test_on_prem_checks_are_complete_and_resolve(catalogue: dict[str, Any]) -> None:
    rules = {rule["id"]: rule for rule in catalogue["rules"]}
    checks = catalogue["onprem_checks"]
    assert [check["number"] for check in checks] == list(range(1, ONPREM_CHECKS + 1))
    assert not duplicates([check["name"] for check in checks])
    assert not duplicates([check["id"] for check in checks if "id" in check])
    for check in checks:
        if "same_as" in check:
            assert set(check) == {"number", "name", "same_as"}, check
            target = rules.get(check["same_as"])
            assert target, check
            assert "kubernetes" in target["providers"], f"{check}: its rule has no on-prem side"
        else:
            assert set(check) == {"number", "name", "id", "title", "objectives", "providers"}, check
            row = {key: check[key] for key in ("id", "title", "objectives", "providers")}
            assert row == rules.get(check["id"]), check


def test_every_objective_has_a_rule(catalogue: dict[str, Any], objectives: list[dict[str, Any]]) -> None:
    used = {objective for rule in catalogue["rules"] for objective in rule["objectives"]}
    assert {objective["id"] for objective in objectives} == used


# Mappings


@pytest.mark.parametrize("name", MAPPINGS)
def test_framework_head(name: str, mappings: dict[str, dict[str, Any]]) -> None:
    framework = mappings[name]["framework"]
    expected = {"id", "version", "title", "publication", "published", "url", "licence", "scope_note"}
    assert set(framework) == expected
    assert all(isinstance(value, str) and value.strip() for value in framework.values())
    assert name == f"{framework['id']}-{framework['version']}.yaml" or framework["id"] == "nist-sp-800-207"


@pytest.mark.parametrize("name", MAPPINGS)
def test_groups_form_a_tree(name: str, mappings: dict[str, dict[str, Any]]) -> None:
    groups = mappings[name]["groups"]
    ids = [group["id"] for group in groups]
    assert not duplicates(ids)
    for position, group in enumerate(groups):
        assert set(group) - {"parent"} == {"id", "title", "citation"}, group
        assert "parent" not in group or group["parent"] in ids[:position], group
    inner = {group["parent"] for group in groups if "parent" in group}
    used = {control["group"] for control in mappings[name]["controls"]}
    assert used <= set(ids)
    assert set(ids) - inner <= used, "a group without controls"


@pytest.mark.parametrize("name", MAPPINGS)
def test_controls_have_evidence_or_reason(name: str, mappings: dict[str, dict[str, Any]]) -> None:
    required = {"id", "group", "title", "statement", "citation", "coverage"}
    for control in mappings[name]["controls"]:
        keys = set(control)
        assert required <= keys <= required | {"aliases", "reason", "evidence"}, control["id"]
        assert control["coverage"] in {"observable", "organisational", "not_observable"}, control["id"]
        if control["coverage"] == "observable":
            assert control.get("evidence"), f"{control['id']}: observable without evidence"
        else:
            assert control.get("reason"), f"{control['id']}: no reason"
            assert "evidence" not in control, f"{control['id']}: evidence for what a scan cannot tell"
            assert re.search(r"\b([Ee]xamine|[Ii]nterview|[Tt]est)\b", control["reason"]), control["id"]


@pytest.mark.parametrize("name", MAPPINGS)
def test_evidence_resolves_and_is_specific(name: str, mappings: dict[str, dict[str, Any]], objectives: list[dict[str, Any]]) -> None:
    known = {objective["id"] for objective in objectives}
    links = evidence(mappings[name])
    for control, link in links:
        assert set(link) == {"objective", "strength", "rationale"}, (control, link)
        assert link["objective"] in known, (control, link)
        assert link["strength"] in {"direct", "partial"}, (control, link)
        assert re.fullmatch(r"[A-Z].{20,}\.", link["rationale"]), (control, link)
        assert ". " not in link["rationale"], f"{control}: more than one sentence"
    assert not duplicates([(control, link["objective"]) for control, link in links])
    assert not duplicates([link["rationale"] for _, link in links]), "a rationale used twice is boilerplate"


@pytest.mark.parametrize("name", MAPPINGS)
def test_control_ids_aliases_and_texts_are_unique(name: str, mappings: dict[str, dict[str, Any]]) -> None:
    controls = mappings[name]["controls"]
    names = [control["id"] for control in controls]
    names += [alias for control in controls for alias in control.get("aliases", [])]
    assert not duplicates(names)
    for field in ("title", "statement", "citation"):
        assert not duplicates([control[field] for control in controls]), field


def test_every_objective_is_used_and_exclusive_ones_are_named(
    mappings: dict[str, dict[str, Any]], objectives: list[dict[str, Any]]
) -> None:
    used = {name: {link["objective"] for _, link in evidence(mapping)} for name, mapping in mappings.items()}
    assert used[AI_RMF] | used[ZTA] == {objective["id"] for objective in objectives}
    for name, other in ((AI_RMF, ZTA), (ZTA, AI_RMF)):
        head = (ROOT / "mappings" / name).read_text(encoding="utf-8").split("schema:")[0]
        note = re.search(r"Objectives that only this mapping uses.*", head, re.DOTALL)
        named = set(re.findall(r"\b[a-z]{3}\.[a-z][a-z-]*[a-z]", note[0])) if note else set()
        assert named == used[name] - used[other], name


@pytest.mark.parametrize("path", ["rules/objectives.yaml", "rules/catalogue.yaml", *(f"mappings/{m}" for m in MAPPINGS)])
def test_no_claim_words(path: str) -> None:
    found = REFUSED_WORDS.findall((ROOT / path).read_text(encoding="utf-8"))
    assert not found, found


# Comparison with the official structure and text


def standard(name: str) -> dict[str, Any]:
    assert SHARED
    data = yaml.safe_load((Path(SHARED) / "standards" / name).read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


ZTA_LISTS = {
    "tenets": ("section 2.1", 7),
    "network_assumptions": ("section 2.2", 6),
    "logical_components": ("section 3", 12),  # PE, PA, PEP, 8 data sources and the composite PDP
    "trust_algorithm_inputs": ("section 3.3", 5),
    "network_requirements": ("section 3.4.1", 10),
    "threats": ("section 5", 7),
}


@needs_shared
def test_ai_rmf_structure(mappings: dict[str, dict[str, Any]]) -> None:
    official = standard("nist_ai_rmf_1.0.yaml")
    mapping = mappings[AI_RMF]
    assert mapping["framework"]["version"] == official["catalog"]["version"]
    assert mapping["framework"]["published"] == official["catalog"]["published"]
    counts = official["catalog"]["counts"]
    roots = [group["id"] for group in mapping["groups"] if "parent" not in group]
    branches = [(group["id"], group["parent"]) for group in mapping["groups"] if "parent" in group]
    assert roots == [function["id"] for function in official["functions"]]
    assert branches == [(category["id"], category["function"]) for category in official["categories"]]
    assert [(control["id"], control["group"], control["aliases"]) for control in mapping["controls"]] == [
        (item["id"], item["category"], [item["alias"]]) for item in official["subcategories"]
    ]
    assert (len(roots), len(branches), len(mapping["controls"])) == tuple(counts.values()) == (4, 19, 72)
    table = {function["id"]: function["source"] for function in official["functions"]}
    for control in mapping["controls"]:
        function = control["id"].split()[0]
        assert control["citation"] == f"NIST AI 100-1, section 5, {table[function]}, {control['id']}"


@needs_shared
def test_zta_structure(mappings: dict[str, dict[str, Any]]) -> None:
    official = standard("nist_sp_800_207.yaml")
    mapping = mappings[ZTA]
    assert mapping["framework"]["version"] == official["catalog"]["version"]
    lists = {key for key, value in official.items() if isinstance(value, list)}
    assert lists == set(ZTA_LISTS), "a list of the standards file is not mapped"
    found = collections.defaultdict(set)
    for control in mapping["controls"]:
        found[control["group"]].add(control["id"])
    for key, (group, count) in ZTA_LISTS.items():
        assert found[group] == {item["id"] for item in official[key]}, key
        assert len(found[group]) == len(official[key]) == count, key
    assert len(mapping["controls"]) == sum(count for _, count in ZTA_LISTS.values()) == 47
    items = {item["id"]: item for key in ZTA_LISTS for item in official[key]}
    for control in mapping["controls"]:
        item = items[control["id"]]
        assert control["citation"].startswith(item.get("citation", f"SP 800-207 section {item['section']}")), control["id"]


@needs_shared
def test_direct_and_organisational_follow_the_automation_marks(mappings: dict[str, dict[str, Any]]) -> None:
    rmf = {item["id"]: item["automation"] for item in standard("nist_ai_rmf_1.0.yaml")["subcategories"]}
    zta_file = standard("nist_sp_800_207.yaml")
    zta = {item["id"]: item.get("automation") for key in ZTA_LISTS for item in zta_file[key]}
    for name, marks in ((AI_RMF, rmf), (ZTA, zta)):
        direct = {control for control, link in evidence(mappings[name]) if link["strength"] == "direct"}
        assert direct <= {control for control, mark in marks.items() if mark == "direct"}, name
        observable = {control["id"] for control in mappings[name]["controls"] if control["coverage"] == "observable"}
        assert not observable & {control for control, mark in marks.items() if mark == "none"}, name
        assert observable >= {control for control, mark in marks.items() if mark in {"direct", "partial"}}, name
    assert sum(mark == "direct" for mark in rmf.values()) == 6


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "'").replace("'s", "s").replace("-", " "))


def runs(text: str) -> set[tuple[str, ...]]:
    tokens = words(text)
    return {tuple(tokens[i : i + RUN]) for i in range(len(tokens) - RUN + 1)}


def official_sentences() -> list[str]:
    assert SHARED
    texts = []
    for name in ("nist_ai_rmf_1.0.yaml", "nist_sp_800_207.yaml"):
        head = (Path(SHARED) / "standards" / name).read_text(encoding="utf-8").split("\ncatalog:")[0]
        texts.append(head.replace("#", " "))  # the head quotes the scope sentence of section 2.1
        for value in standard(name).values():
            if isinstance(value, list):
                texts += [f"{item.get('title', '')} {item.get('text', '')}" for item in value]
    return texts


@needs_shared
@pytest.mark.parametrize("name", MAPPINGS)
def test_no_run_of_words_equals_the_official_text(name: str, mappings: dict[str, dict[str, Any]]) -> None:
    official = set().union(*(runs(text) for text in official_sentences()))
    ours = {"scope_note": mappings[name]["framework"]["scope_note"]}
    ours |= {f"group {group['id']}": group["title"] for group in mappings[name]["groups"]}
    for control in mappings[name]["controls"]:
        ours[f"{control['id']} title"] = control["title"]
        ours[f"{control['id']} statement"] = control["statement"]
        ours[f"{control['id']} reason"] = control.get("reason", "")
        for link in control.get("evidence", []):
            ours[f"{control['id']} {link['objective']}"] = link["rationale"]
    copied = {where: " ".join(run) for where, text in ours.items() for run in runs(text) & official}
    assert not copied


@needs_shared
@pytest.mark.parametrize("name", MAPPINGS)
def test_no_statement_is_an_official_sentence(name: str, mappings: dict[str, dict[str, Any]]) -> None:
    """Short sentences have no run of eight words and still must not be copied."""
    official = {" ".join(words(s)) for text in official_sentences() for s in re.split(r"(?<=[.;])\s", text)}
    for control in mappings[name]["controls"]:
        for sentence in re.split(r"(?<=[.;])\s", control["statement"]):
            assert " ".join(words(sentence)) not in official, control["id"]


def research_rows(file: str, pattern: str) -> list[list[str]]:
    assert SHARED
    lines = (Path(SHARED) / "research" / file).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in lines if re.match(pattern, line)]


@needs_shared
def test_baseline_rows_and_providers(catalogue: dict[str, Any]) -> None:
    rules = {rule["id"]: rule for rule in catalogue["rules"]}
    rows = research_rows("baselines.md", r"\| [A-Z]{3}-\d\d \|")
    assert len(rows) == 257
    for row in rows:
        offered = [provider for provider, cell in zip(PROVIDERS, row[3:7], strict=True) if cell != "—"]
        assert rules[f"ZS-{row[0]}"]["providers"] == offered, row[0]


@needs_shared
def test_on_prem_numbers_and_names(catalogue: dict[str, Any]) -> None:
    rows = research_rows("onprem.md", r"\|\d+\|")
    ours = [(check["number"], check["name"]) for check in catalogue["onprem_checks"]]
    assert [(int(row[0]), row[1]) for row in rows] == ours
