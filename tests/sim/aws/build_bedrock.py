"""Builders for Bedrock: models, guardrails, agents, knowledge bases."""

from __future__ import annotations

from typing import Any, Self

from .document import CREATED, UPDATED, Document, Tags, arn, key_values, merged, pick, short_id

FOUNDATION_MODEL = "anthropic.claude-3-haiku-20240307-v1:0"


def foundation_model_arn(region: str, model: str = FOUNDATION_MODEL) -> str:
    """Return the ARN of a foundation model, which belongs to no account."""
    return arn("bedrock", "", region, f"foundation-model/{model}")


def guardrail_id(account: str, region: str, name: str) -> str:
    """Return the id `guardrail` gives, for references."""
    return short_id("guardrail", account, region, name, length=12).lower()


def agent_id(account: str, region: str, name: str) -> str:
    """Return the id `agent` gives."""
    return short_id("agent", account, region, name)


def knowledge_base_id(account: str, region: str, name: str) -> str:
    """Return the id `knowledge_base` gives."""
    return short_id("knowledge-base", account, region, name)


class Bedrock(Document):
    """Bedrock's part of an estate."""

    def guardrail(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add a guardrail with content filters, answered by id and by ARN; by default it does not filter prompt attacks."""
        own_id = guardrail_id(account, region, name)
        own = arn("bedrock", account, region, f"guardrail/{own_id}")
        filters = [
            {"type": kind, "inputStrength": "HIGH", "outputStrength": "HIGH"}
            for kind in ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT")
        ]
        full = merged(
            {
                "name": name,
                "guardrailId": own_id,
                "guardrailArn": own,
                "version": "DRAFT",
                "status": "READY",
                "contentPolicy": {"filters": filters},
                "createdAt": CREATED,
                "updatedAt": UPDATED,
                "blockedInputMessaging": "Blocked.",
                "blockedOutputsMessaging": "Blocked.",
            },
            overrides,
        )
        place = self.at(account, region, "bedrock")
        summary = {"id": own_id, "arn": own} | pick(full, "status", "name", "description", "version", "createdAt", "updatedAt")
        place.add("ListGuardrails", "guardrails", summary)
        place.row("GetGuardrail", {"guardrailIdentifier": [own_id, own]}, full)
        return self._bedrock_tags(account, region, own, tags)

    def custom_model(self, account: str, region: str, name: str, *, bucket: str | None = None, tags: Tags = None, **overrides: Any) -> Self:
        """Add a fine-tuned model: by default without a customer key."""
        own = arn("bedrock", account, region, f"custom-model/{FOUNDATION_MODEL}/{short_id(account, region, name, length=12).lower()}")
        bucket = bucket or f"training-{account}"
        full = merged(
            {
                "modelArn": own,
                "modelName": name,
                "jobName": f"{name}-job",
                "jobArn": arn(
                    "bedrock", account, region, f"model-customization-job/{FOUNDATION_MODEL}/{short_id(name, length=12).lower()}"
                ),
                "baseModelArn": foundation_model_arn(region),
                "customizationType": "FINE_TUNING",
                "trainingDataConfig": {"s3Uri": f"s3://{bucket}/tune.jsonl"},
                "outputDataConfig": {"s3Uri": f"s3://{bucket}/tuned/"},
                "creationTime": CREATED,
                "modelStatus": "Active",
            },
            overrides,
        )
        place = self.at(account, region, "bedrock")
        summary = pick(full, "modelArn", "modelName", "creationTime", "baseModelArn", "customizationType", "modelStatus")
        place.add("ListCustomModels", "modelSummaries", summary | {"baseModelName": "Claude 3 Haiku", "ownerAccountId": account})
        place.row("GetCustomModel", {"modelIdentifier": [own, name]}, full)
        return self._bedrock_tags(account, region, own, tags)

    def provisioned_throughput(
        self, account: str, region: str, name: str, *, model_arn: str | None = None, tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add provisioned throughput of a model."""
        own = arn("bedrock", account, region, f"provisioned-model/{short_id(account, region, name, length=12).lower()}")
        serves = model_arn or foundation_model_arn(region)
        full = merged(
            {
                "modelUnits": 1,
                "desiredModelUnits": 1,
                "provisionedModelName": name,
                "provisionedModelArn": own,
                "modelArn": serves,
                "desiredModelArn": serves,
                "foundationModelArn": foundation_model_arn(region),
                "status": "InService",
                "creationTime": CREATED,
                "lastModifiedTime": UPDATED,
            },
            overrides,
        )
        place = self.at(account, region, "bedrock")
        place.add("ListProvisionedModelThroughputs", "provisionedModelSummaries", full)
        place.row("GetProvisionedModelThroughput", {"provisionedModelId": [own, name]}, full)
        return self._bedrock_tags(account, region, own, tags)

    def invocation_logging(
        self, account: str, region: str, *, log_group: str | None = None, bucket: str | None = None, **overrides: Any
    ) -> Self:
        """Set the invocation logging of a region; without this call AWS answers an empty configuration."""
        config: dict[str, Any] = {"textDataDeliveryEnabled": True, "imageDataDeliveryEnabled": True, "embeddingDataDeliveryEnabled": True}
        if log_group:
            config["cloudWatchConfig"] = {"logGroupName": log_group, "roleArn": f"arn:aws:iam::{account}:role/bedrock-logging"}
        if bucket:
            config["s3Config"] = {"bucketName": bucket}
        self.at(account, region, "bedrock").set("GetModelInvocationLoggingConfiguration", {"loggingConfig": merged(config, overrides)})
        return self

    def agent(
        self,
        account: str,
        region: str,
        name: str,
        *,
        aliases: tuple[str, ...] = ("live",),
        actions: dict[str, dict[str, Any]] | None = None,
        knowledge_bases: tuple[str, ...] = (),
        guardrail: str | None = None,
        tags: Tags = None,
        **overrides: Any,
    ) -> Self:
        """Add an agent with its aliases, action groups (name to overrides) and the knowledge bases it reads.

        `knowledge_bases` and `guardrail` are names given to the builders of those.
        """
        own_id = agent_id(account, region, name)
        own = arn("bedrock", account, region, f"agent/{own_id}")
        guarded = {"guardrailIdentifier": guardrail_id(account, region, guardrail), "guardrailVersion": "1"} if guardrail else None
        full = merged(
            {
                "agentId": own_id,
                "agentName": name,
                "agentArn": own,
                "agentVersion": "DRAFT",
                "instruction": "Answer questions about orders, and nothing else that is asked.",
                "agentStatus": "PREPARED",
                "foundationModel": FOUNDATION_MODEL,
                "idleSessionTTLInSeconds": 600,
                "agentResourceRoleArn": f"arn:aws:iam::{account}:role/service-role/AmazonBedrockExecutionRoleForAgents_{name}",
                "createdAt": CREATED,
                "updatedAt": UPDATED,
                "preparedAt": UPDATED,
                "guardrailConfiguration": guarded,
            },
            overrides,
        )
        place = self.at(account, region, "bedrock-agent")
        summary = pick(full, "agentId", "agentName", "agentStatus", "description", "updatedAt", "guardrailConfiguration")
        place.add("ListAgents", "agentSummaries", summary | {"latestAgentVersion": "1"})
        place.row("GetAgent", {"agentId": own_id}, {"agent": full})
        # children are the same in the draft and in the one published version
        versions = {"agentId": own_id, "agentVersion": ["DRAFT", "1"]}
        place.add_row("ListAgentAliases", {"agentId": own_id}, "agentAliasSummaries")
        place.add_row("ListAgentActionGroups", versions, "actionGroupSummaries")
        place.add_row("ListAgentKnowledgeBases", versions, "agentKnowledgeBaseSummaries")
        place.add_row(
            "ListAgentVersions",
            {"agentId": own_id},
            "agentVersionSummaries",
            *(
                {"agentName": name, "agentStatus": "PREPARED", "agentVersion": v, "createdAt": CREATED, "updatedAt": UPDATED}
                | pick(full, "guardrailConfiguration")
                for v in ("DRAFT", "1")
            ),
        )
        for alias in aliases:
            self._agent_alias(account, region, own_id, alias)
        for group, group_overrides in (actions or {}).items():
            self._action_group(account, region, own_id, group, group_overrides)
        for base in knowledge_bases:
            association = {
                "knowledgeBaseId": knowledge_base_id(account, region, base),
                "knowledgeBaseState": "ENABLED",
                "updatedAt": UPDATED,
            }
            place.add_row("ListAgentKnowledgeBases", versions, "agentKnowledgeBaseSummaries", association | {"description": base})
            match = {**versions, "knowledgeBaseId": association["knowledgeBaseId"]}
            detail = {"agentId": own_id, "agentVersion": "DRAFT", "description": base, "createdAt": CREATED}
            place.row("GetAgentKnowledgeBase", match, {"agentKnowledgeBase": {**detail, **association}})
        return self._agent_tags(account, region, own, tags)

    def _agent_alias(self, account: str, region: str, own_id: str, alias: str) -> None:
        alias_id = short_id("alias", own_id, alias)
        full = {
            "agentId": own_id,
            "agentAliasId": alias_id,
            "agentAliasName": alias,
            "agentAliasArn": arn("bedrock", account, region, f"agent-alias/{own_id}/{alias_id}"),
            "routingConfiguration": [{"agentVersion": "1"}],
            "createdAt": CREATED,
            "updatedAt": UPDATED,
            "agentAliasStatus": "PREPARED",
        }
        place = self.at(account, region, "bedrock-agent")
        summary = pick(full, "agentAliasId", "agentAliasName", "routingConfiguration", "agentAliasStatus", "createdAt", "updatedAt")
        place.add_row("ListAgentAliases", {"agentId": own_id}, "agentAliasSummaries", summary)
        place.row("GetAgentAlias", {"agentId": own_id, "agentAliasId": alias_id}, {"agentAlias": full})

    def _action_group(self, account: str, region: str, own_id: str, name: str, overrides: dict[str, Any]) -> None:
        group_id = short_id("action-group", own_id, name)
        full = merged(
            {
                "agentId": own_id,
                "agentVersion": "DRAFT",
                "actionGroupId": group_id,
                "actionGroupName": name,
                "createdAt": CREATED,
                "updatedAt": UPDATED,
                "actionGroupExecutor": {"lambda": arn("lambda", account, region, f"function:{name}")},
                "functionSchema": {"functions": [{"name": "look_up", "requireConfirmation": "DISABLED"}]},
                "actionGroupState": "ENABLED",
            },
            overrides,
        )
        place = self.at(account, region, "bedrock-agent")
        versions = {"agentId": own_id, "agentVersion": ["DRAFT", "1"]}
        summary = pick(full, "actionGroupId", "actionGroupName", "actionGroupState", "description", "updatedAt")
        place.add_row("ListAgentActionGroups", versions, "actionGroupSummaries", summary)
        place.row("GetAgentActionGroup", {**versions, "actionGroupId": group_id}, {"agentActionGroup": full})

    def knowledge_base(
        self, account: str, region: str, name: str, *, buckets: tuple[str, ...] = (), tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add a knowledge base on an OpenSearch Serverless collection, with one S3 data source for each bucket."""
        own_id = knowledge_base_id(account, region, name)
        own = arn("bedrock", account, region, f"knowledge-base/{own_id}")
        storage = {
            "type": "OPENSEARCH_SERVERLESS",
            "opensearchServerlessConfiguration": {
                "collectionArn": arn("aoss", account, region, f"collection/{short_id(own_id, length=20).lower()}"),
                "vectorIndexName": "index",
                "fieldMapping": {"vectorField": "vector", "textField": "text", "metadataField": "metadata"},
            },
        }
        embedding = foundation_model_arn(region, "amazon.titan-embed-text-v2:0")
        full = merged(
            {
                "knowledgeBaseId": own_id,
                "name": name,
                "knowledgeBaseArn": own,
                "roleArn": f"arn:aws:iam::{account}:role/service-role/AmazonBedrockExecutionRoleForKnowledgeBase_{name}",
                "knowledgeBaseConfiguration": {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": embedding}},
                "storageConfiguration": storage,
                "status": "ACTIVE",
                "createdAt": CREATED,
                "updatedAt": UPDATED,
            },
            overrides,
        )
        place = self.at(account, region, "bedrock-agent")
        place.add(
            "ListKnowledgeBases", "knowledgeBaseSummaries", pick(full, "knowledgeBaseId", "name", "description", "status", "updatedAt")
        )
        place.row("GetKnowledgeBase", {"knowledgeBaseId": own_id}, {"knowledgeBase": full})
        place.add_row("ListDataSources", {"knowledgeBaseId": own_id}, "dataSourceSummaries")
        for bucket in buckets:
            self.data_source(account, region, name, bucket)
        return self._agent_tags(account, region, own, tags)

    def data_source(self, account: str, region: str, knowledge_base: str, bucket: str, **overrides: Any) -> Self:
        """Add an S3 data source to a knowledge base: by default without a customer key for what it holds in transit."""
        base_id = knowledge_base_id(account, region, knowledge_base)
        source_id = short_id("data-source", base_id, bucket)
        full = merged(
            {
                "knowledgeBaseId": base_id,
                "dataSourceId": source_id,
                "name": bucket,
                "status": "AVAILABLE",
                "dataSourceConfiguration": {"type": "S3", "s3Configuration": {"bucketArn": f"arn:aws:s3:::{bucket}"}},
                "dataDeletionPolicy": "DELETE",
                "createdAt": CREATED,
                "updatedAt": UPDATED,
            },
            overrides,
        )
        place = self.at(account, region, "bedrock-agent")
        summary = pick(full, "knowledgeBaseId", "dataSourceId", "name", "status", "description", "updatedAt")
        place.add_row("ListDataSources", {"knowledgeBaseId": base_id}, "dataSourceSummaries", summary)
        place.row("GetDataSource", {"knowledgeBaseId": base_id, "dataSourceId": source_id}, {"dataSource": full})
        return self

    def _bedrock_tags(self, account: str, region: str, own: str, tags: Tags) -> Self:
        self.at(account, region, "bedrock").row("ListTagsForResource", {"resourceARN": own}, {"tags": key_values(tags, "key", "value")})
        return self.tagged(account, region, own, tags)

    def _agent_tags(self, account: str, region: str, own: str, tags: Tags) -> Self:
        self.at(account, region, "bedrock-agent").row("ListTagsForResource", {"resourceArn": own}, {"tags": dict(tags or {})})
        return self.tagged(account, region, own, tags)
