"""Builders for AgentCore, agent registries and the DevOps agent.

Functions on an estate: `runtime(estate, account, region, name, ...)` adds one runtime. By default each thing is as
AWS makes it when only what is required is stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import CREATED, UPDATED, Document, Place, Tags, arn, guid, merged, pick, short_id, text

SERVICE, REGISTRY, DEVOPS = "bedrock-agentcore-control", "agent-registry-control", "devops-agent"
Overrides = Mapping[str, Any]
_TIMES = {"createdAt": CREATED, "lastUpdatedAt": UPDATED}
_UPDATED = {"createdAt": CREATED, "updatedAt": UPDATED}


def own_id(kind: str, account: str, region: str, name: str) -> str:
    """The id that a builder gives: the name and ten letters and digits."""
    return f"{name.replace('_', '-')}-{short_id(kind, account, region, name)}"


def own_arn(kind: str, account: str, region: str, name: str) -> str:
    """The ARN of a thing whose path is its kind and id."""
    return arn("bedrock-agentcore", account, region, f"{kind}/{own_id(kind, account, region, name)}")


def _at(estate: Document, account: str, region: str) -> Place:
    return estate.at(account, region, SERVICE)


def runtime(
    estate: Document,
    account: str,
    region: str,
    name: str,
    *,
    routed: Overrides | None = None,
    policy: Any = None,
    tags: Tags = None,
    **overrides: Any,
) -> None:
    """Add an agent runtime in version 2. With `routed`, an endpoint `stable` leads to version 1, which differs by these members."""
    own, identifier = own_arn("runtime", account, region, name), own_id("runtime", account, region, name)
    full = merged(
        {
            "agentRuntimeArn": own,
            "agentRuntimeName": name,
            "agentRuntimeId": identifier,
            "agentRuntimeVersion": "2",
            **_TIMES,
            "roleArn": f"arn:aws:iam::{account}:role/{name}",
            "networkConfiguration": {"networkMode": "PUBLIC"},
            "status": "READY",
            "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
            "agentRuntimeArtifact": {"containerConfiguration": {"containerUri": f"{account}.dkr.ecr.{region}.amazonaws.com/{name}:1"}},
            "workloadIdentityDetails": {"workloadIdentityArn": identity_arn(account, region, name)},
        },
        overrides,
    )
    place = _at(estate, account, region)
    listed = pick(full, "agentRuntimeArn", "agentRuntimeId", "agentRuntimeVersion", "agentRuntimeName", "lastUpdatedAt", "status")
    place.add("ListAgentRuntimes", "agentRuntimes", {**listed, "description": name})
    place.row("GetAgentRuntime", {"agentRuntimeId": identifier, "agentRuntimeVersion": None}, full)
    place.add_row("ListAgentRuntimeEndpoints", {"agentRuntimeId": identifier}, "runtimeEndpoints", _endpoint(own, "DEFAULT", "2"))
    if routed is not None:
        place.add_row("ListAgentRuntimeEndpoints", {"agentRuntimeId": identifier}, "runtimeEndpoints", _endpoint(own, "stable", "1"))
        older = merged({**full, "agentRuntimeVersion": "1"}, routed)
        place.row("GetAgentRuntime", {"agentRuntimeId": identifier, "agentRuntimeVersion": "1"}, older)
    _policy(place, own, policy)
    estate.tagged(account, region, own, tags)


def _endpoint(runtime_arn: str, name: str, version: str) -> dict[str, Any]:
    return {
        "name": name,
        "liveVersion": version,
        "agentRuntimeEndpointArn": f"{runtime_arn}/runtime-endpoint/{name}",
        "agentRuntimeArn": runtime_arn,
        "status": "READY",
        "id": name,
        **_TIMES,
    }


def _policy(place: Place, own: str, policy: Any) -> None:
    if policy is not None:
        place.row("GetResourcePolicy", {"resourceArn": own}, {"policy": text(policy)})


def harness(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> None:
    """Add a harness, in a runtime that is not listed unless `runtime` adds one of that name."""
    own, identifier = own_arn("harness", account, region, name), own_id("harness", account, region, name)
    environment = {
        "agentRuntimeArn": own_arn("runtime", account, region, f"harness_{name}"),
        "agentRuntimeName": f"harness_{name}",
        "agentRuntimeId": own_id("runtime", account, region, f"harness_{name}"),
        "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
        "networkConfiguration": {"networkMode": "PUBLIC"},
    }
    environment |= overrides.pop("runtime", {})
    full = merged(
        {
            "harnessId": identifier,
            "harnessName": name,
            "arn": own,
            "status": "READY",
            "harnessVersion": "1",
            "executionRoleArn": f"arn:aws:iam::{account}:role/{name}",
            **_UPDATED,
            "model": {"bedrockModelConfig": {"modelId": "anthropic.claude-3-haiku-20240307-v1:0"}},
            "systemPrompt": [{"text": "Answer questions about orders."}],
            "tools": [],
            "skills": [],
            "allowedTools": ["*"],
            "truncation": {"strategy": "sliding_window"},
            "environment": {"agentCoreRuntimeEnvironment": environment},
        },
        overrides,
    )
    place = _at(estate, account, region)
    listed = pick(full, "harnessId", "harnessName", "arn", "status", "createdAt", "updatedAt", "harnessVersion")
    place.add("ListHarnesses", "harnesses", listed)
    place.row("GetHarness", {"harnessId": identifier}, {"harness": full})
    estate.tagged(account, region, own, tags)


def gateway(
    estate: Document,
    account: str,
    region: str,
    name: str,
    *,
    limits: int = 0,
    policy: Any = None,
    tags: Tags = None,
    **overrides: Any,
) -> None:
    """Add a gateway for MCP: by default it lets in callers with IAM credentials, and has no policy engine and no limits."""
    own, identifier = own_arn("gateway", account, region, name), own_id("gateway", account, region, name)
    full = merged(
        {
            "gatewayArn": own,
            "gatewayId": identifier,
            "gatewayUrl": f"https://{identifier}.gateway.bedrock-agentcore.{region}.amazonaws.com/mcp",
            **_UPDATED,
            "status": "READY",
            "name": name,
            "roleArn": f"arn:aws:iam::{account}:role/{name}",
            "protocolType": "MCP",
            "authorizerType": "AWS_IAM",
        },
        overrides,
    )
    place = _at(estate, account, region)
    place.add(
        "ListGateways", "items", pick(full, "gatewayId", "name", "status", "createdAt", "updatedAt", "authorizerType", "protocolType")
    )
    place.row("GetGateway", {"gatewayIdentifier": identifier}, full)
    place.add_row("ListGatewayTargets", {"gatewayIdentifier": identifier}, "items")
    entries = [{"dimensions": {"$.context.jwt.client_id": "*"}, "requests": [{"rate": 10.0, "period": "second"}]}]
    rates = [
        {
            "rateLimitId": f"limit-{number}",
            "gatewayIdentifier": identifier,
            "dimensionKeys": ["$.context.jwt.client_id"],
            "entries": entries,
            "status": "ACTIVE",
            **_UPDATED,
        }
        for number in range(limits)
    ]
    place.add_row("ListGatewayRateLimits", {"gatewayIdentifier": identifier}, "rateLimits", *rates)
    _policy(place, own, policy)
    estate.tagged(account, region, own, tags)


def target(
    estate: Document,
    account: str,
    region: str,
    gateway_name: str,
    name: str,
    *,
    configuration: Overrides,
    credentials: list[dict[str, Any]],
    **overrides: Any,
) -> None:
    """Add a target to a gateway."""
    parent, identifier = own_id("gateway", account, region, gateway_name), short_id("target", account, region, gateway_name, name)
    full = merged(
        {
            "gatewayArn": own_arn("gateway", account, region, gateway_name),
            "targetId": identifier,
            **_UPDATED,
            "status": "READY",
            "name": name,
            "targetConfiguration": dict(configuration),
            "credentialProviderConfigurations": credentials,
        },
        overrides,
    )
    place = _at(estate, account, region)
    listed = pick(full, "targetId", "name", "status", "createdAt", "updatedAt")
    place.add_row("ListGatewayTargets", {"gatewayIdentifier": parent}, "items", listed)
    place.row("GetGatewayTarget", {"gatewayIdentifier": parent, "targetId": identifier}, full)


def memory(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> None:
    """Add a memory without strategies, whose events expire after 90 days."""
    own, identifier = own_arn("memory", account, region, name), own_id("memory", account, region, name)
    full = merged(
        {"arn": own, "id": identifier, "name": name, "eventExpiryDuration": 90, "status": "ACTIVE", **_UPDATED, "strategies": []}, overrides
    )
    place = _at(estate, account, region)
    place.add("ListMemories", "memories", pick(full, "arn", "id", "status", "createdAt", "updatedAt"))
    place.row("GetMemory", {"memoryId": identifier, "view": "without_decryption"}, {"memory": full})
    estate.tagged(account, region, own, tags)


def strategy(kind: str, *namespaces: str, **overrides: Any) -> dict[str, Any]:
    """A strategy of a memory, as GetMemory shows it."""
    base = {
        "strategyId": f"{kind.lower()}-1",
        "name": kind.lower(),
        "type": kind,
        "namespaces": list(namespaces),
        "namespaceTemplates": list(namespaces),
    }
    return merged(base, overrides)


def sandbox(estate: Document, account: str, region: str, name: str, kind: str, *, tags: Tags = None, **overrides: Any) -> None:
    """Add a custom browser (kind `browser`) or code interpreter (kind `codeInterpreter`) with public network."""
    operation = kind[:1].upper() + kind[1:]
    own, identifier = own_arn(f"{kind.lower()}-custom", account, region, name), own_id(kind, account, region, name)
    full = merged(
        {
            f"{kind}Id": identifier,
            f"{kind}Arn": own,
            "name": name,
            "networkConfiguration": {"networkMode": "PUBLIC"},
            "status": "READY",
            **_TIMES,
        },
        overrides,
    )
    place = _at(estate, account, region)
    listed = pick(full, f"{kind}Id", f"{kind}Arn", "name", "status", "createdAt", "lastUpdatedAt")
    place.add_row(f"List{operation}s", {"type": "CUSTOM"}, f"{kind}Summaries", listed)
    place.row(f"Get{operation}", {f"{kind}Id": identifier}, full)
    estate.tagged(account, region, own, tags)


def identity_arn(account: str, region: str, name: str) -> str:
    """The ARN of a workload identity."""
    return arn("bedrock-agentcore", account, region, f"workload-identity-directory/default/workload-identity/{name}")


def workload_identity(estate: Document, account: str, region: str, name: str, *urls: str, tags: Tags = None) -> None:
    """Add a workload identity, whose tokens may return to `urls`."""
    listed = {"name": name, "workloadIdentityArn": identity_arn(account, region, name)}
    full = {**listed, "allowedResourceOauth2ReturnUrls": list(urls), "createdTime": CREATED, "lastUpdatedTime": UPDATED}
    place = _at(estate, account, region)
    place.add("ListWorkloadIdentities", "workloadIdentities", listed)
    place.row("GetWorkloadIdentity", {"name": name}, full)
    estate.tagged(account, region, listed["workloadIdentityArn"], tags)


def provider_arn(account: str, region: str, kind: str, name: str) -> str:
    """The ARN of a credential provider."""
    return arn("bedrock-agentcore", account, region, f"token-vault/default/{kind.lower()}credentialprovider/{name}")


def credential_provider(
    estate: Document, account: str, region: str, name: str, kind: str, *, external: bool = False, tags: Tags = None
) -> None:
    """Add a provider of kind `ApiKey` or `Oauth2`; the service keeps its secret unless it is `external`."""
    own, secret = provider_arn(account, region, kind, name), arn("secretsmanager", account, region, f"secret:{name}-AbCdEf")
    listed = {"name": name, "credentialProviderArn": own, "createdTime": CREATED, "lastUpdatedTime": UPDATED}
    member = "apiKeySecret" if kind == "ApiKey" else "clientSecret"
    full: dict[str, Any] = {**listed, f"{member}Arn": {"secretArn": secret}, f"{member}Source": "EXTERNAL" if external else "MANAGED"}
    if kind == "Oauth2":
        listed["credentialProviderVendor"] = full["credentialProviderVendor"] = "GithubOauth2"
        discovery = {"discoveryUrl": "https://github.example/.well-known/openid-configuration"}
        full["oauth2ProviderConfigOutput"] = {"githubOauth2ProviderConfig": {"oauthDiscovery": discovery, "clientId": "client"}}
    place = _at(estate, account, region)
    place.add(f"List{kind}CredentialProviders", "credentialProviders", listed)
    place.row(f"Get{kind}CredentialProvider", {"name": name}, full)
    estate.tagged(account, region, own, tags)


def token_vault(estate: Document, account: str, region: str, *, kms_key: str = "") -> None:
    """Set the key of the vault; without one it is the service's own."""
    kms = {"keyType": "CustomerManagedKey", "kmsKeyArn": kms_key} if kms_key else {"keyType": "ServiceManagedKey"}
    answer = {"tokenVaultId": "default", "kmsConfiguration": kms, "lastModifiedDate": UPDATED}
    _at(estate, account, region).row("GetTokenVault", {"tokenVaultId": "default"}, answer)


