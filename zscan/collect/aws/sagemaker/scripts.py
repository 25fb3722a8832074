"""What workspaces run when they start, and where they fetch code from: lifecycle configurations and code repositories.

Sources: DescribeNotebookInstanceLifecycleConfig, DescribeStudioLifecycleConfig, ListCodeRepositories (which holds all there is);
AWS::SageMaker::NotebookInstanceLifecycleConfig, ::StudioLifecycleConfig, ::CodeRepository. The content of scripts comes in base64; it is
unpacked and redacted on receipt, and stays packed where it holds no secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.sagemaker.calls import description, listing
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.redacted import redacted_pattern
from zscan.model.unknown import Unresolved


def shape_notebook_script(document: Document) -> Iterable[Draft]:
    """The scripts of a notebook instance: one for its making, one for each start."""
    hooks = [(hook, script.get("Content")) for hook in ("OnCreate", "OnStart") for script in document[hook].each()]
    yield _script(document, hooks)


def shape_studio_script(document: Document) -> Iterable[Draft]:
    """The script of Studio's applications."""
    yield _script(document, [("StudioLifecycleConfigContent", document["StudioLifecycleConfigContent"])])


def _script(document: Document, hooks: list[tuple[str, Reading]]) -> Draft:
    draft = asset(document, "startup_script")
    found = [one for name, content in hooks for one in _secret(name, content, "lifecycle configuration")]
    draft.set("secrets.literals", Reading(found, tuple(place for _, content in hooks for place in content.places)))
    return draft


def shape_repository(document: Document) -> Iterable[Draft]:
    """A repository: whether its address holds a credential instead of naming a stored one."""
    draft = asset(document, "code_repository")
    url = document["GitConfig.RepositoryUrl"]
    draft.set("secrets.literals", Reading(_secret("RepositoryUrl", url, "repository address"), url.places))
    yield draft


def _secret(name: str, text: Reading, where: str) -> list[Any]:
    """An element of `secrets.literals` for a text that was redacted on receipt. A pointer to a resource holds no credential."""
    if text.unknown:
        return [] if isinstance(text.value, Unresolved) and text.value.target else [text.value]
    return [{"name": name, "where": where}] if redacted_pattern(text.value) else []


COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::NotebookInstanceLifecycleConfig",
        asset_type="startup_script",
        list=listing("ListNotebookInstanceLifecycleConfigs", "NotebookInstanceLifecycleConfigs"),
        describe=description("DescribeNotebookInstanceLifecycleConfig", "NotebookInstanceLifecycleConfigName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["NotebookInstanceLifecycleConfigArn"]),
        name=lambda answer: str(answer["NotebookInstanceLifecycleConfigName"]),
        canonical=cfn_names(),
        shape=shape_notebook_script,
        facts=GOVERNANCE | {"secrets.literals"},
    ),
    Collector(
        native_type="AWS::SageMaker::StudioLifecycleConfig",
        asset_type="startup_script",
        list=listing("ListStudioLifecycleConfigs", "StudioLifecycleConfigs"),
        describe=description("DescribeStudioLifecycleConfig", "StudioLifecycleConfigName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["StudioLifecycleConfigArn"]),
        name=lambda answer: str(answer["StudioLifecycleConfigName"]),
        canonical=cfn_names(),
        shape=shape_studio_script,
        facts=GOVERNANCE | {"secrets.literals"},
    ),
    Collector(
        native_type="AWS::SageMaker::CodeRepository",
        asset_type="code_repository",
        list=listing("ListCodeRepositories", "CodeRepositorySummaryList"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["CodeRepositoryArn"]),
        name=lambda answer: str(answer["CodeRepositoryName"]),
        canonical=cfn_names(),
        shape=shape_repository,
        facts=GOVERNANCE | {"secrets.literals"},
    ),
)
