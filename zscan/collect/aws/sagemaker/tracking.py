"""Experiment tracking and partner applications in SageMaker. Sources: DescribeMlflowTrackingServer, DescribeMlflowApp,
DescribePartnerApp; AWS::SageMaker::MlflowTrackingServer, ::MlflowApp, ::PartnerApp. Defaults: the Create operations.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.runs import bucket, set_role
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset, secret_settings
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading


def shape_server(document: Document) -> Iterable[Draft]:
    """A tracking server. No operation tells how its own store is encrypted."""
    draft = asset(document, "ml_app")
    set_role(draft, document["RoleArn"])
    draft.set("data.owner_pinned", switch(document["S3BucketOwnerVerification"]))
    draft.refer("writes_to", "AWS::S3::Bucket", bucket(document["ArtifactStoreUri"]))
    yield draft


def shape_app(document: Document) -> Iterable[Draft]:
    """An MLflow app. Its key is absent from the answer where the provider's is used (DescribeMlflowApp)."""
    draft = asset(document, "ml_app")
    set_role(draft, document["RoleArn"])
    draft.set("encryption.customer_key", document["KmsKeyId"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyId"])
    draft.refer("writes_to", "AWS::S3::Bucket", bucket(document["ArtifactStoreUri"]))
    yield draft


def shape_partner(document: Document) -> Iterable[Draft]:
    """A third party's application that SageMaker runs: which one, its key, its people, its upgrades."""
    draft = asset(document, "ml_app")
    set_role(draft, document["ExecutionRoleArn"])
    draft.set("product.kind", document["Type"].map(lambda kind: str(kind or "")))
    draft.set("encryption.customer_key", document["KmsKeyId"].is_set())
    draft.set("auth.federated", document["AuthType"].default("IAM").eq("IDC"))
    draft.set("host.user_identity_recorded", switch(document["EnableIamSessionBasedIdentity"]))
    draft.set("host.auto_update", switch(document["EnableAutoMinorVersionUpgrade"]))
    arguments = document["ApplicationConfig.Arguments"]
    literals, defaults = secret_settings(arguments, "application arguments")
    draft.set("secrets.literals", Reading([*literals, *defaults], arguments.places))  # the product ships no credential of its own
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyId"])
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::MlflowTrackingServer",
        asset_type="ml_app",
        list=listing("ListMlflowTrackingServers", "TrackingServerSummaries"),
        describe=description("DescribeMlflowTrackingServer", "TrackingServerName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["TrackingServerArn"]),
        name=lambda answer: str(answer["TrackingServerName"]),
        canonical=cfn_names(),
        shape=shape_server,
        facts=GOVERNANCE | {"principal.assigned", "data.owner_pinned"},
        live_only=frozenset({"data.owner_pinned"}),
        relations=frozenset({"runs_as", "writes_to"}),
    ),
    Collector(
        native_type="AWS::SageMaker::MlflowApp",
        asset_type="ml_app",
        list=listing("ListMlflowApps", "Summaries"),
        describe=description("DescribeMlflowApp", "Arn"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["Arn"]),
        name=lambda answer: str(answer["Name"]),
        canonical=cfn_names(),
        shape=shape_app,
        facts=GOVERNANCE | {"principal.assigned", "encryption.customer_key"},
        live_only=frozenset({"encryption.customer_key"}),
        relations=frozenset({"runs_as", "encrypts_with", "writes_to"}),
    ),
    Collector(
        native_type="AWS::SageMaker::PartnerApp",
        asset_type="ml_app",
        list=listing("ListPartnerApps", "Summaries"),
        describe=description("DescribePartnerApp", "Arn"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["Arn"]),
        name=lambda answer: str(answer["Name"]),
        canonical=cfn_names(maps=frozenset({"Arguments"})),
        shape=shape_partner,
        facts=GOVERNANCE
        | {
            "secrets.literals",
            "principal.assigned",
            "product.kind",
            "encryption.customer_key",
            "auth.federated",
            "host.user_identity_recorded",
            "host.auto_update",
        },
        relations=frozenset({"runs_as", "encrypts_with"}),
    ),
)