def policy_engine(
    estate: Document, account: str, region: str, name: str, *statements: str, mode: str = "ACTIVE", tags: Tags = None, **overrides: Any
) -> str:
    """Add a policy engine with one policy for each Cedar statement; its ARN."""
    own, identifier = own_arn("policy-engine", account, region, name), own_id("policy-engine", account, region, name)
    base = {
        "policyEngineId": identifier,
        "name": name,
        **_UPDATED,
        "policyEngineArn": own,
        "status": "ACTIVE",
        "statusReasons": [],
    }
    place = _at(estate, account, region)
    place.add("ListPolicyEngines", "policyEngines", merged(base, overrides))
    policies = [
        {
            "policyId": f"policy-{number}",
            "name": f"policy-{number}",
            "policyEngineId": identifier,
            **_UPDATED,
            "policyArn": f"{own}/policy/policy-{number}",
            "status": "ACTIVE",
            "enforcementMode": mode,
            "definition": {"cedar": {"statement": statement}},
            "statusReasons": [],
        }
        for number, statement in enumerate(statements)
    ]
    place.add_row("ListPolicies", {"policyEngineId": identifier}, "policies", *policies)
    estate.tagged(account, region, own, tags)
    return own


def online_evaluation(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> None:
    """Add an online evaluation that scores a tenth of all sessions."""
    own, identifier = own_arn("online-evaluation-config", account, region, name), own_id("online-evaluation-config", account, region, name)
    full = merged(
        {
            "onlineEvaluationConfigArn": own,
            "onlineEvaluationConfigId": identifier,
            "onlineEvaluationConfigName": name,
            "rule": {"samplingConfig": {"samplingPercentage": 10.0}},
            "dataSourceConfig": {"cloudWatchLogs": {"logGroupNames": ["/aws/agents"], "serviceNames": ["agent.DEFAULT"]}},
            "evaluators": [{"evaluatorId": "Builtin.Helpfulness"}],
            "status": "ACTIVE",
            "executionStatus": "ENABLED",
            **_UPDATED,
        },
        overrides,
    )
    place = _at(estate, account, region)
    members = ("Arn", "Id", "Name")
    listed = pick(full, *(f"onlineEvaluationConfig{member}" for member in members), "status", "executionStatus", "createdAt", "updatedAt")
    place.add("ListOnlineEvaluationConfigs", "onlineEvaluationConfigs", listed)
    place.row("GetOnlineEvaluationConfig", {"onlineEvaluationConfigId": identifier}, full)
    estate.tagged(account, region, own, tags)


def agent_registry(estate: Document, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> None:
    """Add a registry whose entries wait for approval, and which detects nothing by itself."""
    identifier = short_id("registry", account, region, name, length=12).lower()
    own = arn("agent-registry", account, region, f"registry/{identifier}")
    full = merged(
        {
            "name": name,
            "registryId": identifier,
            "registryArn": own,
            "discoveryConfiguration": {"authorizerType": "AWS_IAM"},
            "approvalConfiguration": {"autoApprovalRules": []},
            "status": "READY",
            **_UPDATED,
        },
        overrides,
    )
    place = estate.at(account, region, REGISTRY)
    place.add("ListRegistries", "registries", pick(full, "name", "registryId", "registryArn", "status", "createdAt", "updatedAt"))
    place.row("GetRegistry", {"registryId": identifier}, full)
    estate.tagged(account, region, own, tags)


def operations_space(
    estate: Document,
    account: str,
    region: str,
    name: str,
    *configurations: Overrides,
    elevated: bool = False,
    tags: Tags = None,
    **overrides: Any,
) -> None:
    """Add a space of the DevOps agent with one association for each configuration."""
    identifier = guid("agentspace", account, region, name)
    base = {
        "name": name,
        "agentSpaceId": identifier,
        **_UPDATED,
        "preferences": {"elevatedActionsEnabled": elevated},
    }
    place = estate.at(account, region, DEVOPS)
    place.add_row("ListAgentSpaces", {"includedData": "ALL_DATA"}, "agentSpaces", merged(base, overrides))
    associations = [
        {
            "agentSpaceId": identifier,
            **_UPDATED,
            "status": "valid",
            "associationId": guid("association", identifier, str(number)),
            "serviceId": "aws",
            "configuration": dict(configuration),
        }
        for number, configuration in enumerate(configurations)
    ]
    place.add_row("ListAssociations", {"agentSpaceId": identifier}, "associations", *associations)
    estate.tagged(account, region, arn("aidevops", account, region, f"agentspace/{identifier}"), tags)
