"""Builders for SageMaker. What is not overridden is what the API answers for a resource created with its defaults."""

from __future__ import annotations

from typing import Any, Self

from .document import CREATED, UPDATED, Document, Tags, arn, hex_id, merged, pick, text


def sagemaker_arn(account: str, region: str, kind: str, name: str) -> str:
    """Return the ARN of a SageMaker resource, kind as in `notebook-instance`."""
    return arn("sagemaker", account, region, f"{kind}/{name.lower()}")


def execution_role(account: str) -> str:
    """Return the role SageMaker's console makes by default."""
    return f"arn:aws:iam::{account}:role/service-role/AmazonSageMaker-ExecutionRole"


class SageMaker(Document):
    """SageMaker's part of an estate."""

    def _sagemaker(
        self,
        account: str,
        region: str,
        resource: str,
        tags: Tags,
        listing: tuple[str, str],
        summary: dict[str, Any],
        describe: tuple[str, str],
        full: dict[str, Any],
    ) -> Self:
        """Write one resource everywhere it shows: its listing, its description, its tags."""
        place = self.at(account, region, "sagemaker")
        place.add(listing[0], listing[1], summary)
        place.row(describe[0], {describe[1]: full[describe[1]]}, full)
        place.row("ListTags", {"ResourceArn": resource}, {"Tags": [{"Key": k, "Value": v} for k, v in (tags or {}).items()]})
        return self.tagged(account, region, resource, tags)

    def notebook(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add a notebook instance: by default on the internet, with root, without a customer key."""
        own = sagemaker_arn(account, region, "notebook-instance", name)
        full = merged(
            {
                "NotebookInstanceArn": own,
                "NotebookInstanceName": name,
                "NotebookInstanceStatus": "InService",
                "Url": f"{name}.notebook.{region}.sagemaker.aws",
                "InstanceType": "ml.t3.medium",
                "RoleArn": execution_role(account),
                "LastModifiedTime": UPDATED,
                "CreationTime": CREATED,
                "DirectInternetAccess": "Enabled",
                "VolumeSizeInGB": 5,
                "RootAccess": "Enabled",
                "PlatformIdentifier": "notebook-al2-v2",
                "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "1"},
            },
            overrides,
        )
        summary = pick(
            full,
            "NotebookInstanceName",
            "NotebookInstanceArn",
            "NotebookInstanceStatus",
            "Url",
            "InstanceType",
            "CreationTime",
            "LastModifiedTime",
        )
        return self._sagemaker(
            account,
            region,
            own,
            tags,
            ("ListNotebookInstances", "NotebookInstances"),
            summary,
            ("DescribeNotebookInstance", "NotebookInstanceName"),
            full,
        )

    def domain(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add a Studio domain: by default with apps on the public internet and IAM sign-in."""
        domain_id = overrides.get("DomainId", f"d-{hex_id(account, region, name, length=12)}")
        own = sagemaker_arn(account, region, "domain", domain_id)
        full = merged(
            {
                "DomainArn": own,
                "DomainId": domain_id,
                "DomainName": name,
                "HomeEfsFileSystemId": f"fs-{hex_id(account, region, name)}",
                "Status": "InService",
                "CreationTime": CREATED,
                "LastModifiedTime": UPDATED,
                "AuthMode": "IAM",
                "DefaultUserSettings": {"ExecutionRole": execution_role(account)},
                "AppNetworkAccessType": "PublicInternetOnly",
                "SubnetIds": [f"subnet-{hex_id(account, region)}"],
                "Url": f"https://{domain_id}.studio.{region}.sagemaker.aws",
                "VpcId": f"vpc-{hex_id(account, region)}",
            },
            overrides,
        )
        summary = pick(full, "DomainArn", "DomainId", "DomainName", "Status", "CreationTime", "LastModifiedTime", "Url")
        return self._sagemaker(account, region, own, tags, ("ListDomains", "Domains"), summary, ("DescribeDomain", "DomainId"), full)

    def model(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add a model: by default without network isolation or a VPC."""
        own = sagemaker_arn(account, region, "model", name)
        full = merged(
            {
                "ModelName": name,
                "PrimaryContainer": {
                    "Image": f"{account}.dkr.ecr.{region}.amazonaws.com/inference:1.0",
                    "Mode": "SingleModel",
                    "ModelDataUrl": f"s3://models-{account}/{name}/model.tar.gz",
                },
                "ExecutionRoleArn": execution_role(account),
                "CreationTime": CREATED,
                "ModelArn": own,
                "EnableNetworkIsolation": False,
            },
            overrides,
        )
        summary = pick(full, "ModelName", "ModelArn", "CreationTime")
        return self._sagemaker(account, region, own, tags, ("ListModels", "Models"), summary, ("DescribeModel", "ModelName"), full)

    def endpoint_config(self, account: str, region: str, name: str, *, model: str = "model", tags: Tags = None, **overrides: Any) -> Self:
        """Add an endpoint configuration with one variant of a model: by default without key or data capture."""
        own = sagemaker_arn(account, region, "endpoint-config", name)
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": model,
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "InitialVariantWeight": 1.0,
        }
        full = merged(
            {
                "EndpointConfigName": name,
                "EndpointConfigArn": own,
                "ProductionVariants": [variant],
                "CreationTime": CREATED,
                "EnableNetworkIsolation": False,
            },
            overrides,
        )
        summary = pick(full, "EndpointConfigName", "EndpointConfigArn", "CreationTime")
        return self._sagemaker(
            account,
            region,
            own,
            tags,
            ("ListEndpointConfigs", "EndpointConfigs"),
            summary,
            ("DescribeEndpointConfig", "EndpointConfigName"),
            full,
        )

    def endpoint(self, account: str, region: str, name: str, *, config: str | None = None, tags: Tags = None, **overrides: Any) -> Self:
        """Add an endpoint that uses a configuration, by default the one of its own name."""
        own = sagemaker_arn(account, region, "endpoint", name)
        full = merged(
            {
                "EndpointName": name,
                "EndpointArn": own,
                "EndpointConfigName": config or name,
                "ProductionVariants": [{"VariantName": "AllTraffic", "CurrentInstanceCount": 1, "DesiredInstanceCount": 1}],
                "EndpointStatus": "InService",
                "CreationTime": CREATED,
                "LastModifiedTime": UPDATED,
            },
            overrides,
        )
        summary = pick(full, "EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
        return self._sagemaker(
            account, region, own, tags, ("ListEndpoints", "Endpoints"), summary, ("DescribeEndpoint", "EndpointName"), full
        )

    def training_job(self, account: str, region: str, name: str, *, bucket: str | None = None, tags: Tags = None, **overrides: Any) -> Self:
        """Add a completed training job that read from and wrote to a bucket."""
        own = sagemaker_arn(account, region, "training-job", name)
        bucket = bucket or f"training-{account}"
        channel = {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/data/", "S3DataDistributionType": "FullyReplicated"}
            },
        }
        full = merged(
            {
                "TrainingJobName": name,
                "TrainingJobArn": own,
                "ModelArtifacts": {"S3ModelArtifacts": f"s3://{bucket}/out/{name}/model.tar.gz"},
                "TrainingJobStatus": "Completed",
                "SecondaryStatus": "Completed",
                "AlgorithmSpecification": {
                    "TrainingImage": f"{account}.dkr.ecr.{region}.amazonaws.com/train:1.0",
                    "TrainingInputMode": "File",
                },
                "RoleArn": execution_role(account),
                "InputDataConfig": [channel],
                "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out/"},
                "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
                "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
                "CreationTime": CREATED,
                "TrainingStartTime": CREATED,
                "TrainingEndTime": UPDATED,
                "LastModifiedTime": UPDATED,
                "EnableNetworkIsolation": False,
                "EnableInterContainerTrafficEncryption": False,
                "EnableManagedSpotTraining": False,
            },
            overrides,
        )
        summary = pick(
            full, "TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingEndTime", "LastModifiedTime", "TrainingJobStatus"
        )
        return self._sagemaker(
            account,
            region,
            own,
            tags,
            ("ListTrainingJobs", "TrainingJobSummaries"),
            summary,
            ("DescribeTrainingJob", "TrainingJobName"),
            full,
        )

    def feature_group(self, account: str, region: str, name: str, *, tags: Tags = None, **overrides: Any) -> Self:
        """Add a feature group with an online and an offline store, by default without customer keys."""
        own = sagemaker_arn(account, region, "feature-group", name)
        full = merged(
            {
                "FeatureGroupArn": own,
                "FeatureGroupName": name,
                "RecordIdentifierFeatureName": "id",
                "EventTimeFeatureName": "at",
                "FeatureDefinitions": [{"FeatureName": "id", "FeatureType": "String"}, {"FeatureName": "at", "FeatureType": "Fractional"}],
                "CreationTime": CREATED,
                "OnlineStoreConfig": {"EnableOnlineStore": True},
                "OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": f"s3://features-{account}/{name}"}},
                "RoleArn": execution_role(account),
                "FeatureGroupStatus": "Created",
                "OfflineStoreStatus": {"Status": "Active"},
            },
            overrides,
        )
        summary = pick(full, "FeatureGroupName", "FeatureGroupArn", "CreationTime", "FeatureGroupStatus", "OfflineStoreStatus")
        return self._sagemaker(
            account,
            region,
            own,
            tags,
            ("ListFeatureGroups", "FeatureGroupSummaries"),
            summary,
            ("DescribeFeatureGroup", "FeatureGroupName"),
            full,
        )

    def model_package_group(self, account: str, region: str, name: str, *, policy: Any = None, tags: Tags = None, **overrides: Any) -> Self:
        """Add a model package group; without a policy, GetModelPackageGroupPolicy fails as it does in AWS."""
        own = sagemaker_arn(account, region, "model-package-group", name)
        full = merged(
            {
                "ModelPackageGroupName": name,
                "ModelPackageGroupArn": own,
                "CreationTime": CREATED,
                "CreatedBy": {},
                "ModelPackageGroupStatus": "Completed",
            },
            overrides,
        )
        if policy is not None:
            self.at(account, region, "sagemaker").row(
                "GetModelPackageGroupPolicy", {"ModelPackageGroupName": name}, {"ResourcePolicy": text(policy)}
            )
        summary = pick(
            full, "ModelPackageGroupName", "ModelPackageGroupArn", "ModelPackageGroupDescription", "CreationTime", "ModelPackageGroupStatus"
        )
        return self._sagemaker(
            account,
            region,
            own,
            tags,
            ("ListModelPackageGroups", "ModelPackageGroupSummaryList"),
            summary,
            ("DescribeModelPackageGroup", "ModelPackageGroupName"),
            full,
        )
