"""Custom models of applied AI services: whose key, whose data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.documents import edges, live, seen
from tests.collect.aws.scanning import ACCOUNT, MISSING, REGION, assert_same_facts, collector, is_open, scan
from tests.sim.aws import AwsSim, Estate, build_applied, build_assistants
from tests.sim.aws.build_account import key_arn, role_arn

CLASSIFIER, RECOGNIZER = "AWS::Comprehend::DocumentClassifier", "AWS::Comprehend::EntityRecognizer"
FLYWHEEL, PROJECT = "AWS::Comprehend::Flywheel", "AWS::Rekognition::Project"
KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")


@pytest.mark.parametrize(
    ("native_type", "body", "own"),
    [
        (CLASSIFIER, {}, False),
        (CLASSIFIER, {"ModelKmsKeyId": KEY}, False),
        (CLASSIFIER, {"VolumeKmsKeyId": KEY}, False),
        (CLASSIFIER, {"ModelKmsKeyId": KEY, "VolumeKmsKeyId": KEY}, True),
        (RECOGNIZER, {"ModelKmsKeyId": KEY, "VolumeKmsKeyId": KEY}, True),
        (FLYWHEEL, {"DataSecurityConfig": {"ModelKmsKeyId": KEY, "VolumeKmsKeyId": KEY}}, False),
        (FLYWHEEL, {"DataSecurityConfig": {"ModelKmsKeyId": KEY, "VolumeKmsKeyId": KEY, "DataLakeKmsKeyId": KEY}}, True),
        (FLYWHEEL, {"DataSecurityConfig": MISSING}, None),
        (PROJECT, {"Versions": [{"KmsKeyId": KEY}, {}]}, False),
        (PROJECT, {"Versions": [{"KmsKeyId": KEY}]}, True),
        (PROJECT, {"Versions": [{"KmsKeyId": KEY}, MISSING]}, None),
        ("AWS::Rekognition::StreamProcessor", {"KmsKeyId": KEY}, True),
        ("AWS::Rekognition::StreamProcessor", {}, False),
        ("AWS::Personalize::DatasetGroup", {"KmsKeyArn": KEY}, True),
        ("AWS::Personalize::DatasetGroup", {}, False),
        ("AWS::FraudDetector::Model", {"EncryptionKey": {"KmsEncryptionKeyArn": KEY}}, True),
        ("AWS::FraudDetector::Model", {"EncryptionKey": {"KmsEncryptionKeyArn": "DEFAULT"}}, False),
        ("AWS::FraudDetector::Model", {"EncryptionKey": MISSING}, None),
        ("AWS::Transcribe::LanguageModel", {"EncryptionConfiguration": {"KMSKey": KEY}}, True),
        ("AWS::Transcribe::LanguageModel", {}, False),
        ("AWS::Translate::ParallelData", {"EncryptionKey": {"Type": "KMS", "Id": KEY}}, True),
        ("AWS::Translate::ParallelData", {}, False),
        ("AWS::Wisdom::Assistant", {"ServerSideEncryptionConfiguration": {"KmsKeyId": KEY}}, True),
        ("AWS::Wisdom::Assistant", {}, False),
    ],
)
def test_whose_key(native_type: str, body: dict[str, Any], own: bool | None) -> None:
    draft = seen(native_type, body)
    value = draft.facts["encryption.customer_key"]
    assert is_open(value) if own is None else value is own
    if own:
        assert ("encrypts_with", KEY) in edges(draft)


@pytest.mark.parametrize(
    ("output", "keyed"), [(None, True), ({"S3Uri": "s3://b/x"}, False), ({"S3Uri": "s3://b/x", "KmsKeyId": KEY}, True)]
)
def test_the_result_of_training_a_classifier(output: Any, keyed: bool) -> None:
    assert seen(CLASSIFIER, {"OutputDataConfig": output}).facts["encryption.output_customer_key"] is keyed


def test_a_project_that_trained_nothing_is_no_asset() -> None:
    assert list(collector(PROJECT).shape(live(PROJECT, {"Versions": []}))) == []


def test_where_training_data_comes_from() -> None:
    body = {
        "DataAccessRoleArn": ROLE,
        "InputDataConfig": {
            "Documents": {"S3Uri": "s3://docs/x"},
            "Annotations": {"S3Uri": "s3://notes/y"},
            "AugmentedManifests": [{"S3Uri": "s3://more/z"}],
        },
    }
    assert edges(seen(RECOGNIZER, body)) == {
        ("runs_as", ROLE),
        ("reads_from", "docs"),
        ("reads_from", "notes"),
        ("reads_from", "more"),
    }


def test_models_as_they_are_read(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    estate.role(ACCOUNT, "ml").key(ACCOUNT, REGION, "ml").bucket(ACCOUNT, REGION, "docs")
    common: dict[str, Any] = {"key": KEY, "tags": {"owner": "ml"}}
    for build in (build_applied.classifier, build_applied.recognizer, build_applied.flywheel, build_applied.stream_processor):
        build(estate, ACCOUNT, REGION, "m", bucket="docs", role=ROLE, **common)
    build_applied.language_model(estate, ACCOUNT, REGION, "m", bucket="docs", role=ROLE, **common)
    build_applied.dataset_group(estate, ACCOUNT, REGION, "m", role=ROLE, **common)
    build_applied.label_project(estate, ACCOUNT, REGION, "m", bucket="docs", **common)
    build_applied.parallel_data(estate, ACCOUNT, REGION, "m", bucket="docs", **common)
    build_applied.fraud_model(estate, ACCOUNT, REGION, "m", **common)
    build_assistants.connect_assistant(estate, ACCOUNT, REGION, "m", **common)
    found = scan(sim, estate)
    assert found.gaps == []
    models = [draft for draft in found.drafts.values() if draft.type in {"model", "assistant"}]
    assert len(models) == 10
    for draft in models:
        assert draft.facts["encryption.customer_key"] is True, draft.native_type
        assert draft.facts["governance.owner"] is True, draft.native_type
        assert {relation.state for relation in draft.relations} == {"resolved"}, draft.native_type
        assert draft.name in {"m", "m:1"}
    classifier = {
        "ModelKmsKeyId": KEY,
        "VolumeKmsKeyId": KEY,
        "DataAccessRoleArn": ROLE,
        "InputDataConfig": {"S3Uri": "s3://docs/letters.csv"},
        "OutputDataConfig": {"S3Uri": "s3://docs/result", "KmsKeyId": KEY},
        "Tags": [{"Key": "owner", "Value": "ml"}],
    }
    assert_same_facts(found.one(CLASSIFIER), classifier)
    assert_same_facts(
        found.one("AWS::Personalize::DatasetGroup"), {"KmsKeyArn": KEY, "RoleArn": ROLE, "Tags": [{"Key": "owner", "Value": "ml"}]}
    )
