"""Stores that a knowledge base may keep its vectors in and that mostly hold other things: Neptune Analytics graphs, OpenSearch domains and
Aurora clusters. They are read only where an asset names one.

Sources: GetGraph; DescribeDomain; DescribeDBClusters; AWS::NeptuneGraph::Graph. A domain or cluster in a template is no asset: nothing in
it says that it holds embeddings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn, locate
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document
from zscan.model.unknown import Reason, ReasonCode, Unknown

GRAPH = "AWS::NeptuneGraph::Graph"
DOMAIN = "AWS::OpenSearchService::Domain"
CLUSTER = "AWS::RDS::DBCluster"
_PROVIDER_KEY = "AWS_OWNED_KEY"  # GetGraph, kmsKeyIdentifier: the word where AWS owns the key
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the protection is not stated, and no default is documented"))


def shape_graph(document: Document) -> Iterable[Draft]:
    """A graph with a vector index. In a template one without such an index holds no embeddings."""
    if document.view == "declared" and document["VectorSearchConfiguration"].value is None:
        return
    draft = asset(document, "vector_store")
    key = document["KmsKeyIdentifier"]
    draft.set("encryption.customer_key", key.is_set() & ~key.eq(_PROVIDER_KEY))
    draft.set("network.public_access", switch(document["PublicConnectivity"]))  # API reference, CreateGraph: false unless given
    draft.set("store.deletion_protected", switch(document["DeletionProtection"].default(_UNSTATED)))
    draft.refer("encrypts_with", "AWS::KMS::Key", key.map(lambda text: "" if text == _PROVIDER_KEY else text))
    yield draft


def shape_domain(document: Document) -> Iterable[Draft]:
    """A domain. One outside a VPC has a public endpoint; who proves nothing gets in where its policy is open and no user is demanded."""
    draft = asset(document, "vector_store")
    encryption, users = document["EncryptionAtRestOptions"], document["AdvancedSecurityOptions"]
    policy = grants_of(document["AccessPolicies"], document.account)
    logs = document["LogPublishingOptions"]
    draft.set("network.public_access", ~document["VPCOptions.VPCId"].is_set())
    draft.set("auth.required", ~policy.public | (switch(users.get("Enabled")) & ~switch(users.get("AnonymousAuthEnabled"))))
    draft.set("encryption.at_rest", switch(encryption.get("Enabled")))
    draft.set("encryption.customer_key", switch(encryption.get("Enabled")) & encryption.get("KmsKeyId").is_set())
    draft.set("store.tls_only", switch(document["DomainEndpointOptions.EnforceHTTPS"]))
    draft.set("logging.service_log", any_of(switch(options.get("Enabled")) for _, options in logs.items()))
    draft.refer("encrypts_with", "AWS::KMS::Key", encryption.get("KmsKeyId"))
    for group in document["VPCOptions.SecurityGroupIds"].each():
        draft.refer("attached_to", "AWS::EC2::SecurityGroup", group)
    yield draft


def shape_cluster(document: Document) -> Iterable[Draft]:
    """An Aurora cluster. Whether it can be reached from outside is a setting of its instances, which are not read."""
    if document["DBClusterArn"].value is None:  # the listing answered without it
        return
    draft = asset(document, "vector_store")
    encrypted, key = switch(document["StorageEncrypted"]), document["KmsKeyId"]
    draft.set("encryption.at_rest", encrypted)
    draft.set("encryption.customer_key", encrypted & key.is_set())
    draft.set("store.deletion_protected", switch(document["DeletionProtection"]))
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    yield draft


def _last(key: str, place: Place) -> tuple[Place, str] | None:
    """Graphs, domains and clusters are asked for by the end of their ARN."""
    found = locate(key, place)
    return None if found is None else (found[0], found[1].rpartition("/")[2].rpartition(":")[2])


def _one_cluster(answer: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeDBClusters answers with a list of one."""
    found = answer.get("DBClusters") or [{}]
    return cfn_names(aliases={"TagList": "Tags"})(found[0])


def _domain(answer: Mapping[str, Any]) -> dict[str, Any]:
    return cfn_names(maps=frozenset({"AdvancedOptions", "LogPublishingOptions"}))(answer)


COLLECTORS = (
    Collector(
        native_type=GRAPH,
        asset_type="vector_store",
        resolves=True,
        locate=_last,
        describe=Call(
            service="neptune-graph",
            operation="GetGraph",
            action="neptune-graph:GetGraph",
            params={"graphIdentifier": "{key}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "neptune-graph", f"graph/{answer['key']}"),
        name=lambda answer: str(answer.get("name") or answer["key"]),
        canonical=cfn_names(),
        shape=shape_graph,
        facts=GOVERNANCE | {"encryption.customer_key", "network.public_access", "store.deletion_protected"},
        relations=frozenset({"encrypts_with"}),
    ),
    Collector(
        native_type=DOMAIN,
        asset_type="vector_store",
        resolves=True,
        locate=_last,
        describe=Call(
            service="opensearch",
            operation="DescribeDomain",
            action="es:DescribeDomain",
            params={"DomainName": "{key}"},
            take="DomainStatus",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "es", f"domain/{answer['key']}"),
        name=lambda answer: str(answer["key"]),
        canonical=_domain,
        shape=shape_domain,
        facts=GOVERNANCE
        | {
            "network.public_access",
            "auth.required",
            "encryption.at_rest",
            "encryption.customer_key",
            "store.tls_only",
            "logging.service_log",
        },
        relations=frozenset({"encrypts_with", "attached_to"}),
        file_form=False,
    ),
    Collector(
        native_type=CLUSTER,
        asset_type="vector_store",
        resolves=True,
        locate=_last,
        describe=Call(
            service="rds",
            operation="DescribeDBClusters",
            action="rds:DescribeDBClusters",
            params={"DBClusterIdentifier": "{key}"},
            absent=frozenset({"DBClusterNotFoundFault"}),
        ),
        identify=lambda answer, place: arn(place, "rds", f"cluster:{answer['key']}"),
        name=lambda answer: str(answer["key"]),
        canonical=_one_cluster,
        shape=shape_cluster,
        facts=GOVERNANCE | {"encryption.at_rest", "encryption.customer_key", "store.deletion_protected"},
        relations=frozenset({"encrypts_with"}),
        file_form=False,
    ),
)
