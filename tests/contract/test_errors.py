"""Mistakes of people: each ends with the documented exit code, says file, line and likely word, and never with a traceback."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Ran, zscan
from tests.support.manifests import WORKLOADS, write_estate

ROOT = Path(__file__).parents[2]
RULE = """\
id: ACME-NET-01
title: Model servers use TLS in the tests of errors
assets: [endpoint]
severity: medium
since: "0.1.0"
objectives: [enc.in-transit]
pass_when: network.tls
message: "{name} can be reached without TLS"
why: >-
  Prompts and answers cross the network in the clear, and everybody on the way can read and change them.
fix:
  kubernetes: Serve with a certificate, or put a TLS listener in front of the server.
"""
CASES = """\
rule: ACME-NET-01
cases:
  - name: plain
    asset: {type: endpoint, facts: {network: {tls: false}}}
    expect: fail
  - name: with TLS
    twin_of: plain
    asset: {type: endpoint, facts: {network: {tls: true}}}
    expect: pass
  - name: not read
    asset: {type: endpoint}
    expect: unknown
"""
WAIVERS = """\
schema: zscan.waivers/v1
waivers:
  - id: W-1
    rule: ZS-NET-01
    asset: "*weak*"
    owner: ml team
    approver: risk board
    reason: a demonstration that ends
    expires: 2026-12-31
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    return write_estate(tmp_path / "estate")


def run(*arguments: str, cwd: Path, **env: str) -> Ran:
    return zscan(*arguments, env=env, cwd=cwd)


def refused(ran: Ran, code: int, *said: str) -> None:
    """The run ended with this code, said all of this on stderr, and printed no result."""
    assert ran.code == code, f"exit {ran.code}\n{ran.out}\n{ran.err}"
    assert ran.err.startswith("zscan"), ran.err
    for words in said:
        assert words in ran.err, f"{words!r} is not in:\n{ran.err}"
    assert not ran.out.strip(), ran.out


# ---- rules


def changed(old: str, new: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        assert old in RULE
        (folder / "net").mkdir(parents=True)
        (folder / "net" / "own.yaml").write_text(RULE.replace(old, new))
        (folder / "net" / "own.test.yaml").write_text(CASES)

    return write


def twice(folder: Path) -> None:
    changed("id: ACME-NET-01", "id: ACME-NET-01")(folder)
    shutil.copy(folder / "net" / "own.yaml", folder / "net" / "second.yaml")


# What is wrong, and what the message has to hold: the place, and the word that was meant.
BROKEN_RULES: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "a misspelt fact": (
        changed("pass_when: network.tls", "pass_when: network.tsl"),
        ("net/own.yaml:7", "network.tsl", "did you mean network.tls?", "^"),
    ),
    "an unknown asset type": (changed("[endpoint]", "[endpiont]"), ("net/own.yaml:3", "did you mean endpoint?")),
    "a misspelt field": (changed("severity:", "severty:"), ("net/own.yaml:4", "did you mean severity?")),
    "an impossible severity": (changed("severity: medium", "severity: mild"), ("net/own.yaml:4", "mild")),
    "an unknown objective": (changed("enc.in-transit", "enc.in-transt"), ("net/own.yaml:6", "did you mean enc.in-transit?")),
    "a number compared with text": (changed("network.tls", "network.tls == 3"), ("net/own.yaml:7",)),
    "text compared with truth": (changed("pass_when: network.tls", 'pass_when: "name == network.tls"'), ("net/own.yaml:7",)),
    "an asset type that cannot carry the fact": (changed("[endpoint]", "[endpoint, key]"), ("net/own.yaml:3", "can never judge key")),
    "an unknown relation": (changed("network.tls", "relations.runs_like.exists(i, i.identity.granted.admin)"), ("net/own.yaml:7",)),
    "a relation that leads elsewhere": (
        changed("pass_when: network.tls", 'pass_when: "!relations.runs_as.exists(i, i.key.enabled)"'),
        ("net/own.yaml:7",),
    ),
    "no YAML": (changed("assets: [endpoint]", "assets: [endpoint"), ("net/own.yaml:",)),
    "a duplicate id": (twice, ("duplicate id ACME-NET-01", "net/second.yaml:1", "own.yaml")),
    "the id of a shipped rule": (changed("ACME-NET-01", "ZS-NET-01"), ("duplicate id ZS-NET-01", "net/own.yaml:1")),
    "an unknown parameter": (changed("pass_when: network.tls", "pass_when: network.tls && params.strict"), ("net/own.yaml:7", "strict")),
    "an alias bomb": (
        changed(
            "title: Model", "title: &a [x, x, x, x, x, x]\nwhy2: &b [*a, *a, *a, *a, *a, *a, *a]\nwhy3: [*b, *b, *b, *b, *b]\nx: Model"
        ),
        ("net/own.yaml:",),
    ),
}


