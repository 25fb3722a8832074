"""SageMaker training jobs. Source: DescribeTrainingJob. Defaults: CreateTrainingJob. CloudFormation has no such type.

The history is listed, as finished jobs say how data was treated. It only grows and costs one call per job, so the newest are read and the
report says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.ecr import pull
from zscan.collect.aws.sagemaker.instances import hardware_encrypted
from zscan.collect.aws.sagemaker.runs import bucket, instance_types, nodes, run_images, set_secrets
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document

NEWEST_JOBS = 200  # of each kind, in each region


def shape_training_job(document: Document) -> Iterable[Draft]:
    """A training job: its containers' network, its keys, its machines, its settings."""
    draft = asset(document, "training_job")
    resources, output, algorithm = document["ResourceConfig"], document["OutputDataConfig"], document["AlgorithmSpecification"]
    isolated = switch(document["EnableNetworkIsolation"])
    in_network = document["VpcConfig.Subnets"].is_set()
    draft.set("training.isolated", isolated)
    draft.set("training.nodes", nodes(resources))
    draft.set("network.private_network", in_network)
    draft.set("network.direct_internet", ~isolated & ~in_network)
    draft.set("network.egress_restricted", isolated)
    draft.set("encryption.customer_key", resources.get("VolumeKmsKeyId").is_set())
    draft.set("encryption.hardware_key_only", all_of((hardware_encrypted(kind) for kind in instance_types(resources)), empty=False))
    draft.set("encryption.output_customer_key", output.get("KmsKeyId").is_set())
    draft.set("encryption.internal_traffic", switch(document["EnableInterContainerTrafficEncryption"]))
    draft.set("host.shell_access", switch(document["RemoteDebugConfig.EnableRemoteDebug"]))
    draft.set("artefact.images", run_images("training", algorithm.get("TrainingImage")))
    draft.set("artefact.private_registry", algorithm.get("TrainingImageConfig.TrainingRepositoryAccessMode").eq("Vpc"))
    draft.set("principal.assigned", document["RoleArn"].is_set())
    set_secrets(draft, (document["Environment"], "environment"), (document["HyperParameters"], "hyperparameters"))
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    pull(draft, [algorithm.get("TrainingImage")])
    for key in (resources.get("VolumeKmsKeyId"), output.get("KmsKeyId")):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    for channel in document["InputDataConfig"].each():
        draft.refer("reads_from", "AWS::S3::Bucket", bucket(channel.get("DataSource.S3DataSource.S3Uri")))
    for place in (output.get("S3OutputPath"), document["CheckpointConfig.S3Uri"]):
        draft.refer("writes_to", "AWS::S3::Bucket", bucket(place))
    attach(draft, subnets=document["VpcConfig.Subnets"].each(), groups=document["VpcConfig.SecurityGroupIds"].each())
    yield draft


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
