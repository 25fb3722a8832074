"""Policies of the organisation about AI, as they arrive at the account. Source: DescribeEffectivePolicy of AWS Organizations, which answers
for the caller's own account in every account of an organisation.

An effective policy is JSON text without the operators of inheritance (user guide, "Viewing effective management policies"); where an
operator is left, its value is meant. Formats: "AI services opt-out policy syntax and examples" and "Amazon Bedrock policy syntax and
examples" in the AWS Organizations user guide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.enforcement import ORGANISATION_NAME, ORGANISATION_POLICY, policy_record
from zscan.collect.aws.bedrock.guardrails import refer_to_guardrail
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_OPT_OUT_NAME = "ai-services-opt-out"
_NO_JSON = Unknown(Reason(ReasonCode.UNPARSABLE, "the effective policy is not a JSON object"))


def shape_opt_out(document: Document) -> Iterable[Draft]:
    """The opt-out: whether every AI service may use content of the account only to serve it."""
    draft = Draft(document, "ai_opt_out")
    draft.tags = {}
    draft.set("provider_use.training_opted_out", document["Policy"].get("services").map(_all_opted_out))
    yield draft


def _all_opted_out(services: Any) -> bool:
    """By default out, and no service in again. A policy that names single services leaves those that come later in."""
    listed = services if isinstance(services, Mapping) else {}
    words = {str(name): str(_value(service.get("opt_out_policy"))) for name, service in listed.items() if isinstance(service, Mapping)}
    return words.get("default") == "optOut" and "optIn" not in words.values()


def shape_enforced_by_organisation(document: Document) -> Iterable[Draft]:
    """The guardrails that the organisation enforces: in which regions, and what the enforcement leaves out."""
    draft = Draft(document, "guardrail_policy")
    draft.tags = {}
    regions = document["Policy"].get("bedrock.guardrail_inference")
    draft.set("enforcement.regions", regions.map(lambda value: sorted(str(name) for name in value) if isinstance(value, Mapping) else []))
    if regions.unknown:
        draft.set("enforcement.policies", Reading([regions.value], regions.places))
        draft.refer("guarded_by", "AWS::Bedrock::GuardrailVersion", regions)
    else:
        found = list(_configurations(regions))
        draft.set("enforcement.policies", Reading([_record(name, item) for name, item in found], regions.places))
        for _, item in found:
            identifier, _, version = str(_value(item.get("identifier").value) or "").rpartition(":")
            refer_to_guardrail(draft, Reading({"GuardrailIdentifier": identifier, "GuardrailVersion": version}, item.places))
    yield draft


def _configurations(regions: Reading) -> Iterator[tuple[str, Reading]]:
    for region, configurations in regions.items():
        for name, item in configurations.items():
            yield f"{region}/{name}", item


def _record(name: str, item: Reading) -> dict[str, Any]:
    models, content = item.get("model_enforcement"), item.get("selective_content_guarding")
    return policy_record(
        name,
        included=models.get("included_models").map(_value),
        excluded=models.get("excluded_models").map(_value),
        content=(content.get("system").map(_value), content.get("messages").map(_value)),
        tags=item.get("input_tags").map(_value),
    )


def _value(node: Any) -> Any:
    return node.get("@@assign") if isinstance(node, Mapping) else node


def _parsed(answer: Mapping[str, Any]) -> dict[str, Any]:
    if "PolicyContent" not in answer:
        return {}
    try:
        policy = json.loads(str(answer["PolicyContent"]))
    except ValueError:
        policy = _NO_JSON
    return {"Policy": policy if isinstance(policy, dict | Unknown) else _NO_JSON}


def _control(
    native_type: str, asset_type: str, policy: str, name: str, shape: Callable[[Document], Iterable[Draft]], **more: Any
) -> Collector:
    return Collector(
        native_type=native_type,
        asset_type=asset_type,
        scope="account",
        singleton=True,
        describe=Call(
            service="organizations",
            operation="DescribeEffectivePolicy",
            action="organizations:DescribeEffectivePolicy",
            params={"PolicyType": policy},
            take="EffectivePolicy",
            absent=frozenset({"EffectivePolicyNotFoundException", "AWSOrganizationsNotInUseException"}),
        ),
        identify=lambda _answer, place: f"{place.provider}:control/account/{place.account}/{name}",
        name=lambda _answer: name,
        canonical=_parsed,
        shape=shape,
        file_form=False,
        **more,
    )


COLLECTORS = (
    _control(
        "AWS::Organizations::AIServicesOptOutPolicy",
        "ai_opt_out",
        "AISERVICES_OPT_OUT_POLICY",
        _OPT_OUT_NAME,
        shape_opt_out,
        facts=frozenset({"provider_use.training_opted_out"}),
        derived=frozenset({"scope.ai_in_use"}),
    ),
    _control(
        ORGANISATION_POLICY,
        "guardrail_policy",
        "BEDROCK_POLICY",
        ORGANISATION_NAME,
        shape_enforced_by_organisation,
        facts=frozenset({"enforcement.regions", "enforcement.policies"}),
        derived=frozenset({"scope.ai_in_use"}),
        relations=frozenset({"guarded_by"}),
    ),
)
