"""HTTP to AWS operation and back.

moto's model-driven parsers and serializers do the protocol work (json, rest-json, rest-xml, query, ec2). They are not
public API of moto: everything the simulator takes from them passes through this module, so a break shows in one place.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import get_serializer_class
from werkzeug.datastructures import Headers, MultiDict

from .services import SIGNING_NAMES, Service, signed_for

# moto warns for each code outside the model (AccessDenied, ExpiredToken …); here those codes are the point
warnings.filterwarnings("ignore", message=".*does not match an error shape")

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True)
class Request:
    """One HTTP request as read from the socket; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The raw path, still percent-encoded: a label may hold an ARN with slashes."""
        return self._split[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """The query string's parameters."""
        return parse_qs(self._split[1], keep_blank_values=True)

    @property
    def _split(self) -> tuple[str, str]:
        # a client that uses the simulator as its HTTP proxy sends the absolute form
        target = urlsplit(self.target)._replace(scheme="", netloc="").geturl() if "://" in self.target else self.target
        path, _, query = target.partition("?")
        return path or "/", query


@dataclass(frozen=True)
class Response:
    """One HTTP response."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Call:
    """One AWS operation as a client meant it."""

    service: Service
    op: str
    params: Mapping[str, Any]
    access_key: str
    account: str
    region: str


class UnknownOperationError(Exception):
    """The request means no operation of a served service."""


class AwsError(Exception):
    """An answer in the error envelope of the operation's protocol."""

    def __init__(self, code: str, message: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def read_call(request: Request, default_account: str) -> Call:
    """Find out which operation a request means, for whom, and with which parameters.

    The account is the 12 digits inside the access key id, so that a test chooses it by choosing a key.
    """
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    access_key, region, signing = scope.groups() if scope else ("", "us-east-1", "sts")
    digits = _ACCOUNT.search(access_key)
    account = digits[0] if digits else default_account
    form = _form(request)
    target = request.headers.get("x-amz-target")
    labels: dict[str, str] = {}
    if target is not None:
        prefix, _, op = target.rpartition(".")
        found = next((s for s in signed_for(signing) if s.target_prefix == prefix), None)
    elif "Action" in form:
        op = form["Action"]
        found = next((s for s in signed_for(signing) if op in s.operations), None)
    else:
        found, op, labels = _rest(request, signing)
    if found is None or op not in found.operations:
        known = signing in SIGNING_NAMES.values()
        reason = "no such operation" if known else f"no served service signs as {signing!r}"
        raise UnknownOperationError(f"{request.method} {request.target} {target or form.get('Action') or ''}: {reason}")
    return Call(found, op, _params(found, op, request, form, labels), access_key, account, region)


def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def _rest(request: Request, signing: str) -> tuple[Service | None, str, dict[str, str]]:
    """Route a REST request. Services share signing names (s3 and s3control, bedrock and bedrock-agent): the most literal route wins."""
    hits = [(*hit, s) for s in signed_for(signing) if (hit := s.route(request.method, request.path, request.query))]
    if not hits:
        return None, "", {}
    route, labels, found = max(hits, key=lambda hit: hit[0].weight)
    return found, route.operation, labels


def _params(found: Service, op: str, request: Request, form: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, Any]:
    pairs = list(form.items()) if form else [(key, value) for key, many in request.query.items() for value in many]
    raw = {
        "url_path": request.path,
        "url_params": labels,
        "headers": Headers(dict(request.headers)),
        "body": request.body,
        "method": request.method,
        "values": MultiDict(pairs),
    }
    parser = cast("Any", PROTOCOL_PARSERS[found.protocol])(found.operation(op))
    # an optional path label that is not in the route comes back as None
    return {key: value for key, value in cast("dict[str, Any]", parser.parse(raw)).items() if value is not None}


def write_unknown(request: Request, message: str) -> Response:
    """Answer what is no operation of a served service, so that the client can read the reason whichever protocol it speaks.

    The status is 501: the one server error that SDKs do not retry.
    """
    if "x-amz-target" in request.headers or request.headers.get("content-type", "").startswith("application/json"):
        return Response(
            501, {"content-type": "application/json"}, json.dumps({"__type": "UnknownOperationException", "message": message}).encode()
        )
    body = f"<ErrorResponse><Error><Code>UnknownOperation</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
    return Response(501, {"content-type": "text/xml"}, body.encode())


def write_result(call: Call, result: Mapping[str, Any]) -> Response:
    """Write an answer as the operation's protocol does."""
    return _serialize(call, dict(result), None)


def write_error(call: Call, error: AwsError) -> Response:
    """Write an error as the operation's protocol does."""
    if call.op.startswith("Head"):
        return Response(error.status or 400)  # a HEAD answer has no body, so the code does not travel
    return _serialize(call, error, error.status)


def _serialize(call: Call, payload: dict[str, Any] | AwsError, status: int | None) -> Response:
    serializer = get_serializer_class(call.service.name, call.service.protocol)(call.service.operation(call.op))
    raw = serializer.serialize(payload)
    body = raw["body"]
    return Response(status or raw["status_code"], dict(raw["headers"]), body if isinstance(body, bytes) else (body or "").encode())
