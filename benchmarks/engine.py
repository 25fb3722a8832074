"""Time of the rule engine on assets in memory: `python benchmarks/engine.py [assets] [rules]` (default 100,000 and 200).

Prints CPU time per evaluation (one rule on one asset) of the generated code, of counting verdicts, and of making findings.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from zscan.engine.checked import CheckedRule, check_rule
from zscan.engine.evaluate import Engine
from zscan.model.asset import Asset, Relation
from zscan.model.rule import LoadedRule, Rule, Severity
from zscan.model.structs import facts_struct
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Reason, ReasonCode
from zscan.model.vocabulary import Enum, FactType, ListOf, Record, Scalar

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MISSING = 0.06
WEIGHTS = {
    "endpoint": 14,
    "agent": 6,
    "notebook": 6,
    "training_job": 14,
    "model": 14,
    "vector_store": 4,
    "identity": 24,
    "key": 6,
    "data_store": 12,
}
SHAPES: dict[str, tuple[str, ...]] = {
    "endpoint": (
        "!network.public_access || auth.required && network.tls",
        "!runs_as.exists(r, r.identity.granted.admin || r.identity.granted.escalate)",
        "size(secrets.literals) == 0",
        "artefact.images.all(i, i.pinned || !i.floating)",
        "'owner' in tags && tags['env'] != 'dev'",
        "encrypts_with.all(k, k.key.customer_managed && k.key.rotation_enabled)",
    ),
    "agent": (
        "agent.tools.all(t, t.confirmed || !t.high_risk)",
        "agent.session_seconds <= 900 && agent.session_seconds != 0",
        "guard.attached && guard.version_fixed",
        "!agent.tools.exists(t, t.enabled && t.name.glob('*shell*'))",
    ),
    "notebook": (
        "!network.direct_internet && network.private_network",
        "!workload.root",
        "host.idle_minutes != 0 && host.idle_minutes <= 120",
    ),
    "training_job": (
        "encryption.internal_traffic || training.nodes <= 1",
        "network.private_network",
        "reads_from.all(s, s.store.public_blocked && !s.store.public)",
    ),
    "model": (
        "network.private_network || inference.isolated",
        "artefact.model_pinned",
        "!artefact.remote_code && !artefact.executable_format",
    ),
    "vector_store": ("!network.public_access", "!network.public_access || auth.required"),
    "identity": (
        "!identity.granted.admin && !identity.granted.wildcard_service",
        "!identity.trust.anyone && size(identity.trust.foreign_accounts) == 0",
        "identity.kind != 'user' || !identity.static_keys",
    ),
    "key": ("key.rotation_enabled || !key.customer_managed", "key.enabled && !key.pending_deletion"),
    "data_store": (
        "!store.public && store.public_blocked",
        "store.tls_only && store.versioned",
        "store.foreign_accounts.all(a, a.startsWith('1111'))",
    ),
}


def rules(number: int) -> list[CheckedRule]:
    """`number` rules of the shapes above, with different constants where a shape has any."""
    shapes = [(name, shape) for name in SHAPES for shape in SHAPES[name]]
    made = []
    for index in range(number):
        asset_type, shape = shapes[index % len(shapes)]
        copy = index // len(shapes)
        condition = f"({shape}) || name == 'exempt{copy}'" if copy else shape
        rule = Rule(
            id=f"ZS-NET-{index:03d}",
            title="A requirement",
            assets=(asset_type,),
            severity=Severity.MEDIUM,
            since="0.1.0",
            objectives=("x",),
            pass_when=condition,
            message="{name} fails",
            why="-",
            fix={"aws": "-"},
        )
        made.append(check_rule(LoadedRule(rule, "benchmark", {})))
    return made


def value(kind: FactType | Record, dice: random.Random) -> Any:
    """A value of a fact, unknown now and then."""
    if dice.random() < MISSING:
        return None
    match kind:
        case Enum(members):
            return dice.choice(members)
        case ListOf(Record(fields)):
            return [{name: value(field, dice) for name, field in fields.items()} for _ in range(dice.randrange(3))]
        case ListOf(item):
            return [one for one in (value(item, dice) for _ in range(dice.randrange(3))) if one is not None]
        case Scalar("bool"):
            return dice.random() < 0.8
        case Scalar("int"):
            return dice.choice((0, 60, 600, 3600))
        case Scalar("date"):
            return "2025-06-01T00:00:00Z"
        case _:
            return dice.choice(("111122223333", "999988887777", "alpha", "beta"))


def estate(number: int) -> Iterator[Asset]:
    """Assets of all types, related at random; the same in every run."""
    dice = random.Random(7)  # noqa: S311 (a benchmark)
    kinds = dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=number)
    places: dict[str, list[int]] = {}
    for index, kind in enumerate(kinds):
        places.setdefault(kind, []).append(index)
    edges = {"runs_as": "identity", "encrypts_with": "key", "reads_from": "data_store"}
    denied = (Reason(ReasonCode.DENIED, "a:Call", "gap-1"),)
    for index, kind in enumerate(kinds):
        tree: dict[str, Any] = {}
        unknown: dict[str, tuple[Reason, ...]] = {}
        for path, fact in VOCABULARY.facts_of(kind).items():
            *facets, name = path.split(".")
            node = tree
            for facet in facets:
                node = node.setdefault(facet, {})
            node[name] = value(fact.type, dice)
            if node[name] is None:
                unknown[path] = denied
        targets = tuple(
            Relation(relation, str(dice.choice(places[target])))
            for relation, target in edges.items()
            if target in places and kind in SHAPES
        )
        yield Asset(
            id=str(index),
            type=kind,
            native_type=f"bench.{kind}",
            name=f"asset{index}",
            provider="aws",
            view="live",
            facts=msgspec.convert(tree, facts_struct(kind)),
            tags={"owner": "me", "env": dice.choice(("dev", "prod"))},
            unknown=unknown,
            relations=targets,
        )


def main() -> None:
    """Measure and print."""
    number, wanted = (int(argument) for argument in (sys.argv[1:] + ["100000", "200"][len(sys.argv) - 1 :]))
    assets = list(estate(number))
    by_id = {asset.id: asset for asset in assets}
    began = time.process_time()
    chosen = rules(wanted)
    checked = time.process_time()
    engine = Engine(chosen, {}, now=NOW)
    for asset in {asset.type: asset for asset in assets}.values():
        engine.count([asset], by_id)
    compiled = time.process_time()
    counts = engine.count(assets, by_id)
    counted = time.process_time()
    evaluations = sum(counts.values())
    findings = sum(1 for _ in engine.stream(assets[: number // 10], by_id, set()))
    made = time.process_time()
    shares = {status.value: sum(times for (_, one), times in counts.items() if one is status) for status in {one for _, one in counts}}
    print(f"{number:,} assets, {wanted} rules, {evaluations:,} evaluations: {dict(sorted(shares.items()))}")
    print(f"check {1000 * (checked - began):.0f} ms, generate and compile {1000 * (compiled - checked):.0f} ms (CPU)")
    print(f"verdicts counted: {counted - compiled:.2f} s CPU, {1e6 * (counted - compiled) / evaluations:.3f} us per evaluation")
    print(f"findings with evidence: {1e6 * (made - counted) / findings:.1f} us per finding ({findings:,} made)")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