@pytest.mark.parametrize("what", BROKEN_RULES)
def test_a_broken_rule_stops_everything_before_anything_is_audited(what: str, estate: Path) -> None:
    write, said = BROKEN_RULES[what]
    write(estate / "rules-of-mine")
    for command in (("rules", "lint"), ("audit", ".")):
        refused(run(*command, "--rules", "rules-of-mine", cwd=estate), 2, *said)


def test_a_good_rule_of_ones_own_is_used(estate: Path) -> None:
    """The counterpart: the rule that all the broken ones are made from works."""
    changed("id: ACME-NET-01", "id: ACME-NET-01")(estate / "rules-of-mine")
    lint = run("rules", "lint", "--rules", "rules-of-mine", cwd=estate)
    assert not [line for line in lint.out.splitlines() if "ACME-" in line], lint.out
    audited = run("audit", ".", "--rules", "rules-of-mine", "--select", "ACME-NET-01", "-o", "json=scan.json", cwd=estate)
    assert audited.code in {0, 3}, audited.err
    assert {finding["rule_id"] for finding in json.loads((estate / "scan.json").read_text())["findings"]} == {"ACME-NET-01"}


def test_lint_refuses_a_critical_rule_that_proves_no_reach(estate: Path) -> None:
    changed("severity: medium", "severity: critical")(estate / "rules-of-mine")
    ran = run("rules", "lint", "--rules", "rules-of-mine", cwd=estate)
    assert ran.code == 1
    assert re.search(r"net/own\.yaml:4: ACME-NET-01: critical, but pass_when looks at no proof of reach", ran.out)


def test_lint_names_a_rule_without_cases(estate: Path) -> None:
    changed("id: ACME-NET-01", "id: ACME-NET-01")(estate / "rules-of-mine")
    (estate / "rules-of-mine" / "net" / "own.test.yaml").unlink()
    for command in ("lint", "test"):
        ran = run("rules", command, "--rules", "rules-of-mine", cwd=estate)
        assert ran.code == 1
        assert "ACME-NET-01" in ran.out
        assert "own.test.yaml" in ran.out


def test_a_folder_of_rules_that_is_not_there(estate: Path) -> None:
    refused(run("audit", ".", "--rules", "nowhere", cwd=estate), 2, "nowhere", "what to do")


@pytest.mark.parametrize(
    ("option", "word"), [("--level", "strcit"), ("--select", "ZS-NET-1"), ("--framework", "nist-ai"), ("--types", "endpiont")]
)
def test_a_word_that_names_nothing(option: str, word: str, estate: Path) -> None:
    """A selection that matches nothing would otherwise be a clean bill of health."""
    refused(run("audit", ".", option, word, cwd=estate), 2, word)


