"""Whether AI is used in the scope of a control: its region, or the whole account."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, Scanned, scan
from tests.sim.aws import AwsSim, Estate
from zscan.collect import collectors
from zscan.derive.coverage import derive_use
from zscan.model.unknown import Unknown

SECOND = "eu-west-1"
LOGGING, RECORDER, TRAIL = "AWS::Bedrock::ModelInvocationLogging", "AWS::Config::ChangeRecord", "AWS::CloudTrail::AuditTrail"


@pytest.fixture(scope="module")
def sim() -> Any:
    with AwsSim(Estate()) as running:
        yield running


def use(sim: AwsSim, estate: Estate) -> dict[tuple[str, str], Any]:
    """The fact of every control, by type and region."""
    found: Scanned = scan(sim, estate.account(ACCOUNT))
    derive_use(found.drafts, found.gaps, {collector.native_type: collector.offer("aws") for collector in collectors("aws")})
    used = {(draft.native_type, draft.region): draft.get("scope.ai_in_use") for draft in found.drafts.values()}
    return {key: value for key, value in used.items() if value is not None}


def two(**members: Any) -> Estate:
    return Estate(regions=[REGION, SECOND], **members)


def test_nothing_is_used_in_an_untouched_account(sim: AwsSim) -> None:
    assert set(use(sim, two()).values()) == {False}


def test_an_asset_counts_for_its_region_and_the_account(sim: AwsSim) -> None:
    found = use(sim, two().notebook(ACCOUNT, REGION, "n"))
    assert (found[RECORDER, REGION], found[RECORDER, SECOND], found[TRAIL, ""]) == (True, False, True)


def test_what_one_control_measured_counts_for_all_of_the_scope(sim: AwsSim) -> None:
    found = use(sim, two().metric(ACCOUNT, SECOND, "AWS/Bedrock", "Invocations", ModelId="m"))
    assert (found[LOGGING, SECOND], found[RECORDER, SECOND], found[TRAIL, ""]) == (True, True, True)
    assert (found[LOGGING, REGION], found[RECORDER, REGION]) == (False, False)


def test_unread_metrics_leave_every_control_of_the_region_open(sim: AwsSim) -> None:
    found = use(sim, two().fault(op="ListMetrics", kind="denied", region=SECOND))
    assert all(isinstance(found[key], Unknown) for key in ((LOGGING, SECOND), (RECORDER, SECOND), (TRAIL, "")))
    assert found[RECORDER, REGION] is False


def test_an_unread_listing_of_ai_leaves_its_region_and_the_account_open(sim: AwsSim) -> None:
    found = use(sim, two().fault(op="ListEndpoints", kind="denied", region=SECOND))
    assert all(isinstance(found[key], Unknown) for key in ((RECORDER, SECOND), (TRAIL, "")))
    assert found[RECORDER, REGION] is False


def test_an_unread_control_hides_no_ai(sim: AwsSim) -> None:
    """A setting is there whether or not it could be read: no asset is missing because of it."""
    found = use(sim, two(deny_actions=["guardduty:ListDetectors", "cloudtrail:DescribeTrails", "budgets:ViewBudget"]))
    assert set(found.values()) == {False}
