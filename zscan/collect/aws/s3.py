"""S3 buckets, read only where an asset names one.

Sources: GetBucketLocation, GetBucketEncryption, GetBucketOwnershipControls, GetBucketPolicy, GetPublicAccessBlock (of the bucket, and
S3 Control's of the account), GetBucketVersioning, GetBucketLogging; AWS::S3::Bucket with AWS::S3::BucketPolicy at `BucketPolicy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Bulk, Call, Collector, Part, Place, Shaped
from zscan.collect.aws.policies import grants_of, refuses_cleartext
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, asset
from zscan.iam.fragments import resource_policy
from zscan.iam.statements import as_list
from zscan.model.document import Document, Reading, every
from zscan.model.unknown import Reason, ReasonCode, Unknown

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _call(operation: str, action: str = "", **more: Any) -> Call:
    return Call(service="s3", operation=operation, action=f"s3:{action or operation}", params={"Bucket": "{key}"}, **more)


def locate(key: str, place: Place) -> tuple[Place, str] | None:
    """A bucket name is global."""
    return (place, key) if key else None


def shape_bucket(document: Document) -> Iterable[Shaped]:
    """A bucket. Since 2023 every object is encrypted at rest; a customer key is a choice (S3 user guide, default encryption)."""
    draft = asset(document, "data_store")
    rules = document["BucketEncryption.ServerSideEncryptionConfiguration"].each()
    rule = rules[0].get("ServerSideEncryptionByDefault") if rules else document["BucketEncryption"].map(lambda _: None)
    policy_document = document["BucketPolicy"]
    policy = grants_of(policy_document, document.account)
    block = _block(document)
    draft.set("encryption.at_rest", document["Arn"].map(lambda _exists: True))  # as soon as it is known to exist
    draft.set("encryption.customer_key", rule.get("SSEAlgorithm").one_of("aws:kms", "aws:kms:dsse") & rule.get("KMSMasterKeyID").is_set())
    draft.set("store.public_blocked", every(*block.values()))
    draft.set("store.public", (policy.public & ~block["RestrictPublicBuckets"]) | (_acl_public(document) & ~block["IgnorePublicAcls"]))
    draft.set("store.foreign_accounts", policy.foreign_accounts)
    draft.set("store.tls_only", refuses_cleartext(policy_document))
    draft.set("store.versioned", document["VersioningConfiguration.Status"].eq("Enabled"))
    draft.set("store.access_logged", document["LoggingConfiguration"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", rule.get("KMSMasterKeyID"))
    yield draft
    yield resource_policy(document, "BucketPolicy")


def _block(document: Document) -> dict[str, Reading]:
    """The four switches; the stricter of bucket and account counts (S3 user guide, "Blocking public access").

    A bucket that a template makes has all of them on unless the template says otherwise (S3, April 2023).
    """
    config = document["PublicAccessBlockConfiguration"]
    if document.view == "declared" and config.value is None:
        return dict.fromkeys(_BLOCKS, Reading(True, config.places))
    account = document["AccountPublicAccessBlock"]
    return {name: switch(config.get(name)) | switch(account.get(name)) for name in _BLOCKS}


def _acl_public(document: Document) -> Reading:
    """Whether access control lists let everybody in. They count unless bucket ownership is enforced; live ones are not read."""
    ownership = document["OwnershipControls.Rules"]
    owned = ownership.map(
        lambda rules: any(isinstance(rule, Mapping) and rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in as_list(rules))
    )
    if document.view == "declared":
        return document["AccessControl"].one_of("PublicRead", "PublicReadWrite", "AuthenticatedRead")
    unread = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the bucket's access control lists are in force and not read"))
    return ~owned & Reading(unread, ownership.places)


def canonical(_answer: Mapping[str, Any]) -> dict[str, Any]:
    """GetBucketLocation only proves that the bucket exists; all properties come as parts."""
    return {}


def _encryption(answer: Mapping[str, Any]) -> dict[str, Any]:
    """GetBucketEncryption says Rules[].ApplyServerSideEncryptionByDefault where CloudFormation says ServerSideEncryptionByDefault."""
    rules = [{"ServerSideEncryptionByDefault": rule.get("ApplyServerSideEncryptionByDefault")} for rule in answer.get("Rules", ())]
    return {"ServerSideEncryptionConfiguration": rules}


COLLECTORS = (
    Collector(
        native_type="AWS::S3::Bucket",
        asset_type="data_store",
        scope="account",
        resolves=True,
        locate=locate,
        describe=_call("GetBucketLocation", absent=frozenset({"NoSuchBucket"})),
        parts=(
            Part(
                path="BucketEncryption",
                call=_call(
                    "GetBucketEncryption",
                    "GetEncryptionConfiguration",
                    take="ServerSideEncryptionConfiguration",
                    absent=frozenset({"ServerSideEncryptionConfigurationNotFoundError"}),
                ),
                canonical=_encryption,
            ),
            Part(
                path="OwnershipControls",
                call=_call("GetBucketOwnershipControls", take="OwnershipControls", absent=frozenset({"OwnershipControlsNotFoundError"})),
            ),
            Part(path="BucketPolicy", call=_call("GetBucketPolicy", take="Policy", absent=frozenset({"NoSuchBucketPolicy"}))),
            Part(
                path="PublicAccessBlockConfiguration",
                call=_call(
                    "GetPublicAccessBlock",
                    "GetBucketPublicAccessBlock",
                    take="PublicAccessBlockConfiguration",
                    absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
                ),
            ),
            Part(path="Tags", call=_call("GetBucketTagging", take="TagSet", absent=frozenset({"NoSuchTagSet"}))),
            Part(path="VersioningConfiguration", call=_call("GetBucketVersioning")),
            Part(path="LoggingConfiguration", call=_call("GetBucketLogging", take="LoggingEnabled")),
        ),
        bulk=(
            Bulk(
                path="AccountPublicAccessBlock",
                call=Call(
                    service="s3control",
                    operation="GetPublicAccessBlock",
                    action="s3:GetAccountPublicAccessBlock",
                    params={"AccountId": "{account_id}"},
                    take="PublicAccessBlockConfiguration",
                    absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
                ),
            ),
        ),
        identify=lambda answer, place: f"arn:{place.partition}:s3:::{answer['key']}",
        name=lambda answer: str(answer["key"]),
        canonical=canonical,
        shape=shape_bucket,
        facts=GOVERNANCE
        | {
            "encryption.at_rest",
            "encryption.customer_key",
            "store.public_blocked",
            "store.public",
            "store.foreign_accounts",
            "store.tls_only",
            "store.versioned",
            "store.access_logged",
        },
        relations=frozenset({"encrypts_with"}),
    ),
)
