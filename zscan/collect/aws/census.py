"""Counts of AI things from a source that zscan's collectors have no part in: Resource Explorer, else AWS Config, else Cloud Control.

Made only for `zscan inventory --reconcile`. A source counts in a region when it is set up there: an index of Resource Explorer, a
recorder of Config that records AI types. Cloud Control needs no set-up, but lists one type a call, so it is asked only for types that no
collector knows. Sources: API references of the three services. Resource Explorer answers from the default view of the region, and IAM
knows its ListResources as `resource-explorer-2:Search`; Cloud Control lists with the rights of the caller.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from zscan.collect import Call, Place
from zscan.collect.answers import Answer, dig, failure, listed, single
from zscan.collect.aws.ai_types import FAMILIES, from_explorer, is_ai, listable
from zscan.model.document import ABSENT
from zscan.model.gap import Gap, gap
from zscan.model.unknown import ReasonCode, Unknown

_EXPLORER, _CONFIG = "resource-explorer-2", "config"
INDEX = Call(
    service=_EXPLORER, operation="GetIndex", action="resource-explorer-2:GetIndex", absent=frozenset({"ResourceNotFoundException"})
)
FOUND = Call(
    service=_EXPLORER,
    operation="ListResources",
    action="resource-explorer-2:Search",
    params={"Filters": {"FilterString": "{filter}"}},
    items="Resources",
    page_size=1000,
)
RECORDING = Call(
    service=_CONFIG,
    operation="DescribeConfigurationRecorderStatus",
    action="config:DescribeConfigurationRecorderStatus",
    items="ConfigurationRecordersStatus",
)
RECORDERS = Call(
    service=_CONFIG,
    operation="DescribeConfigurationRecorders",
    action="config:DescribeConfigurationRecorders",
    items="ConfigurationRecorders",
)
COUNTS = Call(
    service=_CONFIG,
    operation="GetDiscoveredResourceCounts",
    action="config:GetDiscoveredResourceCounts",
    items="resourceCounts",
    token=("nextToken", "nextToken"),
)
LISTED = Call(
    service="cloudcontrol",
    operation="ListResources",
    action="cloudformation:ListResources",
    params={"TypeName": "{type}"},
    items="ResourceDescriptions",
    absent=frozenset({"TypeNotFoundException", "UnsupportedActionException"}),
)
CENSUS_CALLS = (INDEX, FOUND, RECORDING, RECORDERS, COUNTS, LISTED)
EVERY_AI_CLASS = "every AI class"

Ask: TypeAlias = Callable[[Place, Call, Mapping[str, Any]], Answer]
Note: TypeAlias = Callable[[Gap], None]


@dataclass(frozen=True, slots=True)
class Census:
    """What one region holds by an independent source: things by type. No source, no counts. `call` is what gave them."""

    place: Place
    source: str
    call: str
    counts: Mapping[str, int]
    gaps: tuple[Gap, ...] = ()


def handler_rights(known: Iterable[str]) -> tuple[str, ...]:
    """The rights with which Cloud Control lists the types that no collector knows."""
    wanted = set(listable()) - set(known)
    return tuple(sorted({action for name, actions in listable().items() if name in wanted for action in actions}))


def take_census(place: Place, ask: Ask, known: Sequence[str]) -> Census:
    """The counts of the first source that can answer in a region. What another one refused is then a note, else it blocks."""
    noted: list[Gap] = []
    for source, call, read in (("Resource Explorer", FOUND, _explorer), ("AWS Config", COUNTS, _config)):
        counts = read(place, ask, noted.append)
        if counts is not None:
            return Census(place, source, call.id, counts, tuple(msgspec.structs.replace(one, blocking=False) for one in noted))
    counts, refused = _cloud_control(place, ask, sorted(set(listable()) - set(known)))
    if counts is not None:
        earlier = [msgspec.structs.replace(one, blocking=False) for one in noted]
        return Census(place, "Cloud Control", LISTED.id, counts, (*earlier, *refused))
    return Census(place, "", "", {}, (*noted, *refused))


def _explorer(place: Place, ask: Ask, note: Note) -> dict[str, int] | None:
    """AI things by type from the index of the region; each once, however often a filter finds it."""
    index = single(ask(place, INDEX, {}), INDEX, (EVERY_AI_CLASS,), note)
    if isinstance(index, Unknown) or index is ABSENT or dig(index, "State") not in ("ACTIVE", "UPDATING"):
        return None
    things: dict[str, str] = {}
    for family in FAMILIES:
        params = {"Filters": {"FilterString": f"service:{family.prefix} region:{place.region}"}}
        for item in listed(ask(place, FOUND, params), FOUND, (EVERY_AI_CLASS,), note):
            if isinstance(item, Unknown):
                return None
            if item.get("Region") in (place.region, None) and item.get("OwningAccountId") in (place.account, None):
                things[str(item.get("Arn"))] = str(item.get("CfnResourceType") or "") or from_explorer(str(item.get("ResourceType")))
    return dict(Counter(native for native in things.values() if is_ai(native)))


def _config(place: Place, ask: Ask, note: Note) -> dict[str, int] | None:
    """AI things by type as the recorder of the region discovered them."""
    affected = (EVERY_AI_CLASS,)
    running = list(listed(ask(place, RECORDING, {}), RECORDING, affected, note))
    if not any(not isinstance(one, Unknown) and one.get("recording") is True for one in running):
        return None
    recorders = list(listed(ask(place, RECORDERS, {}), RECORDERS, affected, note))
    if not any(not isinstance(one, Unknown) and _records_ai(one.get("recordingGroup") or {}) for one in recorders):
        return None
    counts: dict[str, int] = {}
    for item in listed(ask(place, COUNTS, {}), COUNTS, affected, note):
        if isinstance(item, Unknown):
            return None
        if is_ai(str(item.get("resourceType"))):
            counts[str(item["resourceType"])] = int(item.get("count") or 0)
    return counts


def _records_ai(group: Mapping[str, Any]) -> bool:
    """Whether a recorder records AI types: all that Config knows, all but a few, or some of them by name."""
    all_but = dig(group, "recordingStrategy.useOnly") == "EXCLUSION_BY_RESOURCE_TYPES"
    return group.get("allSupported") is True or all_but or any(is_ai(str(one)) for one in group.get("resourceTypes") or ())


def _cloud_control(place: Place, ask: Ask, types: Sequence[str]) -> tuple[dict[str, int] | None, list[Gap]]:
    """Things of the types that no collector knows; and one gap for each way in which listings failed. None when no listing answered."""
    counts: dict[str, int] = {}
    failed: dict[tuple[ReasonCode, str], list[str]] = defaultdict(list)
    for name in types:
        answer = ask(place, LISTED, {"TypeName": name})
        found = failure(answer, LISTED, (name,))
        if found is not None:
            failed[found.reason, found.permission].append(name)
        elif answer.error is None:
            counts[name] = sum(1 for _ in listed(answer, LISTED, (name,), lambda _gap: None))
    gaps = [
        gap(
            scope=str(place),
            call=LISTED.id,
            reason=reason,
            detail=f"{len(names)} of {len(types)} types could not be listed; listing takes the rights of each type's own service too",
            permission=permission,
            affects=tuple(names),
        )
        for (reason, permission), names in sorted(failed.items())
    ]
    return (counts if counts or not types else None), gaps
