from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.engine.builders import RULE_FILE
from zscan.engine.load import check_ruleset, load_rule, load_ruleset
from zscan.engine.yaml_tree import MAX_BYTES
from zscan.errors import RuleError

Write = Callable[[Mapping[str, str]], Path]

OBJECTIVES = """\
schema: zscan.objectives/v1
objectives:
  - {id: net.private, title: Private, statement: No way in from the internet.}
"""
CATALOGUE = """\
schema: zscan.catalogue/v1
rules:
  - {id: ZS-NET-01, title: Private, objectives: [net.private], providers: [aws]}
onprem_checks:
  - {number: 1, name: x, same_as: ZS-NET-01}
"""


def failure(root: Path) -> str:
    with pytest.raises(RuleError) as caught:
        load_ruleset([root])
    assert caught.value.exit_code == 2
    return caught.value.diagnostics()


def test_a_rule_directory_loads(rule_dir: Write) -> None:
    root = rule_dir(
        {
            "net/private.yaml": RULE_FILE,
            "net/private.test.yaml": "rule: ZS-NET-02\ncases: []\n",
            "objectives.yaml": OBJECTIVES,
            "catalogue.yaml": CATALOGUE,
            "levels/starter.yaml": "name: starter\ntitle: S\ndescription: D\nrules: [NET]\n",
        }
    )
    loaded = load_ruleset([root])
    [rule] = loaded.rules
    assert (rule.id, rule.loaded.file, rule.path) == ("ZS-NET-02", "rules/net/private.yaml", root / "net/private.yaml")
    assert rule.loaded.lines["pass_when"] == 7
    assert loaded.levels["starter"].rules == ("ZS-NET-02",)
    assert loaded.catalogue["ZS-NET-01"].providers == ("aws",)
    assert loaded.objectives["net.private"].title == "Private"
    assert loaded.get("ZS-NET-02") is rule
    with pytest.raises(RuleError) as caught:
        loaded.get("ZS-NET-20")
    assert caught.value.suggestion == "ZS-NET-02"


def test_the_digest_follows_content_and_not_place_or_line_endings(rule_dir: Write, tmp_path: Path) -> None:
    first = load_ruleset([rule_dir({"net/a.yaml": RULE_FILE})]).digest
    other = tmp_path / "elsewhere" / "rules" / "net"
    other.mkdir(parents=True)
    (other / "a.yaml").write_bytes(RULE_FILE.replace("\n", "\r\n").encode())
    assert load_ruleset([other.parent]).digest == first
    (other / "a.yaml").write_text(RULE_FILE + "# more\n")
    assert load_ruleset([other.parent]).digest != first


SNAPSHOT = {
    "misspelt fact in a block scalar": (
        RULE_FILE.replace("granted.admin", "granted.admn"),
        """\
rules/net/a.yaml:9:44: unknown fact 'identity.granted.admn' of identity assets
  9 |   && !runs_as.exists(r, r.identity.granted.admn)
    |                                            ^
  did you mean identity.granted.admin?""",
    ),
    "wrong enum member": (
        RULE_FILE.replace("!network.public_access\n", "view == 'decalred'\n"),
        """\
rules/net/a.yaml:8:11: 'decalred' is impossible here: one of live, declared
  8 |   view == 'decalred'
    |           ^
  did you mean declared?""",
    ),
    "fact of the wrong type behind a relation": (
        RULE_FILE.replace("runs_as.exists", "encrypts_with.exists"),
        """\
rules/net/a.yaml:9:33: key assets do not carry the fact identity.granted.admin; it is carried by: identity
  9 |   && !encrypts_with.exists(r, r.identity.granted.admin)
    |                                 ^""",
    ),
    "relation read like an asset": (
        RULE_FILE.replace("runs_as.exists(r, r.identity.granted.admin)", "runs_as.identity.boundary"),
        """\
rules/net/a.yaml:9:15: runs_as is a list of assets
  9 |   && !runs_as.identity.boundary
    |               ^
  did you mean runs_as.exists(x, x.identity.boundary)?""",
    ),
    "unknown field": (
        RULE_FILE.replace("why:", "wy:"),
        """\
rules/net/a.yaml:11:1: unknown field 'wy'
  11 | wy: Strangers can call it.
     | ^
  did you mean why?""",
    ),
    "missing field": (
        RULE_FILE.replace("why: Strangers can call it.\n", ""),
        """\
rules/net/a.yaml:1:1: the field 'why' is missing
  1 | id: ZS-NET-02
    | ^""",
    ),
    "impossible severity": (
        RULE_FILE.replace("severity: high", "severity: hihg"),
        """\
rules/net/a.yaml:4:11: 'hihg' is not possible here; one of: low, medium, high, critical
  4 | severity: hihg
    |           ^
  did you mean high?""",
    ),
    "unknown asset type": (
        RULE_FILE.replace("[endpoint]", "[agent, endpont]"),
        """\
rules/net/a.yaml:3:17: unknown asset type 'endpont'
  3 | assets: [agent, endpont]
    |                 ^
  did you mean endpoint?""",
    ),
    "unknown placeholder": (
        RULE_FILE.replace("{name}", "{nam}"),
        """\
rules/net/a.yaml:10:12: unknown fact 'nam' of endpoint assets
  10 | message: "{nam} answers the internet"
     |            ^
  did you mean name?""",
    ),
    "unknown objective": (
        RULE_FILE.replace("net.private", "net.privat"),
        """\
rules/net/a.yaml:6:14: unknown objective 'net.privat'
  6 | objectives: [net.privat]
    |              ^
  did you mean net.private?""",
    ),
    "wrong type of a field": (
        RULE_FILE.replace("[endpoint]", "endpoint"),
        """\
rules/net/a.yaml:3:9: expected a list, got text
  3 | assets: endpoint
    |         ^""",
    ),
    "no rule id": (
        RULE_FILE.replace("ZS-NET-02", "net-2"),
        """\
rules/net/a.yaml:1:5: 'net-2' is no rule id; ids look like ZS-NET-01
  1 | id: net-2
    |     ^""",
    ),
    "unknown theme": (
        RULE_FILE.replace("ZS-NET-02", "ZS-NTE-02"),
        """\
rules/net/a.yaml:1:5: unknown theme 'NTE'; themes: IDN, NET, ENC, SEC, LOG, ART, DAT, GRD, TPS, ISO, JIT, AGT, RES
  1 | id: ZS-NTE-02
    |     ^
  did you mean NET?""",
    ),
    "repeated key": (
        RULE_FILE + "id: ZS-NET-03\n",
        """\
rules/net/a.yaml:13:1: 'id' stands here twice
  13 | id: ZS-NET-03
     | ^""",
    ),
    "not YAML": (
        RULE_FILE.replace("[endpoint]", "[endpoint"),
        """\
rules/net/a.yaml:4:9: did not find expected ',' or ']'
  4 | severity: high
    |         ^""",
    ),
    "unknown placeholder of a command": (
        RULE_FILE + "verify: [{provider: aws, command: 'aws x --id {idd}', expect: y}]\n",
        """\
rules/net/a.yaml:13:48: unknown placeholder {idd}; commands know name, id, account, region
  13 | verify: [{provider: aws, command: 'aws x --id {idd}', expect: y}]
     |                                                ^
  did you mean id?""",
    ),
}


