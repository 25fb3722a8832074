"""More evidence can only decide what was unknown: taking evidence away never gives a verdict, through every stage on real documents."""

from __future__ import annotations

import copy
import dataclasses
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sim.aws import AwsSim
from tests.support.estate import ACCOUNT, REGION, rich_estate
from tests.support.manifests import ACME, write_estate
from tests.support.replay import NOW, Recording, policy, record
from zscan.audit import Inventory, Policy, evaluate, take_inventory
from zscan.collect import Collected, Collector, collectors
from zscan.collect.files import collect_files
from zscan.collect.manifests.loader import Loaded
from zscan.engine.evaluate import Engine
from zscan.model.document import Document
from zscan.model.finding import Finding, Status
from zscan.model.framework import ControlStatus
from zscan.model.unknown import Reason, ReasonCode, Unknown

Place = tuple[Any, ...]
Verdicts = dict[tuple[str, str, str], Status]
GONE = Unknown(Reason(ReasonCode.DENIED, "taken away by a test"))
EXAMPLES = 40


@dataclass(frozen=True)
class Cut:
    """Evidence taken away: the element at `path`, or of the list there everything from `tail` on."""

    document: str
    path: Place
    tail: int | None = None

    def __str__(self) -> str:
        return f"{self.document} {'.'.join(map(str, self.path))}" + ("" if self.tail is None else f"[{self.tail}:]")


def cuts(document: str, value: Any, allowed: Callable[[Place], bool], path: Place = ()) -> Iterator[Cut]:
    """Every way to take something away from a document."""
    if path and allowed(path):
        yield Cut(document, path)
    if isinstance(value, Mapping):
        for key in value:
            yield from cuts(document, value[key], allowed, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if path and allowed((*path, "")):
                yield Cut(document, path, tail=index)
            yield from cuts(document, item, allowed, (*path, index))


def without(value: Any, path: Place, tail: int | None) -> Any:
    """A copy of `value` without what was taken away; containers keep their types, and with them the lines of their members."""
    if not path:
        return GONE if tail is None else _same_type(value, [*value[:tail], GONE])
    if isinstance(value, list):
        return _same_type(value, [without(item, path[1:], tail) if index == path[0] else item for index, item in enumerate(value)])
    changed = copy.copy(value)
    changed[path[0]] = without(value[path[0]], path[1:], tail)
    return changed


def _same_type(original: Any, items: list[Any]) -> Any:
    changed = copy.copy(original)
    changed[:] = items
    return changed


# ---- what must hold


def judged(inventory: Inventory, chosen: Policy) -> list[Finding]:
    return list(Engine(chosen.chosen, inventory.offers, now=NOW, params=chosen.params).evaluate(inventory.assets).findings)


def verdicts(findings: list[Finding]) -> Verdicts:
    return {(found.rule_id, found.asset_id, found.key): found.status for found in findings}


def compare(before: Verdicts, types_before: Mapping[str, str], inventory: Inventory, after: Verdicts) -> None:
    """Every verdict stayed, became UNKNOWN, or went with its asset.

    What is recognised as another kind of thing (a service whose image is not known) is another asset: the one that was judged is gone.
    """
    other = {asset.id for asset in inventory.assets if types_before.get(asset.id) not in {None, asset.native_type}}
    after = {key: status for key, status in after.items() if key[1] not in other}
    turned = {
        key: (before.get(key, "no finding"), status) for key, status in after.items() if status not in {Status.UNKNOWN, before.get(key)}
    }
    assert not turned, f"{len(turned)} verdicts without evidence: {list(turned.items())[:4]}"
    present = {asset.id for asset in inventory.assets} - other
    unsure = {(rule_id, asset_id) for (rule_id, asset_id, _), status in after.items() if status is Status.UNKNOWN}
    lost = [key for key in before if key not in after and key[1] in present and key[:2] not in unsure]
    assert not lost, f"{len(lost)} verdicts vanished although their asset is there: {lost[:4]}"


@cache
def strict() -> Policy:
    return policy("strict")


relaxed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


# ---- manifests


@dataclass(frozen=True, repr=False)
class Files:
    """Manifests and how to read them with something taken away."""

    root: Path
    cuts: tuple[Cut, ...]
    before: Verdicts
    types: Mapping[str, str]


def collected(root: Path, cut: Cut | None = None) -> Collected:
    """What the files declare; the place to take something away is where a template marker would leave an Unknown."""
    from zscan.collect.manifests import collect

    original = collect._prepared
    numbers = _numbers()

    def prepared(loaded: Loaded) -> Loaded:
        result = original(loaded)
        changed = [
            dataclasses.replace(document, value=without(document.value, cut.path, cut.tail))
            if cut and next(numbers) == cut.document
            else document
            for document in result.documents
        ]
        return dataclasses.replace(result, documents=type(result.documents)(changed))

    with pytest.MonkeyPatch.context() as patch:
        if cut is not None:
            patch.setattr(collect, "_prepared", prepared)
        return collect_files(root, base=root)


def _numbers() -> Iterator[str]:
    number = 0
    while True:
        yield f"document {number}"
        number += 1


def documents(root: Path) -> list[Any]:
    """The values of all documents, in the order in which they are read."""
    from zscan.collect.manifests import collect

    found: list[Any] = []
    original = collect._prepared

    def prepared(loaded: Loaded) -> Loaded:
        result = original(loaded)
        found.extend(document.value for document in result.documents)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "_prepared", prepared)
        collect_files(root, base=root)
    return found


