"""What goes wrong on the wire, once for each protocol of AWS: the real SDK, real HTTP, one call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.sim.aws import AwsSim
from tests.support.estate import ACCOUNT, REGION, rich_estate
from tests.support.replay import environment
from zscan.collect import Call, Place, collectors
from zscan.collect.answers import NOT_OFFERED, Answer
from zscan.collect.aws import session
from zscan.collect.tasks import Identity
from zscan.model.unknown import ReasonCode

# one declared call of each protocol that needs no name
CALLS = {
    "json": "sagemaker:ListModels",
    "rest-json": "bedrock:ListGuardrails",
    "rest-xml": "s3:GetBucketVersioning",
    "query": "iam:GetAccountAuthorizationDetails",
    "ec2": "ec2:DescribeVpcEndpoints",
}
# what the simulator does, and what the scan must make of it
FAULTS = {
    "denied": ({"kind": "denied"}, ReasonCode.DENIED),
    "throttled": ({"kind": "error"}, ReasonCode.THROTTLED),
    "expired": ({"kind": "expired"}, ReasonCode.EXPIRED),
    "reset": ({"kind": "reset"}, ReasonCode.TIMEOUT),
    "server error": ({"kind": "error", "error": "InternalFailure", "status": 500}, ReasonCode.ERROR),
    "unavailable": ({"kind": "error", "error": "ServiceUnavailable", "status": 503}, ReasonCode.ERROR),
    "unknown code": ({"kind": "error", "error": "SomethingNewException", "status": 400}, ReasonCode.ERROR),
    "forbidden by another name": ({"kind": "error", "error": "SomethingNewException", "status": 403}, ReasonCode.DENIED),
    "not offered": ({"kind": "error", "error": "UnknownOperationException", "status": 404}, NOT_OFFERED),
}
_runs = count()


@pytest.fixture(scope="module")
def sim() -> Iterator[AwsSim]:
    with AwsSim(rich_estate()) as running:
        yield running


@pytest.fixture(autouse=True)
def _few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_TRIES", 2)


def declared(name: str) -> Call:
    return next(call for collector in collectors("aws") for call in collector.calls() if call.id == name)


def ask(sim: AwsSim, name: str) -> Answer:
    call = declared(name)
    params = {"Bucket": "curated"} if name.startswith("s3:") else call.params
    with environment(sim.env(account=ACCOUNT, region=REGION)):
        return session.AwsSession(Identity("aws", run=f"faults-{next(_runs)}")).call(Place("aws", ACCOUNT, REGION), call, params)


@pytest.mark.parametrize("protocol", sorted(CALLS))
def test_each_protocol_is_the_one_it_is_said_to_be(protocol: str, sim: AwsSim) -> None:
    from tests.sim.aws.services import service

    assert service(CALLS[protocol].split(":")[0]).protocol == protocol
    sim.set_faults([])
    answer = ask(sim, CALLS[protocol])
    assert (answer.error, len(answer.pages)) == (None, 1)


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("protocol", sorted(CALLS))
def test_a_fault_is_told_by_its_reason(protocol: str, fault: str, sim: AwsSim) -> None:
    injected, meaning = FAULTS[fault]
    service, operation = CALLS[protocol].split(":")
    sim.set_faults([{**injected, "service": service, "op": operation}])
    answer = ask(sim, CALLS[protocol])
    assert answer.error is not None
    assert answer.error.reason == meaning, answer.error


@pytest.mark.parametrize("protocol", sorted(CALLS))
def test_what_passes_by_itself_is_tried_again(protocol: str, sim: AwsSim) -> None:
    service, operation = CALLS[protocol].split(":")
    sim.set_faults([{"kind": "error", "service": service, "op": operation, "times": 1}])
    answer = ask(sim, CALLS[protocol])
    assert answer.error is None


@pytest.mark.parametrize("protocol", ["json", "rest-json", "query"])
def test_pages_before_a_fault_are_kept(protocol: str, sim: AwsSim) -> None:
    estate = rich_estate()
    estate.document["page_size"] = 1
    sim.set_estate(estate)
    service, operation = CALLS[protocol].split(":")
    sim.set_faults([{"kind": "denied", "service": service, "op": operation, "page": 2}])
    answer = ask(sim, CALLS[protocol])
    assert answer.error is not None
    assert len(answer.pages) == 1
    sim.set_estate(rich_estate())
