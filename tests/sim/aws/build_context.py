"""Builders for what AI leans on and who watches it: functions, repositories, secrets, log groups, trails, detectors, alarms, budgets."""

from __future__ import annotations

from typing import Any, Self

from .document import CREATED, UPDATED, Document, Tags, arn, guid, hex_id, key_values, merged, text

INSPECTED = {
    "ec2": {"status": "ENABLED"},
    "ecr": {"status": "ENABLED"},
    "lambda": {"status": "ENABLED"},
    "lambdaCode": {"status": "ENABLED"},
}


def function_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of a function."""
    return arn("lambda", account, region, f"function:{name}")


def secret_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of a secret; six random characters end it."""
    return arn("secretsmanager", account, region, f"secret:{name}-{hex_id('secret', account, region, name, length=6)}")


def repository_uri(account: str, region: str, name: str) -> str:
    """Return the address of a repository."""
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{name}"


class Leaning(Document):
    """Functions, repositories, secrets and log groups."""

    def function(
        self,
        account: str,
        region: str,
        name: str,
        *,
        policy: Any = None,
        url_auth: str = "",
        signing: str = "",
        tags: Tags = None,
        **overrides: Any,
    ) -> Self:
        """Add a function. `url_auth` gives it an address; `signing` is what an untrusted signature leads to (Warn, Enforce)."""
        own, place = function_arn(account, region, name), self.at(account, region, "lambda")
        base = {
            "FunctionName": name,
            "FunctionArn": own,
            "Runtime": "python3.13",
            "Role": arn("iam", account, "", "role/narrow"),
            "Handler": "app.handler",
            "CodeSize": 1024,
            "Timeout": 30,
            "MemorySize": 256,
            "LastModified": "2026-09-01T09:00:00.000+0000",
            "CodeSha256": "q" * 43 + "=",
            "Version": "$LATEST",
            "PackageType": "Zip",
            "State": "Active",
            "Architectures": ["arm64"],
        }
        match = {"FunctionName": [own, name]}
        place.row("GetFunctionConfiguration", match, merged(base, overrides))
        if policy is not None:
            place.row("GetPolicy", match, {"Policy": text(policy), "RevisionId": guid("policy", own)})
        urls = [{"FunctionUrl": f"https://{hex_id(own)}.lambda-url.{region}.on.aws/", "FunctionArn": own, "AuthType": url_auth}]
        times = {"CreationTime": CREATED, "LastModifiedTime": UPDATED}
        place.row("ListFunctionUrlConfigs", match, {"FunctionUrlConfigs": [urls[0] | times] if url_auth else []})
        if signing:
            config_id = f"csc-{hex_id('signing', own)}"
            config = arn("lambda", account, region, f"code-signing-config:{config_id}")
            publishers = {"SigningProfileVersionArns": [arn("signer", account, region, "/signing-profiles/release/abcdefghij")]}
            place.row("GetFunctionCodeSigningConfig", match, {"CodeSigningConfigArn": config, "FunctionName": name})
            place.add(
                "ListCodeSigningConfigs",
                "CodeSigningConfigs",
                {
                    "CodeSigningConfigId": config_id,
                    "CodeSigningConfigArn": config,
                    "AllowedPublishers": publishers,
                    "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": signing},
                    "LastModified": UPDATED,
                },
            )
        return self.tagged(account, region, own, tags)

    def repository(self, account: str, region: str, name: str, *, policy: Any = None, tags: Tags = None, **overrides: Any) -> Self:
        """Add a repository with tags that can be moved, as ECR makes it."""
        own, place = arn("ecr", account, region, f"repository/{name}"), self.at(account, region, "ecr")
        base = {
            "repositoryArn": own,
            "registryId": account,
            "repositoryName": name,
            "repositoryUri": repository_uri(account, region, name),
            "createdAt": CREATED,
            "imageTagMutability": "MUTABLE",
            "imageScanningConfiguration": {"scanOnPush": False},
            "encryptionConfiguration": {"encryptionType": "AES256"},
        }
        # the parameter is a list of names
        place.row("DescribeRepositories", {"repositoryNames": [name]}, {"repositories": [merged(base, overrides)]})
        if policy is not None:
            place.row(
                "GetRepositoryPolicy", {"repositoryName": name}, {"registryId": account, "repositoryName": name, "policyText": text(policy)}
            )
        return self.tagged(account, region, own, tags)

    def secret(self, account: str, region: str, name: str, *, policy: Any = None, tags: Tags = None, **overrides: Any) -> Self:
        """Add a secret, of which nobody ever asks the value; by default it does not rotate."""
        own, place = secret_arn(account, region, name), self.at(account, region, "secretsmanager")
        base = {"ARN": own, "Name": name, "CreatedDate": CREATED, "LastChangedDate": CREATED, "Tags": key_values(tags)}
        match = {"SecretId": [own, name]}
        place.row("DescribeSecret", match, merged(base, overrides))
        place.row("GetResourcePolicy", match, merged({"ARN": own, "Name": name}, {"ResourcePolicy": text(policy) if policy else None}))
        return self

    def log_group(
        self, account: str, region: str, name: str, *, filters: tuple[str, ...] = (), tags: Tags = None, **overrides: Any
    ) -> Self:
        """Add a log group that keeps everything for ever, as CloudWatch Logs makes it; `filters` are ARNs that get a copy."""
        own, place = arn("logs", account, region, f"log-group:{name}"), self.at(account, region, "logs")
        base = {
            "logGroupName": name,
            "creationTime": 1772355600000,
            "metricFilterCount": 0,
            "arn": f"{own}:*",
            "logGroupArn": own,
            "storedBytes": 0,
            "logGroupClass": "STANDARD",
        }
        place.row("DescribeLogGroups", {"logGroupIdentifiers": [name]}, {"logGroups": [merged(base, overrides)]})
        found = [
            {"filterName": f"copy-{number}", "logGroupName": name, "filterPattern": "", "destinationArn": to, "creationTime": 1772355600000}
            for number, to in enumerate(filters)
        ]
        place.row("DescribeSubscriptionFilters", {"logGroupName": name}, {"subscriptionFilters": found})
        return self.tagged(account, region, own, tags)


