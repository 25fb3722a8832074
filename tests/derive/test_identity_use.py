"""Whether two agents act under one identity, where the platform runs an agent in a runtime of its own making."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import collector, template
from zscan.derive.identity_use import derive_identity_use
from zscan.link import link
from zscan.model.asset import Draft
from zscan.model.unknown import Reason, ReasonCode, Unknown, Unresolved

RUNTIME, HARNESS = "AWS::BedrockAgentCore::Runtime", "AWS::BedrockAgentCore::Harness"
UNREAD = Unknown(Reason(ReasonCode.DENIED, "was not read"))


def shared(*bodies: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """`principal.shared` of each resource, by name."""
    drafts: list[Draft] = []
    for native_type, name, body in bodies:
        for draft in collector(native_type).shape(template(native_type, body, name=name)):
            assert isinstance(draft, Draft)
            draft.unit = "template.yaml"
            draft.keys.add(name)
            drafts.append(draft)
    by_id = link(drafts)
    derive_identity_use(by_id, [], {kind: collector(kind).offer("aws") for kind in (RUNTIME, HARNESS)})
    return {draft.name: draft.get("principal.shared") for draft in by_id.values()}


def harness(host: Any) -> dict[str, Any]:
    return {"ExecutionRoleArn": "arn:role", "Environment": {"AgentCoreRuntimeEnvironment": {"AgentRuntimeArn": host}}}


def test_two_agents_with_one_role_share_it() -> None:
    found = shared((RUNTIME, "orders", {"RoleArn": "arn:role"}), (HARNESS, "desk", harness(None)))
    assert found == {"orders": True, "desk": True}


def test_an_agent_and_the_runtime_that_hosts_it_are_one() -> None:
    found = shared((RUNTIME, "host", {"RoleArn": "arn:role"}), (HARNESS, "desk", harness(Unresolved("Ref", target="host"))))
    assert found == {"host": False, "desk": False}


@pytest.mark.parametrize("host", [UNREAD])
def test_it_stays_open_while_the_host_is_not_known(host: Unknown) -> None:
    found = shared((RUNTIME, "host", {"RoleArn": "arn:role"}), (HARNESS, "desk", harness(host)))
    assert all(isinstance(value, Unknown) for value in found.values())
