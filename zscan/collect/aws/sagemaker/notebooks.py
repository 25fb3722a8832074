"""SageMaker notebook instances. Sources: DescribeNotebookInstance; AWS::SageMaker::NotebookInstance. Defaults: CreateNotebookInstance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.redacted import redacted_pattern
from zscan.model.unknown import Reason, ReasonCode, Unknown, Unresolved

# Of the platform identifiers that the API model names, those that are not deprecated (Security Hub control SageMaker.8).
_SUPPORTED = frozenset({"notebook-al2-v3", "notebook-al2023-v1", "notebook-al2023-v2"})
_RETIRED = frozenset({"notebook-al1-v1", "notebook-al2-v1", "notebook-al2-v2"})
_HALTED = ("Stopped", "Failed")  # NotebookInstanceStatus: nothing runs, the disk stays
_LIVE = Unknown(Reason(ReasonCode.NO_FILE_FORM, "a template does not say whether a notebook runs"))
_DEFAULT_PLATFORM = "notebook-al2023-v1"

_canonical = cfn_names(aliases={"SecurityGroups": "SecurityGroupIds", "NotebookInstanceLifecycleConfigName": "LifecycleConfigName"})


def shape_notebook(document: Document) -> Iterable[Draft]:
    """A notebook instance: its ways to the network, root, its disk's key, its platform."""
    draft = asset(document, "notebook")
    draft.set("network.direct_internet", document["DirectInternetAccess"].default("Enabled").eq("Enabled"))
    draft.set("network.private_network", document["SubnetId"].is_set())
    # Unset, instances answer to both versions of the metadata service; only version 2 demands a session token.
    version = document["InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion"].default("1")
    draft.set("network.metadata_blocked", version.map(lambda text: str(text) == "2"))
    draft.set("workload.root", document["RootAccess"].default("Enabled").eq("Enabled"))
    draft.set("host.platform_supported", document["PlatformIdentifier"].default(_DEFAULT_PLATFORM).map(_supported))
    draft.set("encryption.customer_key", document["KmsKeyId"].is_set())
    draft.set("principal.assigned", document["RoleArn"].is_set())
    draft.set("secrets.literals", _secrets(document))
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.set("lifecycle.running", document["NotebookInstanceStatus"].default(_LIVE).map(lambda status: status not in _HALTED))
    draft.set("lifecycle.changed_at", document["LastModifiedTime"].default(_LIVE).map(str))
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyId"])
    draft.refer("configured_by", "AWS::SageMaker::NotebookInstanceLifecycleConfig", document["LifecycleConfigName"])
    attach(draft, subnets=[document["SubnetId"]], groups=document["SecurityGroupIds"].each())
    yield draft


def _supported(identifier: Any) -> Any:
    if isinstance(identifier, str) and (identifier in _SUPPORTED or identifier in _RETIRED):
        return identifier in _SUPPORTED
    return Unknown(Reason(ReasonCode.UNRESOLVED, f"the support of platform {identifier} is not known to this version"))


def _secrets(document: Document) -> Reading:
    """Credentials in the URLs of code repositories. Start-up scripts are assets of their own."""
    places = [("DefaultCodeRepository", document["DefaultCodeRepository"])]
    places += [(f"AdditionalCodeRepositories[{index}]", url) for index, url in enumerate(document["AdditionalCodeRepositories"].each())]
    found: list[Any] = []
    for name, url in places:
        if url.unknown and not isinstance(url.value, Unresolved):  # a pointer to a CodeRepository holds no credential itself
            found.append(url.value)
        elif redacted_pattern(url.value):
            found.append({"name": name, "where": "code repository"})
    return Reading(found, tuple(place for _, url in places for place in url.places))


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::NotebookInstance",
        asset_type="notebook",
        list=Call(
            service="sagemaker",
            operation="ListNotebookInstances",
            action="sagemaker:ListNotebookInstances",
            items="NotebookInstances",
            page_size=100,
        ),
        describe=Call(
            service="sagemaker",
            operation="DescribeNotebookInstance",
            action="sagemaker:DescribeNotebookInstance",
            params={"NotebookInstanceName": "{NotebookInstanceName}"},
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["NotebookInstanceArn"]),
        name=lambda answer: str(answer["NotebookInstanceName"]),
        canonical=_canonical,
        shape=shape_notebook,
        facts=GOVERNANCE
        | {
            "network.direct_internet",
            "network.private_network",
            "network.metadata_blocked",
            "workload.root",
            "host.platform_supported",
            "encryption.customer_key",
            "principal.assigned",
            "secrets.literals",
            "lifecycle.running",
            "lifecycle.changed_at",
        },
        live_only=frozenset({"lifecycle.running", "lifecycle.changed_at"}),
        relations=frozenset({"runs_as", "encrypts_with", "attached_to", "configured_by"}),
    ),
)
