"""Assistants, search, vector stores and applied AI services of the rich account."""

from __future__ import annotations

from typing import Any

from tests.sim.aws import Estate
from tests.sim.aws import build_applied as applied
from tests.sim.aws import build_assistants as build
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from tests.sim.aws.build_bedrock import knowledge_base_id
from tests.sim.aws.build_context import secret_arn
from tests.sim.aws.document import allow, arn, short_id

A, R = "111122223333", "us-east-1"
OTHER = "444455556666"
OWNED = {"owner": "fraud-team", "environment": "production", "data-classification": "confidential"}
KEY, WIDE, NARROW = key_arn(A, R, "good"), role_arn(A, "wide"), role_arn(A, "narrow")
RETRIEVER = role_arn(A, "agent-narrow")
VPC = {"subnetIds": [subnet_id(A, R, "private")], "securityGroupIds": [security_group_id(A, R, "closed")]}
FIELDS = {"vectorField": "v", "textField": "t", "metadataField": "m"}
TEXT = {"textField": "t", "metadataField": "m"}
INDEX = {"vectorIndexName": "i", "fieldMapping": FIELDS}
SECRET = secret_arn(A, R, "store")


def add(estate: Estate) -> None:
    """Every kind twice: once weak, once hardened."""
    estate.secret(A, R, "store")
    _collections(estate)
    _other_stores(estate)
    _outside_stores(estate)
    _applications(estate)
    _search(estate)
    _bots(estate)
    _applied(estate)


def _collection_of(base: str) -> str:
    """The id of the collection that the builder of knowledge bases names."""
    return short_id(knowledge_base_id(A, R, base), length=20).lower()


def _collections(estate: Estate) -> None:
    build.collection(estate, A, R, "weak", own_id=_collection_of("weak"))
    build.collection(estate, A, R, "hardened", own_id=_collection_of("hardened"), tags=OWNED, kmsKeyArn=KEY, deletionProtection="ENABLED")
    build.network_policy(estate, A, R, "open", [{"Rules": [build.rule("collection/we*")], "AllowFromPublic": True}])
    build.network_policy(
        estate,
        A,
        R,
        "closed",
        [{"Rules": [build.rule("collection/hardened")], "AllowFromPublic": False, "SourceVPCEs": ["vpce-0a1b2c3d4e"]}],
    )
    wide = [build.rule("index/weak/*", "index", "aoss:*")]
    narrow = [build.rule("index/hardened/*", "index", "aoss:ReadDocument", "aoss:DescribeIndex")]
    build.data_policy(estate, A, R, "wide", [{"Rules": wide, "Principal": [f"arn:aws:iam::{A}:root"]}])
    build.data_policy(estate, A, R, "narrow", [{"Rules": narrow, "Principal": [RETRIEVER]}])
    build.log_delivery(estate, A, R, arn("bedrock", A, R, f"knowledge-base/{knowledge_base_id(A, R, 'hardened')}"), "APPLICATION_LOGS")


def _other_stores(estate: Estate) -> None:
    """S3 Vectors, Neptune Analytics, OpenSearch domains and Aurora, each with the knowledge base that names it."""
    for name, policy, encryption, tags in (
        ("weak", allow("s3vectors:*", "*", Principal="*"), {"sseType": "AES256"}, None),
        ("hardened", allow("s3vectors:QueryVectors", "*", Principal={"AWS": RETRIEVER}), {"sseType": "aws:kms", "kmsKeyArn": KEY}, OWNED),
    ):
        build.vector_bucket(
            estate, A, R, f"vectors-{name}", policy=policy, tags=tags, indexes={"docs": {}}, encryptionConfiguration=encryption
        )
        bucket = build.vector_bucket_arn(A, R, f"vectors-{name}")
        storage: dict[str, Any] = (
            {"vectorBucketArn": bucket, "indexName": "docs"} if name == "weak" else {"indexArn": f"{bucket}/index/docs"}
        )
        _base(estate, f"s3-{name}", "S3_VECTORS", "s3VectorsConfiguration", storage, tags)
    build.graph(estate, A, R, "weak", publicConnectivity=True)
    build.graph(estate, A, R, "hardened", tags=OWNED, kmsKeyIdentifier=KEY, deletionProtection=True)
    build.domain(
        estate, A, R, "weak", AccessPolicies='{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "es:*", "Resource": "*"}]}'
    )
    build.domain(
        estate,
        A,
        R,
        "hardened",
        tags=OWNED,
        VPCOptions={
            "VPCId": "vpc-0a1b2c3d",
            "SubnetIds": [subnet_id(A, R, "private")],
            "SecurityGroupIds": [security_group_id(A, R, "closed")],
        },
        AdvancedSecurityOptions={"Enabled": True, "AnonymousAuthEnabled": False},
        EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": KEY},
        DomainEndpointOptions={"EnforceHTTPS": True},
        LogPublishingOptions={"AUDIT_LOGS": {"CloudWatchLogsLogGroupArn": arn("logs", A, R, "log-group:search"), "Enabled": True}},
    )
    clusters = {
        "weak": build.aurora(estate, A, R, "weak", StorageEncrypted=False),
        "hardened": build.aurora(estate, A, R, "hardened", tags=OWNED, KmsKeyId=KEY, DeletionProtection=True),
    }
    for name, cluster in clusters.items():
        graph = {"graphArn": build.graph_arn(A, R, name), "fieldMapping": TEXT}
        _base(estate, f"graph-{name}", "NEPTUNE_ANALYTICS", "neptuneAnalyticsConfiguration", graph)
        domain = {"domainArn": arn("es", A, R, f"domain/{name}"), "domainEndpoint": f"https://{name}.example.com", **INDEX}
        _base(estate, f"domain-{name}", "OPENSEARCH_MANAGED_CLUSTER", "opensearchManagedClusterConfiguration", domain)
        table = {"databaseName": "kb", "tableName": "v", "credentialsSecretArn": SECRET, "fieldMapping": FIELDS | {"primaryKeyField": "id"}}
        _base(estate, f"aurora-{name}", "RDS", "rdsConfiguration", {"resourceArn": cluster, **table})


