"""Builders for what AI assets lean on: identities, keys, buckets, networks, tags, metrics."""

from __future__ import annotations

import hashlib
from typing import Any, Self

from .document import CREATED, UPDATED, Document, Tags, arn, encoded, guid, hex_id, key_values, merged, short_id, text, trust

_DETAILS = "GetAccountAuthorizationDetails"
Policies = dict[str, Any]


def key_id(account: str, region: str, alias: str) -> str:
    """Return the id `key` gives."""
    return guid("key", account, region, alias)


def key_arn(account: str, region: str, alias: str) -> str:
    """Return the ARN `key` gives, for references."""
    return arn("kms", account, region, f"key/{key_id(account, region, alias)}")


def role_arn(account: str, name: str, path: str = "/") -> str:
    """Return the ARN of a role."""
    return f"arn:aws:iam::{account}:role{path}{name}"


def vpc_id(account: str, region: str, name: str = "main") -> str:
    """Return the id of a VPC, for references."""
    return f"vpc-{hex_id('vpc', account, region, name)}"


def subnet_id(account: str, region: str, name: str) -> str:
    """Return the id `subnet` gives."""
    return f"subnet-{hex_id('subnet', account, region, name)}"


def security_group_id(account: str, region: str, name: str) -> str:
    """Return the id `security_group` gives."""
    return f"sg-{hex_id('sg', account, region, name)}"


def _inline(policies: Policies | None) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": encoded(document)} for name, document in (policies or {}).items()]


def _attached(arns: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"PolicyName": one.split("/")[-1], "PolicyArn": one} for one in arns]


class Identity(Document):
    """IAM's part of an estate, in the one bulk answer that gives all of it."""

    def user(
        self,
        account: str,
        name: str,
        *,
        groups: tuple[str, ...] = (),
        inline: Policies | None = None,
        attached: tuple[str, ...] = (),
        tags: Tags = None,
        **overrides: Any,
    ) -> Self:
        """Add a user with inline policies (name to document) and attached ones (ARNs)."""
        return self._principal(
            account,
            "UserDetailList",
            {
                "Path": "/",
                "UserName": name,
                "UserId": f"AIDA{short_id('user', account, name, length=17)}",
                "Arn": f"arn:aws:iam::{account}:user/{name}",
                "CreateDate": CREATED,
                "UserPolicyList": _inline(inline),
                "GroupList": list(groups),
                "AttachedManagedPolicies": _attached(attached),
                "Tags": key_values(tags),
            },
            overrides,
        )

    def group(self, account: str, name: str, *, inline: Policies | None = None, attached: tuple[str, ...] = (), **overrides: Any) -> Self:
        """Add a group; its members name it in `groups`."""
        return self._principal(
            account,
            "GroupDetailList",
            {
                "Path": "/",
                "GroupName": name,
                "GroupId": f"AGPA{short_id('group', account, name, length=17)}",
                "Arn": f"arn:aws:iam::{account}:group/{name}",
                "CreateDate": CREATED,
                "GroupPolicyList": _inline(inline),
                "AttachedManagedPolicies": _attached(attached),
            },
            overrides,
        )

    def role(
        self,
        account: str,
        name: str,
        *,
        path: str = "/",
        trusts: Any = None,
        inline: Policies | None = None,
        attached: tuple[str, ...] = (),
        tags: Tags = None,
        session_seconds: int = 3600,
        **overrides: Any,
    ) -> Self:
        """Add a role; `trusts` is its trust policy, by default SageMaker's. The older operations, one thing each, tell the same, and how
        long its sessions may last.
        """
        role = {
            "Path": path,
            "RoleName": name,
            "RoleId": f"AROA{short_id('role', account, name, length=17)}",
            "Arn": role_arn(account, name, path),
            "CreateDate": CREATED,
            "AssumeRolePolicyDocument": encoded(trusts or trust()),
        }
        place, match = self.at(account, "*", "iam"), {"RoleName": name}
        place.add("ListRoles", "Roles", {**role, "MaxSessionDuration": session_seconds})
        place.row("GetRole", match, {"Role": role | {"MaxSessionDuration": session_seconds, "Tags": key_values(tags)}})
        place.row("ListRolePolicies", match, {"PolicyNames": list(inline or {})})
        place.row("ListAttachedRolePolicies", match, {"AttachedPolicies": _attached(attached)})
        place.row("ListRoleTags", match, {"Tags": key_values(tags)})
        for policy, document in (inline or {}).items():
            named = {**match, "PolicyName": policy}
            place.row("GetRolePolicy", named, {**named, "PolicyDocument": encoded(document)})
        return self._principal(
            account,
            "RoleDetailList",
            {
                **role,
                "InstanceProfileList": [],
                "RolePolicyList": _inline(inline),
                "AttachedManagedPolicies": _attached(attached),
                "Tags": key_values(tags),
                "RoleLastUsed": {},
            },
            overrides,
        )

    def policy(self, account: str, name: str, document: Any, **overrides: Any) -> Self:
        """Add a managed policy of the account's own."""
        return self._managed(account, f"arn:aws:iam::{account}:policy/{name}", name, document, overrides)

    def aws_policy(self, account: str, name: str, document: Any, **overrides: Any) -> Self:
        """Add a policy of AWS's own, as an account sees it."""
        return self._managed(account, f"arn:aws:iam::aws:policy/{name}", name, document, overrides)

    def _managed(self, account: str, own: str, name: str, document: Any, overrides: dict[str, Any]) -> Self:
        return self._principal(
            account,
            "Policies",
            {
                "PolicyName": name,
                "PolicyId": f"ANPA{short_id('policy', account, name, length=17)}",
                "Arn": own,
                "Path": "/",
                "DefaultVersionId": "v1",
                "AttachmentCount": 1,
                "PermissionsBoundaryUsageCount": 0,
                "IsAttachable": True,
                "CreateDate": CREATED,
                "UpdateDate": UPDATED,
                "PolicyVersionList": [{"Document": encoded(document), "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": CREATED}],
            },
            overrides,
        )

    def _principal(self, account: str, kind: str, base: dict[str, Any], overrides: dict[str, Any]) -> Self:
        self.at(account, "*", "iam").add(_DETAILS, kind, merged(base, overrides))
        return self