class Watching(Document):
    """Trails, detectors, alarms, recorders, budgets, flow logs."""

    def trail(self, account: str, region: str, name: str, *, logging: bool = True, selectors: Any = None, **overrides: Any) -> Self:
        """Add a trail; without selectors it keeps all management events. It is seen from every region."""
        own, place = arn("cloudtrail", account, region, f"trail/{name}"), self.at(account, "*", "cloudtrail")
        base = {
            "Name": name,
            "S3BucketName": "trail-archive",
            "IncludeGlobalServiceEvents": True,
            "IsMultiRegionTrail": True,
            "HomeRegion": region,
            "TrailARN": own,
            "LogFileValidationEnabled": True,
            "HasCustomEventSelectors": selectors is not None,
            "HasInsightSelectors": False,
            "IsOrganizationTrail": False,
        }
        place.add("DescribeTrails", "trailList", merged(base, overrides))
        place.row("GetTrailStatus", {"Name": [own, name]}, {"IsLogging": logging})
        basic = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]}
        chosen = basic if selectors is None else {"AdvancedEventSelectors": selectors}
        place.row("GetEventSelectors", {"TrailName": [own, name]}, {"TrailARN": own, **chosen})
        return self

    def detector(self, account: str, region: str, *, status: str = "ENABLED", **features: str) -> Self:
        """Switch GuardDuty on; `features` are names with their status."""
        own, place = hex_id("detector", account, region, length=32), self.at(account, region, "guardduty")
        listed = [{"Name": name, "Status": value} for name, value in {"CLOUD_TRAIL": "ENABLED", **features}.items()]
        place.add("ListDetectors", "DetectorIds", own)
        role = arn("iam", account, "", "role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty")
        place.row("GetDetector", {"DetectorId": own}, {"Status": status, "ServiceRole": role, "Features": listed})
        return self

    def alarm(self, account: str, region: str, name: str, namespace: str, *, actions: tuple[str, ...] = (), **overrides: Any) -> Self:
        """Add an alarm on a metric."""
        base = {
            "AlarmName": name,
            "AlarmArn": arn("cloudwatch", account, region, f"alarm:{name}"),
            "ActionsEnabled": True,
            "AlarmActions": list(actions),
            "Namespace": namespace,
            "MetricName": "Invocations",
            "StateValue": "OK",
        }
        self.at(account, region, "cloudwatch").add("DescribeAlarms", "MetricAlarms", merged(base, overrides))
        return self

    def recorder(self, account: str, region: str, *, recording: bool = True, **group: Any) -> Self:
        """Add AWS Config's recorder; by default it takes every type that is supported."""
        place = self.at(account, region, "config")
        chosen = group or {"allSupported": True, "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}
        role = arn("iam", account, "", "role/config")
        place.add(
            "DescribeConfigurationRecorders", "ConfigurationRecorders", {"name": "default", "roleARN": role, "recordingGroup": chosen}
        )
        place.add("DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus", {"name": "default", "recording": recording})
        return self

    def budget(self, account: str, name: str, *, notifications: int = 1, **overrides: Any) -> Self:
        """Add a monthly budget of costs for the whole account."""
        place = self.at(account, "*", "budgets")
        base = {"BudgetName": name, "BudgetLimit": {"Amount": "100", "Unit": "USD"}, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
        told = [
            {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0, "ThresholdType": "PERCENTAGE"}
        ] * notifications
        place.add("DescribeBudgets", "Budgets", merged(base, overrides))
        place.add("DescribeBudgetNotificationsForAccount", "BudgetNotificationsForAccount", {"BudgetName": name, "Notifications": told})
        return self

    def flow_log(self, account: str, region: str, resource: str, **overrides: Any) -> Self:
        """Record the flows of a subnet or network."""
        base = {
            "FlowLogId": f"fl-{hex_id('flow-log', account, region, resource)}",
            "ResourceId": resource,
            "FlowLogStatus": "ACTIVE",
            "DeliverLogsStatus": "SUCCESS",
            "TrafficType": "ALL",
            "LogDestinationType": "cloud-watch-logs",
            "LogGroupName": "flows",
        }
        self.at(account, region, "ec2").add("DescribeFlowLogs", "FlowLogs", merged(base, overrides))
        return self
