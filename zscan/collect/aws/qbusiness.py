"""Amazon Q Business applications, what they search and what they may call.

Sources: ListApplications, GetApplication, GetChatControlsConfiguration, ListDataAccessors; ListIndices; ListDataSources, GetDataSource;
ListPlugins, GetPlugin; AWS::QBusiness::Application (with AWS::QBusiness::DataAccessor at `DataAccessors`), ::Index, ::DataSource, ::Plugin.
Chat controls have no CloudFormation form. The conversations of an application are the vended log EVENT_LOGS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.connectors import attached, external, filters, networks, product
from zscan.collect.aws.log_delivery import delivered, deliveries
from zscan.collect.aws.places import arn
from zscan.collect.aws.policies import account_of, sorted_accounts
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

APPLICATION = "AWS::QBusiness::Application"
INDEX = "AWS::QBusiness::Index"
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the switch is not stated, and no default is documented"))
_ONLY_LIVE = Unknown(Reason(ReasonCode.NO_FILE_FORM, "chat controls exist only in the live system"))
_OPAQUE = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "what this kind of source reads is not stated in its settings"))
_CHAT = frozenset({"assistant.general_knowledge", "guardrail.denied_topics", "guardrail.words"})
# A listed thing stands in the context of its application: what that says must not be taken for the thing's own.
_SOURCE = frozenset({"ApplicationId", "IndexId", "DataSourceId", "Type", "Configuration", "VpcConfiguration", "RoleArn"})
_PLUGIN = frozenset({"ApplicationId", "PluginId", "Type", "State", "AuthConfiguration"})
_JSON = frozenset({"Configuration"})  # a document of the connector's own: its keys are data


def shape_application(document: Document) -> Iterable[Draft]:
    """An application: who signs in, what users may do with it, what it answers from, who else reads its index."""
    draft = asset(document, "assistant")
    known = document["ApplicationId"].value
    draft.keys |= {known} if isinstance(known, str) else set()
    key = document["EncryptionConfiguration.KmsKeyId"]
    # API reference, CreateApplication: IAM Identity Center unless another identity type is given
    draft.set("auth.required", ~document["IdentityType"].default("AWS_IAM_IDC").eq("ANONYMOUS"))
    draft.set("encryption.customer_key", key.is_set())
    draft.set("data.uploads_allowed", _on(document, "AttachmentsConfiguration.AttachmentsControlMode"))
    draft.set("assistant.user_built_apps", _on(document, "QAppsConfiguration.QAppsControlMode"))
    draft.set("assistant.personalized", _on(document, "PersonalizationConfiguration.PersonalizationControlMode"))
    draft.set("sharing.foreign_accounts", _readers(document))
    draft.set("logging.conversations", delivered(document))
    for path, value in _chat(document).items():
        draft.set(path, value)
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("encrypts_with", "AWS::KMS::Key", key)
    yield draft


def _on(document: Document, path: str) -> Reading:
    return document[path].default(_UNSTATED).eq("ENABLED")


def _chat(document: Document) -> Mapping[str, Reading]:
    controls = document["ChatControls"]
    if document.view == "declared":
        return dict.fromkeys(_CHAT, Reading(_ONLY_LIVE, controls.places))
    scope = controls.get("ResponseScope").default(_UNSTATED).eq("EXTENDED_KNOWLEDGE_ENABLED")
    creator = controls.get("CreatorModeConfiguration.CreatorModeControl").default(_UNSTATED).eq("ENABLED")
    topics, phrases = controls.get("TopicConfigurations"), controls.get("BlockedPhrases.BlockedPhrases")
    return {
        "assistant.general_knowledge": scope | creator,
        "guardrail.denied_topics": topics.map(lambda found: sum(_blocks(topic) for topic in found or ())),
        "guardrail.words": phrases.map(lambda found: len(found or ())),
    }


def _blocks(topic: Any) -> bool:
    """Whether one of a topic's rules refuses to answer; the other kind of rule only chooses the source."""
    rules = topic.get("Rules") if isinstance(topic, Mapping) else None
    return any(isinstance(rule, Mapping) and rule.get("RuleType") == "CONTENT_BLOCKER_RULE" for rule in rules or ())


def _readers(document: Document) -> Reading:
    """The accounts of data accessors: other companies' software that searches the index for its own users."""
    principals = [accessor if accessor.unknown else accessor.get("Principal") for accessor in document["DataAccessors"].each()]
    accounts = [one.value if one.unknown else account_of(str(one.value or "")) for one in principals]
    others = [one for one in accounts if isinstance(one, Unknown) or one not in {"", document.account}]
    return Reading(sorted_accounts(others), document["DataAccessors"].places)


def shape_index(document: Document) -> Iterable[Draft]:
    """An index. Its key is the application's."""
    draft = asset(document, "search_index")
    for name in ("IndexId", "DisplayName"):
        known = document[name].value
        draft.keys |= {known} if isinstance(known, str) else set()
    draft.refer("part_of", APPLICATION, document["ApplicationId"])
    yield draft


