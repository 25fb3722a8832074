"""Builders for the rest of Bedrock: flows, prompts, ways to models, jobs, settings of a region and of the organisation."""

from __future__ import annotations

from typing import Any, Self

from .build_bedrock import FOUNDATION_MODEL, foundation_model_arn, guardrail_id
from .document import CREATED, UPDATED, Document, Tags, arn, key_values, merged, pick, short_id, text

Json = dict[str, Any]


def prompt_node(name: str, *, guardrail: Json | None = None, prompt: str | None = None, **inline: Any) -> Json:
    """A prompt node of a flow: with a prompt of the catalogue, or with one of its own."""
    own = {"modelId": FOUNDATION_MODEL, "templateType": "TEXT", "templateConfiguration": {"text": {"text": "Answer {{q}}"}}} | inline
    source = {"resource": {"promptArn": prompt}} if prompt else {"inline": own}
    settings: Json = {"sourceConfiguration": source} | ({"guardrailConfiguration": guardrail} if guardrail else {})
    return {"name": name, "type": "Prompt", "configuration": {"prompt": settings}}


def flow_id(account: str, region: str, name: str) -> str:
    """Return the id `flow` gives."""
    return short_id("flow", account, region, name)


def prompt_arn(account: str, region: str, name: str) -> str:
    """Return the ARN `prompt` gives; `:1` behind it names the first version."""
    return arn("bedrock", account, region, f"prompt/{short_id('prompt', account, region, name)}")


def profile_arn(account: str, region: str, name: str) -> str:
    """Return the ARN `inference_profile` gives."""
    return arn("bedrock", account, region, f"application-inference-profile/{short_id(name, length=12).lower()}")


def custom_model_arn(account: str, region: str, name: str) -> str:
    """Return the ARN that `custom_model` gives."""
    return arn("bedrock", account, region, f"custom-model/{FOUNDATION_MODEL}/{short_id(account, region, name, length=12).lower()}")


