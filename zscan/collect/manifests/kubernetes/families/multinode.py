"""Groups of pods that serve or train together: LeaderWorkerSet, JobSet, AIBrix and Dynamo."""

from __future__ import annotations

from zscan.collect.manifests.kubernetes.kinds import Kind, PodPlace

KINDS = (
    Kind(
        groups=("leaderworkerset.x-k8s.io",),
        kind="LeaderWorkerSet",
        asset_type="endpoint",
        pods=(
            PodPlace("spec.leaderWorkerTemplate.leaderTemplate", "leader"),
            PodPlace("spec.leaderWorkerTemplate.workerTemplate", "worker"),
        ),
        labels=lambda item: {"leaderworkerset.sigs.k8s.io/name": item.name},
    ),
    Kind(
        groups=("disaggregatedset.x-k8s.io",),
        kind="DisaggregatedSet",
        asset_type="endpoint",
        pods=(PodPlace("spec.roles[].template.spec.leaderWorkerTemplate.workerTemplate"),),
    ),
    Kind(
        groups=("jobset.x-k8s.io",),
        kind="JobSet",
        asset_type="training_job",
        pods=(PodPlace("spec.replicatedJobs[].template.spec.template"),),
    ),
    Kind(
        groups=("orchestration.aibrix.ai",),
        kind="StormService",
        asset_type="endpoint",
        pods=(PodPlace("spec.template.spec.roles[].template"),),
    ),
    Kind(groups=("orchestration.aibrix.ai",), kind="RoleSet", asset_type="endpoint", pods=(PodPlace("spec.roles[].template"),)),
    Kind(
        groups=("orchestration.aibrix.ai",),
        kind="RayClusterFleet",
        asset_type="ml_app",
        pods=(PodPlace("spec.template.spec.headGroupSpec.template", "head"), PodPlace("spec.template.spec.workerGroupSpecs[].template")),
        product="Ray",
    ),
    Kind(
        groups=("nvidia.com",),
        kind="DynamoGraphDeployment",
        asset_type="endpoint",
        pods=(PodPlace("spec.services.*.extraPodSpec", bare=True),),
        product="NVIDIA Dynamo",
    ),
)
