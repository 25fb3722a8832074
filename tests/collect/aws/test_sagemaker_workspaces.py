"""User profiles and spaces, and what profiles inherit from their domain."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, assert_nothing_claimed, collector, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_sagemaker_more as more
from tests.sim.aws.build_account import role_arn
from zscan.derive.compose import compose
from zscan.model.asset import Draft
from zscan.model.unknown import Inherited, Unknown, Unresolved

PROFILE, SPACE = "AWS::SageMaker::UserProfile", "AWS::SageMaker::Space"
DOMAIN_ID = "d-abcdefabcdef"
IDLE = {"AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 60}}}


def estate(**domain: Any) -> Estate:
    return Estate().domain(ACCOUNT, REGION, "d", DomainId=DOMAIN_ID, **domain)


def profile(sim: AwsSim, made: Estate, **settings: Any) -> Draft:
    more.user_profile(made, ACCOUNT, REGION, DOMAIN_ID, "Dana", **settings)
    found = scan(sim, made)
    compose(found.drafts, collector(PROFILE).via)
    return found.one(PROFILE)


def test_a_profile_of_its_own(sim: AwsSim) -> None:
    own = {
        "ExecutionRole": role_arn(ACCOUNT, "dana"),
        "JupyterLabAppSettings": IDLE,
        "SharingSettings": {"NotebookOutputOption": "Allowed", "S3OutputPath": "s3://x/y"},
    }
    draft = profile(sim, estate(), SingleSignOnUserIdentifier="UserName", SingleSignOnUserValue="dana", UserSettings=own)
    assert draft.id.endswith(f":user-profile/{DOMAIN_ID}/dana")
    assert draft.facts["auth.federated"] is True
    assert draft.facts["principal.assigned"] is True
    assert draft.facts["data.download_allowed"] is True
    assert draft.facts["encryption.output_customer_key"] is False
    assert draft.facts["host.idle_minutes"] == 60


@pytest.mark.parametrize("minutes", [60, 0])
def test_what_a_profile_leaves_unset_holds_as_the_domain_has_it(sim: AwsSim, minutes: int) -> None:
    defaults = {"JupyterLabAppSettings": IDLE} if minutes else {}
    draft = profile(sim, estate(DefaultUserSettings={"ExecutionRole": role_arn(ACCOUNT, "ml"), **defaults}))
    assert draft.facts["host.idle_minutes"] == minutes
    assert draft.facts["data.download_allowed"] is False
    assert draft.facts["principal.assigned"] is False
    assert draft.facts["auth.federated"] is False


def test_an_unread_domain_leaves_its_settings_open(sim: AwsSim) -> None:
    made = estate()
    made.document["deny_actions"] = ["sagemaker:DescribeDomain"]
    draft = profile(sim, made)
    assert isinstance(draft.facts["host.idle_minutes"], Unknown)
    assert draft.facts["principal.assigned"] is False


def test_a_refused_description_claims_nothing(sim: AwsSim) -> None:
    made = estate()
    made.document["deny_actions"] = ["sagemaker:DescribeUserProfile"]
    assert_nothing_claimed(profile(sim, made))


def test_without_a_domain_nothing_is_asked(sim: AwsSim) -> None:
    scan(sim, Estate())
    assert not {"sagemaker:ListUserProfiles", "sagemaker:ListSpaces"} & set(sim.operations())


@pytest.mark.parametrize(
    ("sharing", "remote", "personal", "shell"),
    [("Private", "DISABLED", True, False), ("Shared", "ENABLED", False, True), ("Private", "", True, False)],
)
def test_spaces(sim: AwsSim, sharing: str, remote: str, personal: bool, shell: bool) -> None:
    made = estate()
    more.space(made, ACCOUNT, REGION, DOMAIN_ID, "s", sharing=sharing, remote=remote)
    draft = scan(sim, made).one(SPACE)
    assert draft.facts["workspace.personal"] is personal
    assert draft.facts["host.shell_access"] is shell
    assert [(r.kind, r.state) for r in draft.relations] == [("part_of", "resolved")]


def test_a_space_of_a_template() -> None:
    body = {"SpaceSharingSettings": {"SharingType": "Private"}, "SpaceSettings": {"RemoteAccess": "ENABLED"}}
    assert shaped(template(SPACE, body)).facts["workspace.personal"] is True
    assert shaped(template(SPACE, body)).facts["host.shell_access"] is True
    assert shaped(template(SPACE, {})).facts["workspace.personal"] is False
    assert isinstance(shaped(template(SPACE, {"SpaceSharingSettings": Unresolved("!Ref X")})).facts["workspace.personal"], Unknown)


def test_a_profile_of_a_template_inherits() -> None:
    assert isinstance(shaped(template(PROFILE, {})).facts["host.idle_minutes"], Inherited)


def test_names_are_cloudformations() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    own = {"ExecutionRole": "r", "SharingSettings": {"NotebookOutputOption": "Allowed", "S3KmsKeyId": "k"}}
    assert misspelt(PROFILE, {"DomainId": "d", "SingleSignOnUserIdentifier": "UserName", "UserSettings": own}) == []
    assert misspelt(SPACE, {"SpaceSharingSettings": {"SharingType": "Private"}, "SpaceSettings": {"RemoteAccess": "DISABLED"}}) == []