def _outside_stores(estate: Estate) -> None:
    pinecone = {"connectionString": "https://docs.svc.pinecone.io", "credentialsSecretArn": SECRET, "fieldMapping": TEXT}
    _base(estate, "pinecone", "PINECONE", "pineconeConfiguration", pinecone)
    atlas = {
        "endpoint": "docs.mongodb.net",
        "databaseName": "kb",
        "collectionName": "docs",
        "credentialsSecretArn": SECRET,
        "endpointServiceName": f"com.amazonaws.vpce.{R}.vpce-svc-0a1b2c3d4e",
        **INDEX,
    }
    _base(estate, "atlas", "MONGO_DB_ATLAS", "mongoDbAtlasConfiguration", atlas)
    wiki = {"hostUrl": "https://acme.atlassian.net", "hostType": "SAAS", "authType": "BASIC", "credentialsSecretArn": SECRET}
    estate.data_source(
        A,
        R,
        "pinecone",
        "wiki",
        dataSourceConfiguration={"type": "CONFLUENCE", "confluenceConfiguration": {"sourceConfiguration": wiki}},
    )


def _base(estate: Estate, name: str, kind: str, member: str, settings: dict[str, Any], tags: dict[str, str] | None = None) -> None:
    estate.knowledge_base(A, R, name, tags=tags, roleArn=RETRIEVER, storageConfiguration={"type": kind, member: settings})


def _applications(estate: Estate) -> None:
    build.application(estate, A, R, "weak", identityType="ANONYMOUS", roleArn=WIDE)
    build.data_accessor(estate, A, R, "weak", "meeting-notes", principal=f"arn:aws:iam::{OTHER}:role/notes")
    build.q_index(estate, A, R, "weak", "everything")
    build.q_source(estate, A, R, "weak", "everything", "sites", kind="SHAREPOINTV2", roleArn=WIDE)
    everything = {
        "type": "S3",
        "connectionConfiguration": {"repositoryEndpointMetadata": {"BucketName": "dump"}},
        "additionalProperties": {},
    }
    build.q_source(estate, A, R, "weak", "everything", "dump", kind="S3", roleArn=WIDE, configuration=everything)
    build.plugin(estate, A, R, "weak", "weather", kind="CUSTOM", sign_in={"noAuthConfiguration": {}})
    build.plugin(
        estate, A, R, "weak", "tickets", kind="ZENDESK", sign_in={"basicAuthConfiguration": {"secretArn": SECRET, "roleArn": WIDE}}
    )
    off = {"attachmentsControlMode": "DISABLED"}, {"qAppsControlMode": "DISABLED"}, {"personalizationControlMode": "DISABLED"}
    controls = {
        "responseScope": "ENTERPRISE_CONTENT_ONLY",
        "creatorModeConfiguration": {"creatorModeControl": "DISABLED"},
        "blockedPhrases": {"blockedPhrases": ["projectx"]},
        "topicConfigurations": [
            {"name": "advice", "rules": [{"ruleType": "CONTENT_BLOCKER_RULE", "ruleConfiguration": {"contentBlockerRule": {}}}]}
        ],
    }
    build.application(
        estate,
        A,
        R,
        "hardened",
        tags=OWNED,
        controls=controls,
        roleArn=NARROW,
        encryptionConfiguration={"kmsKeyId": KEY},
        attachmentsConfiguration=off[0],
        qAppsConfiguration=off[1],
        personalizationConfiguration=off[2],
    )
    build.log_delivery(estate, A, R, build.application_arn(A, R, "hardened"), "EVENT_LOGS")
    build.log_delivery(estate, A, R, build.application_arn(A, R, "weak"), "EVENT_LOGS", delivered=False)
    build.data_accessor(estate, A, R, "hardened", "own-tool", principal=f"arn:aws:iam::{A}:role/notes")
    build.q_index(estate, A, R, "hardened", "policies", tags=OWNED)
    narrow = {
        "type": "S3",
        "connectionConfiguration": {"repositoryEndpointMetadata": {"BucketName": "curated"}},
        "additionalProperties": {"inclusionPrefixes": ["policies/"]},
    }
    build.q_source(
        estate, A, R, "hardened", "policies", "curated", kind="S3", tags=OWNED, roleArn=NARROW, configuration=narrow, vpcConfiguration=VPC
    )
    build.q_source(estate, A, R, "hardened", "policies", "wiki", kind="CONFLUENCEV2", tags=OWNED, roleArn=NARROW, vpcConfiguration=VPC)
    signed = {"oAuth2ClientCredentialConfiguration": {"secretArn": SECRET, "roleArn": NARROW}}
    build.plugin(estate, A, R, "hardened", "orders", kind="CUSTOM", sign_in=signed, tags=OWNED)


