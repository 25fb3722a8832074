"""Studio domains, live and in templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, assert_nothing_claimed, assert_same_facts, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from zscan.model.unknown import Unknown, Unresolved

TYPE = "AWS::SageMaker::Domain"
KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
SUBNET, GROUP = subnet_id(ACCOUNT, REGION, "private"), security_group_id(ACCOUNT, REGION, "ml")


def idle(**settings: Any) -> dict[str, Any]:
    return {"JupyterLabAppSettings": {"AppLifecycleManagement": {"IdleSettings": settings}}}


HARDENED: dict[str, Any] = {
    "DomainName": "d",
    "AuthMode": "SSO",
    "AppNetworkAccessType": "VpcOnly",
    "KmsKeyId": KEY,
    "VpcId": "vpc-1",
    "SubnetIds": [SUBNET],
    "DefaultUserSettings": {
        "ExecutionRole": ROLE,
        "SecurityGroups": [GROUP],
        "SharingSettings": {"NotebookOutputOption": "Allowed", "S3OutputPath": "s3://ml-shared/out", "S3KmsKeyId": KEY},
        **idle(LifecycleManagement="ENABLED", IdleTimeoutInMinutes=60),
    },
    "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME", "DockerSettings": {"EnableDockerAccess": "ENABLED"}},
}


def estate(**overrides: Any) -> Estate:
    base = Estate().role(ACCOUNT, "ml").key(ACCOUNT, REGION, "ml").bucket(ACCOUNT, REGION, "ml-shared")
    base.subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml")
    return base.domain(ACCOUNT, REGION, "d", **overrides)


def test_hardened_live_and_in_a_template(sim: AwsSim) -> None:
    found = scan(sim, estate(**HARDENED))
    live = found.one(TYPE)
    assert found.gaps == []
    assert {path: value for path, value in live.facts.items() if not path.startswith("governance.")} == {
        "network.direct_internet": False,
        "network.private_network": True,
        "auth.federated": True,
        "encryption.customer_key": True,
        "encryption.output_customer_key": True,
        "data.download_allowed": True,
        "principal.assigned": True,
        "host.idle_minutes": 60,
        "host.containers_unrestricted": False,
        "host.user_identity_recorded": True,
    }
    assert {(r.kind, r.state) for r in live.relations} == {
        ("runs_as", "resolved"),
        ("encrypts_with", "resolved"),
        ("writes_to", "resolved"),
        ("attached_to", "resolved"),
    }
    assert_same_facts(live, HARDENED)


def test_defaults_live_and_in_a_template(sim: AwsSim) -> None:
    live = scan(sim, estate(SubnetIds=[SUBNET], DefaultUserSettings={"ExecutionRole": ROLE})).one(TYPE)
    assert live.facts["network.direct_internet"] is True
    assert live.facts["auth.federated"] is False
    assert live.facts["data.download_allowed"] is False
    assert live.facts["encryption.output_customer_key"] is True, "nothing is shared by default"
    assert live.facts["host.idle_minutes"] == 0
    assert live.facts["host.containers_unrestricted"] is False
    assert live.facts["host.user_identity_recorded"] is False
    assert_same_facts(live, {"AuthMode": "IAM", "SubnetIds": [SUBNET], "DefaultUserSettings": {"ExecutionRole": ROLE}})


def test_template_uses_cloudformations_names() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(TYPE, HARDENED) == []


def facts(**body: Any) -> dict[str, Any]:
    return shaped(template(TYPE, body)).facts


def test_home_file_system_key_alone_is_no_customer_key() -> None:
    assert facts(HomeEfsFileSystemKmsKeyId=KEY)["encryption.customer_key"] is False


def test_shared_output_without_a_key() -> None:
    shared = {"SharingSettings": {"NotebookOutputOption": "Allowed", "S3OutputPath": "s3://x"}}
    assert facts(DefaultUserSettings=shared)["encryption.output_customer_key"] is False


@pytest.mark.parametrize(("network", "unrestricted"), [("PublicInternetOnly", True), ("VpcOnly", False), (None, True)])
def test_docker(network: str | None, unrestricted: bool) -> None:
    found = facts(AppNetworkAccessType=network, DomainSettings={"DockerSettings": {"EnableDockerAccess": "ENABLED"}})
    assert found["host.containers_unrestricted"] is unrestricted


def test_docker_is_off_by_default_whatever_the_network() -> None:
    assert facts(AppNetworkAccessType=Unresolved("!Ref Network"))["host.containers_unrestricted"] is False


@pytest.mark.parametrize(
    ("settings", "minutes"), [({"LifecycleManagement": "DISABLED", "IdleTimeoutInMinutes": 60}, 0), ({"IdleTimeoutInMinutes": 60}, 0)]
)
def test_idle_time_counts_only_when_activated(settings: dict[str, Any], minutes: int) -> None:
    assert facts(DefaultUserSettings=idle(**settings))["host.idle_minutes"] == minutes


@pytest.mark.parametrize("timeout", [None, "soon", "-5", Unresolved("!Ref Minutes")])
def test_idle_time_that_cannot_be_read(timeout: Any) -> None:
    settings = idle(LifecycleManagement="ENABLED", IdleTimeoutInMinutes=timeout)
    assert isinstance(facts(DefaultUserSettings=settings)["host.idle_minutes"], Unknown)


def test_idle_time_as_text() -> None:
    assert facts(DefaultUserSettings=idle(LifecycleManagement="ENABLED", IdleTimeoutInMinutes="90"))["host.idle_minutes"] == 90


def test_session_named_after_the_user_records_the_user() -> None:
    users = {"StudioWebPortalSettings": {"ExecutionRoleSessionNameMode": "USER_IDENTITY"}}
    assert facts(DefaultUserSettings=users)["host.user_identity_recorded"] is True


def test_refused_description_claims_nothing(sim: AwsSim) -> None:
    refused = estate(**HARDENED)
    refused.document["deny_actions"] = ["sagemaker:DescribeDomain"]
    found = scan(sim, refused)
    assert_nothing_claimed(found.one(TYPE))
    assert [gap.permission for gap in found.gaps] == ["sagemaker:DescribeDomain"]
