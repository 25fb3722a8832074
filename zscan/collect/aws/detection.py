"""What notices attacks and abuse in a region: GuardDuty's detector, and alarms on metrics of AI.

Sources: ListDetectors, GetDetector, DescribeAlarms. The setting exists in every region, on or off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part, Place
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import any_of
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_NO_FEATURE = Unknown(Reason(ReasonCode.UNRESOLVED, "the detector states nothing of AI: the region may not have that protection"))
# Namespaces of the metrics of AI services (user guides of Bedrock, AgentCore and SageMaker, "Monitoring").
_NAMESPACES = frozenset(
    {
        "AWS/Bedrock",
        "AWS/Bedrock/Agents",
        "AWS/Bedrock/Guardrails",
        "AWS/Bedrock-AgentCore",
        "AWS/SageMaker",
        "AWS/SageMaker/InferenceComponents",
        "/aws/sagemaker/Endpoints",
    }
)


def control(name: str) -> Callable[[Mapping[str, Any], Place], str]:
    """The id of a setting of a region."""
    return lambda _answer, place: f"{place.provider}:control/account/{place.account}/{place.region}/{name}"


def shape_detection(document: Document) -> Iterable[Draft]:
    """GuardDuty's detector (a region has one at most) and its features; whether an alarm on a metric of AI tells somebody."""
    draft = Draft(document, "threat_detection")
    draft.tags = {}
    detectors = document["Detectors"].each()
    on = [one if one.unknown else one.get("Status").eq("ENABLED") for one in detectors]
    watched = [one if one.unknown else enabled & _watches_ai(one) for one, enabled in zip(detectors, on, strict=True)]
    draft.set("watch.threats", Reading(any_of(on).value, document["Detectors"].places))
    draft.set("watch.ai_threats", Reading(any_of(watched).value, document["Detectors"].places))
    alarms = document["MetricAlarms"]
    told = any_of(one if one.unknown else _is_about_ai(one) & _tells(one) for one in alarms.each())
    draft.set("watch.abuse_alarm", Reading(told.value, alarms.places))
    yield draft


def _watches_ai(detector: Reading) -> Reading:
    """AI Protection is listed with its status where the region has it (DetectorFeatureConfigurationResult, AI_PROTECTION)."""
    features = detector.get("Features").each()
    for feature in features:
        if feature.unknown:
            return feature
        name = feature.get("Name")
        if name.unknown:
            return name
        if name.value == "AI_PROTECTION":
            return feature.get("Status").eq("ENABLED")
    return Reading(_NO_FEATURE, detector.places)


def _is_about_ai(alarm: Reading) -> Reading:
    """An alarm names one metric, or several that it computes with."""
    names = [alarm.get("Namespace"), *(metric.get("MetricStat.Metric.Namespace") for metric in alarm.get("Metrics").each())]
    return any_of(name.map(lambda text: isinstance(text, str) and text in _NAMESPACES) for name in names)


def _tells(alarm: Reading) -> Reading:
    return switch(alarm.get("ActionsEnabled"), default=True) & alarm.get("AlarmActions").is_set()


COLLECTORS = (
    Collector(
        native_type="AWS::GuardDuty::ThreatDetection",
        asset_type="threat_detection",
        singleton=True,
        parts=(
            Part(
                path="MetricAlarms",
                call=Call(
                    service="cloudwatch",
                    operation="DescribeAlarms",
                    action="cloudwatch:DescribeAlarms",
                    params={"AlarmTypes": ["MetricAlarm"]},
                    items="MetricAlarms",
                    page_size=100,
                ),
            ),
            Part(
                path="Detectors",
                call=Call(service="guardduty", operation="ListDetectors", action="guardduty:ListDetectors", items="DetectorIds"),
                each=Call(service="guardduty", operation="GetDetector", action="guardduty:GetDetector", params={"DetectorId": "{item}"}),
            ),
        ),
        identify=control("threat-detection"),
        name=lambda _answer: "threat-detection",
        canonical=lambda _answer: {},
        shape=shape_detection,
        facts=frozenset({"watch.threats", "watch.ai_threats", "watch.abuse_alarm"}),
        derived=frozenset({"scope.ai_in_use"}),
        file_form=False,
    ),
)
