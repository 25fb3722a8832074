"""Marketplace model endpoints: models of other companies, hosted in the account and called through Bedrock. Source:
GetMarketplaceModelEndpoint. CloudFormation has no such type.

The ARN is that of the SageMaker endpoint behind it, which is an asset of its own: the registration in Bedrock gets an id beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.model.asset import Draft
from zscan.model.document import Document


def shape_marketplace_endpoint(document: Document) -> Iterable[Draft]:
    """An endpoint: the network, key and role that the foreign model runs with."""
    draft = Draft(document, "endpoint")
    draft.tags = {}  # they stand at the SageMaker endpoint
    settings = document["EndpointConfig.SageMaker"]
    draft.set("artefact.marketplace", document["ModelSourceIdentifier"].is_set())
    draft.set("network.private_network", settings.get("Vpc.SubnetIds").is_set())
    draft.set("encryption.customer_key", settings.get("KmsEncryptionKey").is_set())
    draft.set("principal.assigned", settings.get("ExecutionRole").is_set())
    draft.refer("runs_as", "AWS::IAM::Role", settings.get("ExecutionRole"))
    draft.refer("encrypts_with", "AWS::KMS::Key", settings.get("KmsEncryptionKey"))
    draft.refer("routes_to", "AWS::SageMaker::Endpoint", document["EndpointArn"])
    attach(draft, subnets=settings.get("Vpc.SubnetIds").each(), groups=settings.get("Vpc.SecurityGroupIds").each())
    yield draft


COLLECTORS = (
    Collector(
        native_type="AWS::Bedrock::MarketplaceModelEndpoint",
        asset_type="endpoint",
        list=Call(
            service="bedrock",
            operation="ListMarketplaceModelEndpoints",
            action="bedrock:ListMarketplaceModelEndpoints",
            items="marketplaceModelEndpoints",
            page_size=1000,
        ),
        describe=Call(
            service="bedrock",
            operation="GetMarketplaceModelEndpoint",
            action="bedrock:GetMarketplaceModelEndpoint",
            params={"endpointArn": "{endpointArn}"},
            take="marketplaceModelEndpoint",
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        identify=lambda answer, _place: f"{answer['endpointArn']}#bedrock",
        name=lambda answer: str(answer["endpointArn"]).rpartition("/")[2],
        canonical=cfn_names(),
        shape=shape_marketplace_endpoint,
        facts=frozenset({"artefact.marketplace", "network.private_network", "encryption.customer_key", "principal.assigned"}),
        relations=frozenset({"runs_as", "encrypts_with", "routes_to", "attached_to"}),
        file_form=False,
    ),
)
