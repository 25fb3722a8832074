"""Functions that carry out the tools of agents: who may call them, what they hold, how their code is looked after."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, Scanned, is_open, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_context import INSPECTED, function_arn
from tests.sim.aws.document import allow
from zscan.collect.aws.runtimes import DEPRECATED
from zscan.model.unknown import Unknown, Unresolved

FUNCTION = "AWS::Lambda::Function"
ANYBODY = allow("lambda:InvokeFunctionUrl", Principal="*", Condition={"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})
BEDROCK = allow("lambda:InvokeFunction", Principal={"Service": "bedrock.amazonaws.com"})


def with_function(sim: AwsSim, *, deny: tuple[str, ...] = (), state: Any = None, **function: Any) -> Scanned:
    """An agent whose tool is the function."""
    estate = (
        Estate(deny_actions=list(deny)).agent(ACCOUNT, REGION, "a", actions={"orders": {}}).function(ACCOUNT, REGION, "orders", **function)
    )
    accounts = [{"accountId": ACCOUNT, "state": {"status": "ENABLED"}, "resourceState": state}] if state else []
    return scan(sim, estate.put(ACCOUNT, REGION, "inspector2", "BatchGetAccountStatus", {"accounts": accounts}))


def facts(sim: AwsSim, **function: Any) -> dict[str, Any]:
    return with_function(sim, **function).one(FUNCTION).facts


def test_the_agent_calls_the_function_and_the_function_has_a_role(sim: AwsSim) -> None:
    found = with_function(sim)
    assert found.gaps == []
    assert found.one(FUNCTION).id == function_arn(ACCOUNT, REGION, "orders")
    assert [r.target for r in found.one("AWS::Bedrock::Agent").relations if r.kind == "calls_tool"] == [found.one(FUNCTION).id]


def test_the_code_is_never_asked_for(sim: AwsSim) -> None:
    with_function(sim)
    assert "GetFunction" not in {call["op"] for call in sim.calls()}


@pytest.mark.parametrize(
    ("policy", "url_auth", "required", "public"),
    [
        (None, "", True, False),
        (BEDROCK, "", True, False),
        (None, "NONE", True, False),  # an address alone lets nobody in: the policy has to as well
        (ANYBODY, "NONE", False, True),
        (ANYBODY, "AWS_IAM", True, True),
        (ANYBODY, "", True, True),
    ],
)
def test_callers_prove_who_they_are_unless_address_and_policy_are_open(
    sim: AwsSim, policy: Any, url_auth: str, required: bool, public: bool
) -> None:
    found = facts(sim, policy=policy, url_auth=url_auth)
    assert (found["auth.required"], found["sharing.public"]) == (required, public)


def test_a_foreign_account_is_named(sim: AwsSim) -> None:
    assert facts(sim, policy=allow("lambda:InvokeFunction", Principal={"AWS": OTHER}))["sharing.foreign_accounts"] == [OTHER]


def test_credentials_in_the_environment_are_named_and_defaults_count(sim: AwsSim) -> None:
    values = {"CRM_API_KEY": "k3y-" + "v" * 30, "DB_PASSWORD": "changeme", "STAGE": "prod"}
    found = facts(sim, Environment={"Variables": values})["secrets.literals"]
    assert {item["name"] for item in found} == {"CRM_API_KEY", "DB_PASSWORD"}


def test_an_environment_that_could_not_be_decrypted_is_not_empty(sim: AwsSim) -> None:
    error = {"ErrorCode": "AccessDeniedException", "Message": "Lambda was unable to decrypt the environment variables"}
    assert is_open(facts(sim, Environment={"Error": error})["secrets.literals"])


@pytest.mark.parametrize(("signing", "expected"), [("", False), ("Warn", False), ("Enforce", True)])
def test_a_warning_is_no_refusal(sim: AwsSim, signing: str, expected: bool) -> None:
    assert facts(sim, signing=signing)["code.signed_only"] is expected


def test_an_image_cannot_be_signed_and_is_not_asked_about(sim: AwsSim) -> None:
    found = facts(sim, PackageType="Image", Runtime=None)
    assert found["code.signed_only"] is False
    assert isinstance(found["code.runtime_ends"], Unknown)
    assert "GetFunctionCodeSigningConfig" not in {call["op"] for call in sim.calls()}


@pytest.mark.parametrize("action", ["lambda:GetFunctionCodeSigningConfig", "lambda:ListCodeSigningConfigs"])
def test_an_unread_signing_configuration_is_unknown(sim: AwsSim, action: str) -> None:
    assert isinstance(facts(sim, signing="Enforce", deny=(action,))["code.signed_only"], Unknown)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (INSPECTED, True),
        ({**INSPECTED, "lambdaCode": {"status": "DISABLED"}}, False),
        ({**INSPECTED, "lambda": {"status": "DISABLED"}}, False),
        ({"ec2": {"status": "ENABLED"}, "ecr": {"status": "ENABLED"}, "lambda": {"status": "ENABLED"}}, True),  # no code scanning there
        (None, None),
    ],
)
def test_scanning_follows_the_status_of_the_account(sim: AwsSim, state: Any, expected: bool | None) -> None:
    found = facts(sim, state=state)["code.scanned"]
    assert isinstance(found, Unknown) if expected is None else found is expected


def test_a_refused_function_is_there_and_unknown(sim: AwsSim) -> None:
    found = with_function(sim, deny=("lambda:GetFunctionConfiguration",)).one(FUNCTION).facts
    assert isinstance(found["code.runtime_ends"], Unknown)
    assert is_open(found["secrets.literals"])


def test_a_function_that_was_deleted_is_no_asset(sim: AwsSim) -> None:
    found = scan(sim, Estate().agent(ACCOUNT, REGION, "a", actions={"orders": {}}))
    assert found.all(FUNCTION) == []
    assert found.gaps == []


def test_a_runtime_ends_on_its_day(sim: AwsSim) -> None:
    assert facts(sim, Runtime="python3.9")["code.runtime_ends"] == "2025-12-15T00:00:00Z"
    assert isinstance(facts(sim, Runtime="cobol1.x")["code.runtime_ends"], Unknown)


def test_the_table_of_runtimes_is_the_published_one() -> None:
    published = {name: entry["deprecated"] for name, entry in load_resource(AdditionalSpecs, "LmbdRuntimeLifecycle.json").items()}
    assert {name: day for name, day in DEPRECATED.items() if published.get(name) != day} == {}


@pytest.mark.parametrize(
    ("permission", "auth", "required", "public"),
    [
        ({"Principal": "*", "FunctionUrlAuthType": "NONE"}, "NONE", False, True),
        ({"Principal": "*", "PrincipalOrgID": "o-1234567890"}, "NONE", True, False),
        ({"Principal": "bedrock.amazonaws.com"}, "AWS_IAM", True, False),
    ],
)
def test_permissions_of_a_template_are_its_policy(permission: dict[str, Any], auth: str, required: bool, public: bool) -> None:
    body = {
        "Runtime": "python3.13",
        "Permissions": [{"Action": "lambda:InvokeFunction", **permission}],
        "FunctionUrls": [{"AuthType": auth}],
    }
    found = shaped(template(FUNCTION, body)).facts
    assert (found["auth.required"], found["sharing.public"]) == (required, public)


def test_a_permission_for_an_unresolved_principal_is_unknown() -> None:
    body = {"Permissions": [{"Principal": Unresolved("!Ref Caller")}], "FunctionUrls": [{"AuthType": "NONE"}]}
    assert isinstance(shaped(template(FUNCTION, body)).facts["sharing.foreign_accounts"][-1], Unknown)
