"""Secrets that connectors of knowledge bases sign in with. Their values are never asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, Scanned, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_context import secret_arn
from tests.sim.aws.document import allow
from zscan.model.unknown import Unknown

SECRET = "AWS::SecretsManager::Secret"


def with_secret(sim: AwsSim, *, deny: tuple[str, ...] = (), **secret: Any) -> Scanned:
    estate = Estate(deny_actions=list(deny)).secret(ACCOUNT, REGION, "wiki", **secret).knowledge_base(ACCOUNT, REGION, "k")
    source = {"hostUrl": "https://x.atlassian.net", "hostType": "SAAS", "authType": "BASIC"}
    source["credentialsSecretArn"] = secret_arn(ACCOUNT, REGION, "wiki")
    wiki = {"type": "CONFLUENCE", "confluenceConfiguration": {"sourceConfiguration": source}}
    return scan(sim, estate.data_source(ACCOUNT, REGION, "k", "wiki", dataSourceConfiguration=wiki))


def test_the_source_uses_the_secret_and_nobody_reads_its_value(sim: AwsSim) -> None:
    found = with_secret(sim, tags={"owner": "ml"})
    assert found.gaps == []
    assert [r.target for r in found.one("AWS::Bedrock::DataSource").relations if r.kind == "uses_secret"] == [found.one(SECRET).id]
    assert found.one(SECRET).facts["governance.owner"] is True
    assert {call["op"] for call in sim.calls() if call["service"] == "secretsmanager"} == {"DescribeSecret", "GetResourcePolicy"}


@pytest.mark.parametrize(("setting", "expected"), [(None, False), (False, False), (True, True)])
def test_rotation_is_off_unless_it_was_configured(sim: AwsSim, setting: bool | None, expected: bool) -> None:
    assert with_secret(sim, RotationEnabled=setting).one(SECRET).facts["credential.rotates"] is expected


def test_a_secret_that_never_changed_is_as_old_as_itself(sim: AwsSim) -> None:
    assert with_secret(sim, LastChangedDate=None).one(SECRET).facts["credential.changed"].startswith("2026-03-01T09:00:00")
    changed = with_secret(sim, LastChangedDate="2026-11-20T09:00:00Z").one(SECRET).facts["credential.changed"]
    assert changed.startswith("2026-11-20T09:00:00")


def test_the_policy_names_who_else_may_read_it(sim: AwsSim) -> None:
    found = with_secret(sim, policy=allow("secretsmanager:GetSecretValue", Principal={"AWS": OTHER})).one(SECRET).facts
    assert (found["sharing.public"], found["sharing.foreign_accounts"]) == (False, [OTHER])
    assert with_secret(sim, policy=allow("secretsmanager:GetSecretValue", Principal="*")).one(SECRET).facts["sharing.public"] is True


@pytest.mark.parametrize(
    ("action", "unknown"),
    [
        ("secretsmanager:GetResourcePolicy", {"sharing.public", "sharing.foreign_accounts"}),
        ("secretsmanager:DescribeSecret", {"credential.rotates", "credential.changed"}),
    ],
)
def test_a_refused_read_is_unknown(sim: AwsSim, action: str, unknown: set[str]) -> None:
    found = with_secret(sim, deny=(action,)).one(SECRET).facts
    assert unknown <= {path for path, value in found.items() if isinstance(value, Unknown)}


def test_a_schedule_in_a_template_is_rotation() -> None:
    assert shaped(template(SECRET, {})).facts["credential.rotates"] is False
    assert (
        shaped(template(SECRET, {"RotationSchedules": [{"RotationRules": {"AutomaticallyAfterDays": 30}}]})).facts["credential.rotates"]
        is True
    )
