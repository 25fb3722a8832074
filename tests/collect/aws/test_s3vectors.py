"""Vector buckets and the indexes that are named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.documents import edges, seen
from tests.collect.aws.scanning import ACCOUNT, MISSING, OTHER, REGION, assert_same_facts, is_open, scan, shaped, template
from tests.sim.aws import AwsSim, Estate, build_assistants
from tests.sim.aws.build_account import key_arn
from tests.sim.aws.document import allow

BUCKET, INDEX = "AWS::S3Vectors::VectorBucket", "AWS::S3Vectors::Index"
KEY = key_arn(ACCOUNT, REGION, "ml")
ROLE = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/retriever"}


@pytest.mark.parametrize(
    ("policy", "named", "limited"),
    [
        (None, True, True),
        (allow("s3vectors:QueryVectors", "*", Principal=ROLE), True, True),
        (allow("s3vectors:*", "*", Principal=ROLE), True, False),
        (allow(["s3vectors:QueryVectors", "*"], "*", Principal=ROLE), True, False),
        (allow("s3vectors:QueryVectors", "*", Principal="*"), False, True),
        (allow("s3vectors:QueryVectors", "*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}), True, True),
        ({"Statement": [{"Effect": "Deny", "Action": "s3vectors:*", "Principal": "*", "Resource": "*"}]}, True, True),
        ("not json", None, None),
        (MISSING, None, None),
    ],
)
def test_whom_a_policy_lets_in(policy: Any, named: bool | None, limited: bool | None) -> None:
    facts = seen(BUCKET, {"VectorBucketPolicy": policy}).facts
    for path, expected in (("store.named_principals", named), ("store.actions_limited", limited)):
        assert is_open(facts[path]) if expected is None else facts[path] is expected
    assert is_open(facts["store.public"]) if named is None else facts["store.public"] is not named


@pytest.mark.parametrize(
    ("settings", "own"),
    [
        (None, False),
        ({"SseType": "AES256"}, False),
        ({"SseType": "aws:kms"}, False),
        ({"SseType": "aws:kms", "KmsKeyArn": KEY}, True),
    ],
)
def test_the_key_of_a_bucket(settings: Any, own: bool) -> None:
    draft = seen(BUCKET, {"EncryptionConfiguration": settings})
    assert draft.facts["encryption.customer_key"] is own
    assert (("encrypts_with", KEY) in edges(draft)) is own


def test_an_index_says_its_key_or_follows_its_bucket() -> None:
    assert is_open(shaped(template(INDEX, {"VectorBucketName": "b"})).facts["encryption.customer_key"])
    own = {"EncryptionConfiguration": {"SseType": "aws:kms", "KmsKeyArn": KEY}, "VectorBucketName": "b"}
    draft = shaped(template(INDEX, own))
    assert draft.facts["encryption.customer_key"] is True
    assert edges(draft) == {("encrypts_with", KEY), ("part_of", "b")}


def test_only_the_index_that_is_named_is_read(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    build_assistants.vector_bucket(
        estate, ACCOUNT, REGION, "b", indexes={"used": {}, "idle": {}}, tags={"owner": "ml"}, policy=allow("*", "*", Principal="*")
    )
    bucket = build_assistants.vector_bucket_arn(ACCOUNT, REGION, "b")
    storage = {"type": "S3_VECTORS", "s3VectorsConfiguration": {"indexArn": f"{bucket}/index/used"}}
    estate.role(ACCOUNT, "kb").knowledge_base(ACCOUNT, REGION, "kb", storageConfiguration=storage)
    found = scan(sim, estate)
    assert found.gaps == []
    index, whole = found.one(INDEX), found.one(BUCKET)
    assert index.name == "used"
    assert {(r.kind, r.target) for r in index.relations} == {("part_of", whole.id)}
    assert index.facts["governance.owner"] is whole.facts["governance.owner"] is True
    assert whole.facts["store.public"] is True
    assert_same_facts(
        whole,
        {
            "VectorBucketName": "b",
            "EncryptionConfiguration": {"SseType": "AES256"},
            "Tags": [{"Key": "owner", "Value": "ml"}],
            "VectorBucketPolicy": allow("*", "*", Principal="*"),
        },
    )
