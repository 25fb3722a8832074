"""Bedrock knowledge bases and their data sources. Sources: GetKnowledgeBase, GetDataSource; AWS::Bedrock::KnowledgeBase, ::DataSource.

Only a managed knowledge base keeps its data itself; every other kind keeps it in a vector store, whose key is the one that counts. Stores
of other companies, and Aurora, are reached with a secret that the settings name; every other store with the role of the knowledge base.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Place
from zscan.collect.aws.bedrock.called import refer_to_model
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.log_delivery import delivered, deliveries
from zscan.collect.aws.places import arn, bucket_of
from zscan.collect.aws.secrets_manager import NATIVE_TYPE as SECRET
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.offers import Via
from zscan.model.unknown import Reason, ReasonCode, Unknown

KNOWLEDGE_BASE = "AWS::Bedrock::KnowledgeBase"
# Where each kind of storage names its store, and the store's native type (the last three are other companies' services).
_STORES = {
    "OpensearchServerlessConfiguration.CollectionArn": "AWS::OpenSearchServerless::Collection",
    "OpensearchManagedClusterConfiguration.DomainArn": "AWS::OpenSearchService::Domain",
    "S3VectorsConfiguration.VectorBucketArn": "AWS::S3Vectors::VectorBucket",
    "S3VectorsConfiguration.IndexArn": "AWS::S3Vectors::Index",
    "NeptuneAnalyticsConfiguration.GraphArn": "AWS::NeptuneGraph::Graph",
    "RdsConfiguration.ResourceArn": "AWS::RDS::DBCluster",
    "PineconeConfiguration.ConnectionString": "Pinecone::Index",
    "MongoDbAtlasConfiguration.Endpoint": "MongoDB::Atlas::Cluster",
    "RedisEnterpriseCloudConfiguration.Endpoint": "Redis::EnterpriseCloud::Database",
}
# The stores of other companies: the word for the product, where its address stands, and where a private way to it is named. Only the
# settings of MongoDB Atlas can name one (user guide, "Prerequisites for using a vector store").
_EXTERNAL = {
    "PINECONE": ("pinecone", "PineconeConfiguration.ConnectionString", ""),
    "REDIS_ENTERPRISE_CLOUD": ("redis", "RedisEnterpriseCloudConfiguration.Endpoint", ""),
    "MONGO_DB_ATLAS": ("mongodb", "MongoDbAtlasConfiguration.Endpoint", "MongoDbAtlasConfiguration.EndpointServiceName"),
}
_OWN_STORES = frozenset(
    {"OPENSEARCH_SERVERLESS", "OPENSEARCH_MANAGED_CLUSTER", "RDS", "NEPTUNE_ANALYTICS", "S3_VECTORS"}
)  # Type of StorageConfiguration
_SECRETS = tuple(f"{kind}Configuration.CredentialsSecretArn" for kind in ("Pinecone", "RedisEnterpriseCloud", "MongoDbAtlas", "Rds"))
_SOURCES = {
    "S3": False,
    "CUSTOM": False,
    "REDSHIFT_METADATA": False,
    "WEB": True,
    "CONFLUENCE": True,
    "SALESFORCE": True,
    "SHAREPOINT": True,
}
_STORES_WITH_SECRET = ("PineconeConfiguration", "RdsConfiguration", "RedisEnterpriseCloudConfiguration", "MongoDbAtlasConfiguration")
_CONNECTORS = ("Confluence", "Salesforce", "SharePoint")
_IN_STORE = Unknown(Reason(ReasonCode.UNRESOLVED, "the data lies in the vector store, whose own settings name its key"))
_NEW_STORE = Unknown(Reason(ReasonCode.UNPARSABLE, "a kind of store that is not documented"))
_OPAQUE = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "what this kind of source reads is not stated in its settings"))
# A listed source stands in the context of its knowledge base: what the base's summary says must not be taken for the source's.
_SOURCE_PROPERTIES = frozenset(
    {"KnowledgeBaseId", "DataSourceId", "Name", "DataDeletionPolicy", "DataSourceConfiguration", "ServerSideEncryptionConfiguration"}
)


def shape_knowledge_base(document: Document) -> Iterable[Draft]:
    """A knowledge base: who it reads as, where its embeddings lie."""
    draft = asset(document, "knowledge_base")
    known = document["KnowledgeBaseId"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    settings = document["KnowledgeBaseConfiguration"]
    key = settings.get("ManagedKnowledgeBaseConfiguration.ServerSideEncryptionConfiguration.KmsKeyArn")
    draft.set("encryption.customer_key", combine(_own_key, settings.get("Type"), key.is_set()))
    draft.set("principal.assigned", document["RoleArn"].is_set())
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.set("logging.service_log", delivered(document))
    _connect(draft, document["StorageConfiguration"])
    draft.refer("retrieves_from", "AWS::Kendra::Index", settings.get("KendraKnowledgeBaseConfiguration.KendraIndexArn"))
    refer_to_model(draft, "calls_model", settings.get("VectorKnowledgeBaseConfiguration.EmbeddingModelArn"))
    for store in _STORES_WITH_SECRET:
        draft.refer("uses_secret", SECRET, document["StorageConfiguration"].get(f"{store}.CredentialsSecretArn"))
    for kind in ("Vector", "Managed"):
        supplemental = settings.get(f"{kind}KnowledgeBaseConfiguration.SupplementalDataStorageConfiguration")
        for location in supplemental.get("SupplementalDataStorageLocations").each():
            draft.refer("writes_to", "AWS::S3::Bucket", location.get("S3Location.URI").map(lambda uri: bucket_of(str(uri or ""))))
    yield draft


def _connect(draft: Draft, storage: Reading) -> None:
    """Where the vectors lie, and how they are reached. A knowledge base without a storage configuration has no store beside it."""
    kind = storage.get("Type")
    product, address, private = _EXTERNAL.get(str(kind.value), ("", "", ""))
    external = kind.map(_is_external)
    draft.set("connection.external", external)
    draft.set("connection.product", external.map(lambda _known: product))
    draft.set("connection.address", storage.get(address).default("") if address else external.map(lambda _known: ""))
    draft.set("connection.private", ~external | (storage.get(private).is_set() if private else Reading(False)))
    draft.set("connection.shared_key", any_of(storage.get(path).is_set() for path in _SECRETS))
    for path, native_type in _STORES.items():
        draft.refer("retrieves_from", native_type, storage.get(path))
    vectors = storage.get("S3VectorsConfiguration")
    if vectors.get("IndexArn").value is None:
        parts = [vectors.get("VectorBucketArn"), vectors.get("IndexName")]
        draft.refer(
            "retrieves_from", "AWS::S3Vectors::Index", combine(lambda bucket, name: f"{bucket}/index/{name}" if name else "", *parts)
        )


def _is_external(kind: Any) -> bool | Unknown:
    known = kind is None or str(kind) in {*_EXTERNAL, *_OWN_STORES}
    return str(kind) in _EXTERNAL if known else _NEW_STORE


def _own_key(kind: Any, key_named: bool) -> bool | Unknown:  # noqa: FBT001 (called by position through combine)
    return key_named if kind == "MANAGED" else _IN_STORE


def shape_data_source(document: Document) -> Iterable[Draft]:
    """A data source: how much of the source it reads, and what becomes of the copy. Data sources have no tags."""
    draft = Draft(document, "rag_source")
    draft.tags = {}
    draft.keys |= {document.name}
    source = document["DataSourceConfiguration"]
    key = document["ServerSideEncryptionConfiguration.KmsKeyArn"]
    kind = source.get("Type")
    draft.set("encryption.customer_key", key.is_set())
    # "The default dataDeletionPolicy on a newly created data source is Delete" (user guide, "Delete a knowledge base")
    draft.set("data.deleted_with_source", document["DataDeletionPolicy"].default("DELETE").eq("DELETE"))
    draft.set("data.scope_limited", kind if kind.unknown else _SCOPES.get(str(kind.value), _opaque)(source))
    # where nothing is read from a bucket, no bucket can change hands
    draft.set("data.owner_pinned", ~kind.eq("S3") | source.get("S3Configuration.BucketOwnerAccountId").is_set())
    draft.set("connection.external", kind.map(lambda name: _SOURCES.get(str(name), _OPAQUE)))
    draft.set("connection.product", kind.map(lambda name: str(name or "").lower()))
    draft.set("connection.shared_key", _basic(source) | kind.map(lambda name: False if str(name) in _SOURCES else _OPAQUE))
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.refer("part_of", KNOWLEDGE_BASE, document["KnowledgeBaseId"])
    for connector in _CONNECTORS:
        draft.refer("uses_secret", SECRET, source.get(f"{connector}Configuration.SourceConfiguration.CredentialsSecretArn"))
    draft.refer("reads_from", "AWS::S3::Bucket", source.get("S3Configuration.BucketArn").map(lambda text: bucket_of(str(text or ""))))
    yield draft


def _basic(source: Reading) -> Reading:
    """Only Confluence takes a user name with an API token; the others demand OAuth 2.0, or no sign-in at all."""
    return source.get("ConfluenceConfiguration.SourceConfiguration.AuthType").eq("BASIC")


def _prefixes(source: Reading) -> Reading:
    return source.get("S3Configuration.InclusionPrefixes").is_set()


def _crawled(source: Reading) -> Reading:
    """Without a scope the crawler stays below the seed's own path (user guide, "Crawl web pages"); SUBDOMAINS takes in every host."""
    crawler = source.get("WebConfiguration.CrawlerConfiguration")
    return crawler.get("Scope").default("HOST_ONLY").eq("HOST_ONLY") | crawler.get("InclusionFilters").is_set()


