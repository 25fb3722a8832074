# ruff: noqa: E501 (documents in one line each)
"""Ways in: services, ingresses, gateways, and what follows for reach, TLS and administrative ports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.manifests.estate import deployment, estate, pod_template

RAY = """\
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: ray, namespace: ai}
spec:
  rayVersion: "2.46.0"
  headGroupSpec:
    %s
    template:
      spec:
        containers: [{name: head, image: "rayproject/ray:2.46.0", ports: [{containerPort: 8265, name: dashboard}]}]
"""
LLM = deployment(pod_template())


def service(kind: str = "", *, annotations: str = "", name: str = "llm", extra: str = "") -> str:
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: ai, annotations: {{{annotations}}}}}\n"
        f"spec:\n  selector: {{app: llm}}\n  ports: [{{port: 80, targetPort: 8000}}]\n" + (f"  type: {kind}\n" if kind else "") + extra
    )


def ingress(*, annotations: str = "", tls: str = "", backend: str = "llm", port: str = "number: 80", cls: str = "nginx") -> str:
    return f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: front, namespace: ai, annotations: {{{annotations}}}}}
spec:
  ingressClassName: {cls}
  {tls}
  rules:
    - host: llm.example
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: {backend}, port: {{{port}}}}}}}}}]}}
"""


@pytest.mark.parametrize(
    ("text", "public"),
    [
        (service(), False),
        (service("ClusterIP"), False),
        (service("NodePort"), True),
        (service("LoadBalancer"), True),
        (service("LoadBalancer", annotations="service.beta.kubernetes.io/aws-load-balancer-scheme: internal"), False),
        (service("LoadBalancer", annotations='networking.gke.io/load-balancer-type: "Internal"'), False),
        (service("LoadBalancer", annotations='service.beta.kubernetes.io/azure-load-balancer-internal: "true"'), False),
        (service("LoadBalancer", annotations="service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing"), True),
        (service("LoadBalancer", extra="  loadBalancerSourceRanges: [10.0.0.0/8]\n"), False),
        (service("LoadBalancer", extra="  loadBalancerSourceRanges: [0.0.0.0/0]\n"), True),
        (service(extra="  externalIPs: [203.0.113.7]\n"), True),
        (service() + "---\n" + ingress(), True),
        (service() + "---\n" + ingress(cls="nginx-internal"), False),
        (service() + "---\n" + ingress(annotations="alb.ingress.kubernetes.io/scheme: internal"), False),
        (service() + "---\n" + ingress(backend="other"), False),
        (service("{{ .Values.type }}"), "unknown"),
    ],
)
def test_reach(tmp_path: Path, text: str, public: bool | str) -> None:
    found = estate(tmp_path, {"d.yaml": LLM, "s.yaml": text})
    assert found.fact("llm", "network.public_access", "endpoint") == public


def test_a_service_of_another_namespace_or_with_other_labels_is_no_way_in(tmp_path: Path) -> None:
    foreign = (
        service("LoadBalancer").replace("namespace: ai", "namespace: web")
        + "---\n"
        + service("NodePort", name="b").replace("app: llm}", "app: llm, tier: x}")
    )
    assert estate(tmp_path, {"d.yaml": LLM, "s.yaml": foreign}, complete=True).fact("llm", "network.public_access", "endpoint") is False


def test_a_selector_that_is_a_template_leaves_reach_unknown(tmp_path: Path) -> None:
    hidden = service("LoadBalancer", name="b").replace("{app: llm}", "{app: {{ x }}}")
    found = estate(tmp_path, {"d.yaml": LLM, "s.yaml": service() + "---\n" + hidden})
    assert found.fact("llm", "network.public_access", "endpoint") == "unknown"


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        ("", False),
        ("tls: [{hosts: [llm.example], secretName: t}]", True),
        ("tls: [{hosts: ['*.example'], secretName: t}]", True),
        ("tls: [{hosts: [other.example], secretName: t}]", False),
        ("tls: [{secretName: t}]", True),
    ],
)
def test_tls_of_the_way_in(tmp_path: Path, tls: str, expected: bool) -> None:
    found = estate(tmp_path, {"d.yaml": LLM, "s.yaml": service() + "---\n" + ingress(tls=tls)})
    assert found.fact("front", "route.tls") is expected
    assert found.fact("llm", "network.tls", "endpoint") is expected


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ("", False),
        ("nginx.ingress.kubernetes.io/auth-url: https://sso.example/auth", True),
        ("alb.ingress.kubernetes.io/auth-type: oidc", True),
        ("alb.ingress.kubernetes.io/auth-type: none", False),
        ("traefik.ingress.kubernetes.io/router.middlewares: web-oidc@kubernetescrd", True),
        ("traefik.ingress.kubernetes.io/router.middlewares: web-headers@kubernetescrd", "unknown"),
    ],
)
def test_sign_in_at_the_ingress(tmp_path: Path, annotations: str, expected: bool | str) -> None:
    assert estate(tmp_path, ingress(annotations=annotations)).fact("front", "route.auth") == expected


