"""The models that AWS hosts for everybody, as far as an asset of the account uses them. Source: ListFoundationModels.

One answer lists all of a region; what no asset refers to is no part of the inventory.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.called import HOSTED_MODEL
from zscan.collect.aws.bedrock.values import word
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import locate
from zscan.model.asset import Draft
from zscan.model.document import Document

# FoundationModelLifecycle: a LEGACY model still answers, until its end of life
_LIVING = {"active": True, "legacy": False}


def shape_hosted_model(document: Document) -> Iterable[Draft]:
    """A hosted model: whether it is still among those that the provider keeps up."""
    draft = Draft(document, "hosted_model")
    draft.tags = {}
    draft.set("support.active", word(document["ModelLifecycle.Status"], _LIVING))
    yield draft


COLLECTORS = (
    Collector(
        native_type=HOSTED_MODEL,
        asset_type="hosted_model",
        resolves=True,
        locate=locate,
        # answers without pages
        list=Call(service="bedrock", operation="ListFoundationModels", action="bedrock:ListFoundationModels", items="modelSummaries"),
        identify=lambda answer, _place: str(answer["modelArn"]),
        name=lambda answer: str(answer["modelId"]),
        canonical=cfn_names(),
        shape=shape_hosted_model,
        facts=frozenset({"support.active"}),
        file_form=False,
    ),
)
