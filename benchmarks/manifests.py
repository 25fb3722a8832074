"""Kubernetes manifests, from files to findings: documents a second, by stage, beside plain PyYAML in the same run.

    python benchmarks/manifests.py [--documents 6000] [--every 1] [--runs 3]

The estate is made up: for each server a Deployment, a Service, an Ingress, a NetworkPolicy, a ServiceAccount and a ConfigMap, in files of
sixty documents. Every server is a model server, unless `--every` says that only one in so many is. Figures are CPU time of this process,
best of the runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from zscan.audit import Inventory, Policy, evaluate, take_inventory
from zscan.cli.policy import Settings, settings
from zscan.collect import Collected
from zscan.collect.files import collect_files
from zscan.collect.manifests.loader import load
from zscan.report.json import FORMAT as JSON
from zscan.report.sarif import FORMAT as SARIF

BUDGET = 3_000  # documents a second, from file to findings
PER_FILE = 60
PER_SERVER = 6
SERVER = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server-{n}
  namespace: team-{team}
  labels: {{app: server-{n}, owner: team-{team}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: server-{n}}}}}
  template:
    metadata: {{labels: {{app: server-{n}}}}}
    spec:
      serviceAccountName: server-{n}
      containers:
        - name: server
          image: {image}:v0.9.{n}
          args: ["--model", "org/model-{n}", "--port", "8000"]
          ports: [{{containerPort: 8000}}]
          env:
            - {{name: ACCESS, valueFrom: {{secretKeyRef: {{name: hub, key: token}}}}}}
            - {{name: LOGGING_LEVEL, value: INFO}}
          resources: {{limits: {{cpu: "8", memory: 32Gi, nvidia.com/gpu: "1"}}}}
          securityContext: {{runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: server-{n}, namespace: team-{team}}}
spec: {{selector: {{app: server-{n}}}, ports: [{{port: 80, targetPort: 8000}}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: server-{n}, namespace: team-{team}}}
spec:
  tls: [{{hosts: [s{n}.example.com], secretName: tls}}]
  rules:
    - host: s{n}.example.com
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: server-{n}, port: {{number: 80}}}}}}}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: server-{n}, namespace: team-{team}}}
spec:
  podSelector: {{matchLabels: {{app: server-{n}}}}}
  policyTypes: [Ingress, Egress]
  ingress: [{{from: [{{podSelector: {{matchLabels: {{app: gateway}}}}}}]}}]
  egress: [{{to: [{{ipBlock: {{cidr: 10.0.0.0/8}}}}]}}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: server-{n}, namespace: team-{team}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: server-{n}, namespace: team-{team}}}
data: {{settings: "level=info"}}
"""


@dataclass(frozen=True)
class Timed:
    """A result and the CPU seconds that it took."""

    value: Any
    seconds: float


def timed(work: Callable[[], Any]) -> Timed:
    """Do it once, with the clock of this process."""
    before = time.process_time()
    value = work()
    return Timed(value, time.process_time() - before)


def best(work: Callable[[], Any], runs: int) -> Timed:
    """The fastest of several runs."""
    return min((timed(work) for _ in range(runs)), key=lambda one: one.seconds)


def write(folder: Path, documents: int, every: int) -> list[Path]:
    """The estate, in files; every so many servers one serves a model, the others serve pages."""
    images = ["vllm/vllm-openai" if n % every == 0 else "nginx" for n in range(documents // PER_SERVER)]
    servers = [SERVER.format(n=n, team=n % 20, image=image) for n, image in enumerate(images)]
    per_file = PER_FILE // PER_SERVER
    paths = []
    for start in range(0, len(servers), per_file):
        path = folder / f"team-{start // per_file:04}.yaml"
        path.write_text("---\n".join(servers[start : start + per_file]))
        paths.append(path)
    return paths


def policy() -> Policy:
    """The shipped rules at the level `strict`."""
    found: Settings = settings(config="none", level="strict")
    return replace(found.policy(), now=datetime(2026, 12, 1, tzinfo=UTC))


def main() -> int:
    """Print the table; exit 1 when the budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=6_000, help="how many documents to make")
    parser.add_argument("--every", type=int, default=1, help="every so many servers one serves a model")
    parser.add_argument("--runs", type=int, default=3, help="runs of each stage; the best counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write(Path(folder), options.documents, options.every)
        return measure(Path(folder), paths, options.runs)


def measure(folder: Path, paths: list[Path], runs: int) -> int:
    """Every stage on its own, on what the one before it gave."""
    texts = [path.read_text() for path in paths]
    count = sum(text.count("\n---\n") + 1 for text in texts)
    rules = timed(policy)

    def collect() -> Collected:
        return collect_files(folder, base=folder)

    plain = best(lambda: [list(yaml.load_all(text, yaml.CSafeLoader)) for text in texts], runs)
    own = best(lambda: [load(text) for text in texts], runs)
    collected = best(collect, runs)
    derived = best(lambda: take_inventory([collect()]), runs)
    inventory: Inventory = derived.value
    judged = best(lambda: evaluate(inventory, rules.value), runs)
    rendered = [(name, best(lambda known=known: known.render(judged.value), runs)) for name, known in (("json", JSON), ("sarif", SARIF))]
    derive_s = max(derived.seconds - collected.seconds, 0.0)
    total = derived.seconds + judged.seconds

    findings = sum(1 for _ in judged.value.findings)
    print(f"{count:,} documents in {len(paths)} files")
    print(f"{len(inventory.assets):,} assets, {len(rules.value.chosen)} rules, {findings:,} findings\n")
    print(f"{'stage':44} {'CPU s':>8} {'docs/s':>10} {'× CSafeLoader':>14}")
    rows = [
        ("yaml.CSafeLoader, documents only", plain.seconds),
        ("own loader, documents with positions", own.seconds),
        ("walk, load, redact, shape", collected.seconds),
        ("link, derive", derive_s),
        ("judge, assess", judged.seconds),
        ("from files to findings", total),
        *((f"render {name}", one.seconds) for name, one in rendered),
        ("once: load and check rules and mappings", rules.seconds),
    ]
    for name, seconds in rows:
        print(f"{name:44} {seconds:8.2f} {count / seconds if seconds else 0:10,.0f} {seconds / plain.seconds:14.2f}")
    rate = count / total
    print(f"\n{rate:,.0f} documents a second from files to findings; the budget is {BUDGET:,}")
    return int(rate < BUDGET)


if __name__ == "__main__":
    sys.exit(main())
