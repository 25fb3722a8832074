"""What users of AI sign in with, and how long people hold their rights."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_identity as build
from tests.sim.aws.document import CREATED, allow
from zscan.derive.compose import compose
from zscan.model.unknown import Unknown

KEYS, USER, ROLE = "AWS::IAM::UserCredentials", "AWS::IAM::User", "AWS::IAM::Role"
INVOKE = allow("bedrock:InvokeModel", "*")


def estate(**more: Any) -> Estate:
    return Estate(**more).user(ACCOUNT, "u", inline={"p": INVOKE})


def keys(sim: AwsSim, made: Estate) -> list[Any]:
    found: list[Any] = scan(sim, made).one(KEYS).facts["credentials.keys"]
    return found


# ---- keys


def test_a_user_without_keys_has_an_empty_list(sim: AwsSim) -> None:
    found = scan(sim, estate())
    assert found.gaps == []
    assert found.one(KEYS).facts["credentials.keys"] == []


def test_access_keys_have_no_end(sim: AwsSim) -> None:
    made = estate()
    build.access_key(made, ACCOUNT, "u")
    build.access_key(made, ACCOUNT, "u", status="Inactive", CreateDate="2026-05-01T00:00:00Z")
    assert keys(sim, made) == [
        {"name": f"access key of {CREATED}", "ai": False, "active": True, "lifetime_days": 0},
        {"name": "access key of 2026-05-01T00:00:00Z", "ai": False, "active": False, "lifetime_days": 0},
    ]


@pytest.mark.parametrize("page_size", [None, 1])
def test_every_api_key_of_a_user_is_seen_whatever_the_page_size(sim: AwsSim, page_size: int | None) -> None:
    made = estate(page_size=page_size).user(ACCOUNT, "v", inline={"p": INVOKE})
    build.api_key(made, ACCOUNT, "u", CreateDate="2026-05-01T00:00:00Z", ExpirationDate="2026-05-31T00:00:00Z")
    build.api_key(made, ACCOUNT, "v")
    build.api_key(made, ACCOUNT, "u", Status="Expired")
    found = scan(sim, made).one(KEYS, "u").facts["credentials.keys"]
    assert [(key["ai"], key["active"], key["lifetime_days"]) for key in found] == [(True, True, 30), (True, False, 0)]


def test_keys_of_other_services_are_left_out(sim: AwsSim) -> None:
    made = estate()
    build.api_key(made, ACCOUNT, "u", service="codecommit.amazonaws.com")
    assert keys(sim, made) == []


def test_users_without_rights_over_ai_are_not_asked(sim: AwsSim) -> None:
    made = Estate().user(ACCOUNT, "bookkeeper", inline={"p": allow("ce:GetCostAndUsage")})
    build.access_key(made, ACCOUNT, "bookkeeper")
    assert scan(sim, made).all(KEYS) == []


def test_a_refused_listing_leaves_the_other_keys(sim: AwsSim) -> None:
    made = estate(deny_actions=["iam:ListServiceSpecificCredentials"])
    build.access_key(made, ACCOUNT, "u")
    found = keys(sim, made)
    assert found[0]["active"] is True
    assert isinstance(found[1], Unknown)
    made = estate(deny_actions=["iam:ListAccessKeys"])
    build.api_key(made, ACCOUNT, "u")
    found = keys(sim, made)
    assert isinstance(found[0], Unknown)
    assert found[1]["ai"] is True


# ---- second factor


@pytest.mark.parametrize(("factor", "expected"), [(None, True), (True, True), (False, False)])
def test_a_password_needs_a_second_factor(sim: AwsSim, factor: bool | None, expected: bool) -> None:
    made = estate()
    if factor is not None:
        build.password(made, ACCOUNT, "u", second_factor=factor)
    found = scan(sim, made)
    compose(found.drafts, found.collected.vias)
    assert found.one(KEYS).facts["credentials.second_factor"] is expected
    assert found.one(USER).facts["credentials.second_factor"] is expected


@pytest.mark.parametrize("denied", ["iam:GetLoginProfile", "iam:ListMFADevices"])
def test_without_password_or_device_being_read_the_factor_is_unknown(sim: AwsSim, denied: str) -> None:
    made = estate(deny_actions=[denied])
    build.password(made, ACCOUNT, "u", second_factor=False)
    assert isinstance(scan(sim, made).one(KEYS).facts["credentials.second_factor"], Unknown)


# ---- what the account's details say beside


@pytest.mark.parametrize(
    ("policy", "standing"),
    [
        (allow("bedrock:UpdateGuardrail"), True),
        (allow("*"), True),
        (allow("bedrock:UpdateGuardrail", Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}), False),
        (INVOKE, False),
    ],
)
def test_a_user_who_administers_ai_without_an_end_is_standing(policy: Any, standing: bool) -> None:
    body = {"UserName": "u", "Policies": [{"PolicyName": "p", "PolicyDocument": policy}]}
    assert shaped(template(USER, body)).facts["identity.standing"] is standing


def test_a_full_access_policy_has_no_end() -> None:
    body = {"UserName": "u", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonBedrockFullAccess"]}
    assert shaped(template(USER, body)).facts["identity.standing"] is True


@pytest.mark.parametrize(
    ("condition", "can"),
    [
        ({}, True),
        ({"StringEquals": {"iam:ServiceSpecificCredentialServiceName": "bedrock.amazonaws.com"}}, True),
        ({"StringEquals": {"iam:ServiceSpecificCredentialServiceName": "codecommit.amazonaws.com"}}, False),
    ],
)
def test_the_right_to_make_keys_counts_for_ai_only(condition: Any, can: bool) -> None:
    policy = allow("iam:CreateServiceSpecificCredential", Condition=condition)
    body = {"UserName": "u", "Policies": [{"PolicyName": "p", "PolicyDocument": policy}]}
    assert shaped(template(USER, body)).facts["identity.granted.issue_keys"] is can


def test_a_role_tells_how_long_its_sessions_last_and_when_it_was_used(sim: AwsSim) -> None:
    used = {"LastUsedDate": "2026-11-20T09:00:00Z", "Region": REGION}
    made = Estate().role(ACCOUNT, "used", session_seconds=7200, RoleLastUsed=used).role(ACCOUNT, "never")
    found = scan(sim, made)
    assert found.one(ROLE, "used").facts["identity.session_seconds"] == 7200
    assert found.one(ROLE, "used").facts["identity.idle_since"] == "2026-11-20T09:00:00Z"
    assert found.one(ROLE, "never").facts["identity.idle_since"] == CREATED


def test_sessions_of_a_role_are_unknown_if_roles_could_not_be_listed(sim: AwsSim) -> None:
    made = Estate(deny_actions=["iam:ListRoles"]).role(ACCOUNT, "r")
    assert isinstance(scan(sim, made).one(ROLE).facts["identity.session_seconds"], Unknown)


def test_a_permission_set_decides_how_long_its_role_lasts(sim: AwsSim) -> None:
    made = Estate().role(ACCOUNT, "AWSReservedSSO_Admin", path="/aws-reserved/sso.amazonaws.com/", session_seconds=43_200)
    assert isinstance(scan(sim, made).one(ROLE).facts["identity.session_seconds"], Unknown)


def test_a_role_in_a_template_lasts_an_hour_unless_it_says_otherwise() -> None:
    assert shaped(template(ROLE, {})).facts["identity.session_seconds"] == 3600
    assert shaped(template(ROLE, {"MaxSessionDuration": "7200"})).facts["identity.session_seconds"] == 7200
