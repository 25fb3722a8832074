"""Where people work in a Studio domain: user profiles and spaces.

Sources: DescribeUserProfile, ListSpaces; AWS::SageMaker::UserProfile, ::Space. What a profile leaves unset holds as the domain has it
(CreateUserProfile, UserSettings). Both are listed per domain, so an account without domains costs no call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Collector, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.sagemaker.studio import idle_minutes, shared_output
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.offers import Fold, Via
from zscan.model.unknown import Inherited

_DOMAIN = "AWS::SageMaker::Domain"
_FROM_DOMAIN: dict[str, Fold] = {
    "data.download_allowed": "inherit",
    "encryption.output_customer_key": "inherit",
    "host.idle_minutes": "inherit",
}


def shape_profile(document: Document) -> Iterable[Draft]:
    """A user profile: who signs in, as what the person acts, and which of the domain's settings it replaces."""
    draft = asset(document, "workspace")
    settings = document["UserSettings"]
    sharing, idle = settings.get("SharingSettings"), settings.get("JupyterLabAppSettings.AppLifecycleManagement.IdleSettings")
    allowed, with_key = shared_output(sharing)
    draft.set("auth.federated", document["SingleSignOnUserIdentifier"].is_set())
    draft.set("principal.assigned", settings.get("ExecutionRole").is_set())
    draft.set("data.download_allowed", _own(sharing, allowed))
    draft.set("encryption.output_customer_key", _own(sharing, with_key))
    draft.set("host.idle_minutes", _own(idle, idle_minutes(idle)))
    draft.refer("runs_as", "AWS::IAM::Role", settings.get("ExecutionRole"))
    draft.refer("encrypts_with", "AWS::KMS::Key", sharing.get("S3KmsKeyId"))
    draft.refer("part_of", _DOMAIN, document["DomainId"])
    yield draft


def _own(setting: Reading, fact: Reading) -> Reading:
    """The fact that the profile's own setting decides; where there is none, the domain's holds."""
    return Reading(Inherited("the domain decides it"), setting.places) if setting.is_set().value is False else fact


def shape_space(document: Document) -> Iterable[Draft]:
    """A space: whether it is one person's, and open to tools outside. Unset, a space is shared (CreateSpace)."""
    draft = asset(document, "workspace")
    draft.set("workspace.personal", document["SpaceSharingSettings.SharingType"].default("Shared").eq("Private"))
    draft.set("host.shell_access", document["SpaceSettings.RemoteAccess"].default("DISABLED").eq("ENABLED"))
    draft.refer("part_of", _DOMAIN, document["DomainId"])
    yield draft


def _in_domain(kind: str, member: str, answer: Mapping[str, Any], place: Place) -> str:
    """The ARN of a thing of a domain. Listings do not give it; its resource part is in small letters."""
    return arn(place, "sagemaker", f"{kind}/{answer['DomainId']}/{answer[member]}".lower())


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::UserProfile",
        asset_type="workspace",
        parent=_DOMAIN,
        list=listing("ListUserProfiles", "UserProfiles", DomainIdEquals="{DomainId}"),
        describe=description("DescribeUserProfile", "DomainId", "UserProfileName"),
        bulk=(TAGS,),
        identify=lambda answer, place: _in_domain("user-profile", "UserProfileName", answer, place),
        name=lambda answer: str(answer["UserProfileName"]),
        canonical=cfn_names(),
        shape=shape_profile,
        facts=GOVERNANCE
        | {
            "auth.federated",
            "principal.assigned",
            "data.download_allowed",
            "encryption.output_customer_key",
            "host.idle_minutes",
        },
        derived=frozenset({"principal.shared"}),
        relations=frozenset({"runs_as", "encrypts_with", "part_of"}),
        via=(Via(native_type="AWS::SageMaker::UserProfile", relation="part_of", facts=_FROM_DOMAIN),),
    ),
    Collector(
        native_type="AWS::SageMaker::Space",
        asset_type="workspace",
        parent=_DOMAIN,
        list=listing("ListSpaces", "Spaces", DomainIdEquals="{DomainId}"),
        bulk=(TAGS,),
        identify=lambda answer, place: _in_domain("space", "SpaceName", answer, place),
        name=lambda answer: str(answer["SpaceName"]),
        canonical=cfn_names(
            aliases={
                "SpaceSettingsSummary": "SpaceSettings",
                "SpaceSharingSettingsSummary": "SpaceSharingSettings",
                "OwnershipSettingsSummary": "OwnershipSettings",
            }
        ),
        shape=shape_space,
        facts=GOVERNANCE | {"workspace.personal", "host.shell_access"},
        relations=frozenset({"part_of"}),
    ),
)
