"""The model-invocation logging of an account and region: one setting that always exists, on or off.

Sources: GetModelInvocationLoggingConfiguration; ListMetrics of the namespace AWS/Bedrock, which lists what was measured in the last two
weeks and so tells whether models are called at all. CloudFormation has no type for the setting.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.bedrock.values import switch
from zscan.collect.aws.canonical import cfn_names
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_NAME = "model-invocation-logging"
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the configuration does not say whether text is delivered, and no default is documented"))


def shape_logging(document: Document) -> Iterable[Draft]:
    """The setting: whether calls are recorded, with what, and where to."""
    draft = Draft(document, "model_logging")
    draft.tags = {}
    group = document["CloudWatchConfig.LogGroupName"]
    buckets = [document["S3Config.BucketName"], document["CloudWatchConfig.LargeDataDeliveryS3Config.BucketName"]]
    recorded = group.is_set() | buckets[0].is_set()
    text = document["TextDataDeliveryEnabled"]
    draft.set("scope.ai_in_use", _used(document["UsageMetrics"]))
    draft.set("logging.invocations", recorded)
    draft.set("logging.bodies", recorded & switch(text.default(_UNSTATED)))
    draft.refer("logs_to", "AWS::Logs::LogGroup", group)
    for bucket in buckets:
        draft.refer("logs_to", "AWS::S3::Bucket", bucket)
    yield draft


def _used(metrics: Reading) -> Reading:
    """True as soon as one metric was read, whatever else was cut off; false when the whole listing is empty."""
    if metrics.value is None:
        return Reading(Unknown(Reason(ReasonCode.NO_FILE_FORM, "use is measured only in the live system")), metrics.places)
    entries = metrics.each()
    if any(not entry.unknown for entry in entries):
        return Reading(True, metrics.places)
    return Reading(entries[0].value if entries else False, metrics.places)


COLLECTORS = (
    Collector(
        native_type="AWS::Bedrock::ModelInvocationLogging",
        asset_type="model_logging",
        singleton=True,
        describe=Call(
            service="bedrock",
            operation="GetModelInvocationLoggingConfiguration",
            action="bedrock:GetModelInvocationLoggingConfiguration",
            take="loggingConfig",
        ),
        parts=(
            Part(
                path="UsageMetrics",
                call=Call(
                    service="cloudwatch",
                    operation="ListMetrics",
                    action="cloudwatch:ListMetrics",
                    params={"Namespace": "AWS/Bedrock"},
                    items="Metrics",
                ),
            ),
        ),
        identify=lambda _answer, place: f"{place.provider}:control/account/{place.account}/{place.region}/{_NAME}",
        name=lambda _answer: _NAME,
        canonical=cfn_names(),
        shape=shape_logging,
        facts=frozenset({"scope.ai_in_use", "logging.invocations", "logging.bodies"}),
        relations=frozenset({"logs_to"}),
        file_form=False,
    ),
)
