"""Builders for the custom models of applied AI services: functions that add full answers to an estate.

`key` is the key that the customer names; without one the model lies under a key of AWS.
"""

from __future__ import annotations

from typing import Any

from .document import CREATED, UPDATED, Document, Tags, arn


def classifier(estate: Document, account: str, region: str, name: str, *, bucket: str, role: str, key: str = "", tags: Tags = None) -> None:
    """Add a Comprehend classifier that was trained from a bucket and wrote its result there."""
    own = arn("comprehend", account, region, f"document-classifier/{name}")
    keys = {"ModelKmsKeyId": key, "VolumeKmsKeyId": key} if key else {}
    output = {"S3Uri": f"s3://{bucket}/result"} | ({"KmsKeyId": key} if key else {})
    item = {
        "DocumentClassifierArn": own,
        "LanguageCode": "en",
        "Status": "TRAINED",
        "SubmitTime": CREATED,
        "InputDataConfig": {"DataFormat": "COMPREHEND_CSV", "S3Uri": f"s3://{bucket}/letters.csv"},
        "OutputDataConfig": output,
        "DataAccessRoleArn": role,
        **keys,
    }
    estate.at(account, region, "comprehend").add("ListDocumentClassifiers", "DocumentClassifierPropertiesList", item)
    estate.tagged(account, region, own, tags)


def recognizer(estate: Document, account: str, region: str, name: str, *, bucket: str, role: str, key: str = "", tags: Tags = None) -> None:
    """Add a Comprehend recognizer."""
    own = arn("comprehend", account, region, f"entity-recognizer/{name}/version/1")
    keys = {"ModelKmsKeyId": key, "VolumeKmsKeyId": key} if key else {}
    item = {
        "EntityRecognizerArn": own,
        "LanguageCode": "en",
        "Status": "TRAINED",
        "SubmitTime": CREATED,
        "InputDataConfig": {"EntityTypes": [{"Type": "CLAIM"}], "Documents": {"S3Uri": f"s3://{bucket}/claims.txt"}},
        "DataAccessRoleArn": role,
        **keys,
    }
    estate.at(account, region, "comprehend").add("ListEntityRecognizers", "EntityRecognizerPropertiesList", item)
    estate.tagged(account, region, own, tags)


def flywheel(estate: Document, account: str, region: str, name: str, *, bucket: str, role: str, key: str = "", tags: Tags = None) -> None:
    """Add a Comprehend flywheel."""
    own = arn("comprehend", account, region, f"flywheel/{name}")
    place = estate.at(account, region, "comprehend")
    summary = {"FlywheelArn": own, "DataLakeS3Uri": f"s3://{bucket}/lake", "Status": "ACTIVE", "ModelType": "DOCUMENT_CLASSIFIER"}
    place.add("ListFlywheels", "FlywheelSummaryList", summary)
    keys = {"ModelKmsKeyId": key, "VolumeKmsKeyId": key, "DataLakeKmsKeyId": key} if key else {}
    full = summary | {"DataAccessRoleArn": role, "DataSecurityConfig": keys, "TaskConfig": {"LanguageCode": "en"}}
    place.row("DescribeFlywheel", {"FlywheelArn": own}, {"FlywheelProperties": full})
    estate.tagged(account, region, own, tags)


def dataset_group(estate: Document, account: str, region: str, name: str, *, role: str = "", key: str = "", tags: Tags = None) -> None:
    """Add a Personalize dataset group; its role is the one that may use the key."""
    own = arn("personalize", account, region, f"dataset-group/{name}")
    place = estate.at(account, region, "personalize")
    summary = {"name": name, "datasetGroupArn": own, "status": "ACTIVE", "creationDateTime": CREATED, "lastUpdatedDateTime": UPDATED}
    place.add("ListDatasetGroups", "datasetGroups", summary)
    full = summary | ({"kmsKeyArn": key, "roleArn": role} if key else {})
    place.row("DescribeDatasetGroup", {"datasetGroupArn": own}, {"datasetGroup": full})
    estate.tagged(account, region, own, tags)


