"""What identity policies hand out, read against policies that are hard to read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import MISSING
from zscan.collect.aws.rights import Rights
from zscan.model.unknown import Unknown

INVOKE, PASS, SECRET = "bedrock:InvokeModel", "iam:PassRole", "secretsmanager:GetSecretValue"


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Deny", "Action": action, "Resource": resource, **more}]}


def without(member: str, document: dict[str, Any], **more: Any) -> dict[str, Any]:
    (statement,) = document["Statement"]
    return {"Statement": [{**{key: value for key, value in statement.items() if key != member}, **more}]}


# ---- actions


@pytest.mark.parametrize(
    "pattern", ["*", "bedrock:*", "bedrock:Invoke*", "BEDROCK:invokemodel", "bedrock:InvokeMode?", ["s3:*", "bedrock:InvokeModel"]]
)
def test_action_patterns(pattern: Any) -> None:
    assert Rights([allow(pattern)]).allows(INVOKE, everywhere=True) is True


@pytest.mark.parametrize("pattern", ["bedrock:Invoke", "bedrock:InvokeModelX", "bedrock-agent:*", "bedrock:[I]nvokeModel", None, []])
def test_action_patterns_that_miss(pattern: Any) -> None:
    assert Rights([allow(pattern)]).allows(INVOKE, everywhere=False) is False


def test_all_actions_but_some() -> None:
    rights = Rights([without("Action", allow(), NotAction=["iam:*", "organizations:*"])])
    assert rights.allows(INVOKE, everywhere=True) is True
    assert rights.allows(PASS, everywhere=False) is False


def test_nothing_at_all() -> None:
    rights = Rights([])
    assert (rights.admin(), rights.whole_service(), rights.allows(INVOKE, everywhere=False)) == (False, False, False)


# ---- resources


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        (INVOKE, "*"),
        (INVOKE, "arn:aws:bedrock:*::foundation-model/*"),
        (INVOKE, "arn:aws:bedrock:*"),
        (INVOKE, "arn:aws:bedrock:*:*:*"),
        ("bedrock:InvokeAgent", "arn:aws:bedrock:us-east-1:111122223333:agent-alias/*/*"),
        (PASS, "arn:aws:iam::111122223333:role/*"),
        (SECRET, "arn:aws:secretsmanager:us-east-1:111122223333:secret:*"),
        (SECRET, ["arn:aws:secretsmanager:us-east-1:111122223333:secret:one", "*"]),
    ],
)
def test_resources_that_are_every_one(action: str, resource: Any) -> None:
    assert Rights([allow(action, resource)]).allows(action, everywhere=True) is True


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        (INVOKE, "arn:aws:bedrock:*::foundation-model/anthropic.*"),
        (PASS, "arn:aws:iam::111122223333:role/ml-*"),
        (PASS, "arn:aws:iam::111122223333:role/team/*"),
        (SECRET, "arn:aws:secretsmanager:us-east-1:111122223333:secret:ml/*"),
        ("s3:GetObject", "arn:aws:s3:::ml-data/*"),  # the first word is a bucket
    ],
)
def test_resources_that_are_some(action: str, resource: str) -> None:
    rights = Rights([allow(action, resource)])
    assert rights.allows(action, everywhere=True) is False
    assert rights.allows(action, everywhere=False) is True


def test_all_resources_but_some_are_as_good_as_all() -> None:
    rights = Rights([without("Resource", allow(PASS), NotResource="arn:aws:iam::111122223333:role/admin")])
    assert rights.allows(PASS, everywhere=True) is True


# ---- conditions and denies


def test_a_condition_keeps_it_from_being_everywhere() -> None:
    rights = Rights([allow(PASS, Condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}})])
    assert rights.allows(PASS, everywhere=True) is False
    assert rights.allows(PASS, everywhere=False) is True


def test_a_deny_wins() -> None:
    rights = Rights([allow(), deny("bedrock:*")])
    assert rights.allows(INVOKE, everywhere=True) is False
    assert rights.allows(INVOKE, everywhere=False) is False
    assert rights.allows(PASS, everywhere=True) is True


def test_a_deny_of_all_other_actions() -> None:
    rights = Rights([allow(), without("Action", deny(), NotAction="s3:*")])
    assert rights.allows(INVOKE, everywhere=False) is False
    assert rights.allows("s3:GetObject", everywhere=False) is True


def test_a_deny_under_a_condition_or_of_one_resource_leaves_a_way() -> None:
    for limited in (
        deny(INVOKE, Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        deny(INVOKE, "arn:aws:bedrock:*::foundation-model/x"),
    ):
        assert Rights([allow(), limited]).allows(INVOKE, everywhere=False) is True


def test_a_deny_of_all_other_resources_leaves_the_rest() -> None:
    """Only the approved model: some model may be called, but not any."""
    rights = Rights([allow(INVOKE), without("Resource", deny(INVOKE), NotResource="arn:aws:bedrock:*::foundation-model/approved")])
    assert rights.allows(INVOKE, everywhere=False) is True
    assert rights.allows(INVOKE, everywhere=True) is False


# ---- the boundary


def test_a_boundary_caps() -> None:
    rights = Rights([allow()], allow("s3:*"))
    assert rights.allows(INVOKE, everywhere=False) is False
    assert rights.admin() is False
    assert rights.whole_service() is True


def test_a_boundary_grants_nothing() -> None:
    assert Rights([], allow()).allows(INVOKE, everywhere=False) is False


def test_a_deny_in_the_boundary_counts() -> None:
    boundary = {"Statement": allow()["Statement"] + deny("iam:*")["Statement"]}
    assert Rights([allow()], boundary).allows(PASS, everywhere=True) is False
    assert Rights([allow()], boundary).allows(INVOKE, everywhere=True) is True


def test_an_unread_boundary_decides_only_what_is_not_granted_anyway() -> None:
    assert isinstance(Rights([allow()], MISSING).allows(INVOKE, everywhere=True), Unknown)
    assert isinstance(Rights([allow()], MISSING).admin(), Unknown)
    assert Rights([allow("s3:*")], MISSING).allows(INVOKE, everywhere=True) is False


# ---- breadth


@pytest.mark.parametrize("action", ["*", "*:*", "**", ["s3:*", "*"]])
def test_admin(action: Any) -> None:
    assert Rights([allow(action)]).admin() is True


@pytest.mark.parametrize(
    "document",
    [
        allow(["iam:*", "s3:*"]),
        allow("*", "arn:aws:s3:::b/*"),
        allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        deny(),
        without("Action", allow(), NotAction=["iam:*", "organizations:*", "account:*"]),  # PowerUserAccess
    ],
)
def test_not_admin(document: dict[str, Any]) -> None:
    assert Rights([document]).admin() is False


def test_all_but_a_few_actions_is_admin_while_it_can_hand_itself_the_rest() -> None:
    assert Rights([without("Action", allow(), NotAction="s3:DeleteBucket")]).admin() is True


@pytest.mark.parametrize(
    "document", [allow("bedrock:*"), allow("*"), without("Action", allow(), NotAction="iam:*"), allow("s3:*", "arn:aws:s3:::*")]
)
def test_whole_service(document: dict[str, Any]) -> None:
    assert Rights([document]).whole_service() is True


@pytest.mark.parametrize(
    "document", [allow("bedrock:Get*"), allow("s3:*", "arn:aws:s3:::ml-data/*"), allow("sagemaker:*", "arn:aws:sagemaker:*:*:endpoint/*")]
)
def test_not_a_whole_service(document: dict[str, Any]) -> None:
    assert Rights([document]).whole_service() is False


# ---- what is not known


def test_an_unread_document_leaves_open_what_the_others_do_not_grant() -> None:
    rights = Rights([allow("bedrock:*"), MISSING])
    assert isinstance(rights.allows(PASS, everywhere=False), Unknown)
    assert isinstance(rights.allows(INVOKE, everywhere=False), Unknown), "it could hold a deny"
    assert rights.whole_service() is True
    assert isinstance(rights.admin(), Unknown)


@pytest.mark.parametrize("member", ["Effect", "Action", "Resource", "Condition"])
def test_an_unread_member(member: str) -> None:
    assert isinstance(Rights([allow(**{"action": "bedrock:*", member: MISSING})]).allows(INVOKE, everywhere=True), Unknown)


def test_an_unread_member_of_a_statement_about_something_else() -> None:
    assert Rights([allow("s3:*", MISSING)]).allows(INVOKE, everywhere=False) is False


@pytest.mark.parametrize("junk", [7, "{", {"Statement": 7}, {"Statement": ["x"]}])
def test_junk_is_unknown(junk: Any) -> None:
    assert isinstance(Rights([junk]).allows(INVOKE, everywhere=False), Unknown)
