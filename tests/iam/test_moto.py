"""Identity policies against moto's reading of them, on generated policies; and where moto departs from AWS's documentation.

moto knows Action, NotAction, Resource with `*`, and denies. It differs in the rest, as the second half states.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from moto.iam.access_control import IAMPolicy, PermissionResult

from tests.iam.cases import ANA
from zscan.iam.context import Context
from zscan.iam.evaluate import Policies, evaluate
from zscan.iam.match import Request
from zscan.iam.statements import compiled

ACTIONS = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:GetBucketPolicy",
    "bedrock:InvokeModel",
    "bedrock:InvokeAgent",
    "iam:PassRole",
    "iam:GetRole",
]
PATTERNS = [*ACTIONS, "*", "s3:*", "s3:Get*", "bedrock:Invoke*", "iam:*", "*:*", "s3:*Object", "bedrock:*Model", "iam:*Role"]
RESOURCES = [
    "arn:aws:s3:::corpus/train/a",
    "arn:aws:s3:::corpus/eval/b",
    "arn:aws:s3:::corpus",
    "arn:aws:s3:::prompts/x",
    "arn:aws:bedrock:us-east-1::foundation-model/claude",
    "arn:aws:iam::111122223333:role/app",
]
WHERE = [*RESOURCES, "*", "arn:aws:s3:::*", "arn:aws:s3:::corpus/*", "arn:aws:s3:::corpus*", "arn:*:role/*", "arn:aws:bedrock:*::*", "*/a"]


def some(source: random.Random, values: list[str]) -> Any:
    chosen = source.sample(values, source.choice([1, 1, 2, 3]))
    return chosen[0] if len(chosen) == 1 and source.random() < 0.5 else chosen


def statement(source: random.Random) -> dict[str, Any]:
    element = "NotAction" if source.random() < 0.2 else "Action"
    effect = "Deny" if source.random() < 0.3 else "Allow"
    return {"Effect": effect, element: some(source, PATTERNS), "Resource": some(source, WHERE)}


def document(source: random.Random) -> dict[str, Any]:
    statements = [statement(source) for _ in range(source.choice([1, 1, 2, 3, 4]))]
    return {"Version": "2012-10-17", "Statement": statements[0] if len(statements) == 1 and source.random() < 0.3 else statements}


def by_moto(policies: list[dict[str, Any]], action: str, resource: str) -> str:
    """As moto's requests combine policies: one deny denies, one permission permits."""
    results = [IAMPolicy({"policy_document": json.dumps(one)}).is_action_permitted(action, resource) for one in policies]
    if PermissionResult.DENIED in results:
        return "denied"
    return "allowed" if PermissionResult.PERMITTED in results else "denied"


def by_zscan(policies: list[dict[str, Any]], action: str, resource: str, values: dict[str, tuple[str, ...]] | None = None) -> str:
    request = Request(ANA, action, resource, ANA.account, Context(values or {}, ("",)))
    return evaluate(request, Policies(identity=[compiled(str(n), one) for n, one in enumerate(policies)])).outcome


@pytest.mark.parametrize("seed", range(400))
def test_generated_policies(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311 (a repeatable generator of policies)
    policies = [document(source) for _ in range(source.choice([1, 2, 3]))]
    for action in ACTIONS:
        for resource in RESOURCES:
            assert by_zscan(policies, action, resource) == by_moto(policies, action, resource), (policies, action, resource)


def test_the_generated_policies_give_both_answers() -> None:
    answers: list[str] = []
    for seed in range(400):
        source = random.Random(seed)  # noqa: S311 (a repeatable generator of policies)
        policies = [document(source) for _ in range(source.choice([1, 2, 3]))]
        answers += [by_zscan(policies, action, resource) for action in ACTIONS for resource in RESOURCES]
    assert min(answers.count("allowed"), answers.count("denied")) > len(answers) / 10


# ---- where moto departs, each with the page that decides

_READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
_ALL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_ACTION = "reference_policies_elements_action.html"
DIFFERENCES = [
    ("action names know no case", [{**_READ, "Action": "s3:getobject"}], {}, "allowed", "denied", _ACTION),
    ("a question mark is one character", [{**_READ, "Action": "s3:GetObjec?"}], {}, "allowed", "denied", _ACTION),
    (
        "a dot is a dot",
        [{**_READ, "Resource": "arn:aws:s3:::corpus.train.a"}],
        {},
        "denied",
        "allowed",
        "reference_policies_elements_resource.html",
    ),
    (
        "NotResource of a deny spares what it names",
        [_ALL, {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"}],
        {},
        "denied",
        "allowed",
        "reference_policies_elements_notresource.html",
    ),
    (
        "NotResource of an allow leaves out what it names",
        [{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::corpus/*"}],
        {},
        "denied",
        "allowed",
        "reference_policies_elements_notresource.html",
    ),
    (
        "an allow whose condition is not met allows nothing",
        [{**_READ, "Condition": {"StringEquals": {"aws:username": "bob"}}}],
        {"aws:username": ("ana",)},
        "denied",
        "allowed",
        "reference_policies_elements_condition.html",
    ),
]


@pytest.mark.parametrize(("name", "statements", "values", "ours", "theirs", "page"), DIFFERENCES, ids=[one[0] for one in DIFFERENCES])
def test_difference(name: str, statements: list[Any], values: dict[str, Any], ours: str, theirs: str, page: str) -> None:
    policies = [{"Version": "2012-10-17", "Statement": statements}]
    resource = "arn:aws:s3:::corpus/train/a"
    assert by_zscan(policies, "s3:GetObject", resource, values) == ours, IAM + page
    assert by_moto(policies, "s3:GetObject", resource) == theirs, f"moto has changed: {name}"
