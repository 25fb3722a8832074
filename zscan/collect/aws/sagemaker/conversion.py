"""SageMaker jobs that turn a model into another form: compilation and optimization. Sources: DescribeCompilationJob,
DescribeOptimizationJob. Defaults: CreateCompilationJob, CreateOptimizationJob. CloudFormation has no such types.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.runs import NETWORK, NEWEST_RUNS, SECRETS, bucket, set_outputs, set_role, set_secrets, set_vpc
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document

_FACTS = GOVERNANCE | NETWORK | {"encryption.output_customer_key", "principal.assigned"}
_RELATIONS = frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to", "attached_to"})


def shape_compilation(document: Document) -> Iterable[Draft]:
    """A compilation job."""
    draft = asset(document, "training_job")
    output = document["OutputConfig"]
    set_vpc(draft, document["VpcConfig"])
    set_outputs(draft, output.get("KmsKeyId"), (output.get("S3OutputLocation"),))
    set_role(draft, document["RoleArn"])
    draft.refer("reads_from", "AWS::S3::Bucket", bucket(document["InputConfig.S3Uri"]))
    yield draft


def shape_optimization(document: Document) -> Iterable[Draft]:
    """An optimization job, with the settings that its containers get."""
    draft = asset(document, "training_job")
    output = document["OutputConfig"]
    set_vpc(draft, document["VpcConfig"])
    set_outputs(draft, output.get("KmsKeyId"), (output.get("S3OutputLocation"),))
    set_role(draft, document["RoleArn"])
    set_secrets(draft, (document["OptimizationEnvironment"], "environment"))
    draft.refer("reads_from", "AWS::S3::Bucket", bucket(document["ModelSource.S3.S3Uri"]))
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::CompilationJob",
        asset_type="training_job",
        list=listing("ListCompilationJobs", "CompilationJobSummaries", newest=NEWEST_RUNS),
        describe=description("DescribeCompilationJob", "CompilationJobName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["CompilationJobArn"]),
        name=lambda answer: str(answer["CompilationJobName"]),
        canonical=cfn_names(),
        shape=shape_compilation,
        facts=_FACTS,
        relations=_RELATIONS,
        file_form=False,
    ),
    Collector(
        native_type="AWS::SageMaker::OptimizationJob",
        asset_type="training_job",
        list=listing("ListOptimizationJobs", "OptimizationJobSummaries", newest=NEWEST_RUNS),
        describe=description("DescribeOptimizationJob", "OptimizationJobName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["OptimizationJobArn"]),
        name=lambda answer: str(answer["OptimizationJobName"]),
        canonical=cfn_names(maps=frozenset({"OptimizationEnvironment"})),
        shape=shape_optimization,
        facts=_FACTS | SECRETS,
        relations=_RELATIONS,
        file_form=False,
    ),
)
