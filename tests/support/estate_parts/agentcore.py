"""AgentCore, agent registries and the DevOps agent: each kind once weak and once hardened."""

from __future__ import annotations

from typing import Any

from tests.sim.aws import Estate
from tests.sim.aws import build_agentcore as build
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from tests.sim.aws.build_bedrock import foundation_model_arn
from tests.sim.aws.document import allow, arn
from tests.support.estate import ACCOUNT, OWNED, REGION

_DISCOVERY = "https://login.acme.example/.well-known/openid-configuration"
_LOOSE = {"customJWTAuthorizer": {"discoveryUrl": _DISCOVERY, "allowedScopes": ["tools"]}}
_TIGHT = {"customJWTAuthorizer": {"discoveryUrl": _DISCOVERY, "allowedAudience": ["orders"], "allowedClients": ["web"]}}
_CHECK = arn("lambda", ACCOUNT, REGION, "function:check")
_SPECIFIC = 'permit(principal == AgentCore::OAuthUser::"dana", action == AgentCore::Action::"orders___look_up", resource);'
_EVERYTHING = 'permit(principal is AgentCore::OAuthUser, action, resource == AgentCore::Gateway::"arn:weak"); // for the demo'


def add(estate: Estate) -> None:
    """Add the family to the account."""
    for role in ("agent-own", "harness-own", "gateway-own", "operations-own"):
        estate.role(ACCOUNT, role, inline={"invoke": allow("bedrock:InvokeModel", foundation_model_arn(REGION))}, tags=OWNED)
    _weak(estate)
    _hardened(estate)
    for name in ("weak", "hardened"):
        build.workload_identity(estate, ACCOUNT, REGION, name, "http://*.acme.example" if name == "weak" else "https://acme.example/back")


def _groups(name: str, subnet: str) -> dict[str, Any]:
    return {"securityGroups": [security_group_id(ACCOUNT, REGION, name)], "subnets": [subnet_id(ACCOUNT, REGION, subnet)]}


def _weak(estate: Estate) -> None:
    a, r, wide = ACCOUNT, REGION, role_arn(ACCOUNT, "wide")
    everybody = allow("bedrock-agentcore:InvokeAgentRuntime", "*", Principal="*")
    foreign = allow("bedrock-agentcore:InvokeGateway", "*", Principal={"AWS": "arn:aws:iam::444455556666:root"})
    build.runtime(
        estate,
        a,
        r,
        "weak",
        policy=everybody,
        roleArn=wide,
        authorizerConfiguration=_LOOSE,
        environmentVariables={"GITHUB_TOKEN": "ghp_" + "a" * 36, "DB_PASSWORD": "postgres"},
        metadataConfiguration={"requireMMDSV2": False},
        lifecycleConfiguration={"idleRuntimeSessionTimeout": 14400, "maxLifetime": 28800},
        requestHeaderConfiguration={"requestHeaderAllowlist": ["Authorization"]},
    )
    # the latest version is hardened, but an endpoint still leads to the one before it
    build.runtime(estate, a, r, "half", roleArn=wide, networkConfiguration=_vpc("networkModeConfig"), routed=_OLD)
    tool = {"url": "http://tools.acme.example/mcp", "headers": {"Authorization": "Bearer " + "t1" * 12}}
    build.harness(
        estate,
        a,
        r,
        "weak",
        executionRoleArn=wide,
        systemPrompt=[{"text": "Use the key sk-ant-" + "q" * 30}],
        maxIterations=1000,
        authorizerConfiguration=_LOOSE,
        tools=[
            {"type": "remote_mcp", "name": "tools", "config": {"remoteMcp": tool}},
            {
                "type": "agentcore_gateway",
                "name": "orders",
                "config": {
                    "agentCoreGateway": {
                        "gatewayArn": build.own_arn("gateway", a, r, "weak"),
                        "outboundAuth": {"oauth": {"providerArn": "arn:p", "scopes": ["*"], "grantType": "CLIENT_CREDENTIALS"}},
                    }
                },
            },
        ],
        hooks=[{"beforeToolCall": {"name": "check", "target": {"lambda": {"arn": _CHECK, "failureMode": "allow"}}}}],
    )
    build.gateway(
        estate,
        a,
        r,
        "weak",
        policy=foreign,
        roleArn=wide,
        authorizerType="NONE",
        exceptionLevel="DEBUG",
        policyEngineConfiguration={"arn": build.own_arn("policy-engine", a, r, "weak"), "mode": "LOG_ONLY"},
        webAclArn=arn("wafv2", a, r, "regional/webacl/tools/1"),
        wafConfiguration={"failureMode": "FAIL_OPEN"},
    )
    build.gateway(estate, a, r, "loose", roleArn=wide, authorizerType="CUSTOM_JWT", authorizerConfiguration=_LOOSE)
    key = {"providerArn": build.provider_arn(a, r, "ApiKey", "weak"), "credentialLocation": "QUERY_PARAMETER"}
    build.target(
        estate,
        a,
        r,
        "weak",
        "search",
        configuration={
            "http": {
                "passthrough": {
                    "endpoint": "https://search.example",
                    "protocolType": "MCP",
                    "staticQueryParameters": {"api_key": "abcdefgh12345678"},
                }
            }
        },
        credentials=[{"credentialProviderType": "API_KEY", "credentialProvider": {"apiKeyCredentialProvider": key}}],
        metadataConfiguration={"allowedRequestHeaders": ["Cookie"]},
    )
    oauth = {"providerArn": build.provider_arn(a, r, "Oauth2", "weak"), "scopes": ["*"], "grantType": "CLIENT_CREDENTIALS"}
    build.target(
        estate,
        a,
        r,
        "weak",
        "mail",
        configuration={"mcp": {"mcpServer": {"endpoint": "https://mail.example/mcp", "listingMode": "DYNAMIC"}}},
        credentials=[{"credentialProviderType": "OAUTH", "credentialProvider": {"oauthCredentialProvider": oauth}}],
    )
    build.memory(
        estate, a, r, "weak", eventExpiryDuration=365, strategies=[build.strategy("SEMANTIC", "/facts/")], memoryExecutionRoleArn=wide
    )
    build.sandbox(estate, a, r, "weak", "browser", executionRoleArn=wide)
    build.sandbox(estate, a, r, "weak", "codeInterpreter", executionRoleArn=wide)
    for kind in ("ApiKey", "Oauth2"):
        build.credential_provider(estate, a, r, "weak", kind)
    build.token_vault(estate, a, r)
    build.policy_engine(estate, a, r, "weak", _EVERYTHING)
    build.policy_engine(estate, a, r, "watching", _SPECIFIC, mode="LOG_ONLY", encryptionKeyArn=key_arn(a, r, "stale"))
    build.online_evaluation(estate, a, r, "weak", executionStatus="DISABLED")
    build.agent_registry(estate, a, r, "weak", approvalConfiguration={"autoApprovalRules": ["APPROVE_ALL"]})
    monitored = {"aws": {"assumableRoleArn": wide, "accountId": a, "accountType": "monitor", "agentElevatedRoleArn": wide}}
    build.operations_space(estate, a, r, "weak", monitored, elevated=True)


