"""Gateways and their targets, sandboxes, credentials, policies, evaluations, registries and the DevOps agent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.agentcore_shapes import fact, shaped
from tests.collect.aws.scanning import ACCOUNT, MISSING, REGION, misspelt, scan
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_agentcore as build
from zscan.collect import collectors
from zscan.model.unknown import Unknown

FAMILY = "AWS::BedrockAgentCore::"
REGISTRY, SPACE = "AWS::AgentRegistry::Registry", "AWS::DevOpsAgent::AgentSpace"
PERMIT_ONE = 'permit(principal, action == AgentCore::Action::"orders___look_up", resource);'


# ---- gateways


@pytest.mark.parametrize(
    ("authoriser", "required", "tokens"),
    [("NONE", False, False), ("AWS_IAM", True, False), ("CUSTOM_JWT", True, True), ("AUTHENTICATE_ONLY", True, True), (MISSING, "?", "?")],
)
def test_who_a_gateway_lets_in(authoriser: Any, required: Any, tokens: Any) -> None:
    body = {"AuthorizerType": authoriser}
    assert (fact("Gateway", "auth.required", body), fact("Gateway", "auth.takes_tokens", body)) == (required, tokens)


@pytest.mark.parametrize(("mode", "decides"), [("ENFORCE", True), ("LOG_ONLY", False), (None, False), (MISSING, "?")])
def test_a_policy_engine_that_only_logs_decides_nothing(mode: Any, decides: Any) -> None:
    assert fact("Gateway", "auth.authorization", {"PolicyEngineConfiguration": {"Arn": "arn:e", "Mode": mode}}) == decides


def test_interceptors_see_the_points_that_they_name() -> None:
    body = {"InterceptorConfigurations": [{"InterceptionPoints": ["REQUEST"], "Interceptor": {"Lambda": {"Arn": "arn:f"}}}]}
    assert (fact("Gateway", "guard.tool_inputs", body), fact("Gateway", "guard.tool_outputs", body)) == (True, False)


@pytest.mark.parametrize(
    ("body", "closed"),
    [
        ({}, True),
        ({"WebAclArn": "arn:w"}, "?"),
        ({"WebAclArn": "arn:w", "WafConfiguration": {"FailureMode": "FAIL_OPEN"}}, False),
        ({"WebAclArn": "arn:w", "WafConfiguration": {"FailureMode": "FAIL_CLOSE"}}, True),
    ],
)
def test_a_web_firewall_that_fails_open_lets_traffic_pass(body: dict[str, Any], closed: Any) -> None:
    assert fact("Gateway", "guard.fails_closed", body) == closed


@pytest.mark.parametrize(("level", "exposed"), [(None, False), ("DEBUG", True), (MISSING, "?")])
def test_errors_are_plain_unless_debugging_is_on(level: Any, exposed: Any) -> None:
    assert fact("Gateway", "tool.errors_exposed", {"ExceptionLevel": level}) == exposed


def test_limits_count_while_they_are_in_force(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    build.gateway(estate, ACCOUNT, REGION, "limited", limits=1)
    build.gateway(estate, ACCOUNT, REGION, "free")
    found = scan(sim, estate)
    assert [found.one(f"{FAMILY}Gateway", name).facts["tool.rate_limited"] for name in ("limited", "free")] == [True, False]
    assert fact("Gateway", "tool.rate_limited", {"RateLimits": [{"Status": "DELETING"}, MISSING]}) == "?"


# ---- targets


def target(configuration: Any = None, *credentials: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"TargetConfiguration": configuration or {}, "CredentialProviderConfigurations": list(credentials), **more}


def oauth(**settings: Any) -> dict[str, Any]:
    return {"CredentialProviderType": "OAUTH", "CredentialProvider": {"OauthCredentialProvider": {"ProviderArn": "arn:p", **settings}}}


@pytest.mark.parametrize(
    ("configuration", "fixed"),
    [
        ({"Mcp": {"McpServer": {"Endpoint": "https://x"}}}, True),
        ({"Mcp": {"McpServer": {"Endpoint": "https://x", "ListingMode": "DYNAMIC"}}}, False),
        ({"Mcp": {"McpServer": {"Endpoint": "https://x", "ListingMode": MISSING}}}, "?"),
        ({"Mcp": {"Lambda": {"LambdaArn": "arn:f"}}}, True),
        ({"Http": {"Passthrough": {"Endpoint": "https://x", "ProtocolType": "MCP"}}}, False),
        ({"Http": {"Passthrough": {"Endpoint": "https://x", "ProtocolType": "INFERENCE"}}}, True),
    ],
)
def test_which_listings_of_tools_are_fixed(configuration: dict[str, Any], fixed: Any) -> None:
    assert fact("GatewayTarget", "tool.listing_fixed", target(configuration)) == fixed


@pytest.mark.parametrize(
    ("credential", "proof"),
    [
        ({"CredentialProviderType": "GATEWAY_IAM_ROLE"}, "platform_identity"),
        ({"CredentialProviderType": "API_KEY"}, "static_key"),
        ({"CredentialProviderType": "JWT_PASSTHROUGH"}, "caller_token"),
        ({"CredentialProviderType": "CALLER_IAM_CREDENTIALS"}, "caller_identity"),
        (oauth(GrantType="AUTHORIZATION_CODE"), "user_token"),
        (oauth(GrantType="CLIENT_CREDENTIALS"), "client_token"),
    ],
)
def test_what_a_gateway_proves_itself_with(credential: dict[str, Any], proof: str) -> None:
    assert fact("GatewayTarget", "delegation.proofs", target(None, credential)) == [proof]


def test_an_unstated_grant_is_not_guessed() -> None:
    (proof,) = shaped("GatewayTarget", target(None, oauth())).facts["delegation.proofs"]
    assert isinstance(proof, Unknown)


@pytest.mark.parametrize(
    ("scopes", "named"), [(["mail.read"], True), (["mail.*"], False), ([], False), (None, False), (["a", MISSING], "?")]
)
def test_scopes_are_named_without_wildcards(scopes: Any, named: Any) -> None:
    assert fact("GatewayTarget", "delegation.scopes_named", target(None, oauth(Scopes=scopes))) == named


@pytest.mark.parametrize(("location", "in_url"), [("HEADER", False), ("QUERY_PARAMETER", True), (None, "?")])
def test_where_a_key_travels(location: Any, in_url: Any) -> None:
    key = {"ApiKeyCredentialProvider": {"ProviderArn": "arn:p", "CredentialLocation": location}}
    credential = {"CredentialProviderType": "API_KEY", "CredentialProvider": key}
    assert fact("GatewayTarget", "delegation.credential_in_url", target(None, credential)) == in_url


def test_a_key_among_query_parameters_is_a_credential_in_plain_text() -> None:
    passed = {
        "Endpoint": "https://x",
        "ProtocolType": "CUSTOM",
        "StaticQueryParameters": {"api_key": "abcdefgh12345678", "units": "metric"},
    }
    assert [one["name"] for one in fact("GatewayTarget", "secrets.literals", target({"Http": {"Passthrough": passed}}))] == ["api_key"]


def test_a_target_belongs_to_its_gateway(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    build.gateway(estate, ACCOUNT, REGION, "tools")
    configuration = {"mcp": {"mcpServer": {"endpoint": "https://mail.example/mcp"}}}
    build.target(estate, ACCOUNT, REGION, "tools", "mail", configuration=configuration, credentials=[])
    found = scan(sim, estate)
    (edge,) = found.one(f"{FAMILY}GatewayTarget").relations
    assert (edge.kind, edge.target) == ("part_of", found.one(f"{FAMILY}Gateway").id)


# ---- sandboxes


@pytest.mark.parametrize(("mode", "closed", "open_internet"), [("SANDBOX", True, False), ("VPC", False, False), ("PUBLIC", False, True)])
def test_the_network_of_generated_code(mode: str, *, closed: bool, open_internet: bool) -> None:
    facts = shaped("CodeInterpreterCustom", {"NetworkConfiguration": {"NetworkMode": mode}}).facts
    assert (facts["network.egress_restricted"], facts["network.direct_internet"]) == (closed, open_internet)


@pytest.mark.parametrize(
    ("recording", "recorded"), [(None, False), ({"Enabled": True}, True), ({"Enabled": "false"}, False), (MISSING, "?")]
)
def test_browsers_are_recorded_where_it_is_switched_on(recording: Any, recorded: Any) -> None:
    assert fact("BrowserCustom", "sandbox.recorded", {"RecordingConfig": recording}) == recorded


def test_only_custom_sandboxes_are_asked_for(sim: AwsSim) -> None:
    scan(sim, Estate(regions=[REGION]).account(ACCOUNT))
    kinds = {call["op"]: call["params"].get("type") for call in sim.calls() if call["op"] in {"ListBrowsers", "ListCodeInterpreters"}}
    assert kinds == {"ListBrowsers": "CUSTOM", "ListCodeInterpreters": "CUSTOM"}


# ---- credentials


def test_the_vault_is_read_where_a_provider_uses_it(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION, "eu-west-1"])
    build.credential_provider(estate, ACCOUNT, REGION, "github", "Oauth2", external=True)
    build.token_vault(estate, ACCOUNT, REGION)
    found = scan(sim, estate)
    assert found.one(f"{FAMILY}TokenVault").facts == {"encryption.customer_key": False}
    assert [call["region"] for call in sim.calls() if call["op"] == "GetTokenVault"] == [REGION]
    assert found.one(f"{FAMILY}OAuth2CredentialProvider").facts["secrets.customer_held"] is True


def test_a_key_in_a_template_is_found_and_kept_out() -> None:
    draft = shaped("ApiKeyCredentialProvider", {"Name": "maps", "ApiKey": "abcdefgh12345678"})
    assert draft.facts["secrets.literals"] == [{"name": "ApiKey", "where": "definition"}]
    assert draft.facts["secrets.customer_held"] is False


def test_a_client_secret_in_a_template_is_found() -> None:
    vendor = {"GithubOauth2ProviderConfig": {"ClientId": "c", "ClientSecret": "abcdefgh12345678", "ClientSecretSource": "MANAGED"}}
    facts = shaped("OAuth2CredentialProvider", {"Oauth2ProviderConfigInput": vendor}).facts
    assert [one["name"] for one in facts["secrets.literals"]] == ["ClientSecret"]
    assert facts["secrets.customer_held"] is False


@pytest.mark.parametrize(
    ("urls", "fixed"),
    [(None, True), (["https://a.example/back"], True), (["http://a.example"], False), (["https://*.example"], False), ([MISSING], "?")],
)
def test_tokens_return_to_fixed_addresses(urls: Any, fixed: Any) -> None:
    assert fact("WorkloadIdentity", "delegation.return_urls_fixed", {"AllowedResourceOauth2ReturnUrls": urls}) == fixed


# ---- policies


@pytest.mark.parametrize(
    ("statement", "everything"),
    [
        ("permit(principal, action, resource);", True),
        ('permit ( principal is AgentCore::OAuthUser,\n action, resource == AgentCore::Gateway::"arn:g" );', True),
        (PERMIT_ONE, False),
        ("permit(principal, action, resource) when { context.input.amount < 10 };", False),
        ("// permit(principal, action, resource);\n" + PERMIT_ONE, False),
        ("forbid(principal, action, resource);", False),
        (MISSING, "?"),
    ],
)
def test_which_policies_let_everything_through(statement: Any, everything: Any) -> None:
    body = {"Policies": [{"Definition": {"Cedar": {"Statement": statement}}}]}
    assert fact("PolicyEngine", "tool.allow_all_policy", body) == everything


def test_policies_that_only_log_neither_decide_nor_open() -> None:
    body = {"Policies": [{"EnforcementMode": "LOG_ONLY", "Definition": {"Cedar": {"Statement": "permit(principal, action, resource);"}}}]}
    assert (fact("PolicyEngine", "tool.allow_all_policy", body), fact("PolicyEngine", "auth.authorization", body)) == (False, False)


def test_a_generated_policy_is_not_guessed() -> None:
    body = {"Policies": [{"Definition": {"PolicyGeneration": {"PolicyGenerationId": "g"}}}]}
    assert (fact("PolicyEngine", "tool.allow_all_policy", body), fact("PolicyEngine", "auth.authorization", body)) == ("?", True)


# ---- evaluations, registries, operations


@pytest.mark.parametrize(
    ("change", "running"),
    [
        ({}, True),
        ({"ExecutionStatus": "DISABLED"}, False),
        ({"Evaluators": []}, False),
        ({"ExecutionStatus": None}, "?"),
        ({"Rule": MISSING}, "?"),
    ],
)
def test_an_evaluation_runs_on_a_share_with_something_to_look_for(change: dict[str, Any], running: Any) -> None:
    body = {
        "ExecutionStatus": "ENABLED",
        "Rule": {"SamplingConfig": {"SamplingPercentage": 0.5}},
        "Evaluators": [{"EvaluatorId": "Builtin.Helpfulness"}],
    }
    assert fact("OnlineEvaluationConfig", "monitor.running", body | change) == running


@pytest.mark.parametrize(("approval", "required"), [(None, True), ([], True), (["APPROVE_ALL"], False), (MISSING, "?")])
def test_entries_wait_for_a_person_unless_all_are_approved(approval: Any, required: Any) -> None:
    assert fact(REGISTRY, "catalogue.approval_required", {"ApprovalConfiguration": {"AutoApprovalRules": approval}}) == required


def space(allowed: Any, **member: Any) -> dict[str, Any]:
    associations = [{"Configuration": {"Aws": {"AssumableRoleArn": "arn:r", **member}}}]
    return {"Associations": associations, "Preferences": {"ElevatedActionsEnabled": allowed}}


@pytest.mark.parametrize(
    ("body", "elevated"),
    [
        (space(True), False),
        (space(True, AgentElevatedRoleArn="arn:w"), True),
        (space(False, AgentElevatedRoleArn="arn:w"), False),
        (space(None, AgentElevatedRoleArn="arn:w"), "?"),
        (space(None), False),
        (space(True, EnabledElevatedTools=[{"Name": "restart"}]), True),
        (space(True, ToolDetails=[{"Name": "drop", "ToolClassification": "DESTRUCTIVE"}]), True),
        ({"Associations": MISSING, "Preferences": {"ElevatedActionsEnabled": True}}, "?"),
    ],
)
def test_an_operations_agent_is_elevated_by_a_role_or_tool_where_the_space_allows_it(body: dict[str, Any], elevated: Any) -> None:
    assert fact(SPACE, "agent.elevated", body) == elevated


# ---- templates

DECLARED: dict[str, dict[str, Any]] = {
    "Runtime": {
        "AgentRuntimeName": "orders",
        "RoleArn": "arn:r",
        "AgentRuntimeArtifact": {
            "ContainerConfiguration": {"ContainerUri": "i"},
            "CodeConfiguration": {"Code": {"S3": {"Bucket": "b", "Prefix": "p"}}},
        },
        "AuthorizerConfiguration": {
            "CustomJWTAuthorizer": {
                "DiscoveryUrl": "https://x/.well-known/openid-configuration",
                "AllowedAudience": ["a"],
                "AllowedClients": ["c"],
                "CustomClaims": [{"InboundTokenClaimName": "azp"}],
            }
        },
        "NetworkConfiguration": {"NetworkMode": "VPC", "NetworkModeConfig": {"SecurityGroups": ["sg"], "Subnets": ["s"]}},
        "EnvironmentVariables": {"A": "b"},
        "LifecycleConfiguration": {"IdleRuntimeSessionTimeout": 60},
        "RequestHeaderConfiguration": {"RequestHeaderAllowlist": ["x"]},
    },
    "Gateway": {
        "AuthorizerType": "NONE",
        "PolicyEngineConfiguration": {"Arn": "a", "Mode": "ENFORCE"},
        "InterceptorConfigurations": [{"InterceptionPoints": ["REQUEST"]}],
        "WebAclArn": "w",
        "WafConfiguration": {"FailureMode": "FAIL_OPEN"},
        "ExceptionLevel": "DEBUG",
        "KmsKeyArn": "k",
        "RoleArn": "r",
    },
    "Memory": {
        "EncryptionKeyArn": "k",
        "EventExpiryDuration": 30,
        "MemoryExecutionRoleArn": "r",
        "MemoryStrategies": [
            {
                wrapper: {
                    "Namespaces": ["n"],
                    "NamespaceTemplates": ["n"],
                    "RecordExpiryDurationDays": 1,
                    "RecordExpirySpecification": {"RecordExpiryDurationDays": 1},
                }
            }
            for wrapper in (f"{kind}MemoryStrategy" for kind in ("Semantic", "Summary", "UserPreference", "Episodic", "Custom"))
        ],
    },
    "BrowserCustom": {
        "NetworkConfiguration": {"NetworkMode": "VPC", "VpcConfig": {"SecurityGroups": ["sg"], "Subnets": ["s"]}},
        "RecordingConfig": {"Enabled": True, "S3Location": {"Bucket": "b"}},
        "ExecutionRoleArn": "r",
    },
    "PolicyEngine": {"EncryptionKeyArn": "k", "PolicyEngineId": "i"},
    "Policy": {
        "PolicyEngineId": "e",
        "EnforcementMode": "ACTIVE",
        "Definition": {"Cedar": {"Statement": "s"}, "Policy": {"Statement": "s"}},
    },
    "GatewayRateLimit": {"GatewayIdentifier": "g", "Status": "ACTIVE"},
    "ResourcePolicy": {"ResourceArn": "a", "Policy": "p"},
    "GatewayTarget": {
        "GatewayIdentifier": "g",
        "TargetConfiguration": {
            "Mcp": {"McpServer": {"ListingMode": "DYNAMIC", "McpToolSchema": {}}, "Lambda": {"LambdaArn": "f"}},
            "Http": {"Passthrough": {"ProtocolType": "MCP", "Schema": {}}},
        },
        "CredentialProviderConfigurations": [oauth(Scopes=["s"], GrantType="TOKEN_EXCHANGE")],
        "MetadataConfiguration": {"AllowedRequestHeaders": ["h"]},
    },
    "WorkloadIdentity": {"AllowedResourceOauth2ReturnUrls": ["u"]},
    "ApiKeyCredentialProvider": {"ApiKeySecretSource": "EXTERNAL", "ApiKey": "k", "CredentialProviderArn": "a"},
    "OAuth2CredentialProvider": {
        "ClientSecretSource": "EXTERNAL",
        "Oauth2ProviderConfigInput": {"GithubOauth2ProviderConfig": {"ClientSecret": "s", "ClientSecretSource": "MANAGED"}},
    },
    "Harness": {
        "ExecutionRoleArn": "r",
        "AllowedTools": ["t"],
        "MaxIterations": 1,
        "MaxTokens": 1,
        "SystemPrompt": [{"Text": "t"}],
        "Hooks": [{"BeforeToolCall": {"Target": {"Lambda": {"FailureMode": "deny"}}}}, {"AfterToolCall": {"Target": {}}}],
        "EnvironmentArtifact": {"ContainerConfiguration": {"ContainerUri": "i"}},
        "EnvironmentVariables": {"A": "b"},
        "Environment": {
            "AgentCoreRuntimeEnvironment": {
                "AgentRuntimeArn": "a",
                "LifecycleConfiguration": {"IdleRuntimeSessionTimeout": 1},
                "NetworkConfiguration": {"NetworkMode": "VPC", "NetworkModeConfig": {"SecurityGroups": ["sg"], "Subnets": ["s"]}},
            }
        },
        "Tools": [
            {
                "Name": "n",
                "Config": {
                    "RemoteMcp": {"Url": "u", "Headers": {"A": "b"}},
                    "AgentCoreGateway": {"GatewayArn": "g", "OutboundAuth": {"AwsIam": {}, "Oauth": {"GrantType": "CLIENT_CREDENTIALS"}}},
                },
            }
        ],
    },
    "OnlineEvaluationConfig": {
        "ExecutionStatus": "ENABLED",
        "Rule": {"SamplingConfig": {"SamplingPercentage": 1}},
        "Evaluators": [{"EvaluatorId": "e"}],
        "Insights": [{"InsightId": "i"}],
    },
    REGISTRY: {
        "ApprovalConfiguration": {"AutoApprovalRules": []},
        "AutoDetectionEnabled": True,
        "EncryptionConfiguration": {"KmsKeyArn": "k"},
    },
    SPACE: {"AgentSpaceId": "i", "KmsKeyArn": "k", "Preferences": {"ElevatedActionsEnabled": True}},
    "AWS::DevOpsAgent::Association": {
        "AgentSpaceId": "i",
        "Configuration": {"Aws": {"AssumableRoleArn": "r", "AgentElevatedRoleArn": "r"}, "MCPServerDatadog": {"EnabledElevatedTools": []}},
    },
}


@pytest.mark.parametrize("kind", sorted(DECLARED))
def test_shapes_read_properties_that_templates_have(kind: str) -> None:
    assert misspelt(kind if kind.startswith("AWS::") else FAMILY + kind, DECLARED[kind]) == []


def test_every_type_with_a_file_form_is_among_them() -> None:
    mine = {c.native_type.removeprefix(FAMILY) for c in collectors("aws") if c.native_type.startswith(FAMILY) and c.file_form}
    assert mine - set(DECLARED) <= {"CodeInterpreterCustom"}  # which has a part of the properties of the browser