def shape_data_source(document: Document) -> Iterable[Draft]:
    """A data source: whose service it reads, from which network, and how much of it."""
    draft = asset(document, "rag_source")
    settings, network = document["Configuration"], document["VpcConfiguration"]
    kind = document["Type"] if document.view == "live" else settings.get("type")
    limits = settings.get("additionalProperties")
    draft.set("connection.external", external(kind))
    draft.set("connection.product", product(kind))
    draft.set("network.private_network", attached(network))
    draft.set("data.scope_limited", filters(limits) if product(kind).value == "s3" else product(kind).map(lambda _name: _OPAQUE))
    draft.refer("runs_as", "AWS::IAM::Role", document["RoleArn"])
    draft.refer("part_of", INDEX, document["IndexId"])
    draft.refer("reads_from", "AWS::S3::Bucket", settings.get("connectionConfiguration.repositoryEndpointMetadata.BucketName"))
    for native_type, name in networks(network):
        draft.refer("attached_to", native_type, name)
    yield draft


def shape_plugin(document: Document) -> Iterable[Draft]:
    """A plugin: which product it acts in, and how it signs in there."""
    draft = asset(document, "tool_server")
    sign_in, kind = document["AuthConfiguration"], document["Type"]
    anonymous = sign_in.get("NoAuthConfiguration").map(lambda found: found is not None)  # an empty structure: its presence counts
    draft.set("connection.anonymous", anonymous)
    draft.set("connection.shared_key", sign_in.get("BasicAuthConfiguration").is_set())
    draft.set("connection.external", kind.map(lambda name: str(name) not in {"QUICKSIGHT", "CUSTOM"}))
    draft.set("connection.product", kind.map(lambda name: str(name or "").lower()))
    draft.refer("part_of", APPLICATION, document["ApplicationId"])
    yield draft


def _source_id(answer: Mapping[str, Any], place: Place) -> str:
    path = f"application/{answer['applicationId']}/index/{answer['indexId']}/data-source/{answer['dataSourceId']}"
    return arn(place, "qbusiness", path)


def _call(operation: str, **more: Any) -> Call:
    return Call(service="qbusiness", operation=operation, action=f"qbusiness:{operation}", **more)


_GONE = frozenset({"ResourceNotFoundException"})
_OWN = {"applicationId": "{applicationId}"}
_OF_INDEX = {**_OWN, "indexId": "{indexId}"}

COLLECTORS = (
    Collector(
        native_type=APPLICATION,
        asset_type="assistant",
        list=_call("ListApplications", items="applications", page_size=100),
        describe=_call("GetApplication", params=_OWN, absent=_GONE),
        parts=(
            Part(path="ChatControls", call=_call("GetChatControlsConfiguration", params=_OWN), canonical=cfn_names()),
            Part(
                path="DataAccessors",
                call=_call("ListDataAccessors", params=_OWN, items="dataAccessors", page_size=10),
                canonical=cfn_names(),
            ),
        ),
        bulk=(TAGS, *deliveries("EVENT_LOGS")),
        identify=lambda answer, place: arn(place, "qbusiness", f"application/{answer['applicationId']}"),
        name=lambda answer: str(answer["displayName"]),
        canonical=cfn_names(),
        shape=shape_application,
        facts=GOVERNANCE
        | _CHAT
        | {
            "auth.required",
            "encryption.customer_key",
            "data.uploads_allowed",
            "assistant.user_built_apps",
            "assistant.personalized",
            "sharing.foreign_accounts",
            "logging.conversations",
        },
        live_only=_CHAT | {"logging.conversations"},
        relations=frozenset({"runs_as", "encrypts_with"}),
    ),
    Collector(
        native_type=INDEX,
        asset_type="search_index",
        parent=APPLICATION,
        list=_call("ListIndices", params=_OWN, items="indices", page_size=100),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "qbusiness", f"application/{answer['applicationId']}/index/{answer['indexId']}"),
        name=lambda answer: str(answer["displayName"]),
        canonical=cfn_names(only=frozenset({"ApplicationId", "IndexId", "DisplayName"})),
        shape=shape_index,
        facts=GOVERNANCE,
        relations=frozenset({"part_of"}),
    ),
    Collector(
        native_type="AWS::QBusiness::DataSource",
        asset_type="rag_source",
        parent=INDEX,
        list=_call("ListDataSources", params=_OF_INDEX, items="dataSources", page_size=10),
        describe=_call("GetDataSource", params={**_OF_INDEX, "dataSourceId": "{dataSourceId}"}, absent=_GONE),
        bulk=(TAGS,),
        identify=_source_id,
        name=lambda answer: str(answer["displayName"]),
        canonical=cfn_names(only=_SOURCE, maps=_JSON),
        shape=shape_data_source,
        facts=GOVERNANCE | {"connection.external", "connection.product", "network.private_network", "data.scope_limited"},
        relations=frozenset({"runs_as", "part_of", "reads_from", "attached_to"}),
    ),
    Collector(
        native_type="AWS::QBusiness::Plugin",
        asset_type="tool_server",
        parent=APPLICATION,
        list=_call("ListPlugins", params=_OWN, items="plugins", page_size=50),
        describe=_call("GetPlugin", params={**_OWN, "pluginId": "{pluginId}"}, absent=_GONE),
        bulk=(TAGS,),
        identify=lambda answer, place: arn(place, "qbusiness", f"application/{answer['applicationId']}/plugin/{answer['pluginId']}"),
        name=lambda answer: str(answer["displayName"]),
        canonical=cfn_names(only=_PLUGIN),
        shape=shape_plugin,
        facts=GOVERNANCE | {"connection.anonymous", "connection.shared_key", "connection.external", "connection.product"},
        relations=frozenset({"part_of"}),
    ),
)
