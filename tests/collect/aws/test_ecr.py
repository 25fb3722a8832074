"""Repositories of the images that AI runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, Scanned, assert_same_facts, misspelt, scan
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn
from tests.sim.aws.build_context import repository_uri
from tests.sim.aws.document import allow
from zscan.collect import Place
from zscan.collect.aws.ecr import locate, repository_of
from zscan.model.unknown import Unknown

REPOSITORY = "AWS::ECR::Repository"
URI = repository_uri(ACCOUNT, REGION, "team/serve")


def with_repository(sim: AwsSim, *, image: str = f"{URI}:1", rules: Any = None, deny: tuple[str, ...] = (), **repository: Any) -> Scanned:
    estate = Estate(deny_actions=list(deny)).model(ACCOUNT, REGION, "m", PrimaryContainer={"Image": image})
    if rules is not None:
        scanning = {"scanType": "BASIC", "rules": rules}
        estate.put(ACCOUNT, REGION, "ecr", "GetRegistryScanningConfiguration", {"scanningConfiguration": scanning})
    return scan(sim, estate.repository(ACCOUNT, REGION, "team/serve", **repository))


@pytest.mark.parametrize("image", [URI, f"{URI}:1", f"{URI}@sha256:{'a' * 64}", f"{URI}:1@sha256:{'a' * 64}"])
def test_however_an_image_is_named_it_comes_from_its_repository(sim: AwsSim, image: str) -> None:
    found = with_repository(sim, image=image)
    assert found.gaps == []
    assert [r.target for r in found.one("AWS::SageMaker::Model").relations if r.kind == "pulls_from"] == [found.one(REPOSITORY).id]


def test_two_images_of_one_repository_are_one_asset(sim: AwsSim) -> None:
    estate = Estate().repository(ACCOUNT, REGION, "team/serve")
    for name in ("a", "b"):
        estate.model(ACCOUNT, REGION, name, PrimaryContainer={"Image": f"{URI}:{name}"})
    assert len(scan(sim, estate).all(REPOSITORY)) == 1
    assert [call["op"] for call in sim.calls()].count("DescribeRepositories") == 1


@pytest.mark.parametrize("image", ["docker.io/library/python:3.13", "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2", "", "/../x"])
def test_other_registries_are_not_asked(sim: AwsSim, image: str) -> None:
    found = with_repository(sim, image=image)
    assert (found.all(REPOSITORY), found.gaps) == ([], [])
    assert "ecr" not in {call["service"] for call in sim.calls()}


def test_a_repository_that_does_not_exist_is_no_asset(sim: AwsSim) -> None:
    found = scan(sim, Estate().model(ACCOUNT, REGION, "m", PrimaryContainer={"Image": f"{URI}:1"}))
    assert (found.all(REPOSITORY), found.gaps) == ([], [])


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("MUTABLE", False), ("IMMUTABLE", True), ("IMMUTABLE_WITH_EXCLUSION", True), ("MUTABLE_WITH_EXCLUSION", False)],
)
def test_tags_are_fixed_only_where_they_are(sim: AwsSim, setting: str, expected: bool) -> None:
    live = with_repository(sim, imageTagMutability=setting).one(REPOSITORY)
    assert live.facts["repository.tags_fixed"] is expected


def rule(frequency: str, wanted: str) -> dict[str, Any]:
    return {"scanFrequency": frequency, "repositoryFilters": [{"filter": wanted, "filterType": "WILDCARD"}]}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], False),
        ([rule("CONTINUOUS_SCAN", "*")], True),
        ([rule("SCAN_ON_PUSH", "team")], True),
        ([rule("SCAN_ON_PUSH", "other*")], False),
        ([rule("MANUAL", "*")], False),
    ],
)
def test_a_rule_of_the_registry_scans_what_its_filter_takes_in(sim: AwsSim, rules: Any, expected: bool) -> None:
    assert with_repository(sim, rules=rules).one(REPOSITORY).facts["repository.scanned"] is expected


def test_scan_on_push_is_enough_whatever_the_registry_says(sim: AwsSim) -> None:
    found = with_repository(sim, imageScanningConfiguration={"scanOnPush": True}, deny=("ecr:GetRegistryScanningConfiguration",))
    assert found.one(REPOSITORY).facts["repository.scanned"] is True


@pytest.mark.parametrize(
    ("action", "unknown"),
    [
        ("ecr:GetRegistryScanningConfiguration", {"repository.scanned"}),
        ("ecr:GetRepositoryPolicy", {"sharing.public", "sharing.foreign_accounts"}),
    ],
)
def test_a_refused_part_is_unknown_and_the_rest_is_not(sim: AwsSim, action: str, unknown: set[str]) -> None:
    found = with_repository(sim, deny=(action,))
    assert {path for path, value in found.one(REPOSITORY).facts.items() if isinstance(value, Unknown)} == unknown
    assert [gap.permission for gap in found.gaps] == [action]


def test_the_policy_names_who_may_pull(sim: AwsSim) -> None:
    found = with_repository(sim, policy=allow("ecr:BatchGetImage", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})).one(REPOSITORY)
    assert (found.facts["sharing.public"], found.facts["sharing.foreign_accounts"]) == (False, [OTHER])


@pytest.mark.parametrize(
    ("encryption", "expected"),
    [
        ({"encryptionType": "AES256"}, False),
        ({"encryptionType": "KMS", "kmsKey": key_arn(ACCOUNT, REGION, "ml")}, True),
        ({"encryptionType": "KMS"}, False),
    ],
)
def test_a_customer_key_is_named(sim: AwsSim, encryption: Any, expected: bool) -> None:
    assert with_repository(sim, encryptionConfiguration=encryption).one(REPOSITORY).facts["encryption.customer_key"] is expected


def test_live_and_in_a_template(sim: AwsSim) -> None:
    body = {
        "RepositoryName": "team/serve",
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": key_arn(ACCOUNT, REGION, "ml")},
        "Tags": [{"Key": "owner", "Value": "ml"}],
    }
    live = with_repository(
        sim,
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key_arn(ACCOUNT, REGION, "ml")},
        tags={"owner": "ml"},
    ).one(REPOSITORY)
    assert misspelt(REPOSITORY, body) == []
    assert_same_facts(live, body)


def test_a_name_that_the_service_would_refuse_is_not_asked_for() -> None:
    here = Place("aws", ACCOUNT, REGION)
    assert locate(repository_of(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/m"), here) is None
    assert locate(repository_of(f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/a/b:1"), here) == (Place("aws", ACCOUNT, "eu-west-1"), "a/b")
