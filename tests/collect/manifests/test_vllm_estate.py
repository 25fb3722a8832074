# ruff: noqa: E501 (documents in one line each)
"""One vLLM server in several files: what is stated, what is missing, and its hardened twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.manifests.estate import estate
from zscan.model.source import Derived, FileSource

BARE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm, namespace: ai}
spec:
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:latest
          args: ["--model", "meta-llama/Llama-3-8B", "--trust-remote-code", "--api-key", "tok-3fZ9qLwPx81"]
          env:
            - {name: AWS_SECRET_ACCESS_KEY, value: "wJalrXUtnFEMIK7MDENGbPxRfiCYzzz9Kx1"}
            - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel.monitoring:4317"}
            - {name: NODE_TLS_REJECT_UNAUTHORIZED, value: "0"}
          securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
          volumeMounts: [{name: sock, mountPath: /s}]
          ports: [{containerPort: 8000, hostPort: 8000}]
      volumes:
        - {name: sock, hostPath: {path: /var/run/docker.sock}}
"""

HARDENED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm, namespace: ai, labels: {team: platform, env: prod}, annotations: {data-classification: internal}}
spec:
  template:
    metadata: {labels: {app: llm}}
    spec:
      serviceAccountName: llm
      automountServiceAccountToken: false
      runtimeClassName: gvisor
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: vllm
          image: registry.example/vllm-openai@sha256:0000000000000000000000000000000000000000000000000000000000000001
          args: ["--model=meta-llama/Llama-3-8B", "--revision=0123456789abcdef0123456789abcdef01234567", "--load-format", "safetensors",
                 "--ssl-certfile=/tls/crt", "--allowed-origins", '["https://app.example"]']
          env:
            - {name: VLLM_API_KEY, valueFrom: {secretKeyRef: {name: llm, key: token}}}
            - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "https://otel.monitoring:4317"}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          resources: {limits: {cpu: "8", memory: 32Gi, nvidia.com/gpu: 1}}
