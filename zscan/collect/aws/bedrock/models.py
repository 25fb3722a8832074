"""Bedrock models of the customer's own and reserved throughput. Sources: GetCustomModel, ListProvisionedModelThroughputs.

Neither has a type in CloudFormation.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

CUSTOM_MODEL = "AWS::Bedrock::CustomModel"


def shape_custom_model(document: Document) -> Iterable[Draft]:
    """A fine-tuned, distilled or imported model: the key that protects its weights, the data it was made with."""
    draft = asset(document, "model")
    draft.set("encryption.customer_key", document["ModelKmsKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["ModelKmsKeyArn"])
    draft.refer("built_from", CUSTOM_MODEL, document["BaseModelArn"])
    training = document["TrainingDataConfig"]
    _bucket(draft, "reads_from", training.get("S3Uri"))
    _bucket(draft, "reads_from", training.get("InvocationLogsConfig.InvocationLogSource.S3Uri"))
    for validator in document["ValidationDataConfig.Validators"].each():
        _bucket(draft, "reads_from", validator.get("S3Uri"))
    _bucket(draft, "writes_to", document["OutputDataConfig.S3Uri"])
    yield draft


def _bucket(draft: Draft, relation: str, uri: Reading) -> None:
    draft.refer(relation, "AWS::S3::Bucket", uri.map(lambda text: bucket_of(str(text or ""))))


def shape_throughput(document: Document) -> Iterable[Draft]:
    """Reserved throughput: which model it serves."""
    draft = asset(document, "capacity")
    draft.refer("serves", CUSTOM_MODEL, document["ModelArn"])
    yield draft


COLLECTORS = (
    Collector(
        native_type=CUSTOM_MODEL,
        asset_type="model",
        list=Call(
            service="bedrock", operation="ListCustomModels", action="bedrock:ListCustomModels", items="modelSummaries", page_size=1000
        ),
        describe=Call(
            service="bedrock",
            operation="GetCustomModel",
            action="bedrock:GetCustomModel",
            params={"modelIdentifier": "{modelArn}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["modelArn"]),
        name=lambda answer: str(answer["modelName"]),
        canonical=cfn_names(),
        shape=shape_custom_model,
        facts=GOVERNANCE | {"encryption.customer_key"},
        relations=frozenset({"encrypts_with", "built_from", "reads_from", "writes_to"}),
        file_form=False,
    ),
    Collector(
        native_type="AWS::Bedrock::ProvisionedModelThroughput",
        asset_type="capacity",
        # the listing already says all that GetProvisionedModelThroughput says
        list=Call(
            service="bedrock",
            operation="ListProvisionedModelThroughputs",
            action="bedrock:ListProvisionedModelThroughputs",
            items="provisionedModelSummaries",
            page_size=1000,
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["provisionedModelArn"]),
        name=lambda answer: str(answer["provisionedModelName"]),
        canonical=cfn_names(),
        shape=shape_throughput,
        facts=GOVERNANCE,
        relations=frozenset({"serves"}),
        file_form=False,
    ),
)
