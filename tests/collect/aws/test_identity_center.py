"""Permission sets, live and in templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, assert_same_facts, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_identity as build
from tests.sim.aws.document import allow
from zscan.model.unknown import Unknown

SET = "AWS::SSO::PermissionSet"
GUARD = allow("bedrock:UpdateGuardrail", "*")


def estate(name: str = "set", **more: Any) -> Estate:
    made = Estate()
    build.identity_center(made, ACCOUNT, REGION)
    build.permission_set(made, ACCOUNT, REGION, name, **more)
    return made


def test_live_and_in_a_template(sim: AwsSim) -> None:
    managed = ("AmazonBedrockFullAccess", "ViewOnlyAccess")
    found = scan(sim, estate(inline=GUARD, managed=managed, boundary="PowerUserAccess", SessionDuration="PT8H30M", accounts=(ACCOUNT,)))
    assert found.gaps == []
    live = found.one(SET, "set")
    assert live.facts["identity.kind"] == "permission_set"
    assert live.facts["identity.session_seconds"] == 30_600
    assert live.facts["identity.standing"] is True
    assert live.facts["identity.granted.full_ai_access"] is True
    assert isinstance(live.facts["identity.granted.change_guardrails"], Unknown), "a policy that is known by name only may deny it"
    body = {
        "Name": "set",
        "InlinePolicy": GUARD,
        "ManagedPolicies": [f"arn:aws:iam::aws:policy/{name}" for name in managed],
        "PermissionsBoundary": {"ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"},
        "SessionDuration": "PT8H30M",
    }
    assert_same_facts(live, body)


def test_a_set_that_is_provisioned_nowhere_is_held_by_nobody(sim: AwsSim) -> None:
    assert scan(sim, estate()).one(SET).facts["identity.standing"] is False


def test_policies_that_stand_in_the_accounts_leave_rights_unknown(sim: AwsSim) -> None:
    found = scan(sim, estate(customer=("extras",), inline=GUARD)).one(SET).facts
    assert isinstance(found["identity.granted.change_guardrails"], Unknown), "the extras may deny it"
    assert isinstance(found["identity.granted.admin"], Unknown)


@pytest.mark.parametrize(
    ("managed", "admin", "guardrails"),
    [("AdministratorAccess", True, True), ("PowerUserAccess", False, True), ("ReadOnlyAccess", False, False)],
)
def test_policies_for_job_functions_are_known_by_name(managed: str, admin: bool, guardrails: bool) -> None:
    found = shaped(template(SET, {"ManagedPolicies": [f"arn:aws:iam::aws:policy/{managed}"]})).facts
    assert (found["identity.granted.admin"], found["identity.granted.change_guardrails"]) == (admin, guardrails)


@pytest.mark.parametrize(("text", "seconds"), [(None, 3600), ("PT45M", 2700), ("P1D", 86_400)])
def test_how_long_a_session_lasts(text: str | None, seconds: int) -> None:
    assert shaped(template(SET, {} if text is None else {"SessionDuration": text})).facts["identity.session_seconds"] == seconds


@pytest.mark.parametrize("text", ["", "8 hours", "PT", "P", "PT٨H"])
def test_a_length_that_is_no_duration_is_unknown(text: str) -> None:
    assert isinstance(shaped(template(SET, {"SessionDuration": text})).facts["identity.session_seconds"], Unknown)


def test_an_instance_of_another_account_is_not_read(sim: AwsSim) -> None:
    made = Estate()
    build.identity_center(made, ACCOUNT, REGION, owner=OTHER)
    build.permission_set(made, ACCOUNT, REGION, "set")
    made.document["deny_actions"] = ["sso:ListPermissionSets"]
    found = scan(sim, made)
    assert (found.all(SET), found.gaps) == ([], [])


@pytest.mark.parametrize(
    ("denied", "fact"),
    [
        ("sso:DescribePermissionSet", "identity.session_seconds"),
        ("sso:GetInlinePolicyForPermissionSet", "identity.granted.change_guardrails"),
        ("sso:ListManagedPoliciesInPermissionSet", "identity.granted.full_ai_access"),
        ("sso:ListAccountsForProvisionedPermissionSet", "identity.standing"),
        ("sso:GetPermissionsBoundaryForPermissionSet", "identity.boundary"),
    ],
)
def test_what_was_refused_is_unknown(sim: AwsSim, denied: str, fact: str) -> None:
    made = estate()
    made.document["deny_actions"] = [denied]
    (found,) = scan(sim, made).all(SET)
    assert isinstance(found.facts[fact], Unknown)
