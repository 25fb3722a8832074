"""Builders for assistants, search, vector stores and applied AI services: functions that add full answers to an estate.

Each takes the estate, an account and a region, and the name; `more` overrides members of the full answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import CREATED, UPDATED, Document, Tags, arn, guid, key_values, merged, pick, short_id, text

MOMENT = 1767225600000  # a time as OpenSearch Serverless sends it


def collection_id(name: str) -> str:
    """Return the id that `collection` gives, unless told another."""
    return short_id("collection", name, length=20).lower()


def collection(estate: Document, account: str, region: str, name: str, *, own_id: str = "", tags: Tags = None, **more: Any) -> None:
    """Add an OpenSearch Serverless collection of vectors: by default under AWS's key."""
    own_id = own_id or collection_id(name)
    own = arn("aoss", account, region, f"collection/{own_id}")
    full = merged(
        {
            "id": own_id,
            "name": name,
            "status": "ACTIVE",
            "type": "VECTORSEARCH",
            "arn": own,
            "kmsKeyArn": "auto",
            "standbyReplicas": "ENABLED",
            "deletionProtection": "DISABLED",
            "createdDate": MOMENT,
            "lastModifiedDate": MOMENT,
        },
        more,
    )
    place = estate.at(account, region, "opensearchserverless")
    place.add("ListCollections", "collectionSummaries", pick(full, "id", "name", "status", "arn", "kmsKeyArn"))
    place.row("BatchGetCollection", {"ids": [own_id]}, {"collectionDetails": [full], "collectionErrorDetails": []})
    estate.tagged(account, region, own, tags)


def network_policy(estate: Document, account: str, region: str, name: str, entries: list[dict[str, Any]]) -> None:
    """Add a network policy of OpenSearch Serverless."""
    _policy(estate, account, region, name, entries, kind="network")


def data_policy(estate: Document, account: str, region: str, name: str, entries: list[dict[str, Any]]) -> None:
    """Add a data access policy of OpenSearch Serverless."""
    _policy(estate, account, region, name, entries, kind="data")


def _policy(estate: Document, account: str, region: str, name: str, entries: list[dict[str, Any]], *, kind: str) -> None:
    group = "Access" if kind == "data" else "Security"
    place = estate.at(account, region, "opensearchserverless")
    summary = {"type": kind, "name": name, "policyVersion": "MTY3", "createdDate": MOMENT, "lastModifiedDate": MOMENT}
    member = f"{group.lower()}Policy"
    place.add_row(f"List{group}Policies", {"type": kind}, f"{member}Summaries", summary)
    place.row(f"Get{group}Policy", {"type": kind, "name": name}, {f"{member}Detail": summary | {"policy": entries}})


def rule(resource: str, kind: str = "collection", *permissions: str) -> dict[str, Any]:
    """Return a rule of a policy of OpenSearch Serverless."""
    return {"ResourceType": kind, "Resource": [resource]} | ({"Permission": list(permissions)} if permissions else {})


def vector_bucket_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of a vector bucket."""
    return arn("s3vectors", account, region, f"bucket/{name}")


def vector_bucket(
    estate: Document,
    account: str,
    region: str,
    name: str,
    *,
    policy: Any = None,
    tags: Tags = None,
    indexes: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """Add a vector bucket with indexes (name to overrides), by default under S3's keys and without a policy."""
    own = vector_bucket_arn(account, region, name)
    full = merged(
        {
            "vectorBucketName": name,
            "vectorBucketArn": own,
            "creationTime": CREATED,
            "encryptionConfiguration": {"sseType": "AES256"},
        },
        more,
    )
    place = estate.at(account, region, "s3vectors")
    place.add("ListVectorBuckets", "vectorBuckets", pick(full, "vectorBucketName", "vectorBucketArn", "creationTime"))
    place.row("GetVectorBucket", {"vectorBucketArn": own}, {"vectorBucket": full})
    place.row("ListTagsForResource", {"resourceArn": own}, {"tags": dict(tags or {})})
    if policy is not None:
        place.row("GetVectorBucketPolicy", {"vectorBucketArn": own}, {"policy": text(policy)})
    for index, overrides in (indexes or {}).items():
        index_arn = f"{own}/index/{index}"
        detail = {
            "vectorBucketName": name,
            "indexName": index,
            "indexArn": index_arn,
            "creationTime": CREATED,
            "dataType": "float32",
            "dimension": 1024,
            "distanceMetric": "cosine",
            "encryptionConfiguration": full["encryptionConfiguration"],
        }
        place.row("GetIndex", {"indexArn": index_arn}, {"index": merged(detail, overrides)})
        place.row("ListTagsForResource", {"resourceArn": index_arn}, {"tags": dict(tags or {})})


