"""Model package groups, live and in templates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, assert_same_facts, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from zscan.model.unknown import Unknown, Unresolved

TYPE = "AWS::SageMaker::ModelPackageGroup"
POLICY = "sagemaker:GetModelPackageGroupPolicy"


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sagemaker:DescribeModelPackage", "Resource": "*", **more}],
    }


ONE_ACCOUNT = allow({"AWS": f"arn:aws:iam::{OTHER}:root"})


@pytest.mark.parametrize(
    ("policy", "public", "foreign"),
    [
        (None, False, []),
        (ONE_ACCOUNT, False, [OTHER]),
        (allow("*"), True, []),
        (allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), False, []),
    ],
)
def test_policy_live_and_in_a_template(sim: AwsSim, policy: Any, public: bool, foreign: list[str]) -> None:
    found = scan(sim, Estate().model_package_group(ACCOUNT, REGION, "g", policy=policy))
    live = found.one(TYPE)
    assert found.gaps == []
    assert live.facts["sharing.public"] is public
    assert live.facts["sharing.foreign_accounts"] == foreign
    for written in (policy, json.dumps(policy) if policy else None):
        assert_same_facts(live, {"ModelPackageGroupName": "g"} | ({"ModelPackageGroupPolicy": written} if written else {}))


def test_a_group_without_a_policy_is_told_from_a_request_that_failed(sim: AwsSim) -> None:
    """AWS answers both with ValidationException: only the words differ."""
    broken = Estate().model_package_group(ACCOUNT, REGION, "g")
    broken.fault(
        service="sagemaker", op="GetModelPackageGroupPolicy", error="ValidationException", message="1 validation error detected", status=400
    )
    found = scan(sim, broken)
    assert isinstance(found.one(TYPE).facts["sharing.public"], Unknown)
    assert [(gap.call, gap.reason) for gap in found.gaps] == [(POLICY, "ERROR")]


def test_refused_policy_is_unknown(sim: AwsSim) -> None:
    refused = Estate(deny_actions=[POLICY]).model_package_group(ACCOUNT, REGION, "g", tags={"owner": "a"}, policy=ONE_ACCOUNT)
    found = scan(sim, refused)
    live = found.one(TYPE)
    assert isinstance(live.facts["sharing.public"], Unknown)
    assert isinstance(live.facts["sharing.foreign_accounts"], Unknown)
    assert live.facts["governance.owner"] is True
    assert [gap.permission for gap in found.gaps] == [POLICY]


def test_unresolved_policy_in_a_template() -> None:
    assert isinstance(shaped(template(TYPE, {"ModelPackageGroupPolicy": Unresolved("!Ref Policy")})).facts["sharing.public"], Unknown)


def test_template_uses_cloudformations_names() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(TYPE, {"ModelPackageGroupName": "g", "ModelPackageGroupPolicy": ONE_ACCOUNT}) == []
