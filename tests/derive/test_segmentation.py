# ruff: noqa: E501 (documents in one line each)
"""Network policies, namespaces and storage classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.manifests.estate import deployment, estate, pod_template

LLM = deployment(pod_template())


def policy(rules: str, *, selector: str = "matchLabels: {app: llm}", name: str = "p", types: str = "") -> str:
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: ai}}\nspec:\n  podSelector: {{{selector}}}\n"
        + (f"  policyTypes: [{types}]\n" if types else "")
        + "".join(f"  {line}\n" for line in rules.splitlines())
    )


@pytest.mark.parametrize(
    ("rules", "restricted"),
    [
        ("ingress: []", True),
        ("ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]", True),
        ("ingress: [{}]", False),
        ("ingress: [{ports: [{port: 8000}]}]", False),
        ("ingress: [{from: []}]", False),
        ("ingress: [{from: [{namespaceSelector: {}}]}]", False),
        ("ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]", False),
        ("ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: x}}}]}]", True),
        ("ingress: [{from: [{podSelector: {}}]}]", True),
        ("ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", False),
        ("ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", True),
    ],
)
def test_ingress(tmp_path: Path, rules: str, restricted: bool) -> None:
    found = estate(tmp_path, {"d.yaml": LLM, "p.yaml": policy(rules)})
    assert found.fact("llm", "network.ingress_restricted") is restricted
    assert found.fact("p", "firewall.ingress_open") is not restricted


@pytest.mark.parametrize(
    ("rules", "restricted", "metadata_blocked"),
    [
        ("egress: []", True, True),
        ("egress: [{}]", False, False),
        ("egress: [{ports: [{port: 53, protocol: UDP}]}]", True, True),
        ("egress: [{ports: [{port: 443}]}]", False, True),
        ("egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", False, False),
        ("egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}]}]", False, True),
        ("egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}]}]", True, False),
        ("egress: [{to: [{podSelector: {matchLabels: {app: proxy}}}]}]", True, True),
    ],
)
def test_egress(tmp_path: Path, rules: str, restricted: bool, metadata_blocked: bool) -> None:
    found = estate(tmp_path, {"d.yaml": LLM, "p.yaml": policy(rules, types="Egress")})
    assert found.fact("llm", "network.egress_restricted") is restricted
    assert found.fact("llm", "network.metadata_blocked") is metadata_blocked
    assert found.fact("llm", "network.ingress_restricted") is False  # a policy for egress alone says nothing else


def test_policies_add_up(tmp_path: Path) -> None:
    both = policy("ingress: []", name="deny") + "---\n" + policy("ingress: [{}]", name="allow", selector="")
    assert estate(tmp_path, {"d.yaml": LLM, "p.yaml": both}).fact("llm", "network.ingress_restricted") is False


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("matchExpressions: [{key: app, operator: In, values: [llm, x]}]", True),
        ("matchExpressions: [{key: app, operator: NotIn, values: [llm]}]", False),
        ("matchExpressions: [{key: app, operator: Exists}]", True),
        ("matchExpressions: [{key: app, operator: DoesNotExist}]", False),
        ("matchLabels: {app: llm}, matchExpressions: [{key: tier, operator: Exists}]", False),
        ("", True),
        ("matchLabels: {app: {{ .name }}}", "unknown"),
    ],
)
def test_selectors(tmp_path: Path, selector: str, selected: bool | str) -> None:
    found = estate(tmp_path, {"d.yaml": LLM, "p.yaml": policy("ingress: []", selector=selector)})
    assert found.fact("llm", "network.ingress_restricted") == selected
    assert found.targets("llm", "attached_to") == (["p"] if selected is True else [])


def test_policies_do_not_hold_on_the_hosts_network(tmp_path: Path) -> None:
    shared = deployment(pod_template(spec="hostNetwork: true\n"))
    assert estate(tmp_path, {"d.yaml": shared, "p.yaml": policy("ingress: []")}).fact("llm", "network.ingress_restricted") is False


def test_every_role_must_be_covered(tmp_path: Path) -> None:
    roles = (
        "apiVersion: leaderworkerset.x-k8s.io/v1\nkind: LeaderWorkerSet\nmetadata: {name: lws, namespace: ai}\nspec:\n  leaderWorkerTemplate:\n"
        "    leaderTemplate: {metadata: {labels: {app: llm}}, spec: {containers: [{name: a, image: vllm/vllm-openai:v1}]}}\n"
        "    workerTemplate: {metadata: {labels: {app: worker}}, spec: {containers: [{name: b, image: vllm/vllm-openai:v1}]}}\n"
    )
    assert estate(tmp_path / "1", {"l.yaml": roles, "p.yaml": policy("ingress: []")}).fact("lws", "network.ingress_restricted") is False
    assert (
        estate(tmp_path / "2", {"l.yaml": roles, "p.yaml": policy("ingress: []", selector="")}).fact("lws", "network.ingress_restricted")
        is True
    )


def test_cilium_destinations_by_name_are_named(tmp_path: Path) -> None:
    text = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: ai}\nspec:\n  endpointSelector: {matchLabels: {app: llm}}\n  egress: [%s]\n"
    named = estate(tmp_path / "1", {"d.yaml": LLM, "p.yaml": text % "{toFQDNs: [{matchName: hf.co}]}"})
    world = estate(tmp_path / "2", {"d.yaml": LLM, "p.yaml": text % "{toEntities: [world]}"})
    assert named.fact("llm", "network.egress_restricted") is True
    assert world.fact("llm", "network.egress_restricted") is False


def test_namespace_defaults(tmp_path: Path) -> None:
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: ai, labels: {pod-security.kubernetes.io/enforce: restricted}}\n"
    deny = policy("", selector="", types="Ingress, Egress")
    found = estate(tmp_path / "1", {"n.yaml": space, "p.yaml": deny, "d.yaml": LLM})
    assert found.fact("ai", "namespace.default_deny_ingress") is True
    assert found.fact("ai", "namespace.default_deny_egress") is True
    assert found.fact("ai", "namespace.pod_security") == "restricted"
    assert found.fact("ai", "namespace.quota") == "unknown"
    assert found.targets("llm", "member_of") == ["ai"]
    partly = estate(tmp_path / "2", {"n.yaml": space, "p.yaml": policy("ingress: []", selector="")})
    assert partly.fact("ai", "namespace.default_deny_ingress") is True
    assert partly.fact("ai", "namespace.default_deny_egress") is False
    nothing = estate(tmp_path / "3", {"n.yaml": space.replace(", labels: {pod-security.kubernetes.io/enforce: restricted}", "")})
    assert nothing.fact("ai", "namespace.default_deny_ingress") == "unknown"
    assert nothing.fact("ai", "namespace.pod_security") == "none"
    whole = estate(tmp_path / "4", {"n.yaml": space}, complete=True)
    assert (whole.fact("ai", "namespace.default_deny_ingress"), whole.fact("ai", "namespace.quota")) == (False, False)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ('{encrypted: "true"}', True),
        ('{encrypted: "false"}', False),
        ("{kmsKeyId: k}", True),
        ("{type: gp3}", "unknown"),
        (None, "unknown"),
    ],
)
def test_claims_take_encryption_from_their_class(tmp_path: Path, parameters: str | None, expected: bool | str) -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: models, namespace: ai}\nspec: {storageClassName: fast}\n"
    files = {"c.yaml": claim}
    if parameters:
        files["s.yaml"] = f"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: fast}}\nparameters: {parameters}\n"
    assert estate(tmp_path, files).fact("models", "volume.encrypted") == expected