def test_strict_mesh_counts_as_tls_inside_the_cluster(tmp_path: Path) -> None:
    rule = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: default, namespace: ai}\nspec: {mtls: {mode: STRICT}}\n"
    assert estate(tmp_path / "1", {"d.yaml": LLM, "s.yaml": service()}).fact("llm", "network.tls", "endpoint") == "unknown"
    assert estate(tmp_path / "2", {"d.yaml": LLM, "s.yaml": service()}, complete=True).fact("llm", "network.tls", "endpoint") is False
    assert estate(tmp_path / "3", {"d.yaml": LLM, "s.yaml": service(), "m.yaml": rule}).fact("llm", "network.tls", "endpoint") is True
    permissive = rule.replace("STRICT", "PERMISSIVE")
    assert (
        estate(tmp_path / "4", {"d.yaml": LLM, "s.yaml": service(), "m.yaml": permissive}, complete=True).fact(
            "llm", "network.tls", "endpoint"
        )
        is False
    )


@pytest.mark.parametrize(
    ("gateway", "public", "tls"),
    [
        ("listeners: [{name: h, port: 80, protocol: HTTP}]", True, False),
        ("listeners: [{name: h, port: 443, protocol: HTTPS}]", True, True),
        (
            "listeners: [{name: h, port: 443, protocol: HTTPS}]\n  infrastructure: {annotations: {networking.gke.io/load-balancer-type: Internal}}",
            False,
            True,
        ),
        (None, "unknown", "unknown"),
    ],
)
def test_a_route_takes_its_reach_from_its_gateway(tmp_path: Path, gateway: str | None, public: bool | str, tls: bool | str) -> None:
    route = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: ai}
spec:
  parentRefs: [{name: g, namespace: infra}]
  rules: [{backendRefs: [{name: llm, port: 80}]}]
"""
    files = {"d.yaml": LLM, "s.yaml": service(), "r.yaml": route}
    if gateway is not None:
        files["g.yaml"] = (
            f"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g, namespace: infra}}\nspec:\n  gatewayClassName: x\n  {gateway}\n"
        )
    found = estate(tmp_path, files)
    assert found.fact("llm", "network.public_access", "endpoint") == public
    assert found.fact("llm", "network.tls", "endpoint") == tls


@pytest.mark.parametrize(
    ("kind", "public", "administrative"),
    [("serviceType: ClusterIP", False, False), ("serviceType: LoadBalancer", True, True), ("enableIngress: true", True, True)],
)
def test_a_ray_head_publishes_its_administrative_ports(tmp_path: Path, kind: str, public: bool, administrative: bool) -> None:
    found = estate(tmp_path, RAY % kind)
    assert found.fact("ray", "network.public_access", "ml_app") is public
    assert found.fact("ray", "network.admin_port_published", "ml_app") is administrative


@pytest.mark.parametrize(("port", "administrative"), [("name: dashboard", True), ("number: 8265", True), ("number: 8000", False)])
def test_an_ingress_to_a_generated_service_is_followed(tmp_path: Path, port: str, administrative: bool) -> None:
    found = estate(tmp_path, {"ray.yaml": RAY % "serviceType: ClusterIP", "i.yaml": ingress(backend="ray-head-svc", port=port)})
    assert found.fact("ray", "network.public_access", "ml_app") is True
    assert found.fact("ray", "network.admin_port_published", "ml_app") is administrative


def test_an_ingress_reaches_an_administrative_port_through_a_service(tmp_path: Path) -> None:
    head = deployment(
        "metadata: {labels: {app: llm}}\nspec:\n  containers: [{name: h, image: 'rayproject/ray:2.46.0', ports: [{name: dash, containerPort: 8265}]}]\n"
    )
    named = "apiVersion: v1\nkind: Service\nmetadata: {name: llm, namespace: ai}\nspec:\n  selector: {app: llm}\n  ports: [{name: web, port: 80, targetPort: dash}]\n"
    found = estate(tmp_path, {"d.yaml": head, "s.yaml": named, "i.yaml": ingress(port="name: web")})
    assert found.fact("llm", "network.admin_port_published", "ml_app") is True