def nameless(path: Place) -> bool:
    """Whether a place says anything but what a thing is and is called: without that, another thing would be described."""
    if path[0] in {"apiVersion", "kind", "items", "Resources", "services"} and len(path) <= 2:
        return False
    if path[0] == "metadata" and (len(path) == 1 or path[1] in {"name", "namespace", "generateName"}):
        return False
    if path[0] == "Resources" and len(path) == 3 and path[2] == "Type":
        return False
    return path[-1] != "name" and path[-1] != ""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    root = write_estate(tmp_path_factory.mktemp("monotony") / "estate")
    if ACME.is_dir():
        shutil.copytree(ACME, root / "acme")
    inventory = take_inventory([collected(root)])
    before = verdicts(judged(inventory, strict()))
    assert len(set(before.values())) == 4
    found = tuple(cut for number, value in enumerate(documents(root)) for cut in cuts(f"document {number}", value, nameless))
    assert len(found) > 1000
    return Files(root, found, before, {asset.id: asset.native_type for asset in inventory.assets})


def check_files(files: Files, cut: Cut) -> None:
    inventory = take_inventory([collected(files.root, cut)])
    compare(files.before, files.types, inventory, verdicts(judged(inventory, strict())))


@relaxed
@given(data=st.data())
def test_manifests(files: Files, data: st.DataObject) -> None:
    check_files(files, data.draw(st.sampled_from([cut for cut in files.cuts if cut.path[0] != "Resources"]), label="taken away"))


@relaxed
@given(data=st.data())
def test_templates(files: Files, data: st.DataObject) -> None:
    check_files(files, data.draw(st.sampled_from([cut for cut in files.cuts if cut.path[0] == "Resources"]), label="taken away"))


# ---- AWS


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    with AwsSim(rich_estate()) as sim:
        yield record(sim.env(account=ACCOUNT, region=REGION), run="monotony")


@dataclass(frozen=True, repr=False)
class Cloud:
    """A recorded account and its documents."""

    recording: Recording
    cuts: tuple[Cut, ...]
    before: Verdicts
    types: Mapping[str, str]