def _filtered(configuration: str) -> Callable[[Reading], Reading]:
    def limited(source: Reading) -> Reading:
        filters = source.get(f"{configuration}.CrawlerConfiguration.FilterConfiguration.PatternObjectFilter.Filters")
        return any_of(item if item.unknown else item.get("InclusionFilters").is_set() for item in filters.each())

    return limited


def _sites(source: Reading) -> Reading:
    """A SharePoint source names the sites that it reads."""
    return source.get("SharePointConfiguration.SourceConfiguration.SiteUrls").is_set()


def _ingested(source: Reading) -> Reading:
    """A custom source holds only the documents that were handed to it one by one."""
    return Reading(True, source.places)


def _opaque(source: Reading) -> Reading:
    return Reading(_OPAQUE, source.places)


_SCOPES: Mapping[str, Callable[[Reading], Reading]] = {
    "S3": _prefixes,
    "WEB": _crawled,
    "CONFLUENCE": _filtered("ConfluenceConfiguration"),
    "SALESFORCE": _filtered("SalesforceConfiguration"),
    "SHAREPOINT": _sites,
    "CUSTOM": _ingested,
}


def _canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation says SupplementalDataStorageLocations and URI where the API says storageLocations and uri."""
    body = cfn_names()(answer)
    for kind in ("Vector", "Managed"):
        settings = (body.get("KnowledgeBaseConfiguration") or {}).get(f"{kind}KnowledgeBaseConfiguration") or {}
        supplemental = settings.get("SupplementalDataStorageConfiguration") or {}
        locations = supplemental.pop("StorageLocations", None)
        if locations is not None:
            uris = [(location.get("S3Location") or {}).get("Uri") for location in locations]
            supplemental["SupplementalDataStorageLocations"] = [{"S3Location": {"URI": uri}} for uri in uris]
    return body


def _source_id(answer: Mapping[str, Any], place: Place) -> str:
    """AWS gives a data source no ARN of its own: it is known by its knowledge base's and its id."""
    return arn(place, "bedrock", f"knowledge-base/{answer['knowledgeBaseId']}/data-source/{answer['dataSourceId']}")


