# ruff: noqa: E501 (documents in one line each)
"""Compose services: the same facts as pods, with Compose's own defaults and variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.collect.manifests.estate import Estate, estate

OLLAMA = """\
services:
  ollama:
    image: ollama/ollama:latest
    %s
"""


def ollama(folder: Path, settings: str) -> Estate:
    return estate(folder, {"compose.yaml": OLLAMA % settings.replace("\n", "\n    ")})


@pytest.mark.parametrize(
    ("ports", "loopback"),
    [
        ("ports: ['11434:11434']", False),
        ("ports: ['11434']", False),
        ("ports: ['0.0.0.0:11434:11434']", False),
        ("ports: ['127.0.0.1:11434:11434']", True),
        ("ports: ['127.0.0.1::11434']", True),
        ("ports: ['[::1]:11434:11434']", True),
        ("ports: ['127.0.0.1:11434:11434', '8080:8080']", False),
        ("ports: ['${PORT:-11434}:11434']", False),
        ("ports: ['${PORT}:11434']", False),
        ("ports: ['${BIND:-127.0.0.1}:11434:11434']", True),
        ("ports: ['${BIND}:11434:11434']", "unknown"),
        ("ports: [{target: 11434, published: 11434, host_ip: 127.0.0.1}]", True),
        ("ports: [{target: 11434, published: 11434}]", False),
        ("ports: ['127.0.0.1:8000-8010:8000-8010/tcp']", True),
        ("expose: ['11434']", True),
        ("network_mode: host", False),
    ],
)
def test_published_ports(tmp_path: Path, ports: str, loopback: bool | str) -> None:
    found = ollama(tmp_path, ports)
    assert found.fact("ollama", "network.loopback_only") == loopback


@pytest.mark.parametrize(
    ("settings", "path", "expected"),
    [
        ("privileged: true", "workload.privileged", True),
        ("restart: always", "workload.privileged", False),
        ("restart: always", "workload.root", True),
        ("user: '1000:1000'", "workload.root", False),
        ("user: root", "workload.root", True),
        ("user: ${UID}", "workload.root", "unknown"),
        ("security_opt: ['no-new-privileges:true']", "workload.privilege_escalation", False),
        ("restart: always", "workload.seccomp", True),
        ("security_opt: ['seccomp=unconfined']", "workload.seccomp", False),
        ("cap_add: [CAP_SYS_ADMIN]", "workload.added_capabilities", ["SYS_ADMIN"]),
        ("cap_drop: [ALL]", "workload.capabilities_dropped", True),
        ("read_only: true", "workload.read_only_root", True),
        ("ipc: host", "workload.host_namespaces", True),
        ("deploy: {resources: {limits: {cpus: '2', memory: 8G}}}", "workload.limits", True),
        ("mem_limit: 8g", "workload.limits", False),
        (
            "volumes: ['/var/run/docker.sock:/s']",
            "workload.host_paths",
            [{"name": "/s", "path": "/var/run/docker.sock", "runtime_socket": True}],
        ),
        (
            "use_api_socket: true",
            "workload.host_paths",
            [{"name": "use_api_socket", "path": "/var/run/docker.sock", "runtime_socket": True}],
        ),
        ("volumes: ['./data:/data', 'named:/models']", "workload.host_paths", []),
        ("runtime: runsc", "workload.sandboxed", True),
        ("runtime: nvidia", "workload.gpu_unscoped", True),
        ("deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 1}]}}}", "workload.gpu_unscoped", False),
        ("environment: {OLLAMA_ORIGINS: '*'}", "network.cors_any_origin", True),
        ("environment: ['OLLAMA_ORIGINS=https://a.example']", "network.cors_any_origin", False),
        ("restart: always", "auth.required", False),
        ("restart: always", "artefact.runtime_loading", True),
        ("labels: {owner: ml}", "governance.owner", True),
        ("labels: ['com.example.team=ml']", "governance.owner", True),
    ],
)
def test_settings(tmp_path: Path, settings: str, path: str, expected: Any) -> None:
    assert ollama(tmp_path, settings).fact("ollama", path) == expected


@pytest.mark.parametrize(
    ("value", "literals", "defaults"),
    [
        ("hunter22hunter22", 1, 0),
        ("changeme", 1, 1),
        ("${QDRANT_KEY}", 0, 0),
        ("${QDRANT_KEY:-}", 0, 0),
        ("${QDRANT_KEY:?missing}", 0, 0),
        ("${QDRANT_KEY:-changeme}", 1, 1),
    ],
)
def test_secrets(tmp_path: Path, value: str, literals: int, defaults: int) -> None:
    text = f"services:\n  db:\n    image: qdrant/qdrant:v1.14\n    environment: {{QDRANT__SERVICE__API_KEY: '{value}', RESET_PASSWORD_TOKEN_EXPIRY_HOURS: '${{H:-24}}'}}\n"
    found = estate(tmp_path, {"docker-compose.yml": text})
    assert found.one("db").type == "vector_store"
    assert (len(found.fact("db", "secrets.literals")), len(found.fact("db", "secrets.defaults"))) == (literals, defaults)


def test_ids_and_projects(tmp_path: Path) -> None:
    text = OLLAMA % "restart: always"
    found = estate(tmp_path, {"compose.yaml": text, "a/docker-compose.yml": text, "a/docker-compose.gpu.yml": text, "b/stack.yaml": text})
    assert list(found.by_id) == [
        ".#service/ollama",
        "a#service/ollama",
        "a/docker-compose.gpu.yml#service/ollama",
        "b/stack.yaml#service/ollama",
    ]


def test_the_override_of_a_project_is_merged(tmp_path: Path) -> None:
    base = OLLAMA % "ports: ['127.0.0.1:11434:11434']\n    environment: [OLLAMA_ORIGINS=https://a.example]"
    over = "services:\n  ollama:\n    environment: {OLLAMA_ORIGINS: '*'}\n    ports: ['8080:8080']\n"
    found = estate(tmp_path, {"docker-compose.yml": base, "docker-compose.override.yml": over})
    assert list(found.by_id) == [".#service/ollama"]
    assert found.fact("ollama", "network.loopback_only") is False
    assert found.fact("ollama", "network.cors_any_origin") is True


def test_services_of_no_ai_are_counted_and_search_engines_count_only_beside_ai(tmp_path: Path) -> None:
    web = "services: {web: {image: 'nginx:1.27'}, es: {image: 'elasticsearch:8.11.3'}}\n"
    alone = estate(tmp_path / "1", {"compose.yaml": web})
    assert not alone.by_id
    assert alone.collected.skipped["services without a bearing on AI"] == 1
    beside = estate(tmp_path / "2", {"compose.yaml": web.replace("web: {", "llm: {image: 'ollama/ollama:1'}, web: {", 1)})
    assert sorted(draft.name for draft in beside.by_id.values()) == ["es", "llm"]


def test_other_files_with_services_are_not_compose(tmp_path: Path) -> None:
    found = estate(
        tmp_path,
        {
            "settings.yaml": "services:\n  mail: {host: smtp.example}\n",
            "x.yaml": "services: [a, b]\n",
            "compose.yaml": "services:\n  - 1\n",
        },
    )
    assert not found.by_id
    assert not found.collected.gaps
