"""OpenSearch Serverless collections that hold vectors, with the policies that decide who reaches them.

Sources: ListCollections, BatchGetCollection, ListSecurityPolicies and GetSecurityPolicy (network), ListAccessPolicies and GetAccessPolicy
(data); AWS::OpenSearchServerless::Collection. Policies name collections by patterns and are resources of their own in a template, so what
they decide is read live only. Each is asked for once in a batch of collections. Collections of time series and of plain search are no
stores of embeddings and no assets here (Developer Guide, "Choosing a collection type").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

COLLECTION = "AWS::OpenSearchServerless::Collection"
_PROVIDER_KEY = "auto"  # CollectionDetail, kmsKeyArn: the word where AWS owns the key
_SEPARATE = Unknown(Reason(ReasonCode.NO_FILE_FORM, "policies, which name collections by patterns, are read from the live system only"))
_POLICIES = frozenset({"encryption.customer_key", "network.public_access", "store.named_principals", "store.actions_limited"})
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the protection is not stated, and no default is documented"))
_FACTS = GOVERNANCE | {
    "encryption.customer_key",
    "network.public_access",
    "store.deletion_protected",
    "store.named_principals",
    "store.actions_limited",
}


_WITHOUT_VECTORS = (None, "SEARCH", "TIMESERIES")  # CollectionType; unset it is TIMESERIES


def shape_collection(document: Document) -> Iterable[Draft]:
    """A collection of vectors: whose key, who can connect, who may read and write. While its type is unread, nothing of it is known."""
    kind = document["Type"]
    if not kind.unknown and kind.value in _WITHOUT_VECTORS:
        return
    draft = asset(document, "vector_store")
    grants = list(_entries(document, "AccessPolicies"))
    key = document["KmsKeyArn"] if document.view == "live" else document["EncryptionConfig.KmsKeyArn"]
    facts = {
        "encryption.customer_key": key.is_set() & ~key.eq(_PROVIDER_KEY),
        "network.public_access": any_of(_published(entry, document.name) for entry in _entries(document, "NetworkPolicies")),
        "store.deletion_protected": document["DeletionProtection"].default(_UNSTATED).eq("ENABLED"),
        "store.named_principals": all_of(~_covers(entry, document.name) | _named(entry) for entry in grants),
        "store.actions_limited": all_of(_limited(rule, document.name) for entry in grants for rule in entry.get("Rules").each()),
    }
    for path, value in facts.items():
        stated = path not in _POLICIES or (path == "encryption.customer_key" and key.value is not None)
        draft.set(path, value if stated or document.view == "live" else Reading(_SEPARATE, value.places))
    if kind.unknown:
        for path in _FACTS:
            draft.set(path, kind)
    draft.refer("encrypts_with", "AWS::KMS::Key", key.map(lambda text: "" if text == _PROVIDER_KEY else text))
    yield draft


def _entries(document: Document, path: str) -> Iterator[Reading]:
    """The entries of all policies: a policy is a list of them, and any may name the collection."""
    for policy in document[path].each():
        yield from policy.get("policy").each()


def _published(entry: Reading, name: str) -> Reading:
    """Whether an entry lets the internet connect. Over the same collection a public rule overrides private ones (Developer Guide, "Network
    access", policy precedence); without any rule nobody can connect.
    """
    return entry.get("AllowFromPublic").eq(True) & _covers(entry, name)


def _covers(entry: Reading, name: str) -> Reading:
    return any_of(_matches(rule, name) for rule in entry.get("Rules").each())


def _matches(rule: Reading, name: str) -> Reading:
    """Whether a rule names the collection: `collection/<pattern>`, or `index/<pattern>/<index>`."""
    return any_of(resource.map(lambda text: fnmatchcase(name, f"{text}/".split("/")[1])) for resource in rule.get("Resource").each())


def _named(entry: Reading) -> Reading:
    """Whether every principal is one role, user or group: no pattern, and not the whole account."""
    return all_of(
        principal.map(lambda text: "*" not in str(text) and not str(text).endswith(":root")) for principal in entry.get("Principal").each()
    )


def _limited(rule: Reading, name: str) -> Reading:
    wide = any_of(permission.one_of("*", "aoss:*") for permission in rule.get("Permission").each())
    return ~(_matches(rule, name) & wide)


def _canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    """BatchGetCollection answers with a list of one; a listed item says less of the same."""
    details = answer.get("collectionDetails")
    return cfn_names()(details[0] if details else answer if details is None else {})


def _call(operation: str, **more: Any) -> Call:
    return Call(service="opensearchserverless", operation=operation, action=f"aoss:{operation}", **more)


def _policies(path: str, kind: str, listed: str, read: str) -> Part:
    """All policies of a kind. The listing can be narrowed to a collection, but then it is asked once for each."""
    item, detail = f"{kind}PolicySummaries", f"{kind}PolicyDetail"
    policy_type = {"security": "network", "access": "data"}[kind]
    return Part(
        path=path,
        call=_call(listed, params={"type": policy_type, "maxResults": 100}, items=item, token=("nextToken", "nextToken")),
        each=_call(read, params={"type": policy_type, "name": "{name}"}, take=detail, absent=frozenset({"ResourceNotFoundException"})),
    )


COLLECTORS = (
    Collector(
        native_type=COLLECTION,
        asset_type="vector_store",
        list=_call("ListCollections", params={"maxResults": 100}, items="collectionSummaries", token=("nextToken", "nextToken")),
        describe=_call("BatchGetCollection", params={"ids": ["{id}"]}),
        parts=(
            _policies("NetworkPolicies", "security", "ListSecurityPolicies", "GetSecurityPolicy"),
            _policies("AccessPolicies", "access", "ListAccessPolicies", "GetAccessPolicy"),
        ),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["arn"]),
        name=lambda answer: str(answer["name"]),
        canonical=_canonical,
        shape=shape_collection,
        facts=_FACTS,
        live_only=_POLICIES,
        relations=frozenset({"encrypts_with"}),
    ),
)
