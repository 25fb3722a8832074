"""Amazon Rekognition: custom-label projects and stream processors.

Sources: DescribeProjects, DescribeProjectVersions; ListStreamProcessors, DescribeStreamProcessor; AWS::Rekognition::StreamProcessor. A
project in a template has no versions yet, so it holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document

PROJECT = "AWS::Rekognition::Project"
STREAM_PROCESSOR = "AWS::Rekognition::StreamProcessor"


def shape_project(document: Document) -> Iterable[Draft]:
    """A project with at least one trained version: whose key protects the images and weights of every version."""
    versions = document["Versions"].each()
    if not versions:
        return
    draft = asset(document, "model")
    draft.set("encryption.customer_key", all_of(version.get("KmsKeyId").is_set() for version in versions))
    for version in versions:
        draft.refer("encrypts_with", "AWS::KMS::Key", version.get("KmsKeyId"))
        draft.refer("writes_to", "AWS::S3::Bucket", version.get("OutputConfig.S3Bucket"))
    yield draft


def shape_stream_processor(document: Document) -> Iterable[Draft]:
    """A stream processor, which watches live video. Its key protects the frames that it writes for a notification."""
    draft = asset(document, "model")
    key, role = document["KmsKeyId"], document["RoleArn"]
    draft.set("encryption.customer_key", key.is_set())
    draft.set("principal.assigned", role.is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.refer("runs_as", "AWS::IAM::Role", role)
    bucket = document["Output.S3Destination.Bucket"] if document.view == "live" else document["S3Destination.BucketName"]
    draft.refer("writes_to", "AWS::S3::Bucket", bucket)
    yield draft


def _call(operation: str, **more: Any) -> Call:
    return Call(service="rekognition", operation=operation, action=f"rekognition:{operation}", **more)


COLLECTORS = (
    Collector(
        native_type=PROJECT,
        asset_type="model",
        list=_call("DescribeProjects", items="ProjectDescriptions", page_size=100),
        parts=(
            Part(
                path="Versions",
                call=_call(
                    "DescribeProjectVersions", params={"ProjectArn": "{ProjectArn}"}, items="ProjectVersionDescriptions", page_size=100
                ),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["ProjectArn"]),
        name=lambda answer: str(answer["ProjectArn"]).split("/")[1],  # …:project/<name>/<moment of creation>
        canonical=cfn_names(),
        shape=shape_project,
        facts=GOVERNANCE | {"encryption.customer_key"},
        relations=frozenset({"encrypts_with", "writes_to"}),
        file_form=False,
    ),
    Collector(
        native_type=STREAM_PROCESSOR,
        asset_type="model",
        list=_call("ListStreamProcessors", items="StreamProcessors"),
        describe=_call("DescribeStreamProcessor", params={"Name": "{Name}"}, absent=frozenset({"ResourceNotFoundException"})),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "rekognition", f"streamprocessor/{answer['Name']}"),
        name=lambda answer: str(answer["Name"]),
        canonical=cfn_names(),
        shape=shape_stream_processor,
        facts=GOVERNANCE | {"encryption.customer_key", "principal.assigned"},
        relations=frozenset({"encrypts_with", "runs_as", "writes_to"}),
    ),
)