def _vpc(member: str) -> dict[str, Any]:
    return {"networkMode": "VPC", member: _groups("closed", "private")}


_OLD = {"networkConfiguration": {"networkMode": "PUBLIC"}, "environmentVariables": {"API_KEY": "k" * 24}}


def _hardened(estate: Estate) -> None:
    a, r, t = ACCOUNT, REGION, OWNED
    key, digest = key_arn(a, r, "good"), "@sha256:" + "b" * 64
    own = allow("bedrock-agentcore:InvokeAgentRuntime", "*", Principal={"AWS": f"arn:aws:iam::{a}:root"})
    image = {"containerConfiguration": {"containerUri": f"{a}.dkr.ecr.{r}.amazonaws.com/orders{digest}"}}
    build.runtime(
        estate,
        a,
        r,
        "hardened",
        policy=own,
        tags=t,
        roleArn=role_arn(a, "agent-own"),
        authorizerConfiguration=_TIGHT,
        agentRuntimeArtifact=image,
        networkConfiguration=_vpc("networkModeConfig"),
        metadataConfiguration={"requireMMDSV2": True},
        environmentVariables={"TABLE": "orders"},
        requestHeaderConfiguration={"requestHeaderAllowlist": ["X-Amzn-Bedrock-AgentCore-Runtime-Custom-Order"]},
    )
    hooks = [{kind: {"name": "check", "target": {"lambda": {"arn": _CHECK}}}} for kind in ("beforeToolCall", "afterToolCall")]
    gateway = {"gatewayArn": build.own_arn("gateway", a, r, "hardened"), "outboundAuth": {"awsIam": {}}}
    # the runtime that the platform made for it is listed too, and runs as the same role
    network = _vpc("networkModeConfig")
    build.runtime(
        estate,
        a,
        r,
        "harness_hardened",
        tags=t,
        roleArn=role_arn(a, "harness-own"),
        agentRuntimeArtifact=image,
        networkConfiguration=network,
        metadataConfiguration={"requireMMDSV2": True},
    )
    build.harness(
        estate,
        a,
        r,
        "hardened",
        tags=t,
        executionRoleArn=role_arn(a, "harness-own"),
        authorizerConfiguration=_TIGHT,
        environmentArtifact=image,
        runtime={"networkConfiguration": network},
        tools=[{"type": "agentcore_gateway", "name": "orders", "config": {"agentCoreGateway": gateway}}],
        allowedTools=["@orders/look_up"],
        hooks=hooks,
        maxIterations=30,
        maxTokens=20000,
    )
    build.gateway(
        estate,
        a,
        r,
        "hardened",
        tags=t,
        limits=1,
        policy=allow("bedrock-agentcore:InvokeGateway", "*", Principal={"AWS": f"arn:aws:iam::{a}:root"}),
        roleArn=role_arn(a, "gateway-own"),
        kmsKeyArn=key,
        authorizerType="CUSTOM_JWT",
        authorizerConfiguration=_TIGHT,
        policyEngineConfiguration={"arn": build.own_arn("policy-engine", a, r, "hardened"), "mode": "ENFORCE"},
        interceptorConfigurations=[{"interceptor": {"lambda": {"arn": _CHECK}}, "interceptionPoints": ["REQUEST", "RESPONSE"]}],
    )
    oauth = {"providerArn": build.provider_arn(a, r, "Oauth2", "hardened"), "scopes": ["mail.read"], "grantType": "TOKEN_EXCHANGE"}
    build.target(
        estate,
        a,
        r,
        "hardened",
        "mail",
        configuration={"mcp": {"mcpServer": {"endpoint": "https://mail.example/mcp", "listingMode": "DEFAULT"}}},
        credentials=[{"credentialProviderType": "OAUTH", "credentialProvider": {"oauthCredentialProvider": oauth}}],
        metadataConfiguration={"allowedRequestHeaders": ["X-Order"]},
    )
    schema = {"inlinePayload": [{"name": "look_up", "description": "Look up an order", "inputSchema": {"type": "object"}}]}
    build.target(
        estate,
        a,
        r,
        "hardened",
        "orders",
        configuration={"mcp": {"lambda": {"lambdaArn": arn("lambda", a, r, "function:orders"), "toolSchema": schema}}},
        credentials=[{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
    )
    in_header = {"providerArn": build.provider_arn(a, r, "ApiKey", "hardened"), "credentialLocation": "HEADER"}
    build.target(
        estate,
        a,
        r,
        "hardened",
        "weather",
        configuration={"mcp": {"openApiSchema": {"s3": {"uri": "s3://curated/weather.json"}}}},
        credentials=[{"credentialProviderType": "API_KEY", "credentialProvider": {"apiKeyCredentialProvider": in_header}}],
    )
    build.memory(
        estate,
        a,
        r,
        "hardened",
        tags=t,
        eventExpiryDuration=30,
        encryptionKeyArn=key,
        memoryExecutionRoleArn=role_arn(a, "agent-own"),
        strategies=[build.strategy("USER_PREFERENCE", "/users/{actorId}/", recordExpiryDurationDays=60)],
    )
    recording = {"enabled": True, "s3Location": {"bucket": "curated", "prefix": "sessions"}}
    build.sandbox(
        estate,
        a,
        r,
        "hardened",
        "browser",
        tags=t,
        networkConfiguration=_vpc("vpcConfig"),
        recording=recording,
        executionRoleArn=role_arn(a, "agent-own"),
    )
    build.sandbox(estate, a, r, "hardened", "codeInterpreter", tags=t, networkConfiguration={"networkMode": "SANDBOX"})
    build.sandbox(estate, a, r, "in-network", "codeInterpreter", tags=t, networkConfiguration=_vpc("vpcConfig"))
    for kind in ("ApiKey", "Oauth2"):
        build.credential_provider(estate, a, r, "hardened", kind, external=True, tags=t)
        build.credential_provider(estate, a, "eu-west-1", "hardened", kind, external=True, tags=t)
    estate.key(a, "eu-west-1", "vault", rotation=True, tags=t)
    build.token_vault(estate, a, "eu-west-1", kms_key=key_arn(a, "eu-west-1", "vault"))
    build.policy_engine(estate, a, r, "hardened", _SPECIFIC, encryptionKeyArn=key, tags=t)
    build.online_evaluation(estate, a, r, "hardened", tags=t)
    detection = {"configuration": {"scope": "ORGANIZATION", "enabled": True}, "status": "ACTIVE"}
    build.agent_registry(estate, a, r, "hardened", tags=t, autoDetection=detection, encryptionConfiguration={"kmsKeyArn": key})
    watching = {"aws": {"assumableRoleArn": role_arn(a, "operations-own"), "accountId": a, "accountType": "monitor"}}
    build.operations_space(estate, a, r, "hardened", watching, tags=t, kmsKeyArn=key)
