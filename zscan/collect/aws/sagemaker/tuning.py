"""SageMaker hyper-parameter tuning and AutoML jobs. Sources: DescribeHyperParameterTuningJob, DescribeAutoMLJobV2 (which describes the jobs
of both versions). Defaults: HyperParameterTrainingJobDefinition, AutoMLSecurityConfig. CloudFormation has no such types.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.instances import hardware_encrypted
from zscan.collect.aws.sagemaker.runs import (
    ISOLATION,
    NETWORK,
    NEWEST_RUNS,
    SECRETS,
    STORAGE,
    bucket,
    instance_types,
    nodes,
    run_images,
    set_outputs,
    set_role,
    set_secrets,
    set_vpc,
)
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine


def _definitions(document: Document) -> list[Reading]:
    """The kinds of training that a tuning job starts: one, or several by name."""
    single = document["TrainingJobDefinition"]
    return [*([single] if single.value is not None else []), *document["TrainingJobDefinitions"].each()]


def _machines(definition: Reading) -> Reading:
    """The machines of a definition, in one of two members."""
    plain = definition.get("ResourceConfig")
    return plain if plain.value is not None else definition.get("HyperParameterTuningResourceConfig")


def shape_tuning(document: Document) -> Iterable[Draft]:
    """A tuning job: what holds for all kinds of training that it starts."""
    draft = asset(document, "training_job")
    kinds = _definitions(document)
    machines = [_machines(kind) for kind in kinds]
    isolated = [switch(kind.get("EnableNetworkIsolation")) for kind in kinds]
    in_network = [kind.get("VpcConfig.Subnets").is_set() for kind in kinds]
    draft.set("training.isolated", all_of(isolated, empty=False))
    draft.set("network.egress_restricted", all_of(isolated, empty=False))
    draft.set("network.private_network", all_of(in_network, empty=False))
    draft.set("network.direct_internet", any_of(~alone & ~inside for alone, inside in zip(isolated, in_network, strict=True)))
    draft.set("training.nodes", combine(lambda *counts: max(counts, default=0), *(nodes(one) for one in machines)))
    draft.set("encryption.internal_traffic", all_of(switch(kind.get("EnableInterContainerTrafficEncryption")) for kind in kinds))
    draft.set("encryption.customer_key", all_of((one.get("VolumeKmsKeyId").is_set() for one in machines), empty=False))
    draft.set(
        "encryption.hardware_key_only",
        all_of((hardware_encrypted(kind) for one in machines for kind in instance_types(one)), empty=False),
    )
    draft.set("encryption.output_customer_key", all_of((kind.get("OutputDataConfig.KmsKeyId").is_set() for kind in kinds), empty=False))
    draft.set("principal.assigned", all_of((kind.get("RoleArn").is_set() for kind in kinds), empty=False))
    draft.set(
        "artefact.images",
        [
            found
            for index, kind in enumerate(kinds)
            for found in run_images(f"training-{index}", kind.get("AlgorithmSpecification.TrainingImage"))
        ],
    )
    settings = [(kind.get(member), where) for kind in kinds for member, where in _SETTINGS]
    set_secrets(draft, *settings)
    for kind, one in zip(kinds, machines, strict=True):
        _refer(draft, kind, one)
    yield draft


_SETTINGS = (("Environment", "environment"), ("StaticHyperParameters", "hyperparameters"))


def _refer(draft: Draft, kind: Reading, machines: Reading) -> None:
    draft.refer("runs_as", "AWS::IAM::Role", kind.get("RoleArn"))
    for key in (machines.get("VolumeKmsKeyId"), kind.get("OutputDataConfig.KmsKeyId")):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    for channel in kind.get("InputDataConfig").each():
        draft.refer("reads_from", "AWS::S3::Bucket", bucket(channel.get("DataSource.S3DataSource.S3Uri")))
    for place in (kind.get("OutputDataConfig.S3OutputPath"), kind.get("CheckpointConfig.S3Uri")):
        draft.refer("writes_to", "AWS::S3::Bucket", bucket(place))
    attach(draft, subnets=kind.get("VpcConfig.Subnets").each(), groups=kind.get("VpcConfig.SecurityGroupIds").each())


def shape_automl(document: Document) -> Iterable[Draft]:
    """An AutoML job. It has no switch for isolation; the number of its machines is the platform's choice."""
    draft = asset(document, "training_job")
    security, output = document["SecurityConfig"], document["OutputDataConfig"]
    set_vpc(draft, security.get("VpcConfig"))
    draft.set("encryption.customer_key", security.get("VolumeKmsKeyId").is_set())
    draft.set("encryption.internal_traffic", switch(security.get("EnableInterContainerTrafficEncryption")))
    draft.refer("encrypts_with", "AWS::KMS::Key", security.get("VolumeKmsKeyId"))
    set_outputs(draft, output.get("KmsKeyId"), (output.get("S3OutputPath"),))
    set_role(draft, document["RoleArn"])
    for channel in document["AutoMLJobInputDataConfig"].each():
        draft.refer("reads_from", "AWS::S3::Bucket", bucket(channel.get("DataSource.S3DataSource.S3Uri")))
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::HyperParameterTuningJob",
        asset_type="training_job",
        list=listing("ListHyperParameterTuningJobs", "HyperParameterTuningJobSummaries", newest=NEWEST_RUNS),
        describe=description("DescribeHyperParameterTuningJob", "HyperParameterTuningJobName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["HyperParameterTuningJobArn"]),
        name=lambda answer: str(answer["HyperParameterTuningJobName"]),
        canonical=cfn_names(maps=frozenset({"StaticHyperParameters"})),
        shape=shape_tuning,
        facts=GOVERNANCE
        | ISOLATION
        | STORAGE
        | SECRETS
        | {"training.nodes", "artefact.images", "encryption.output_customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to", "attached_to"}),
        file_form=False,
    ),
    Collector(
        native_type="AWS::SageMaker::AutoMLJob",
        asset_type="training_job",
        list=listing("ListAutoMLJobs", "AutoMLJobSummaries", newest=NEWEST_RUNS),
        describe=description("DescribeAutoMLJobV2", "AutoMLJobName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["AutoMLJobArn"]),
        name=lambda answer: str(answer["AutoMLJobName"]),
        canonical=cfn_names(),
        shape=shape_automl,
        facts=GOVERNANCE
        | NETWORK
        | {"encryption.customer_key", "encryption.internal_traffic", "encryption.output_customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to", "attached_to"}),
        file_form=False,
    ),
)
