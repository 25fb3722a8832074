"""Builders for what lies in a Studio domain, and for versions of images and models: their names have two parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .build_sagemaker import SageMaker, sagemaker_arn
from .document import CREATED, UPDATED, Tags, merged, pick


def user_profile(estate: SageMaker, account: str, region: str, domain_id: str, name: str, *, tags: Tags = None, **overrides: Any) -> str:
    """Add a user profile to a domain: by default with nothing of its own."""
    own = sagemaker_arn(account, region, f"user-profile/{domain_id}", name)
    full = merged(
        {
            "DomainId": domain_id,
            "UserProfileArn": own,
            "UserProfileName": name,
            "Status": "InService",
            "CreationTime": CREATED,
            "LastModifiedTime": UPDATED,
            "UserSettings": {},
        },
        overrides,
    )
    place = estate.at(account, region, "sagemaker")
    place.add("ListUserProfiles", "UserProfiles", pick(full, "DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime"))
    place.row("DescribeUserProfile", {"DomainId": domain_id, "UserProfileName": name}, full)
    estate.tagged(account, region, own, tags)
    return own


def space(
    estate: SageMaker, account: str, region: str, domain_id: str, name: str, *, sharing: str = "Shared", remote: str = "", tags: Tags = None
) -> str:
    """Add a space to a domain, by default a shared one."""
    own = sagemaker_arn(account, region, f"space/{domain_id}", name)
    summary = {
        "DomainId": domain_id,
        "SpaceName": name,
        "Status": "InService",
        "CreationTime": CREATED,
        "LastModifiedTime": UPDATED,
        "SpaceSharingSettingsSummary": {"SharingType": sharing},
        "SpaceSettingsSummary": {"AppType": "JupyterLab", **({"RemoteAccess": remote} if remote else {})},
        "OwnershipSettingsSummary": {"OwnerUserProfileName": "someone"},
    }
    estate.at(account, region, "sagemaker").add("ListSpaces", "Spaces", summary)
    estate.tagged(account, region, own, tags)
    return own


def image_version(estate: SageMaker, account: str, region: str, image: str, base: str) -> None:
    """Give an image its newest version."""
    own = sagemaker_arn(account, region, f"image-version/{image}", "1")
    answer = {
        "BaseImage": base,
        "ContainerImage": base,
        "CreationTime": CREATED,
        "ImageArn": sagemaker_arn(account, region, "image", image),
        "ImageVersionArn": own,
        "ImageVersionStatus": "CREATED",
        "LastModifiedTime": UPDATED,
        "Version": 1,
    }
    estate.at(account, region, "sagemaker").row("DescribeImageVersion", {"ImageName": image}, answer)


def model_package(
    estate: SageMaker,
    account: str,
    region: str,
    group: str,
    *,
    containers: Sequence[Mapping[str, Any]] = (),
    tags: Tags = None,
    **more: Any,
) -> str:
    """Add the first version of a model package group, by default one that waits for approval."""
    own = sagemaker_arn(account, region, f"model-package/{group}", "1")
    full = merged(
        {
            "ModelPackageName": own,
            "ModelPackageGroupName": group,
            "ModelPackageVersion": 1,
            "ModelPackageArn": own,
            "CreationTime": CREATED,
            "InferenceSpecification": {
                "Containers": [*containers]
                or [{"Image": f"{account}.dkr.ecr.{region}.amazonaws.com/serve:1.0", "ModelDataUrl": "s3://dump/m.tar.gz"}]
            },
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "ModelApprovalStatus": "PendingManualApproval",
        },
        more,
    )
    estate.at(account, region, "sagemaker").row("DescribeModelPackage", {"ModelPackageName": own}, full)
    estate.tagged(account, region, own, tags)
    return own
