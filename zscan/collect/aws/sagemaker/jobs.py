"""SageMaker training jobs. Source: DescribeTrainingJob. Defaults: CreateTrainingJob. CloudFormation has no such type.

The history is listed, as finished jobs say how data was treated. It only grows and costs one call per job, so the newest are read and the
report says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.ecr import pull
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.sagemaker.instances import hardware_encrypted
from zscan.collect.aws.settings import number, switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, asset, image, secret_settings
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine

NEWEST_JOBS = 200  # of each kind, in each region


def shape_training_job(document: Document) -> Iterable[Draft]:
    """A training job: its containers' network, its keys, its machines, its settings."""
    draft = asset(document, "training_job")
    resources, output, algorithm = document["ResourceConfig"], document["OutputDataConfig"], document["AlgorithmSpecification"]
    isolated = switch(document["EnableNetworkIsolation"])
    in_network = document["VpcConfig.Subnets"].is_set()
    draft.set("training.isolated", isolated)
    draft.set("training.nodes", _nodes(resources))
    draft.set("network.private_network", in_network)
    draft.set("network.direct_internet", ~isolated & ~in_network)
    draft.set("network.egress_restricted", isolated)
    draft.set("encryption.customer_key", resources.get("VolumeKmsKeyId").is_set())
    draft.set("encryption.hardware_key_only", all_of((hardware_encrypted(kind) for kind in _instance_types(resources)), empty=False))
    draft.set("encryption.output_customer_key", output.get("KmsKeyId").is_set())
    draft.set("encryption.internal_traffic", switch(document["EnableInterContainerTrafficEncryption"]))
    draft.set("host.shell_access", switch(document["RemoteDebugConfig.EnableRemoteDebug"]))
    draft.set("artefact.images", _images(algorithm.get("TrainingImage")))
    draft.set("artefact.private_registry", algorithm.get("TrainingImageConfig.TrainingRepositoryAccessMode").eq("Vpc"))
    draft.set("principal.assigned", document["RoleArn"].is_set())
    _set_secrets(draft, document)
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    pull(draft, [algorithm.get("TrainingImage")])
    for key in (resources.get("VolumeKmsKeyId"), output.get("KmsKeyId")):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    for channel in document["InputDataConfig"].each():
        draft.refer("reads_from", "AWS::S3::Bucket", _bucket(channel.get("DataSource.S3DataSource.S3Uri")))
    for place in (output.get("S3OutputPath"), document["CheckpointConfig.S3Uri"]):
        draft.refer("writes_to", "AWS::S3::Bucket", _bucket(place))
    attach(draft, subnets=document["VpcConfig.Subnets"].each(), groups=document["VpcConfig.SecurityGroupIds"].each())
    yield draft


def _images(training: Reading) -> list[Any]:
    """A job may name an algorithm instead of an image."""
    if training.unknown:
        return [training.value]
    return [image("training", training)] if training.value is not None else []


def _nodes(resources: Reading) -> Reading:
    """Machines of all instance groups, or of the one kind. A serverless job has no count that anybody states."""
    unset = "the job states no number of machines"
    counts = [group.get("InstanceCount") for group in resources.get("InstanceGroups").each()]
    if not counts:
        single = resources.get("InstanceCount")
        counts = [single if single.value is not None else resources.get("SelectedInstanceCount")]
    return combine(lambda *numbers: sum(numbers), *(number(count, unset=unset) for count in counts))


def _instance_types(resources: Reading) -> list[Reading]:
    groups = resources.get("InstanceGroups").each()
    kinds = [group.get("InstanceType") for group in groups] or [resources.get("InstanceType"), resources.get("SelectedInstanceType")]
    return [kind for kind in kinds if kind.value is not None]


def _set_secrets(draft: Draft, document: Document) -> None:
    found = [
        secret_settings(document[member], where)
        for member, where in (("Environment", "environment"), ("HyperParameters", "hyperparameters"))
    ]
    draft.set("secrets.literals", [item for literals, _ in found for item in literals])
    draft.set("secrets.defaults", [item for _, defaults in found for item in defaults])


def _bucket(uri: Reading) -> Reading:
    return uri.map(lambda text: bucket_of(str(text or "")))


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::TrainingJob",
        asset_type="training_job",
        list=Call(
            service="sagemaker",
            operation="ListTrainingJobs",
            action="sagemaker:ListTrainingJobs",
            params={"SortBy": "CreationTime", "SortOrder": "Descending"},
            items="TrainingJobSummaries",
            page_size=100,
            newest=NEWEST_JOBS,
        ),
        describe=Call(
            service="sagemaker",
            operation="DescribeTrainingJob",
            action="sagemaker:DescribeTrainingJob",
            params={"TrainingJobName": "{TrainingJobName}"},
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["TrainingJobArn"]),
        name=lambda answer: str(answer["TrainingJobName"]),
        canonical=cfn_names(),
        shape=shape_training_job,
        facts=GOVERNANCE
        | {
            "training.isolated",
            "training.nodes",
            "network.private_network",
            "network.direct_internet",
            "network.egress_restricted",
            "encryption.customer_key",
            "encryption.hardware_key_only",
            "encryption.output_customer_key",
            "encryption.internal_traffic",
            "host.shell_access",
            "artefact.images",
            "artefact.private_registry",
            "principal.assigned",
            "secrets.literals",
            "secrets.defaults",
        },
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to", "attached_to", "pulls_from"}),
        file_form=False,
    ),
)