def fraud_model(estate: Document, account: str, region: str, name: str, *, key: str = "DEFAULT", tags: Tags = None) -> None:
    """Add a Fraud Detector model; the key is the region's."""
    own = arn("frauddetector", account, region, f"model/ONLINE_FRAUD_INSIGHTS/{name}")
    place = estate.at(account, region, "frauddetector")
    place.add("GetModels", "models", {"modelId": name, "modelType": "ONLINE_FRAUD_INSIGHTS", "arn": own, "createdTime": CREATED})
    place.set("GetKMSEncryptionKey", {"kmsKey": {"kmsEncryptionKeyArn": key}})
    estate.tagged(account, region, own, tags)


def label_project(estate: Document, account: str, region: str, name: str, *, bucket: str, key: str = "", tags: Tags = None) -> None:
    """Add a Rekognition project with one trained version."""
    own = arn("rekognition", account, region, f"project/{name}/1767225600000")
    place = estate.at(account, region, "rekognition")
    place.add("DescribeProjects", "ProjectDescriptions", {"ProjectArn": own, "CreationTimestamp": CREATED, "Status": "CREATED"})
    version: dict[str, Any] = {
        "ProjectVersionArn": f"{own.rpartition('/')[0]}/version/first/1767225600000",
        "CreationTimestamp": CREATED,
        "Status": "TRAINING_COMPLETED",
        "OutputConfig": {"S3Bucket": bucket, "S3KeyPrefix": "labels/"},
    } | ({"KmsKeyId": key} if key else {})
    place.add_row("DescribeProjectVersions", {"ProjectArn": own}, "ProjectVersionDescriptions", version)
    estate.tagged(account, region, own, tags)


def stream_processor(
    estate: Document, account: str, region: str, name: str, *, bucket: str, role: str, key: str = "", tags: Tags = None
) -> None:
    """Add a Rekognition stream processor that writes frames to a bucket."""
    own = arn("rekognition", account, region, f"streamprocessor/{name}")
    place = estate.at(account, region, "rekognition")
    place.add("ListStreamProcessors", "StreamProcessors", {"Name": name, "Status": "RUNNING"})
    full: dict[str, Any] = {
        "Name": name,
        "StreamProcessorArn": own,
        "Status": "RUNNING",
        "RoleArn": role,
        "Output": {"S3Destination": {"Bucket": bucket, "KeyPrefix": "frames/"}},
    } | ({"KmsKeyId": key} if key else {})
    place.row("DescribeStreamProcessor", {"Name": name}, full)
    estate.tagged(account, region, own, tags)


def language_model(
    estate: Document, account: str, region: str, name: str, *, bucket: str, role: str, key: str = "", tags: Tags = None
) -> None:
    """Add a Transcribe language model."""
    item: dict[str, Any] = {
        "ModelName": name,
        "CreateTime": CREATED,
        "LanguageCode": "en-US",
        "BaseModelName": "WideBand",
        "ModelStatus": "COMPLETED",
        "InputDataConfig": {"S3Uri": f"s3://{bucket}/calls/", "DataAccessRoleArn": role},
    } | ({"EncryptionConfiguration": {"KMSKey": key}} if key else {})
    estate.at(account, region, "transcribe").add("ListLanguageModels", "Models", item)
    estate.tagged(account, region, arn("transcribe", account, region, f"language-model/{name}"), tags)


def parallel_data(estate: Document, account: str, region: str, name: str, *, bucket: str, key: str = "", tags: Tags = None) -> None:
    """Add parallel data of Translate."""
    own = arn("translate", account, region, f"parallel-data/{name}")
    item: dict[str, Any] = {
        "Name": name,
        "Arn": own,
        "Status": "ACTIVE",
        "SourceLanguageCode": "en",
        "TargetLanguageCodes": ["de"],
        "ParallelDataConfig": {"S3Uri": f"s3://{bucket}/terms.csv", "Format": "CSV"},
    } | ({"EncryptionKey": {"Type": "KMS", "Id": key}} if key else {})
    estate.at(account, region, "translate").add("ListParallelData", "ParallelDataPropertiesList", item)
    estate.tagged(account, region, own, tags)
