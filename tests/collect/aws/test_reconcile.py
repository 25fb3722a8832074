"""Reconciling: counts of an independent source beside the inventory, and what no collector knows as a gap."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.scan_builders import asset
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.actions import action_of
from tests.support.cli import Ran, zscan
from zscan.cli import run
from zscan.collect import Call, Place, collectors
from zscan.collect.answers import Answer, CallError
from zscan.collect.aws import ai_types, census
from zscan.collect.aws.census import CENSUS_CALLS, Census, take_census
from zscan.collect.aws.permissions import extra_actions
from zscan.collect.aws.reconcile import collected_types, compare, reconcile
from zscan.collect.aws.session import declared
from zscan.collect.permissions import required
from zscan.model.unknown import ReasonCode

ACCOUNT, REGION = "111122223333", "us-east-1"
PLACE = Place("aws", ACCOUNT, REGION)
NOTEBOOK, BLUEPRINT, NEW = "AWS::SageMaker::NotebookInstance", "AWS::Bedrock::Blueprint", "AWS::SageMaker::QuantumOracle"
KNOWN = {NOTEBOOK: True, "AWS::Bedrock::CustomModel": True, "AWS::SageMaker::Image": False}
DENIED = CallError("AccessDeniedException", "no", str(ReasonCode.DENIED))
MISSING = CallError("ResourceNotFoundException", "no index", str(ReasonCode.ERROR))


class Cloud:
    """Answers by operation; what is not given answers as an empty account. A function gets the parameters."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, []  # type: list[str]

    def __call__(self, place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
        self.asked.append(call.id)
        given = self.answers.get(call.id.replace(":", "_").replace("-", "_"), {})
        body = given(params) if callable(given) else given
        error = body if isinstance(body, CallError) else None
        return Answer("aws", place.account, place.region, call.id, dict(params), [] if error else [body], error, "")


def found(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:x:{REGION}:{ACCOUNT}:{kind}/{name}",
        "Region": REGION,
        "OwningAccountId": ACCOUNT,
        "ResourceType": kind,
        "Service": kind.split(":", maxsplit=1)[0],
        **more,
    }


def explorer(*resources: dict[str, Any]) -> Cloud:
    def listed(params: Mapping[str, Any]) -> dict[str, Any]:
        service = params["Filters"]["FilterString"].split()[0].removeprefix("service:")
        return {"Resources": [one for one in resources if one["Service"] == service]}

    return Cloud(resource_explorer_2_GetIndex={"State": "ACTIVE", "Type": "LOCAL"}, resource_explorer_2_ListResources=listed)


def config(counts: Mapping[str, int], **group: Any) -> Cloud:
    return Cloud(
        resource_explorer_2_GetIndex=MISSING,
        config_DescribeConfigurationRecorderStatus={"ConfigurationRecordersStatus": [{"name": "d", "recording": True}]},
        config_DescribeConfigurationRecorders={"ConfigurationRecorders": [{"recordingGroup": group or {"allSupported": True}}]},
        config_GetDiscoveredResourceCounts={"resourceCounts": [{"resourceType": t, "count": n} for t, n in counts.items()]},
    )


def taken(cloud: Cloud) -> Census:
    return take_census(PLACE, cloud, tuple(KNOWN))


def notebooks(number: int) -> list[Any]:
    return [asset(f"nb-{n}", type="notebook", native_type=NOTEBOOK, account=ACCOUNT, region=REGION) for n in range(number)]


# ---- names


@pytest.mark.parametrize(
    ("resource_type", "native_type"),
    [
        ("sagemaker:notebook-instance", NOTEBOOK),
        ("bedrock:provisioned-model", "AWS::Bedrock::ProvisionedModelThroughput"),
        ("bedrock-agentcore:memory", "AWS::BedrockAgentCore::Memory"),
        ("bedrock-later:thing", "AWS::BedrockLater::Thing"),
        ("lex:bot", "AWS::Lex::Bot"),
        ("s3:bucket", ""),
    ],
)
def test_names_of_resource_explorer(resource_type: str, native_type: str) -> None:
    assert ai_types.from_explorer(resource_type) == native_type
    assert ai_types.is_ai(native_type) is bool(native_type)


def test_what_is_ai_and_what_is_a_detail() -> None:
    assert ai_types.is_ai("AWS::BedrockFuture::Thing")
    assert not any(ai_types.is_ai(name) for name in ("AWS::S3::Bucket", "AWS::Bedrock", "", "Custom::Bedrock::X"))
    assert ai_types.is_detail("AWS::Bedrock::AgentAlias")
    assert not ai_types.is_detail("AWS::Bedrock::AutomatedReasoningPolicy")


def test_every_ai_collector_belongs_to_a_family() -> None:
    ai_services = {"Bedrock", "BedrockAgentCore", "SageMaker", "QBusiness", "Kendra", "Lex"}
    assert ai_services <= {family.name for family in ai_types.FAMILIES}
    assert all(ai_types.is_ai(name) for name in collected_types())


# ---- sources


def test_resource_explorer_comes_first_and_counts_each_thing_once() -> None:
    cloud = explorer(found("sagemaker:notebook-instance", "a"), found("sagemaker:notebook-instance", "a"), found("bedrock:blueprint", "b"))
    census = taken(cloud)
    assert (census.source, dict(census.counts)) == ("Resource Explorer", {NOTEBOOK: 1, BLUEPRINT: 1})
    assert not any(call.startswith(("config", "cloudcontrol")) for call in cloud.asked)


def test_an_aggregator_answers_for_its_own_region_and_account_alone() -> None:
    other = found("sagemaker:notebook-instance", "b", Region="eu-west-1")
    foreign = found("sagemaker:notebook-instance", "c", OwningAccountId="999988887777")
    assert taken(explorer(found("sagemaker:notebook-instance", "a"), other, foreign)).counts == {NOTEBOOK: 1}


def test_the_name_that_resource_explorer_gives_for_cloudformation_wins() -> None:
    assert taken(explorer(found("sagemaker:odd", "a", CfnResourceType=NOTEBOOK))).counts == {NOTEBOOK: 1}


def test_without_an_index_config_counts() -> None:
    census = taken(config({NOTEBOOK: 2, "AWS::S3::Bucket": 9}))
    assert (census.source, dict(census.counts), census.gaps) == ("AWS Config", {NOTEBOOK: 2}, ())


@pytest.mark.parametrize(
    ("group", "source"),
    [
        ({"allSupported": False, "resourceTypes": [NOTEBOOK]}, "AWS Config"),
        ({"allSupported": False, "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}, "AWS Config"),
        ({"allSupported": False, "resourceTypes": ["AWS::EC2::Instance"]}, "Cloud Control"),
    ],
)
def test_config_counts_only_where_it_records_ai(group: dict[str, Any], source: str) -> None:
    assert taken(config({}, **group)).source == source


def test_cloud_control_is_asked_for_types_without_a_collector() -> None:
    def listed(params: Mapping[str, Any]) -> Any:
        return {"ResourceDescriptions": [{"Identifier": "1"}, {"Identifier": "2"}] if params["TypeName"] == BLUEPRINT else []}

    cloud = Cloud(cloudcontrol_ListResources=listed)
    census = take_census(PLACE, cloud, (*KNOWN, "AWS::Kendra::Index"))
    assert census.source == "Cloud Control"
    assert census.counts[BLUEPRINT] == 2
    assert not {NOTEBOOK, "AWS::Kendra::Index"} & set(census.counts)


def test_a_source_that_refuses_is_a_note_when_another_answers() -> None:
    cloud = config({NOTEBOOK: 1})
    cloud.answers["resource_explorer_2_GetIndex"] = DENIED
    census = taken(cloud)
    assert census.source == "AWS Config"
    ((gap),) = census.gaps
    assert (gap.permission, gap.blocking) == ("resource-explorer-2:GetIndex", False)


def test_a_listing_that_is_cut_short_is_no_count() -> None:
    cloud = explorer(found("sagemaker:notebook-instance", "a"))
    cloud.answers["resource_explorer_2_ListResources"] = DENIED
    census = taken(cloud)
    assert census.source == "Cloud Control"
    assert {gap.permission for gap in census.gaps} == {"resource-explorer-2:Search"}


def test_when_no_source_can_be_asked_the_permissions_are_named_and_it_blocks() -> None:
    cloud = Cloud(resource_explorer_2_GetIndex=DENIED, config_DescribeConfigurationRecorderStatus=DENIED, cloudcontrol_ListResources=DENIED)
    census = taken(cloud)
    assert (census.source, dict(census.counts)) == ("", {})
    assert all(gap.blocking for gap in census.gaps)
    expected = {"resource-explorer-2:GetIndex", "config:DescribeConfigurationRecorderStatus", "cloudformation:ListResources"}
    assert {gap.permission for gap in census.gaps} == expected


def test_a_type_that_is_not_offered_in_the_region_is_no_gap() -> None:
    error = CallError("TypeNotFoundException", "no such type", str(ReasonCode.ERROR))
    cloud = Cloud(cloudcontrol_ListResources=lambda params: error if params["TypeName"] == BLUEPRINT else {"ResourceDescriptions": []})
    assert taken(cloud).gaps == ()


# ---- comparing


def test_three_things_of_an_unknown_type_are_a_blocking_gap_with_type_and_number() -> None:
    found = compare([Census(PLACE, "Resource Explorer", "x:Y", {NEW: 3, NOTEBOOK: 1})], notebooks(1), KNOWN)
    (gap,) = found.gaps
    assert (gap.blocking, gap.reason, gap.affects, gap.scope) == (True, ReasonCode.OUT_OF_SCOPE, (NEW,), f"aws/{ACCOUNT}/{REGION}")
    assert gap.detail == "Resource Explorer lists 3 of a type that no collector knows"
    rows = {row.native_type: (row.zscan, row.independent, row.difference) for row in found.rows}
    assert rows == {NEW: (None, 3, None), NOTEBOOK: (1, 1, 0)}


def test_a_higher_count_is_a_note_and_a_lower_one_is_shown() -> None:
    more = compare([Census(PLACE, "AWS Config", "x:Y", {NOTEBOOK: 5})], notebooks(3), KNOWN)
    (gap,) = more.gaps
    assert (gap.blocking, gap.reason, gap.detail) == (False, ReasonCode.CONFLICT, "AWS Config lists 5, the inventory holds 3")
    less = compare([Census(PLACE, "AWS Config", "x:Y", {NOTEBOOK: 1})], notebooks(3), KNOWN)
    assert (less.gaps, less.rows[0].difference) == ((), -2)


def test_what_the_source_does_not_list_has_no_difference() -> None:
    (row,) = compare([Census(PLACE, "AWS Config", "x:Y", {})], notebooks(2), KNOWN).rows
    assert (row.zscan, row.independent, row.difference) == (2, None, None)


def test_regions_without_a_source_and_other_accounts_do_not_count() -> None:
    assets = [*notebooks(2), asset("far", type="notebook", native_type=NOTEBOOK, account=ACCOUNT, region="eu-west-1")]
    censuses = [Census(PLACE, "AWS Config", "x:Y", {NOTEBOOK: 2}), Census(Place("aws", ACCOUNT, "eu-west-1"), "", "", {})]
    (row,) = compare(censuses, assets, KNOWN).rows
    assert (row.zscan, row.independent) == (2, 2)


def test_details_and_types_that_are_read_in_part_make_no_gap() -> None:
    counts = {"AWS::Bedrock::AgentAlias": 4, "AWS::SageMaker::Image": 7, "aws::sagemaker::notebookinstance": 1}
    found = compare([Census(PLACE, "AWS Config", "x:Y", counts)], notebooks(1), KNOWN)
    assert found.gaps == ()
    assert {row.native_type for row in found.rows} == {"AWS::SageMaker::Image", NOTEBOOK}


def test_the_result_does_not_depend_on_timing() -> None:
    places = [Place("aws", ACCOUNT, region) for region in ("us-east-1", "eu-west-1", "ap-south-1")]
    assert reconcile(places, config({NEW: 1}), [], at_once=3) == reconcile(places, config({NEW: 1}), [], at_once=1)


# ---- declared, and only then made


def test_its_calls_are_declared_with_the_actions_of_aws() -> None:
    assert {call.id for call in CENSUS_CALLS} <= declared()
    assert all(call.action == action_of(call.service, call.operation) for call in CENSUS_CALLS)
    plain = {one.action for one in required("aws")}
    more = {one.action for one in required("aws", extras=("reconcile",))}
    assert {call.action for call in CENSUS_CALLS} <= more
    collected = {call.action for collector in collectors("aws") for call in collector.calls()}
    assert {call.action for call in CENSUS_CALLS} & plain <= collected, "what collectors ask anyway needs no option"
    assert {action for action, _ in extra_actions("reconcile")} <= more


@pytest.mark.parametrize("call", CENSUS_CALLS, ids=lambda call: call.id)
def test_operations_and_members_exist(call: Call) -> None:
    session = pytest.importorskip("botocore.session", reason="botocore is not installed")
    operation = session.get_session().get_service_model(call.service).operation_model(call.operation)
    assert set(call.params) <= set(operation.input_shape.members if operation.input_shape else ())
    assert not call.items or call.items in operation.output_shape.members
    assert call.token is None or (call.token[0] in operation.input_shape.members and call.token[1] in operation.output_shape.members)


@pytest.mark.parametrize(
    "action", sorted({one.action for one in required("aws", extras=("reconcile",))} - {one.action for one in required("aws")})
)
def test_actions_exist_and_only_read(action: str) -> None:
    actions = pytest.importorskip("policy_sentry.querying.actions", reason="policy-sentry is not installed")
    service, _, name = action.partition(":")
    assert {row["access_level"] for row in actions.get_action_data(service, name)[service]} <= {"Read", "List"}


# ---- as typed


@pytest.fixture(scope="module")
def sim() -> Iterator[AwsSim]:
    estate = Estate(regions=[REGION]).notebook(ACCOUNT, REGION, "one")
    things = [
        found("sagemaker:notebook-instance", "one"),
        *(found("sagemaker:quantum-oracle", str(n)) for n in range(3)),
    ]
    estate.put(ACCOUNT, REGION, "resource-explorer-2", "GetIndex", {"State": "ACTIVE", "Type": "LOCAL"})
    estate.put(ACCOUNT, REGION, "resource-explorer-2", "ListResources", {"Resources": things})
    with AwsSim(estate) as running:
        yield running


def inventory(sim: AwsSim, where: Path, *more: str) -> Ran:
    sim.reset()
    return zscan("inventory", "aws", "--allow-custom-endpoints", *more, env=sim.env(account=ACCOUNT, region=REGION), cwd=where)


def test_the_command_prints_types_beside_each_other(sim: AwsSim, tmp_path: Path) -> None:
    ran = inventory(sim, tmp_path, "--reconcile")
    assert ran.code == 3, ran.err
    rows = {line.split()[0]: line.split()[1:] for line in ran.out.splitlines()[1:]}
    assert rows[NEW] == ["no", "collector", "3", "–", "Resource", "Explorer"]
    assert rows[NOTEBOOK] == ["1", "1", "0", "Resource", "Explorer"]
    assert f"not read: aws/{ACCOUNT}/{REGION} resource-explorer-2:ListResources OUT_OF_SCOPE" in ran.err
    assert "1 that no collector knows" in ran.err
    sim.assert_read_only()


def test_the_comparison_as_json(sim: AwsSim, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in inventory(sim, tmp_path, "--reconcile", "--json").out.splitlines()]
    assert {row["type"]: (row["collector"], row["zscan"], row["independent"], row["difference"]) for row in rows} == {
        NEW: (False, None, 3, None),
        NOTEBOOK: (True, 1, 1, 0),
    }


def test_without_the_option_no_such_call_is_made(sim: AwsSim, tmp_path: Path) -> None:
    assert inventory(sim, tmp_path).code == 0
    services = {call["service"] for call in sim.calls()}
    assert not services & {"resource-explorer-2", "cloudcontrol"}
    assert "config:GetDiscoveredResourceCounts" not in sim.operations()


def test_it_needs_a_live_account(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["inventory", "--reconcile"]) == 2
    assert "--reconcile needs a live account" in capsys.readouterr().err


def test_every_class_of_ai_is_named_where_a_source_refuses() -> None:
    assert census.EVERY_AI_CLASS in taken(Cloud(resource_explorer_2_GetIndex=DENIED)).gaps[0].affects
