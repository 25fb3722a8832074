"""What `zscan doctor aws` finds out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, options
from tests.sim.aws import AwsSim, Estate
from zscan.collect.aws.collect import AwsOptions
from zscan.collect.aws.doctor import Check, examine
from zscan.collect.tasks import Identity

Examine = Callable[..., list[Check]]


@pytest.fixture
def doctor(sim: AwsSim) -> Iterator[Examine]:
    def run(estate: Estate, **changes: Any) -> list[Check]:
        sim.set_estate(estate)
        key = changes.pop("access_key", None)
        run_id = f"{sim.url}/{key}" if key else ""
        with patch.dict(os.environ, sim.env(account=ACCOUNT, region=REGION, access_key=key), clear=True):
            return examine(options(sim, run=run_id, **changes))

    yield run
    sim.assert_read_only()


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


def test_all_is_well(doctor: Examine, sim: AwsSim) -> None:
    checks = doctor(Estate(regions=[REGION, "eu-west-1"]))
    assert [check for check in checks if check.state == "problem"] == []
    assert (
        named(checks, "credentials").detail
        == f"arn:aws:iam::{ACCOUNT}:user/auditor in account {ACCOUNT}, partition aws, from the default credential chain"
    )
    assert named(checks, "regions").detail == f"2 enabled: eu-west-1, {REGION}"
    assert named(checks, "sagemaker:ListModels").state == "ok"
    assert named(checks, "endpoint").state == "note", "it was allowed, and is still said"
    assert {call["region"] for call in sim.calls()} == {REGION}


def test_a_missing_permission_is_named(doctor: Examine) -> None:
    checks = doctor(Estate(deny_actions=["sagemaker:ListModels", "tag:GetResources"]))
    problems = [check for check in checks if check.state == "problem"]
    assert [(check.name, check.permission) for check in problems] == [
        ("resourcegroupstaggingapi:GetResources", "tag:GetResources"),
        ("sagemaker:ListModels", "sagemaker:ListModels"),
    ]
    assert all("zscan permissions aws" in check.hint for check in problems)


def test_regions_that_cannot_be_listed(doctor: Examine) -> None:
    regions = named(doctor(Estate(deny_actions=["ec2:DescribeRegions"])), "regions")
    assert (regions.state, regions.permission) == ("problem", "ec2:DescribeRegions")


def test_a_region_that_is_not_enabled(doctor: Examine) -> None:
    regions = named(doctor(Estate(regions=[REGION]), regions=["eu-west-1"]), "regions")
    assert (regions.state, regions.detail) == ("problem", "not enabled: eu-west-1")


def test_each_call_is_made_once_for_one_page(doctor: Examine, sim: AwsSim) -> None:
    estate = Estate(page_size=1)
    for number in range(3):
        estate.model(ACCOUNT, REGION, f"m{number}")
    doctor(estate)
    made = sim.operations()
    assert made.count("sagemaker:ListModels") == 1
    assert made.count("iam:GetAccountAuthorizationDetails") == 1
    assert not [call for call in made if call.startswith(("sagemaker:Describe", "s3:", "kms:"))], "these need a name"


def test_bad_credentials_end_it(doctor: Examine, sim: AwsSim) -> None:
    checks = doctor(Estate(), access_key="BADKEY")
    assert checks[-1].name == "credentials"
    assert checks[-1].state == "problem"
    assert "InvalidClientTokenId" in checks[-1].detail
    assert sim.operations() == ["sts:GetCallerIdentity"]


def test_no_credentials() -> None:
    bare = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": "/nowhere",
    }
    with patch.dict(os.environ, bare, clear=True):
        (check,) = examine(AwsOptions(identity=Identity("aws", run="no credentials")))
    assert (check.name, check.state) == ("credentials", "problem")
    assert check.hint


def test_a_profile_that_does_not_exist() -> None:
    bare = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    with patch.dict(os.environ, bare, clear=True):
        (check,) = examine(AwsOptions(identity=Identity("aws", profile="ghost", run="x")))
    assert (check.name, check.state) == ("credentials", "problem")
    assert "ghost" in check.detail


def test_a_custom_endpoint_stops_it_before_anything_is_sent(sim: AwsSim) -> None:
    sim.set_estate(Estate())
    with patch.dict(os.environ, sim.env(), clear=True):
        checks = examine(AwsOptions(identity=Identity("aws", run="refused")))
    assert {check.state for check in checks} == {"problem"}
    assert any("AWS_ENDPOINT_URL=" in check.detail and "--allow-custom-endpoints" in check.hint for check in checks)
    assert sim.calls() == []
