"""SageMaker pipelines. Sources: DescribePipeline; AWS::SageMaker::Pipeline; the pipeline definition JSON schema.

A step's arguments are the request that the pipeline sends when it runs, in the words of the API: they are read as the jobs themselves are.
Values that a run fills in (parameters, results of other steps) are not known. Defaults: those of the jobs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.instances import hardware_encrypted
from zscan.collect.aws.sagemaker.runs import NETWORK, SECRETS, STORAGE, bucket, instance_types, nodes, run_images, set_role, set_secrets
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown, Unresolved

_DEEPEST = 20  # branches within branches; the service allows far fewer
_UNREADABLE = Unknown(Reason(ReasonCode.UNPARSABLE, "the pipeline's definition is not the JSON of a pipeline"))
_ELSEWHERE = Unknown(Reason(ReasonCode.UNRESOLVED, "the pipeline's definition lies in a bucket"))


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that starts a job: its name, and where each kind of setting stands in its arguments."""

    name: Reading
    job: Reading
    machines: Reading
    volume_key: Reading
    output: Reading
    network: Reading | None  # None: the network is the model's
    image: Reading | None


def _steps(definition: Reading, depth: int = 0) -> Iterator[_Step]:
    """The steps of a definition that start jobs, those in branches too. Of a list that is not known, one unknown step."""
    for step in definition.get("Steps").each():
        job, kind = step.get("Arguments"), step.get("Type")
        if kind.value == "Condition" and depth < _DEEPEST:
            for branch in ("IfSteps", "ElseSteps"):
                yield from _steps(Reading({"Steps": job.get(branch).value}, definition.places), depth + 1)
        elif kind.unknown or kind.value in _SHAPES:
            yield _SHAPES.get(str(kind.value), _processing)(step.get("Name"), job)


def _training(name: Reading, job: Reading) -> _Step:
    machines = job.get("ResourceConfig")
    image = job.get("AlgorithmSpecification.TrainingImage")
    return _Step(name, job, machines, machines.get("VolumeKmsKeyId"), job.get("OutputDataConfig"), job, image)


def _processing(name: Reading, job: Reading) -> _Step:
    machines = job.get("ProcessingResources.ClusterConfig")
    output, network = job.get("ProcessingOutputConfig"), job.get("NetworkConfig")
    return _Step(name, job, machines, machines.get("VolumeKmsKeyId"), output, network, job.get("AppSpecification.ImageUri"))


def _tuning(name: Reading, job: Reading) -> _Step:
    return _training(name, job.get("TrainingJobDefinition"))


def _transform(name: Reading, job: Reading) -> _Step:
    machines = job.get("TransformResources")
    return _Step(name, job, machines, machines.get("VolumeKmsKeyId"), job.get("TransformOutput"), None, None)


_SHAPES = {"Training": _training, "Processing": _processing, "Tuning": _tuning, "Transform": _transform}


def shape_pipeline(document: Document) -> Iterable[Draft]:
    """A pipeline: what holds for all jobs that it starts. One that starts none protects nothing and lacks nothing."""
    draft = asset(document, "pipeline")
    steps = list(_steps(_definition(document)))
    networks = [step.network for step in steps if step.network is not None]
    inside = [network.get("VpcConfig.Subnets").is_set() for network in networks]
    alone = [switch(network.get("EnableNetworkIsolation")) for network in networks]
    draft.set("network.private_network", all_of(inside))
    draft.set("network.direct_internet", any_of(~one & ~other for one, other in zip(inside, alone, strict=True)))
    draft.set("encryption.customer_key", all_of(step.volume_key.is_set() | _local_disks(step.machines) for step in steps))
    draft.set("encryption.hardware_key_only", all_of((_local_disks(step.machines) for step in steps), empty=False))
    draft.set("encryption.output_customer_key", all_of(step.output.get("KmsKeyId").is_set() for step in steps))
    draft.set("encryption.internal_traffic", all_of(_traffic(step) for step in steps))
    draft.set("artefact.images", [found for step in steps if step.image is not None for found in run_images(_label(step.name), step.image)])
    set_secrets(
        draft, *((step.job.get(member), f"step {_label(step.name)}") for step in steps for member in ("Environment", "HyperParameters"))
    )
    set_role(draft, document["RoleArn"])
    for step in steps:
        _refer(draft, step)
    yield draft


def _label(name: Reading) -> str:
    return "" if name.unknown else str(name.value)


def _local_disks(machines: Reading) -> Reading:
    return all_of((hardware_encrypted(kind) for kind in instance_types(machines)), empty=False)


def _traffic(step: _Step) -> Reading:
    """One machine has nobody to talk to; batch transform has no such traffic."""
    if step.network is None:
        return Reading(True)
    return nodes(step.machines).map(lambda count: count < 2) | switch(step.network.get("EnableInterContainerTrafficEncryption"))  # noqa: PLR2004 (one machine)


def _refer(draft: Draft, step: _Step) -> None:
    for key in (step.volume_key, step.output.get("KmsKeyId")):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.refer("runs_as", "AWS::IAM::Role", step.job.get("RoleArn"))
    draft.refer("writes_to", "AWS::S3::Bucket", bucket(step.output.get("S3OutputPath")))
    if step.network is not None:
        vpc = step.network.get("VpcConfig")
        attach(draft, subnets=vpc.get("Subnets").each(), groups=vpc.get("SecurityGroupIds").each())


def _definition(document: Document) -> Reading:
    """The definition as a structure. The API gives the text itself, a template puts it one level deeper or names a place."""
    given = document["PipelineDefinition"]
    if isinstance(given.value, Mapping):
        body = given.get("PipelineDefinitionBody")
        given = body if body.value is not None else Reading(_ELSEWHERE, given.places)
    return given.map(_parsed)


def _parsed(text: Any) -> Any:
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return _UNREADABLE
    return _filled(value) if isinstance(value, dict) else _UNREADABLE


def _filled(value: Any) -> Any:
    """The definition with what a run fills in as unknown values that are known to be set."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in {"Get", "Std:Join", "Std:JsonGet"}:
            return Unresolved(json.dumps(value))
        return {key: _filled(member) for key, member in value.items()}
    return [_filled(item) for item in value] if isinstance(value, list) else value


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::Pipeline",
        asset_type="pipeline",
        list=listing("ListPipelines", "PipelineSummaries"),
        describe=description("DescribePipeline", "PipelineName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["PipelineArn"]),
        name=lambda answer: str(answer["PipelineName"]),
        canonical=cfn_names(),
        shape=shape_pipeline,
        facts=GOVERNANCE
        | NETWORK
        | STORAGE
        | SECRETS
        | {"encryption.output_customer_key", "encryption.internal_traffic", "artefact.images", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "writes_to", "attached_to"}),
    ),
)
