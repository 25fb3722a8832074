"""Whether access is analysed all the time in a region: an active analyzer of IAM Access Analyzer. One setting that always exists.

Source: ListAnalyzers. An analyzer of external access covers its region, one of unused access the identities of the account. An analyzer of
the organisation is listed only in the account that made it. CloudFormation declares single analyzers, not whether there is one.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import any_of
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_NAME = "access-analysis"
_MORE = Unknown(Reason(ReasonCode.LIMIT, "there are more analyzers than one answer holds"))


def shape_analysis(document: Document) -> Iterable[Draft]:
    """The setting: on as soon as one analyzer works. What is disabled, failed or still being made reports nothing."""
    draft = Draft(document, "access_review")
    draft.tags = {}
    listed, more = document["Analyzers"], document["NextToken"].is_set()
    active = any_of(analyzer.get("Status").eq("ACTIVE") for analyzer in listed.each())
    rest = more.map(lambda goes_on: _MORE if goes_on else False)
    draft.set("review.access_analysed", Reading((active | rest).value, listed.places))
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::AccessAnalyzer::Analysis",
        asset_type="access_review",
        singleton=True,
        # Read as one answer: a region holds a handful of analyzers (quotas of IAM Access Analyzer), and there is nothing to read of each.
        describe=Call(service="accessanalyzer", operation="ListAnalyzers", action="access-analyzer:ListAnalyzers"),
        identify=lambda _answer, place: f"{place.provider}:control/account/{place.account}/{place.region}/{_NAME}",
        name=lambda _answer: _NAME,
        canonical=cfn_names(only=frozenset({"Analyzers", "NextToken"})),
        shape=shape_analysis,
        facts=frozenset({"review.access_analysed"}),
        derived=frozenset({"scope.ai_in_use"}),
        file_form=False,
    ),
)
