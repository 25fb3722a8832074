"""Denial sweep: with any one declared call denied, no verdict turns into pass, fail or not-applicable, and nothing vanishes unexplained."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.aws import AwsSim
from tests.support.estate import rich_estate
from tests.support.replay import Recording, denied, judge, record
from zscan.collect import collectors
from zscan.collect.aws.session import SESSION_CALLS
from zscan.model.finding import Status
from zscan.model.scan import Scan

DECLARED = sorted({call.id for collector in collectors("aws") for call in collector.calls()})
Verdicts = dict[tuple[str, str, str], Status]


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    with AwsSim(rich_estate()) as sim:
        yield record(sim.env(account="111122223333", region="us-east-1"), run="denial-sweep")
        sim.assert_read_only()


@pytest.fixture(scope="module")
def undenied(recording: Recording) -> Scan:
    return judge(recording.scan())


def verdicts(scan: Scan) -> Verdicts:
    return {(f.rule_id, f.asset_id, f.key): f.status for f in scan.findings}


def test_the_undenied_scan_has_enough_of_both_verdicts(undenied: Scan) -> None:
    statuses = [f.status for f in undenied.findings if f.status is not Status.NOT_APPLICABLE]
    assert not [gap for gap in undenied.gaps if gap.blocking]
    assert statuses.count(Status.PASS) / len(statuses) >= 0.30
    assert statuses.count(Status.FAIL) / len(statuses) >= 0.15


def test_every_declared_call_is_made(recording: Recording) -> None:
    assert recording.calls() == set(DECLARED)


@pytest.mark.parametrize("call", DECLARED)
def test_denying_one_call(call: str, recording: Recording, undenied: Scan) -> None:
    scan = judge(recording.scan(lambda answer: denied(answer) if answer.call == call else answer))
    before, after = verdicts(undenied), verdicts(scan)
    gaps = [gap for gap in scan.gaps if gap.call == call]
    assert gaps, "the denied call left no gap"
    assert all(gap.permission for gap in gaps), "the gap names no permission"
    present = {asset.id for asset in scan.assets}
    unsure = {(f.rule_id, f.asset_id) for f in scan.findings if f.status is Status.UNKNOWN}
    turned = [
        (key, before.get(key), status) for key, status in after.items() if status is not Status.UNKNOWN and before.get(key) is not status
    ]
    assert not turned, f"verdicts appeared without evidence: {turned[:5]}"
    lost = [key for key in before if key not in after and key[1] in present and (key[0], key[1]) not in unsure]
    assert not lost, f"verdicts vanished although their asset is there: {lost[:5]}"
    types = {asset.id: asset.native_type for asset in undenied.assets}
    hidden = {native for gap in scan.gaps for native in gap.affects}
    unexplained = sorted({types[asset_id] for asset_id in set(types) - present} - hidden - _reached_only(undenied, scan))
    assert not unexplained, f"classes vanished without a gap that names them: {unexplained}"
    assert before != after or set(types) - present, "denying this call changes nothing: nobody needs it"


def _reached_only(undenied: Scan, scan: Scan) -> set[str]:
    """Classes that are read only where referred to: they go with the asset, or the part, that referred to them."""
    resolving = {collector.native_type for collector in collectors("aws") if collector.resolves}
    unknown_edges = {asset.native_type for asset in scan.assets if any(path.startswith("relations.") for path in asset.unknown)}
    gone = {asset.id for asset in undenied.assets} - {asset.id for asset in scan.assets}
    return resolving if unknown_edges or gone else set()


def test_denying_everything_gives_no_verdict(recording: Recording) -> None:
    scan = judge(recording.scan(denied))
    assert {f.status for f in scan.findings} <= {Status.UNKNOWN}
    assert [gap for gap in scan.gaps if gap.blocking]


def test_session_calls_are_declared_once() -> None:
    assert not {call.id for call in SESSION_CALLS} & set(DECLARED)
