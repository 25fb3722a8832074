"""Names, labels, tags and settings are chosen by whoever is scanned: no output may act on them, and no secret may leave with one."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.contract.test_formats import INERT
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import role_arn
from tests.sim.aws.document import allow, trust
from tests.support.cli import Ran, zscan
from zscan.collect.redact import _TOKENS
from zscan.report import formats
from zscan.snapshot import open_snapshot

ACCOUNT, REGION = "111122223333", "us-east-1"
NOW = ("--now", "2026-12-01")
ATTACKS = (
    '"><script>alert(1)</script>',
    "\x1b[31mred\x1b]8;;https://example.org\x07link",
    "=cmd()|'/bin/sh'!A1",
    "\u202egnp.exe\u2066",
    "two\nlines\r\n::error::injected",
    "../../etc/passwd",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "[x](javascript:alert(1)) {0} | `",
    "]]>--><!-- \\u003c",
    "a" * 10_000,
)
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def deployment(number: int, attack: str) -> dict[str, Any]:
    container = {
        "name": attack,
        "image": "vllm/vllm-openai:latest",
        "args": ["--model", attack, attack],
        "env": [{"name": attack, "value": attack}, {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": f"http://{attack}"}],
        "volumeMounts": [{"name": attack, "mountPath": attack}],
    }
    sidecar = {"name": f"{attack} sidecar", "image": attack}
    template = {
        "metadata": {"labels": {"app": attack, attack[:200]: attack}},
        "spec": {
            "serviceAccountName": attack,
            "containers": [container, sidecar],
            "volumes": [{"name": attack, "hostPath": {"path": attack}}],
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"{attack}-{number}", "namespace": attack, "labels": {"owner": attack, attack[:200]: attack}},
        "spec": {"selector": {"matchLabels": {"app": attack}}, "template": template},
    }


def service(number: int, attack: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"{attack}-{number}", "namespace": attack},
        "spec": {"type": "LoadBalancer", "selector": {"app": attack}, "ports": [{"port": 80, "name": attack}]},
    }


def template(attack: str) -> dict[str, Any]:
    properties = {"NotebookInstanceName": attack, "RoleArn": attack, "InstanceType": attack, "Tags": [{"Key": attack, "Value": attack}]}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {attack[:200]: {"Type": "AWS::SageMaker::NotebookInstance", "Properties": properties}},
    }


def write_hostile(folder: Path) -> Path:
    """A repository by somebody who means harm."""
    (folder / ".git").mkdir(parents=True)
    items = [made for number, attack in enumerate(ATTACKS) for made in (deployment(number, attack), service(number, attack))]
    (folder / "list.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    for number, attack in enumerate(ATTACKS):
        (folder / f"template-{number}.json").write_text(json.dumps(template(attack)))
        compose = folder / str(number) / "compose.yaml"
        compose.parent.mkdir()
        described = {"image": f"ollama/ollama:{attack}", "ports": ["11434:11434"], "labels": {"owner": attack}}
        compose.write_text(f"services:\n  {json.dumps(attack[:200])}: {json.dumps(described)}\n")
    for number, attack in enumerate(ATTACKS[:5]):
        name = attack.replace("/", "_")[:60]
        (folder / f"{number}{name}.yaml").write_text(json.dumps(deployment(50 + number, "by-file-name")))
        (folder / f"broken{number}{name}.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: [\n")
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hostile(tmp_path_factory.mktemp("hostile") / "repository")


@pytest.fixture(scope="module")
def files_run(hostile: Path) -> Ran:
    return audited("list.json", ".", cwd=hostile)


@pytest.fixture(scope="module")
def sim() -> Iterator[AwsSim]:
    with AwsSim(Estate(regions=[REGION])) as running:
        yield running


@pytest.fixture(scope="module")
def cloud_run(sim: AwsSim, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """The same, in an account: AWS checks names, but neither tags nor descriptions, and a compromised endpoint checks nothing."""
    estate = Estate(regions=[REGION])
    for number, attack in enumerate(ATTACKS):
        short = attack[:200]
        name = f"n{number}-{short[:40]}"
        tags = {short[:100]: short, "owner": short}
        estate.notebook(ACCOUNT, REGION, name, tags=tags)
        estate.model(ACCOUNT, REGION, name, PrimaryContainer={"Image": attack, "ModelDataUrl": attack, "Environment": {attack: attack}})
        estate.agent(ACCOUNT, REGION, f"agent{number}", description=short, instruction=attack * 2)
    sim.set_estate(estate)
    cwd = tmp_path_factory.mktemp("cloud")
    return audited("aws", "--allow-custom-endpoints", cwd=cwd, env=sim.env(account=ACCOUNT, region=REGION)), cwd


def audited(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> Ran:
    wanted = [word for name, known in formats().items() for word in ("-o", f"{name}=out.{known.extension}")]
    ran = zscan("audit", *arguments, *NOW, "-v", *wanted, "--save", "out.zsnap", env=env or {}, cwd=cwd)
    assert ran.code in {1, 3}, ran.err[:2000]
    return ran


def written(cwd: Path, extension: str) -> str:
    return next(path for path in (cwd / f"out.{extension}", cwd / f"out.incomplete.{extension}") if path.exists()).read_text(
        encoding="utf-8"
    )


# ---- inert


def check_report(extension: str, shown: str) -> None:
    if extension in INERT and extension != "txt":
        INERT[extension](shown)
    assert not {char for char in shown if (ord(char) < 0x20 and char != "\n") or 0x7F <= ord(char) < 0xA0}
    if extension != "json":
        assert not BIDI.search(shown)


def check_terminal(shown: str) -> None:
    assert not {char for char in shown if (ord(char) < 0x20 and char not in "\n\t") or 0x7F <= ord(char) < 0xA0}
    assert not BIDI.search(shown)
    assert not [line for line in shown.splitlines() if line.startswith("::")], "a line that a CI runner takes for a command"


@pytest.mark.parametrize("extension", sorted(known.extension for known in formats().values()))
def test_reports_on_hostile_files_are_inert(extension: str, hostile: Path, files_run: Ran) -> None:
    assert files_run.code in {1, 3}
    check_report(extension, written(hostile, extension))


@pytest.mark.parametrize("extension", sorted(known.extension for known in formats().values()))
def test_reports_on_a_hostile_account_are_inert(extension: str, cloud_run: tuple[Ran, Path]) -> None:
    check_report(extension, written(cloud_run[1], extension))


def test_what_is_printed_is_inert(files_run: Ran, cloud_run: tuple[Ran, Path]) -> None:
    for ran in (files_run, cloud_run[0]):
        check_terminal(ran.out)
        check_terminal(ran.err)


def test_every_hostile_thing_was_looked_at(hostile: Path, files_run: Ran, cloud_run: tuple[Ran, Path]) -> None:
    """The tests above say nothing about what was passed over."""
    assert files_run.code
    names = {asset["name"] for asset in json.loads(written(hostile, "json"))["assets"]}
    assert {f"{attack}-{number}" for number, attack in enumerate(ATTACKS)} <= names
    assert set(ATTACKS) <= names, "templates"
    assert {attack[:200] for attack in ATTACKS} <= names, "Compose"
    live = json.loads(written(cloud_run[1], "json"))["assets"]
    assert len([asset for asset in live if asset["type"] == "notebook"]) == len(ATTACKS)
    assert len([asset for asset in live if asset["type"] == "agent"]) == len(ATTACKS)


def test_other_commands_print_inert_text(hostile: Path, files_run: Ran) -> None:
    assert files_run.code
    scan = json.loads(written(hostile, "json"))
    for arguments in (("report", "out.json", "-v"), ("inventory", ".", "--all"), ("diff", "out.json", "out.json")):
        ran = zscan(*arguments, env={}, cwd=hostile)
        check_terminal(ran.out)
        check_terminal(ran.err)
    failed = [finding["id"] for finding in scan["findings"] if finding["status"] == "fail"]
    for finding in failed[:: max(1, len(failed) // 8)]:
        ran = zscan("explain", finding, "--scan", "out.json", env={}, cwd=hostile)
        assert ran.code == 0, ran.err
        check_terminal(ran.out)


def test_a_hostile_path_on_the_command_line_is_inert(tmp_path: Path) -> None:
    for attack in ATTACKS[:5]:
        ran = zscan("audit", attack, env={}, cwd=tmp_path)
        assert ran.code in {2, 5}
        check_terminal(ran.err)


# ---- secrets

# One token for each pattern of the redactor, made up, and long enough to be told apart from everything else.
TOKENS = {
    "private-key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAzzSeededPrivateKeyBodyzz\n-----END RSA PRIVATE KEY-----",
    "anthropic-key": "sk-ant-api03-SeededAnthropicKeyBody0123456789",
    "openai-key": "sk-proj-SeededOpenAiKeyBody0123456789abcdef",
    "huggingface-token": "hf_SeededHuggingFaceTokenBody0123456789",
    "nvidia-key": "nvapi-SeededNvidiaKeyBody0123456789abcdef",
    "github-token": "ghp_SeededGithubTokenBody0123456789abcd",
    "gitlab-token": "glpat-SeededGitlabTokenBody0123",
    "slack-token": "xoxb-1234567890-SeededSlackTokenBody",
    "aws-access-key": "AKIASEEDEDACCESSKEY1",
    "google-api-key": "AIzaSeededGoogleApiKeyBody0123456789abcdef",
    "jwt": "eyJhbGciOiJTZWVkZWQi.eyJzdWIiOiJTZWVkZWQi.SeededJwtSignatureBody",
    "bearer-token": "Bearer SeededBearerTokenBody0123456789",
    "url-password": "https://user:SeededUrlPasswordBody@db.example.com/x",
}
# The part of each that must be nowhere.
SEEDS = {name: re.search(r"zzSeeded\w+zz|AKIASEEDED\w+|eyJzdWIiOiJTZWVkZWQi|Seeded[A-Z]\w+", token) for name, token in TOKENS.items()}
NAMED = {"DB_PASSWORD": "SeededNamedPasswordOne", "client_secret": "SeededNamedSecretTwo", "MASTER_KEY": "SeededNamedKeyThree"}
FLAGGED = "SeededFlagPasswordFour"
ENCODED = "U2VlZGVkQmFzZTY0U2VjcmV0Rml2ZQ=="  # base64 of SeededBase64SecretFive


def needles() -> list[str]:
    found = [match[0].strip("z") for match in SEEDS.values() if match]
    assert len(found) == len(TOKENS)
    return [*found, *NAMED.values(), FLAGGED, ENCODED, "SeededBase64SecretFive"]


def test_there_is_a_seed_for_every_pattern() -> None:
    assert set(TOKENS) == {name for name, _ in _TOKENS}


def secret_manifests(folder: Path) -> Path:
    """A repository that holds a secret in every place where people put them."""
    (folder / ".git").mkdir(parents=True)
    tokens = list(TOKENS.values())
    env = [{"name": f"SETTING_{number}", "value": token} for number, token in enumerate(tokens)]
    env += [{"name": name, "value": value} for name, value in NAMED.items()]
    container = {
        "name": "server",
        "image": "vllm/vllm-openai:latest",
        "command": ["sh", "-c", f"export TOKEN={tokens[3]}; vllm serve --api-key {tokens[1]} --db-password {FLAGGED}"],
        "args": ["--model", "org/model", "--api-key", FLAGGED, *tokens],
        "env": env,
        "livenessProbe": {
            "httpGet": {"path": f"/health?token={tokens[5]}", "httpHeaders": [{"name": "Authorization", "value": f"Bearer {tokens[2]}"}]}
        },
    }
    pod = {"metadata": {"labels": {"app": "a"}, "annotations": {"note": " ".join(tokens)}}, "spec": {"containers": [container]}}
    objects: list[dict[str, Any]] = [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": "a",
                "labels": {"owner": tokens[5]},
                "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(env)},
            },
            "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": pod},
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "keys"},
            "stringData": {**NAMED, **{f"s{number}": token for number, token in enumerate(tokens)}},
            "data": {"password": ENCODED, "other": ENCODED},
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {**NAMED, "all": " ".join(tokens)}},
        {
            "apiVersion": "kagent.dev/v1alpha2",
            "kind": "Agent",
            "metadata": {"name": "helper"},
            "spec": {"type": "Declarative", "declarative": {"systemMessage": f"Use {' '.join(tokens)} with care", "modelConfig": "m"}},
        },
        {
            "apiVersion": "kagent.dev/v1alpha2",
            "kind": "ModelConfig",
            "metadata": {"name": "m"},
            "spec": {"model": "x", "defaultHeaders": {"Authorization": f"Bearer {tokens[2]}"}},
        },
    ]
    (folder / "list.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    service = {"image": "ollama/ollama", "environment": {**NAMED, **{f"V{number}": token for number, token in enumerate(tokens)}}}
    service["command"] = f"serve --token {FLAGGED} {tokens[4]}"
    service["labels"] = {"note": tokens[6]}
    (folder / "compose.yaml").write_text(f"services:\n  a: {json.dumps(service)}\n")
    properties = {
        "PrimaryContainer": {"Image": f"x/{tokens[8]}", "ModelDataUrl": tokens[11], "Environment": {**NAMED, "HF_TOKEN": tokens[3]}},
        "Tags": [{"Key": "note", "Value": tokens[1]}, {"Key": "db_password", "Value": NAMED["DB_PASSWORD"]}],
    }
    secret = {"Type": "AWS::SageMaker::Model", "Properties": properties, "Metadata": {"note": tokens[2]}}
    (folder / "template.json").write_text(
        json.dumps(
            {
                "AWSTemplateFormatVersion": "2010-09-09",
                "Parameters": {"P": {"Type": "String", "Default": tokens[7]}},
                "Resources": {"M": secret},
            }
        )
    )
    # a file that does not parse: what the parser says of it must not repeat it
    (folder / "broken.yaml").write_text(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec: [{tokens[1]}: {tokens[3]}\n  {FLAGGED}: }}\n"
    )
    return folder


def everything_written(cwd: Path) -> Iterator[tuple[str, str]]:
    """Every text that a run left behind, compressed or not."""
    for path in sorted(path for path in cwd.rglob("*") if path.is_file() and not path.is_symlink()):
        if path.suffix == ".zsnap":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    data = archive.read(name)
                    if name.endswith(".zst"):
                        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
                    yield f"{path.name}/{name}", data.decode("utf-8", "replace")
        elif path.suffix == ".journal":
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                yield path.name, "\n".join(str(row) for row in database.execute("SELECT key, CAST(answer AS TEXT) FROM answers"))
            yield f"{path.name} (bytes)", path.read_bytes().decode("latin-1")
        else:
            yield str(path.relative_to(cwd)), path.read_bytes().decode("utf-8", "replace")


def leaks(texts: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(where, needle) for where, text in texts for needle in needles() if needle in text]


def printed(*runs: Ran) -> Iterator[tuple[str, str]]:
    for number, ran in enumerate(runs):
        yield f"stdout {number}", ran.out
        yield f"stderr {number}", ran.err


def further_commands(cwd: Path, finding: str) -> list[Ran]:
    """What people do with a scan afterwards."""
    commands = (
        ("report", "out.json", "-v"),
        ("explain", finding, "--scan", "out.json"),
        ("diff", "out.json", "out.json"),
        ("audit", "out.zsnap", "-v"),
    )
    return [zscan(*arguments, env={}, cwd=cwd) for arguments in commands]


def literal_finding(cwd: Path) -> str:
    """A finding about a secret: the likeliest to hold one."""
    findings = json.loads(written(cwd, "json"))["findings"]
    about = [found for found in findings if found["status"] == "fail" and found["rule_id"].startswith("ZS-SEC")]
    assert about, "nothing was found, so nothing was tested"
    return str(about[0]["id"])


def test_no_secret_of_a_file_leaves(tmp_path: Path) -> None:
    folder = secret_manifests(tmp_path / "repository")
    out = tmp_path / "out"
    out.mkdir()
    ran = audited(str(folder), cwd=out)
    inventory = zscan("inventory", str(folder), "--all", "--json", env={}, cwd=out)
    runs = [ran, inventory, *further_commands(out, literal_finding(out))]
    assert not leaks(printed(*runs))
    assert not leaks(everything_written(out))
    assert len(list(open_snapshot(out / "out.zsnap").assets())) >= 5
    assert any("‹redacted:" in text for _, text in everything_written(out)), "nothing was redacted, so nothing was tested"


def test_no_secret_of_an_account_leaves(sim: AwsSim, tmp_path: Path) -> None:
    tokens = list(TOKENS.values())
    a, r = ACCOUNT, REGION
    estate = Estate(regions=[REGION])
    policy = allow("*", "*", Condition={"StringEquals": {"aws:PrincipalTag/key": tokens}})
    estate.role(a, "leaky", trusts=trust(Condition={"StringEquals": {"sts:ExternalId": tokens[1]}}), inline={"all": policy})
    environment = {**NAMED, **{f"V{number}": token for number, token in enumerate(tokens)}}
    estate.model(
        a,
        r,
        "m",
        PrimaryContainer={"Image": "x", "ModelDataUrl": tokens[11], "Environment": environment},
        ExecutionRoleArn=role_arn(a, "leaky"),
    )
    estate.notebook(
        a,
        r,
        "n",
        tags={"note": tokens[5], "db_password": NAMED["DB_PASSWORD"]},
        DefaultCodeRepository=tokens[11],
        RoleArn=role_arn(a, "leaky"),
    )
    estate.training_job(
        a,
        r,
        "t",
        bucket="b",
        HyperParameters={"token": tokens[3], **NAMED},
        Environment={"HF_TOKEN": tokens[3]},
        RoleArn=role_arn(a, "leaky"),
    )
    estate.agent(a, r, "g", instruction="Use " + " ".join(tokens), description=" ".join(tokens)[:190])
    sim.set_estate(estate)
    message = f"User: arn:aws:iam::1:user/x with {' '.join(tokens)} is not authorized"
    sim.set_faults([{"service": "sagemaker", "op": "ListDomains", "error": "AccessDeniedException", "status": 400, "message": message}])
    ran = audited("aws", "--allow-custom-endpoints", cwd=tmp_path, env=sim.env(account=a, region=r))
    runs = [ran, *further_commands(tmp_path, literal_finding(tmp_path))]
    assert not leaks(printed(*runs))
    texts = list(everything_written(tmp_path))
    assert not leaks(iter(texts))
    assert [where for where, _ in texts if where.endswith(".journal")], "no journal was looked into"
    assert "not-a-secret" not in "".join(text for _, text in texts), "the secret key of the scanner itself"


def test_the_leak_test_can_fail() -> None:
    assert leaks(iter([("somewhere", f"an error said {TOKENS['openai-key']}")])) == [("somewhere", "SeededOpenAiKeyBody0123456789abcdef")]
