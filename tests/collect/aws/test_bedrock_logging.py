"""The invocation-logging setting: it exists wherever its read was tried."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.test_bedrock_contract import ACCOUNT, REGION, edges, scan
from tests.sim.aws.estates import Estate
from zscan.model.unknown import Unknown

ID = f"aws:control/account/{ACCOUNT}/{REGION}/model-invocation-logging"


def test_an_untouched_region_has_the_setting_off_and_no_use() -> None:
    draft = scan(Estate(regions=[REGION]).account(ACCOUNT)).one("ModelInvocationLogging")
    assert draft.id == ID
    assert draft.facts == {
        "scope.ai_in_use": False,
        "logging.invocations": False,
        "logging.bodies": False,
    }
    assert edges(draft) == set()


def test_a_metric_is_use() -> None:
    estate = Estate(regions=[REGION]).metric(ACCOUNT, REGION, "AWS/Bedrock", "Invocations", ModelId="m")
    estate.metric(ACCOUNT, REGION, "AWS/EC2", "CPUUtilization", InstanceId="i")
    assert scan(estate).one("ModelInvocationLogging").facts["scope.ai_in_use"] is True


def test_metrics_of_other_namespaces_are_no_use() -> None:
    estate = Estate(regions=[REGION]).metric(ACCOUNT, REGION, "AWS/EC2", "CPUUtilization", InstanceId="i")
    assert scan(estate).one("ModelInvocationLogging").facts["scope.ai_in_use"] is False


def test_unread_metrics_leave_use_unknown_and_the_rest_known() -> None:
    estate = Estate(regions=[REGION]).invocation_logging(ACCOUNT, REGION, bucket="logs").fault(op="ListMetrics", kind="denied")
    scanned = scan(estate)
    draft = scanned.one("ModelInvocationLogging")
    assert isinstance(draft.facts["scope.ai_in_use"], Unknown)
    assert draft.facts["logging.invocations"] is True
    assert ("cloudwatch:ListMetrics", "DENIED", "cloudwatch:ListMetrics") in scanned.gaps()


def test_a_metric_on_the_first_page_is_enough() -> None:
    estate = Estate(regions=[REGION], page_size=1)
    for name in ("Invocations", "InputTokenCount"):
        estate.metric(ACCOUNT, REGION, "AWS/Bedrock", name, ModelId="m")
    estate.fault(op="ListMetrics", page=2, kind="denied")
    assert scan(estate).one("ModelInvocationLogging").facts["scope.ai_in_use"] is True


@pytest.mark.parametrize(
    ("settings", "bodies"),
    [({}, True), ({"textDataDeliveryEnabled": False}, False), ({"textDataDeliveryEnabled": None}, None)],
)
def test_bodies_are_recorded_when_text_is_delivered(settings: dict[str, Any], bodies: bool | None) -> None:
    draft = scan(Estate(regions=[REGION]).invocation_logging(ACCOUNT, REGION, log_group="/bedrock", **settings)).one(
        "ModelInvocationLogging"
    )
    value = draft.facts["logging.bodies"]
    assert isinstance(value, Unknown) if bodies is None else value is bodies
    assert draft.facts["logging.invocations"] is True


def test_destinations_are_edges() -> None:
    cloud_watch = {
        "logGroupName": "/bedrock",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r",
        "largeDataDeliveryS3Config": {"bucketName": "large"},
    }
    draft = scan(Estate(regions=[REGION]).invocation_logging(ACCOUNT, REGION, bucket="logs", cloudWatchConfig=cloud_watch)).one(
        "ModelInvocationLogging"
    )
    assert edges(draft) == {("logs_to", "/bedrock"), ("logs_to", "logs"), ("logs_to", "large")}


def test_a_configuration_without_a_destination_records_nothing() -> None:
    draft = scan(Estate(regions=[REGION]).invocation_logging(ACCOUNT, REGION)).one("ModelInvocationLogging")
    assert draft.facts["logging.invocations"] is False
    assert draft.facts["logging.bodies"] is False


def test_a_refused_read_keeps_the_setting_in_the_inventory() -> None:
    estate = Estate(regions=[REGION]).invocation_logging(ACCOUNT, REGION, bucket="logs")
    estate.fault(op="GetModelInvocationLoggingConfiguration", kind="denied")
    draft = scan(estate).one("ModelInvocationLogging")
    assert draft.id == ID
    assert {path for path, value in draft.facts.items() if not isinstance(value, Unknown)} == {"scope.ai_in_use"}
    assert edges(draft) == {("logs_to", "?")}
