"""Notebook instances, live and in templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, assert_nothing_claimed, assert_same_facts, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from tests.sim.aws.build_sagemaker_more import NOTEBOOK_SCRIPT, put, script
from zscan.collect.redact import redact
from zscan.model.unknown import Unknown, Unresolved

TYPE = "AWS::SageMaker::NotebookInstance"
KEY, ROLE = key_arn(ACCOUNT, REGION, "ml"), role_arn(ACCOUNT, "ml")
SUBNET, GROUP = subnet_id(ACCOUNT, REGION, "private"), security_group_id(ACCOUNT, REGION, "ml")
IMDS2 = {"MinimumInstanceMetadataServiceVersion": "2"}
TAGS = {"owner": "ml-team", "environment": "prod"}


def estate() -> Estate:
    return Estate().role(ACCOUNT, "ml").key(ACCOUNT, REGION, "ml").subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml")


def hardened() -> Estate:
    return estate().notebook(
        ACCOUNT,
        REGION,
        "n",
        tags=TAGS,
        RoleArn=ROLE,
        KmsKeyId=KEY,
        SubnetId=SUBNET,
        SecurityGroups=[GROUP],
        DirectInternetAccess="Disabled",
        RootAccess="Disabled",
        PlatformIdentifier="notebook-al2023-v1",
        InstanceMetadataServiceConfiguration=IMDS2,
        DefaultCodeRepository="https://github.com/acme/notebooks.git",
    )


HARDENED = {
    "NotebookInstanceName": "n",
    "InstanceType": "ml.t3.medium",
    "RoleArn": ROLE,
    "KmsKeyId": KEY,
    "SubnetId": SUBNET,
    "SecurityGroupIds": [GROUP],
    "DirectInternetAccess": "Disabled",
    "RootAccess": "Disabled",
    "PlatformIdentifier": "notebook-al2023-v1",
    "InstanceMetadataServiceConfiguration": IMDS2,
    "DefaultCodeRepository": "https://github.com/acme/notebooks.git",
    "Tags": [{"Key": "owner", "Value": "ml-team"}, {"Key": "environment", "Value": "prod"}],
}


def test_hardened_live_and_in_a_template(sim: AwsSim) -> None:
    found = scan(sim, hardened())
    live = found.one(TYPE)
    assert found.gaps == []
    assert live.facts["network.direct_internet"] is False
    assert live.facts["network.private_network"] is True
    assert live.facts["network.metadata_blocked"] is True
    assert live.facts["workload.root"] is False
    assert live.facts["host.platform_supported"] is True
    assert live.facts["encryption.customer_key"] is True
    assert live.facts["secrets.literals"] == []
    assert {(r.kind, r.state) for r in live.relations} == {
        ("runs_as", "resolved"),
        ("encrypts_with", "resolved"),
        ("attached_to", "resolved"),
    }
    assert {found.drafts[r.target].type for r in live.relations if r.kind == "attached_to"} == {"subnet", "firewall"}
    assert_same_facts(live, HARDENED)


def test_defaults_live_and_in_a_template(sim: AwsSim) -> None:
    """What the builder leaves as it is, the API answers for an instance made with defaults."""
    live = scan(sim, estate().notebook(ACCOUNT, REGION, "n", RoleArn=ROLE, PlatformIdentifier="notebook-al2023-v1")).one(TYPE)
    assert live.facts["network.direct_internet"] is True
    assert live.facts["workload.root"] is True
    assert live.facts["network.metadata_blocked"] is False
    assert_same_facts(live, {"RoleArn": ROLE, "InstanceType": "ml.t3.medium"})


def test_template_uses_cloudformations_names() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(TYPE, HARDENED | {"AdditionalCodeRepositories": [], "LifecycleConfigName": "x"}) == []
    assert misspelt(TYPE, {"SecurityGroups": []}) == [".SecurityGroups"]


@pytest.mark.parametrize(
    ("identifier", "supported"),
    [
        ("notebook-al1-v1", False),
        ("notebook-al2-v1", False),
        ("notebook-al2-v2", False),
        ("notebook-al2-v3", True),
        ("notebook-al2023-v1", True),
        ("notebook-al2023-v2", True),
    ],
)
def test_platforms(identifier: str, supported: bool) -> None:
    assert shaped(template(TYPE, {"PlatformIdentifier": identifier})).facts["host.platform_supported"] is supported


def test_a_platform_of_the_future_is_not_judged() -> None:
    assert isinstance(shaped(template(TYPE, {"PlatformIdentifier": "notebook-al2029-v1"})).facts["host.platform_supported"], Unknown)


def test_every_platform_of_the_api_is_judged() -> None:
    botocore = pytest.importorskip("botocore.session", reason="botocore is not installed")
    pattern = botocore.get_session().get_service_model("sagemaker").shape_for("PlatformIdentifier").metadata["pattern"]
    for identifier in pattern.strip("()^$").split("|"):
        assert isinstance(shaped(template(TYPE, {"PlatformIdentifier": identifier})).facts["host.platform_supported"], bool), identifier


def test_metadata_version_as_a_number_in_yaml() -> None:
    body = {"InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": 2}}
    assert shaped(template(TYPE, body)).facts["network.metadata_blocked"] is True


def test_a_credential_in_a_repository_url_is_found_and_gone(sim: AwsSim) -> None:
    url = "https://bot:ghp_0123456789abcdefghijABCDEFGHIJ012345@github.com/acme/x.git"
    found = scan(sim, estate().notebook(ACCOUNT, REGION, "n", RoleArn=ROLE, AdditionalCodeRepositories=["https://github.com/a/b", url]))
    assert found.one(TYPE).facts["secrets.literals"] == [{"name": "AdditionalCodeRepositories[1]", "where": "code repository"}]
    declared = shaped(template(TYPE, redact({"DefaultCodeRepository": url})))
    assert declared.facts["secrets.literals"] == [{"name": "DefaultCodeRepository", "where": "code repository"}]
    assert "ghp_" not in repr(declared.facts)


def test_a_start_up_script_is_an_asset_of_its_own(sim: AwsSim) -> None:
    scripted = estate().notebook(ACCOUNT, REGION, "n", RoleArn=ROLE, NotebookInstanceLifecycleConfigName="setup")
    put(scripted, NOTEBOOK_SCRIPT, ACCOUNT, REGION, "setup", OnStart=[{"Content": script("echo ready")}])
    found = scan(sim, scripted)
    live = found.one(TYPE)
    assert live.facts["secrets.literals"] == []
    assert [found.drafts[r.target].name for r in live.relations if r.kind == "configured_by"] == ["setup"]
    assert_same_facts(live, {"RoleArn": ROLE, "LifecycleConfigName": "setup", "PlatformIdentifier": "notebook-al2-v2"})


def test_pointers_in_a_template_are_set() -> None:
    pointer: dict[str, Any] = {name: Unresolved(f"!Ref {name}", target=name) for name in ("KmsKeyId", "SubnetId", "RoleArn")}
    draft = shaped(template(TYPE, pointer | {"DefaultCodeRepository": Unresolved("!GetAtt Repo.CodeRepositoryName", target="Repo")}))
    assert draft.facts["encryption.customer_key"] is True
    assert draft.facts["network.private_network"] is True
    assert draft.facts["principal.assigned"] is True
    assert draft.facts["secrets.literals"] == []


def test_unknown_values_in_a_template_stay_unknown() -> None:
    draft = shaped(template(TYPE, {"DirectInternetAccess": Unresolved("!Ref Mode"), "RootAccess": Unresolved("!Ref Root")}))
    assert isinstance(draft.facts["network.direct_internet"], Unknown)
    assert isinstance(draft.facts["workload.root"], Unknown)


def test_refused_description_claims_nothing(sim: AwsSim) -> None:
    refused = hardened()
    refused.document["deny_actions"] = ["sagemaker:DescribeNotebookInstance"]
    found = scan(sim, refused)
    assert_nothing_claimed(found.one(TYPE), but={"lifecycle.running", "lifecycle.changed_at"})
    assert set(found.one(TYPE).unknown_relations) == {"runs_as", "encrypts_with", "attached_to", "configured_by"}
    assert [(gap.permission, gap.affects) for gap in found.gaps] == [("sagemaker:DescribeNotebookInstance", (TYPE,))]


def test_refused_list_is_a_gap_for_the_class(sim: AwsSim) -> None:
    refused = hardened()
    refused.document["deny_actions"] = ["sagemaker:ListNotebookInstances"]
    found = scan(sim, refused)
    assert found.all(TYPE) == []
    assert [(gap.permission, gap.affects) for gap in found.gaps] == [("sagemaker:ListNotebookInstances", (TYPE,))]
