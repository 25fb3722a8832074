"""SageMaker model package groups. Sources: ListModelPackageGroups, GetModelPackageGroupPolicy; AWS::SageMaker::ModelPackageGroup."""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector, Part, Shaped
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.iam.fragments import resource_policy
from zscan.model.document import Document


def shape_group(document: Document) -> Iterable[Shaped]:
    """A model package group: whom its policy lets in."""
    draft = asset(document, "model_registry")
    policy = grants_of(document["ModelPackageGroupPolicy"], document.account)
    draft.set("sharing.public", policy.public)
    draft.set("sharing.foreign_accounts", policy.foreign_accounts)
    yield draft
    yield resource_policy(document, "ModelPackageGroupPolicy")


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::ModelPackageGroup",
        asset_type="model_registry",
        list=Call(
            service="sagemaker",
            operation="ListModelPackageGroups",
            action="sagemaker:ListModelPackageGroups",
            items="ModelPackageGroupSummaryList",
            page_size=100,
        ),
        parts=(
            Part(
                path="ModelPackageGroupPolicy",
                call=Call(
                    service="sagemaker",
                    operation="GetModelPackageGroupPolicy",
                    action="sagemaker:GetModelPackageGroupPolicy",
                    params={"ModelPackageGroupName": "{ModelPackageGroupName}"},
                    take="ResourcePolicy",
                    # The code stands for every bad request; only these words say that there is no policy.
                    absent=frozenset({"ValidationException"}),
                    absent_message="Cannot find resource policy",
                ),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["ModelPackageGroupArn"]),
        name=lambda answer: str(answer["ModelPackageGroupName"]),
        canonical=cfn_names(),
        shape=shape_group,
        facts=GOVERNANCE | {"sharing.public", "sharing.foreign_accounts"},
    ),
)
