"""SageMaker Studio domains. Sources: DescribeDomain; AWS::SageMaker::Domain. Defaults: CreateDomain.

Settings for users are the domain's defaults: a user profile may carry its own (`workspaces.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.settings import number
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading


def shape_domain(document: Document) -> Iterable[Draft]:
    """A domain: its network, sign-in, shared storage, and what its users may do."""
    draft = asset(document, "studio")
    if isinstance(document.body.get("DomainId"), str):
        draft.keys.add(document.body["DomainId"])
    users, settings = document["DefaultUserSettings"], document["DomainSettings"]
    network = document["AppNetworkAccessType"].default("PublicInternetOnly")
    sharing = users.get("SharingSettings")
    allowed, with_key = shared_output(sharing)
    draft.set("network.direct_internet", network.eq("PublicInternetOnly"))
    draft.set("network.private_network", network.eq("VpcOnly"))
    draft.set("auth.federated", document["AuthMode"].eq("SSO"))
    # HomeEfsFileSystemKmsKeyId is the old name, which covers the home file system alone (CreateDomain).
    draft.set("encryption.customer_key", document["KmsKeyId"].is_set())
    draft.set("encryption.output_customer_key", with_key)
    draft.set("data.download_allowed", allowed)
    draft.set("principal.assigned", users.get("ExecutionRole").is_set())
    draft.set("host.idle_minutes", idle_minutes(users.get("JupyterLabAppSettings.AppLifecycleManagement.IdleSettings")))
    draft.set("host.containers_unrestricted", _containers_unrestricted(settings.get("DockerSettings"), network))
    draft.set("host.user_identity_recorded", _identity_recorded(settings, users))
    draft.refer("runs_as", "AWS::IAM::Role", users.get("ExecutionRole"))
    for key in (document["KmsKeyId"], sharing.get("S3KmsKeyId")):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    for application in ("JupyterServer", "KernelGateway", "JupyterLab", "CodeEditor"):
        for script in users.get(f"{application}AppSettings.LifecycleConfigArns").each():
            draft.refer("configured_by", "AWS::SageMaker::StudioLifecycleConfig", script)
    draft.refer("writes_to", "AWS::S3::Bucket", sharing.get("S3OutputPath").map(lambda text: bucket_of(str(text or ""))))
    groups = [*users.get("SecurityGroups").each(), *settings.get("SecurityGroupIds").each()]
    attach(draft, subnets=document["SubnetIds"].each(), groups=groups)
    yield draft


def shared_output(sharing: Reading) -> tuple[Reading, Reading]:
    """Whether cell output may be shared, and whether what is shared has a key. Sharing is off by default (SharingSettings)."""
    option = sharing.get("NotebookOutputOption").default("Disabled")
    return option.eq("Allowed"), option.eq("Disabled") | sharing.get("S3KmsKeyId").is_set()


def idle_minutes(settings: Reading) -> Reading:
    """Idle shutdown of JupyterLab, off until it is activated."""
    on = settings.get("LifecycleManagement").default("DISABLED").eq("ENABLED")
    if on.value is True:
        return number(settings.get("IdleTimeoutInMinutes"), unset="idle shutdown is on without a time, and no default is documented")
    return on.map(lambda _off: 0)


def _containers_unrestricted(docker: Reading, network: Reading) -> Reading:
    """Docker is off until it is enabled. In a VpcOnly domain its containers stay in the VPC and images come from trusted accounts only."""
    return docker.get("EnableDockerAccess").default("DISABLED").eq("ENABLED") & ~network.eq("VpcOnly")


def _identity_recorded(settings: Reading, users: Reading) -> Reading:
    """The user profile is the role's source identity, or the role's session carries the user's name; both are off by default."""
    mode = users.get("StudioWebPortalSettings.ExecutionRoleSessionNameMode")
    return settings.get("ExecutionRoleIdentityConfig").eq("USER_PROFILE_NAME") | mode.eq("USER_IDENTITY")


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::Domain",
        asset_type="studio",
        list=Call(service="sagemaker", operation="ListDomains", action="sagemaker:ListDomains", items="Domains", page_size=100),
        describe=Call(
            service="sagemaker", operation="DescribeDomain", action="sagemaker:DescribeDomain", params={"DomainId": "{DomainId}"}
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["DomainArn"]),
        name=lambda answer: str(answer["DomainName"]),
        canonical=cfn_names(),
        shape=shape_domain,
        facts=GOVERNANCE
        | {
            "network.direct_internet",
            "network.private_network",
            "auth.federated",
            "encryption.customer_key",
            "encryption.output_customer_key",
            "data.download_allowed",
            "principal.assigned",
            "host.idle_minutes",
            "host.containers_unrestricted",
            "host.user_identity_recorded",
        },
        relations=frozenset({"runs_as", "encrypts_with", "writes_to", "attached_to", "configured_by"}),
    ),
)
