"""Fault sweep: whatever goes wrong with one declared call, no asset is lost unexplained and no fact becomes a sure one that it was not.

One recorded scan over HTTP; each case replays it in process with the outcome of one call replaced. Facts decide verdicts, and rules can
only lose certainty with them (`test_monotony`), so facts are what is compared here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
import pytest

from tests.sim.aws import AwsSim
from tests.support.aws_shapes import operation
from tests.support.estate import ACCOUNT, REGION, rich_estate
from tests.support.replay import Recording, record
from zscan.audit import Inventory, take_inventory
from zscan.collect import Call, Collector, collectors
from zscan.collect.answers import NOT_OFFERED, Answer, CallError, dig
from zscan.model.asset import Asset
from zscan.model.unknown import ReasonCode

COLLECTORS: Mapping[str, Collector] = {collector.native_type: collector for collector in collectors("aws")}
CALLS: Mapping[str, Call] = {call.id: call for collector in COLLECTORS.values() for call in collector.calls()}
# Calls by which it is learnt whether there is anything of a class: where they are not offered, there is nothing.
ASKS_WHETHER = {one.list.id for one in COLLECTORS.values() if one.list is not None} | {
    one.describe.id for one in COLLECTORS.values() if one.list is None and one.describe is not None
}
FUTURE = "ZSCAN_FUTURE_MEMBER"

Fault = Callable[[Call, Answer], Answer]


def failed(reason: str, code: str, *, pages: Callable[[Call, Answer], list[Any]] = lambda _call, _answer: []) -> Fault:
    """The answer that ends with an error, after the pages that came before it."""

    def replace(call: Call, answer: Answer) -> Answer:
        return msgspec.structs.replace(answer, pages=pages(call, answer), error=CallError(code, "made to fail", reason))

    return replace


def first_half(call: Call, answer: Answer) -> list[Any]:
    """The pages of a listing up to its middle, as if the next page had failed."""
    if not call.items:
        return []
    items = [item for page in answer.pages for item in dig(page, call.items) or ()]
    return [nested(call.items, items[: len(items) // 2])]


def nested(path: str, value: Any) -> Any:
    for step in reversed(path.split(".")):
        value = {step: value}
    return value


FAULTS: Mapping[str, Fault] = {
    "throttled": failed(ReasonCode.THROTTLED, "ThrottlingException"),
    "timeout": failed(ReasonCode.TIMEOUT, "ReadTimeoutError"),
    "expired": failed(ReasonCode.EXPIRED, "ExpiredTokenException"),
    "broken": failed(ReasonCode.ERROR, "InternalServerException"),
    "cut": failed(ReasonCode.ERROR, "InternalServerException", pages=first_half),
    "not offered": failed(NOT_OFFERED, "UnknownOperationException"),
}


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    with AwsSim(rich_estate()) as sim:
        yield record(sim.env(account=ACCOUNT, region=REGION), run="fault-sweep")


@pytest.fixture(scope="module")
def whole(recording: Recording) -> Inventory:
    return take_inventory([recording.scan()])


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_listing_that_is_cut_short(call: str, recording: Recording, whole: Inventory) -> None:
    look("cut", frozenset({call}), recording, whole)


@pytest.mark.parametrize("call", sorted(set(CALLS) - ASKS_WHETHER))
def test_a_call_that_is_not_offered_for_what_is_there(call: str, recording: Recording, whole: Inventory) -> None:
    look("not offered", frozenset({call}), recording, whole)


@pytest.mark.parametrize("call", sorted(ASKS_WHETHER))
def test_a_service_that_is_not_offered_breaks_nothing(call: str, recording: Recording, whole: Inventory) -> None:
    found = take_inventory([recording.scan(lambda answer: FAULTS["not offered"](CALLS[call], answer) if answer.call == call else answer)])
    assert not internal(found)
    assert {asset.id for asset in found.assets} <= {asset.id for asset in whole.assets}


@pytest.mark.parametrize("kind", ["throttled", "timeout", "expired", "broken"])
@pytest.mark.parametrize("native_type", sorted(COLLECTORS))
def test_a_fault_of_everything_that_one_collector_asks(native_type: str, kind: str, recording: Recording, whole: Inventory) -> None:
    """Denial is swept call by call, down to the verdicts, elsewhere."""
    look(kind, frozenset(call.id for call in COLLECTORS[native_type].calls()), recording, whole)


def look(kind: str, calls: frozenset[str], recording: Recording, whole: Inventory) -> None:
    """Replay with the calls failing, and compare what is known afterwards with what was known before."""
    found = take_inventory([recording.scan(lambda answer: FAULTS[kind](CALLS[answer.call], answer) if answer.call in calls else answer)])
    assert not internal(found)
    before, after = {asset.id: asset for asset in whole.assets}, {asset.id: asset for asset in found.assets}
    if kind != "not offered":
        assert calls & {gap.call for gap in found.gaps}, "the fault left no gap"
    invented = sorted(set(after) - set(before))
    assert not invented, f"assets appeared: {invented[:5]}"
    surer = [f"{asset.id} {path}" for asset in after.values() for path in surer_facts(before[asset.id], asset)]
    assert not surer, f"facts changed without evidence: {surer[:5]}"
    if kind != "not offered":
        hidden = {native for gap in found.gaps for native in gap.affects}
        lost = {before[one].native_type for one in set(before) - set(after)} - hidden - reached_only(found)
        assert not lost, f"classes vanished without a gap that names them: {sorted(lost)}"


def test_values_that_the_sdk_does_not_know_yet(recording: Recording, whole: Inventory) -> None:
    """Every member of every enumeration in every answer replaced by one that nobody knows: nothing breaks, nothing is lost."""

    def unknown_members(answer: Answer) -> Answer:
        service, name = answer.call.split(":")
        shape = operation(service, name).output_shape
        return msgspec.structs.replace(answer, pages=[future(page, shape) for page in answer.pages])

    found = take_inventory([recording.scan(unknown_members)])
    assert not internal(found)
    kinds = {asset.native_type for asset in whole.assets}
    assert not kinds - {asset.native_type for asset in found.assets} - reached_only(found, anything=True)


def future(value: Any, shape: Any) -> Any:
    """The value with every member of an enumeration replaced."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: future(member, shape.members.get(name)) for name, member in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [future(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: future(member, shape.value) for name, member in value.items()}
    return FUTURE if getattr(shape, "enum", None) and isinstance(value, str) else value


