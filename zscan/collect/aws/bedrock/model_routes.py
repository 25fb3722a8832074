"""Inference profiles and prompt routers: named ways to models, which may spread calls over regions. Sources: ListInferenceProfiles,
GetInferenceProfile, ListPromptRouters; AWS::Bedrock::ApplicationInferenceProfile, AWS::Bedrock::IntelligentPromptRouter.

The profiles of AWS itself exist in every account; one is read where an asset uses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector, Place
from zscan.collect.aws.bedrock.called import GEOGRAPHIES, PROFILE, ROUTER, SYSTEM_PROFILE, WORLDWIDE, refer_to_model
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn, arn_parts, locate
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_ANYWHERE = "any"  # a hosted model without a region in its ARN: calls may be answered in every commercial region
_NO_REGIONS = Unknown(Reason(ReasonCode.UNRESOLVED, "which regions the source profile leads to stands only in the live system"))
ROUTED = frozenset({"routing.regions", "routing.leaves_geography"})


def shape_profile(document: Document) -> Iterable[Draft]:
    """A profile of the customer's own, copied from a model or from a profile of AWS."""
    draft = asset(document, "model_route")
    draft.keys |= {known for name in ("InferenceProfileId", "InferenceProfileArn") if isinstance(known := document[name].value, str)}
    _route(draft, document)
    yield draft


def shape_system_profile(document: Document) -> Iterable[Draft]:
    """A profile of AWS that an asset calls models through. It has no tags."""
    draft = Draft(document, "model_route")
    draft.tags = {}
    draft.keys |= {known for name in ("InferenceProfileId", "InferenceProfileArn") if isinstance(known := document[name].value, str)}
    _route(draft, document)
    yield draft


def shape_router(document: Document) -> Iterable[Draft]:
    """A router: it sends each prompt to one of its models, or to the fallback. Where a profile is among them, that is judged."""
    draft = asset(document, "model_route")
    for model in (*document["Models"].each(), document["FallbackModel"]):
        refer_to_model(draft, "serves", model.get("ModelArn"))
    yield draft


def _route(draft: Draft, document: Document) -> None:
    models = document["Models"]
    if draft.view == "declared":
        copied = document["ModelSource.CopyFrom"]
        draft.set("routing.regions", copied.map(_source_regions))
        draft.set("routing.leaves_geography", copied.map(_source_leaves))
        refer_to_model(draft, "serves", copied)
        return
    sources = [model.get("ModelArn") for model in models.each()]
    regions = [source.map(_region).value for source in sources]
    known = sorted({region for region in regions if isinstance(region, str)})
    rest = [region for region in regions if isinstance(region, Unknown)]
    draft.set("routing.regions", Reading([*known, *rest[:1]], models.places))
    abroad = any(_geography(region) != _geography(draft.region) for region in known)
    draft.set("routing.leaves_geography", Reading(True if abroad else rest[0] if rest else False, models.places))
    for source in sources:
        refer_to_model(draft, "serves", source)


def _region(model: Any) -> Any:
    parts = arn_parts(str(model))
    return _NO_REGIONS if parts is None else parts[1] or _ANYWHERE


def _geography(region: str) -> str:
    """The part of the world that a region lies in, as region names say it (`us`, `eu`, `ap`; GovCloud apart)."""
    return "us-gov" if region.startswith("us-gov") else region.partition("-")[0]


def _source_regions(source: Any) -> Any:
    """A model as the source means calls in the profile's own region; a profile of AWS may lead anywhere inside its geography."""
    if not source:
        return _NO_REGIONS
    parts = arn_parts(str(source))
    if parts is None or not parts[3].startswith("foundation-model/"):
        return [_ANYWHERE] if _prefix(str(source)) == WORLDWIDE else _NO_REGIONS
    return [parts[1]]


def _source_leaves(source: Any) -> Any:
    if not source:
        return _NO_REGIONS
    parts = arn_parts(str(source))
    if parts is not None and parts[3].startswith("foundation-model/"):
        return False
    return True if _prefix(str(source)) == WORLDWIDE else _NO_REGIONS


def _prefix(source: str) -> str:
    first = source.rpartition("/")[2].partition(".")[0]
    return first if first in GEOGRAPHIES else ""


def _system_arn(key: str, place: Place) -> str:
    """An asset names a profile of AWS by its id or its ARN, which lies in the caller's account."""
    return key if key.startswith("arn:") else arn(place, "bedrock", f"inference-profile/{key}")


COLLECTORS = (
    Collector(
        native_type=PROFILE,
        asset_type="model_route",
        # the listing already says all that GetInferenceProfile says
        list=Call(
            service="bedrock",
            operation="ListInferenceProfiles",
            action="bedrock:ListInferenceProfiles",
            params={"typeEquals": "APPLICATION"},
            items="inferenceProfileSummaries",
            page_size=1000,
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["inferenceProfileArn"]),
        name=lambda answer: str(answer["inferenceProfileName"]),
        canonical=cfn_names(),
        shape=shape_profile,
        facts=GOVERNANCE | ROUTED,
        relations=frozenset({"serves"}),
    ),
    Collector(
        native_type=SYSTEM_PROFILE,
        asset_type="model_route",
        resolves=True,
        locate=locate,
        describe=Call(
            service="bedrock",
            operation="GetInferenceProfile",
            action="bedrock:GetInferenceProfile",
            params={"inferenceProfileIdentifier": "{key}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        identify=lambda answer, place: _system_arn(str(answer["key"]), place),
        name=lambda answer: str(answer["key"]).rpartition("/")[2],
        canonical=cfn_names(),
        shape=shape_system_profile,
        facts=ROUTED,
        relations=frozenset({"serves"}),
        file_form=False,
    ),
    Collector(
        native_type=ROUTER,
        asset_type="model_route",
        # the listing already says all that GetPromptRouter says; the default routers of AWS are no asset of the account
        list=Call(
            service="bedrock",
            operation="ListPromptRouters",
            action="bedrock:ListPromptRouters",
            params={"type": "custom"},
            items="promptRouterSummaries",
            page_size=100,
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["promptRouterArn"]),
        name=lambda answer: str(answer["promptRouterName"]),
        canonical=cfn_names(),
        shape=shape_router,
        facts=GOVERNANCE,
        relations=frozenset({"serves"}),
    ),
)