@pytest.mark.parametrize("case", SNAPSHOT)
def test_mistakes_are_shown_with_file_line_caret_and_suggestion(rule_dir: Write, case: str) -> None:
    text, expected = SNAPSHOT[case]
    assert failure(rule_dir({"net/a.yaml": text, "objectives.yaml": OBJECTIVES})) == expected


def test_a_duplicate_id_names_both_files(rule_dir: Write) -> None:
    assert failure(rule_dir({"net/a.yaml": RULE_FILE, "net/b.yaml": RULE_FILE})) == (
        "rules/net/b.yaml:1:5: duplicate id ZS-NET-02; it is also in rules/net/a.yaml\n  1 | id: ZS-NET-02\n    |     ^"
    )


BAD = "!network.public_access && network.tsl"


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("pass_when: " + BAD.replace("!", "network.private_network || "), 7, 72),
        (f"pass_when: '{BAD}'", 7, 47),
        (f'pass_when: "{BAD}"', 7, 47),
        ('pass_when: "name != \'\\"\\\\\\\\\\u00e9\' && network.tsl"', 7, 47),
        ("pass_when: 'name != ''x'' && network.tsl'", 7, 38),
        (f"pass_when: |\n  {BAD}", 8, 37),
        ("pass_when: |-\n\n    !network.public_access\n      && network.tsl", 10, 18),
        ("pass_when: >-\n  !network.public_access &&\n  network.tsl", 9, 11),
        ("pass_when: > # folded\n   !network.public_access &&\n\n   network.tsl", 10, 12),
        ("pass_when: network.private_network ||\n  network.tsl", 8, 11),
        ('pass_when: "network.tls ||\\\n  network.tsl"', 8, 11),
    ],
)
def test_the_caret_finds_the_place_in_every_kind_of_scalar(rule_dir: Write, written: str, line: int, column: int) -> None:
    start = RULE_FILE.index("pass_when")
    end = RULE_FILE.index("message:")
    root = rule_dir({})
    root.mkdir()
    (root / "a.yaml").write_text(RULE_FILE[:start] + written + "\n" + RULE_FILE[end:], encoding="utf-8")
    with pytest.raises(RuleError, match=r"unknown fact 'network\.tsl'") as caught:
        load_ruleset([root])
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.snippet[column - 1 :].startswith("tsl")