def graph_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of a graph."""
    return arn("neptune-graph", account, region, f"graph/g-{short_id('graph', name).lower()}")


def graph(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **more: Any) -> None:
    """Add a Neptune Analytics graph with a vector index: by default private, under AWS's key, unprotected."""
    own = graph_arn(account, region, name)
    own_id = own.rpartition("/")[2]
    full = merged(
        {
            "id": own_id,
            "name": name,
            "arn": own,
            "status": "AVAILABLE",
            "createTime": CREATED,
            "provisionedMemory": 32,
            "endpoint": f"{own_id}.{region}.neptune-graph.amazonaws.com",
            "publicConnectivity": False,
            "vectorSearchConfiguration": {"dimension": 1024},
            "replicaCount": 1,
            "kmsKeyIdentifier": "AWS_OWNED_KEY",
            "deletionProtection": False,
        },
        more,
    )
    estate.at(account, region, "neptune-graph").row("GetGraph", {"graphIdentifier": own_id}, full)
    estate.tagged(account, region, own, tags)


def domain(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **more: Any) -> None:
    """Add an OpenSearch domain: by default with a public endpoint and without encryption."""
    own = arn("es", account, region, f"domain/{name}")
    full = merged({"DomainId": f"{account}/{name}", "DomainName": name, "ARN": own, "ClusterConfig": {"InstanceCount": 1}}, more)
    estate.at(account, region, "opensearch").row("DescribeDomain", {"DomainName": name}, {"DomainStatus": full})
    estate.tagged(account, region, own, tags)


def aurora(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **more: Any) -> str:
    """Add an Aurora cluster and return its ARN: by default encrypted with a key of AWS, and unprotected."""
    own = arn("rds", account, region, f"cluster:{name}")
    full = merged(
        {
            "DBClusterIdentifier": name,
            "DBClusterArn": own,
            "Engine": "aurora-postgresql",
            "StorageEncrypted": True,
            "DeletionProtection": False,
            "TagList": key_values(tags),
        },
        more,
    )
    estate.at(account, region, "rds").row("DescribeDBClusters", {"DBClusterIdentifier": name}, {"DBClusters": [full]})
    return own


def log_delivery(estate: Document, account: str, region: str, resource: str, log_type: str, *, delivered: bool = True) -> None:
    """Add the source of a resource's log, and a delivery to a log group."""
    name = f"{short_id(resource, log_type).lower()}-source"
    place = estate.at(account, region, "logs")
    source = {"name": name, "arn": arn("logs", account, region, f"delivery-source:{name}"), "resourceArns": [resource], "logType": log_type}
    place.add("DescribeDeliverySources", "deliverySources", source)
    destination = arn("logs", account, region, "delivery-destination:group")
    if delivered:
        own = short_id("delivery", name)
        place.add(
            "DescribeDeliveries",
            "deliveries",
            {
                "id": own,
                "arn": arn("logs", account, region, f"delivery:{own}"),
                "deliverySourceName": name,
                "deliveryDestinationArn": destination,
                "deliveryDestinationType": "CWL",
            },
        )