# ---- mappings


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with data of its own, to be broken."""
    folder = tmp_path_factory.mktemp("program")
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("zscan", "rules", "mappings", "reports"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    return folder


def own(program: Path, *arguments: str, cwd: Path) -> Ran:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8", "PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "zscan", *arguments], env=env, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("objective: net.private-endpoints", "objective: net.private-endpoint", "did you mean net.private-endpoints?"),
        ("strength: partial", "strength: strong", "strong"),
        ("coverage: observable", "coverage: observed", "observed"),
    ],
    ids=["a missing objective", "a strength that is none", "a coverage that is none"],
)
def test_a_broken_mapping(old: str, new: str, said: str, program: Path, estate: Path) -> None:
    path = program / "mappings" / "nist-sp-800-207.yaml"
    good = path.read_text(encoding="utf-8")
    assert old in good
    try:
        path.write_text(good.replace(old, new, 1), encoding="utf-8")
        line = good[: good.index(old)].count("\n") + 1
        refused(own(program, "audit", ".", cwd=estate), 2, f"nist-sp-800-207.yaml:{line}", said)
    finally:
        path.write_text(good, encoding="utf-8")


# ---- policy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('levle = "strict"\n', ("zscan.toml:1", "did you mean level?")),
        ('\nlevel = "strcit"\n', ("strcit", "strict")),
        ('fail_on = "hihg"\n', ("zscan.toml:1", "hihg")),
        ("level = strict\n", ("zscan.toml:1",)),
        ('[params.ZS-NET-01]\nfoo = "bar"\n', ("foo",)),
        ('command = "curl example.org"\n', ("zscan.toml:1", "cannot name commands")),
        ("waivers = ['missing.yaml']\n", ("missing.yaml",)),
    ],
    ids=["key", "level", "word", "quotes", "parameter", "command", "file"],
)
def test_a_broken_policy_file(text: str, said: tuple[str, ...], estate: Path) -> None:
    (estate / "zscan.toml").write_text(text)
    refused(run("audit", ".", cwd=estate), 2, *said)


def test_a_policy_file_that_is_not_there(estate: Path) -> None:
    refused(run("audit", ".", "--config", "other.toml", cwd=estate), 2, "other.toml")


def test_a_policy_file_deeper_down_is_not_read(estate: Path) -> None:
    (estate / "k8s" / "zscan.toml").write_text('fail_on = "never"\n')
    assert run("audit", ".", "-q", cwd=estate).code == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    owner: ml team\n", "", ("waivers.yaml:3", "owner")),
        ("    expires: 2026-12-31\n", "", ("waivers.yaml:3", "expires")),
        ("2026-12-31", "someday", ("waivers.yaml:9", "someday")),
        ("approver:", "aprover:", ("waivers.yaml:7", "did you mean approver?")),
        ("zscan.waivers/v1", "zscan.waivers/v9", ("waivers.yaml:1", "schema: zscan.waivers/v1")),
        ("  - id: W-1", "  - id: [W-1", ("waivers.yaml:",)),
    ],
    ids=["no owner", "no last day", "no date", "key", "schema", "syntax"],
)
def test_a_broken_waiver(old: str, new: str, said: tuple[str, ...], estate: Path) -> None:
    assert old in WAIVERS
    (estate / "waivers.yaml").write_text(WAIVERS.replace(old, new))
    refused(run("audit", ".", "--waivers", "waivers.yaml", cwd=estate), 2, *said)
    refused(run("waivers", "check", "waivers.yaml", cwd=estate), 2, *said)


def test_an_expired_waiver_fails_again_and_is_reported(estate: Path) -> None:
    (estate / "waivers.yaml").write_text(WAIVERS)
    options = ("audit", ".", "--waivers", "waivers.yaml", "--select", "ZS-NET-01", "-q", "-o", "json=scan.json")
    codes = {}
    for day in ("2026-12-31", "2027-01-01"):
        codes[day] = run(*options, "--exclude", "compose", "--exclude", "network-of-hardened", "--now", day, cwd=estate).code
        scan = json.loads((estate / "scan.json").read_text())
        waived = [finding for finding in scan["findings"] if finding.get("waiver")]
        assert waived
        assert {finding["status"] for finding in waived} == {"fail"}
        assert {finding["waiver"].get("expired", False) for finding in waived} == {day == "2027-01-01"}
        assert bool([note for note in scan.get("waivers", []) if "expired" in note["problem"]]) == (day == "2027-01-01")


# ---- input


def test_a_manifest_that_does_not_parse(estate: Path) -> None:
    (estate / "k8s" / "workloads.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [broken\nspec: {}\n")
    ran = run("audit", ".", "--fail-on", "never", "-o", "json=scan.json", "-o", "sarif=scan.sarif", cwd=estate)
    assert ran.code == 3
    scan = json.loads((estate / "scan.json").read_text())
    (gap,) = [gap for gap in scan["gaps"] if gap["blocking"]]
    assert (gap["scope"], gap["reason"]) == ("k8s/workloads.yaml", "UNPARSABLE")
    assert re.match(r"line [34], column \d+: ", gap["detail"])
    assert not scan["run"].get("complete", True)
    assert "k8s/workloads.yaml" in ran.out
    assert not (estate / "scan.sarif").exists(), "uploading it would close alerts"
    assert (estate / "scan.incomplete.sarif").exists()
    assert "scan.incomplete.sarif" in ran.err
    assert run("audit", ".", "--fail-on", "never", "--allow-gaps", "UNPARSABLE", "-q", cwd=estate).code == 0


def test_the_rest_of_the_files_is_judged_although_one_is_broken(estate: Path) -> None:
    (estate / "k8s" / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\n  metadata: [\n")
    assert run("audit", ".", "-q", "-o", "json=scan.json", cwd=estate).code == 1, "findings go before gaps"
    assert json.loads((estate / "scan.json").read_text())["summary"]["findings_by_status"]["fail"] > 20


@pytest.mark.parametrize("name", ["missing.yaml", "no/such/folder", "azure-infra"])
def test_a_path_that_does_not_exist(name: str, estate: Path) -> None:
    refused(run("audit", name, cwd=estate), 5, name, "what to do")
    refused(run("audit", ".", name, cwd=estate), 5, name)


def test_a_folder_with_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(run("audit", "empty", cwd=tmp_path), 5, "empty", "nothing to audit")
    (tmp_path / "empty" / "values.yaml").write_text("colour: blue\n")
    (tmp_path / "empty" / "readme.md").write_text("nothing\n")
    refused(run("audit", "empty", cwd=tmp_path), 5, "empty")


def test_infrastructure_without_ai_is_a_result(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n")
    ran = run("audit", "web.yaml", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert re.search(r"no AI", ran.out, re.IGNORECASE)


@pytest.mark.parametrize("name", ["azure", "gcp"])
def test_a_cloud_that_is_not_collected_yet(name: str, estate: Path) -> None:
    refused(run("audit", name, cwd=estate), 2, name)


# ---- the command line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("audit", "--levle", "strict"), "--levle"),
        (("adit",), "adit"),
        (("audit", "-o", "htlm=x.html"), "did you mean html?"),
        (("audit", "-o", "json", "-o", "sarif"), "two reports"),
        (("audit", "--fail-on", "hihg"), "hihg"),
        (("audit", "--now", "tomorrow"), "tomorrow"),
        (("audit", "--scope", "whole"), "whole"),
        (("audit", "aws", "--offline"), "--offline"),
        (("explain", "ZS-NET-999"), "ZS-NET-999"),
        (("report", "missing.json"), "missing.json"),
        (("report", "k8s/workloads.yaml"), "k8s/workloads.yaml"),
        (("diff", "k8s/workloads.yaml", "k8s/network.yaml"), "k8s/workloads.yaml"),
        (("audit", ".", "--baseline", "k8s/workloads.yaml"), "k8s/workloads.yaml"),
        (("schema", "nothing"), "nothing"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_on_the_command_line(arguments: tuple[str, ...], said: str, estate: Path) -> None:
    refused(run(*arguments, cwd=estate), 2, said)


def test_an_output_that_cannot_be_written(estate: Path) -> None:
    (estate / "file").write_text("")
    ran = run("audit", ".", "-q", "-o", "json=file/scan.json", cwd=estate)
    refused(ran, 2, "cannot write", "file/scan.json")


def test_nothing_at_all_shows_help(tmp_path: Path) -> None:
    ran = run(cwd=tmp_path)
    assert ran.code == 2
    assert "Usage: zscan" in ran.out + ran.err


# ---- standard input


def piped(data: bytes, *arguments: str, cwd: Path) -> Ran:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "zscan", "audit", "-", *arguments],
        env=env,
        cwd=cwd,
        input=data,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_list_on_standard_input(tmp_path: Path) -> None:
    """What `kubectl get … -o json` prints."""
    import yaml

    items = list(yaml.safe_load_all(WORKLOADS))
    data = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}).encode()
    ran = piped(data, "-o", "json=scan.json", cwd=tmp_path)
    assert ran.code == 1, ran.err
    scan = json.loads((tmp_path / "scan.json").read_text())
    assert {asset["name"] for asset in scan["assets"] if asset["type"] == "endpoint"} == {"weak", "hardened"}
    assert scan["summary"]["findings_by_status"]["fail"] > 10
    assert str(tmp_path) not in (tmp_path / "scan.json").read_text()
    assert "/tmp/" not in json.dumps(scan["assets"])  # noqa: S108 (the name of a file that was only a means)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"just words", b"{", b"- 1\n- 2\n"], ids=["empty", "binary", "text", "cut", "list"])
def test_nonsense_on_standard_input(data: bytes, tmp_path: Path) -> None:
    assert piped(data, cwd=tmp_path).code in {3, 5}
