"""Guardrails that the account enforces in a region on every call, whatever the caller asks. Source: ListEnforcedGuardrailsConfiguration.

An organisation can enforce one too, by a policy (`ai_policies`). Defaults: PutEnforcedGuardrailConfiguration. CloudFormation can declare a
configuration, but not that there is none, so the setting is read live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.guardrails import refer_to_guardrail
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import any_of
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

ORGANISATION_POLICY = "AWS::Organizations::BedrockPolicy"
ORGANISATION_NAME = "organisation-guardrails"
_NAME = "enforced-guardrails"
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "which content is screened is not set, and no default is documented"))
_MORE = Unknown(Reason(ReasonCode.LIMIT, "there are more configurations than one answer holds"))


def shape_enforced(document: Document) -> Iterable[Draft]:
    """The setting: whether a guardrail is enforced, and what the enforcement leaves out."""
    draft = Draft(document, "enforced_guardrails")
    draft.tags = {}
    configurations = document["GuardrailsConfig"]
    draft.set("enforcement.configured", Reading(any_of(_exists(item) for item in configurations.each()).value, configurations.places))
    records = [_record(item) for item in configurations.each()]
    draft.set("enforcement.policies", Reading(records, configurations.places))
    for item in configurations.each():
        named = {"GuardrailIdentifier": item.get("GuardrailArn").value, "GuardrailVersion": item.get("GuardrailVersion").value}
        refer_to_guardrail(draft, item if item.unknown else Reading(named, item.places))
    draft.refer("governed_by", ORGANISATION_POLICY, f"aws:control/account/{document.account}/{ORGANISATION_NAME}")
    yield draft


def _exists(item: Reading) -> Reading:
    return item if item.unknown else Reading(True, item.places)


def _record(item: Reading) -> Any:
    if item.unknown:
        return item.value
    models = item.get("ModelEnforcement")
    content = item.get("SelectiveContentGuarding")
    return policy_record(
        item.get("ConfigId").value,
        included=models.get("IncludedModels"),
        excluded=models.get("ExcludedModels"),
        content=(content.get("System"), content.get("Messages")),
        tags=item.get("InputTags"),
    )


def policy_record(name: Any, *, included: Reading, excluded: Reading, content: tuple[Reading, Reading], tags: Reading) -> dict[str, Any]:
    """An element of `enforcement.policies`. Without a list of models it holds for all; callers' tags narrow what is screened."""
    everything = any_of(entry if entry.unknown else entry.eq("ALL") for entry in included.each())
    parts = [_screened(part, tags) for part in content]
    return {
        "name": name,
        "all_models": ((~included.is_set() | everything) & ~excluded.is_set()).value,
        "all_content": (parts[0] & parts[1]).value,
    }


def _screened(mode: Reading, tags: Reading) -> Reading:
    """Whether all of a part of the request is screened, not only what the caller marked. The older switch was about tags in the input."""
    older = tags.map(lambda value: _UNSTATED if value is None else str(value).upper() == "IGNORE")
    return older if mode.value is None else mode.map(lambda value: str(value).upper() == "COMPREHENSIVE")


def _canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    body = cfn_names(only=frozenset({"GuardrailsConfig"}))(answer)
    if answer.get("nextToken"):
        body["GuardrailsConfig"] = [*(body.get("GuardrailsConfig") or ()), _MORE]
    return body


COLLECTORS = (
    Collector(
        native_type="AWS::Bedrock::EnforcedGuardrails",
        asset_type="enforced_guardrails",
        singleton=True,
        describe=Call(
            service="bedrock", operation="ListEnforcedGuardrailsConfiguration", action="bedrock:ListEnforcedGuardrailsConfiguration"
        ),
        identify=lambda _answer, place: f"{place.provider}:control/account/{place.account}/{place.region}/{_NAME}",
        name=lambda _answer: _NAME,
        canonical=_canonical,
        shape=shape_enforced,
        facts=frozenset({"enforcement.configured", "enforcement.policies"}),
        derived=frozenset({"scope.ai_in_use"}),
        relations=frozenset({"guarded_by", "governed_by"}),
        file_form=False,
    ),
)
