"""Amazon Kendra indexes and their data sources.

Sources: ListIndices, DescribeIndex, ListDataSources, DescribeDataSource; AWS::Kendra::Index, AWS::Kendra::DataSource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.connectors import attached, external, filters, networks, product
from zscan.collect.aws.places import arn
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.unknown import Reason, ReasonCode, Unknown

INDEX = "AWS::Kendra::Index"
_BY_CALLER = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "this edition filters by what the application says of its caller"))
_OPAQUE = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "what this kind of source reads is not stated in its settings"))
_SOURCE = frozenset({"Id", "IndexId", "Name", "Type", "DataSourceConfiguration", "VpcConfiguration", "RoleArn"})
_JSON = frozenset({"Template"})


def shape_index(document: Document) -> Iterable[Draft]:
    """An index: whose key, and whether it filters answers by who asks."""
    draft = asset(document, "search_index")
    known = document["Id"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    key = document["ServerSideEncryptionConfiguration.KmsKeyId"]
    draft.set("encryption.customer_key", key.is_set())
    draft.set("principal.assigned", document["RoleArn"].is_set())
    draft.set("auth.document_rights", _by_token(document))
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    yield draft


def _by_token(document: Document) -> Reading:
    """With USER_TOKEN the index itself checks the caller's token. With ATTRIBUTE_FILTER, the default, everything is found by everybody
    unless the application asks for less; the Gen AI edition knows nothing else (API reference, UserContextPolicy).
    """
    policy, tokens = document["UserContextPolicy"].default("ATTRIBUTE_FILTER"), document["UserTokenConfigurations"].is_set()

    def decided(edition: Any, checked: bool) -> bool | Unknown:  # noqa: FBT001 (called by position through combine)
        return _BY_CALLER if edition == "GEN_AI_ENTERPRISE_EDITION" else checked

    return combine(decided, document["Edition"], policy.eq("USER_TOKEN") & tokens)


def shape_data_source(document: Document) -> Iterable[Draft]:
    """A data source: whose service it reads, from which network, and how much of it."""
    draft = asset(document, "rag_source")
    settings, kind = document["DataSourceConfiguration"], _kind(document)
    nested = [member.get("VpcConfiguration") for _, member in settings.items()]
    places = [document["VpcConfiguration"], *nested]
    draft.set("connection.external", external(kind))
    draft.set("connection.product", product(kind))
    draft.set("network.private_network", any_of(attached(place) for place in places))
    draft.set("data.scope_limited", _scope(settings, kind))
    draft.set("principal.assigned", document["RoleArn"].is_set() | document["Type"].eq("CUSTOM"))
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("part_of", INDEX, document["IndexId"])
    draft.refer("reads_from", "AWS::S3::Bucket", settings.get("S3Configuration.BucketName"))
    for place in places:
        for native_type, name in networks(place):
            draft.refer("attached_to", native_type, name)
    yield draft


def _kind(document: Document) -> Reading:
    """A template names its own kind; every other source is of the type that it says."""
    kind = document["Type"]
    return document["DataSourceConfiguration.TemplateConfiguration.Template.type"] if kind.value == "TEMPLATE" else kind


def _scope(settings: Reading, kind: Reading) -> Reading:
    if kind.unknown:
        return kind
    match str(kind.value).upper():
        case "S3":
            own, template = settings.get("S3Configuration"), settings.get("TemplateConfiguration.Template.additionalProperties")
            return own.get("InclusionPrefixes").is_set() | own.get("InclusionPatterns").is_set() | filters(template)
        case "WEBCRAWLER":
            # API reference, WebCrawlerMode: only the hosts of the seeds are crawled unless told otherwise
            seeds = settings.get("WebCrawlerConfiguration.Urls.SeedUrlConfiguration")
            listed = settings.get("WebCrawlerConfiguration.Urls.SiteMapsConfiguration").is_set()
            limited = settings.get("WebCrawlerConfiguration.UrlInclusionPatterns").is_set()
            return seeds.get("WebCrawlerMode").default("HOST_ONLY").eq("HOST_ONLY") | listed | limited
        case "CUSTOM":  # holds only the documents that were handed to it one by one
            return kind.map(lambda _name: True)
    return kind.map(lambda _name: _OPAQUE)


def _source_id(answer: Mapping[str, Any], place: Place) -> str:
    return arn(place, "kendra", f"index/{answer['@Id']}/data-source/{answer['Id']}")


def _of_index(answer: Mapping[str, Any]) -> dict[str, Any]:
    body = cfn_names(aliases={"Configuration": "DataSourceConfiguration"}, only=_SOURCE, maps=_JSON)(answer)
    return {**body, "IndexId": answer["@Id"]} if "@Id" in answer else body


def _call(operation: str, **more: Any) -> Call:
    return Call(service="kendra", operation=operation, action=f"kendra:{operation}", **more)


_GONE = frozenset({"ResourceNotFoundException"})
_PAGED: dict[str, Any] = {"token": ("NextToken", "NextToken")}

COLLECTORS = (
    Collector(
        native_type=INDEX,
        asset_type="search_index",
        list=_call("ListIndices", params={"MaxResults": 100}, items="IndexConfigurationSummaryItems", **_PAGED),
        describe=_call("DescribeIndex", params={"Id": "{Id}"}, absent=_GONE),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "kendra", f"index/{answer['Id']}"),
        name=lambda answer: str(answer["Name"]),
        canonical=cfn_names(),
        shape=shape_index,
        facts=GOVERNANCE | {"encryption.customer_key", "principal.assigned", "auth.document_rights"},
        relations=frozenset({"runs_as", "encrypts_with"}),
    ),
    Collector(
        native_type="AWS::Kendra::DataSource",
        asset_type="rag_source",
        parent=INDEX,
        list=_call("ListDataSources", params={"IndexId": "{Id}", "MaxResults": 100}, items="SummaryItems", **_PAGED),
        describe=_call("DescribeDataSource", params={"Id": "{Id}", "IndexId": "{@Id}"}, absent=_GONE),
        bulk=(TAGS,),
        identify=_source_id,
        name=lambda answer: str(answer["Name"]),
        canonical=_of_index,
        shape=shape_data_source,
        facts=GOVERNANCE
        | {"connection.external", "connection.product", "network.private_network", "data.scope_limited", "principal.assigned"},
        relations=frozenset({"runs_as", "part_of", "reads_from", "attached_to"}),
    ),
)