def application_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of a Q Business application."""
    return arn("qbusiness", account, region, f"application/{guid('application', name)}")


def application(
    estate: Document, account: str, region: str, name: str, *, controls: Mapping[str, Any] | None = None, tags: Tags = None, **more: Any
) -> None:
    """Add a Q Business application with its chat controls: by default with everything switched on that users can be given."""
    own_id = guid("application", name)
    own = application_arn(account, region, name)
    full = merged(
        {
            "displayName": name,
            "applicationId": own_id,
            "applicationArn": own,
            "identityType": "AWS_IAM_IDC",
            "roleArn": f"arn:aws:iam::{account}:role/aws-service-role/qbusiness.amazonaws.com/AWSServiceRoleForQBusiness",
            "status": "ACTIVE",
            "createdAt": CREATED,
            "updatedAt": UPDATED,
            "attachmentsConfiguration": {"attachmentsControlMode": "ENABLED"},
            "qAppsConfiguration": {"qAppsControlMode": "ENABLED"},
            "personalizationConfiguration": {"personalizationControlMode": "ENABLED"},
        },
        more,
    )
    place = estate.at(account, region, "qbusiness")
    summary = pick(full, "displayName", "applicationId", "createdAt", "updatedAt", "status", "identityType")
    place.add("ListApplications", "applications", summary)
    place.row("GetApplication", {"applicationId": own_id}, full)
    settings = {
        "responseScope": "EXTENDED_KNOWLEDGE_ENABLED",
        "creatorModeConfiguration": {"creatorModeControl": "ENABLED"},
        "topicConfigurations": [],
    }
    place.row("GetChatControlsConfiguration", {"applicationId": own_id}, merged(settings, controls or {}))
    for op, member in (("ListIndices", "indices"), ("ListPlugins", "plugins"), ("ListDataAccessors", "dataAccessors")):
        place.add_row(op, {"applicationId": own_id}, member)
    estate.tagged(account, region, own, tags)


def data_accessor(estate: Document, account: str, region: str, app: str, name: str, *, principal: str) -> None:
    """Let another company's software search the index of an application."""
    own_id = guid("accessor", app, name)
    place = estate.at(account, region, "qbusiness")
    accessor = {"displayName": name, "dataAccessorId": own_id, "principal": principal, "createdAt": CREATED, "updatedAt": UPDATED}
    place.add_row("ListDataAccessors", {"applicationId": guid("application", app)}, "dataAccessors", accessor)


def q_index(estate: Document, account: str, region: str, app: str, name: str, *, tags: Tags = None) -> None:
    """Add an index to an application."""
    app_id, own_id = guid("application", app), guid("index", app, name)
    place = estate.at(account, region, "qbusiness")
    summary = {"displayName": name, "indexId": own_id, "createdAt": CREATED, "updatedAt": UPDATED, "status": "ACTIVE"}
    place.add_row("ListIndices", {"applicationId": app_id}, "indices", summary)
    place.add_row("ListDataSources", {"applicationId": app_id, "indexId": own_id}, "dataSources")
    estate.tagged(account, region, arn("qbusiness", account, region, f"application/{app_id}/index/{own_id}"), tags)


def q_source(
    estate: Document, account: str, region: str, app: str, index: str, name: str, *, kind: str, tags: Tags = None, **more: Any
) -> None:
    """Add a data source to an index."""
    app_id, index_id, own_id = guid("application", app), guid("index", app, index), guid("source", app, name)
    own = arn("qbusiness", account, region, f"application/{app_id}/index/{index_id}/data-source/{own_id}")
    full = merged(
        {
            "applicationId": app_id,
            "indexId": index_id,
            "dataSourceId": own_id,
            "dataSourceArn": own,
            "displayName": name,
            "type": kind,
            "configuration": {"type": kind},
            "createdAt": CREATED,
            "updatedAt": UPDATED,
            "status": "ACTIVE",
        },
        more,
    )
    place = estate.at(account, region, "qbusiness")
    summary = pick(full, "displayName", "dataSourceId", "type", "createdAt", "updatedAt", "status")
    place.add_row("ListDataSources", {"applicationId": app_id, "indexId": index_id}, "dataSources", summary)
    place.row("GetDataSource", {"applicationId": app_id, "indexId": index_id, "dataSourceId": own_id}, full)
    estate.tagged(account, region, own, tags)


def plugin(
    estate: Document, account: str, region: str, app: str, name: str, *, kind: str, sign_in: Mapping[str, Any], tags: Tags = None
) -> None:
    """Add a plugin to an application."""
    app_id, own_id = guid("application", app), guid("plugin", app, name)
    own = arn("qbusiness", account, region, f"application/{app_id}/plugin/{own_id}")
    full = {
        "applicationId": app_id,
        "pluginId": own_id,
        "displayName": name,
        "type": kind,
        "state": "ENABLED",
        "authConfiguration": sign_in,
        "pluginArn": own,
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    }
    place = estate.at(account, region, "qbusiness")
    place.add_row(
        "ListPlugins",
        {"applicationId": app_id},
        "plugins",
        pick(full, "pluginId", "displayName", "type", "state", "createdAt", "updatedAt"),
    )
    place.row("GetPlugin", {"applicationId": app_id, "pluginId": own_id}, full)
    estate.tagged(account, region, own, tags)


