"""Keys and buckets, read where an asset names them, and the same in templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, Scanned, assert_same_facts, collector, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn
from tests.sim.aws.document import allow
from zscan.model.document import ABSENT, Document
from zscan.model.source import ApiSource
from zscan.model.unknown import ReasonCode, Unknown, Unresolved

KEY, BUCKET = "AWS::KMS::Key", "AWS::S3::Bucket"
ARN = key_arn(ACCOUNT, REGION, "ml")
OWNER = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}]}


# ---- keys


def with_key(sim: AwsSim, *, reference: str = ARN, deny: list[str] | None = None, **key: Any) -> Scanned:
    estate = Estate(deny_actions=deny or []).key(ACCOUNT, REGION, "ml", **key).role(ACCOUNT, "ml")
    return scan(sim, estate.notebook(ACCOUNT, REGION, "n", KmsKeyId=reference, RoleArn=role_arn(ACCOUNT, "ml")))


@pytest.mark.parametrize("rotation", [True, False])
def test_key_live_and_in_a_template(sim: AwsSim, rotation: bool) -> None:
    found = with_key(sim, rotation=rotation, tags={"owner": "sec"})
    live = found.one(KEY)
    assert found.gaps == []
    assert live.facts["key.customer_managed"] is True
    assert live.facts["key.rotation_enabled"] is rotation
    assert live.facts["governance.owner"] is True
    assert_same_facts(live, {"EnableKeyRotation": rotation, "KeyPolicy": OWNER, "Tags": [{"Key": "owner", "Value": "sec"}]})


@pytest.mark.parametrize("reference", [ARN, ARN.rsplit("/", 1)[1], "alias/ml", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/ml"])
def test_however_a_key_is_named_it_is_the_same_key(sim: AwsSim, reference: str) -> None:
    """GetKeyRotationStatus and GetKeyPolicy take no alias."""
    found = with_key(sim, reference=reference, rotation=True, policy=allow("kms:*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}))
    live = found.one(KEY)
    assert found.gaps == []
    assert live.id == ARN
    assert live.facts["key.rotation_enabled"] is True
    assert live.facts["sharing.foreign_accounts"] == [OTHER]
    assert [r.target for r in found.one("AWS::SageMaker::NotebookInstance").relations if r.kind == "encrypts_with"] == [ARN]


def test_a_refused_key_keeps_its_region(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION, "eu-west-1"], deny_actions=["kms:DescribeKey"])
    for region in (REGION, "eu-west-1"):
        estate.key(ACCOUNT, region, "ml").notebook(ACCOUNT, region, "n", KmsKeyId="alias/ml")
    found = scan(sim, estate)
    assert [draft.id for draft in found.all(KEY)] == [f"arn:aws:kms:{region}:{ACCOUNT}:alias/ml" for region in ("eu-west-1", REGION)]
    for draft in found.all(KEY):
        assert set(draft.facts) == collector(KEY).facts
        assert all(isinstance(value, Unknown) for path, value in draft.facts.items() if not path.startswith("governance."))


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        ("kms:GetKeyRotationStatus", {"key.rotation_enabled", "key.rotation_days"}),
        ("kms:GetKeyPolicy", {"sharing.public", "sharing.foreign_accounts"}),
    ],
)
def test_a_refused_part_is_unknown_and_the_rest_is_not(sim: AwsSim, action: str, facts: set[str]) -> None:
    found = with_key(sim, deny=[action])
    assert {path for path, value in found.one(KEY).facts.items() if isinstance(value, Unknown)} == facts
    assert [gap.permission for gap in found.gaps] == [action]


def test_a_policy_that_is_not_found_is_no_absence(sim: AwsSim) -> None:
    """Every key has a policy."""
    estate = Estate().key(ACCOUNT, REGION, "ml").notebook(ACCOUNT, REGION, "n", KmsKeyId=ARN)
    found = scan(sim, estate.fault(service="kms", op="GetKeyPolicy", error="NotFoundException", message="no such key", status=400))
    assert isinstance(found.one(KEY).facts["sharing.public"], Unknown)
    assert len(found.gaps) == 1


def test_an_asymmetric_key_does_not_rotate(sim: AwsSim) -> None:
    estate = Estate().key(ACCOUNT, REGION, "ml", KeySpec="RSA_2048").notebook(ACCOUNT, REGION, "n", KmsKeyId=ARN)
    found = scan(sim, estate.fault(service="kms", op="GetKeyRotationStatus", error="UnsupportedOperationException", status=400))
    assert found.one(KEY).facts["key.rotation_enabled"] is False
    assert found.gaps == []


@pytest.mark.parametrize(
    ("state", "enabled", "pending"), [("Enabled", True, False), ("Disabled", False, False), ("PendingDeletion", False, True)]
)
def test_states(sim: AwsSim, state: str, enabled: bool, pending: bool) -> None:
    facts = with_key(sim, KeyState=state).one(KEY).facts
    assert (facts["key.enabled"], facts["key.pending_deletion"]) == (enabled, pending)


def test_keys_that_do_not_exist_or_are_elsewhere_are_no_assets(sim: AwsSim) -> None:
    elsewhere = f"arn:aws:kms:{REGION}:{OTHER}:key/1"
    estate = Estate().notebook(ACCOUNT, REGION, "a", KmsKeyId=ARN).notebook(ACCOUNT, REGION, "b", KmsKeyId=elsewhere)
    found = scan(sim, estate)
    assert found.all(KEY) == found.gaps == []
    states = {r.state for name in "ab" for r in found.one("AWS::SageMaker::NotebookInstance", name).relations if r.kind == "encrypts_with"}
    assert states == {"external"}


# ---- buckets


BLOCK = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
PUBLIC = allow("s3:GetObject", Principal="*")


def with_bucket(sim: AwsSim, *, deny: list[str] | None = None, ownership: Any = "", **bucket: Any) -> Scanned:
    estate = Estate(deny_actions=deny or []).bucket(ACCOUNT, REGION, "ml-data", **bucket).key(ACCOUNT, REGION, "ml")
    if ownership != "":
        row = {"match": {"Bucket": "ml-data"}}
        rules = {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}
        answer = {"response": rules} if ownership else {"error": "OwnershipControlsNotFoundError", "status": 404}
        estate.put(ACCOUNT, "*", "s3", "GetBucketOwnershipControls", [row | answer])
    model = {"Image": "x:1", "ModelDataUrl": "s3://ml-data/m.tar.gz"}
    return scan(sim, estate.model(ACCOUNT, REGION, "m", PrimaryContainer=model))


def test_bucket_live_and_in_a_template(sim: AwsSim) -> None:
    found = with_bucket(sim, kms_key=ARN, versioning="Enabled", log_bucket="logs", tags={"owner": "data"})
    live = found.one(BUCKET)
    assert [gap for gap in found.gaps if "s3" in gap.call] == []
    assert {path: live.facts[path] for path in live.facts if not path.startswith("governance.")} == {
        "encryption.at_rest": True,
        "encryption.customer_key": True,
        "store.public_blocked": True,
        "store.public": False,
        "store.foreign_accounts": [],
        "store.tls_only": False,
        "store.versioned": True,
        "store.access_logged": True,
    }
    body = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": ARN}}]
        },
        "PublicAccessBlockConfiguration": BLOCK,
        "VersioningConfiguration": {"Status": "Enabled"},
        "LoggingConfiguration": {"DestinationBucketName": "logs"},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "Tags": [{"Key": "owner", "Value": "data"}],
    }
    assert_same_facts(live, body)
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(BUCKET, body | {"AccessControl": "Private"}) == []


def block(**changes: bool) -> dict[str, bool]:
    return dict.fromkeys(BLOCK, False) | changes


@pytest.mark.parametrize(
    ("policy", "blocks", "public"),
    [
        (PUBLIC, None, True),
        (PUBLIC, block(), True),
        (PUBLIC, block(BlockPublicPolicy=True), True),  # keeps new policies out, not this one
        (PUBLIC, block(RestrictPublicBuckets=True), False),
        (PUBLIC, BLOCK, False),
        (None, None, False),
    ],
)
def test_public_by_policy(sim: AwsSim, policy: Any, blocks: Any, public: bool) -> None:
    live = with_bucket(sim, policy=policy, public=policy is not None, block_public_access=blocks).one(BUCKET)
    assert live.facts["store.public"] is public
    assert live.facts["store.public_blocked"] is (blocks == BLOCK)


@pytest.mark.parametrize("ownership", [None, "ObjectWriter", "BucketOwnerPreferred"])
def test_access_lists_in_force_are_not_guessed(sim: AwsSim, ownership: str | None) -> None:
    """A bucket from before ownership was enforced may be public by a list that is not read."""
    found = with_bucket(sim, ownership=ownership, block_public_access=None)
    (reason,) = found.one(BUCKET).facts["store.public"].reasons
    assert reason.code is ReasonCode.OUT_OF_SCOPE
    assert found.gaps == []
    assert (
        with_bucket(sim, ownership=ownership, block_public_access=block(IgnorePublicAcls=True)).one(BUCKET).facts["store.public"] is False
    )
    assert with_bucket(sim, ownership=ownership, block_public_access=None, policy=PUBLIC).one(BUCKET).facts["store.public"] is True


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        ("s3:GetEncryptionConfiguration", {"encryption.customer_key"}),
        ("s3:GetBucketPolicy", {"store.foreign_accounts", "store.tls_only"}),
        ("s3:GetBucketPublicAccessBlock", {"store.public_blocked"}),
        ("s3:GetBucketVersioning", {"store.versioned"}),
        ("s3:GetBucketLogging", {"store.access_logged"}),
        ("s3:GetBucketTagging", {"governance.owner", "governance.environment", "governance.classification"}),
        ("s3:GetBucketOwnershipControls", set()),
    ],
)
def test_a_refused_part_of_a_bucket_is_unknown_and_the_rest_is_not(sim: AwsSim, action: str, facts: set[str]) -> None:
    found = with_bucket(sim, deny=[action])
    assert {path for path, value in found.one(BUCKET).facts.items() if isinstance(value, Unknown)} == facts
    assert [gap.permission for gap in found.gaps] == [action]


def test_a_refused_ownership_matters_where_lists_could_count(sim: AwsSim) -> None:
    facts = with_bucket(sim, deny=["s3:GetBucketOwnershipControls"], block_public_access=None).one(BUCKET).facts
    assert isinstance(facts["store.public"], Unknown)


def test_a_refused_location_leaves_the_parts_known(sim: AwsSim) -> None:
    found = with_bucket(sim, deny=["s3:GetBucketLocation"], versioning="Enabled")
    assert found.one(BUCKET).facts["store.versioned"] is True
    assert [gap.permission for gap in found.gaps] == ["s3:GetBucketLocation"]


def test_a_bucket_that_does_not_exist_is_no_asset(sim: AwsSim) -> None:
    found = scan(sim, Estate().model(ACCOUNT, REGION, "m"))
    assert found.all(BUCKET) == found.gaps == []


def bucket(**body: Any) -> dict[str, Any]:
    return shaped(template(BUCKET, body)).facts


@pytest.mark.parametrize(
    ("acl", "public"), [("PublicRead", True), ("PublicReadWrite", True), ("AuthenticatedRead", True), ("Private", False), (None, False)]
)
def test_canned_lists_of_a_template(acl: str | None, public: bool) -> None:
    assert bucket(AccessControl=acl, PublicAccessBlockConfiguration=block())["store.public"] is public
    assert bucket(AccessControl=acl, PublicAccessBlockConfiguration=BLOCK)["store.public"] is False


def test_switches_written_as_text() -> None:
    assert bucket(PublicAccessBlockConfiguration=dict.fromkeys(BLOCK, "true"))["store.public_blocked"] is True
    assert isinstance(bucket(PublicAccessBlockConfiguration=dict.fromkeys(BLOCK, "perhaps"))["store.public_blocked"], Unknown)


def test_a_template_with_a_pointer_to_its_key() -> None:
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": Unresolved("!Ref Key", target="Key")}}
    assert bucket(BucketEncryption={"ServerSideEncryptionConfiguration": [rule]})["encryption.customer_key"] is True


def test_absent_parts_are_not_unknown() -> None:
    """As the scan hands them over: an error that means absence."""

    class Origin:
        def at(self, _path: Any) -> ApiSource:
            return ApiSource("s3:GetBucketLocation")

    parts = ("BucketEncryption", "BucketPolicy", "PublicAccessBlockConfiguration", "Tags", "LoggingConfiguration", "OwnershipControls")
    body: dict[str, Any] = dict.fromkeys(parts, ABSENT) | {"VersioningConfiguration": {}}
    document = Document(id="arn:aws:s3:::b", native_type=BUCKET, name="b", provider="aws", account=ACCOUNT, body=body, origin=Origin())
    assert [path for path, value in shaped(document).facts.items() if isinstance(value, Unknown)] == ["store.public"]


# ---- the account's own block


def test_the_block_of_the_account_holds_for_every_bucket(sim: AwsSim) -> None:
    """One call for all buckets; what either of the two blocks is blocked."""
    estate = (
        Estate()
        .bucket(ACCOUNT, REGION, "a", policy=PUBLIC, public=True, block_public_access=None)
        .bucket(ACCOUNT, REGION, "b", block_public_access=False)
    )
    for name in ("a", "b"):
        estate.training_job(ACCOUNT, REGION, name, bucket=name)
    estate.put(ACCOUNT, "*", "s3control", "GetPublicAccessBlock", {"PublicAccessBlockConfiguration": BLOCK})
    found = scan(sim, estate)
    assert found.gaps == []
    assert {name: found.one(BUCKET, name).facts["store.public_blocked"] for name in ("a", "b")} == {"a": True, "b": True}
    assert found.one(BUCKET, "a").facts["store.public"] is False
    assert [call["params"] for call in sim.calls() if call["service"] == "s3control"] == [{"AccountId": ACCOUNT}]


def test_an_unread_block_of_the_account_decides_nothing(sim: AwsSim) -> None:
    estate = Estate(deny_actions=["s3:GetAccountPublicAccessBlock"]).bucket(ACCOUNT, REGION, "open", block_public_access=False)
    estate.bucket(ACCOUNT, REGION, "closed")
    for name in ("open", "closed"):
        estate.training_job(ACCOUNT, REGION, name, bucket=name)
    found = scan(sim, estate)
    assert isinstance(found.one(BUCKET, "open").facts["store.public_blocked"], Unknown)
    assert found.one(BUCKET, "closed").facts["store.public_blocked"] is True