def scan(recording: Recording, look: Callable[[Document], Document]) -> Collected:
    """Collect from recorded answers, with `look` between the document and its shape."""
    from zscan.collect.aws import collect

    def wrapped(collector: Collector) -> Collector:
        return dataclasses.replace(collector, shape=lambda document: collector.shape(look(document)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "collectors", lambda _provider: tuple(wrapped(collector) for collector in collectors("aws")))
        return recording.scan()


def cutting(cut: Cut) -> Callable[[Document], Document]:
    def look(document: Document) -> Document:
        if document.id == cut.document:
            body: Any = document.body
            document.body = without(body, cut.path, cut.tail)
        return document

    return look


@pytest.fixture(scope="module")
def cloud(recording: Recording) -> Cloud:
    seen: dict[str, Any] = {}

    def look(document: Document) -> Document:
        seen[document.id] = document.body
        return document

    inventory = take_inventory([scan(recording, look)])
    before = verdicts(judged(inventory, strict()))
    assert len(set(before.values())) == 4
    found = tuple(cut for name in sorted(seen) for cut in cuts(name, seen[name], lambda path: path[-1] != ""))
    assert len(found) > 500
    return Cloud(recording, found, before, {asset.id: asset.native_type for asset in inventory.assets})


@relaxed
@given(data=st.data())
def test_clouds(cloud: Cloud, data: st.DataObject) -> None:
    cut = data.draw(st.sampled_from(cloud.cuts), label="taken away")
    inventory = take_inventory([scan(cloud.recording, cutting(cut))])
    compare(cloud.before, cloud.types, inventory, verdicts(judged(inventory, strict())))


# ---- fewer rules


RANK = {
    ControlStatus.NOT_ASSESSED: 0,
    ControlStatus.NOT_APPLICABLE: 0,
    ControlStatus.NOT_SATISFIED: 1,
    ControlStatus.PARTIALLY_SATISFIED: 2,
    ControlStatus.SATISFIED: 3,
}


def statuses(inventory: Inventory, chosen: Policy) -> dict[tuple[str, str], ControlStatus]:
    scanned = evaluate(inventory, chosen)
    return {(framework.id, control.id): control.status for framework in scanned.frameworks for control in framework.controls}


def narrowed(whole: Policy, keep: frozenset[str]) -> Policy:
    chosen = tuple(rule for rule in whole.chosen if rule.id in keep)
    return dataclasses.replace(whole, chosen=chosen, narrowed=("--select",))


@pytest.fixture(scope="module")
def everything(files: Files, recording: Recording) -> Inventory:
    return take_inventory([collected(files.root), recording.scan()])


@pytest.fixture(scope="module")
def little(files: Files) -> Inventory:
    """One Compose project: little enough that some controls have nothing but failures."""
    return take_inventory([collect_files(files.root / "compose", base=files.root)])


@pytest.mark.parametrize("level", ["standard", "starter"])
def test_a_lower_level_raises_no_status(level: str, everything: Inventory, little: Inventory) -> None:
    seen: set[ControlStatus] = set()
    for inventory in (everything, little):
        whole, less = statuses(inventory, strict()), statuses(inventory, policy(level))
        seen |= set(whole.values())
        assert not raised(whole, less)
    assert seen >= {ControlStatus.NOT_SATISFIED, ControlStatus.PARTIALLY_SATISFIED}


def raised(
    whole: dict[tuple[str, str], ControlStatus], less: dict[tuple[str, str], ControlStatus]
) -> dict[tuple[str, str], tuple[str, str]]:
    return {key: (whole[key].value, less[key].value) for key in whole if RANK[less[key]] > RANK[whole[key]]}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_selection_raises_no_status(everything: Inventory, little: Inventory, data: st.DataObject) -> None:
    inventory = data.draw(st.sampled_from([everything, little]))
    ids = sorted(rule.id for rule in strict().chosen)
    keep = frozenset(data.draw(st.lists(st.sampled_from(ids), unique=True, min_size=1), label="--select"))
    assert not raised(statuses(inventory, strict()), statuses(inventory, narrowed(strict(), keep)))


def test_passes_alone_raise_no_status(everything: Inventory, little: Inventory) -> None:
    """The selection that somebody would make who wants to look good: only rules that have no failure."""
    for inventory in (everything, little):
        failing = {found.rule_id for found in judged(inventory, strict()) if found.status is Status.FAIL}
        keep = frozenset(rule.id for rule in strict().chosen) - failing
        assert keep
        assert not raised(statuses(inventory, strict()), statuses(inventory, narrowed(strict(), keep)))
