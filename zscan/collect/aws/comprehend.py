"""Amazon Comprehend: custom classifiers and recognizers, and the flywheels that keep training them.

Sources: ListDocumentClassifiers and ListEntityRecognizers, which say all of their models; ListFlywheels, DescribeFlywheel;
AWS::Comprehend::DocumentClassifier, ::EntityRecognizer, ::Flywheel. Without keys of the customer models and volumes lie under AWS's own
(Developer Guide, "KMS encryption in Amazon Comprehend").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

CLASSIFIER = "AWS::Comprehend::DocumentClassifier"
RECOGNIZER = "AWS::Comprehend::EntityRecognizer"
FLYWHEEL = "AWS::Comprehend::Flywheel"
_INPUTS = ("S3Uri", "Documents.S3Uri", "Annotations.S3Uri", "EntityList.S3Uri")


def shape_model(document: Document) -> Iterable[Draft]:
    """A classifier or recognizer: the keys of its weights, of the volumes that trained it, and of its confusion matrix."""
    draft = asset(document, "model")
    keys = [document["ModelKmsKeyId"], document["VolumeKmsKeyId"]]
    output = document["OutputDataConfig"]
    draft.set("encryption.customer_key", keys[0].is_set() & keys[1].is_set())
    draft.set("principal.assigned", document["DataAccessRoleArn"].is_set())
    if document.native_type == CLASSIFIER:  # only classifiers write a result of their training
        draft.set("encryption.output_customer_key", ~output.get("S3Uri").is_set() | output.get("KmsKeyId").is_set())
        draft.refer("writes_to", "AWS::S3::Bucket", _bucket(output.get("S3Uri")))
        keys.append(output.get("KmsKeyId"))
    inputs = document["InputDataConfig"]
    sources = [inputs.get(path) for path in _INPUTS] + [manifest.get("S3Uri") for manifest in inputs.get("AugmentedManifests").each()]
    for source in sources:
        draft.refer("reads_from", "AWS::S3::Bucket", _bucket(source))
    _lean(draft, document, keys)
    yield draft


def shape_flywheel(document: Document) -> Iterable[Draft]:
    """A flywheel: the keys of the models it makes, of the volumes it trains on and of its data lake."""
    draft = asset(document, "model")
    settings = document["DataSecurityConfig"]
    keys = [settings.get(name) for name in ("ModelKmsKeyId", "VolumeKmsKeyId", "DataLakeKmsKeyId")]
    draft.set("encryption.customer_key", keys[0].is_set() & keys[1].is_set() & keys[2].is_set())
    draft.set("principal.assigned", document["DataAccessRoleArn"].is_set())
    draft.refer("writes_to", "AWS::S3::Bucket", _bucket(document["DataLakeS3Uri"]))
    _lean(draft, document, keys)
    yield draft


def _lean(draft: Draft, document: Document, keys: list[Reading]) -> None:
    draft.refer("runs_as", "AWS::IAM::Role", document["DataAccessRoleArn"])
    for key in keys:
        draft.refer("encrypts_with", "AWS::KMS::Key", key)


def _bucket(uri: Reading) -> Reading:
    return uri.map(lambda text: bucket_of(str(text or "")))


def _name(arn: str) -> str:
    """`…:document-classifier/<name>/version/<version>`: the version is part of the name."""
    return arn.partition("/")[2].replace("/version/", ":")


def _call(operation: str, **more: Any) -> Call:
    return Call(service="comprehend", operation=operation, action=f"comprehend:{operation}", **more)


def _models(native_type: str, kind: str, facts: frozenset[str] = frozenset()) -> Collector:
    return Collector(
        native_type=native_type,
        asset_type="model",
        list=_call(f"List{kind}s", items=f"{kind}PropertiesList", page_size=500),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer[f"{kind}Arn"]),
        name=lambda answer: _name(str(answer[f"{kind}Arn"])),
        canonical=cfn_names(),
        shape=shape_model,
        facts=GOVERNANCE | {"encryption.customer_key", "principal.assigned"} | facts,
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to"}),
    )


COLLECTORS = (
    _models(CLASSIFIER, "DocumentClassifier", frozenset({"encryption.output_customer_key"})),
    _models(RECOGNIZER, "EntityRecognizer"),
    Collector(
        native_type=FLYWHEEL,
        asset_type="model",
        list=_call("ListFlywheels", params={"MaxResults": 500}, items="FlywheelSummaryList", token=("NextToken", "NextToken")),
        describe=_call(
            "DescribeFlywheel",
            params={"FlywheelArn": "{FlywheelArn}"},
            take="FlywheelProperties",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["FlywheelArn"]),
        name=lambda answer: _name(str(answer["FlywheelArn"])),
        canonical=cfn_names(),
        shape=shape_flywheel,
        facts=GOVERNANCE | {"encryption.customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "writes_to"}),
    ),
)
