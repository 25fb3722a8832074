"""What watches over an account: trails, detectors, alarms, recorders, budgets. Each setting exists whether or not it was made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, scan
from tests.sim.aws import AwsSim, Estate
from zscan.model.unknown import Unknown

TRAIL, DETECTION = "AWS::CloudTrail::AuditTrail", "AWS::GuardDuty::ThreatDetection"
RECORDER, BUDGETS = "AWS::Config::ChangeRecord", "AWS::Budgets::CostGuard"


def facts(sim: AwsSim, estate: Estate, native_type: str) -> dict[str, Any]:
    return scan(sim, estate.account(ACCOUNT)).one(native_type).facts


def selector(category: str, kind: str = "", **more: list[str]) -> dict[str, Any]:
    fields = {"eventCategory": [category], **({"resources.type": [kind]} if kind else {}), **more}
    return {"Name": category, "FieldSelectors": [{"Field": name, "Equals": values} for name, values in fields.items()]}


def test_an_untouched_account_has_every_setting_off(sim: AwsSim) -> None:
    found = scan(sim, Estate().account(ACCOUNT))
    assert found.gaps == []
    for native_type in (TRAIL, DETECTION, RECORDER, BUDGETS):
        draft = found.one(native_type)
        assert draft.id.startswith(f"aws:control/account/{ACCOUNT}/")
        assert set(draft.facts.values()) == {False}


# ---- trails


def test_a_trail_of_all_regions_is_complete(sim: AwsSim) -> None:
    found = facts(sim, Estate().trail(ACCOUNT, REGION, "main"), TRAIL)
    assert (found["audit.everywhere"], found["audit.tamper_evident"]) == (True, True)
    assert (found["audit.ai_calls"], found["audit.guardrail_calls"], found["records.forwarded"]) == (False, False, False)


@pytest.mark.parametrize(
    "trail",
    [
        {"logging": False},
        {"IsMultiRegionTrail": False},
        {"selectors": [selector("Data", "AWS::S3::Object")]},
    ],
)
def test_a_trail_that_leaves_something_out_is_not_everywhere(sim: AwsSim, trail: dict[str, Any]) -> None:
    assert facts(sim, Estate().trail(ACCOUNT, REGION, "main", **trail), TRAIL)["audit.everywhere"] is False


def test_two_trails_do_not_make_up_for_each_other(sim: AwsSim) -> None:
    estate = Estate().trail(ACCOUNT, REGION, "a", LogFileValidationEnabled=False).trail(ACCOUNT, REGION, "b", logging=False)
    found = facts(sim, estate, TRAIL)
    assert (found["audit.everywhere"], found["audit.tamper_evident"]) == (True, False)


def test_data_events_are_taken_by_type(sim: AwsSim) -> None:
    kinds = ("AgentAlias", "KnowledgeBase", "Guardrail")
    every = [selector("Management"), *(selector("Data", f"AWS::Bedrock::{kind}") for kind in kinds)]
    found = facts(sim, Estate().trail(ACCOUNT, REGION, "main", selectors=every, IsOrganizationTrail=True), TRAIL)
    assert set(found.values()) == {True}
    found = facts(sim, Estate().trail(ACCOUNT, REGION, "main", selectors=every[:2]), TRAIL)
    assert (found["audit.ai_calls"], found["audit.guardrail_calls"]) == (False, False)


def test_a_narrowed_selector_is_not_judged(sim: AwsSim) -> None:
    narrowed = selector("Data", "AWS::Bedrock::Guardrail", readOnly=["true"])
    assert isinstance(facts(sim, Estate().trail(ACCOUNT, REGION, "main", selectors=[narrowed]), TRAIL)["audit.guardrail_calls"], Unknown)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}, True),
        ({"Field": "eventSource", "NotEquals": ["bedrock.amazonaws.com"]}, False),
        ({"Field": "eventSource", "Equals": ["kms.amazonaws.com"]}, None),
        ({"Field": "readOnly", "Equals": ["false"]}, None),
    ],
)
def test_sources_that_are_left_out_matter_when_they_are_of_ai(sim: AwsSim, field: dict[str, Any], expected: bool | None) -> None:
    chosen = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, field]}
    found = facts(sim, Estate().trail(ACCOUNT, REGION, "main", selectors=[chosen]), TRAIL)["audit.everywhere"]
    assert isinstance(found, Unknown) if expected is None else found is expected


@pytest.mark.parametrize("action", ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"])
def test_an_unread_trail_is_unknown(sim: AwsSim, action: str) -> None:
    found = facts(sim, Estate(deny_actions=[action]).trail(ACCOUNT, REGION, "main"), TRAIL)
    assert isinstance(found["audit.everywhere"], Unknown)


def test_trails_are_asked_for_once_in_an_account(sim: AwsSim) -> None:
    scan(sim, Estate(regions=[REGION, "eu-west-1"]).trail(ACCOUNT, REGION, "main"))
    assert sorted(call["op"] for call in sim.calls() if call["service"] == "cloudtrail") == [
        "DescribeTrails",
        "GetEventSelectors",
        "GetTrailStatus",
    ]


# ---- detectors and alarms


@pytest.mark.parametrize(
    ("status", "features", "expected"),
    [
        ("ENABLED", {"AI_PROTECTION": "ENABLED"}, (True, True)),
        ("ENABLED", {"AI_PROTECTION": "DISABLED"}, (True, False)),
        ("DISABLED", {"AI_PROTECTION": "ENABLED"}, (False, False)),
        ("ENABLED", {}, (True, None)),  # the region does not know that protection
    ],
)
def test_the_detector_says_what_it_looks_at(sim: AwsSim, status: str, features: dict[str, str], expected: tuple[bool, bool | None]) -> None:
    found = facts(sim, Estate().detector(ACCOUNT, REGION, status=status, **features), DETECTION)
    ai = found["watch.ai_threats"]
    assert (found["watch.threats"], None if isinstance(ai, Unknown) else ai) == expected


@pytest.mark.parametrize("action", ["guardduty:ListDetectors", "guardduty:GetDetector"])
def test_an_unread_detector_is_unknown_and_alarms_are_not(sim: AwsSim, action: str) -> None:
    found = facts(sim, Estate(deny_actions=[action]).detector(ACCOUNT, REGION), DETECTION)
    assert isinstance(found["watch.threats"], Unknown)
    assert found["watch.abuse_alarm"] is False


METRIC = {"Id": "m1", "MetricStat": {"Metric": {"Namespace": "AWS/SageMaker", "MetricName": "Invocations"}, "Period": 60, "Stat": "Sum"}}


@pytest.mark.parametrize(
    ("namespace", "alarm", "expected"),
    [
        ("AWS/Bedrock", {}, True),
        ("AWS/EC2", {}, False),
        ("AWS/Bedrock", {"ActionsEnabled": False}, False),
        ("AWS/Bedrock", {"AlarmActions": []}, False),
        ("", {"Namespace": None, "MetricName": None, "Metrics": [METRIC]}, True),
    ],
)
def test_an_alarm_counts_when_it_is_about_ai_and_tells_somebody(sim: AwsSim, namespace: str, alarm: dict[str, Any], expected: bool) -> None:
    estate = Estate().alarm(ACCOUNT, REGION, "a", namespace, actions=("arn:aws:sns:us-east-1:111122223333:t",), **alarm)
    assert facts(sim, estate, DETECTION)["watch.abuse_alarm"] is expected


# ---- recorders


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({}, True),
        (
            {
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
                "exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::VPC"]},
            },
            True,
        ),
        (
            {
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
                "exclusionByResourceTypes": {"resourceTypes": ["AWS::SageMaker::Domain"]},
            },
            False,
        ),
        ({"resourceTypes": ["AWS::EC2::VPC"]}, False),
        ({"resourceTypes": ["AWS::SageMaker::Domain", "AWS::Bedrock::Guardrail"]}, True),
    ],
)
def test_a_recorder_covers_ai_or_not(sim: AwsSim, group: dict[str, Any], expected: bool) -> None:
    assert facts(sim, Estate().recorder(ACCOUNT, REGION, **group), RECORDER)["watch.changes"] is expected


def test_a_stopped_recorder_records_nothing(sim: AwsSim) -> None:
    assert facts(sim, Estate().recorder(ACCOUNT, REGION, recording=False), RECORDER)["watch.changes"] is False


def test_a_recorder_whose_status_is_refused_is_unknown(sim: AwsSim) -> None:
    estate = Estate(deny_actions=["config:DescribeConfigurationRecorderStatus"]).recorder(ACCOUNT, REGION)
    assert isinstance(facts(sim, estate, RECORDER)["watch.changes"], Unknown)


# ---- budgets


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ({}, (True, True)),
        ({"notifications": 0}, (True, False)),
        ({"BudgetType": "USAGE"}, (False, False)),
        ({"CostFilters": {"Service": ["Amazon Bedrock"]}}, (True, True)),
        ({"CostFilters": {"Service": ["Amazon Elastic Block Store"]}}, (False, False)),
        ({"FilterExpression": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon SageMaker"]}}}, (True, True)),
        ({"FilterExpression": {"Dimensions": {"Key": "REGION", "Values": ["us-east-1"]}}}, (False, False)),
    ],
)
def test_a_budget_covers_ai_and_tells_somebody(sim: AwsSim, budget: dict[str, Any], expected: tuple[bool, bool]) -> None:
    found = facts(sim, Estate().budget(ACCOUNT, "b", **budget), BUDGETS)
    assert (found["cost.budgeted"], found["cost.reported"]) == expected


def test_a_joined_filter_is_not_taken_apart(sim: AwsSim) -> None:
    both = {"And": [{"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Bedrock"]}}, {"Dimensions": {"Key": "REGION", "Values": ["x"]}}]}
    assert isinstance(facts(sim, Estate().budget(ACCOUNT, "b", FilterExpression=both), BUDGETS)["cost.budgeted"], Unknown)


def test_refused_budgets_are_unknown_and_name_the_permission(sim: AwsSim) -> None:
    found = scan(sim, Estate(deny_actions=["budgets:ViewBudget"]).budget(ACCOUNT, "b"))
    assert {gap.permission for gap in found.gaps} == {"budgets:ViewBudget"}
    assert all(isinstance(value, Unknown) for value in found.one(BUDGETS).facts.values())
