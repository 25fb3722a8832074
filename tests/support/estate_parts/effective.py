"""An organisation over the rich account, a role that writes its own rights and one that the organisation stops from doing so."""

from __future__ import annotations

from tests.sim.aws import Estate
from tests.sim.aws.build_account import role_arn
from tests.sim.aws.build_control_policies import FULL_ACCESS, FULL_RESOURCE_ACCESS, ControlPolicy, control_policies
from tests.sim.aws.document import allow, trust
from tests.support.estate import ACCOUNT, REGION

_TOP = "999988887777"
_STEPS = ("r-ab12", "ou-ab12-ml", ACCOUNT)


def add(estate: Estate) -> None:
    """Add the organisation, its policies, and the two roles with a notebook each."""
    pinned = trust(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    for name in ("climber", "stopped"):
        own = allow("iam:PutRolePolicy", role_arn(ACCOUNT, name))
        estate.role(ACCOUNT, name, trusts=pinned, inline={"own": own, "model": allow("bedrock:InvokeAgent", "*")})
        estate.notebook(ACCOUNT, REGION, f"of-{name}", RoleArn=role_arn(ACCOUNT, name))
    estate.organization(_TOP, (ACCOUNT,))
    denied = allow("iam:PutRolePolicy", "*", Condition={"ArnLike": {"aws:PrincipalArn": role_arn(ACCOUNT, "stopped")}})
    denied["Statement"][0]["Effect"] = "Deny"
    policies = [
        ControlPolicy("scp", "FullAWSAccess", FULL_ACCESS, _STEPS),
        ControlPolicy("scp", "own-rights", denied, ["ou-ab12-ml"]),
        ControlPolicy("rcp", "RCPFullAWSAccess", FULL_RESOURCE_ACCESS, _STEPS),
    ]
    control_policies(estate, ACCOUNT, _TOP, {ACCOUNT: _STEPS, _TOP: ("r-ab12", _TOP)}, policies)