class Data(Document):
    """Keys and buckets."""

    def key(
        self, account: str, region: str, alias: str, *, rotation: bool = False, policy: Any = None, tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add a customer-managed key that is found by id, ARN, alias and alias ARN."""
        own_id, own = key_id(account, region, alias), key_arn(account, region, alias)
        alias_arn = arn("kms", account, region, f"alias/{alias}")
        full = merged(
            {
                "AWSAccountId": account,
                "KeyId": own_id,
                "Arn": own,
                "CreationDate": CREATED,
                "Enabled": True,
                "Description": "",
                "KeyUsage": "ENCRYPT_DECRYPT",
                "KeyState": "Enabled",
                "Origin": "AWS_KMS",
                "KeyManager": "CUSTOMER",
                "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
                "KeySpec": "SYMMETRIC_DEFAULT",
                "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
                "MultiRegion": False,
            },
            overrides,
        )
        owner = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}],
        }
        place = self.at(account, region, "kms")
        place.add("ListKeys", "Keys", {"KeyId": own_id, "KeyArn": own})
        place.add(
            "ListAliases",
            "Aliases",
            {
                "AliasName": f"alias/{alias}",
                "AliasArn": alias_arn,
                "TargetKeyId": own_id,
                "CreationDate": CREATED,
                "LastUpdatedDate": CREATED,
            },
        )
        place.row("DescribeKey", {"KeyId": [own_id, own, f"alias/{alias}", alias_arn]}, {"KeyMetadata": full})
        # unlike DescribeKey, these do not take an alias
        place.row("GetKeyRotationStatus", {"KeyId": [own_id, own]}, {"KeyRotationEnabled": rotation, "KeyId": own_id})
        place.row("GetKeyPolicy", {"KeyId": [own_id, own]}, {"Policy": text(policy or owner), "PolicyName": "default"})
        place.row("ListResourceTags", {"KeyId": [own_id, own]}, {"Tags": key_values(tags, "TagKey", "TagValue"), "Truncated": False})
        return self.tagged(account, region, own, tags)

    def bucket(
        self,
        account: str,
        region: str,
        name: str,
        *,
        policy: Any = None,
        public: bool = False,
        kms_key: str | None = None,
        encrypted: bool = True,
        block_public_access: bool | dict[str, bool] | None = True,
        versioning: str | None = None,
        log_bucket: str | None = None,
        tags: Tags = None,
    ) -> Self:
        """Add a bucket; what is None or False was never configured, and S3 answers its own absent error for it.

        `public` is what GetBucketPolicyStatus says of a `policy`. A new bucket of today blocks public access and is
        encrypted with S3's own keys.
        """
        # S3 is one namespace: any region's endpoint answers for the bucket
        place, match = self.at(account, "*", "s3"), {"Bucket": name}
        place.add(
            "ListBuckets", "Buckets", {"Name": name, "CreationDate": CREATED, "BucketRegion": region, "BucketArn": f"arn:aws:s3:::{name}"}
        )
        place.operations["ListBuckets"]["Owner"] = {"ID": hashlib.sha256(account.encode()).hexdigest()}
        place.row("GetBucketLocation", match, {} if region == "us-east-1" else {"LocationConstraint": region})
        place.row("HeadBucket", match, {"BucketRegion": region})
        place.row("GetBucketOwnershipControls", match, {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}})
        if policy is not None:
            place.row("GetBucketPolicy", match, {"Policy": text(policy)})
            place.row("GetBucketPolicyStatus", match, {"PolicyStatus": {"IsPublic": public}})
        if encrypted:
            default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key} if kms_key else {"SSEAlgorithm": "AES256"}
            rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bool(kms_key)}
            place.row("GetBucketEncryption", match, {"ServerSideEncryptionConfiguration": {"Rules": [rule]}})
        if block_public_access is not None:
            names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            block = block_public_access if isinstance(block_public_access, dict) else dict.fromkeys(names, block_public_access)
            place.row("GetPublicAccessBlock", match, {"PublicAccessBlockConfiguration": block})
        if versioning:
            place.row("GetBucketVersioning", match, {"Status": versioning})
        if log_bucket:
            place.row("GetBucketLogging", match, {"LoggingEnabled": {"TargetBucket": log_bucket, "TargetPrefix": f"{name}/"}})
        if tags:
            place.row("GetBucketTagging", match, {"TagSet": key_values(tags)})
        return self.tagged(account, region, f"arn:aws:s3:::{name}", tags)


class Network(Document):
    """VPC endpoints, subnets, security groups."""

    def vpc_endpoint(
        self, account: str, region: str, service: str, *, vpc: str | None = None, policy: Any = None, tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add an interface endpoint to a service such as `sagemaker.runtime`, by default with EC2's allow-all policy."""
        everyone = {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}
        base = {
            "VpcEndpointId": f"vpce-{hex_id('vpce', account, region, service)}",
            "VpcEndpointType": "Interface",
            "VpcId": vpc or vpc_id(account, region),
            "ServiceName": f"com.amazonaws.{region}.{service}",
            "State": "available",
            "PolicyDocument": text(policy or everyone),
            "RouteTableIds": [],
            "SubnetIds": [subnet_id(account, region, "private")],
            "Groups": [{"GroupId": security_group_id(account, region, "endpoints"), "GroupName": "endpoints"}],
            "PrivateDnsEnabled": True,
            "RequesterManaged": False,
            "CreationTimestamp": CREATED,
            "OwnerId": account,
        }
        return self._ec2(account, region, "DescribeVpcEndpoints", "VpcEndpoints", base, overrides, tags)

    def subnet(
        self, account: str, region: str, name: str, *, vpc: str | None = None, public: bool = False, tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add a subnet; a public one gives its machines public addresses."""
        own = subnet_id(account, region, name)
        base = {
            "SubnetId": own,
            "SubnetArn": arn("ec2", account, region, f"subnet/{own}"),
            "VpcId": vpc or vpc_id(account, region),
            "OwnerId": account,
            "State": "available",
            "CidrBlock": "10.0.1.0/24",
            "AvailableIpAddressCount": 250,
            "AvailabilityZone": f"{region}a",
            "DefaultForAz": False,
            "MapPublicIpOnLaunch": public,
        }
        return self._ec2(account, region, "DescribeSubnets", "Subnets", base, overrides, tags)

    def security_group(
        self,
        account: str,
        region: str,
        name: str,
        *,
        vpc: str | None = None,
        ingress: list[dict[str, Any]] | None = None,
        tags: Tags = None,
        **overrides: Any,
    ) -> Self:
        """Add a security group; egress is open as EC2 makes it, `ingress` are rules as EC2 answers them."""
        own = security_group_id(account, region, name)
        base = {
            "GroupId": own,
            "GroupName": name,
            "Description": name,
            "OwnerId": account,
            "VpcId": vpc or vpc_id(account, region),
            "SecurityGroupArn": arn("ec2", account, region, f"security-group/{own}"),
            "IpPermissions": ingress or [],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        }
        return self._ec2(account, region, "DescribeSecurityGroups", "SecurityGroups", base, overrides, tags)

    def _ec2(self, account: str, region: str, op: str, key: str, base: dict[str, Any], overrides: dict[str, Any], tags: Tags) -> Self:
        self.at(account, region, "ec2").add(op, key, merged({**base, "Tags": key_values(tags)}, overrides))
        return self


class Watch(Document):
    """Metrics and the organisation."""

    def metric(self, account: str, region: str, namespace: str, name: str, **dimensions: str) -> Self:
        """Add a metric, such as Bedrock's Invocations by ModelId: the trace that something is in use."""
        item = {"Namespace": namespace, "MetricName": name, "Dimensions": key_values(dimensions, "Name", "Value")}
        self.at(account, region, "cloudwatch").add("ListMetrics", "Metrics", item)
        return self

    def organization(self, management: str, members: tuple[str, ...] = ()) -> Self:
        """Make an organisation; its accounts all can describe it, the management account also lists them."""
        own_id = f"o-{hex_id('organization', management, length=10)}"
        base = arn("organizations", management, "", "")
        description = {
            "Id": own_id,
            "Arn": f"{base}organization/{own_id}",
            "FeatureSet": "ALL",
            "MasterAccountArn": f"{base}account/{own_id}/{management}",
            "MasterAccountId": management,
            "MasterAccountEmail": f"aws+{management}@example.com",
        }
        for account in (management, *members):
            self.account(account).at(account, "*", "organizations").set("DescribeOrganization", {"Organization": description})
        for account in (management, *members):
            entry = {
                "Id": account,
                "Arn": f"{base}account/{own_id}/{account}",
                "Email": f"aws+{account}@example.com",
                "Name": f"account-{account}",
                "Status": "ACTIVE",
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": CREATED,
            }
            place = self.at(management, "*", "organizations")
            place.add("ListAccounts", "Accounts", entry)
            place.row("DescribeAccount", {"AccountId": account}, {"Account": entry})
        return self
