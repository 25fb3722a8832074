"""An account with one of each way to AI: what the questions about access are asked of."""

from __future__ import annotations

from typing import Any

from tests.sim.aws import Estate
from tests.sim.aws.build_account import key_arn, role_arn
from tests.sim.aws.build_control_policies import FULL_ACCESS, FULL_RESOURCE_ACCESS, ControlPolicy, control_policies, organization_id
from tests.sim.aws.document import allow, trust

HOME, OTHER, TOP, REGION = "111122223333", "444455556666", "999988887777", "us-east-1"
HAIKU = f"arn:aws:bedrock:{REGION}::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
SECURITY = f"arn:aws:iam::{HOME}:role/ai-security"
_ROOT = f"arn:aws:iam::{HOME}:root"


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trusts(principal: Any, **more: Any) -> dict[str, Any]:
    """A trust policy."""
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more})


def estate() -> Estate:
    """The account."""
    made = Estate(regions=[REGION])
    _ai(made)
    _people(made)
    _roles(made)
    _organisation(made)
    return made


def _ai(made: Estate) -> None:
    a, r = HOME, REGION
    from_network = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    prompts = policy(statement("Deny", "s3:*", "arn:aws:s3:::prompts/*", Principal="*", Condition=from_network))
    made.key(a, r, "weights", policy=policy(statement("Allow", "kms:*", Principal={"AWS": role_arn(a, "loader")})))
    made.bucket(a, r, "prompts", policy=prompts).invocation_logging(a, r, bucket="prompts")
    made.bucket(a, r, "corpus", policy=policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::corpus/*", Principal={"AWS": OTHER})))
    made.bucket(a, r, "shared", policy=policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::shared/*", Principal={"AWS": OTHER})))
    public = policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::open/*", Principal="*"))
    made.bucket(a, r, "open", policy=public, public=True, block_public_access=False)
    made.bucket(a, r, "weights", kms_key=key_arn(a, r, "weights"))
    made.training_job(a, r, "tune", bucket="corpus", RoleArn=role_arn(a, "plain"))
    made.training_job(a, r, "retune", bucket="shared", RoleArn=role_arn(a, "plain"))
    made.training_job(a, r, "public", bucket="open", RoleArn=role_arn(a, "plain"))
    made.model(
        a,
        r,
        "fraud",
        PrimaryContainer={"Image": f"{a}.dkr.ecr.{r}.amazonaws.com/serve:1", "ModelDataUrl": "s3://weights/model.tar.gz"},
        ExecutionRoleArn=role_arn(a, "plain"),
    )
    made.endpoint_config(a, r, "fraud", model="fraud").endpoint(a, r, "fraud")
    made.guardrail(a, r, "front")
    made.agent(a, r, "helper", agentResourceRoleArn=role_arn(a, "agent"), guardrail="front")


def _people(made: Estate) -> None:
    a, endpoint = HOME, f"arn:aws:sagemaker:{REGION}:{HOME}:endpoint/fraud"
    made.user(a, "ana", inline={"models": allow("bedrock:InvokeModel", "*")})
    made.group(a, "ml", inline={"endpoints": allow("sagemaker:InvokeEndpoint", endpoint)}).user(a, "ben", groups=("ml",))
    made.policy(a, "ceiling", allow("s3:GetObject", "arn:aws:s3:::corpus/*"))
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"arn:aws:iam::{a}:policy/ceiling"}
    made.user(a, "cleo", inline={"all": allow("*", "*")}, PermissionsBoundary=boundary)
    made.user(a, "dan", inline={"become": allow("sts:AssumeRole", role_arn(a, "auditor"))})
    passing = policy(statement("Allow", "iam:PassRole", role_arn(a, "strong")), statement("Allow", "sagemaker:CreateTrainingJob"))
    made.user(a, "eve", inline={"jobs": passing})
    made.user(a, "finn", inline={"self": allow("iam:PutUserPolicy", f"arn:aws:iam::{a}:user/finn")})
    made.user(a, "gil", inline={"storage": allow("s3:*", "*")})
    made.user(a, "hana", inline={"office": allow("bedrock:InvokeModel", "*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})})
    made.user(a, "ida", inline={"power": policy({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "sts:*"], "Resource": "*"})})
    made.user(a, "jo", inline={"hop": allow("sts:AssumeRole", role_arn(a, "hop-one"))})
    made.user(
        a, "kim", inline={"most": policy(statement("Allow", "sagemaker:InvokeEndpoint*"), statement("Deny", "sagemaker:*", endpoint))}
    )
    made.user(a, "lee", inline={"keys": allow("iam:CreateAccessKey", f"arn:aws:iam::{a}:user/finn")})
    made.user(a, "mia", inline={"pass": allow("iam:PassRole", role_arn(a, "strong"))})


def _roles(made: Estate) -> None:
    a = HOME
    endpoint = f"arn:aws:sagemaker:{REGION}:{a}:endpoint/fraud"
    made.role(a, "plain")
    made.role(a, "agent", trusts=trust("bedrock.amazonaws.com"), inline={"model": allow("bedrock:InvokeModel", HAIKU)})
    made.role(
        a, "ops", trusts=trusts({"AWS": _ROOT}), inline={"guardrails": allow(["bedrock:DeleteGuardrail", "bedrock:UpdateGuardrail"], "*")}
    )
    made.role(
        a,
        "ai-security",
        trusts=trusts({"AWS": f"arn:aws:iam::{a}:user/nobody"}),
        inline={"guardrails": allow("bedrock:UpdateGuardrail", "*")},
    )
    made.role(a, "auditor", trusts=trusts({"AWS": _ROOT}), inline={"read": allow("s3:GetObject", "arn:aws:s3:::prompts/*")})
    external = {"StringEquals": {"sts:ExternalId": "zebra"}}
    made.role(
        a,
        "partner",
        trusts=trusts({"AWS": f"arn:aws:iam::{OTHER}:root"}, Condition=external),
        inline={"call": allow("sagemaker:InvokeEndpoint", endpoint)},
    )
    made.role(a, "strong", inline={"all": allow("*", "*")})
    made.role(a, "loader", inline={"weights": allow("s3:GetObject", "arn:aws:s3:::weights/*")})
    made.role(a, "hop-one", trusts=trusts({"AWS": _ROOT}), inline={"hop": allow("sts:AssumeRole", role_arn(a, "hop-two"))})
    made.role(a, "hop-two", trusts=trusts({"AWS": role_arn(a, "hop-one")}), inline={"call": allow("sagemaker:InvokeEndpoint", endpoint)})


def _organisation(made: Estate) -> None:
    made.organization(TOP, (HOME,))
    spared = {"ArnNotLike": {"aws:PrincipalArn": SECURITY}}
    guard = policy(statement("Deny", ["bedrock:DeleteGuardrail", "bedrock:UpdateGuardrail"], Condition=spared))
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization_id(TOP)}}
    perimeter = policy(statement("Deny", "s3:GetObject", "arn:aws:s3:::shared/*", Principal="*", Condition=outside))
    steps = ("r-ab12", "ou-ab12-ml", HOME)
    policies = [
        ControlPolicy("scp", "FullAWSAccess", FULL_ACCESS, steps),
        ControlPolicy("scp", "guard-ai", guard, ["ou-ab12-ml"]),
        ControlPolicy("rcp", "RCPFullAWSAccess", FULL_RESOURCE_ACCESS, steps),
        ControlPolicy("rcp", "perimeter", perimeter, ["r-ab12"]),
    ]
    control_policies(made, HOME, TOP, {HOME: steps, TOP: ("r-ab12", TOP)}, policies)
