"""What a policy that people already have lacks: pinned policies of AWS, policy files, several together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from zscan.cli import run
from zscan.collect.aws.permission_diff import Held, grades, held
from zscan.collect.aws.permissions import documents
from zscan.collect.permissions import lacking, required
from zscan.errors import UsageError

ACTIONS = [one.action for one in required("aws")]
LIST, GET = "bedrock:ListGuardrails", "s3:GetBucketPolicy"


def statement(action: Any, effect: str = "Allow", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def graded(*statements: dict[str, Any], actions: tuple[str, ...] = (LIST, GET)) -> list[str]:
    return [grades(actions, [Held("x", statements)])[action] for action in actions]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement([LIST, GET])], ["granted", "granted"]),
        ([statement("*")], ["granted", "granted"]),
        ([statement("BEDROCK:list*")], ["granted", "lacking"]),
        ([statement("s3:GetBucket?olicy")], ["lacking", "granted"]),
        ([statement(GET, resource="arn:aws:s3:::mine")], ["lacking", "partly"]),
        ([statement(GET, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], ["lacking", "partly"]),
        ([statement("*"), statement("s3:*", "Deny")], ["granted", "lacking"]),
        ([statement("*"), statement("s3:*", "Deny", "arn:aws:s3:::secret")], ["granted", "partly"]),
        ([statement("*"), statement("s3:*", "Deny", Condition={"StringNotEquals": {"aws:SourceVpc": "v"}})], ["granted", "partly"]),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], ["granted", "lacking"]),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::secret"}], ["partly", "partly"]),
        ([], ["lacking", "lacking"]),
    ],
)
def test_grades(statements: list[dict[str, Any]], expected: list[str]) -> None:
    assert graded(*statements) == expected


def test_what_needs_no_permission_is_never_lacking() -> None:
    assert grades(["sts:GetCallerIdentity"], []) == {"sts:GetCallerIdentity": "granted"}


@pytest.mark.parametrize("name", ["SecurityAudit", "ViewOnlyAccess", "ReadOnlyAccess"])
def test_policies_of_aws_are_pinned_with_version_and_date(name: str) -> None:
    policy = held(name)
    word, version, date = policy.label.split()
    assert word == name
    assert version.startswith("v")
    assert date.startswith("(20")
    found = grades(ACTIONS, [policy])
    assert "granted" in found.values()


def test_the_pinned_patterns_are_those_of_the_published_policy() -> None:
    moto = pytest.importorskip("moto.iam.aws_managed_policies", reason="moto is not installed")
    published = json.loads(moto.aws_managed_policies_data)
    data = json.loads((Path(__file__).parents[3] / "zscan/collect/aws/managed_policies.json").read_text())
    for name, pinned in data["policies"].items():
        statements = [s for s in published[name]["Document"]["Statement"] if s["Resource"] == "*" and "Condition" not in s]
        patterns = sorted({action for s in statements for action in s["Action"]})
        assert sorted(f"{service}:{one}" for service, own in pinned["allow"].items() for one in own) == patterns
        assert pinned["version"] == published[name]["DefaultVersionId"]


def test_zscan_s_own_policies_lack_nothing_together(tmp_path: Path) -> None:
    paths = []
    for one in documents(ACTIONS, limit=1500):
        if one.format == "json":
            (tmp_path / one.filename).write_text(one.text)
            paths.append(str(tmp_path / one.filename))
    assert len(paths) > 1
    assert lacking("aws", paths, {}).rows == ()
    assert lacking("aws", paths[:1], {}).rows != ()


@pytest.mark.parametrize(
    "wrap", [lambda d: d, lambda d: {"PolicyVersion": {"Document": d, "VersionId": "v1"}}, lambda d: {"PolicyDocument": d}]
)
def test_a_file_may_be_what_the_cli_prints(tmp_path: Path, wrap: Any) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps(wrap({"Statement": statement("*")})))
    assert set(grades(ACTIONS, [held(str(file))]).values()) == {"granted"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement": "x"}', '{"Statement": [{"Effect": "Maybe"}]}'])
def test_a_file_that_is_no_policy_is_misuse(tmp_path: Path, text: str) -> None:
    file = tmp_path / "p.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"not a (readable )?policy"):
        held(str(file))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no policy 'SecurityAudits'") as caught:
        held("SecurityAudits")
    assert "SecurityAudit" in caught.value.hint


# ---- as typed


def test_the_command_groups_by_service_and_names_rules(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "most.json"
    file.write_text(json.dumps({"Statement": [statement("*"), statement(["kms:*", "s3:GetBucketPolicy"], "Deny")]}))
    assert run(["permissions", "aws", "--diff", str(file)]) == 1
    out = capsys.readouterr().out
    assert "\nkms\n  kms:DescribeKey\n" in out
    assert "not read, or not whole: AWS::KMS::Key" in out
    assert "ZS-ENC-23" in out
    assert run(["permissions", "aws", "--diff", str(file), "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["needed"] - document["granted"] == len(document["lacking"])
    assert next(one for one in document["lacking"] if one["action"] == GET)["native_types"] == ["AWS::S3::Bucket"]


def test_nothing_lacking_ends_with_zero(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    file.write_text(json.dumps({"Statement": [statement("*")]}))
    assert run(["permissions", "aws", "--diff", str(file)]) == 0
    assert f"grants {len(ACTIONS)} of {len(ACTIONS)} actions" in capsys.readouterr().out


def test_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["permissions", "aws", "--diff", "Nothing"]) == 2
    assert run(["permissions", "aws", "--diff", "SecurityAudit", "--format", "terraform"]) == 2
    assert run(["permissions", "aws", "--format", "yaml"]) == 2
    assert "stackset" in capsys.readouterr().err
    assert run(["permissions", "aws", "--with", "everything"]) == 2
