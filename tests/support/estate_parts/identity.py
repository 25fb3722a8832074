"""People and their keys: users, roles and permission sets that administer AI, each weak and hardened, and who looks at them."""

from __future__ import annotations

from tests.sim.aws import Estate
from tests.sim.aws import build_identity as build
from tests.sim.aws.document import allow
from tests.support.estate import ACCOUNT, REGION

_MODEL = f"arn:aws:bedrock:{REGION}::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
_ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
_END = {"DateLessThan": {"aws:CurrentTime": "2026-12-31T00:00:00Z"}}
_RECENT = "2026-11-20T09:00:00Z"
_GUARD = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/*"


def add(estate: Estate) -> None:
    """Add everything to the account."""
    _users(estate)
    _roles(estate)
    build.identity_center(estate, ACCOUNT, REGION)
    build.permission_set(
        estate,
        ACCOUNT,
        REGION,
        "AiAdministrators",
        managed=("AmazonBedrockFullAccess",),
        customer=("ml-extras",),
        accounts=(ACCOUNT, "444455556666"),
        SessionDuration="PT12H",
    )
    build.permission_set(
        estate,
        ACCOUNT,
        REGION,
        "GuardrailOnCall",
        inline=allow(["bedrock:UpdateGuardrail"], _GUARD),
        managed=("ViewOnlyAccess",),
        boundary="PowerUserAccess",
        SessionDuration="PT1H",
    )
    build.analyzer(estate, ACCOUNT, REGION, "outsiders")
    build.analyzer(estate, ACCOUNT, "eu-west-1", "unused", kind="ACCOUNT_UNUSED_ACCESS", status="DISABLED")


def _users(estate: Estate) -> None:
    a = ACCOUNT
    estate.aws_policy(a, "AmazonBedrockFullAccess", allow("bedrock:*"))
    invoke = allow("bedrock:InvokeModel", _MODEL)
    keys = allow("iam:CreateServiceSpecificCredential", "*")
    estate.user(
        a, "bedrock-api-key-lab", inline={"invoke": invoke, "keys": keys}, attached=("arn:aws:iam::aws:policy/AmazonBedrockFullAccess",)
    )
    build.access_key(estate, a, "bedrock-api-key-lab")
    build.api_key(estate, a, "bedrock-api-key-lab")
    build.password(estate, a, "bedrock-api-key-lab", second_factor=False)
    estate.user(a, "batch", inline={"invoke": invoke})
    build.access_key(estate, a, "batch", status="Inactive")
    build.api_key(estate, a, "batch", CreateDate="2026-11-01T09:00:00Z", ExpirationDate="2027-01-15T09:00:00Z")
    build.api_key(estate, a, "batch", service="codecommit.amazonaws.com")
    estate.user(a, "temporary", inline={"guard": allow("bedrock:UpdateGuardrail", _GUARD, Condition=_END)})
    build.api_key(estate, a, "temporary", Status="Inactive")
    build.password(estate, a, "temporary", second_factor=True)


def _roles(estate: Estate) -> None:
    a = ACCOUNT
    guard = allow("bedrock:UpdateGuardrail", _GUARD)
    open_door = allow("sts:AssumeRole", Principal=_ROOT)
    estate.role(a, "guardrail-admin", trusts=open_door, inline={"guard": guard}, session_seconds=43_200)
    shown = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, **_END}
    estate.role(
        a,
        "guardrail-admin-on-call",
        trusts=allow("sts:AssumeRole", Principal=_ROOT, Condition=shown),
        inline={"guard": guard},
        RoleLastUsed={"LastUsedDate": _RECENT, "Region": REGION},
    )
