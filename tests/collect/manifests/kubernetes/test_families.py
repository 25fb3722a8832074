"""Custom resources: what their own fields state, with a hardened twin for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.collect.manifests.estate import estate

META = "metadata: {name: x, namespace: ai}\n"


def resource(version: str, kind: str, spec: str, *, top: str = "") -> str:
    return f"apiVersion: {version}\nkind: {kind}\n{top or META}" + (f"spec: {spec}\n" if spec else "")


CASES = yaml.safe_load((Path(__file__).parent / "families.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["kind"])
def test_fields(tmp_path: Path, case: dict[str, Any]) -> None:
    found = estate(tmp_path, resource(case["apiVersion"], case["kind"], json.dumps(case["spec"])))
    draft = next(draft for draft in found.by_id.values() if draft.native_type.endswith(f"/{case['kind']}"))
    assert {path: found.fact("x", path, draft.type) for path in case["expected"]} == case["expected"]


def test_a_cluster_local_inference_service_is_not_published(tmp_path: Path) -> None:
    labels = "metadata: {name: x, namespace: ai, labels: {networking.knative.dev/visibility: cluster-local}}\n"
    text = resource("serving.kserve.io/v1beta1", "InferenceService", "{predictor: {containers: [{name: c, image: 'a:1'}]}}", top=labels)
    assert estate(tmp_path, text).fact("x", "network.public_access") is False


def test_a_workspace_has_no_spec(tmp_path: Path) -> None:
    text = resource(
        "kaito.sh/v1beta1", "Workspace", "", top=META + "inference: {preset: {name: phi}, adapters: [{source: {image: 'r/a:1'}}]}\n"
    )
    assert estate(tmp_path, text).fact("x", "artefact.model_pinned") is False


def test_agents_lead_to_their_tool_servers(tmp_path: Path) -> None:
    agent = resource("kagent.dev/v1alpha2", "Agent", "{declarative: {tools: [{mcpServer: {name: tools, toolNames: [a]}}]}}")
    server = resource("kagent.dev/v1alpha2", "RemoteMCPServer", "{url: 'http://tools.example/mcp'}").replace("name: x", "name: tools")
    found = estate(tmp_path, {"a.yaml": agent, "s.yaml": server})
    assert found.targets("x", "calls_tool", "agent") == ["tools"]
    assert found.fact("tools", "network.cleartext_backends") == [{"name": "url", "host": "tools.example"}]


@pytest.mark.parametrize(
    ("value", "literals"),
    [
        ("stringData: {key: hunter2hunter2}", 1),
        ("data: {key: aHVudGVyMg==}", 1),
        ("stringData: {key: ''}", 0),
        ("stringData: {key: $KEY}", 0),
    ],
)
def test_secrets_in_files(tmp_path: Path, value: str, literals: int) -> None:
    found = estate(tmp_path, f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x, namespace: ai}}\n{value}\n")
    assert len(found.fact("x", "secrets.literals")) == literals
