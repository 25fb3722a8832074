"""What AI leans on, and who watches it: weak in the first region and in the account's defaults, hardened beside it."""

from __future__ import annotations

from tests.sim.aws import Estate
from tests.sim.aws.build_account import key_arn, subnet_id
from tests.sim.aws.build_context import INSPECTED, secret_arn
from tests.sim.aws.document import allow
from tests.support.estate import ACCOUNT, OWNED, REGION

SECOND = "444455556666"  # an account that calls models and has made no setting for it
_UNUSED, _LOOSE = "eu-west-1", "ap-south-1"  # where models are called without any setting; where they are logged loosely
_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"


def add(estate: Estate) -> None:
    """Add the parts."""
    _functions(estate)
    _repositories(estate)
    _secrets(estate)
    _records(estate)
    _watch(estate)


def _functions(estate: Estate) -> None:
    """The tools of the agents `weak` and `hardened`."""
    a, r, key = ACCOUNT, REGION, key_arn(ACCOUNT, REGION, "good")
    anybody = allow("lambda:InvokeFunctionUrl", "*", Principal="*", Condition={"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})
    estate.function(
        a,
        r,
        "orders",
        policy=anybody,
        url_auth="NONE",
        signing="Warn",
        Runtime="python3.9",
        Environment={"Variables": {"CRM_API_KEY": "k3y-" + "v" * 30, "STAGE": "prod"}},
    )
    agents = {"StringEquals": {"aws:SourceAccount": a}, "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{r}:{a}:agent/*"}}
    estate.function(
        a,
        r,
        "orders-checked",
        policy=allow("lambda:InvokeFunction", "*", Principal={"Service": "bedrock.amazonaws.com"}, Condition=agents),
        url_auth="AWS_IAM",
        signing="Enforce",
        tags=OWNED,
        KMSKeyArn=key,
        VpcConfig={"SubnetIds": [subnet_id(a, r, "private")], "SecurityGroupIds": [], "VpcId": "vpc-1"},
        Environment={"Variables": {"STAGE": "prod"}},
    )
    estate.put(
        a,
        r,
        "inspector2",
        "BatchGetAccountStatus",
        {"accounts": [{"accountId": a, "state": {"status": "ENABLED"}, "resourceState": INSPECTED}]},
    )


def _repositories(estate: Estate) -> None:
    """The images: `serve` is what both models run, `train` what both training jobs run."""
    a, r = ACCOUNT, REGION
    anybody = allow(["ecr:BatchGetImage", "ecr:PutImage"], "*", Principal="*")
    estate.repository(a, r, "serve", policy=anybody)
    estate.repository(
        a,
        r,
        "train",
        tags=OWNED,
        imageTagMutability="IMMUTABLE",
        encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key_arn(a, r, "good")},
    )
    rules = [{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "train*", "filterType": "WILDCARD"}]}]
    estate.put(
        a,
        r,
        "ecr",
        "GetRegistryScanningConfiguration",
        {"registryId": a, "scanningConfiguration": {"scanType": "ENHANCED", "rules": rules}},
    )


def _secrets(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    estate.secret(a, r, "wiki", policy=allow("secretsmanager:GetSecretValue", "*", Principal="*"))
    estate.secret(
        a, r, "wiki-rotated", tags=OWNED, RotationEnabled=True, LastChangedDate="2026-11-20T09:00:00Z", KmsKeyId=key_arn(a, r, "good")
    )
    for name, base in (("wiki", "weak"), ("wiki-rotated", "hardened")):
        settings = {
            "type": "CONFLUENCE",
            "confluenceConfiguration": {
                "sourceConfiguration": {
                    "hostUrl": "https://example.atlassian.net",
                    "hostType": "SAAS",
                    "authType": "BASIC",
                    "credentialsSecretArn": secret_arn(a, r, name),
                }
            },
        }
        estate.data_source(a, r, base, name, dataSourceConfiguration=settings)


def _records(estate: Estate) -> None:
    """Log groups beside the buckets that model calls are logged to."""
    a, r = ACCOUNT, REGION
    estate.log_group(
        a,
        r,
        "/bedrock/kept",
        filters=(f"arn:aws:logs:{r}:999999999999:destination:archive",),
        tags=OWNED,
        retentionInDays=400,
        kmsKeyId=key_arn(a, r, "good"),
        dataProtectionStatus="ACTIVATED",
        deletionProtectionEnabled=True,
    )
    estate.invocation_logging(a, r, bucket="curated", log_group="/bedrock/kept")
    estate.log_group(a, _LOOSE, "/bedrock/calls", retentionInDays=30)
    estate.invocation_logging(a, _LOOSE, bucket="dump", log_group="/bedrock/calls", textDataDeliveryEnabled=False)


def _watch(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    data = [
        {
            "Name": kind,
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": [f"AWS::Bedrock::{kind}"]},
            ],
        }
        for kind in ("AgentAlias", "KnowledgeBase", "Guardrail")
    ]
    management = {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
    estate.trail(a, r, "main", selectors=[management, *data], IsOrganizationTrail=True)
    estate.trail(a, r, "local", logging=False, IsMultiRegionTrail=False, LogFileValidationEnabled=False)
    estate.budget(a, "everything")
    estate.detector(a, r, AI_PROTECTION="ENABLED", S3_DATA_EVENTS="ENABLED").detector(a, _UNUSED, AI_PROTECTION="DISABLED")
    estate.alarm(a, r, "tokens", "AWS/Bedrock", actions=(_TOPIC,)).alarm(a, _UNUSED, "disks", "AWS/EC2", actions=(_TOPIC,))
    named = {"recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}, "resourceTypes": ["AWS::EC2::VPC"]}
    estate.recorder(a, r).recorder(a, _UNUSED, **named)
    estate.flow_log(a, r, subnet_id(a, r, "private"))
    estate.metric(SECOND, r, "AWS/Bedrock", "Invocations", ModelId="anthropic.claude-3-haiku-20240307-v1:0")
    estate.trail(SECOND, r, "local", IsMultiRegionTrail=False, LogFileValidationEnabled=False)
    estate.budget(SECOND, "disks", CostFilters={"Service": ["Amazon Elastic Block Store"]})
