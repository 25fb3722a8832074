"""Bedrock Data Automation projects: what is taken out of documents, images, video and audio. Sources: ListDataAutomationProjects,
GetDataAutomationProject; AWS::Bedrock::DataAutomationProject. The live stage is read: a stage in development processes nothing in earnest.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

_MODALITIES = ("Document", "Image", "Video", "Audio")


def shape_project(document: Document) -> Iterable[Draft]:
    """A project: its key, and whether personal data is taken out of what it extracts."""
    draft = asset(document, "pipeline")
    overrides = document["OverrideConfiguration"]
    draft.set("data.output_redacted", all_of(_redacted(overrides.get(modality)) for modality in _MODALITIES))
    draft.set("encryption.customer_key", document["KmsKeyId"].is_set())
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyId"])
    yield draft


def _redacted(modality: Reading) -> Reading:
    """Every modality is processed unless it is switched off; sensitive data is left in unless redaction is asked for."""
    off = modality.get("ModalityProcessing.State").default("ENABLED").eq("DISABLED")
    return off | modality.get("SensitiveDataConfiguration.DetectionMode").eq("DETECTION_AND_REDACTION")


COLLECTORS = (
    Collector(
        native_type="AWS::Bedrock::DataAutomationProject",
        asset_type="pipeline",
        list=Call(
            service="bedrock-data-automation",
            operation="ListDataAutomationProjects",
            action="bedrock:ListDataAutomationProjects",
            params={"projectStageFilter": "LIVE", "resourceOwner": "ACCOUNT"},
            items="projects",
            page_size=1000,
        ),
        describe=Call(
            service="bedrock-data-automation",
            operation="GetDataAutomationProject",
            action="bedrock:GetDataAutomationProject",
            params={"projectArn": "{projectArn}", "projectStage": "LIVE"},
            take="project",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["projectArn"]),
        name=lambda answer: str(answer["projectName"]),
        canonical=cfn_names(maps=frozenset({"KmsEncryptionContext"})),
        shape=shape_project,
        facts=GOVERNANCE | {"data.output_redacted", "encryption.customer_key"},
        relations=frozenset({"encrypts_with"}),
    ),
)
