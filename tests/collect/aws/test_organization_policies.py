"""What the policies of an organisation become, and what a refused read of them leaves."""

from __future__ import annotations

from typing import Any

from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_control_policies import FULL_ACCESS, ControlPolicy, control_policies, organization_id
from tests.support.replay import Recording, denied, record
from zscan.collect import Collected, collectors
from zscan.iam.fragments import ORGANISATION, RESOURCE_CONTROL, SERVICE_CONTROL
from zscan.model.asset import Fragment
from zscan.model.unknown import Unknown

ACCOUNT, TOP, REGION = "111122223333", "999988887777", "us-east-1"
READS = {call.id for collector in collectors("aws") for call in collector.calls() if call.advisory}
STEPS = ("r-ab12", "ou-ab12-ml", ACCOUNT)


def recording(estate: Estate, run: str) -> Recording:
    with AwsSim(estate) as sim:
        return record(sim.env(account=ACCOUNT, region=REGION), run=run)


def member() -> Estate:
    estate = Estate(regions=[REGION]).organization(TOP, (ACCOUNT,))
    policies = [
        ControlPolicy("scp", "FullAWSAccess", FULL_ACCESS, STEPS),
        ControlPolicy("rcp", "perimeter", {"Statement": []}, ["r-ab12"]),
    ]
    control_policies(estate, ACCOUNT, TOP, {ACCOUNT: STEPS, TOP: ("r-ab12", TOP)}, policies)
    return estate


def of_kind(collected: Collected, kind: str) -> list[Fragment]:
    return [fragment for fragment in collected.fragments if fragment.kind == kind]


def test_policies_come_with_their_targets_and_the_tree() -> None:
    collected = recording(member(), "org").scan()
    (tree,) = of_kind(collected, ORGANISATION)
    assert tree.id == organization_id(TOP)
    assert tree.data == {"management": TOP, "paths": {ACCOUNT: list(STEPS), TOP: ["r-ab12", TOP]}}
    (scp,), (rcp,) = of_kind(collected, SERVICE_CONTROL), of_kind(collected, RESOURCE_CONTROL)
    assert (scp.data["name"], scp.data["targets"]) == ("FullAWSAccess", list(STEPS))
    assert (rcp.data["name"], rcp.data["targets"]) == ("perimeter", ["r-ab12"])
    assert '"Action": "*"' in scp.data["document"]


def test_an_account_without_an_organisation_leaves_nothing() -> None:
    collected = recording(Estate(regions=[REGION]).user(ACCOUNT, "u"), "no-org").scan()
    assert not [one for one in collected.fragments if one.kind in {ORGANISATION, SERVICE_CONTROL, RESOURCE_CONTROL}]
    assert not [gap for gap in collected.gaps if gap.call.startswith("organizations:")]


def test_a_refused_read_leaves_a_note_and_no_incomplete_scan() -> None:
    collected = recording(member(), "refused").scan(lambda answer: denied(answer) if answer.call in READS else answer)
    notes = [gap for gap in collected.gaps if gap.call in READS]
    assert notes
    assert not [gap for gap in notes if gap.blocking]
    assert {gap.permission for gap in notes} == {gap.call for gap in notes}
    assert collected.target.complete


def test_an_unread_text_or_target_stays_unknown() -> None:
    made = recording(member(), "parts")

    def without(call: str) -> list[Any]:
        collected = made.scan(lambda answer: denied(answer) if answer.call == f"organizations:{call}" else answer)
        (policy,) = of_kind(collected, SERVICE_CONTROL)
        return [policy.data["document"], policy.data["targets"]]

    text, targets = without("DescribePolicy")
    assert isinstance(text, Unknown)
    text, targets = without("ListTargetsForPolicy")
    assert isinstance(text, str)
    assert all(isinstance(target, Unknown) for target in targets)
