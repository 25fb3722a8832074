"""Bedrock models of the customer's own, their deployments, and reserved throughput. Sources: GetCustomModel, GetImportedModel,
ListCustomModelDeployments, ListProvisionedModelThroughputs.

None of them has a type in CloudFormation.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.called import CUSTOM_MODEL, DEPLOYMENT, IMPORTED_MODEL, THROUGHPUT, refer_to_model
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading


def shape_custom_model(document: Document) -> Iterable[Draft]:
    """A fine-tuned, distilled or imported model: the key that protects its weights, the data it was made with."""
    draft = asset(document, "model")
    draft.set("encryption.customer_key", document["ModelKmsKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["ModelKmsKeyArn"])
    refer_to_model(draft, "built_from", document["BaseModelArn"])
    training = document["TrainingDataConfig"]
    _bucket(draft, "reads_from", training.get("S3Uri"))
    _bucket(draft, "reads_from", training.get("InvocationLogsConfig.InvocationLogSource.S3Uri"))
    for validator in document["ValidationDataConfig.Validators"].each():
        _bucket(draft, "reads_from", validator.get("S3Uri"))
    _bucket(draft, "writes_to", document["OutputDataConfig.S3Uri"])
    yield draft


def _bucket(draft: Draft, relation: str, uri: Reading) -> None:
    draft.refer(relation, "AWS::S3::Bucket", uri.map(lambda text: bucket_of(str(text or ""))))


def shape_imported_model(document: Document) -> Iterable[Draft]:
    """A model that came from elsewhere: the key that protects its weights, the bucket that they were taken from."""
    draft = asset(document, "model")
    draft.set("encryption.customer_key", document["ModelKmsKeyArn"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["ModelKmsKeyArn"])
    _bucket(draft, "reads_from", document["ModelDataSource.S3DataSource.S3Uri"])
    yield draft


def shape_deployment(document: Document) -> Iterable[Draft]:
    """A custom model that can be called on demand: which one."""
    draft = asset(document, "endpoint")
    refer_to_model(draft, "serves", document["ModelArn"])
    yield draft


def shape_throughput(document: Document) -> Iterable[Draft]:
    """Reserved throughput: which model it serves."""
    draft = asset(document, "capacity")
    refer_to_model(draft, "serves", document["ModelArn"])
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
        derived=frozenset({"quality.safety_evaluated"}),
        relations=frozenset({"encrypts_with", "built_from", "reads_from", "writes_to"}),
        file_form=False,
    ),
    Collector(
        native_type=THROUGHPUT,
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
    Collector(
        native_type=IMPORTED_MODEL,
        asset_type="model",
        list=Call(
            service="bedrock", operation="ListImportedModels", action="bedrock:ListImportedModels", items="modelSummaries", page_size=1000
        ),
        describe=Call(
            service="bedrock",
            operation="GetImportedModel",
            action="bedrock:GetImportedModel",
            params={"modelIdentifier": "{modelArn}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["modelArn"]),
        name=lambda answer: str(answer["modelName"]),
        canonical=cfn_names(),
        shape=shape_imported_model,
        facts=GOVERNANCE | {"encryption.customer_key"},
        derived=frozenset({"quality.safety_evaluated"}),
        relations=frozenset({"encrypts_with", "reads_from"}),
        file_form=False,
    ),
    Collector(
        native_type=DEPLOYMENT,
        asset_type="endpoint",
        # the listing already says all that GetCustomModelDeployment says
        list=Call(
            service="bedrock",
            operation="ListCustomModelDeployments",
            action="bedrock:ListCustomModelDeployments",
            items="modelDeploymentSummaries",
            page_size=1000,
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["customModelDeploymentArn"]),
        name=lambda answer: str(answer["customModelDeploymentName"]),
        canonical=cfn_names(),
        shape=shape_deployment,
        facts=GOVERNANCE,
        relations=frozenset({"serves"}),
        file_form=False,
    ),
)
