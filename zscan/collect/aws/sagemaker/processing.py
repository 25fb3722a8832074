"""SageMaker processing and batch transform jobs. Sources: DescribeProcessingJob, DescribeTransformJob; AWS::SageMaker::ProcessingJob.

Defaults: CreateProcessingJob, CreateTransformJob. CloudFormation has no type for transform jobs.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.runs import (
    ISOLATION,
    NEWEST_RUNS,
    SECRETS,
    STORAGE,
    bucket,
    nodes,
    run_images,
    set_isolation,
    set_outputs,
    set_role,
    set_secrets,
    set_storage,
)
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_processing(document: Document) -> Iterable[Draft]:
    """A processing job: it prepares data, or computes bias and quality."""
    draft = asset(document, "training_job")
    machines, output = document["ProcessingResources.ClusterConfig"], document["ProcessingOutputConfig"]
    draft.set("training.nodes", nodes(machines))
    draft.set("artefact.images", run_images("processing", document["AppSpecification.ImageUri"]))
    set_isolation(draft, document["NetworkConfig"])
    set_storage(draft, machines, machines.get("VolumeKmsKeyId"))
    set_outputs(draft, output.get("KmsKeyId"), (item.get("S3Output.S3Uri") for item in output.get("Outputs").each()))
    set_role(draft, document["RoleArn"])
    set_secrets(draft, (document["Environment"], "environment"))
    for item in document["ProcessingInputs"].each():
        draft.refer("reads_from", "AWS::S3::Bucket", bucket(item.get("S3Input.S3Uri")))
    yield draft


def shape_transform(document: Document) -> Iterable[Draft]:
    """A batch transform job. Network and role are those of the model that it applies."""
    draft = asset(document, "training_job")
    machines, output = document["TransformResources"], document["TransformOutput"]
    set_storage(draft, machines, machines.get("VolumeKmsKeyId"))
    set_outputs(draft, output.get("KmsKeyId"), (output.get("S3OutputPath"), document["DataCaptureConfig.DestinationS3Uri"]))
    set_secrets(draft, (document["Environment"], "environment"))
    draft.refer("reads_from", "AWS::S3::Bucket", bucket(document["TransformInput.DataSource.S3DataSource.S3Uri"]))
    draft.refer("calls_model", "AWS::SageMaker::Model", document["ModelName"])
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::ProcessingJob",
        asset_type="training_job",
        list=listing("ListProcessingJobs", "ProcessingJobSummaries", newest=NEWEST_RUNS),
        describe=description("DescribeProcessingJob", "ProcessingJobName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["ProcessingJobArn"]),
        name=lambda answer: str(answer["ProcessingJobName"]),
        canonical=cfn_names(),
        shape=shape_processing,
        facts=GOVERNANCE
        | ISOLATION
        | STORAGE
        | SECRETS
        | {"training.nodes", "artefact.images", "encryption.output_customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to", "attached_to"}),
    ),
    Collector(
        native_type="AWS::SageMaker::TransformJob",
        asset_type="training_job",
        list=listing("ListTransformJobs", "TransformJobSummaries", newest=NEWEST_RUNS),
        describe=description("DescribeTransformJob", "TransformJobName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["TransformJobArn"]),
        name=lambda answer: str(answer["TransformJobName"]),
        canonical=cfn_names(),
        shape=shape_transform,
        facts=GOVERNANCE | STORAGE | SECRETS | {"encryption.output_customer_key"},
        relations=frozenset({"encrypts_with", "reads_from", "writes_to", "calls_model"}),
        file_form=False,
    ),
)
