"""Whether access is analysed in a region, and whether that matters there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, scan
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_identity as build
from zscan.audit import take_inventory
from zscan.model.unknown import Unknown

ANALYSIS = "AWS::AccessAnalyzer::Analysis"


def analysed(sim: AwsSim, estate: Estate) -> Any:
    return scan(sim, estate).one(ANALYSIS).facts["review.access_analysed"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [((), False), (("ACTIVE",), True), (("DISABLED",), False), (("FAILED", "ACTIVE"), True), (("CREATING",), False)],
)
def test_one_active_analyzer_is_enough(sim: AwsSim, statuses: tuple[str, ...], expected: bool) -> None:
    estate = Estate()
    for number, status in enumerate(statuses):
        build.analyzer(estate, ACCOUNT, REGION, f"a{number}", status=status)
    assert analysed(sim, estate) is expected


def test_analyzers_that_could_not_be_listed_are_unknown(sim: AwsSim) -> None:
    assert isinstance(analysed(sim, Estate(deny_actions=["access-analyzer:ListAnalyzers"])), Unknown)


def test_analyzers_beyond_the_first_answer_may_be_active(sim: AwsSim) -> None:
    estate = Estate(page_size=1)
    for name in ("one", "two"):
        build.analyzer(estate, ACCOUNT, REGION, name, status="FAILED")
    assert isinstance(analysed(sim, estate), Unknown)


def test_use_that_was_measured_once_counts_for_every_control_of_the_region(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION, "eu-west-1"]).metric(ACCOUNT, "eu-west-1", "AWS/Bedrock", "Invocations", ModelId="m")
    inventory = take_inventory([scan(sim, estate).collected])
    used = {asset.region: asset.facts.scope.ai_in_use for asset in inventory.assets if asset.native_type == ANALYSIS}
    assert used == {REGION: False, "eu-west-1": True}


def test_use_is_unknown_where_it_could_not_be_measured(sim: AwsSim) -> None:
    inventory = take_inventory([scan(sim, Estate(deny_actions=["cloudwatch:ListMetrics"])).collected])
    (asset,) = [asset for asset in inventory.assets if asset.native_type == ANALYSIS]
    assert asset.facts.scope.ai_in_use is None
