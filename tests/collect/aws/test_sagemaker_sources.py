"""Start-up scripts, repositories and images: what workspaces run and where it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, assert_nothing_claimed, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws import build_sagemaker_more as more
from zscan.collect.redact import redact
from zscan.model.unknown import Unknown, Unresolved

NOTEBOOK_SCRIPT = "AWS::SageMaker::NotebookInstanceLifecycleConfig"
STUDIO_SCRIPT = "AWS::SageMaker::StudioLifecycleConfig"
REPOSITORY, IMAGE, SETTINGS = "AWS::SageMaker::CodeRepository", "AWS::SageMaker::Image", "AWS::SageMaker::AppImageConfig"
LEAK = "#!/bin/bash\nexport DB_PASSWORD=hunter2-hunter2\n"


def test_a_secret_in_a_packed_script_is_found_and_gone(sim: AwsSim) -> None:
    estate = Estate()
    clean = more.script("#!/bin/bash\nTOKEN=$(aws secretsmanager get-secret-value --secret-id x)\n")
    more.put(estate, more.NOTEBOOK_SCRIPT, ACCOUNT, REGION, "n", OnCreate=[{"Content": clean}], OnStart=[{"Content": more.script(LEAK)}])
    more.put(estate, more.STUDIO_SCRIPT, ACCOUNT, REGION, "s", StudioLifecycleConfigContent=more.script(LEAK))
    found = scan(sim, estate)
    assert found.one(NOTEBOOK_SCRIPT).facts["secrets.literals"] == [{"name": "OnStart", "where": "lifecycle configuration"}]
    assert found.one(STUDIO_SCRIPT).facts["secrets.literals"] == [
        {"name": "StudioLifecycleConfigContent", "where": "lifecycle configuration"}
    ]
    assert "hunter2" not in repr([(draft.facts, draft.evidence) for draft in found.drafts.values()])


@pytest.mark.parametrize("content", [LEAK, more.script(LEAK)])
def test_scripts_of_a_template(content: str) -> None:
    draft = shaped(template(NOTEBOOK_SCRIPT, redact({"OnStart": [{"Content": content}]})))
    assert draft.facts["secrets.literals"] == [{"name": "OnStart", "where": "lifecycle configuration"}]
    assert shaped(template(NOTEBOOK_SCRIPT, {})).facts["secrets.literals"] == []
    (rest,) = shaped(template(STUDIO_SCRIPT, {"StudioLifecycleConfigContent": Unresolved("!Ref Text")})).facts["secrets.literals"]
    assert isinstance(rest, Unknown)


def test_a_refused_description_claims_nothing(sim: AwsSim) -> None:
    estate = Estate()
    more.put(estate, more.STUDIO_SCRIPT, ACCOUNT, REGION, "s", StudioLifecycleConfigContent=more.script(LEAK))
    estate.document["deny_actions"] = ["sagemaker:DescribeStudioLifecycleConfig"]
    assert_nothing_claimed(scan(sim, estate).one(STUDIO_SCRIPT))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://git.example.com/x.git", False),
        ("https://bot:hunter2-hunter2@git.example.com/x.git", True),
        ("https://git-codecommit.eu-west-1.amazonaws.com/x", False),
    ],
)
def test_credentials_in_the_address_of_a_repository(sim: AwsSim, url: str, found: bool) -> None:
    estate = Estate()
    more.put(estate, more.CODE_REPOSITORY, ACCOUNT, REGION, "r", GitConfig={"RepositoryUrl": url})
    live = scan(sim, estate).one(REPOSITORY)
    assert bool(live.facts["secrets.literals"]) is found
    declared = shaped(template(REPOSITORY, redact({"GitConfig": {"RepositoryUrl": url}})))
    assert bool(declared.facts["secrets.literals"]) is found


@pytest.mark.parametrize(("account", "own"), [(ACCOUNT, True), (OTHER, False)])
def test_the_account_below_an_image(sim: AwsSim, account: str, own: bool) -> None:
    estate = Estate()
    more.put(estate, more.IMAGE, ACCOUNT, REGION, "lab")
    more.image_version(estate, ACCOUNT, REGION, "lab", more.container_uri(account, REGION, "lab"))
    draft = scan(sim, estate).one(IMAGE)
    assert draft.facts["artefact.own_registry"] is own
    assert [image["name"] for image in draft.facts["artefact.images"]] == ["base"]


def test_an_image_without_a_version_starts_nothing(sim: AwsSim) -> None:
    estate = Estate()
    more.put(estate, more.IMAGE, ACCOUNT, REGION, "lab")
    found = scan(sim, estate)
    assert found.gaps == []
    assert found.one(IMAGE).facts["artefact.images"] == []


def test_secrets_in_the_settings_of_an_image(sim: AwsSim) -> None:
    variables: dict[str, Any] = {"ContainerConfig": {"ContainerEnvironmentVariables": {"API_KEY": "literal-value", "MODE": "x"}}}
    estate = Estate()
    more.put(estate, more.APP_IMAGE_CONFIG, ACCOUNT, REGION, "c", CodeEditorAppImageConfig=variables)
    assert scan(sim, estate).one(SETTINGS).facts["secrets.literals"] == [{"name": "API_KEY", "where": "environment"}]


def test_names_are_cloudformations() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    assert misspelt(NOTEBOOK_SCRIPT, {"OnStart": [{"Content": "x"}], "OnCreate": [{"Content": "x"}]}) == []
    assert misspelt(STUDIO_SCRIPT, {"StudioLifecycleConfigContent": "x"}) == []
    assert misspelt(REPOSITORY, {"GitConfig": {"RepositoryUrl": "x", "SecretArn": "x"}}) == []
    assert misspelt(SETTINGS, {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": []}}}) == []
