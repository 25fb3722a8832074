"""Roles and users, live and in templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, MISSING, OTHER, assert_same_facts, collector, reading, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.document import allow, trust
from zscan.collect.aws.iam import trusts
from zscan.model.unknown import Unknown, Unresolved

ROLE, USER = "AWS::IAM::Role", "AWS::IAM::User"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
BEDROCK = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/AdministratorAccess"


def granted(draft: Any) -> dict[str, Any]:
    return {path.rsplit(".", 1)[1]: value for path, value in draft.facts.items() if path.startswith("identity.granted.")}


def known(facts: dict[str, Any]) -> set[str]:
    return {name for name, value in facts.items() if value is True}


# ---- live and template


def test_role_live_and_in_a_template(sim: AwsSim) -> None:
    inline = allow(["bedrock:InvokeModel", "iam:PassRole"], "*")
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    found = scan(sim, Estate().role(ACCOUNT, "r", trusts=trust(Condition=condition), inline={"p": inline}, tags={"owner": "ml"}))
    live = found.one(ROLE)
    assert found.gaps == []
    assert known(granted(live)) == {"invoke_any_model", "invoke_models", "pass_any_role"}
    assert live.facts["identity.trust.unpinned_ai_service"] is False
    body = {
        "RoleName": "r",
        "AssumeRolePolicyDocument": trust(Condition=condition),
        "Policies": [{"PolicyName": "p", "PolicyDocument": inline}],
        "Tags": [{"Key": "owner", "Value": "ml"}],
    }
    assert_same_facts(live, body)


def test_user_live_and_in_a_template(sim: AwsSim) -> None:
    inline = allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:*")
    live = scan(sim, Estate().user(ACCOUNT, "u", inline={"p": inline})).one(USER)
    assert known(granted(live)) == {"read_any_secret"}
    assert_same_facts(live, {"UserName": "u", "Policies": [{"PolicyName": "p", "PolicyDocument": inline}]})


# ---- where rights come from


def test_attached_policies_and_groups_count(sim: AwsSim) -> None:
    estate = (
        Estate().policy(ACCOUNT, "invoke", allow("bedrock:InvokeModel")).aws_policy(ACCOUNT, "AmazonBedrockFullAccess", allow("bedrock:*"))
    )
    estate.group(ACCOUNT, "ml", inline={"p": allow("iam:PassRole")}, attached=(BEDROCK,))
    estate.user(ACCOUNT, "in", groups=("ml",)).user(ACCOUNT, "out", attached=(f"arn:aws:iam::{ACCOUNT}:policy/invoke",))
    found = scan(sim, estate)
    assert known(granted(found.one(USER, "in"))) >= {"pass_any_role", "wildcard_service", "full_ai_access", "change_guardrails"}
    assert known(granted(found.one(USER, "out"))) == {"invoke_any_model", "invoke_models"}


def test_the_default_version_counts(sim: AwsSim) -> None:
    estate = (
        Estate()
        .policy(ACCOUNT, "p", allow("s3:GetObject", "arn:aws:s3:::x/*"))
        .role(ACCOUNT, "r", attached=(f"arn:aws:iam::{ACCOUNT}:policy/p",))
    )
    versions = estate.document["accounts"][ACCOUNT]["*"]["iam"]["GetAccountAuthorizationDetails"]["Policies"][0]["PolicyVersionList"]
    versions.insert(0, {**versions[0], "VersionId": "v9", "IsDefaultVersion": False, "Document": "%7B%22Statement%22%3A%5B%5D%7D"})
    assert known(granted(scan(sim, estate).one(ROLE))) == set()
    versions[1]["IsDefaultVersion"] = False
    assert isinstance(granted(scan(sim, estate).one(ROLE))["admin"], Unknown), "no default version was given"


def test_a_boundary_caps_live(sim: AwsSim) -> None:
    estate = Estate().policy(ACCOUNT, "cap", allow("s3:*"))
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/cap"}
    live = scan(sim, estate.role(ACCOUNT, "r", inline={"p": allow("*")}, PermissionsBoundary=boundary)).one(ROLE)
    assert live.facts["identity.boundary"] is True
    assert known(granted(live)) == {"wildcard_service"}


def test_a_boundary_whose_text_was_not_given(sim: AwsSim) -> None:
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/gone"}
    live = scan(sim, Estate().role(ACCOUNT, "r", inline={"p": allow("*")}, PermissionsBoundary=boundary)).one(ROLE)
    assert isinstance(granted(live)["admin"], Unknown)


def test_a_refused_listing_hides_the_principals_and_says_so(sim: AwsSim) -> None:
    found = scan(sim, Estate(deny_actions=["iam:GetAccountAuthorizationDetails"]).role(ACCOUNT, "r"))
    assert found.all(ROLE) == []
    assert {gap.permission for gap in found.gaps} == {"iam:GetAccountAuthorizationDetails"}
    assert {native for gap in found.gaps for native in gap.affects} == {ROLE, USER}


# ---- templates know less


def role(**body: Any) -> dict[str, Any]:
    return granted(shaped(template(ROLE, {"AssumeRolePolicyDocument": trust(), **body})))


def test_a_policy_of_the_providers_own_by_name() -> None:
    assert role(ManagedPolicyArns=[ADMIN])["admin"] is True
    assert role(ManagedPolicyArns=[BEDROCK])["full_ai_access"] is True


def test_a_policy_of_the_account_that_only_has_the_name() -> None:
    found = role(ManagedPolicyArns=[OWN, f"arn:aws:iam::{ACCOUNT}:policy/AmazonBedrockFullAccess"])
    assert isinstance(found["admin"], Unknown)
    assert found["full_ai_access"] is False


def test_an_attached_policy_whose_text_is_not_in_the_input() -> None:
    assert isinstance(role(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"])["admin"], Unknown)


def test_a_boundary_in_a_template_is_not_text() -> None:
    inline = [{"PolicyName": "p", "PolicyDocument": allow("*")}]
    for boundary in (f"arn:aws:iam::{ACCOUNT}:policy/cap", Unresolved("!Ref Cap", target="Cap"), MISSING):
        assert isinstance(role(Policies=inline, PermissionsBoundary=boundary)["admin"], Unknown)
    assert role(Policies=inline, PermissionsBoundary=ADMIN)["admin"] is True


def test_groups_of_a_template_are_names() -> None:
    found = granted(shaped(template(USER, {"Groups": ["ml"]})))
    assert all(isinstance(value, Unknown) for value in found.values())
    assert known(granted(shaped(template(USER, {})))) == set()


def test_every_offered_fact_is_set_without_evidence() -> None:
    for native_type in (ROLE, USER):
        body = dict.fromkeys(
            ("Policies", "ManagedPolicyArns", "PermissionsBoundary", "AssumeRolePolicyDocument", "Groups", "Tags"), MISSING
        )
        draft = shaped(template(native_type, body))
        assert set(draft.facts) == collector(native_type).facts
        assert all(isinstance(value, Unknown) for value in granted(draft).values())


# ---- trust


def trusted(*found: Any) -> dict[str, Any]:
    return trusts(reading({"Statement": list(found)}), ACCOUNT)


def let_in(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


AI = {"Service": "bedrock.amazonaws.com"}
FOREIGN = {"AWS": f"arn:aws:iam::{OTHER}:root"}


def test_everybody_may() -> None:
    assert trusted(let_in("*"))["anyone"] is True
    assert trusted(let_in({"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))["anyone"] is False


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        (None, True),
        ({"StringEquals": {"sts:ExternalId": "x1"}}, False),
        ({"StringLike": {"sts:ExternalId": "*"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, True),
    ],
)
def test_external_id(condition: Any, missing: bool) -> None:
    facts = trusted(let_in(FOREIGN, Condition=condition))
    assert facts["foreign_accounts"] == [OTHER]
    assert facts["external_id_missing"] is missing


def test_the_own_account_needs_no_external_id() -> None:
    assert trusted(let_in({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})) == {
        "anyone": False,
        "foreign_accounts": [],
        "external_id_missing": False,
        "unpinned_ai_service": False,
    }


@pytest.mark.parametrize(
    ("condition", "unpinned"),
    [
        (None, True),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, False),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:agent/*"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:*:agent/*"}}, True),
        ({"StringLike": {"aws:SourceAccount": "*"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, True),
    ],
)
def test_pinned_to_an_account(condition: Any, unpinned: bool) -> None:
    assert trusted(let_in(AI, Condition=condition))["unpinned_ai_service"] is unpinned


def test_services_that_are_not_ai_are_not_judged() -> None:
    assert trusted(let_in({"Service": "lambda.amazonaws.com"}))["unpinned_ai_service"] is False


def test_denies_trust_nobody() -> None:
    assert set(map(str, trusted({**let_in("*"), "Effect": "Deny"}, {**let_in(AI), "Effect": "Deny"}).values())) == {"False", "[]"}


@pytest.mark.parametrize("principal", [{"AWS": MISSING}, MISSING])
def test_an_unread_principal_leaves_everything_about_accounts_open(principal: Any) -> None:
    facts = trusted(let_in(principal))
    assert isinstance(facts["anyone"], Unknown)
    assert isinstance(facts["foreign_accounts"][-1], Unknown)
    assert isinstance(facts["external_id_missing"], Unknown)


@pytest.mark.parametrize("policy", [MISSING, "{", {"Statement": [MISSING]}])
def test_an_unread_trust_policy(policy: Any) -> None:
    facts = trusts(reading(policy), ACCOUNT)
    assert all(isinstance(value, Unknown) or isinstance(value[-1], Unknown) for value in facts.values())
