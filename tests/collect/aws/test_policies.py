"""Whom resource policies let in, read against policies that are hard to read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, MISSING, OTHER, reading
from zscan.collect.aws.policies import allows_everything, grants_of, narrowed, refuses_cleartext
from zscan.iam.statements import statements
from zscan.model.unknown import Unknown, Unresolved

ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
DENY_STRANGERS = {**ANYBODY, "Effect": "Deny", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}


def policy(*found: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(found)}


def tied(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {**ANYBODY, "Condition": {operator: {key: value}}}


def public(*found: Any) -> Any:
    return grants_of(reading(policy(*found)), ACCOUNT).public.value


def foreign(*found: Any) -> Any:
    return grants_of(reading(policy(*found)), ACCOUNT).foreign_accounts.value


# ---- everybody


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", "*"]}, {"Service": "*"}])
def test_everybody(principal: Any) -> None:
    assert public({**ANYBODY, "Principal": principal}) is True


def test_all_but_somebody_is_everybody() -> None:
    statement = {key: value for key, value in ANYBODY.items() if key != "Principal"}
    assert public({**statement, "NotPrincipal": {"AWS": f"arn:aws:iam::{OTHER}:root"}}) is True


@pytest.mark.parametrize("empty", [None, {}, policy(), "{}"])
def test_no_statement_lets_nobody_in(empty: Any) -> None:
    grants = grants_of(reading(empty), ACCOUNT)
    assert (grants.public.value, grants.foreign_accounts.value) == (False, [])


def test_a_deny_lets_nobody_in() -> None:
    assert public({**ANYBODY, "Effect": "Deny"}) is False


def test_one_statement_need_not_be_in_a_list() -> None:
    assert grants_of(reading({"Statement": ANYBODY}), ACCOUNT).public.value is True


# ---- conditions


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-1"),
        ("stringequals", "AWS:PRINCIPALORGID", "o-1"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-ab12/ou-ab12-1/*"),
        ("StringEquals", "aws:SourceVpce", ["vpce-1", "vpce-2"]),
        ("StringLike", "aws:userid", "AROAEXAMPLE:*"),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/ml-*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::ml-data"),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "2001:db8::/32"]),
        ("StringEquals", "kms:CallerAccount", ACCOUNT),
    ],
)
def test_conditions_that_narrow(operator: str, key: str, value: Any) -> None:
    assert narrowed(tied(operator, key, value)) is True
    assert public(tied(operator, key, value)) is False


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringLike", "aws:PrincipalOrgID", "*"),
        ("StringLike", "aws:PrincipalOrgID", "o-*"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"),  # holds for anonymous requests, which have no such key
        ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-1"),  # so does this
        ("StringEquals", "aws:ResourceOrgID", "o-1"),  # true for every request to the own resource
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
        ("Null", "aws:PrincipalOrgID", "false"),
        ("Bool", "aws:SecureTransport", "true"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/ml"),  # anybody can make a role of this name
        ("ArnLike", "aws:PrincipalArn", "*"),
        ("StringLike", "aws:userid", "*:session"),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/1"),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "::/0"]),
        ("IpAddress", "aws:SourceIp", "not an address"),
        ("StringEquals", "s3:prefix", "public/"),
    ],
)
def test_conditions_that_do_not(operator: str, key: str, value: Any) -> None:
    assert public(tied(operator, key, value)) is True


def test_one_narrowing_condition_of_several_is_enough() -> None:
    both = {**ANYBODY, "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceVpce": "vpce-1"}}}
    assert public(both) is False


# ---- foreign accounts


@pytest.mark.parametrize(
    "principal", [OTHER, f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{OTHER}:role/x", f"arn:aws:sts::{OTHER}:assumed-role/x/y"]
)
def test_foreign_account(principal: str) -> None:
    assert foreign({**ANYBODY, "Principal": {"AWS": principal}}) == [OTHER]


def test_foreign_accounts_are_sorted_and_named_once() -> None:
    names = ["999999999999", f"arn:aws:iam::{OTHER}:root", OTHER, ACCOUNT]
    assert foreign({**ANYBODY, "Principal": {"AWS": names}}, {**ANYBODY, "Principal": {"AWS": OTHER}}) == [OTHER, "999999999999"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:PrincipalAccount", OTHER),
        ("kms:CallerAccount", OTHER),
        ("aws:SourceAccount", [ACCOUNT, OTHER]),
        ("aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/x"),
    ],
)
def test_a_foreign_account_may_stand_in_a_condition(key: str, value: Any) -> None:
    statement = tied("StringEquals", key, value)
    assert public(statement) is False
    assert foreign(statement) == [OTHER]


def test_services_are_no_accounts() -> None:
    assert foreign({**ANYBODY, "Principal": {"Service": "sagemaker.amazonaws.com", "Federated": "cognito-identity.amazonaws.com"}}) == []


def test_a_canonical_user_may_be_anybodys() -> None:
    (found,) = foreign({**ANYBODY, "Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}})
    assert isinstance(found, Unknown)


# ---- denies


def test_a_deny_for_strangers_closes_an_open_statement() -> None:
    assert public(ANYBODY, DENY_STRANGERS) is False


def test_it_may_spare_the_providers_own_services() -> None:
    condition = {**DENY_STRANGERS["Condition"], "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
    assert public(ANYBODY, {**DENY_STRANGERS, "Condition": condition}) is False


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "s3:PutObject"},
        {"Resource": "arn:aws:s3:::b/secret/*"},
        {"Principal": {"AWS": OTHER}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "*"}}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "StringEquals": {"s3:prefix": "x"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    ],
)
def test_a_deny_that_leaves_a_way_in(change: dict[str, Any]) -> None:
    assert public(ANYBODY, {**DENY_STRANGERS, **change}) is True


# ---- what is not known


@pytest.mark.parametrize(
    "broken", ["{", "[" * 100_000, '"text"', "[]", 7, {"Statement": ["text"]}, {"Statement": [MISSING]}, {"Statement": MISSING}, MISSING]
)
def test_a_policy_that_cannot_be_read(broken: Any) -> None:
    grants = grants_of(reading(broken), ACCOUNT)
    assert isinstance(grants.public.value, Unknown)
    assert isinstance(grants.foreign_accounts.value, Unknown) or isinstance(grants.foreign_accounts.value[-1], Unknown)
    assert isinstance(refuses_cleartext(reading(broken)).value, Unknown)
    assert isinstance(allows_everything(reading(broken)).value, Unknown)


@pytest.mark.parametrize("member", ["Effect", "Principal"])
def test_an_unread_member(member: str) -> None:
    assert isinstance(public({**ANYBODY, member: Unresolved("!Ref X")}), Unknown)


@pytest.mark.parametrize("condition", [MISSING, {"StringEquals": MISSING}, {"StringEquals": {"aws:PrincipalOrgID": MISSING}}])
def test_an_unread_condition(condition: Any) -> None:
    assert isinstance(public({**ANYBODY, "Condition": condition}), Unknown)


def test_an_unread_value_of_a_condition_that_does_not_matter() -> None:
    assert public(tied("StringEquals", "s3:prefix", MISSING)) is True


def test_one_open_statement_decides() -> None:
    assert public(ANYBODY, MISSING) is True


def test_a_known_account_stays_beside_what_is_unknown() -> None:
    known, rest = foreign({**ANYBODY, "Principal": {"AWS": [OTHER, MISSING, MISSING]}})
    assert known == OTHER
    assert isinstance(rest, Unknown)


def test_text_and_data_are_the_same_policy() -> None:
    assert statements(json.dumps(policy(ANYBODY))) == statements(policy(ANYBODY)) == [ANYBODY]


# ---- TLS


REFUSES = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def tls(*found: Any) -> Any:
    return refuses_cleartext(reading(policy(*found))).value


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Condition": {"bool": {"AWS:SecureTransport": False}}},
        {"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}},
    ],
)
def test_cleartext_is_refused(change: dict[str, Any]) -> None:
    assert tls(ANYBODY, {**REFUSES, **change}) is True


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": OTHER}},
        {"Action": "s3:PutObject"},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
        {"Condition": None},
    ],
)
def test_cleartext_is_not_refused(change: dict[str, Any]) -> None:
    assert tls({**REFUSES, **change}) is False


@pytest.mark.parametrize(
    "change", [{"Condition": MISSING}, {"Condition": {"Bool": {"aws:SecureTransport": MISSING}}}, {"Effect": MISSING}, {"Action": MISSING}]
)
def test_cleartext_with_unread_members(change: dict[str, Any]) -> None:
    assert isinstance(tls({**REFUSES, **change}), Unknown)


# ---- policies of endpoints


EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def test_the_default_policy_of_an_endpoint_is_open() -> None:
    assert allows_everything(reading(policy(EVERYTHING))).value is True
    assert allows_everything(reading(policy({**EVERYTHING, "Action": "bedrock:*"}))).value is True


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "bedrock:InvokeModel"},
        {"Resource": "arn:aws:s3:::ml-data/*"},
        {"Principal": {"AWS": ACCOUNT}},
        {"Condition": {"StringEquals": {"aws:ResourceOrgID": "o-1"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    ],
)
def test_an_endpoint_policy_that_limits_something(change: dict[str, Any]) -> None:
    assert allows_everything(reading(policy({**EVERYTHING, **change}))).value is False


@pytest.mark.parametrize("member", ["Effect", "Principal", "Action", "Resource"])
def test_an_endpoint_policy_with_an_unread_member(member: str) -> None:
    assert isinstance(allows_everything(reading(policy({**EVERYTHING, member: MISSING}))).value, Unknown)
