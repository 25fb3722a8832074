"""Who of the people may become a role, with what proof and until when."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, MISSING, OTHER, reading
from tests.sim.aws.document import allow, trust
from zscan.collect.aws.trust import people
from zscan.model.unknown import Unknown, Unresolved

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
USER = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/dana"}
SAML = {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/corporate"}
FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
END = {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}


def facts(policy: Any) -> dict[str, Any]:
    return {path.rsplit(".", 1)[1]: value.value for path, value in people(reading(policy), ACCOUNT).items()}


def door(principal: Any, **more: Any) -> dict[str, Any]:
    return allow("sts:AssumeRole", Principal=principal, **more)


@pytest.mark.parametrize(
    ("principal", "who"),
    [
        (ROOT, "people"),
        (USER, "people"),
        ({"AWS": ACCOUNT}, "people"),
        ({"AWS": "arn:aws:iam::${AccountId}:root"}, "people"),
        ({"AWS": f"arn:aws:iam::{OTHER}:user/partner"}, "people"),
        (SAML, "federated"),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, ""),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/builder"}, ""),
        ({"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, ""),
        ({"Service": "sagemaker.amazonaws.com"}, ""),
        ("*", ""),
    ],
)
def test_who_counts_as_people(principal: Any, who: str) -> None:
    found = facts(door(principal))
    assert {name for name in ("people", "federated") if found[name]} == ({who} if who else set())


def test_a_role_for_services_is_neither_standing_nor_open_to_one_factor() -> None:
    assert facts(trust()) == {"people": False, "federated": False, "second_factor": True, "standing": False}


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ({}, False),
        (FACTOR, True),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}, True),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ({"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
    ],
)
def test_only_a_condition_that_access_keys_fail_demands_a_factor(condition: dict[str, Any], shown: bool) -> None:
    assert facts(door(ROOT, Condition=condition))["second_factor"] is shown


@pytest.mark.parametrize(("operator", "shown"), [("BoolIfExists", True), ("Bool", False)])
def test_a_deny_of_single_factors_counts_if_it_meets_access_keys(operator: str, shown: bool) -> None:
    policy = door(ROOT)
    condition = {operator: {"aws:MultiFactorAuthPresent": "false"}}
    policy["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition})
    assert facts(policy)["second_factor"] is shown


def test_one_open_statement_is_enough() -> None:
    policy = door(ROOT, Condition={**FACTOR, **END})
    policy["Statement"] += door(USER)["Statement"]
    assert facts(policy) == {"people": True, "federated": False, "second_factor": False, "standing": True}


@pytest.mark.parametrize(
    ("condition", "standing"),
    [
        ({}, True),
        (END, False),
        ({"NumericLessThanEquals": {"aws:EpochTime": "1798761600"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:TokenIssueTime": "2027-01-01T00:00:00Z"}}, True),
    ],
)
def test_a_trust_that_ends_is_not_standing(condition: dict[str, Any], standing: bool) -> None:
    assert facts(door(ROOT, Condition=condition))["standing"] is standing


def test_statements_about_tags_alone_let_nobody_in() -> None:
    assert facts(allow("sts:TagSession", Principal=ROOT))["people"] is False


@pytest.mark.parametrize(
    "policy",
    [
        MISSING,
        {"Statement": [MISSING]},
        door(MISSING),
        "no JSON",
    ],
)
def test_a_policy_that_was_not_read_says_nothing(policy: Any) -> None:
    assert all(isinstance(value, Unknown) for value in facts(policy).values())


@pytest.mark.parametrize("condition", [MISSING, {"Bool": MISSING}, {"Bool": {"aws:MultiFactorAuthPresent": MISSING}}])
def test_an_unread_condition_could_be_the_one(condition: Any) -> None:
    assert isinstance(facts(door(ROOT, Condition=condition))["second_factor"], Unknown)


def test_a_date_that_is_set_but_not_known_still_ends() -> None:
    found = facts(door(ROOT, Condition={"DateLessThan": {"aws:CurrentTime": Unresolved("!Ref EndDate")}}))
    assert isinstance(found["standing"], Unknown) or found["standing"] is False
