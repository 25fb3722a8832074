"""Feature groups, live and in templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, assert_nothing_claimed, assert_same_facts, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn

TYPE = "AWS::SageMaker::FeatureGroup"
KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
ONLINE = {"EnableOnlineStore": True}
ONLINE_KEYED = {"EnableOnlineStore": True, "SecurityConfig": {"KmsKeyId": KEY}}
OFFLINE = {"S3StorageConfig": {"S3Uri": "s3://ml-features/x"}}
OFFLINE_KEYED = {"S3StorageConfig": {"S3Uri": "s3://ml-features/x", "KmsKeyId": KEY}}
HARDENED: dict[str, Any] = {"RoleArn": ROLE, "OnlineStoreConfig": ONLINE_KEYED, "OfflineStoreConfig": OFFLINE_KEYED}


def estate(**overrides: Any) -> Estate:
    base = Estate().role(ACCOUNT, "ml").key(ACCOUNT, REGION, "ml").bucket(ACCOUNT, REGION, "ml-features")
    return base.feature_group(ACCOUNT, REGION, "f", **overrides)


@pytest.mark.parametrize(
    ("stores", "keyed"),
    [
        (HARDENED, True),
        ({"RoleArn": ROLE, "OnlineStoreConfig": ONLINE, "OfflineStoreConfig": OFFLINE_KEYED}, False),
        ({"RoleArn": ROLE, "OnlineStoreConfig": ONLINE_KEYED, "OfflineStoreConfig": OFFLINE}, False),
        ({"RoleArn": ROLE, "OnlineStoreConfig": None, "OfflineStoreConfig": OFFLINE_KEYED}, True),
        ({"RoleArn": ROLE, "OnlineStoreConfig": {"EnableOnlineStore": False}, "OfflineStoreConfig": OFFLINE_KEYED}, True),
        ({"RoleArn": None, "OnlineStoreConfig": ONLINE_KEYED, "OfflineStoreConfig": None}, True),
    ],
)
def test_every_store_needs_a_key_live_and_in_a_template(sim: AwsSim, stores: dict[str, Any], keyed: bool) -> None:
    live = scan(sim, estate(**stores)).one(TYPE)
    assert live.facts["encryption.customer_key"] is keyed
    assert live.facts["principal.assigned"] is True, "an online store needs no role"
    assert_same_facts(live, {name: value for name, value in stores.items() if value is not None})


def test_relations(sim: AwsSim) -> None:
    found = scan(sim, estate(**HARDENED))
    live = found.one(TYPE)
    assert found.gaps == []
    assert {(r.kind, r.state) for r in live.relations} == {
        ("runs_as", "resolved"),
        ("encrypts_with", "resolved"),
        ("writes_to", "resolved"),
    }


def test_offline_store_without_a_role() -> None:
    assert shaped(template(TYPE, {"OfflineStoreConfig": OFFLINE})).facts["principal.assigned"] is False


def test_template_uses_cloudformations_names() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(TYPE, HARDENED) == []


def test_refused_description_claims_nothing(sim: AwsSim) -> None:
    refused = estate(**HARDENED)
    refused.document["deny_actions"] = ["sagemaker:DescribeFeatureGroup"]
    found = scan(sim, refused)
    assert_nothing_claimed(found.one(TYPE))
    assert [gap.permission for gap in found.gaps] == ["sagemaker:DescribeFeatureGroup"]
