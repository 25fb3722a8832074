"""What the AgentCore collectors share: their calls, and names of native types that refer to each other."""

from __future__ import annotations

from typing import Any

from zscan.collect import Call

RUNTIME = "AWS::BedrockAgentCore::Runtime"
GATEWAY = "AWS::BedrockAgentCore::Gateway"
TOKEN_VAULT = "AWS::BedrockAgentCore::TokenVault"  # noqa: S105 (the name of a type)
SERVICE = "bedrock-agentcore"  # in ARNs and permissions
_PAGE = 100
_GONE = frozenset({"ResourceNotFoundException"})


def listing(operation: str, items: str, *, page_size: int = _PAGE, **more: Any) -> Call:
    """A listing of the control plane."""
    return Call(
        service="bedrock-agentcore-control", operation=operation, action=f"{SERVICE}:{operation}", items=items, page_size=page_size, **more
    )


def single(operation: str, **more: Any) -> Call:
    """A read of one thing, which may have gone since it was listed."""
    return Call(service="bedrock-agentcore-control", operation=operation, action=f"{SERVICE}:{operation}", absent=_GONE, **more)


RESOURCE_POLICY = "ResourcePolicy"  # where the policy stands in documents of runtimes and gateways


def policy_of(arn_member: str) -> Call:
    """The resource policy of a runtime or gateway; most have none."""
    return single("GetResourcePolicy", params={"resourceArn": "{" + arn_member + "}"}, take="policy")