class BedrockMore(Document):
    """The rest of Bedrock's part of an estate."""

    def flow(
        self,
        account: str,
        region: str,
        name: str,
        *,
        nodes: tuple[Json, ...] = (),
        routed: dict[str, tuple[Json, ...]] | None = None,
        tags: Tags = None,
        **overrides: Any,
    ) -> Self:
        """Add a flow whose draft holds `nodes`; each entry of `routed` is a version, by number, that an alias leads to."""
        own_id = flow_id(account, region, name)
        own = arn("bedrock", account, region, f"flow/{own_id}")
        role = f"arn:aws:iam::{account}:role/service-role/AmazonBedrockExecutionRoleForFlows_{name}"
        base = {"name": name, "executionRoleArn": role, "id": own_id, "arn": own, "status": "Prepared", "createdAt": CREATED}
        full = merged(base | {"updatedAt": UPDATED, "version": "DRAFT", "definition": _definition(nodes)}, overrides)
        place = self.at(account, region, "bedrock-agent")
        place.add("ListFlows", "flowSummaries", pick(full, "name", "id", "arn", "status", "createdAt", "updatedAt", "version"))
        place.row("GetFlow", {"flowIdentifier": [own_id, own]}, full)
        match = {"flowIdentifier": [own_id, own]}
        routes = {"TSTALIASID": "DRAFT"} | {f"live-{number}": number for number in routed or {}}
        place.add_row("ListFlowAliases", match, "flowAliasSummaries", *(_flow_alias(own, own_id, *route) for route in routes.items()))
        place.add_row("ListFlowVersions", match, "flowVersionSummaries")
        for number, held in {**(routed or {}), "99": ()}.items():  # 99: a version that nothing routes to
            version = merged(base | {"version": number, "definition": _definition(held)}, pick(overrides, "customerEncryptionKeyArn"))
            summary = pick(version, "id", "arn", "status", "createdAt", "version")
            place.add_row("ListFlowVersions", match, "flowVersionSummaries", summary)
            place.row("GetFlowVersion", {**match, "flowVersion": number}, version | pick(overrides, "executionRoleArn"))
        return self._tagged_more(account, region, "bedrock-agent", own, tags)

    def prompt(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add a managed prompt with one variant: by default without a customer key."""
        own = prompt_arn(account, region, name)
        variant = {
            "name": "default",
            "templateType": "TEXT",
            "templateConfiguration": {"text": {"text": "Summarise {{text}}", "inputVariables": [{"name": "text"}]}},
            "modelId": FOUNDATION_MODEL,
        }
        base = {"name": name, "defaultVariant": "default", "variants": [variant], "id": own.rpartition("/")[2], "arn": own}
        full = merged(base | {"version": "DRAFT", "createdAt": CREATED, "updatedAt": UPDATED}, overrides)
        place = self.at(account, region, "bedrock-agent")
        place.add("ListPrompts", "promptSummaries", pick(full, "name", "id", "arn", "version", "createdAt", "updatedAt"))
        place.row("GetPrompt", {"promptIdentifier": [full["id"], own]}, full)
        return self._tagged_more(account, region, "bedrock-agent", own, tags)

    def inference_profile(
        self, account: str, region: str, name: str, *, regions: tuple[str, ...] = (), tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add a profile of the customer's own; by default it stays in its region."""
        own = profile_arn(account, region, name)
        full = _profile(name, own, "APPLICATION", regions or (region,)) | overrides
        place = self.at(account, region, "bedrock")
        place.row("ListInferenceProfiles", {"typeEquals": "APPLICATION"}, _more(place, full))
        return self._tagged_more(account, region, "bedrock", own, tags)

    def system_profile(self, account: str, region: str, profile: str, *, regions: tuple[str, ...], **overrides: Any) -> Self:
        """Add a profile of AWS, such as `us.<model>`; an empty region is how a worldwide profile names its model."""
        own = arn("bedrock", account, region, f"inference-profile/{profile}")
        full = _profile(profile, own, "SYSTEM_DEFINED", regions) | {"inferenceProfileId": profile} | overrides
        self.at(account, region, "bedrock").row("GetInferenceProfile", {"inferenceProfileIdentifier": [profile, own]}, full)
        return self

    def prompt_router(self, account: str, region: str, name: str, *, models: tuple[str, ...], tags: Tags = None, **overrides: Any) -> Self:
        """Add a prompt router between models, the first of which is the fallback."""
        own = arn("bedrock", account, region, f"prompt-router/{short_id(name, length=12).lower()}")
        full = {
            "promptRouterName": name,
            "routingCriteria": {"responseQualityDifference": 10.0},
            "promptRouterArn": own,
            "models": [{"modelArn": model} for model in models],
            "fallbackModel": {"modelArn": models[0]},
            "status": "AVAILABLE",
            "type": "custom",
        }
        self.at(account, region, "bedrock").add("ListPromptRouters", "promptRouterSummaries", full | overrides)
        return self._tagged_more(account, region, "bedrock", own, tags)

    def hosted_model(self, account: str, region: str, model: str = FOUNDATION_MODEL, *, status: str = "ACTIVE") -> Self:
        """Add a model to those that AWS offers in a region."""
        entry = {"modelArn": foundation_model_arn(region, model), "modelId": model, "modelLifecycle": {"status": status}}
        self.at(account, region, "bedrock").add("ListFoundationModels", "modelSummaries", entry)
        return self

    def imported_model(self, account: str, region: str, name: str, *, bucket: str, tags: Tags = None, **overrides: Any) -> Self:
        """Add a model imported from a bucket: by default without a customer key."""
        own = arn("bedrock", account, region, f"imported-model/{short_id(account, region, name, length=12).lower()}")
        base = {"modelArn": own, "modelName": name, "jobName": f"{name}-import", "creationTime": CREATED, "modelArchitecture": "llama"}
        full = merged(base | {"modelDataSource": {"s3DataSource": {"s3Uri": f"s3://{bucket}/weights/"}}}, overrides)
        place = self.at(account, region, "bedrock")
        place.add("ListImportedModels", "modelSummaries", pick(full, "modelArn", "modelName", "creationTime", "modelArchitecture"))
        place.row("GetImportedModel", {"modelIdentifier": [own, name]}, full)
        return self._tagged_more(account, region, "bedrock", own, tags)

    def model_deployment(self, account: str, region: str, name: str, *, model: str, tags: Tags = None) -> Self:
        """Add an on-demand deployment of a custom model."""
        own = arn("bedrock", account, region, f"custom-model-deployment/{short_id(name, length=12).lower()}")
        names = {"customModelDeploymentArn": own, "customModelDeploymentName": name, "modelArn": model}
        summary = names | {"createdAt": CREATED, "status": "Active"}
        self.at(account, region, "bedrock").add("ListCustomModelDeployments", "modelDeploymentSummaries", summary)
        return self._tagged_more(account, region, "bedrock", own, tags)

    def marketplace_endpoint(self, account: str, region: str, name: str, **sagemaker: Any) -> Self:
        """Add a marketplace model endpoint; keyword arguments are members of its SageMaker configuration."""
        own = arn("sagemaker", account, region, f"endpoint/{name}")
        source = f"arn:aws:sagemaker:{region}:aws:hub-content/SageMakerPublicHub/Model/vendor-llm/1.0.0"
        base = {"endpointArn": own, "modelSourceIdentifier": source, "status": "REGISTERED", "createdAt": CREATED, "updatedAt": UPDATED}
        role = f"arn:aws:iam::{account}:role/marketplace"
        settings = merged({"initialInstanceCount": 1, "instanceType": "ml.g5.xlarge", "executionRole": role}, sagemaker)
        full = base | {"endpointConfig": {"sageMaker": settings}, "endpointStatus": "InService"}
        place = self.at(account, region, "bedrock")
        place.add("ListMarketplaceModelEndpoints", "marketplaceModelEndpoints", base)
        place.row("GetMarketplaceModelEndpoint", {"endpointArn": own}, {"marketplaceModelEndpoint": full})
        return self

    def batch_job(
        self, account: str, region: str, name: str, *, bucket: str, model: str = FOUNDATION_MODEL, tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add a batch inference job: by default without owner, key and network."""
        own = arn("bedrock", account, region, f"model-invocation-job/{short_id(name, length=12).lower()}")
        full = {
            "jobArn": own,
            "jobName": name,
            "modelId": model,
            "roleArn": f"arn:aws:iam::{account}:role/batch",
            "status": "Completed",
            "submitTime": CREATED,
            "inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://{bucket}/in.jsonl"}},
            "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/out/"}},
        }
        self.at(account, region, "bedrock").add("ListModelInvocationJobs", "invocationJobSummaries", merged(full, overrides))
        return self._tagged_more(account, region, "bedrock", own, tags)

    def evaluation_job(
        self,
        account: str,
        region: str,
        name: str,
        *,
        model: str,
        metrics: tuple[str, ...],
        bucket: str,
        tags: Tags = None,
        **overrides: Any,
    ) -> Self:
        """Add an automated evaluation of a model."""
        own = arn("bedrock", account, region, f"evaluation-job/{short_id(name, length=12).lower()}")
        data_set = {"taskType": "Generation", "dataset": {"name": "Builtin.BOLD"}, "metricNames": list(metrics)}
        full = {
            "jobName": name,
            "status": "Completed",
            "jobArn": own,
            "roleArn": f"arn:aws:iam::{account}:role/evaluation",
            "jobType": "Automated",
            "evaluationConfig": {"automated": {"datasetMetricConfigs": [data_set]}},
            "inferenceConfig": {"models": [{"bedrockModel": {"modelIdentifier": model}}]},
            "outputDataConfig": {"s3Uri": f"s3://{bucket}/evaluations/"},
            "creationTime": CREATED,
        }
        full = merged(full, overrides)
        place = self.at(account, region, "bedrock")
        summary = pick(full, "jobArn", "jobName", "status", "creationTime", "jobType") | {"evaluationTaskTypes": ["Generation"]}
        place.add("ListEvaluationJobs", "jobSummaries", summary)
        place.row("GetEvaluationJob", {"jobIdentifier": [own, name]}, full)
        return self._tagged_more(account, region, "bedrock", own, tags)

    def reasoning_policy(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add an automated reasoning policy: by default without a customer key."""
        own_id = short_id("reasoning", account, region, name, length=12).lower()
        own = arn("bedrock", account, region, f"automated-reasoning-policy/{own_id}")
        base = {"policyArn": own, "name": name, "version": "DRAFT", "policyId": own_id, "createdAt": CREATED, "updatedAt": UPDATED}
        place = self.at(account, region, "bedrock")
        place.add("ListAutomatedReasoningPolicies", "automatedReasoningPolicySummaries", base)
        place.row("GetAutomatedReasoningPolicy", {"policyArn": own}, base | {"definitionHash": "0" * 128} | overrides)
        return self._tagged_more(account, region, "bedrock", own, tags)

    def automation_project(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add a data automation project: by default it takes everything out, personal data included."""
        own = arn("bedrock", account, region, f"data-automation-project/{short_id(name, length=12).lower()}")
        base = {"projectArn": own, "creationTime": CREATED, "projectName": name, "projectStage": "LIVE"}
        place = self.at(account, region, "bedrock-data-automation")
        place.add("ListDataAutomationProjects", "projects", base)
        full = merged(base | {"lastModifiedTime": UPDATED, "status": "COMPLETED"}, overrides)
        place.row("GetDataAutomationProject", {"projectArn": own}, {"project": full})
        return self._tagged_more(account, region, "bedrock-data-automation", own, tags)

    def enforced_guardrail(self, account: str, region: str, guardrail: str, **overrides: Any) -> Self:
        """Enforce a guardrail (its name) in a region: by default on all models and all content."""
        own_id = guardrail_id(account, region, guardrail)
        full = {
            "configId": short_id(own_id, length=12).lower(),
            "guardrailArn": arn("bedrock", account, region, f"guardrail/{own_id}"),
            "guardrailId": own_id,
            "guardrailVersion": "1",
            "selectiveContentGuarding": {"system": "COMPREHENSIVE", "messages": "COMPREHENSIVE"},
            "owner": "ACCOUNT",
        }
        self.at(account, region, "bedrock").add("ListEnforcedGuardrailsConfiguration", "guardrailsConfig", merged(full, overrides))
        return self

    def data_retention(self, account: str, region: str, mode: str) -> Self:
        """Set the data retention of a region; without this call AWS answers `inherit`."""
        self.at(account, region, "bedrock").set("GetAccountDataRetention", {"mode": mode, "updatedAt": UPDATED})
        return self

    def effective_policy(self, account: str, kind: str, policy: Any) -> Self:
        """Let a policy of the organisation arrive at the account; None means that there is none of the kind."""
        place = self.at(account, "*", "organizations")
        content = {"PolicyContent": text(policy), "LastUpdatedTimestamp": UPDATED, "TargetId": account, "PolicyType": kind}
        place.row("DescribeEffectivePolicy", {"PolicyType": kind}, {"EffectivePolicy": content})
        if policy is None:
            rows = place.operations["DescribeEffectivePolicy"]
            rows[-1] = {"match": {"PolicyType": kind}, "error": "EffectivePolicyNotFoundException", "status": 400}
        return self

    def _tagged_more(self, account: str, region: str, service: str, own: str, tags: Tags) -> Self:
        match = {"resourceARN": own}
        listed: Any = key_values(tags, "key", "value") if service != "bedrock-agent" else dict(tags or {})
        if service == "bedrock-agent":
            match = {"resourceArn": own}
        self.at(account, region, service).row("ListTagsForResource", match, {"tags": listed})
        return self.tagged(account, region, own, tags)


def _definition(nodes: tuple[Json, ...]) -> Json:
    return {"nodes": [{"name": "Start", "type": "Input", "configuration": {"input": {}}}, *nodes], "connections": []}


def _flow_alias(own: str, own_id: str, name: str, version: str) -> Json:
    alias = name if name == "TSTALIASID" else short_id("flow-alias", own_id, name)
    route = {"routingConfiguration": [{"flowVersion": version}], "flowId": own_id}
    return route | {"name": name, "id": alias, "arn": f"{own}/alias/{alias}", "createdAt": CREATED, "updatedAt": UPDATED}


def _profile(name: str, own: str, kind: str, regions: tuple[str, ...]) -> Json:
    models = [{"modelArn": foundation_model_arn(region)} for region in regions]
    own_id = own.rpartition("/")[2]
    names = {"inferenceProfileName": name, "inferenceProfileArn": own, "inferenceProfileId": own_id}
    return names | {"models": models, "status": "ACTIVE", "type": kind, "createdAt": CREATED, "updatedAt": UPDATED}


def _more(place: Any, profile: Json) -> Json:
    rows = place.operations.get("ListInferenceProfiles", [])
    held = rows[0]["response"]["inferenceProfileSummaries"] if rows else []
    return {"inferenceProfileSummaries": [*held, profile]}
