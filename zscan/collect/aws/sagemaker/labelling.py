"""People in SageMaker's loop: workforces and teams, labelling jobs, flows of human review.

Sources: ListWorkforces, ListWorkteams, which hold all there is; DescribeLabelingJob, DescribeFlowDefinition; AWS::SageMaker::Workforce,
::Workteam. Defaults: CreateWorkforce, CreateWorkteam. CloudFormation has no types for labelling jobs and flow definitions.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.runs import NEWEST_RUNS, bucket, set_outputs, set_role
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_workforce(document: Document) -> Iterable[Draft]:
    """A workforce: from where its people come in, and who vouches for them."""
    draft = asset(document, "workforce")
    wide = any_of(cidr.map(_is_everywhere) for cidr in document["SourceIpConfig.Cidrs"].each())
    listed = document["SourceIpConfig.Cidrs"].is_set() & ~wide
    draft.set("network.ingress_restricted", listed | document["WorkforceVpcConfig.VpcId"].is_set())
    draft.set("auth.federated", document["OidcConfig"].is_set())
    yield draft


def _is_everywhere(cidr: Any) -> bool:
    try:
        return ip_network(str(cidr), strict=False).prefixlen == 0
    except ValueError:
        return False


def shape_team(document: Document) -> Iterable[Draft]:
    """A team: whether the links to data that its people get work only from where they were made. Off by default."""
    draft = asset(document, "workforce")
    limits = document["WorkerAccessConfiguration.S3Presign.IamPolicyConstraints"]
    draft.set("network.ingress_restricted", limits.get("SourceIp").eq("Enabled") | limits.get("VpcSourceIp").eq("Enabled"))
    yield draft


def shape_labelling(document: Document) -> Iterable[Draft]:
    """A labelling job: where labels go, and as whom it runs."""
    draft = asset(document, "training_job")
    output = document["OutputConfig"]
    set_outputs(draft, output.get("KmsKeyId"), (output.get("S3OutputPath"),))
    set_role(draft, document["RoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", document["LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VolumeKmsKeyId"])
    draft.refer("reads_from", "AWS::S3::Bucket", bucket(document["InputConfig.DataSource.S3DataSource.ManifestS3Uri"]))
    yield draft


def shape_flow(document: Document) -> Iterable[Draft]:
    """A flow of human review: where answers go, and as whom it runs."""
    draft = asset(document, "pipeline")
    output = document["OutputConfig"]
    set_outputs(draft, output.get("KmsKeyId"), (output.get("S3OutputPath"),))
    set_role(draft, document["RoleArn"])
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::Workforce",
        asset_type="workforce",
        list=listing("ListWorkforces", "Workforces"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["WorkforceArn"]),
        name=lambda answer: str(answer["WorkforceName"]),
        canonical=cfn_names(),
        shape=shape_workforce,
        facts=GOVERNANCE | {"network.ingress_restricted", "auth.federated"},
    ),
    Collector(
        native_type="AWS::SageMaker::Workteam",
        asset_type="workforce",
        list=listing("ListWorkteams", "Workteams"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["WorkteamArn"]),
        name=lambda answer: str(answer["WorkteamName"]),
        canonical=cfn_names(),
        shape=shape_team,
        facts=GOVERNANCE | {"network.ingress_restricted"},
        live_only=frozenset({"network.ingress_restricted"}),
    ),
    Collector(
        native_type="AWS::SageMaker::LabelingJob",
        asset_type="training_job",
        list=listing("ListLabelingJobs", "LabelingJobSummaryList", newest=NEWEST_RUNS),
        describe=description("DescribeLabelingJob", "LabelingJobName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["LabelingJobArn"]),
        name=lambda answer: str(answer["LabelingJobName"]),
        canonical=cfn_names(),
        shape=shape_labelling,
        facts=GOVERNANCE | {"encryption.output_customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to"}),
        file_form=False,
    ),
    Collector(
        native_type="AWS::SageMaker::FlowDefinition",
        asset_type="pipeline",
        list=listing("ListFlowDefinitions", "FlowDefinitionSummaries"),
        describe=description("DescribeFlowDefinition", "FlowDefinitionName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["FlowDefinitionArn"]),
        name=lambda answer: str(answer["FlowDefinitionName"]),
        canonical=cfn_names(),
        shape=shape_flow,
        facts=GOVERNANCE | {"encryption.output_customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "writes_to"}),
        file_form=False,
    ),
)
