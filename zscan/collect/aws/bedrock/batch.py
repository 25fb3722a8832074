"""Batch inference jobs. Source: ListModelInvocationJobs, which says all that GetModelInvocationJob says. CloudFormation has no such type.

Finished jobs say how data was treated. The history only grows, so the newest are read and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.bedrock.called import refer_to_model
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

NEWEST_JOBS = 200  # in each region


def shape_batch_job(document: Document) -> Iterable[Draft]:
    """A batch job: the buckets it reads and writes, and whether their owner, a key and a network are named."""
    draft = asset(document, "training_job")
    source, sink = document["InputDataConfig.S3InputDataConfig"], document["OutputDataConfig.S3OutputDataConfig"]
    key = sink.get("S3EncryptionKeyId")
    draft.set("data.owner_pinned", source.get("S3BucketOwner").is_set() & sink.get("S3BucketOwner").is_set())
    draft.set("encryption.output_customer_key", key.is_set())
    draft.set("network.private_network", document["VpcConfig.SubnetIds"].is_set())
    draft.set("principal.assigned", document["RoleArn"].is_set())
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.refer("reads_from", "AWS::S3::Bucket", _bucket(source.get("S3Uri")))
    draft.refer("writes_to", "AWS::S3::Bucket", _bucket(sink.get("S3Uri")))
    refer_to_model(draft, "calls_model", document["ModelId"])
    attach(draft, subnets=document["VpcConfig.SubnetIds"].each(), groups=document["VpcConfig.SecurityGroupIds"].each())
    yield draft


def _bucket(uri: Reading) -> Reading:
    return uri.map(lambda text: bucket_of(str(text or "")))


COLLECTORS = (
    Collector(
        native_type="AWS::Bedrock::ModelInvocationJob",
        asset_type="training_job",
        list=Call(
            service="bedrock",
            operation="ListModelInvocationJobs",
            action="bedrock:ListModelInvocationJobs",
            params={"sortBy": "CreationTime", "sortOrder": "Descending"},
            items="invocationJobSummaries",
            page_size=200,
            newest=NEWEST_JOBS,
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["jobArn"]),
        name=lambda answer: str(answer["jobName"]),
        canonical=cfn_names(),
        shape=shape_batch_job,
        facts=GOVERNANCE | {"data.owner_pinned", "encryption.output_customer_key", "network.private_network", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "writes_to", "calls_model", "attached_to"}),
        file_form=False,
    ),
)
