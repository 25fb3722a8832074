"""Which kind of model an identifier names. Sources: the members `modelId` and `foundationModel` of the Bedrock APIs; the resource types
that the Service Authorization Reference lists for bedrock:InvokeModel.

An identifier is an ARN, the id of a hosted model (`provider.name-version`), or the id of an inference profile of AWS, which puts the
geography before it (`us.provider.name-version`).
"""

from __future__ import annotations

from zscan.collect.aws.places import arn_parts
from zscan.model.asset import Draft
from zscan.model.document import Reading

HOSTED_MODEL = "AWS::Bedrock::FoundationModel"
SYSTEM_PROFILE = "AWS::Bedrock::SystemInferenceProfile"
PROFILE = "AWS::Bedrock::ApplicationInferenceProfile"
ROUTER = "AWS::Bedrock::IntelligentPromptRouter"
CUSTOM_MODEL = "AWS::Bedrock::CustomModel"
IMPORTED_MODEL = "AWS::Bedrock::ImportedModel"
DEPLOYMENT = "AWS::Bedrock::CustomModelDeployment"
THROUGHPUT = "AWS::Bedrock::ProvisionedModelThroughput"
WORLDWIDE = "global"
# Bedrock user guide, "Supported Regions and models for inference profiles": what the id of a profile of AWS begins with.
GEOGRAPHIES = frozenset({"us", "us-gov", "eu", "apac", "jp", "au", "ca", "sa", "me", "af", "il", "in", WORLDWIDE})
_BY_RESOURCE = {
    "foundation-model": HOSTED_MODEL,
    "inference-profile": SYSTEM_PROFILE,
    "application-inference-profile": PROFILE,
    "prompt-router": ROUTER,
    "default-prompt-router": ROUTER,
    "custom-model": CUSTOM_MODEL,
    "imported-model": IMPORTED_MODEL,
    "custom-model-deployment": DEPLOYMENT,
    "provisioned-model": THROUGHPUT,
    "endpoint": "AWS::SageMaker::Endpoint",
}
ANY_MODEL = tuple(sorted(set(_BY_RESOURCE.values())))


def refer_to_model(draft: Draft, relation: str, model: Reading) -> None:
    """Note an edge to the model, profile, router, deployment or reserved throughput that an identifier names."""
    if not isinstance(model.value, str) or not model.value:
        draft.refer(relation, ANY_MODEL, model)
        return
    native_type, key = _named(model.value, draft)
    draft.refer(relation, native_type, Reading(key, model.places))


def _named(text: str, draft: Draft) -> tuple[str, str]:
    parts = arn_parts(text)
    if parts is not None:
        kind, _, name = parts[3].partition("/")
        if kind == "foundation-model":
            return HOSTED_MODEL, text if draft.view == "declared" else hosted_here(name, draft)
        return _BY_RESOURCE.get(kind, CUSTOM_MODEL), text
    if text.partition(".")[0] in GEOGRAPHIES:
        return SYSTEM_PROFILE, text
    return (HOSTED_MODEL, hosted_here(text, draft)) if "." in text else (CUSTOM_MODEL, text)


def hosted_here(model: str, draft: Draft) -> str:
    """The ARN of a hosted model in the asset's own region, whose list says how long the model lives. A template has no region yet."""
    if draft.view == "declared":
        return model
    partition = draft.id.split(":")[1] if draft.id.startswith("arn:") else "aws"
    return f"arn:{partition}:bedrock:{draft.region}::foundation-model/{model}"