def _search(estate: Estate) -> None:
    token = {"JwtTokenTypeConfiguration": {"KeyLocation": "URL", "URL": "https://login.example.com/keys"}}
    build.kendra_index(estate, A, R, "weak", RoleArn=WIDE)
    build.kendra_index(
        estate,
        A,
        R,
        "hardened",
        tags=OWNED,
        RoleArn=NARROW,
        ServerSideEncryptionConfiguration={"KmsKeyId": KEY},
        UserContextPolicy="USER_TOKEN",
        UserTokenConfigurations=[token],
    )
    seeds = {"Urls": {"SeedUrlConfiguration": {"SeedUrls": ["https://example.com"], "WebCrawlerMode": "EVERYTHING"}}}
    build.kendra_source(estate, A, R, "weak", "web", kind="WEBCRAWLER", RoleArn=WIDE, Configuration={"WebCrawlerConfiguration": seeds})
    build.kendra_source(estate, A, R, "weak", "dump", kind="S3", RoleArn=WIDE, Configuration={"S3Configuration": {"BucketName": "dump"}})
    limited = {"BucketName": "curated", "InclusionPrefixes": ["docs/"]}
    build.kendra_source(
        estate, A, R, "hardened", "curated", kind="S3", tags=OWNED, RoleArn=NARROW, Configuration={"S3Configuration": limited}
    )
    build.kendra_source(
        estate,
        A,
        R,
        "hardened",
        "wiki",
        kind="CONFLUENCE",
        tags=OWNED,
        RoleArn=NARROW,
        VpcConfiguration={"SubnetIds": VPC["subnetIds"], "SecurityGroupIds": VPC["securityGroupIds"]},
    )
    kendra = {"type": "KENDRA", "kendraKnowledgeBaseConfiguration": {"kendraIndexArn": build.kendra_index_arn(A, R, "hardened")}}
    estate.knowledge_base(A, R, "kendra", roleArn=RETRIEVER, knowledgeBaseConfiguration=kendra, storageConfiguration=None)


def _bots(estate: Estate) -> None:
    voice = {"s3Bucket": {"s3BucketArn": "arn:aws:s3:::dump", "logPrefix": "calls/"}}
    build.bot(estate, A, R, "weak", logs={"audioLogSettings": [{"enabled": True, "destination": voice}]}, roleArn=WIDE)
    group = {"cloudWatch": {"cloudWatchLogGroupArn": arn("logs", A, R, "log-group:bot"), "logPrefix": "talks/"}}
    kept = {"s3Bucket": {"s3BucketArn": "arn:aws:s3:::curated", "logPrefix": "calls/", "kmsKeyArn": KEY}}
    logs = {
        "textLogSettings": [{"enabled": True, "destination": group}],
        "audioLogSettings": [{"enabled": True, "destination": kept}],
    }
    build.bot(estate, A, R, "hardened", logs=logs, tags=OWNED, roleArn=NARROW)
    build.connect_assistant(estate, A, R, "weak")
    build.connect_assistant(estate, A, R, "hardened", key=KEY, tags=OWNED)


def _applied(estate: Estate) -> None:
    for name, bucket, role, key, tags in (("weak", "dump", WIDE, "", None), ("hardened", "curated", NARROW, KEY, OWNED)):
        applied.classifier(estate, A, R, name, bucket=bucket, role=role, key=key, tags=tags)
        applied.recognizer(estate, A, R, name, bucket=bucket, role=role, key=key, tags=tags)
        applied.flywheel(estate, A, R, name, bucket=bucket, role=role, key=key, tags=tags)
        applied.dataset_group(estate, A, R, name, role=role, key=key, tags=tags)
        applied.label_project(estate, A, R, name, bucket=bucket, key=key, tags=tags)
        applied.stream_processor(estate, A, R, name, bucket=bucket, role=role, key=key, tags=tags)
        applied.language_model(estate, A, R, name, bucket=bucket, role=role, key=key, tags=tags)
        applied.parallel_data(estate, A, R, name, bucket=bucket, key=key, tags=tags)
    applied.fraud_model(estate, A, R, "weak")  # one key serves all models of the region, so the hardened one would have to lie elsewhere
