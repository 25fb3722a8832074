"""Grants for the tests of reports: from outside, from inside, sure, conditional and undecided, with a hostile name."""

from __future__ import annotations

from tests.report.estate import ACCOUNT, BUCKET, ENDPOINT, HOSTILE_MESSAGE, MODEL, ROLE
from zscan.model.grant import Capability, Grant, Step

PARTNER = "999988887777"
GRANTS = (
    Grant(
        principal="*",
        principal_kind="public",
        capability=Capability.READ_TRAINING_DATA,
        outcome="conditional",
        targets=(BUCKET,),
        conditions=("the request comes through VPC endpoint vpce-1",),
        path=(Step("resource_policy", "training", "s3:GetObject for everybody"),),
        account=ACCOUNT,
    ),
    Grant(
        principal=PARTNER,
        principal_kind="account",
        capability=Capability.INVOKE,
        outcome="allowed",
        targets=(ENDPOINT,),
        path=(Step("trust", "partner"), Step("identity_policy", "use", "sagemaker:InvokeEndpoint on *")),
        account=ACCOUNT,
    ),
    Grant(
        principal=ROLE,
        principal_kind="role",
        capability=Capability.ESCALATE,
        outcome="allowed",
        path=(Step("escalation", "iam:PutRolePolicy"),),
        account=ACCOUNT,
    ),
    Grant(
        principal=ROLE,
        principal_kind="role",
        capability=Capability.ADMINISTER,
        outcome="allowed",
        everywhere=True,
        targets=(ENDPOINT, MODEL),
        path=(Step("group", "ml"), Step("identity_policy", "everything", "* on *")),
        unread=("policies of the organisation",),
        account=ACCOUNT,
    ),
    Grant(
        principal=f"arn:aws:iam::{ACCOUNT}:user/{HOSTILE_MESSAGE}",
        principal_kind="user",
        capability=Capability.READ_MODELS,
        outcome="unknown",
        targets=(MODEL,),
        path=(Step("identity_policy", HOSTILE_MESSAGE, HOSTILE_MESSAGE),),
        unread=("permission boundary",),
        account=ACCOUNT,
    ),
)
