"""Which settings and versions decide about sign-in, product by product, and how products are recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.manifests.estate import deployment, estate


def workload(image: str, *, args: str = "", env: str = "", more: str = "", sidecar: str = "") -> str:
    return deployment(
        "spec:\n  containers:\n"
        f"    - {{name: main, image: {image!r}{f', args: {args}' if args else ''}{f', env: [{env}]' if env else ''}{more}}}\n"
        + (f"    - {{name: proxy, image: {sidecar!r}}}\n" if sidecar else "")
    )


def var(name: str, value: str) -> str:
    return f"{{name: {name}, value: {value!r}}}"


@pytest.mark.parametrize(
    ("text", "required"),
    [
        (workload("vllm/vllm-openai:v0.9"), False),
        (workload("vllm/vllm-openai:v0.9", args="[--api-key=$(KEY)]"), True),
        (workload("vllm/vllm-openai:v0.9", args="['vllm serve m --api-key $KEY']"), True),
        (workload("vllm/vllm-openai:v0.9", env="{name: VLLM_API_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}"), True),
        (workload("vllm/vllm-openai:v0.9", env=var("VLLM_API_KEY", "")), False),
        (workload("vllm/vllm-openai:v0.9", more=", envFrom: [{secretRef: {name: s}}]"), "unknown"),
        (workload("ollama/ollama:0.9"), False),
        (workload("rayproject/ray:2.46.0", args="[ray start --head]"), False),
        (workload("rayproject/ray:2.61.0", args="[ray start --head]"), True),
        (workload("rayproject/ray:latest", args="[ray start --head]"), "unknown"),
        (workload("rayproject/ray:2.46.0", env=var("RAY_AUTH_MODE", "token")), True),
        (workload("rayproject/ray:2.61.0", env=var("RAY_AUTH_MODE", "disabled")), False),
        (workload("quay.io/jupyter/base-notebook:2025-01-01"), True),
        (
            workload(
                "quay.io/jupyter/base-notebook:2025-01-01", args="[\"start-notebook.sh --NotebookApp.token='' --NotebookApp.password=''\"]"
            ),
            False,
        ),
        (workload("quay.io/jupyter/base-notebook:2025-01-01", args="[start-notebook.sh, --ServerApp.token=]"), False),
        (workload("quay.io/jupyter/base-notebook:2025-01-01", args="[start-notebook.sh, --ServerApp.token=$(T)]"), True),
        (workload("ghcr.io/mlflow/mlflow:v3.1", args="[mlflow server]"), False),
        (workload("ghcr.io/mlflow/mlflow:v3.1", args="[mlflow server --app-name basic-auth]"), True),
        (workload("ghcr.io/open-webui/open-webui:0.6"), True),
        (workload("ghcr.io/open-webui/open-webui:0.6", env=var("WEBUI_AUTH", "False")), False),
        (workload("qdrant/qdrant:v1.14"), False),
        (workload("qdrant/qdrant:v1.14", env="{name: QDRANT__SERVICE__API_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}"), True),
        (workload("semitechnologies/weaviate:1.31", env=var("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "false")), True),
        (
            workload(
                "semitechnologies/weaviate:1.31",
                env=var("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "true") + ", " + var("AUTHENTICATION_APIKEY_ENABLED", "true"),
            ),
            False,
        ),
        (workload("arizephoenix/phoenix:10", env=var("PHOENIX_ENABLE_AUTH", "true")), True),
        (workload("langflowai/langflow:1.4.2"), False),
        (workload("langflowai/langflow:1.5.0"), True),
        (workload("ghcr.io/berriai/litellm:main"), "unknown"),
        (workload("ghcr.io/berriai/litellm:main", env=var("LITELLM_MASTER_KEY", "$(X)")), True),
        (workload("vllm/vllm-openai:v0.9", sidecar="quay.io/oauth2-proxy/oauth2-proxy:v7"), "unknown"),
        (workload("vllm/vllm-openai:v0.9", args="[--host=127.0.0.1]", sidecar="quay.io/oauth2-proxy/oauth2-proxy:v7"), True),
    ],
)
def test_sign_in(tmp_path: Path, text: str, required: bool | str) -> None:
    assert estate(tmp_path, text).fact("llm", "auth.required") == required


@pytest.mark.parametrize(
    ("text", "native_type"),
    [
        (workload("registry.example:5000/team/vllm-openai:v1"), "apps/Deployment:endpoint"),
        (workload("python:3.12", args="[python, -m, vllm.entrypoints.openai.api_server]"), "apps/Deployment:endpoint"),
        (workload("milvusdb/milvus:v2.5"), "apps/Deployment:vector_store"),
        (workload("ghcr.io/berriai/litellm:v1"), "apps/Deployment:gateway"),
        (workload("mcp/github:1"), "apps/Deployment:tool_server"),
        (workload("jupyter/scipy-notebook:x"), "apps/Deployment:notebook"),
        (workload("pytorch/pytorch:2.5.0", args="[torchrun, train.py]"), "apps/Deployment:training_job"),
        (workload("nginx:1", env="{name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}"), "apps/Deployment:ai_client"),
        (workload("nginx:1"), None),
        (workload("kserve/kserve-controller:v0.15"), None),
        (workload("ghcr.io/llm-d/llm-d-inference-sim:v0.1"), None),
        (workload("vllm-bench:1"), None),
        (workload("elasticsearch:8.1.0"), None),
        (
            workload("elasticsearch:8.1.0") + "---\n" + workload("ollama/ollama:1").replace("name: llm", "name: other"),
            "apps/Deployment:vector_store",
        ),
    ],
)
def test_recognition(tmp_path: Path, text: str, native_type: str | None) -> None:
    found = {draft.name: draft.native_type for draft in estate(tmp_path, text).by_id.values()}
    assert found.get("llm") == native_type


@pytest.mark.parametrize(
    ("image", "pinned", "floating"),
    [
        ("a/vllm-openai", False, True),
        ("a/vllm-openai:latest", False, True),
        ("a/vllm-openai:nightly", False, True),
        ("a/vllm-openai:main-stable", False, True),
        ("a/vllm-openai:v0.9.1", False, False),
        ("a:5000/vllm-openai", False, True),
        (f"a/vllm-openai:latest@sha256:{'0' * 64}", True, False),
        ("$IMAGE/vllm-openai", "unknown", "unknown"),
    ],
)
def test_images(tmp_path: Path, image: str, pinned: bool | str, floating: bool | str) -> None:
    row = estate(tmp_path, workload(image, args="[vllm serve m]")).one("llm").facts["artefact.images"][0]
    known = {key: value if isinstance(value, bool | str) else "unknown" for key, value in row.items()}
    assert (known["pinned"], known["floating"]) == (pinned, floating)


@pytest.mark.parametrize(
    ("arguments", "pinned", "protected", "executable"),
    [
        ("--model org/name", False, True, "unknown"),
        ("--model org/name --revision main", False, True, "unknown"),
        (f"--model org/name --revision {'a' * 40}", True, True, "unknown"),
        ("--model /models/m", "unknown", "unknown", "unknown"),
        ("--model s3://bucket/m", False, True, "unknown"),
        ("--model http://files.example/m.gguf", False, False, False),
        ("--model https://huggingface.co/o/n/resolve/main/m.pt", False, True, True),
        (f"--model https://huggingface.co/o/n/resolve/{'b' * 40}/m.safetensors", True, True, False),
        ("--model org/name --load-format pt", False, True, True),
        ("--port 8000", "unknown", "unknown", "unknown"),
    ],
)
def test_models(tmp_path: Path, arguments: str, pinned: bool | str, protected: bool | str, executable: bool | str) -> None:
    found = estate(tmp_path, workload("vllm/vllm-openai:v1", args=f"['{arguments}']"))
    facts = ("artefact.model_pinned", "artefact.model_transport_protected", "artefact.executable_format")
    assert tuple(found.fact("llm", fact) for fact in facts) == (pinned, protected, executable)