def kendra_index_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of a Kendra index."""
    return arn("kendra", account, region, f"index/{guid('kendra', name)}")


def kendra_index(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **more: Any) -> None:
    """Add a Kendra index: by default without a key, and showing everything to everyone."""
    own_id = guid("kendra", name)
    full = merged(
        {
            "Name": name,
            "Id": own_id,
            "Edition": "ENTERPRISE_EDITION",
            "RoleArn": f"arn:aws:iam::{account}:role/kendra",
            "Status": "ACTIVE",
            "CreatedAt": CREATED,
            "UpdatedAt": UPDATED,
            "UserContextPolicy": "ATTRIBUTE_FILTER",
        },
        more,
    )
    place = estate.at(account, region, "kendra")
    place.add("ListIndices", "IndexConfigurationSummaryItems", pick(full, "Name", "Id", "Edition", "CreatedAt", "UpdatedAt", "Status"))
    place.row("DescribeIndex", {"Id": own_id}, full)
    place.add_row("ListDataSources", {"IndexId": own_id}, "SummaryItems")
    estate.tagged(account, region, kendra_index_arn(account, region, name), tags)


def kendra_source(estate: Document, account: str, region: str, index: str, name: str, *, kind: str, tags: Tags = None, **more: Any) -> None:
    """Add a data source to a Kendra index."""
    index_id, own_id = guid("kendra", index), guid("kendra-source", index, name)
    full = merged(
        {
            "Id": own_id,
            "IndexId": index_id,
            "Name": name,
            "Type": kind,
            "Status": "ACTIVE",
            "RoleArn": f"arn:aws:iam::{account}:role/kendra",
            "CreatedAt": CREATED,
            "UpdatedAt": UPDATED,
        },
        more,
    )
    place = estate.at(account, region, "kendra")
    summary = pick(full, "Name", "Id", "Type", "CreatedAt", "UpdatedAt", "Status")
    place.add_row("ListDataSources", {"IndexId": index_id}, "SummaryItems", summary)
    place.row("DescribeDataSource", {"Id": own_id, "IndexId": index_id}, full)
    own = arn("kendra", account, region, f"index/{index_id}/data-source/{own_id}")
    estate.tagged(account, region, own, tags)


def bot(
    estate: Document, account: str, region: str, name: str, *, logs: Mapping[str, Any] | None = None, tags: Tags = None, **more: Any
) -> None:
    """Add a Lex bot with the console's test alias and one that is called, which records what `logs` says."""
    own_id = short_id("bot", name)
    full = merged(
        {
            "botId": own_id,
            "botName": name,
            "roleArn": f"arn:aws:iam::{account}:role/lex",
            "dataPrivacy": {"childDirected": False},
            "idleSessionTTLInSeconds": 300,
            "botStatus": "Available",
            "creationDateTime": CREATED,
            "lastUpdatedDateTime": UPDATED,
            "botType": "Bot",
        },
        more,
    )
    place = estate.at(account, region, "lexv2-models")
    place.add("ListBots", "botSummaries", pick(full, "botId", "botName", "botStatus", "lastUpdatedDateTime", "botType"))
    place.row("DescribeBot", {"botId": own_id}, full)
    for alias_id, alias, settings in (("TSTALIASID", "TestBotAlias", None), (short_id("alias", name), "live", logs)):
        summary = {"botAliasId": alias_id, "botAliasName": alias, "botVersion": "1", "botAliasStatus": "Available"}
        place.add_row("ListBotAliases", {"botId": own_id}, "botAliasSummaries", summary)
        detail = merged(summary | {"botId": own_id, "conversationLogSettings": settings}, {})
        place.row("DescribeBotAlias", {"botId": own_id, "botAliasId": alias_id}, detail)
    estate.tagged(account, region, arn("lex", account, region, f"bot/{own_id}"), tags)


def connect_assistant(estate: Document, account: str, region: str, name: str, *, key: str = "", tags: Tags = None) -> None:
    """Add an assistant of Amazon Connect."""
    own_id = guid("assistant", name)
    item: dict[str, Any] = {
        "assistantId": own_id,
        "assistantArn": arn("wisdom", account, region, f"assistant/{own_id}"),
        "name": name,
        "type": "AGENT",
        "status": "ACTIVE",
        "tags": dict(tags or {}),
    }
    if key:
        item["serverSideEncryptionConfiguration"] = {"kmsKeyId": key}
    estate.at(account, region, "qconnect").add("ListAssistants", "assistantSummaries", item)
