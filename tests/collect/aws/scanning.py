"""Helpers of the AWS collectors' tests: a scan of a simulated estate, and template documents of the same things."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.sim.aws import AwsSim, Estate
from zscan.collect import Collected, Collector, collectors
from zscan.collect.aws.collect import AwsOptions, collect_aws
from zscan.collect.journal import Journal
from zscan.collect.tasks import Identity
from zscan.link import link
from zscan.model.asset import Draft
from zscan.model.document import Document, Path, Reading
from zscan.model.gap import Gap
from zscan.model.source import FileSource
from zscan.model.unknown import Reason, ReasonCode, Unknown

ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "us-east-1"
MISSING = Unknown(Reason(ReasonCode.DENIED, "was not read"))


@dataclass(frozen=True)
class Scanned:
    """A scan's linked drafts and gaps."""

    drafts: dict[str, Draft]
    collected: Collected

    def one(self, native_type: str, name: str = "") -> Draft:
        """The only draft of a type (and name)."""
        found = [d for d in self.drafts.values() if d.native_type == native_type and name in {"", d.name}]
        assert len(found) == 1, [d.id for d in found]
        return found[0]

    def all(self, native_type: str) -> list[Draft]:
        """Every draft of a type."""
        return [d for d in self.drafts.values() if d.native_type == native_type]

    @property
    def gaps(self) -> list[Gap]:
        """The gaps."""
        return self.collected.gaps


def options(sim: AwsSim, *, regions: Iterable[str] = (), run: str = "") -> AwsOptions:
    """One session for each simulator: making clients is most of the time of a small scan."""
    return AwsOptions(identity=Identity("aws", run=run or sim.url), regions=tuple(regions), allow_custom_endpoints=True)


def scan(sim: AwsSim, estate: Estate, *, regions: Iterable[str] = (), run: str = "") -> Scanned:
    """Scan an estate as a user would."""
    sim.set_estate(estate)
    with patch.dict(os.environ, sim.env(account=ACCOUNT, region=REGION), clear=True), ThreadPoolExecutor(8) as pool:
        (collected,) = collect_aws(options(sim, regions=regions, run=run), executor=pool, journal=Journal())
    sim.assert_read_only()
    return Scanned(link(collected.drafts), collected)


class TemplateOrigin:
    """Every place of a template is its first line: these tests are about values."""

    def at(self, path: Path) -> FileSource:
        """The first line."""
        return FileSource("template.yaml", 1, "/".join(map(str, path)))


def collector(native_type: str) -> Collector:
    """The collector of a type."""
    return next(c for c in collectors("aws") if c.native_type == native_type)


def template(native_type: str, body: Mapping[str, Any], *, name: str = "thing") -> Document:
    """A resource of a CloudFormation template."""
    return Document(
        id=f"template.yaml#{name}",
        native_type=native_type,
        name=name,
        provider="aws",
        account=ACCOUNT,
        view="declared",
        body=body,
        origin=TemplateOrigin(),
    )


def shaped(document: Document) -> Draft:
    """The one draft that a document's collector makes of it."""
    (draft,) = (one for one in collector(document.native_type).shape(document) if isinstance(one, Draft))
    assert isinstance(draft, Draft)
    return draft


def assert_same_facts(live: Draft, body: Mapping[str, Any]) -> None:
    """The live thing and the template that would make it say the same, and both say everything that is offered."""
    offered = collector(live.native_type)
    declared = shaped(template(live.native_type, body))
    assert set(live.facts) == set(declared.facts) == offered.facts
    compared = offered.facts - offered.live_only
    assert {path: live.facts[path] for path in compared} == {path: declared.facts[path] for path in compared}
    assert {(r.relation, r.key) for r in live.references} == {(r.relation, r.key) for r in declared.references}
    assert {r.relation for r in live.references} <= offered.relations


def assert_nothing_claimed(draft: Draft, *, but: Iterable[str] = ()) -> None:
    """Every offered fact is there, and none is decided without evidence."""
    assert set(draft.facts) == collector(draft.native_type).facts
    known = {path for path, value in draft.facts.items() if not is_open(value)}
    assert known <= set(but) | {path for path in draft.facts if path.startswith("governance.")}, known


def is_open(value: Any) -> bool:
    """Whether a fact is unknown, or is a list that is not complete."""
    return isinstance(value, Unknown) or (isinstance(value, list) and any(isinstance(item, Unknown) for item in value))


def reading(value: Any) -> Reading:
    """A value as a shape would have read it."""
    return Reading(value, (("somewhere",),))


def misspelt(native_type: str, body: Mapping[str, Any]) -> list[str]:
    """Property paths that CloudFormation's own schema of the type does not have."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", native_type).schema
    return list(_misspelt(body, schema, schema, ""))


def _misspelt(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], path: str) -> Iterable[str]:
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rsplit("/", 1)[-1]]
    if isinstance(value, list):
        for item in value:
            yield from _misspelt(item, schema.get("items", {}), root, f"{path}[]")
    elif isinstance(value, Mapping) and "properties" in schema:
        for key, member in value.items():
            if key not in schema["properties"]:
                yield f"{path}.{key}"
            else:
                yield from _misspelt(member, schema["properties"][key], root, f"{path}.{key}")
