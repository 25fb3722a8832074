from __future__ import annotations

import re
import uuid

import msgspec

from tests.report.fixtures import (
    sample_scan,
)
from tests.report.sarif_log import extremes, log
from zscan.report.sarif_text import identifier

# ---- rules and frameworks


def test_rules_point_at_the_controls_they_are_relevant_to() -> None:
    for run in log(sample_scan())["runs"]:
        components = run["taxonomies"]
        assert [component["name"] for component in components] == ["nist-ai-rmf", "nist-sp-800-207"]
        assert all(component["isComprehensive"] is False and uuid.UUID(component["guid"]) for component in components)
        pointing = 0
        for descriptor in run["tool"]["driver"]["rules"]:
            for relation in descriptor.get("relationships", ()):
                target = relation["target"]
                component = components[target["toolComponent"]["index"]]
                assert relation["kinds"] == ["relevant"]
                assert component["name"] == target["toolComponent"]["name"]
                assert component["taxa"][target["index"]]["id"] == target["id"]
                pointing += 1
        assert pointing > 10


def test_controls_are_tags_until_the_limit() -> None:
    (descriptor,) = (r for r in log(extremes())["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "ZS-NET-77")
    tags = descriptor["properties"]["tags"]
    assert tags[:3] == ["security", "zero-trust", "network-segmentation-and-private-endpoints"]
    assert "nist-ai-rmf/C-0" in tags
    assert "nist-sp-800-207/T2" in tags  # the second framework is not crowded out by the first


def test_the_help_is_readable_and_inert() -> None:
    (descriptor,) = (r for r in log(extremes())["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "ZS-NET-77")
    shown = descriptor["help"]["markdown"]
    assert "````sh\ncat ``` {name}\n````" in shown
    assert "`{0}` is not seen" in shown
    assert "Expected: &#60;b&#62;" in shown
    assert "- <https://example.com/a>" in shown
    assert "javascript:" not in shown
    assert "Fix (AWS): " in descriptor["help"]["text"]


def test_titles_become_names() -> None:
    assert identifier("AI workloads leave only through controlled egress") == "AIWorkloadsLeaveOnlyThroughControlledEgress"
    names = [descriptor["name"] for descriptor in log(sample_scan())["runs"][0]["tool"]["driver"]["rules"]]
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in names)


def test_a_version_that_is_not_semantic_is_not_called_so() -> None:
    scan = sample_scan()
    assert log(scan)["runs"][0]["tool"]["driver"]["semanticVersion"] == "1.0.0"
    scan.tool = msgspec.structs.replace(scan.tool, version="1.0.dev3")
    driver = log(scan)["runs"][0]["tool"]["driver"]
    assert driver["version"] == "1.0.dev3"
    assert "semanticVersion" not in driver
