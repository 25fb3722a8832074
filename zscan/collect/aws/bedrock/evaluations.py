"""Evaluation jobs: what was measured of a model, and whether the run ended. Source: GetEvaluationJob. CloudFormation has no such type.

The history only grows and costs one call per job, so the newest are read and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.called import refer_to_model
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Unknown

EVALUATION_JOB = "AWS::Bedrock::EvaluationJob"
NEWEST_JOBS = 100  # in each region


def shape_evaluation(document: Document) -> Iterable[Draft]:
    """An evaluation: of which models, by which metrics, whether it came to an end."""
    draft = asset(document, "evaluation")
    models = document["InferenceConfig.Models"]
    draft.set("evaluation.completed", document["Status"].eq("Completed"))
    draft.set("evaluation.metrics", _metrics(document["EvaluationConfig"]))
    draft.set("principal.assigned", document["RoleArn"].is_set())
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", document["CustomerEncryptionKeyId"])
    draft.refer("writes_to", "AWS::S3::Bucket", document["OutputDataConfig.S3Uri"].map(lambda uri: bucket_of(str(uri or ""))))
    for model in models.each():
        refer_to_model(draft, "calls_model", model.get("BedrockModel.ModelIdentifier"))
    yield draft


def _metrics(configuration: Reading) -> Reading:
    """Names such as `Builtin.Toxicity`; a person's metrics have names of the customer's own."""
    found = list(_named(configuration))
    known = sorted({name for name in found if isinstance(name, str)})
    return Reading([*known, *(name for name in found if isinstance(name, Unknown))], configuration.places)


def _named(configuration: Reading) -> Iterator[object]:
    for kind in ("Automated", "Human"):
        for data_set in configuration.get(f"{kind}.DatasetMetricConfigs").each():
            for name in [data_set] if data_set.unknown else data_set.get("MetricNames").each():
                yield name.value if isinstance(name.value, Unknown) else str(name.value)


COLLECTORS = (
    Collector(
        native_type=EVALUATION_JOB,
        asset_type="evaluation",
        list=Call(
            service="bedrock",
            operation="ListEvaluationJobs",
            action="bedrock:ListEvaluationJobs",
            params={"sortBy": "CreationTime", "sortOrder": "Descending"},
            items="jobSummaries",
            page_size=100,
            newest=NEWEST_JOBS,
        ),
        describe=Call(
            service="bedrock",
            operation="GetEvaluationJob",
            action="bedrock:GetEvaluationJob",
            params={"jobIdentifier": "{jobArn}"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["jobArn"]),
        name=lambda answer: str(answer["jobName"]),
        canonical=cfn_names(),
        shape=shape_evaluation,
        facts=GOVERNANCE | {"evaluation.completed", "evaluation.metrics", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "writes_to", "calls_model"}),
        file_form=False,
    ),
)
