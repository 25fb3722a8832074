"""SageMaker feature groups. Sources: DescribeFeatureGroup; AWS::SageMaker::FeatureGroup. Defaults: CreateFeatureGroup."""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_feature_group(document: Document) -> Iterable[Draft]:
    """A feature group: the keys of the stores that it has, and its role. The role serves the offline store only."""
    draft = asset(document, "feature_store")
    online_key = document["OnlineStoreConfig.SecurityConfig.KmsKeyId"]
    storage = document["OfflineStoreConfig.S3StorageConfig"]
    online = switch(document["OnlineStoreConfig.EnableOnlineStore"])
    offline = document["OfflineStoreConfig"].is_set()
    draft.set("encryption.customer_key", (~online | online_key.is_set()) & (~offline | storage.get("KmsKeyId").is_set()))
    draft.set("principal.assigned", ~offline | document["RoleArn"].is_set())
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    for key in (online_key, storage.get("KmsKeyId")):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.refer("writes_to", "AWS::S3::Bucket", storage.get("S3Uri").map(lambda text: bucket_of(str(text or ""))))
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::FeatureGroup",
        asset_type="feature_store",
        list=Call(
            service="sagemaker",
            operation="ListFeatureGroups",
            action="sagemaker:ListFeatureGroups",
            items="FeatureGroupSummaries",
            page_size=100,
        ),
        describe=Call(
            service="sagemaker",
            operation="DescribeFeatureGroup",
            action="sagemaker:DescribeFeatureGroup",
            params={"FeatureGroupName": "{FeatureGroupName}"},
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["FeatureGroupArn"]),
        name=lambda answer: str(answer["FeatureGroupName"]),
        canonical=cfn_names(),
        shape=shape_feature_group,
        facts=GOVERNANCE | {"encryption.customer_key", "principal.assigned"},
        relations=frozenset({"runs_as", "encrypts_with", "writes_to"}),
    ),
)
