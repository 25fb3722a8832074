"""Custom models of the smaller applied AI services, of which only the key is judged.

Sources: Amazon Personalize ListDatasetGroups, DescribeDatasetGroup; Amazon Fraud Detector GetModels, GetKMSEncryptionKey (one key for all
models of a region); Amazon Transcribe ListLanguageModels; Amazon Translate ListParallelData; AWS::Personalize::DatasetGroup,
AWS::Translate::ParallelData. Of none that names no key the customer decides who decrypts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from zscan.collect import Call, Collector, Part, Shaped
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn, bucket_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.document import Document, Reading

DATASET_GROUP = "AWS::Personalize::DatasetGroup"
FRAUD_MODEL = "AWS::FraudDetector::Model"
LANGUAGE_MODEL = "AWS::Transcribe::LanguageModel"
PARALLEL_DATA = "AWS::Translate::ParallelData"
_FACTS = GOVERNANCE | {"encryption.customer_key"}


def _keyed(key_path: str, *, role: str = "", sources: tuple[str, ...] = ()) -> Callable[[Document], Iterable[Shaped]]:
    """A shape of a model whose key, role and training data stand at these paths."""

    def shape(document: Document) -> Iterable[Shaped]:
        draft = asset(document, "model")
        key = document[key_path].map(_named_key)
        draft.set("encryption.customer_key", key.is_set())
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
        if role:
            draft.refer("runs_as", "AWS::IAM::Role", document[role])
        for source in sources:
            draft.refer("reads_from", "AWS::S3::Bucket", _bucket(document[source]))
        yield draft

    return shape


def _named_key(value: Any) -> Any:
    """Fraud Detector says DEFAULT where nobody named a key (API reference, GetKMSEncryptionKey)."""
    return None if value == "DEFAULT" else value


def _bucket(uri: Reading) -> Reading:
    return uri.map(lambda text: bucket_of(str(text or "")))


def _listing(service: str, operation: str, items: str, token: str, **params: Any) -> Call:
    return Call(service=service, operation=operation, action=f"{service}:{operation}", items=items, token=(token, token), params=params)


COLLECTORS = (
    Collector(
        native_type=DATASET_GROUP,
        asset_type="model",
        list=Call(
            service="personalize",
            operation="ListDatasetGroups",
            action="personalize:ListDatasetGroups",
            items="datasetGroups",
            page_size=100,
        ),
        describe=Call(
            service="personalize",
            operation="DescribeDatasetGroup",
            action="personalize:DescribeDatasetGroup",
            params={"datasetGroupArn": "{datasetGroupArn}"},
            take="datasetGroup",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["datasetGroupArn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(),
        shape=_keyed("KmsKeyArn", role="RoleArn"),
        facts=_FACTS,
        relations=frozenset({"encrypts_with", "runs_as"}),
    ),
    Collector(
        native_type=FRAUD_MODEL,
        asset_type="model",
        list=_listing("frauddetector", "GetModels", "models", "nextToken", maxResults=10),
        parts=(
            Part(
                path="EncryptionKey",
                call=Call(
                    service="frauddetector",
                    operation="GetKMSEncryptionKey",
                    action="frauddetector:GetKMSEncryptionKey",
                    take="kmsKey",
                    absent=frozenset({"ResourceNotFoundException"}),
                ),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["arn"]),
        name=lambda answer: str(answer["modelId"]),
        canonical=cfn_names(),
        shape=_keyed("EncryptionKey.KmsEncryptionKeyArn"),
        facts=_FACTS,
        relations=frozenset({"encrypts_with"}),
        file_form=False,
    ),
    Collector(
        native_type=LANGUAGE_MODEL,
        asset_type="model",
        list=_listing("transcribe", "ListLanguageModels", "Models", "NextToken", MaxResults=100),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "transcribe", f"language-model/{answer['ModelName']}"),
        name=lambda answer: str(answer["ModelName"]),
        canonical=cfn_names(),
        shape=_keyed(
            "EncryptionConfiguration.KMSKey",
            role="InputDataConfig.DataAccessRoleArn",
            sources=("InputDataConfig.S3Uri", "InputDataConfig.TuningDataS3Uri"),
        ),
        facts=_FACTS,
        relations=frozenset({"encrypts_with", "runs_as", "reads_from"}),
        file_form=False,
    ),
    Collector(
        native_type=PARALLEL_DATA,
        asset_type="model",
        list=_listing("translate", "ListParallelData", "ParallelDataPropertiesList", "NextToken", MaxResults=500),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["Arn"]),
        name=lambda answer: str(answer["Name"]),
        canonical=cfn_names(),
        shape=_keyed("EncryptionKey.Id", sources=("ParallelDataConfig.S3Uri",)),
        facts=_FACTS,
        relations=frozenset({"encrypts_with", "reads_from"}),
    ),
)
