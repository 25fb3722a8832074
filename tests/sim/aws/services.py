"""The AWS services the simulator knows, loaded from botocore's own models on first use.

Everything the simulator says about an operation (its route, its parameters, its errors, how it pages) comes from
the same files the SDK under test reads, so a new boto3 brings the simulator along without edits here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

import botocore.session
from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel

# The protocols in the order botocore prefers them, without CBOR: every service here that offers CBOR also offers
# JSON, and botocore picks JSON then (a test asserts that for each service of SIGNING_NAMES).
PROTOCOLS = ("json", "rest-json", "rest-xml", "query", "ec2")

# service -> name in the credential scope of a request. Written down, because finding it in the models would mean
# loading all of them before the first request; a test compares it with botocore.
SIGNING_NAMES: Mapping[str, str] = {
    "accessanalyzer": "access-analyzer",
    "account": "account",
    "agent-registry-control": "agent-registry",
    "aiops": "aiops",
    "apigatewayv2": "apigateway",
    "bedrock": "bedrock",
    "bedrock-agent": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "bedrock-data-automation": "bedrock",
    "budgets": "budgets",
    "ce": "ce",
    "cloudcontrol": "cloudcontrolapi",
    "cloudtrail": "cloudtrail",
    "cloudwatch": "monitoring",
    "codeartifact": "codeartifact",
    "comprehend": "comprehend",
    "config": "config",
    "devops-agent": "aidevops",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "ecr": "ecr",
    "eks": "eks",
    "elbv2": "elasticloadbalancing",
    "events": "events",
    "frauddetector": "frauddetector",
    "guardduty": "guardduty",
    "healthlake": "healthlake",
    "iam": "iam",
    "identitystore": "identitystore",
    "inspector2": "inspector2",
    "kendra": "kendra",
    "kms": "kms",
    "lambda": "lambda",
    "lexv2-models": "lex",
    "logs": "logs",
    "lookoutequipment": "lookoutequipment",
    "macie2": "macie2",
    "marketplace-agreement": "aws-marketplace",
    "neptune-graph": "neptune-graph",
    "nova-act": "nova-act",
    "opensearch": "es",
    "opensearchmemory": "osm",
    "opensearchserverless": "aoss",
    "organizations": "organizations",
    "personalize": "personalize",
    "polly": "polly",
    "qapps": "qapps",
    "qbusiness": "qbusiness",
    "qconnect": "wisdom",
    "rds": "rds",
    "rekognition": "rekognition",
    "resource-explorer-2": "resource-explorer-2",
    "resourcegroupstaggingapi": "tagging",
    "s3": "s3",
    "s3control": "s3",
    "s3vectors": "s3vectors",
    "sagemaker": "sagemaker",
    "secretsmanager": "secretsmanager",
    "securityagent": "securityagent",
    "securityhub": "securityhub",
    "service-quotas": "servicequotas",
    "signer": "signer",
    "ssm": "ssm",
    "sso-admin": "sso",
    "stepfunctions": "states",
    "sts": "sts",
    "textract": "textract",
    "transcribe": "transcribe",
    "translate": "translate",
    "wafv2": "wafv2",
}

# Operations that share method and path with another one and are told apart by a host name of their own, or are the
# old form of it: on one endpoint, the other one is meant.
SHADOWED = frozenset({"GetBucketLifecycle", "GetBucketNotification", "ListDirectoryBuckets", "PutBucketLifecycle", "PutBucketNotification"})

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")
_TOKEN_NAMES = ("NextToken", "nextToken", "Marker", "marker", "PaginationToken")
_LISTING = re.compile(r"(List|Search|Describe)[A-Z]")


@dataclass(frozen=True)
class Pager:
    """How one listing is cut into pages."""

    results: tuple[tuple[str, ...], ...]  # paths of the lists inside the answer
    token_in: tuple[str, ...]
    token_out: tuple[str, ...]
    limit: str | None
    more: str | None


@dataclass(frozen=True)
class Route:
    """One REST operation: the method, path and query keys that select it."""

    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    weight: tuple[int, int]
    operation: str

    def match(self, method: str, path: str, query: Mapping[str, list[str]]) -> dict[str, str] | None:
        """Return the path's labels if this route takes the request."""
        if method != self.method:
            return None
        for key, value in self.query:
            if key not in query or (value and value not in query[key]):
                return None
        found = self.path.fullmatch(path)
        if found is None:
            return None
        return {label: unquote(value) for label, value in zip(self.labels, found.groups(), strict=True)}