def internal(inventory: Inventory) -> list[str]:
    return [gap.detail for gap in inventory.gaps if gap.call == "shape"]


def surer_facts(before: Asset, after: Asset) -> Iterator[str]:
    """Paths of facts that say something else than before, instead of nothing."""
    old, new = flat(before), flat(after)
    for path, value in new.items():
        partial = any(path.startswith(one.removesuffix("[]")) for one in after.unknown if one.endswith("[]"))
        if value is not None and value != old.get(path) and not partial:
            yield f"{path}: {old.get(path)!r} became {value!r}"


def flat(asset: Asset) -> dict[str, Any]:
    return dict(leaves(msgspec.to_builtins(asset.facts), ""))


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, f"{path}.{name}" if path else name)
    else:
        yield path, value


@cache
def _resolving() -> frozenset[str]:
    """Classes that are read only where something refers to them, and those that are kept only for that reason."""
    return frozenset(collector.native_type for collector in collectors("aws") if collector.resolves)


def reached_only(inventory: Inventory, *, anything: bool = False) -> frozenset[str]:
    """Classes that may go with the asset, or the edge, that led to them."""
    edges = any(path.startswith("relations.") for asset in inventory.assets for path in asset.unknown)
    blocked = any(gap.blocking for gap in inventory.gaps)
    return _resolving() | {"AWS::IAM::Role"} if anything or edges or blocked else frozenset()
