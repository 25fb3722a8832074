"""Assets and rules for the tests of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from zscan.engine.checked import CheckedRule, check_rule
from zscan.model.asset import Asset, Relation
from zscan.model.rule import LoadedRule, Rule, Severity
from zscan.model.source import FileSource
from zscan.model.structs import facts_struct

NOW = datetime(2026, 6, 1, tzinfo=UTC)

RULE_FILE = """\
id: ZS-NET-02
title: Dedicated inference endpoints are private
assets: [endpoint]
severity: high
since: "0.1.0"
objectives: [net.private]
pass_when: |
  !network.public_access
  && !runs_as.exists(r, r.identity.granted.admin)
message: "{name} answers the internet"
why: Strangers can call it.
fix: {aws: Attach it to a VPC.}
"""


def make_asset(
    asset_type: str,
    asset_id: str = "a1",
    *,
    facts: Mapping[str, Any] | None = None,
    relations: Iterable[Relation] = (),
    **fields: Any,
) -> Asset:
    """A frozen asset from facts by dotted path; what is not given is unknown."""
    tree: dict[str, Any] = {}
    for path, value in (facts or {}).items():
        *facets, name = path.split(".")
        node = tree
        for facet in facets:
            node = node.setdefault(facet, {})
        node[name] = value
    defaults: dict[str, Any] = {
        "native_type": f"test.{asset_type}",
        "name": asset_id,
        "provider": "aws",
        "view": "live",
        "tags": {},
        "source": FileSource("main.tf", 3),
    }
    return Asset(
        id=asset_id,
        type=asset_type,
        facts=msgspec.convert(tree, facts_struct(asset_type)),
        relations=tuple(sorted(relations)),
        **(defaults | fields),
    )


def make_rule(pass_when: str, assets: tuple[str, ...] = ("endpoint",), rule_id: str = "ZS-NET-01", **fields: Any) -> CheckedRule:
    defaults: dict[str, Any] = {
        "title": "A title",
        "severity": Severity.HIGH,
        "since": "0.1.0",
        "objectives": ("net.private",),
        "message": "{name} is wrong",
        "why": "Because.",
        "fix": {"aws": "Change it."},
    }
    rule = Rule(id=rule_id, assets=assets, pass_when=pass_when, **(defaults | fields))
    return check_rule(LoadedRule(rule, "rules/net/x.yaml", {}))
