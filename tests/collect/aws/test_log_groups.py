"""Log groups that records of model calls go to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, REGION, Scanned, scan
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import key_arn
from zscan.collect import Place
from zscan.collect.aws.log_groups import locate
from zscan.model.unknown import Unknown

GROUP, LOGGING = "AWS::Logs::LogGroup", "AWS::Bedrock::ModelInvocationLogging"


def with_group(sim: AwsSim, *, deny: tuple[str, ...] = (), **group: Any) -> Scanned:
    estate = Estate(deny_actions=list(deny)).invocation_logging(ACCOUNT, REGION, log_group="/ai/calls")
    return scan(sim, estate.log_group(ACCOUNT, REGION, "/ai/calls", **group))


def facts(sim: AwsSim, **group: Any) -> dict[str, Any]:
    return with_group(sim, **group).one(GROUP).facts


def test_the_setting_logs_to_the_group(sim: AwsSim) -> None:
    found = with_group(sim, tags={"owner": "ml"})
    assert found.gaps == []
    assert [r.target for r in found.one(LOGGING).relations if r.kind == "logs_to"] == [found.one(GROUP).id]
    assert found.one(GROUP).facts["governance.owner"] is True


def test_an_untouched_group_keeps_for_ever_and_has_nothing_else(sim: AwsSim) -> None:
    assert {path: value for path, value in facts(sim).items() if not path.startswith("governance.")} == {
        "data.retention_days": 0,
        "encryption.customer_key": False,
        "records.masked": False,
        "records.forwarded": False,
        "records.deletion_protected": False,
    }


def test_a_hardened_group(sim: AwsSim) -> None:
    key = key_arn(ACCOUNT, REGION, "logs")
    found = facts(
        sim,
        filters=("arn:aws:logs:x",),
        retentionInDays=400,
        kmsKeyId=key,
        dataProtectionStatus="ACTIVATED",
        deletionProtectionEnabled=True,
    )
    assert found["data.retention_days"] == 400
    assert all(
        found[path] is True for path in ("encryption.customer_key", "records.masked", "records.forwarded", "records.deletion_protected")
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"dataProtectionStatus": "DISABLED"}, False),
        ({"dataProtectionStatus": "ARCHIVED"}, False),
        ({"inheritedProperties": ["ACCOUNT_DATA_PROTECTION"]}, True),
    ],
)
def test_a_policy_of_the_account_masks_too(sim: AwsSim, settings: dict[str, Any], expected: bool) -> None:
    assert facts(sim, **settings)["records.masked"] is expected


def test_unread_subscriptions_are_unknown(sim: AwsSim) -> None:
    found = with_group(sim, deny=("logs:DescribeSubscriptionFilters",))
    assert {path for path, value in found.one(GROUP).facts.items() if isinstance(value, Unknown)} == {"records.forwarded"}


def test_a_refused_group_is_there_and_unknown(sim: AwsSim) -> None:
    found = with_group(sim, deny=("logs:DescribeLogGroups",)).one(GROUP).facts
    assert all(isinstance(found[path], Unknown) for path in ("data.retention_days", "records.masked", "encryption.customer_key"))


def test_a_group_that_does_not_exist_is_no_asset(sim: AwsSim) -> None:
    found = scan(sim, Estate().invocation_logging(ACCOUNT, REGION, log_group="/ai/calls"))
    assert (found.all(GROUP), found.gaps) == ([], [])


@pytest.mark.parametrize(
    "key", ["/ai/calls", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ai/calls", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ai/calls:*"]
)
def test_however_a_group_is_named_it_is_read_by_its_name(key: str) -> None:
    here = Place("aws", ACCOUNT, REGION)
    assert locate(key, here) == (here, "/ai/calls")
    assert locate("arn:aws:logs:us-east-1:999999999999:log-group:/x", here) is None