class Service:
    """One service model with what the simulator derives from it."""

    def __init__(self, name: str) -> None:
        loader = botocore.session.get_session().get_component("data_loader")
        self.name = name
        self.model = ServiceModel(loader.load_service_model(name, "service-2"), service_name=name)
        metadata = self.model.metadata
        offered = metadata.get("protocols") or [metadata["protocol"]]
        self.protocol: str = next(p for p in PROTOCOLS if p in offered)
        self.target_prefix: str | None = metadata.get("targetPrefix")
        self.operations: frozenset[str] = frozenset(self.model.operation_names)
        try:
            self._pagination: dict[str, Any] = loader.load_service_model(name, "paginators-1")["pagination"]
        except UnknownServiceError:
            self._pagination = {}
        self._operation_models: dict[str, OperationModel] = {}
        self._pagers: dict[str, Pager | None] = {}

    def operation(self, name: str) -> OperationModel:
        """Return the model of one operation."""
        if name not in self._operation_models:
            self._operation_models[name] = self.model.operation_model(name)
        return self._operation_models[name]

    def required(self, name: str) -> tuple[str, ...]:
        """Return the members a caller must give."""
        shape = self.operation(name).input_shape
        return tuple(shape.required_members) if shape else ()

    def input_members(self, name: str) -> Mapping[str, Any]:
        """Return the input members by name."""
        shape = self.operation(name).input_shape
        return shape.members if shape else {}

    def output_members(self, name: str) -> Mapping[str, Any]:
        """Return the output members by name."""
        shape = self.operation(name).output_shape
        return shape.members if shape else {}

    def errors(self, name: str) -> tuple[str, ...]:
        """Return the error shapes the model declares for an operation."""
        return tuple(shape.name for shape in self.operation(name).error_shapes)

    def pager(self, name: str) -> Pager | None:
        """Return how an operation pages, or None."""
        if name not in self._pagers:
            self._pagers[name] = self._declared_pager(name) or self._inferred_pager(name)
        return self._pagers[name]

    def _declared_pager(self, name: str) -> Pager | None:
        entry = self._pagination.get(name)
        if entry is None:
            return None
        results = tuple(tuple(path.split(".")) for path in _strings(entry["result_key"]))
        # "NextMarker || Contents[-1].Key": the first alternative is the member to fill, the rest is the client's
        tokens_out = tuple(token.split(" ")[0] for token in _strings(entry["output_token"]))
        return Pager(results, _strings(entry["input_token"]), tokens_out, entry.get("limit_key"), entry.get("more_results"))

    def _inferred_pager(self, name: str) -> Pager | None:
        """Page listings that botocore has no paginator for but that take and give a token (all of `aoss`, for one)."""
        if not _LISTING.match(name) or (name.startswith("Describe") and self.required(name)):
            return None
        inputs, outputs = self.input_members(name), self.output_members(name)
        lists = [key for key, shape in outputs.items() if shape.type_name == "list"]
        token = next((t for t in _TOKEN_NAMES if t in inputs and t in outputs), None)
        if token is None or len(lists) != 1:
            return None
        limit = next((key for key in inputs if key.lower() in ("maxresults", "maxitems", "limit")), None)
        return Pager(((lists[0],),), (token,), (token,), limit, None)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The REST routes, most specific first; empty for the RPC protocols."""
        if not self.protocol.startswith("rest"):
            return ()
        return tuple(sorted(map(self._route, self.operations - SHADOWED), key=lambda route: (route.weight, route.operation), reverse=True))

    def _route(self, name: str) -> Route:
        http = self.operation(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern, labels, at = "", [], 0
        for label in _LABEL.finditer(path):
            pattern += re.escape(path[at : label.start()]) + ("(.+)" if label[2] else "([^/]+)")
            labels.append(label[1])
            at = label.end()
        pattern += re.escape(path[at:].rstrip("/")) + "/?"
        # a required parameter tells apart what the path does not: one metrics configuration has ?metrics&id, all have ?metrics
        members = self.input_members(name)
        needed = [members[member].serialization for member in self.required(name)]
        asked = [(str(trait["name"]), "") for trait in needed if trait.get("location") == "querystring"]
        keys = (*parse_qsl(query, keep_blank_values=True), *asked)
        weight = (len(keys), len(_LABEL.sub("", path)))
        return Route(http["method"], re.compile(pattern), tuple(labels), keys, weight, name)

    def route(self, method: str, path: str, query: Mapping[str, list[str]]) -> tuple[Route, dict[str, str]] | None:
        """Find the operation a REST request means."""
        for route in self.routes:
            labels = route.match(method, path, query)
            if labels is not None:
                return route, labels
        return None


def _strings(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@cache
def service(name: str) -> Service:
    """Return a service by its botocore name, loading the model on first use."""
    if name not in SIGNING_NAMES:
        raise KeyError(f"the simulator does not serve {name!r}; add it to SIGNING_NAMES")
    return Service(name)


def signed_for(signing_name: str) -> Iterator[Service]:
    """Yield the services that sign their requests with this name."""
    for name, signing in SIGNING_NAMES.items():
        if signing == signing_name:
            yield service(name)
