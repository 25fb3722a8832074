"""What SageMaker's runs have in common: machines, network, storage, settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.sagemaker.instances import hardware_encrypted
from zscan.collect.aws.settings import number, switch
from zscan.collect.aws.shaping import all_of, image, secret_settings
from zscan.model.asset import Draft
from zscan.model.document import Reading, combine

NEWEST_RUNS = 50  # of each kind of job besides training, in each region

NETWORK = frozenset({"network.private_network", "network.direct_internet"})
ISOLATION = NETWORK | {"training.isolated", "network.egress_restricted", "encryption.internal_traffic"}
STORAGE = frozenset({"encryption.customer_key", "encryption.hardware_key_only"})
SECRETS = frozenset({"secrets.literals", "secrets.defaults"})


def nodes(resources: Reading) -> Reading:
    """Machines of all instance groups, or of the one kind. A serverless job has no count that anybody states."""
    unset = "the job states no number of machines"
    counts = [group.get("InstanceCount") for group in resources.get("InstanceGroups").each()]
    if not counts:
        single = resources.get("InstanceCount")
        counts = [single if single.value is not None else resources.get("SelectedInstanceCount")]
    return combine(lambda *numbers: sum(numbers), *(number(count, unset=unset) for count in counts))


def instance_types(resources: Reading) -> list[Reading]:
    """The instance types that a run names."""
    groups = resources.get("InstanceGroups").each()
    kinds = [group.get("InstanceType") for group in groups] or [resources.get("InstanceType"), resources.get("SelectedInstanceType")]
    return [kind for kind in kinds if kind.value is not None]


def run_images(name: str, uri: Reading) -> list[Any]:
    """Elements of `artefact.images`. A job may name an algorithm instead of an image."""
    if uri.unknown:
        return [uri.value]
    return [image(name, uri)] if uri.value is not None else []


def bucket(uri: Reading) -> Reading:
    """The bucket of an S3 address."""
    return uri.map(lambda text: bucket_of(str(text or "")))


def set_secrets(draft: Draft, *settings: tuple[Reading, str]) -> None:
    """State the credentials that maps of settings hold, each map with the words for where it stands."""
    found = [secret_settings(variables, where) for variables, where in settings]
    places = tuple(place for variables, _ in settings for place in variables.places)
    draft.set("secrets.literals", Reading([item for literals, _ in found for item in literals], places))
    draft.set("secrets.defaults", Reading([item for _, defaults in found for item in defaults], places))


def set_vpc(draft: Draft, vpc: Reading, *, isolated: Reading | None = None) -> None:
    """State the way to the network of containers that may be attached to a VPC, and (if there is such a switch) isolated."""
    in_network = vpc.get("Subnets").is_set()
    draft.set("network.private_network", in_network)
    draft.set("network.direct_internet", ~in_network if isolated is None else ~isolated & ~in_network)
    attach(draft, subnets=vpc.get("Subnets").each(), groups=vpc.get("SecurityGroupIds").each())


def set_isolation(draft: Draft, network: Reading) -> None:
    """State what a NetworkConfig says. Isolation and encryption between containers are off by default (NetworkConfig)."""
    isolated = switch(network.get("EnableNetworkIsolation"))
    set_vpc(draft, network.get("VpcConfig"), isolated=isolated)
    draft.set("training.isolated", isolated)
    draft.set("network.egress_restricted", isolated)
    draft.set("encryption.internal_traffic", switch(network.get("EnableInterContainerTrafficEncryption")))


def set_storage(draft: Draft, resources: Reading, key: Reading) -> None:
    """State how the disks of a run's machines are encrypted."""
    draft.set("encryption.customer_key", key.is_set())
    draft.set("encryption.hardware_key_only", all_of((hardware_encrypted(kind) for kind in instance_types(resources)), empty=False))
    draft.refer("encrypts_with", "AWS::KMS::Key", key)


def set_outputs(draft: Draft, key: Reading, places: Iterable[Reading]) -> None:
    """State where a run writes, and how that is encrypted."""
    draft.set("encryption.output_customer_key", key.is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    for place in places:
        draft.refer("writes_to", "AWS::S3::Bucket", bucket(place))


def set_role(draft: Draft, role: Reading) -> None:
    """State what a run acts as."""
    draft.set("principal.assigned", role.is_set())
    draft.refer("runs_as", "AWS::IAM::Role", role)
