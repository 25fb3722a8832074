"""The estate builder, and large estates made with it.

    Estate(page_size=50).notebook("111122223333", "us-east-1", "research", RootAccess="Disabled")

Each call adds one thing wherever AWS would show it: its listing, its description, its tags in both APIs. Keyword
arguments named like members of the description replace them; None takes one away.
"""

from __future__ import annotations

from collections.abc import Sequence

from .build_account import Data, Identity, Network, Watch, key_arn, role_arn, security_group_id, subnet_id
from .build_bedrock import Bedrock
from .build_bedrock_more import BedrockMore
from .build_context import Leaning, Watching
from .build_sagemaker import SageMaker
from .document import allow, trust
from .estate import DEFAULT_ACCOUNT

__all__ = ["Estate", "big_estate"]


class Estate(SageMaker, Bedrock, BedrockMore, Identity, Data, Network, Watch, Leaning, Watching):
    """An estate document under construction; `document` is the JSON."""


def big_estate(
    n_assets: int,
    regions: Sequence[str] = ("us-east-1",),
    unrelated_buckets: int = 0,
    unrelated_roles: int = 0,
    *,
    account: str = DEFAULT_ACCOUNT,
    page_size: int | None = None,
) -> Estate:
    """Return an account with `n_assets` AI assets spread over regions, among buckets and roles no AI asset refers to.

    The kinds come in turn and every other one is hardened, so that a scan of it gives both verdicts. What the assets
    refer to (a role, and in each region a key, a bucket, a subnet, a security group, a VPC endpoint) is there once.
    """
    estate = Estate(regions=list(regions), page_size=page_size)
    estate.role(
        account, "ml", inline={"data": allow(["s3:GetObject", "s3:PutObject"], [f"arn:aws:s3:::ml-{region}/*" for region in regions])}
    )
    for region in regions:
        _shared(estate, account, region)
    for number in range(n_assets):
        _asset(estate, account, regions[number % len(regions)], number // len(regions))
    for number in range(unrelated_buckets):
        estate.bucket(account, regions[number % len(regions)], f"unrelated-{number:05d}")
    for number in range(unrelated_roles):
        estate.role(account, f"unrelated-{number:05d}", trusts=trust("ec2.amazonaws.com"), inline={"logs": allow("logs:PutLogEvents")})
    return estate


def _shared(estate: Estate, account: str, region: str) -> None:
    estate.key(account, region, "ml", rotation=True).bucket(
        account, region, f"ml-{region}", kms_key=key_arn(account, region, "ml"), versioning="Enabled"
    )
    estate.subnet(account, region, "private").security_group(account, region, "ml").vpc_endpoint(account, region, "sagemaker.runtime")
    estate.invocation_logging(account, region, bucket=f"ml-{region}")


def _asset(estate: Estate, account: str, region: str, number: int) -> None:
    """Add one asset: the kind by turn, hardened in every other round of all kinds."""
    kinds = 10
    name, hard = f"asset-{number:05d}", (number // kinds) % 2 == 1
    key, role = key_arn(account, region, "ml"), role_arn(account, "ml")
    vpc = {"SecurityGroupIds": [security_group_id(account, region, "ml")], "Subnets": [subnet_id(account, region, "private")]}
    tags = {"owner": "ml-team", "data-classification": "internal"} if hard else None
    match number % kinds:
        case 0:
            locked = {
                "DirectInternetAccess": "Disabled",
                "RootAccess": "Disabled",
                "KmsKeyId": key,
                "SubnetId": vpc["Subnets"][0],
                "SecurityGroups": vpc["SecurityGroupIds"],
            }
            estate.notebook(account, region, name, tags=tags, RoleArn=role, **(locked if hard else {}))
        case 1:
            estate.model(
                account,
                region,
                name,
                tags=tags,
                ExecutionRoleArn=role,
                **({"EnableNetworkIsolation": True, "VpcConfig": vpc} if hard else {}),
            )
        case 2:
            # refers to the model one turn before
            estate.endpoint_config(account, region, name, model=f"asset-{number - 1:05d}", tags=tags, **({"KmsKeyId": key} if hard else {}))
        case 3:
            estate.endpoint(account, region, name, config=f"asset-{number - 1:05d}", tags=tags)
        case 4:
            quiet = {"EnableNetworkIsolation": True, "EnableInterContainerTrafficEncryption": True, "VpcConfig": vpc}
            estate.training_job(account, region, name, bucket=f"ml-{region}", tags=tags, RoleArn=role, **(quiet if hard else {}))
        case 5:
            store = {"OnlineStoreConfig": {"EnableOnlineStore": True, "SecurityConfig": {"KmsKeyId": key}}}
            estate.feature_group(account, region, name, tags=tags, RoleArn=role, **(store if hard else {}))
        case 6:
            estate.model_package_group(account, region, name, tags=tags)
        case 7:
            estate.guardrail(account, region, name, tags=tags, kmsKeyArn=key if hard else None)
        case 8:
            estate.knowledge_base(account, region, name, buckets=(f"ml-{region}",), tags=tags, roleArn=role)
        case _:
            estate.agent(
                account,
                region,
                name,
                actions={"orders": {}},
                knowledge_bases=(f"asset-{number - 1:05d}",),
                guardrail=f"asset-{number - 2:05d}" if hard else None,
                tags=tags,
                agentResourceRoleArn=role,
                customerEncryptionKeyArn=key if hard else None,
            )
