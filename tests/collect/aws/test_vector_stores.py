"""Graphs, domains and clusters that a knowledge base keeps its vectors in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.documents import edges, live, seen
from tests.collect.aws.scanning import ACCOUNT, MISSING, REGION, collector, is_open, scan, template
from tests.sim.aws import AwsSim, Estate, build_assistants
from tests.sim.aws.build_account import key_arn
from tests.sim.aws.document import allow, arn
from zscan.audit import take_inventory

GRAPH, DOMAIN, CLUSTER = "AWS::NeptuneGraph::Graph", "AWS::OpenSearchService::Domain", "AWS::RDS::DBCluster"
KEY = key_arn(ACCOUNT, REGION, "ml")
OPEN = allow("es:*", "*", Principal="*")
NAMED = allow("es:ESHttpGet", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"network.public_access": False, "encryption.customer_key": False, "store.deletion_protected": None}),
        (
            {"PublicConnectivity": True, "KmsKeyIdentifier": "AWS_OWNED_KEY", "DeletionProtection": False},
            {"network.public_access": True, "encryption.customer_key": False, "store.deletion_protected": False},
        ),
        (
            {"KmsKeyIdentifier": KEY, "DeletionProtection": True},
            {"network.public_access": False, "encryption.customer_key": True, "store.deletion_protected": True},
        ),
    ],
)
def test_a_graph(body: dict[str, Any], expected: dict[str, bool | None]) -> None:
    facts = seen(GRAPH, body).facts
    for path, value in expected.items():
        assert is_open(facts[path]) if value is None else facts[path] is value


def test_a_graph_without_vectors_in_a_template_is_no_asset() -> None:
    assert list(collector(GRAPH).shape(template(GRAPH, {"ProvisionedMemory": 16}))) == []
    assert len(list(collector(GRAPH).shape(template(GRAPH, {"VectorSearchConfiguration": {"VectorSearchDimension": 8}})))) == 1


@pytest.mark.parametrize(
    ("policy", "users", "required"),
    [
        (OPEN, None, False),
        (OPEN, {"Enabled": True}, True),
        (OPEN, {"Enabled": True, "AnonymousAuthEnabled": True}, False),
        (NAMED, None, True),
        (None, None, True),
        (MISSING, {"Enabled": True}, True),
        (MISSING, None, None),
    ],
)
def test_who_gets_into_a_domain(policy: Any, users: Any, required: bool | None) -> None:
    value = seen(DOMAIN, {"AccessPolicies": policy, "AdvancedSecurityOptions": users}).facts["auth.required"]
    assert is_open(value) if required is None else value is required


def test_a_domain_in_a_network_of_the_customers() -> None:
    body = {
        "VPCOptions": {"VPCId": "vpc-1", "SecurityGroupIds": ["sg-1"]},
        "EncryptionAtRestOptions": {"Enabled": True, "KmsKeyId": KEY},
        "DomainEndpointOptions": {"EnforceHTTPS": True},
        "LogPublishingOptions": {"AUDIT_LOGS": {"Enabled": True}, "INDEX_SLOW_LOGS": {"Enabled": False}},
    }
    draft = seen(DOMAIN, body)
    assert draft.facts["network.public_access"] is False
    assert all(
        draft.facts[path] is True for path in ("encryption.at_rest", "encryption.customer_key", "store.tls_only", "logging.service_log")
    )
    assert edges(draft) == {("encrypts_with", KEY), ("attached_to", "sg-1")}
    bare = seen(DOMAIN, {})
    assert bare.facts["network.public_access"] is True
    assert bare.facts["logging.service_log"] is False


def test_a_cluster_that_the_answer_leaves_out_is_no_asset() -> None:
    assert list(collector(CLUSTER).shape(live(CLUSTER, {}))) == []


@pytest.mark.parametrize(
    ("body", "encrypted", "own"),
    [
        ({"StorageEncrypted": False}, False, False),
        ({"StorageEncrypted": True}, True, False),
        ({"StorageEncrypted": True, "KmsKeyId": KEY}, True, True),
    ],
)
def test_a_cluster(body: dict[str, Any], encrypted: bool, own: bool) -> None:
    facts = seen(CLUSTER, {"DBClusterArn": "arn", **body}).facts
    assert (facts["encryption.at_rest"], facts["encryption.customer_key"], facts["store.deletion_protected"]) == (encrypted, own, False)


def test_stores_are_read_where_they_are_named_and_lend_their_key(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    estate.key(ACCOUNT, REGION, "ml")
    build_assistants.graph(estate, ACCOUNT, REGION, "g", kmsKeyIdentifier=KEY)
    build_assistants.domain(estate, ACCOUNT, REGION, "docs")
    cluster = build_assistants.aurora(estate, ACCOUNT, REGION, "c", KmsKeyId=KEY)
    fields = {"textField": "t", "metadataField": "m"}
    graph = {"graphArn": build_assistants.graph_arn(ACCOUNT, REGION, "g"), "fieldMapping": fields}
    estate.knowledge_base(
        ACCOUNT, REGION, "on-graph", storageConfiguration={"type": "NEPTUNE_ANALYTICS", "neptuneAnalyticsConfiguration": graph}
    )
    index = {"vectorIndexName": "i", "fieldMapping": fields | {"vectorField": "v"}}
    domain = {"domainArn": arn("es", ACCOUNT, REGION, "domain/docs"), "domainEndpoint": "https://d.example.com", **index}
    estate.knowledge_base(
        ACCOUNT,
        REGION,
        "on-domain",
        storageConfiguration={"type": "OPENSEARCH_MANAGED_CLUSTER", "opensearchManagedClusterConfiguration": domain},
    )
    table = {
        "resourceArn": cluster,
        "credentialsSecretArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:x",
        "databaseName": "d",
        "tableName": "t",
        "fieldMapping": fields | {"vectorField": "v", "primaryKeyField": "id"},
    }
    estate.knowledge_base(ACCOUNT, REGION, "on-aurora", storageConfiguration={"type": "RDS", "rdsConfiguration": table})
    found = scan(sim, estate)
    assert found.gaps == []
    for base, store in (("on-graph", GRAPH), ("on-domain", DOMAIN), ("on-aurora", CLUSTER)):
        (edge,) = (r for r in found.one("AWS::Bedrock::KnowledgeBase", base).relations if r.kind == "retrieves_from")
        assert edge.target == found.one(store).id
    assert found.one(CLUSTER).id == cluster
    assert found.one(CLUSTER).facts["encryption.customer_key"] is True
    bases = {asset.name: asset.facts for asset in take_inventory([found.collected]).assets if asset.type == "knowledge_base"}
    assert {name: facts.encryption.customer_key for name, facts in bases.items()} == {
        "on-graph": True,
        "on-domain": False,
        "on-aurora": True,
    }


def test_an_account_without_knowledge_bases_is_not_asked_for_them(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    build_assistants.domain(estate, ACCOUNT, REGION, "other")
    scan(sim, estate)
    assert not {call["op"] for call in sim.calls()} & {"GetGraph", "DescribeDomain", "DescribeDBClusters", "GetIndex"}
