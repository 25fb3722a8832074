"""Collections: the key, the network policies and the data access policies that reach them by pattern."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.documents import edges, live, seen
from tests.collect.aws.scanning import ACCOUNT, MISSING, REGION, assert_nothing_claimed, collector, is_open, scan, shaped, template
from tests.sim.aws import AwsSim, Estate, build_assistants
from tests.sim.aws.build_account import key_arn

TYPE = "AWS::OpenSearchServerless::Collection"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/retriever"


def collection(**body: Any) -> dict[str, Any]:
    return {"Type": "VECTORSEARCH", "KmsKeyArn": "auto", "NetworkPolicies": [], "AccessPolicies": [], **body}


def network(resource: str, *, public: bool, kind: str = "collection") -> dict[str, Any]:
    return {"policy": [{"Rules": [{"ResourceType": kind, "Resource": [resource]}], "AllowFromPublic": public}]}


def access(resource: str, *permissions: str, principals: tuple[str, ...] = (ROLE,)) -> dict[str, Any]:
    rule = {"ResourceType": "index", "Resource": [resource], "Permission": list(permissions)}
    return {"policy": [{"Rules": [rule], "Principal": list(principals)}]}


@pytest.mark.parametrize(
    ("policies", "public"),
    [
        ([], False),
        ([network("collection/docs", public=True)], True),
        ([network("collection/do*", public=True)], True),
        ([network("collection/*", public=True, kind="dashboard")], True),
        ([network("collection/other", public=True)], False),
        ([network("collection/docs", public=False)], False),
        ([network("collection/docs", public=False), network("collection/*", public=True)], True),
    ],
)
def test_a_public_rule_wins_over_private_ones(policies: list[Any], public: bool) -> None:
    assert seen(TYPE, collection(NetworkPolicies=policies), name="docs").facts["network.public_access"] is public


def test_a_policy_that_was_not_read_could_publish() -> None:
    closed, opened = network("collection/docs", public=False), network("collection/docs", public=True)
    assert is_open(seen(TYPE, collection(NetworkPolicies=[closed, MISSING]), name="docs").facts["network.public_access"])
    assert seen(TYPE, collection(NetworkPolicies=[opened, MISSING]), name="docs").facts["network.public_access"] is True


@pytest.mark.parametrize(
    ("policies", "named", "limited"),
    [
        ([], True, True),
        ([access("index/docs/*", "aoss:ReadDocument")], True, True),
        ([access("index/docs/*", "aoss:*")], True, False),
        ([access("index/*/*", "aoss:*")], True, False),
        ([access("index/other/*", "aoss:*", principals=("*",))], True, True),
        ([access("index/docs/*", "aoss:ReadDocument", principals=(ROLE, f"arn:aws:iam::{ACCOUNT}:root"))], False, True),
        ([access("index/docs/*", "aoss:ReadDocument", principals=(f"arn:aws:iam::{ACCOUNT}:role/*",))], False, True),
    ],
)
def test_who_may_do_what(policies: list[Any], named: bool, limited: bool) -> None:
    facts = seen(TYPE, collection(AccessPolicies=policies), name="docs").facts
    assert (facts["store.named_principals"], facts["store.actions_limited"]) == (named, limited)


@pytest.mark.parametrize(("key", "own"), [("auto", False), (None, False), (key_arn(ACCOUNT, REGION, "ml"), True), (MISSING, None)])
def test_the_key_of_a_collection(key: Any, own: bool | None) -> None:
    draft = seen(TYPE, collection(KmsKeyArn=key))
    value = draft.facts["encryption.customer_key"]
    assert is_open(value) if own is None else value is own
    assert bool(edges(draft)) is (own is not False)


@pytest.mark.parametrize(("word", "expected"), [("ENABLED", True), ("DISABLED", False), (None, None)])
def test_deletion_protection(word: str | None, expected: bool | None) -> None:
    value = seen(TYPE, collection(DeletionProtection=word)).facts["store.deletion_protected"]
    assert is_open(value) if expected is None else value is expected


@pytest.mark.parametrize("kind", ["SEARCH", "TIMESERIES", None])
def test_other_collections_are_no_assets(kind: str | None) -> None:
    assert list(collector(TYPE).shape(live(TYPE, collection(Type=kind)))) == []
    assert list(collector(TYPE).shape(template(TYPE, {"Type": kind}))) == []


def test_nothing_is_said_of_a_collection_whose_type_was_not_read(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    build_assistants.collection(estate, ACCOUNT, REGION, "docs")
    estate.fault(op="BatchGetCollection", kind="denied")
    found = scan(sim, estate)
    assert_nothing_claimed(found.one(TYPE))
    assert all(is_open(value) for value in found.one(TYPE).facts.values()), "it could hold logs, and owe no tags"


def test_a_collection_as_it_is_read(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    key = key_arn(ACCOUNT, REGION, "ml")
    estate.key(ACCOUNT, REGION, "ml")
    build_assistants.collection(estate, ACCOUNT, REGION, "docs", kmsKeyArn=key, tags={"owner": "ml"})
    build_assistants.collection(estate, ACCOUNT, REGION, "logs", type="TIMESERIES")
    build_assistants.network_policy(
        estate, ACCOUNT, REGION, "closed", [{"Rules": [build_assistants.rule("collection/docs")], "AllowFromPublic": False}]
    )
    found = scan(sim, estate)
    draft = found.one(TYPE)
    assert found.gaps == []
    assert draft.name == "docs"
    assert draft.facts["network.public_access"] is False
    assert draft.facts["governance.owner"] is True
    assert [(relation.kind, relation.state) for relation in draft.relations] == [("encrypts_with", "resolved")]


def test_a_template_knows_only_what_stands_on_the_collection() -> None:
    draft = shaped(template(TYPE, {"Name": "docs", "Type": "VECTORSEARCH", "DeletionProtection": "ENABLED"}))
    assert draft.facts["store.deletion_protected"] is True
    assert is_open(draft.facts["network.public_access"])
    assert is_open(draft.facts["encryption.customer_key"]), "a policy may name the key"
    key = key_arn(ACCOUNT, REGION, "ml")
    keyed = shaped(template(TYPE, {"Type": "VECTORSEARCH", "EncryptionConfig": {"KmsKeyArn": key}}))
    assert keyed.facts["encryption.customer_key"] is True
    assert collector(TYPE).live_only >= {"network.public_access", "encryption.customer_key", "store.named_principals"}