"""

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: llm, namespace: ai}
spec:
  selector: {app: llm}
  ports: [{port: 80, targetPort: 8000}]
"""

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: llm, namespace: ai}
spec:
  podSelector: {matchLabels: {app: llm}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {app: gateway}}}], ports: [{port: 8000}]}]
  egress: [{ports: [{port: 53, protocol: UDP}]}, {to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]
"""


def test_the_bare_server_states_its_faults(tmp_path: Path) -> None:
    bare = estate(tmp_path, BARE)
    facts = {path: bare.fact("llm", path) for path in bare.one("llm").facts}
    assert bare.one("llm").native_type == "apps/Deployment:endpoint"
    assert facts["workload.root"] is True
    assert facts["workload.privileged"] is True
    assert facts["workload.privilege_escalation"] is True
    assert facts["workload.added_capabilities"] == ["SYS_ADMIN"]
    assert facts["workload.seccomp"] is False
    assert facts["workload.read_only_root"] is False
    assert facts["workload.limits"] is False
    assert facts["workload.host_paths"] == [{"name": "sock", "path": "/var/run/docker.sock", "runtime_socket": True}]
    assert facts["artefact.images"] == [{"name": "vllm", "image": "vllm/vllm-openai:latest", "pinned": False, "floating": True}]
    assert facts["artefact.model_pinned"] is False
    assert facts["artefact.remote_code"] is True
    assert facts["network.public_access"] is True  # hostPort
    assert facts["network.tls_verification_off"] is True
    assert [row["host"] for row in facts["network.cleartext_backends"]] == ["otel.monitoring"]
    assert facts["network.cors_any_origin"] is True
    assert facts["principal.assigned"] is False
    assert facts["principal.token_mounted"] is True
    assert facts["principal.static_cloud_keys"] is True
    assert facts["governance.owner"] is False
    assert {row["name"].rpartition("containers.")[2] for row in facts["secrets.literals"]} == {
        "vllm.args.4",
        "vllm.env.AWS_SECRET_ACCESS_KEY.value",
    }


def test_no_secret_survives(tmp_path: Path) -> None:
    bare = estate(tmp_path, BARE)
    text = repr([(draft.facts, draft.evidence, draft.labels) for draft in bare.by_id.values()])
    assert "tok-3fZ9" not in text
    assert "wJalr" not in text


def test_the_hardened_twin_states_none_of_them(tmp_path: Path) -> None:
    hard = estate(tmp_path, {"a/deploy.yaml": HARDENED, "b/svc.yaml": SERVICE, "c/policy.yaml": POLICY})
    expected = {
        "workload.root": False, "workload.privileged": False, "workload.privilege_escalation": False, "workload.added_capabilities": [],
        "workload.capabilities_dropped": True, "workload.seccomp": True, "workload.read_only_root": True, "workload.limits": True,
        "workload.host_paths": [], "workload.host_namespaces": False, "workload.sandboxed": True, "workload.default_namespace": False,
        "artefact.model_pinned": True, "artefact.remote_code": False, "artefact.executable_format": False, "artefact.runtime_loading": False,
        "network.public_access": False, "network.ingress_restricted": True, "network.egress_restricted": True, "network.metadata_blocked": True,
        "network.tls": True, "network.cleartext_backends": [], "network.tls_verification_off": False, "network.cors_any_origin": False,
        "auth.required": True, "principal.assigned": True, "principal.token_mounted": False, "principal.static_cloud_keys": False,
        "secrets.literals": [], "secrets.defaults": [], "logging.telemetry": True,
        "governance.owner": True, "governance.environment": True, "governance.classification": True,
    }  # fmt: skip
    found = {path: hard.fact("llm", path, "endpoint") for path in expected}
    assert found == expected
    assert hard.one("llm", "endpoint").facts["artefact.images"][0]["pinned"] is True


def test_three_files_join(tmp_path: Path) -> None:
    joined = estate(tmp_path, {"a/deploy.yaml": HARDENED, "b/svc.yaml": SERVICE, "c/policy.yaml": POLICY})
    assert joined.targets("llm", "exposed_by", "endpoint") == ["llm"]
    assert joined.targets("llm", "attached_to", "endpoint") == ["llm"]
    assert joined.targets("llm", "routes_to", "route") == ["llm"]
    assert joined.targets("llm", "runs_as", "endpoint") == ["<ai/llm>"]
    source = joined.one("llm", "endpoint").evidence["network.public_access"][0]
    assert isinstance(source, Derived)
    assert source.derived_from[0].path == "route.public"


@pytest.mark.parametrize("complete", [False, True])
def test_absence_is_known_only_in_a_complete_scope(tmp_path: Path, complete: bool) -> None:
    alone = estate(tmp_path, HARDENED, complete=complete)
    closed = False if complete else "unknown"
    assert alone.fact("llm", "network.ingress_restricted") == closed
    assert alone.fact("llm", "network.egress_restricted") == closed
    assert alone.fact("llm", "network.metadata_blocked") == closed
    assert alone.fact("llm", "network.public_access") == closed


def test_another_policy_of_the_namespace_shows_that_policies_are_declared_here(tmp_path: Path) -> None:
    other = POLICY.replace("app: llm}", "app: other}")
    assert estate(tmp_path, {"d.yaml": HARDENED, "p.yaml": other}).fact("llm", "network.ingress_restricted", "endpoint") is False


def test_an_unread_file_beside_it_keeps_absence_unknown(tmp_path: Path) -> None:
    other = POLICY.replace("app: llm}", "app: other}")
    broken = "apiVersion: v1\nkind: NetworkPolicy\nspec: [\n"
    found = estate(tmp_path, {"k/d.yaml": HARDENED, "k/p.yaml": other, "k/broken.yaml": broken})
    assert found.fact("llm", "network.ingress_restricted", "endpoint") == "unknown"
    far = estate(tmp_path / "2", {"k/d.yaml": HARDENED, "k/p.yaml": other, "other/broken.yaml": broken})
    assert far.fact("llm", "network.ingress_restricted", "endpoint") is False


def test_the_same_pod_reads_the_same_in_every_kind(tmp_path: Path) -> None:
    spec = HARDENED.split("    spec:\n", 1)[1]
    indented = "".join(f"        {line[4:]}" if line.strip() else line for line in spec.splitlines(keepends=True))
    ray = (
        "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: ray, namespace: ai}\nspec:\n"
        "  headGroupSpec:\n    template:\n      spec:\n"
        + "".join(f"    {line}" for line in indented.splitlines(keepends=True)).replace("            ", "        ", 0)
    )
    inference = (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: isvc, namespace: ai}\nspec:\n  predictor:\n"
        + "".join(line[2:] if line.strip() else line for line in spec.splitlines(keepends=True))
    )
    found = estate(tmp_path, {"d.yaml": HARDENED, "ray.yaml": ray, "isvc.yaml": inference})
    same = [
        path for path in found.one("llm").facts if path.startswith(("workload.", "principal.", "secrets.")) and path != "secrets.literals"
    ]
    for path in same:
        assert found.fact("ray", path) == found.fact("llm", path), path
        assert found.fact("isvc", path) == found.fact("llm", path), path


def test_ids_do_not_depend_on_lines_line_ends_or_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = estate(tmp_path / "1", {"k/d.yaml": BARE})
    (tmp_path / "2" / "k").mkdir(parents=True)
    (tmp_path / "2" / "k" / "d.yaml").write_bytes(("\n# a comment\n\n" + BARE).replace("\n", "\r\n").encode())
    monkeypatch.chdir(tmp_path / "2")
    second = estate(tmp_path / "2", {})
    assert list(first.by_id) == list(second.by_id) == ["k/d.yaml#apps/Deployment/ai/llm"]
    source = second.one("llm").evidence["workload.privileged"][0]
    assert isinstance(source, FileSource)
    assert (source.file, source.line) == ("k/d.yaml", 19)


def test_equal_names_get_an_ordinal_of_content(tmp_path: Path) -> None:
    other = BARE.replace("latest", "v0.9.1")
    one = estate(tmp_path / "1", f"{BARE}---\n{other}")
    two = estate(tmp_path / "2", f"{other}---\n{BARE}")
    assert sorted(one.by_id) == ["all.yaml#apps/Deployment/ai/llm", "all.yaml#apps/Deployment/ai/llm~2"]
    assert {key: draft.facts["artefact.images"] for key, draft in one.by_id.items()} == {
        key: draft.facts["artefact.images"] for key, draft in two.by_id.items()
    }
