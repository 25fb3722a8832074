"""The language is a subset of CEL: on inputs where everything is known, Google's implementation gives the same answers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine import strategies as some
from tests.engine.builders import NOW, make_rule
from zscan.engine.evaluate import Engine
from zscan.engine.names import ATTRIBUTES, FACET_HEADS
from zscan.model.asset import Asset
from zscan.model.types import VOCABULARY

cel_package = pytest.importorskip("cel_expr_python", reason="cel-expr-python is not installed")

HOPS = 3


@pytest.fixture(scope="module")
def oracle() -> Any:
    from cel_expr_python import cel  # type: ignore[import-untyped]  # it has no types

    names = {*FACET_HEADS, *VOCABULARY.relations, *ATTRIBUTES, "tags"}
    return cel, cel.NewEnv(variables=dict.fromkeys(sorted(names), cel.Type.DYN))


def plain(asset: Asset, inventory: dict[str, Asset], hops: int = HOPS) -> dict[str, Any]:
    """An asset as nested maps, its relations followed as far as a rule can go."""
    found: dict[str, Any] = {**_facets(asset), **{name: getattr(asset, name) for name in ATTRIBUTES}, "tags": asset.tags}
    for kind in VOCABULARY.relations:
        targets = [inventory[edge.target] for edge in asset.relations if edge.kind == kind] if hops else []
        found[kind] = [plain(target, inventory, hops - 1) for target in targets]
    return found


def _facets(asset: Asset) -> dict[str, Any]:
    """Facts as maps; what the type can carry is there even where the struct leaves out a default."""
    tree: dict[str, Any] = {}
    for path in VOCABULARY.facts_of(asset.type):
        value: Any = asset.facts
        for step in path.split("."):
            value = getattr(value, step)
        *facets, name = path.split(".")
        node = tree
        for facet in facets:
            node = node.setdefault(facet, {})
        node[name] = msgspec.json.decode(msgspec.json.encode(value))  # lists, not tuples
    return tree


def answer(oracle: Any, condition: str, data: dict[str, Any]) -> bool | None:
    """What CEL says; None for an error, which stands for a value that is not there."""
    cel, env = oracle
    result = env.compile(condition).eval(data=data)
    return None if result.type() == cel.Type.ERROR else result.value()


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_verdicts_equal_those_of_google_cel(oracle: Any, data: st.DataObject) -> None:
    assets = data.draw(some.inventories(complete=True))
    inventory = {asset.id: asset for asset in assets}
    asset = assets[0]
    condition = data.draw(some.conditions(asset.type, oracle=True))
    if "days_since" in condition:
        return
    [finding] = [
        one for one in Engine([make_rule(condition, (asset.type,))], {}, now=NOW).evaluate(assets).findings if one.asset_id == asset.id
    ]
    expected = {True: "pass", False: "fail", None: "unknown"}[answer(oracle, condition, plain(asset, inventory))]
    assert finding.status == expected, condition


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("network.tls && network.public_access", False),
        ("network.tls || nothing_there.x", True),
        ("name.startsWith('a') && name.contains('b') && 'owner' in tags", True),
        ("tags['env'] == 'x'", None),
        ("size(workload.added_capabilities) == 2 && 'y' in workload.added_capabilities", True),
    ],
)
def test_the_oracle_itself_answers(condition: str, expected: bool | None) -> None:
    from cel_expr_python import cel

    env = cel.NewEnv(variables=dict.fromkeys(("network", "name", "tags", "workload", "nothing_there"), cel.Type.DYN))
    data = {
        "network": {"tls": True, "public_access": False},
        "name": "ab",
        "tags": {"owner": "me"},
        "workload": {"added_capabilities": ["x", "y"]},
        "nothing_there": {},
    }
    assert answer((cel, env), condition, data) is expected