def _call(operation: str, **more: Any) -> Call:
    return Call(service="bedrock-agent", operation=operation, action=f"bedrock:{operation}", **more)


COLLECTORS = (
    Collector(
        native_type=KNOWLEDGE_BASE,
        asset_type="knowledge_base",
        list=_call("ListKnowledgeBases", items="knowledgeBaseSummaries", page_size=1000),
        describe=_call(
            "GetKnowledgeBase",
            params={"knowledgeBaseId": "{knowledgeBaseId}"},
            take="knowledgeBase",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS, *deliveries("APPLICATION_LOGS")),
        identify=lambda answer, place: arn(place, "bedrock", f"knowledge-base/{answer['knowledgeBaseId']}"),
        name=lambda answer: str(answer["name"]),
        canonical=_canonical,
        shape=shape_knowledge_base,
        facts=GOVERNANCE
        | {
            "encryption.customer_key",
            "principal.assigned",
            "logging.service_log",
            *(f"connection.{name}" for name in ("external", "product", "address", "private", "shared_key")),
        },
        live_only=frozenset({"logging.service_log"}),
        relations=frozenset({"runs_as", "encrypts_with", "retrieves_from", "writes_to", "calls_model", "uses_secret"}),
        via=(Via(native_type=KNOWLEDGE_BASE, relation="retrieves_from", facts={"encryption.customer_key": "all"}),),
    ),
    Collector(
        native_type="AWS::Bedrock::DataSource",
        asset_type="rag_source",
        parent=KNOWLEDGE_BASE,
        list=_call("ListDataSources", params={"knowledgeBaseId": "{knowledgeBaseId}"}, items="dataSourceSummaries", page_size=1000),
        describe=_call(
            "GetDataSource",
            params={"knowledgeBaseId": "{knowledgeBaseId}", "dataSourceId": "{dataSourceId}"},
            take="dataSource",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        identify=_source_id,
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(only=_SOURCE_PROPERTIES),
        shape=shape_data_source,
        facts=frozenset(
            {
                "encryption.customer_key",
                "data.deleted_with_source",
                "data.scope_limited",
                "data.owner_pinned",
                *(f"connection.{name}" for name in ("external", "product", "shared_key")),
            }
        ),
        relations=frozenset({"encrypts_with", "part_of", "reads_from", "uses_secret"}),
    ),
)
