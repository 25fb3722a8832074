"""ECR repositories, read only where an asset runs an image from one.

Sources: DescribeRepositories, GetRepositoryPolicy, GetRegistryScanningConfiguration; AWS::ECR::Repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from zscan.collect import Bulk, Call, Collector, Part, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

REPOSITORY = "AWS::ECR::Repository"
# `111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/serve`; in templates account and region may be `${…}`
_ADDRESS = re.compile(
    r"(?P<account>\d{12}|\$\{AccountId\})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+|\$\{Region\})\.[^/]+/(?P<name>[^@:]+)"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._/-]{1,255}")  # what the API takes as a name
_REGISTRY_WIDE = Unknown(Reason(ReasonCode.NO_FILE_FORM, "the scanning of the registry is not part of a repository's declaration"))


def pull(draft: Draft, images: Iterable[Reading]) -> None:
    """Note the repositories that an asset's images come from."""
    for image in images:
        draft.refer("pulls_from", REPOSITORY, image.map(lambda text: repository_of(str(text or ""))))


def repository_of(image: str) -> str:
    """An image's repository without tag and digest; "" when it is none of ECR's."""
    if image.startswith("${") and ".RepositoryUri}" in image:
        return image.partition("}")[0] + "}"
    match = _ADDRESS.match(image)
    return match[0] if match is not None else ""


def locate(key: str, place: Place) -> tuple[Place, str] | None:
    """Where a repository is read: the region in its address; None when it is another account's (AWS's own images are)."""
    match = _ADDRESS.fullmatch(key)
    if match is None or match["account"] != place.account or not _NAME.fullmatch(match["name"]):
        return None
    return Place(place.provider, place.account, match["region"], place.partition), match["name"]


def shape_repository(document: Document) -> Iterable[Draft]:
    """A repository: whether tags can move, who looks at what is pushed, who may pull or push, its key. A missing one is no asset."""
    if document.view == "live" and document["RepositoryUri"].value is None:
        return
    draft = asset(document, "image_repository")
    known = document["RepositoryUri"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    if document.view == "declared":
        draft.keys |= {f"{document.account}.dkr.ecr.{document.region}.amazonaws.com/{document.name}", _pointer(document)}
    policy = grants_of(document["RepositoryPolicyText"], document.account)
    encryption = document["EncryptionConfiguration"]
    draft.set("repository.tags_fixed", document["ImageTagMutability"].default("MUTABLE").one_of("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"))
    draft.set("repository.scanned", switch(document["ImageScanningConfiguration.ScanOnPush"]) | _registry_scans(document))
    draft.set("sharing.public", policy.public)
    draft.set("sharing.foreign_accounts", policy.foreign_accounts)
    # without a key of the customer's, KMS encryption uses the key aws/ecr (EncryptionConfiguration, kmsKey)
    draft.set("encryption.customer_key", encryption.get("EncryptionType").one_of("KMS", "KMS_DSSE") & _own_key(encryption.get("KmsKey")))
    draft.refer("encrypts_with", "AWS::KMS::Key", encryption.get("KmsKey"))
    yield draft


def _pointer(document: Document) -> str:
    return f"${{{document.id.rpartition('#')[2]}.RepositoryUri}}"


def _own_key(key: Reading) -> Reading:
    return key.is_set() & ~key.map(lambda text: str(text).endswith("alias/aws/ecr")) if not key.unknown else key.is_set()


def _registry_scans(document: Document) -> Reading:
    """Whether a rule of the registry scans the repository on push or continuously (basic and enhanced scanning alike)."""
    if document.view == "declared":
        return Reading(_REGISTRY_WIDE, document["ImageScanningConfiguration"].places)
    return any_of(rule if rule.unknown else _scans(rule, document.name) for rule in document["RegistryScanning.rules"].each())


def _scans(rule: Reading, name: str) -> Reading:
    meant = any_of(one.get("filter").map(lambda text: _matches(str(text or ""), name)) for one in rule.get("repositoryFilters").each())
    return rule.get("scanFrequency").one_of("SCAN_ON_PUSH", "CONTINUOUS_SCAN") & meant


def _matches(wanted: str, name: str) -> bool:
    """A filter without a wildcard matches every name that holds it (ECR user guide, "Filters")."""
    return fnmatchcase(name, wanted if "*" in wanted else f"*{wanted}*")


def _canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    found = answer.get("repositories") or []
    return cfn_names()(found[0]) if found else {}


def _identify(answer: Mapping[str, Any], place: Place) -> str:
    found = answer.get("repositories") or []
    return str(found[0]["repositoryArn"]) if found else arn(place, "ecr", f"repository/{answer['key']}")


def _name(answer: Mapping[str, Any]) -> str:
    found = answer.get("repositories") or []
    return str(found[0]["repositoryName"] if found else answer["key"])


COLLECTORS = (
    Collector(
        native_type=REPOSITORY,
        asset_type="image_repository",
        resolves=True,
        locate=locate,
        describe=Call(
            service="ecr",
            operation="DescribeRepositories",
            action="ecr:DescribeRepositories",
            params={"repositoryNames": ["{key}"]},
            absent=frozenset({"RepositoryNotFoundException"}),
        ),
        parts=(
            Part(
                path="RepositoryPolicyText",
                call=Call(
                    service="ecr",
                    operation="GetRepositoryPolicy",
                    action="ecr:GetRepositoryPolicy",
                    params={"repositoryName": "{key}"},
                    take="policyText",
                    absent=frozenset({"RepositoryPolicyNotFoundException"}),
                ),
                when=lambda answer: bool(answer.get("repositories")),
            ),
        ),
        bulk=(
            TAGS,
            Bulk(
                path="RegistryScanning",
                call=Call(
                    service="ecr",
                    operation="GetRegistryScanningConfiguration",
                    action="ecr:GetRegistryScanningConfiguration",
                    take="scanningConfiguration",
                ),
            ),
        ),
        identify=_identify,
        name=_name,
        canonical=_canonical,
        shape=shape_repository,
        facts=GOVERNANCE
        | {"repository.tags_fixed", "repository.scanned", "sharing.public", "sharing.foreign_accounts", "encryption.customer_key"},
        relations=frozenset({"encrypts_with"}),
    ),
)
