"""Knowledge bases and their data sources: live through the simulator, and the same from a template."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.test_bedrock_contract import ACCOUNT, REGION, edges, facts, scan, shaped
from tests.sim.aws.build_account import key_arn, role_arn
from tests.sim.aws.build_bedrock import knowledge_base_id
from tests.sim.aws.estates import Estate
from zscan.model.unknown import Unknown, Unresolved

KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
STORE = f"arn:aws:aoss:{REGION}:{ACCOUNT}:collection/vectors"
FIELDS = {"vectorField": "v", "textField": "t", "metadataField": "m"}
EMBEDDING = f"arn:aws:bedrock:{REGION}::foundation-model/amazon.titan-embed-text-v2:0"


def test_a_knowledge_base_says_the_same_live_and_in_a_template() -> None:
    supplemental = {"storageLocations": [{"type": "S3", "s3Location": {"uri": "s3://pictures/kb/"}}]}
    estate = Estate(regions=[REGION]).knowledge_base(
        ACCOUNT,
        REGION,
        "handbook",
        tags={"owner": "ml", "env": "prod"},
        roleArn=ROLE,
        knowledgeBaseConfiguration={
            "type": "VECTOR",
            "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": EMBEDDING, "supplementalDataStorageConfiguration": supplemental},
        },
        storageConfiguration={
            "type": "OPENSEARCH_SERVERLESS",
            "opensearchServerlessConfiguration": {"collectionArn": STORE, "vectorIndexName": "i", "fieldMapping": FIELDS},
        },
    )
    locations = [{"SupplementalDataStorageLocationType": "S3", "S3Location": {"URI": "s3://pictures/kb/"}}]
    declared = shaped(
        "KnowledgeBase",
        {
            "Name": "handbook",
            "RoleArn": ROLE,
            "Tags": {"owner": "ml", "env": "prod"},
            "KnowledgeBaseConfiguration": {
                "Type": "VECTOR",
                "VectorKnowledgeBaseConfiguration": {
                    "EmbeddingModelArn": EMBEDDING,
                    "SupplementalDataStorageConfiguration": {"SupplementalDataStorageLocations": locations},
                },
            },
            "StorageConfiguration": {"Type": "OPENSEARCH_SERVERLESS", "OpensearchServerlessConfiguration": {"CollectionArn": STORE}},
        },
    )
    live = scan(estate).one("KnowledgeBase")
    assert facts(live) == facts(declared)
    expected = {("runs_as", ROLE), ("retrieves_from", STORE), ("writes_to", "pictures"), ("calls_model", EMBEDDING)}
    assert edges(live) == edges(declared) == expected
    assert live.facts["principal.assigned"] is True
    assert live.facts["governance.environment"] is True
    assert isinstance(live.facts["encryption.customer_key"], Unknown), "the key of the vector store is the one that counts"
    assert knowledge_base_id(ACCOUNT, REGION, "handbook") in live.keys


@pytest.mark.parametrize(("key", "expected"), [(KEY, True), (None, False)])
def test_a_managed_knowledge_base_has_its_own_key(key: str | None, expected: object) -> None:
    managed: dict[str, Any] = {"embeddingModelType": "MANAGED"} | ({"serverSideEncryptionConfiguration": {"kmsKeyArn": key}} if key else {})
    settings = {"type": "MANAGED", "managedKnowledgeBaseConfiguration": managed}
    draft = scan(
        Estate(regions=[REGION]).knowledge_base(ACCOUNT, REGION, "kb", knowledgeBaseConfiguration=settings, storageConfiguration=None)
    ).one("KnowledgeBase")
    assert draft.facts["encryption.customer_key"] is expected
    assert ("encrypts_with", KEY) in edges(draft) if key else not any(relation == "encrypts_with" for relation, _ in edges(draft))
    assert not any(relation == "retrieves_from" for relation, _ in edges(draft))


def test_a_store_of_another_company_is_an_edge_too() -> None:
    storage = {
        "Type": "PINECONE",
        "PineconeConfiguration": {"ConnectionString": "https://x.svc.pinecone.io", "CredentialsSecretArn": "arn"},
    }
    draft = shaped("KnowledgeBase", {"StorageConfiguration": storage})
    assert ("retrieves_from", "https://x.svc.pinecone.io") in edges(draft)
    assert _connection(draft) == {
        "external": True,
        "product": "pinecone",
        "address": "https://x.svc.pinecone.io",
        "private": False,
        "shared_key": True,
    }


def _connection(draft: Any) -> dict[str, Any]:
    return {path.partition(".")[2]: value for path, value in draft.facts.items() if path.startswith("connection.")}


@pytest.mark.parametrize(("service", "private"), [("com.amazonaws.vpce.us-east-1.vpce-svc-1", True), (None, False)])
def test_only_atlas_can_name_a_private_way(service: str | None, private: bool) -> None:
    settings = {"Endpoint": "x.mongodb.net", "CredentialsSecretArn": "arn"} | ({"EndpointServiceName": service} if service else {})
    storage = {"Type": "MONGO_DB_ATLAS", "MongoDbAtlasConfiguration": settings}
    found = _connection(shaped("KnowledgeBase", {"StorageConfiguration": storage}))
    assert (found["external"], found["private"], found["product"]) == (True, private, "mongodb")


def test_aurora_is_the_one_store_of_the_account_that_takes_a_password() -> None:
    storage = {"Type": "RDS", "RdsConfiguration": {"ResourceArn": "arn", "CredentialsSecretArn": "arn"}}
    found = _connection(shaped("KnowledgeBase", {"StorageConfiguration": storage}))
    assert (found["external"], found["shared_key"], found["private"]) == (False, True, True)
    storage = {"Type": "S3_VECTORS", "S3VectorsConfiguration": {"IndexArn": "arn"}}
    assert _connection(shaped("KnowledgeBase", {"StorageConfiguration": storage}))["shared_key"] is False


def test_a_store_that_is_not_documented_is_unknown() -> None:
    found = _connection(shaped("KnowledgeBase", {"StorageConfiguration": {"Type": "SOMETHING_NEW"}}))
    assert isinstance(found["external"], Unknown)
    assert isinstance(found["private"], Unknown)


def test_an_index_may_be_named_by_its_bucket() -> None:
    bucket = f"arn:aws:s3vectors:{REGION}:{ACCOUNT}:bucket/b"
    storage = {"Type": "S3_VECTORS", "S3VectorsConfiguration": {"VectorBucketArn": bucket, "IndexName": "i"}}
    assert {("retrieves_from", bucket), ("retrieves_from", f"{bucket}/index/i")} <= edges(
        shaped("KnowledgeBase", {"StorageConfiguration": storage})
    )


@pytest.mark.parametrize(("kind", "shared"), [("BASIC", True), ("OAUTH2_CLIENT_CREDENTIALS", False)])
def test_confluence_may_be_read_with_a_password(kind: str, shared: bool) -> None:
    source = {"Type": "CONFLUENCE", "ConfluenceConfiguration": {"SourceConfiguration": {"AuthType": kind}}}
    found = _connection(shaped("DataSource", {"DataSourceConfiguration": source}))
    assert found == {"external": True, "product": "confluence", "shared_key": shared}


def test_a_connector_that_is_not_described_is_unknown() -> None:
    found = _connection(shaped("DataSource", {"DataSourceConfiguration": {"Type": "MANAGED_KNOWLEDGE_BASE_CONNECTOR"}}))
    assert isinstance(found["external"], Unknown)
    assert isinstance(found["shared_key"], Unknown)


def test_a_data_source_says_the_same_live_and_in_a_template() -> None:
    estate = Estate(regions=[REGION]).knowledge_base(ACCOUNT, REGION, "handbook", description="of the base")
    s3 = {"bucketArn": "arn:aws:s3:::docs", "inclusionPrefixes": ["public/"], "bucketOwnerAccountId": ACCOUNT}
    estate.data_source(
        ACCOUNT,
        REGION,
        "handbook",
        "docs",
        dataSourceConfiguration={"type": "S3", "s3Configuration": s3},
        serverSideEncryptionConfiguration={"kmsKeyArn": KEY},
        dataDeletionPolicy=None,
    )
    declared = shaped(
        "DataSource",
        {
            "Name": "docs",
            "KnowledgeBaseId": knowledge_base_id(ACCOUNT, REGION, "handbook"),
            "ServerSideEncryptionConfiguration": {"KmsKeyArn": KEY},
            "DataSourceConfiguration": {
                "Type": "S3",
                "S3Configuration": {"BucketArn": "arn:aws:s3:::docs", "InclusionPrefixes": ["public/"], "BucketOwnerAccountId": ACCOUNT},
            },
        },
    )
    live = scan(estate).one("DataSource")
    assert live.name == "docs"
    assert facts(live) == facts(declared)
    assert all(value is True for path, value in facts(live).items() if path.startswith(("data.", "encryption.")))
    assert {path: value for path, value in facts(live).items() if path.startswith("connection.")} == {
        "connection.external": False,
        "connection.product": "s3",
        "connection.shared_key": False,
    }
    base = knowledge_base_id(ACCOUNT, REGION, "handbook")
    assert edges(live) == edges(declared) == {("encrypts_with", KEY), ("part_of", base), ("reads_from", "docs")}
    assert live.id.startswith(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/{base}/data-source/")


def test_a_bare_data_source_has_none_of_the_protections() -> None:
    estate = (
        Estate(regions=[REGION])
        .knowledge_base(ACCOUNT, REGION, "kb")
        .data_source(ACCOUNT, REGION, "kb", "docs", dataDeletionPolicy="RETAIN")
    )
    draft = scan(estate).one("DataSource")
    assert {path for path, value in draft.facts.items() if value is not False} == {"connection.product"}


_WEB = {"SourceConfiguration": {"UrlConfiguration": {"SeedUrls": [{"Url": "https://example.com/docs"}]}}}
_PATTERN = {
    "FilterConfiguration": {
        "Type": "PATTERN",
        "PatternObjectFilter": {"Filters": [{"ObjectType": "Page", "InclusionFilters": [".*public.*"]}]},
    }
}
_EXCLUDES = {
    "FilterConfiguration": {"Type": "PATTERN", "PatternObjectFilter": {"Filters": [{"ObjectType": "Page", "ExclusionFilters": ["x"]}]}}
}


@pytest.mark.parametrize(
    ("source", "limited"),
    [
        ({"Type": "WEB", "WebConfiguration": _WEB}, True),
        ({"Type": "WEB", "WebConfiguration": {**_WEB, "CrawlerConfiguration": {"Scope": "HOST_ONLY"}}}, True),
        ({"Type": "WEB", "WebConfiguration": {**_WEB, "CrawlerConfiguration": {"Scope": "SUBDOMAINS"}}}, False),
        (
            {"Type": "WEB", "WebConfiguration": {**_WEB, "CrawlerConfiguration": {"Scope": "SUBDOMAINS", "InclusionFilters": ["docs"]}}},
            True,
        ),
        ({"Type": "CONFLUENCE", "ConfluenceConfiguration": {}}, False),
        ({"Type": "CONFLUENCE", "ConfluenceConfiguration": {"CrawlerConfiguration": _PATTERN}}, True),
        ({"Type": "SALESFORCE", "SalesforceConfiguration": {"CrawlerConfiguration": _EXCLUDES}}, False),
        (
            {"Type": "SHAREPOINT", "SharePointConfiguration": {"SourceConfiguration": {"SiteUrls": ["https://x.sharepoint.com/sites/a"]}}},
            True,
        ),
        ({"Type": "CUSTOM"}, True),
        ({"Type": "REDSHIFT_METADATA"}, None),
        ({"Type": Unresolved("Ref: Kind")}, None),
    ],
)
def test_how_much_a_source_reads(source: dict[str, Any], limited: bool | None) -> None:
    draft = shaped("DataSource", {"KnowledgeBaseId": "KB", "DataSourceConfiguration": source})
    value = draft.facts["data.scope_limited"]
    assert isinstance(value, Unknown) if limited is None else value is limited


def test_only_a_bucket_has_an_owner_to_pin() -> None:
    assert shaped("DataSource", {"DataSourceConfiguration": {"Type": "WEB"}}).facts["data.owner_pinned"] is True
    s3 = {"Type": "S3", "S3Configuration": {"BucketArn": "arn:aws:s3:::b"}}
    assert shaped("DataSource", {"DataSourceConfiguration": s3}).facts["data.owner_pinned"] is False


def test_sources_of_a_base_whose_listing_of_sources_was_refused() -> None:
    estate = Estate(regions=[REGION]).knowledge_base(ACCOUNT, REGION, "kb", buckets=("docs",)).fault(op="ListDataSources", kind="denied")
    scanned = scan(estate)
    assert scanned.of("DataSource") == []
    (gap,) = scanned.gathered.gaps.values()
    assert (gap.call, gap.affects) == ("bedrock-agent:ListDataSources", ("AWS::Bedrock::DataSource",))
