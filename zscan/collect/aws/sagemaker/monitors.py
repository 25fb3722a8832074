"""SageMaker Model Monitor: schedules and the definitions of the jobs that they start.

Sources: DescribeMonitoringSchedule and the four operations Describe…JobDefinition; AWS::SageMaker::MonitoringSchedule and the four types
…JobDefinition. Defaults: MonitoringNetworkConfig. A schedule holds its job, or names a definition whose facts are then the schedule's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.sagemaker.calls import call, description, listing
from zscan.collect.aws.sagemaker.runs import (
    ISOLATION,
    STORAGE,
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
from zscan.model.document import Document, Reading
from zscan.model.offers import Fold, Via
from zscan.model.unknown import Reason, ReasonCode, Unknown

_KINDS = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")
_NAMED = Unknown(Reason(ReasonCode.UNRESOLVED, "the job is described by a definition that was not read"))
_OF_JOBS: dict[str, Fold] = {
    **dict.fromkeys(sorted(ISOLATION - {"network.direct_internet"}), "all"),
    **dict.fromkeys(sorted(STORAGE), "all"),
    "network.direct_internet": "any",
    "encryption.output_customer_key": "all",
    "principal.assigned": "all",
    "training.nodes": "most",
    "artefact.images": "join",
    "secrets.literals": "join",
    "secrets.defaults": "join",
}
_FACTS = GOVERNANCE | frozenset(_OF_JOBS)
_RELATIONS = frozenset({"runs_as", "encrypts_with", "writes_to", "attached_to", "part_of"})


def _set_job(draft: Draft, job: Reading, *, machines: Reading, output: Reading, software: Reading) -> None:
    """State what a monitoring job runs on and where its results go."""
    draft.set("training.nodes", nodes(machines))
    draft.set("artefact.images", run_images("monitor", software.get("ImageUri")))
    set_isolation(draft, job.get("NetworkConfig"))
    set_storage(draft, machines, machines.get("VolumeKmsKeyId"))
    set_outputs(draft, output.get("KmsKeyId"), (item.get("S3Output.S3Uri") for item in output.get("MonitoringOutputs").each()))
    set_role(draft, job.get("RoleArn"))


def shape_definition(document: Document, *, kind: str) -> Iterable[Draft]:
    """The definition of a monitoring job of one kind."""
    draft = asset(document, "monitor")
    software = document[f"{kind}AppSpecification"]
    output = document[f"{kind}JobOutputConfig"]
    _set_job(draft, document.root(), machines=document["JobResources.ClusterConfig"], output=output, software=software)
    set_secrets(draft, (software.get("Environment"), "environment"))
    draft.refer("part_of", "AWS::SageMaker::Endpoint", document[f"{kind}JobInput.EndpointInput.EndpointName"])
    yield draft


def shape_schedule(document: Document) -> Iterable[Draft]:
    """A schedule: of a job that it describes itself, or of a definition that it names."""
    draft = asset(document, "monitor")
    config = document["MonitoringScheduleConfig"]
    name, job = config.get("MonitoringJobDefinitionName"), config.get("MonitoringJobDefinition")
    if name.is_set().value is not False:
        job = Reading(name.value if name.unknown and job.value is None else _NAMED, name.places)
    machines, output = job.get("MonitoringResources.ClusterConfig"), job.get("MonitoringOutputConfig")
    _set_job(draft, job, machines=machines, output=output, software=job.get("MonitoringAppSpecification"))
    set_secrets(draft, (job.get("Environment"), "environment"))
    draft.refer("configured_by", _types(config.get("MonitoringType")), name)
    draft.refer("part_of", "AWS::SageMaker::Endpoint", document["EndpointName"])
    yield draft


def _types(kind: Reading) -> tuple[str, ...]:
    """The native types of the definitions that a schedule of a kind may name."""
    return tuple(f"AWS::SageMaker::{name}JobDefinition" for name in _KINDS if kind.value == name or kind.value not in _KINDS)


def _definition(kind: str) -> Collector:
    shape: Callable[[Document], Iterable[Draft]] = partial(shape_definition, kind=kind)
    return Collector(
        native_type=f"AWS::SageMaker::{kind}JobDefinition",
        asset_type="monitor",
        list=listing(f"List{kind}JobDefinitions", "JobDefinitionSummaries"),
        describe=call(f"Describe{kind}JobDefinition", params={"JobDefinitionName": "{MonitoringJobDefinitionName}"}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["MonitoringJobDefinitionArn"]),
        name=lambda answer: str(answer["MonitoringJobDefinitionName"]),
        canonical=cfn_names(),
        shape=shape,
        facts=_FACTS,
        relations=_RELATIONS,
    )


COLLECTORS = (
    *(_definition(kind) for kind in _KINDS),
    Collector(
        native_type="AWS::SageMaker::MonitoringSchedule",
        asset_type="monitor",
        list=listing("ListMonitoringSchedules", "MonitoringScheduleSummaries"),
        describe=description("DescribeMonitoringSchedule", "MonitoringScheduleName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["MonitoringScheduleArn"]),
        name=lambda answer: str(answer["MonitoringScheduleName"]),
        canonical=cfn_names(),
        shape=shape_schedule,
        facts=_FACTS,
        relations=_RELATIONS | {"configured_by"},
        via=(Via(native_type="AWS::SageMaker::MonitoringSchedule", relation="configured_by", facts=_OF_JOBS, hands_on=("runs_as",)),),
    ),
)
