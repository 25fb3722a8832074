"""Kendra: indexes and data sources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.documents import edges, seen
from tests.collect.aws.scanning import ACCOUNT, MISSING, REGION, is_open, scan, shaped, template
from tests.sim.aws import AwsSim, Estate, build_assistants
from tests.sim.aws.build_account import key_arn

INDEX, SOURCE = "AWS::Kendra::Index", "AWS::Kendra::DataSource"
KEY = key_arn(ACCOUNT, REGION, "ml")
TOKEN = [{"JwtTokenTypeConfiguration": {"KeyLocation": "URL"}}]


@pytest.mark.parametrize(
    ("body", "checked"),
    [
        ({"Edition": "ENTERPRISE_EDITION"}, False),
        ({"Edition": "ENTERPRISE_EDITION", "UserContextPolicy": "ATTRIBUTE_FILTER", "UserTokenConfigurations": TOKEN}, False),
        ({"Edition": "ENTERPRISE_EDITION", "UserContextPolicy": "USER_TOKEN"}, False),
        ({"Edition": "ENTERPRISE_EDITION", "UserContextPolicy": "USER_TOKEN", "UserTokenConfigurations": TOKEN}, True),
        ({"Edition": "GEN_AI_ENTERPRISE_EDITION", "UserContextPolicy": "ATTRIBUTE_FILTER"}, None),
        ({"Edition": "ENTERPRISE_EDITION", "UserContextPolicy": MISSING, "UserTokenConfigurations": TOKEN}, None),
    ],
)
def test_whether_the_index_checks_who_asks(body: dict[str, Any], checked: bool | None) -> None:
    value = seen(INDEX, body).facts["auth.document_rights"]
    assert is_open(value) if checked is None else value is checked


@pytest.mark.parametrize(
    ("kind", "settings", "limited"),
    [
        ("S3", {"S3Configuration": {"BucketName": "b"}}, False),
        ("S3", {"S3Configuration": {"BucketName": "b", "InclusionPrefixes": ["x/"]}}, True),
        ("WEBCRAWLER", {"WebCrawlerConfiguration": {"Urls": {"SeedUrlConfiguration": {}}}}, True),
        ("WEBCRAWLER", {"WebCrawlerConfiguration": {"Urls": {"SeedUrlConfiguration": {"WebCrawlerMode": "EVERYTHING"}}}}, False),
        (
            "WEBCRAWLER",
            {
                "WebCrawlerConfiguration": {
                    "Urls": {"SeedUrlConfiguration": {"WebCrawlerMode": "SUBDOMAINS"}},
                    "UrlInclusionPatterns": ["x"],
                }
            },
            True,
        ),
        ("CUSTOM", None, True),
        ("SLACK", {"SlackConfiguration": {"InclusionPatterns": ["x"]}}, None),
        ("TEMPLATE", {"TemplateConfiguration": {"Template": {"type": "S3", "additionalProperties": {"inclusionPatterns": ["x"]}}}}, True),
        ("TEMPLATE", {"TemplateConfiguration": {"Template": {"type": "S3"}}}, False),
        (MISSING, MISSING, None),
    ],
)
def test_how_much_a_source_reads(kind: Any, settings: Any, limited: bool | None) -> None:
    value = seen(SOURCE, {"Type": kind, "DataSourceConfiguration": settings}).facts["data.scope_limited"]
    assert is_open(value) if limited is None else value is limited


@pytest.mark.parametrize(
    ("kind", "product", "external"),
    [("S3", "s3", False), ("DATABASE", "database", False), ("CONFLUENCE", "confluence", True), ("SLACK", "slack", True)],
)
def test_whose_service_a_source_reads(kind: str, product: str, external: bool) -> None:
    facts = seen(SOURCE, {"Type": kind}).facts
    assert (facts["connection.product"], facts["connection.external"]) == (product, external)


def test_a_template_names_its_own_kind() -> None:
    body = {"Type": "TEMPLATE", "DataSourceConfiguration": {"TemplateConfiguration": {"Template": {"type": "SHAREPOINTV2"}}}}
    assert seen(SOURCE, body).facts["connection.product"] == "sharepoint"
    assert is_open(seen(SOURCE, {"Type": "TEMPLATE"}).facts["connection.external"])


@pytest.mark.parametrize(
    "body",
    [
        {"VpcConfiguration": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
        {
            "DataSourceConfiguration": {
                "SlackConfiguration": {"VpcConfiguration": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
            }
        },
    ],
)
def test_a_network_is_named_beside_or_inside_the_configuration(body: dict[str, Any]) -> None:
    draft = seen(SOURCE, {"Type": "SLACK", **body})
    assert draft.facts["network.private_network"] is True
    assert edges(draft) == {("attached_to", "subnet-1"), ("attached_to", "sg-1")}
    assert seen(SOURCE, {"Type": "SLACK"}).facts["network.private_network"] is False


def test_an_index_and_its_source_as_they_are_read(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    role = f"arn:aws:iam::{ACCOUNT}:role/kendra"
    estate.role(ACCOUNT, "kendra").key(ACCOUNT, REGION, "ml").bucket(ACCOUNT, REGION, "docs")
    encryption = {"KmsKeyId": KEY}
    build_assistants.kendra_index(estate, ACCOUNT, REGION, "i", ServerSideEncryptionConfiguration=encryption, tags={"owner": "ml"})
    settings = {"S3Configuration": {"BucketName": "docs", "InclusionPrefixes": ["x/"]}}
    build_assistants.kendra_source(estate, ACCOUNT, REGION, "i", "s", kind="S3", Configuration=settings)
    build_assistants.kendra_index(estate, ACCOUNT, REGION, "other")
    build_assistants.kendra_source(estate, ACCOUNT, REGION, "other", "t", kind="CUSTOM", RoleArn=None)
    found = scan(sim, estate)
    assert found.gaps == []
    index, source = found.one(INDEX, "i"), found.one(SOURCE, "s")
    assert index.facts["encryption.customer_key"] is index.facts["governance.owner"] is True
    assert {(r.kind, r.state) for r in source.relations} == {("part_of", "resolved"), ("runs_as", "resolved"), ("reads_from", "resolved")}
    assert index.id in {r.target for r in source.relations}
    assert found.one(INDEX, "other").id in {r.target for r in found.one(SOURCE, "t").relations}
    assert source.id.startswith(f"{index.id}/data-source/")
    body = {
        "Type": "S3",
        "RoleArn": role,
        "IndexId": next(str(r.key) for r in source.references if r.relation == "part_of"),
        "DataSourceConfiguration": settings,
    }
    declared = shaped(template(SOURCE, body))
    assert declared.facts == source.facts
    assert edges(declared) == edges(source)


def test_a_source_whose_details_were_denied_still_belongs_to_its_index(sim: AwsSim) -> None:
    estate = Estate(regions=[REGION])
    build_assistants.kendra_index(estate, ACCOUNT, REGION, "i")
    build_assistants.kendra_source(estate, ACCOUNT, REGION, "i", "s", kind="SLACK")
    found = scan(sim, estate.fault(op="DescribeDataSource", kind="denied"))
    source = found.one(SOURCE)
    assert source.facts["connection.product"] == "slack", "the listing says it"
    assert is_open(source.facts["network.private_network"])
    assert found.one(INDEX).id in {r.target for r in source.relations if r.kind == "part_of"}