HOSTILE = {
    "a tag": ("id: !!python/object/apply:os.system [echo]\n", "a tag"),
    "a local tag": ("id: !x y\n", "a tag"),
    "a tag on a mapping": ("--- !!map\nid: x\n", "a tag"),
    "an anchor": ("id: &a x\n", "an anchor"),
    "an alias": ("title: &a x\nid: *a\n", "an anchor"),
    "a merge": ("<<: {id: x}\nid: ZS-NET-01\n", "unknown field '<<'"),
    "two documents": ("id: x\n---\nid: y\n", "second document"),
    "a list for a key": ("[a]: b\n", "cannot be a key"),
    "a mapping for a key": ("? {a: b}\n: c\n", "cannot be a key"),
    "an empty file": ("", "the file is empty"),
    "only a comment": ("# nothing\n", "the file is empty"),
    "a list": ("[a, b]\n", "expected a mapping"),
    "a text": ("just text\n", "expected a mapping"),
    "an empty value": ("id:\n", "an empty value"),
    "null": ("id: ~\n", "an empty value"),
    "deep lists": ("a: " + "[" * 2000 + "]" * 2000 + "\n", ""),
    "deep mappings": ("a: " + "{a: " * 900 + "b" + "}" * 900 + "\n", ""),
    "many values": ("a: [" + "b," * 9000 + "]\n", "too many values"),
    "a large file": ("a: '" + "x" * MAX_BYTES + "'\n", "larger than 64 kB"),
    "a control character": ("id: 'a\x07b'\n", ""),
    "a byte order mark inside": ("id: a\ufeffb\n", ""),
    "tabs": ("\tid: x\n", ""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_quickly(rule_dir: Write, case: str) -> None:
    text, message = HOSTILE[case]
    began = time.process_time()
    assert message in failure(rule_dir({"a.yaml": text}))
    assert time.process_time() - began < 1


def test_a_file_that_is_not_utf8(rule_dir: Write) -> None:
    root = rule_dir({"a.yaml": ""})
    (root / "a.yaml").write_bytes(b"id: \xff\xfe")
    assert "not UTF-8" in failure(root)


def test_text_that_other_readers_take_for_values_stays_text(rule_dir: Write) -> None:
    text = RULE_FILE.replace('"0.1.0"', "1.0").replace("title: Dedicated inference endpoints are private", "title: no")
    rule = load_ruleset([rule_dir({"a.yaml": text})]).rules[0].rule
    assert (rule.since, rule.title) == ("1.0", "no")


def test_every_mistake_can_be_had_at_once(rule_dir: Write) -> None:
    broken = RULE_FILE.replace("network.public_access", "network.x")
    loaded, errors = check_ruleset([rule_dir({"a.yaml": broken, "b.yaml": broken, "c.yaml": RULE_FILE})])
    assert [error.file for error in errors] == ["rules/a.yaml", "rules/b.yaml"]
    assert [rule.id for rule in loaded.rules] == ["ZS-NET-02"]


def test_directories_add_up(rule_dir: Write, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "own.yaml").write_text(RULE_FILE.replace("ZS-NET-02", "ACME-NET-01"))
    loaded = load_ruleset([rule_dir({"net/a.yaml": RULE_FILE, "objectives.yaml": OBJECTIVES}), more])
    assert [rule.id for rule in loaded.rules] == ["ACME-NET-01", "ZS-NET-02"]
    with pytest.raises(RuleError, match="no such directory"):
        load_ruleset([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("catalogue.yaml", "schema: zscan.catalogue/v2\nrules: []\n", "expected schema: zscan.catalogue/v1"),
        (
            "catalogue.yaml",
            CATALOGUE.replace("onprem", "  - {id: ZS-NET-01, title: T, objectives: [x], providers: [aws]}\nonprem"),
            "duplicate id ZS-NET-01",
        ),
        ("objectives.yaml", OBJECTIVES.replace("statement", "sttement"), "unknown field 'sttement'"),
        ("levels/a.yaml", "name: b\ntitle: T\ndescription: D\n", "the level in a.yaml is called 'b'"),
        ("levels/a.yaml", "name: a\ntitle: T\ndescription: D\nextends: strat\n", "there is no level 'strat'"),
        ("levels/a.yaml", "name: a\ntitle: T\ndescription: D\nextends: a\n", "extends itself"),
        ("levels/a.yaml", "name: a\ntitle: T\ndescription: D\nparams: {ZS-NET-03: {x: 1}}\n", "a rule that does not exist"),
        ("levels/a.yaml", "name: a\ntitle: T\ndescription: D\nparams: {ZS-NET-02: {x: 1}}\n", "ZS-NET-02 has no parameter 'x'"),
    ],
)
def test_mistakes_in_catalogue_objectives_and_levels(rule_dir: Write, name: str, text: str, message: str) -> None:
    assert message in failure(rule_dir({"net/a.yaml": RULE_FILE, name: text}))


def test_the_bundled_rule_directory_loads() -> None:
    root = Path(__file__).parents[2] / "rules"
    loaded = load_ruleset([root])
    assert {"starter", "standard", "strict"} <= set(loaded.levels)
    ids = {rule.id for rule in loaded.rules}
    assert set(loaded.levels["starter"].rules) <= set(loaded.levels["standard"].rules) <= set(loaded.levels["strict"].rules) <= ids


def test_one_file_loads_alone(rule_dir: Write) -> None:
    assert load_rule(rule_dir({"a.yaml": RULE_FILE}) / "a.yaml").id == "ZS-NET-02"
