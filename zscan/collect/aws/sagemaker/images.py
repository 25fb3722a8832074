"""Images that SageMaker workspaces start from, and their settings. Sources: ListImages, DescribeImageVersion (without a version: the
newest), ListAppImageConfigs, which holds all there is; AWS::SageMaker::Image, ::AppImageConfig.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Collector, Part
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.sagemaker.calls import call, listing
from zscan.collect.aws.sagemaker.runs import run_images, set_secrets
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_image(document: Document) -> Iterable[Draft]:
    """An image: what its newest version is built on. An image without a version starts nothing."""
    draft = asset(document, "workspace_image")
    base = document["NewestVersion.BaseImage"]
    draft.set("artefact.images", run_images("base", base))
    draft.set("artefact.own_registry", base.map(lambda uri: uri is None or _registry_account(uri) == document.account))
    yield draft


def _registry_account(uri: Any) -> str:
    """The account of an ECR registry: the first label of its host."""
    host = str(uri).partition("/")[0]
    return host.partition(".dkr.ecr")[0] if ".dkr.ecr" in host else ""


def shape_settings(document: Document) -> Iterable[Draft]:
    """The settings under which an image is started."""
    draft = asset(document, "workspace_image")
    applications = ("JupyterLabAppImageConfig", "CodeEditorAppImageConfig")
    set_secrets(draft, *((document[f"{name}.ContainerConfig.ContainerEnvironmentVariables"], "environment") for name in applications))
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::Image",
        asset_type="workspace_image",
        list=listing("ListImages", "Images"),
        parts=(
            Part(
                path="NewestVersion",
                call=call("DescribeImageVersion", params={"ImageName": "{ImageName}"}, absent=frozenset({"ResourceNotFound"})),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["ImageArn"]),
        name=lambda answer: str(answer["ImageName"]),
        canonical=cfn_names(),
        shape=shape_image,
        facts=GOVERNANCE | {"artefact.images", "artefact.own_registry"},
        live_only=frozenset({"artefact.images", "artefact.own_registry"}),
    ),
    Collector(
        native_type="AWS::SageMaker::AppImageConfig",
        asset_type="workspace_image",
        list=listing("ListAppImageConfigs", "AppImageConfigs"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["AppImageConfigArn"]),
        name=lambda answer: str(answer["AppImageConfigName"]),
        canonical=cfn_names(maps=frozenset({"ContainerEnvironmentVariables"})),
        shape=shape_settings,
        facts=GOVERNANCE | {"secrets.literals", "secrets.defaults"},
    ),
)
