"""SageMaker's record of models: package versions that models are built from, and model cards.

Sources: DescribeModelPackage, DescribeModelCard; AWS::SageMaker::ModelPackage, ::ModelCard. Defaults: CreateModelPackage. Of a registry
only the versions in use are read. Both are read without what a card says, which would need the right to decrypt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import locate
from zscan.collect.aws.sagemaker.calls import call, listing
from zscan.collect.aws.sagemaker.runs import SECRETS, bucket, run_images, set_secrets
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

_METADATA = {"IncludedData": "MetadataOnly"}


def shape_package(document: Document) -> Iterable[Draft]:
    """A version in a registry: who let it pass, what is known of it, what its containers hold."""
    draft = asset(document, "model")
    containers = document["InferenceSpecification.Containers"].each()
    record = document["MetadataProperties"]
    # Unset, a version waits for a person (CreateModelPackage, ModelApprovalStatus).
    draft.set("release.approved", document["ModelApprovalStatus"].default("PendingManualApproval").eq("Approved"))
    draft.set("release.checked", ~document["SkipModelValidation"].default("None").eq("All") & _no_check_failed(document))
    draft.set("release.documented", document["ModelCard.ModelCardStatus"].default("").eq("Approved"))
    draft.set(
        "release.traceable",
        any_of((record.get("CommitId").is_set(), record.get("GeneratedBy").is_set(), document["SourceUri"].is_set())),
    )
    draft.set("artefact.images", [found for index, one in enumerate(containers) for found in _image(index, one)])
    set_secrets(draft, *((one.get("Environment"), f"container {index} environment") for index, one in enumerate(containers)))
    for one in containers:
        source = one.get("ModelDataSource.S3DataSource.S3Uri")
        draft.refer("reads_from", "AWS::S3::Bucket", bucket(source if source.value is not None else one.get("ModelDataUrl")))
    draft.refer("encrypts_with", "AWS::KMS::Key", document["SecurityConfig.KmsKeyId"])
    yield draft


def _no_check_failed(document: Document) -> Reading:
    """A check that did not end, or did not start, is as open as one that failed. A version without any check has nothing to show."""
    details = document["ModelPackageStatusDetails"]
    checks = [*details.get("ImageScanStatuses").each(), *details.get("ValidationStatuses").each()]
    return all_of(check.get("Status").eq("Completed") for check in checks)


def _image(index: int, container: Reading) -> list[Any]:
    """The image of a container. The registry keeps the digest that a tag had when the version was made."""
    digest = container.get("ImageDigest")
    uri = container.get("Image")
    if digest.is_set().value is True and not uri.unknown and not digest.unknown and "@sha256:" not in str(uri.value):
        uri = Reading(f"{uri.value}@{digest.value}", (*uri.places, *digest.places))
    return run_images(f"container-{index}", uri)


def shape_card(document: Document) -> Iterable[Draft]:
    """A model card: whether somebody approved it, and its key."""
    draft = asset(document, "model_card")
    key = document["SecurityConfig.KmsKeyId"]
    draft.set("release.documented", document["ModelCardStatus"].eq("Approved"))
    draft.set("encryption.customer_key", key.is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::ModelPackage",
        asset_type="model",
        resolves=True,
        locate=locate,
        describe=call("DescribeModelPackage", params={"ModelPackageName": "{key}", **_METADATA}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer.get("ModelPackageArn") or answer["key"]),
        name=lambda answer: str(answer.get("ModelPackageName") or answer["key"]).rpartition(":model-package/")[2],
        canonical=cfn_names(),
        shape=shape_package,
        facts=GOVERNANCE | SECRETS | {"release.approved", "release.checked", "release.documented", "release.traceable", "artefact.images"},
        relations=frozenset({"reads_from", "encrypts_with"}),
    ),
    Collector(
        native_type="AWS::SageMaker::ModelCard",
        asset_type="model_card",
        list=listing("ListModelCards", "ModelCardSummaries"),
        describe=call("DescribeModelCard", params={"ModelCardName": "{ModelCardName}", **_METADATA}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["ModelCardArn"]),
        name=lambda answer: str(answer["ModelCardName"]),
        canonical=cfn_names(),
        shape=shape_card,
        facts=GOVERNANCE | {"release.documented", "encryption.customer_key"},
        relations=frozenset({"encrypts_with"}),
    ),
)
