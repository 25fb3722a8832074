"""The data retention of an account and region: whether prompts and answers of model calls may be stored by AWS or the model's maker.

Source: GetAccountDataRetention; user guide, "Data retention". A region in which nothing was set is at `inherit`, where each model's own
default applies; only `none` holds for every model, as calls of models that need retention are then refused. CloudFormation has no type.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.values import word
from zscan.collect.aws.canonical import cfn_names
from zscan.model.asset import Draft
from zscan.model.document import Document

_NAME = "data-retention"
_ZERO = {"none": True, "default": False, "inherit": False, "aws_review": False, "provider_data_share": False}


def shape_retention(document: Document) -> Iterable[Draft]:
    """The setting: whether it rules storage out for every model."""
    draft = Draft(document, "data_retention")
    draft.tags = {}
    draft.set("provider_use.nothing_retained", word(document["Mode"].default("inherit"), _ZERO))
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::Bedrock::AccountDataRetention",
        asset_type="data_retention",
        singleton=True,
        describe=Call(service="bedrock", operation="GetAccountDataRetention", action="bedrock:GetAccountDataRetention"),
        identify=lambda _answer, place: f"{place.provider}:control/account/{place.account}/{place.region}/{_NAME}",
        name=lambda _answer: _NAME,
        canonical=cfn_names(),
        shape=shape_retention,
        facts=frozenset({"provider_use.nothing_retained"}),
        derived=frozenset({"scope.ai_in_use"}),
        file_form=False,
    ),
)
