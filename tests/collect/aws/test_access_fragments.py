"""What principals and resources hand over for the derivation of access."""

from __future__ import annotations

import json
from typing import Any

from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn
from tests.sim.aws.document import allow, trust
from tests.support.replay import record
from zscan.iam.fragments import PRINCIPAL, RESOURCE_POLICY, Held
from zscan.model.asset import Fragment

ACCOUNT, REGION = "111122223333", "us-east-1"


def fragments(estate: Estate, run: str) -> dict[str, Fragment]:
    with AwsSim(estate) as sim:
        collected = record(sim.env(account=ACCOUNT, region=REGION), run=run).scan()
    return {fragment.id: fragment for fragment in collected.fragments if fragment.kind in {PRINCIPAL, RESOURCE_POLICY}}


def held(fragment: Fragment) -> list[tuple[str, str, str]]:
    return [(one.name, one.group, one.arn) for one in (Held(*data) for data in fragment.data["policies"])]


def test_a_user_comes_with_policies_groups_and_boundary() -> None:
    made = Estate(regions=[REGION]).policy(ACCOUNT, "ceiling", allow("s3:*")).policy(ACCOUNT, "models", allow("bedrock:*"))
    managed = f"arn:aws:iam::{ACCOUNT}:policy/models"
    made.group(ACCOUNT, "ml", inline={"calls": allow("sagemaker:InvokeEndpoint")}, attached=(managed,))
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/ceiling"}
    made.user(ACCOUNT, "u", groups=("ml",), inline={"own": allow("s3:GetObject")}, PermissionsBoundary=boundary, tags={"team": "ml"})
    found = fragments(made, "fragment-user")[f"arn:aws:iam::{ACCOUNT}:user/u"]
    assert held(found) == [("own", "", ""), ("calls", "ml", ""), ("models", "ml", managed)]
    name, text = found.data["boundary"]
    assert (name, text) == ("ceiling", allow("s3:*"))
    assert found.data["tags"] == [{"Key": "team", "Value": "ml"}]
    assert found.data["trust"] is None
    assert found.account == ACCOUNT


def test_a_role_comes_with_its_trust_policy() -> None:
    made = Estate(regions=[REGION]).role(ACCOUNT, "r", trusts=trust("bedrock.amazonaws.com"))
    found = fragments(made, "fragment-role")[role_arn(ACCOUNT, "r")]
    assert found.data["trust"] == trust("bedrock.amazonaws.com")
    assert found.data["boundary"] is None


def test_buckets_keys_and_model_groups_come_with_their_policies() -> None:
    everybody: Any = allow("s3:GetObject", "arn:aws:s3:::data/*", Principal="*")
    made = (
        Estate(regions=[REGION])
        .key(ACCOUNT, REGION, "k")
        .bucket(ACCOUNT, REGION, "data", policy=everybody, kms_key=key_arn(ACCOUNT, REGION, "k"))
    )
    made.bucket(ACCOUNT, REGION, "bare").training_job(ACCOUNT, REGION, "a", bucket="data").training_job(ACCOUNT, REGION, "b", bucket="bare")
    made.model_package_group(ACCOUNT, REGION, "g", policy=allow("sagemaker:DescribeModelPackage", "*", Principal="*"))
    found = {own: one.data["document"] for own, one in fragments(made, "fragment-resources").items() if one.kind == RESOURCE_POLICY}
    assert json.loads(found["arn:aws:s3:::data"]) == everybody
    assert found["arn:aws:s3:::bare"] is None
    assert found[key_arn(ACCOUNT, REGION, "k")]
    assert any(":model-package-group/" in own and text for own, text in found.items())
