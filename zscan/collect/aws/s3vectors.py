"""S3 Vectors: buckets of vectors, and the indexes that an asset names.

Sources: ListVectorBuckets, GetVectorBucket, GetVectorBucketPolicy, GetIndex, ListTagsForResource; AWS::S3Vectors::VectorBucket with
AWS::S3Vectors::VectorBucketPolicy at `VectorBucketPolicy`, AWS::S3Vectors::Index. A bucket may hold thousands of indexes: only those are
read that a knowledge base names. Requests are signed, and the service has no public endpoint to switch off.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import locate
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.shaping import GOVERNANCE, asset
from zscan.iam.statements import as_list, effect, statements
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all, kleene_any, kleene_not

BUCKET = "AWS::S3Vectors::VectorBucket"
INDEX = "AWS::S3Vectors::Index"
_INHERITED = Unknown(Reason(ReasonCode.UNRESOLVED, "the index follows the encryption of its vector bucket"))


def shape_bucket(document: Document) -> Iterable[Draft]:
    """A vector bucket: whose key, and whom its policy lets in. Without a policy only the account's own permissions count."""
    draft = asset(document, "vector_store")
    policy = document["VectorBucketPolicy"]
    grants = grants_of(policy, document.account)
    draft.set("encryption.customer_key", _customer_key(document))
    draft.set("store.public", grants.public)
    draft.set("store.named_principals", ~grants.public)
    draft.set("store.actions_limited", _limited(policy))
    draft.refer("encrypts_with", "AWS::KMS::Key", document["EncryptionConfiguration.KmsKeyArn"])
    yield draft


def shape_index(document: Document) -> Iterable[Draft]:
    """An index, which is encrypted as its bucket is unless it says otherwise (S3 user guide, vector buckets)."""
    draft = asset(document, "vector_store")
    own = document["EncryptionConfiguration"]
    draft.set("encryption.customer_key", Reading(_INHERITED, own.places) if own.value is None else _customer_key(document))
    draft.refer("encrypts_with", "AWS::KMS::Key", own.get("KmsKeyArn"))
    for name in ("VectorBucketArn", "VectorBucketName"):
        draft.refer("part_of", BUCKET, document[name])
    yield draft


def _customer_key(document: Document) -> Reading:
    """Without a configuration the bucket is encrypted with keys of S3 (SSE-S3, AES256)."""
    settings = document["EncryptionConfiguration"]
    return settings.get("SseType").eq("aws:kms") & settings.get("KmsKeyArn").is_set()


def _limited(policy: Reading) -> Reading:
    """Whether no statement allows every action."""

    def everything(statement: Any) -> Truth:
        if isinstance(statement, Unknown):
            return statement
        actions = as_list(statement.get("Action"))
        every = kleene_any(one if isinstance(one, Unknown) else one in {"*", "s3vectors:*"} for one in actions)
        return kleene_all([effect(statement, "Allow"), every])

    return policy if policy.unknown else Reading(kleene_not(kleene_any(everything(one) for one in statements(policy.value))), policy.places)


def _call(operation: str, **more: Any) -> Call:
    return Call(service="s3vectors", operation=operation, action=f"s3vectors:{operation}", **more)


def _tags(arn: str) -> Part:
    """The tagging API of the account is not documented to know these resources: each is asked."""
    return Part(path="Tags", call=_call("ListTagsForResource", params={"resourceArn": arn}, take="tags"))


COLLECTORS = (
    Collector(
        native_type=BUCKET,
        asset_type="vector_store",
        list=_call("ListVectorBuckets", items="vectorBuckets", page_size=500),
        describe=_call(
            "GetVectorBucket",
            params={"vectorBucketArn": "{vectorBucketArn}"},
            take="vectorBucket",
            absent=frozenset({"NotFoundException"}),
        ),
        parts=(
            Part(
                path="VectorBucketPolicy",
                call=_call(
                    "GetVectorBucketPolicy",
                    params={"vectorBucketArn": "{vectorBucketArn}"},
                    take="policy",
                    absent=frozenset({"NotFoundException"}),
                ),
            ),
            _tags("{vectorBucketArn}"),
        ),
        identify=lambda answer, _place: str(answer["vectorBucketArn"]),
        name=lambda answer: str(answer["vectorBucketName"]),
        canonical=cfn_names(),
        shape=shape_bucket,
        facts=GOVERNANCE | {"encryption.customer_key", "store.public", "store.named_principals", "store.actions_limited"},
        relations=frozenset({"encrypts_with"}),
    ),
    Collector(
        native_type=INDEX,
        asset_type="vector_store",
        resolves=True,
        locate=locate,
        describe=_call("GetIndex", params={"indexArn": "{key}"}, take="index", absent=frozenset({"NotFoundException"})),
        parts=(_tags("{key}"),),
        identify=lambda answer, _place: str(answer["key"]),
        name=lambda answer: str(answer["key"]).rpartition("/")[2],
        canonical=cfn_names(),
        shape=shape_index,
        facts=GOVERNANCE | {"encryption.customer_key"},
        relations=frozenset({"encrypts_with", "part_of"}),
    ),
)
