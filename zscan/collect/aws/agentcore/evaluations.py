"""Online evaluations: live sessions, scored. Sources: GetOnlineEvaluationConfig; AWS::BedrockAgentCore::OnlineEvaluationConfig."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.agentcore.calls import listing, single
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document
from zscan.model.unknown import Reason, ReasonCode, Unknown

_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "whether it is switched on is not set, and no default is documented"))
_NO_SHARE = Unknown(Reason(ReasonCode.UNPARSABLE, "the sampled share is not a number"))


def shape_evaluation(document: Document) -> Iterable[Draft]:
    """An online evaluation: whether it runs, on some share of the sessions, with something to look for."""
    draft = asset(document, "monitor")
    on = document["ExecutionStatus"].default(_UNSTATED).eq("ENABLED")
    sampled = document["Rule.SamplingConfig.SamplingPercentage"].default(0).map(_some)
    draft.set("monitor.running", on & sampled & (document["Evaluators"].is_set() | document["Insights"].is_set()))
    yield draft


def _some(share: Any) -> bool | Unknown:
    try:
        return float(share) > 0
    except (TypeError, ValueError):
        return _NO_SHARE


COLLECTORS = (
    Collector(
        native_type="AWS::BedrockAgentCore::OnlineEvaluationConfig",
        asset_type="monitor",
        list=listing("ListOnlineEvaluationConfigs", "onlineEvaluationConfigs"),
        describe=single("GetOnlineEvaluationConfig", params={"onlineEvaluationConfigId": "{onlineEvaluationConfigId}"}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["onlineEvaluationConfigArn"]),
        name=lambda answer: str(answer["onlineEvaluationConfigName"]),
        canonical=cfn_names(),
        shape=shape_evaluation,
        facts=GOVERNANCE | {"monitor.running"},
    ),
)
