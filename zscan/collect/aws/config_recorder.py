"""Whether AWS Config records changes of AI resources in a region.

Sources: DescribeConfigurationRecorders (RecordingGroup: defaults), DescribeConfigurationRecorderStatus.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import eq
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.detection import control
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import any_of
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine

_AI = ("AWS::SageMaker::", "AWS::Bedrock::", "AWS::BedrockAgentCore::")
# What a hand-picked recording has to name at least, of the types that the recorder knows.
_NEEDED = ("AWS::SageMaker::", "AWS::Bedrock::")


def shape_recorder(document: Document) -> Iterable[Draft]:
    """The recorders of the region: on, and covering AI."""
    draft = Draft(document, "config_recorder")
    draft.tags = {}
    recorders, statuses = document["Recorders"].each(), document["Statuses"].each()
    tests = [one if one.unknown else _covers(one.get("recordingGroup")) & _on(one.get("name"), statuses) for one in recorders]
    draft.set("watch.changes", Reading(any_of(tests).value, document["Recorders"].places))
    yield draft


def _on(name: Reading, statuses: list[Reading]) -> Reading:
    """Whether the recorder of the name runs."""
    return any_of(
        status if status.unknown else combine(eq, status.get("name"), name) & switch(status.get("recording")) for status in statuses
    )


def _covers(group: Reading) -> Reading:
    """All types, all but some of no AI service, or named types of the AI services."""
    strategy = group.get("recordingStrategy.useOnly")
    everything = switch(group.get("allSupported")) | strategy.eq("ALL_SUPPORTED_RESOURCE_TYPES")
    without = group.get("exclusionByResourceTypes.resourceTypes")
    all_but = strategy.eq("EXCLUSION_BY_RESOURCE_TYPES") & _names(without, _none_of_ai)
    return any_of([everything, all_but, _names(group.get("resourceTypes"), _some_of_each)])


def _names(types: Reading, test: Any) -> Reading:
    missing = [one for one in types.each() if one.unknown]
    return missing[0] if missing else types.map(lambda found: test([str(name) for name in found or ()]))


def _none_of_ai(names: list[str]) -> bool:
    return not any(name.startswith(_AI) for name in names)


def _some_of_each(names: list[str]) -> bool:
    return all(any(name.startswith(prefix) for name in names) for prefix in _NEEDED)


def _call(operation: str, items: str = "") -> Call:
    return Call(service="config", operation=operation, action=f"config:{operation}", items=items)


COLLECTORS = (
    Collector(
        native_type="AWS::Config::ChangeRecord",
        asset_type="config_recorder",
        singleton=True,
        describe=_call("DescribeConfigurationRecorders"),
        parts=(
            Part(
                path="Statuses",
                call=_call("DescribeConfigurationRecorderStatus", items="ConfigurationRecordersStatus"),
                when=lambda answer: bool(answer.get("ConfigurationRecorders")),
            ),
        ),
        identify=control("configuration-recorder"),
        name=lambda _answer: "configuration-recorder",
        canonical=lambda answer: {"Recorders": answer["ConfigurationRecorders"]} if "ConfigurationRecorders" in answer else {},
        shape=shape_recorder,
        facts=frozenset({"watch.changes"}),
        derived=frozenset({"scope.ai_in_use"}),
        file_form=False,
    ),
)
