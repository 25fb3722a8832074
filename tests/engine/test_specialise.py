from __future__ import annotations

import pytest

from zscan.engine.check import Checker
from zscan.engine.render import expression
from zscan.engine.specialise import Static, root_reads, specialise
from zscan.model.rule import ParamValue

OFFERED = {"network.tls", "auth.required", "secrets.literals", "relations.runs_as"}
PARAMS: dict[str, ParamValue] = {"strict": True, "names": ("a",), "days": 3}


def rest(source: str) -> str | None:
    static = Static(lambda path: path in OFFERED, PARAMS, {"native_type": "aws.x", "view": "live"})
    node = specialise(Checker(("endpoint",), PARAMS).condition(source), static)
    return None if node is None else expression(node)


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("network.tls", "network.tls"),
        ("network.public_access", None),
        ("!network.public_access", None),
        ("network.public_access == true", None),
        ("network.tls && network.public_access", "network.tls"),
        ("network.tls || !network.public_access", "network.tls"),
        ("network.public_access && guard.attached", None),
        ("network.tls && (network.public_access || guard.attached)", "network.tls"),
        ("!(network.tls && network.public_access)", "!network.tls"),
        ("workload.added_capabilities.exists(c, c == 'x')", None),
        ("'x' in workload.added_capabilities", None),
        ("size(workload.added_capabilities) == 0 || auth.required", "auth.required"),
        ("secrets.literals.exists(s, s.name == 'a' || network.public_access)", 'secrets.literals.exists(s, s.name == "a")'),
        ("secrets.literals.exists(s, network.public_access)", None),
        ("calls_tool.exists(t, t.network.tls)", None),
        ("runs_as.exists(r, r.identity.boundary)", "runs_as.exists(r, r.identity.boundary)"),
        (
            "runs_as.exists(r, r.attached_to.exists(f, f.firewall.egress_open))",
            "runs_as.exists(r, r.attached_to.exists(f, f.firewall.egress_open))",
        ),
        ("native_type == 'aws.x' && network.tls", "network.tls"),
        ("native_type == 'aws.y' && network.tls", "false"),
        ("view != 'live' || network.tls", "network.tls"),
        ("native_type in ['aws.x'] || network.tls", "true"),
        ("params.strict && network.tls", "network.tls"),
        ("!params.strict && network.tls", "false"),
        ("name in params.names", 'name in ["a"]'),
        ("network.tls == params.strict", "network.tls == true"),
    ],
)
def test_what_remains(source: str, left: str | None) -> None:
    assert rest(source) == left


def test_reads_are_those_of_the_judged_asset() -> None:
    node = Checker(("endpoint",), {}).condition("network.tls && runs_as.exists(r, r.identity.boundary && !auth.required) && network.tls")
    assert root_reads(node) == ("network.tls", "relations.runs_as", "auth.required")
