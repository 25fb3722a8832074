"""SageMaker HyperPod clusters. Sources: DescribeCluster; AWS::SageMaker::Cluster. Defaults: CreateCluster."""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.runs import bucket
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_OUTDATED = ("SecurityUpdateRequired", "EndOfLife")
_NOT_STATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the cluster does not state it, and no default is documented"))


def shape_cluster(document: Document) -> Iterable[Draft]:
    """A cluster: its network, its machines' images, disks and roles, and what happens when one fails."""
    draft = asset(document, "cluster")
    groups = [*document["InstanceGroups"].each(), *document["RestrictedInstanceGroups"].each()]
    plain = document["InstanceGroups"].each()
    in_network = document["VpcConfig.Subnets"].is_set() | all_of((g.get("OverrideVpcConfig.Subnets").is_set() for g in groups), empty=False)
    draft.set("network.private_network", in_network)
    draft.set("network.direct_internet", ~in_network)
    draft.set("encryption.customer_key", all_of((_disks_with_key(group) for group in groups), empty=False))
    draft.set("principal.assigned", all_of((group.get("ExecutionRole").is_set() for group in groups), empty=False))
    draft.set("host.platform_supported", all_of(_current(group) for group in plain))
    draft.set("host.auto_update", all_of((_patched(group) for group in plain), empty=False))
    draft.set("availability.self_healing", document["NodeRecovery"].default(_NOT_STATED).eq("Automatic"))
    for group in groups:
        draft.refer("runs_as", "AWS::IAM::Role", group.get("ExecutionRole"))
        draft.refer("reads_from", "AWS::S3::Bucket", bucket(group.get("LifeCycleConfig.SourceS3Uri")))
        for disk in group.get("InstanceStorageConfigs").each():
            draft.refer("encrypts_with", "AWS::KMS::Key", disk.get("EbsVolumeConfig.VolumeKmsKeyId"))
    for network in (document["VpcConfig"], *(group.get("OverrideVpcConfig") for group in groups)):
        attach(draft, subnets=network.get("Subnets").each(), groups=network.get("SecurityGroupIds").each())
    yield draft


def _disks_with_key(group: Reading) -> Reading:
    """Every disk that a group states names a key; a group that states none has a root disk under a key of the provider."""
    disks = [disk.get("EbsVolumeConfig") for disk in group.get("InstanceStorageConfigs").each()]
    named = (disk.get("VolumeKmsKeyId").is_set() for disk in disks if disk.value is not None)
    return all_of(named, empty=False)


def _current(group: Reading) -> Reading:
    return group.get("ImageVersionStatus").default(_NOT_STATED).map(lambda status: status not in _OUTDATED)


def _patched(group: Reading) -> Reading:
    return group.get("AutoPatchConfig.PatchingStrategy").is_set() | group.get("ScheduledUpdateConfig.ScheduleExpression").is_set()


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::Cluster",
        asset_type="cluster",
        list=listing("ListClusters", "ClusterSummaries"),
        describe=description("DescribeCluster", "ClusterName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["ClusterArn"]),
        name=lambda answer: str(answer["ClusterName"]),
        canonical=cfn_names(),
        shape=shape_cluster,
        facts=GOVERNANCE
        | {
            "network.private_network",
            "network.direct_internet",
            "encryption.customer_key",
            "principal.assigned",
            "host.platform_supported",
            "host.auto_update",
            "availability.self_healing",
        },
        live_only=frozenset({"host.platform_supported"}),
        relations=frozenset({"runs_as", "encrypts_with", "reads_from", "attached_to"}),
    ),
)
