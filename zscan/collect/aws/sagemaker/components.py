"""SageMaker inference components (models placed on shared endpoints) and inference experiments (shadow tests).

Sources: DescribeInferenceComponent, DescribeInferenceExperiment; AWS::SageMaker::InferenceComponent, ::InferenceExperiment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.rollout import ROLLOUT, set_rollout
from zscan.collect.aws.sagemaker.runs import NEWEST_RUNS, SECRETS, bucket, run_images, set_role, set_secrets
from zscan.collect.aws.settings import number
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

_NO_COPIES = "an adapter lives in the copies of its base component"


def _specifications(document: Document) -> list[Reading]:
    """What the component runs: one specification, or one for each instance type."""
    several = document["Specifications"].each()
    return several or [document["Specification"]]


def shape_component(document: Document) -> Iterable[Draft]:
    """An inference component: its container, its copies, its last change."""
    draft = asset(document, "model")
    parts = _specifications(document)
    draft.set("artefact.images", [found for index, part in enumerate(parts) for found in _image(index, part)])
    copies = number(document["RuntimeConfig.CopyCount"], unset=_NO_COPIES)
    draft.set("availability.redundant", copies.map(lambda count: count > 1))
    set_rollout(draft, document["DeploymentConfig"])
    set_secrets(draft, *((part.get("Container.Environment"), "environment") for part in parts))
    draft.refer("part_of", "AWS::SageMaker::Endpoint", document["EndpointName"])
    for part in parts:
        draft.refer("serves", "AWS::SageMaker::Model", part.get("ModelName"))
        draft.refer("reads_from", "AWS::S3::Bucket", bucket(part.get("Container.ArtifactUrl")))
    yield draft


def _image(index: int, part: Reading) -> list[Any]:
    """The image of a part. The API answers with the image as named and as resolved, a template names it."""
    named = part.get("Container.Image")
    return run_images(f"container-{index}", named if named.value is not None else part.get("Container.DeployedImage.SpecifiedImage"))


def shape_experiment(document: Document) -> Iterable[Draft]:
    """A shadow test: the disks of its hosts, and the requests and answers that it keeps."""
    draft = asset(document, "evaluation")
    storage = document["DataStorageConfig"]
    draft.set("encryption.customer_key", document["KmsKey"].is_set())
    draft.set("encryption.output_customer_key", ~storage.get("Destination").is_set() | storage.get("KmsKey").is_set())
    set_role(draft, document["RoleArn"])
    for key in (document["KmsKey"], storage.get("KmsKey")):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.refer("writes_to", "AWS::S3::Bucket", bucket(storage.get("Destination")))
    for variant in document["ModelVariants"].each():
        draft.refer("calls_model", "AWS::SageMaker::Model", variant.get("ModelName"))
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::InferenceComponent",
        asset_type="model",
        list=listing("ListInferenceComponents", "InferenceComponents"),
        describe=description("DescribeInferenceComponent", "InferenceComponentName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["InferenceComponentArn"]),
        name=lambda answer: str(answer["InferenceComponentName"]),
        canonical=cfn_names(
            aliases={"RuntimeConfig.DesiredCopyCount": "RuntimeConfig.CopyCount", "LastDeploymentConfig": "DeploymentConfig"}
        ),
        shape=shape_component,
        facts=GOVERNANCE | SECRETS | ROLLOUT | {"artefact.images", "availability.redundant"},
        relations=frozenset({"part_of", "serves", "reads_from"}),
    ),
    Collector(
        native_type="AWS::SageMaker::InferenceExperiment",
        asset_type="evaluation",
        list=listing("ListInferenceExperiments", "InferenceExperiments", newest=NEWEST_RUNS),
        describe=description("DescribeInferenceExperiment", "Name"),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "sagemaker", "inference-experiment/" + str(answer["Name"]).lower()),
        name=lambda answer: str(answer["Name"]),
        canonical=cfn_names(),
        shape=shape_experiment,
        facts=GOVERNANCE | {"encryption.customer_key", "encryption.output_customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "writes_to", "calls_model"}),
    ),
)
