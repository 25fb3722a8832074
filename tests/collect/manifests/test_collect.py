# ruff: noqa: E501 (documents in one line each)
"""What is read, what is a gap, and what is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.manifests.estate import deployment, estate, pod_template
from zscan.collect.manifests.collect import collect_path
from zscan.model.source import FileSource
from zscan.model.unknown import ReasonCode

LLM = deployment(pod_template())


def test_a_recognised_file_that_does_not_parse_is_a_blocking_gap_with_its_line(tmp_path: Path) -> None:
    found = estate(
        tmp_path,
        {"k/bad.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x\n", "docker-compose.yml": "services:\n  a:\n    image: x\n   b: y\n"},
    )
    gaps = [(gap.scope, gap.reason, gap.blocking, gap.detail.partition(",")[0]) for gap in found.collected.gaps]
    assert gaps == [
        ("docker-compose.yml", ReasonCode.UNPARSABLE, True, "line 4"),
        ("k/bad.yaml", ReasonCode.UNPARSABLE, True, "line 4"),
    ]
    assert not found.collected.target.complete


def test_what_stands_before_the_broken_document_is_kept(tmp_path: Path) -> None:
    found = estate(tmp_path, LLM + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: x\n")
    assert [draft.name for draft in found.by_id.values()] == ["llm"]
    assert [gap.reason for gap in found.collected.gaps] == [ReasonCode.UNPARSABLE]


def test_other_broken_files_are_silent(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\x80\x81\xff" * 10)
    found = estate(tmp_path, {"notes.yaml": "a: [\n", "data.json": "{,}"})
    assert not found.collected.gaps
    assert found.collected.target.complete
    assert found.collected.skipped["files of no known format: encoding"] == 1


def test_a_recognised_file_in_an_unknown_encoding_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "k.yaml").write_bytes(b"apiVersion: v1\nkind: Pod\nmetadata: {name: \xff\xff}\n")
    assert [gap.reason for gap in estate(tmp_path, {}).collected.gaps] == [ReasonCode.UNPARSABLE]


def test_templates_of_a_chart_are_one_note(tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\n{{- if .Values.x }}\nspec: {}\n{{- end }}\n"
    files = {
        "charts/llm/Chart.yaml": "name: llm\nversion: 1.0.0\n",
        "charts/llm/templates/a.yaml": template,
        "charts/llm/templates/sub/b.yaml": template,
        "charts/llm/templates/fixed.yaml": LLM,
    }
    found = estate(tmp_path, files)
    assert [(gap.scope, gap.reason, gap.blocking, gap.detail) for gap in found.collected.gaps] == [
        ("charts/llm", ReasonCode.NOT_RENDERED, False, "2 templates of the chart not rendered")
    ]
    assert [draft.name for draft in found.by_id.values()] == ["llm"]


def test_a_template_outside_a_chart_is_a_note_too(tmp_path: Path) -> None:
    found = estate(tmp_path, {"t.yaml": "apiVersion: v1\nkind: Service\n{{- if .x }}\nspec: {}\n{{- end }}\n"})
    assert [(gap.reason, gap.blocking) for gap in found.collected.gaps] == [(ReasonCode.NOT_RENDERED, False)]


def test_a_template_value_leaves_what_its_object_says_unknown(tmp_path: Path) -> None:
    text = LLM.replace(
        "vllm/vllm-openai:v0.9.1",
        "{{ .image }}\n          command: [vllm, serve, org/model]\n          securityContext: {privileged: {{ .p }}}",
    )
    found = estate(tmp_path, text)
    assert found.fact("llm", "workload.privileged") == "unknown"
    frozen = found.one("llm").freeze()
    assert {"artefact.images", "auth.required", "relations.runs_as", "tags"} <= set(frozen.unknown)
    assert [gap.reason for gap in found.collected.gaps] == ["NOT_RENDERED"]


def test_definitions_and_other_objects_are_counted(tmp_path: Path) -> None:
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n" + LLM.replace("vllm/vllm-openai:v0.9.1", "nginx:1.27")
    found = estate(tmp_path, {"a.yaml": crd + "---\n" + LLM, "b.yaml": other})
    assert found.collected.skipped == {"custom resource definitions": 1, "objects without a bearing on AI": 2}
    assert [draft.name for draft in found.by_id.values()] == ["llm"]


def test_lists_are_opened(tmp_path: Path) -> None:
    items = "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Namespace\n    metadata: {name: a}\n  - apiVersion: v1\n    kind: Namespace\n    metadata: {name: b}\n"
    found = estate(tmp_path, items)
    assert sorted(found.by_id) == ["all.yaml#core/Namespace/a", "all.yaml#core/Namespace/b"]
    assert [draft.source.line for draft in found.by_id.values() if isinstance(draft.source, FileSource)] == [4, 7]


def test_one_file_as_the_target_and_ids_relative_to_the_base(tmp_path: Path) -> None:
    estate(tmp_path, {"repo/k/d.yaml": LLM})
    whole = collect_path(tmp_path / "repo" / "k", base=tmp_path / "repo")
    single = collect_path(tmp_path / "repo" / "k" / "d.yaml", base=tmp_path / "repo")
    outside = collect_path(tmp_path / "repo" / "k", base=tmp_path / "elsewhere")
    assert [draft.id for draft in whole.drafts] == [draft.id for draft in single.drafts] == ["k/d.yaml#apps/Deployment/ai/llm"]
    assert [draft.id for draft in outside.drafts] == ["d.yaml#apps/Deployment/ai/llm"]
    assert whole.target.label == "k"


def test_excluded_files_are_counted(tmp_path: Path) -> None:
    estate(tmp_path, {"a/d.yaml": LLM, "b/d.yaml": LLM})
    found = collect_path(tmp_path, base=tmp_path, exclude=["b/"])
    assert len(found.drafts) == 1
    assert found.skipped["paths by --exclude"] == 1


def test_a_missing_path_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        collect_path(tmp_path / "none", base=tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\nspec: [1, 2]\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: {a: b}}}}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [null, 1, {image: [x], env: {a: 1}, args: {b: 2}, ports: [{containerPort: x}]}]}}}\n",
        "apiVersion: v1\nkind: Service\nspec: {selector: [a], ports: {a: b}, type: 3}\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {podSelector: x, ingress: {a: b}, egress: [1, {to: {x: y}}], policyTypes: Ingress}\n",
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {rules: [{http: []}], tls: x}\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nsubjects: {a: b}\nroleRef: x\n",
        "apiVersion: ray.io/v1\nkind: RayCluster\nspec: {headGroupSpec: x, workerGroupSpecs: {a: b}}\n",
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec: {predictor: {model: {env: x, args: 3, storageUri: []}}}\n",
        "apiVersion: kagent.dev/v1alpha2\nkind: Agent\nspec: {declarative: {tools: [{mcpServer: {toolNames: x}}]}}\n",
        "apiVersion: v1\nkind: Namespace\nmetadata: [x]\n",
        "apiVersion: v1\nkind: List\nitems: {a: b}\n",
        "services: {a: {image: 5, ports: {a: b}, environment: [1], volumes: [null], command: {x: y}, deploy: [], build: .}}\n",
        "services: {a: {image: ollama/ollama, ports: [null, [], 80, 'x:y:z:w'], environment: {A: [1]}, volumes: [3], security_opt: x, labels: 3}}\n",
    ],
)
def test_wrong_types_never_raise(tmp_path: Path, text: str) -> None:
    estate(tmp_path, {"compose.yaml" if text.startswith("services") else "k.yaml": text})


def test_a_scope_declared_complete_is_recorded(tmp_path: Path) -> None:
    estate(tmp_path, LLM)
    assert collect_path(tmp_path, base=tmp_path, complete=True).target.scopes == (". (declared complete)",)
    assert collect_path(tmp_path, base=tmp_path).target.scopes == (".",)


def test_broken_json_is_a_blocking_gap_even_with_braces_in_it(tmp_path: Path) -> None:
    found = estate(tmp_path, {"x.json": '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "{{ a }}", }\n'})
    assert [(gap.reason, gap.blocking) for gap in found.collected.gaps] == [("UNPARSABLE", True)]
