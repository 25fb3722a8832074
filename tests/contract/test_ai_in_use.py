"""Whether AI is used in a scope: usage without any resource is use, unread evidence is neither, and unused regions fail nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sim.aws import AwsSim, Estate
from tests.support.replay import Recording, denied, judge, record
from zscan.model.asset import Asset
from zscan.model.finding import Status
from zscan.model.scan import Scan
from zscan.model.types import VOCABULARY

ACCOUNT, USED, UNUSED = "111122223333", "us-east-1", "eu-west-1"
CONTROLS = {name for name, kind in VOCABULARY.types.items() if "scope" in kind.facets}
ADOPTION = {"ZS-LOG-01", "ZS-GRD-02", "ZS-DAT-01", "ZS-DAT-02"}


def scanned(estate: Estate) -> Recording:
    with AwsSim(estate) as sim:
        recording = record(sim.env(account=ACCOUNT, region=USED), run=sim.url)
        sim.assert_read_only()
    return recording


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    """No AI resource anywhere; in one region, models are called."""
    return scanned(Estate(regions=[USED, UNUSED]).account(ACCOUNT).metric(ACCOUNT, USED, "AWS/Bedrock", "Invocations", ModelId="m"))


@pytest.fixture(scope="module")
def idle() -> Iterator[Recording]:
    return scanned(Estate(regions=[USED, UNUSED]).account(ACCOUNT))


def controls(scan: Scan) -> list[Asset]:
    return [asset for asset in scan.assets if asset.type in CONTROLS]


def in_use(scan: Scan) -> dict[str, set[Any]]:
    """What every control of a region says; the empty region is the account."""
    found: dict[str, set[Any]] = {}
    for control in controls(scan):
        found.setdefault(control.region, set()).add(control.facts.scope.ai_in_use)
    return found


def verdicts(scan: Scan, region: str) -> dict[str, Status]:
    here = {control.id for control in controls(scan) if control.region == region}
    return {finding.rule_id: finding.status for finding in scan.findings if finding.asset_id in here and finding.rule_id in ADOPTION}


def test_every_control_of_a_region_says_the_same(recording: Recording) -> None:
    scan = judge(recording.scan())
    assert in_use(scan) == {USED: {True}, UNUSED: {False}, "": {True}}


def test_usage_without_a_resource_fails_adoption_rules(recording: Recording) -> None:
    scan = judge(recording.scan())
    assert verdicts(scan, USED) == dict.fromkeys(("ZS-LOG-01", "ZS-GRD-02", "ZS-DAT-02"), Status.FAIL)
    assert verdicts(scan, "")["ZS-DAT-01"] is Status.FAIL


def test_an_unused_region_beside_a_used_one_fails_nothing(recording: Recording) -> None:
    assert set(verdicts(judge(recording.scan()), UNUSED).values()) == {Status.NOT_APPLICABLE}


def test_an_unused_account_fails_nothing(idle: Recording) -> None:
    scan = judge(idle.scan())
    assert in_use(scan) == {USED: {False}, UNUSED: {False}, "": {False}}
    assert not {finding.status for finding in scan.findings} & {Status.FAIL, Status.UNKNOWN}


def test_refused_metrics_leave_use_open(idle: Recording) -> None:
    scan = judge(idle.scan(lambda answer: denied(answer) if answer.call == "cloudwatch:ListMetrics" else answer))
    assert in_use(scan) == {USED: {None}, UNUSED: {None}, "": {None}}
    assert set(verdicts(scan, USED).values()) == {Status.UNKNOWN}


def test_metrics_refused_in_one_region_leave_the_other_and_the_account_as_far_as_known(idle: Recording) -> None:
    scan = judge(idle.scan(lambda answer: denied(answer) if (answer.call, answer.region) == ("cloudwatch:ListMetrics", USED) else answer))
    assert in_use(scan) == {USED: {None}, UNUSED: {False}, "": {None}}


def test_a_refused_listing_of_ai_leaves_use_open(idle: Recording) -> None:
    scan = judge(idle.scan(lambda answer: denied(answer) if answer.call == "bedrock-agent:ListAgents" else answer))
    assert in_use(scan) == {USED: {None}, UNUSED: {None}, "": {None}}


def test_a_refused_listing_does_not_hide_measured_use(recording: Recording) -> None:
    scan = judge(recording.scan(lambda answer: denied(answer) if answer.call == "bedrock-agent:ListAgents" else answer))
    assert in_use(scan) == {USED: {True}, UNUSED: {None}, "": {True}}


def test_a_refused_setting_says_nothing_about_use(idle: Recording) -> None:
    scan = judge(idle.scan(lambda answer: denied(answer) if answer.call == "bedrock:GetAccountDataRetention" else answer))
    assert in_use(scan) == {USED: {False}, UNUSED: {False}, "": {False}}


def test_a_resource_is_use() -> None:
    scan = judge(scanned(Estate(regions=[USED, UNUSED]).guardrail(ACCOUNT, USED, "guard")).scan())
    assert in_use(scan) == {USED: {True}, UNUSED: {False}, "": {True}}
