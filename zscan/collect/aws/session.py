"""The AWS session: the only module that imports boto3, and the one place that sends a request.

It refuses every operation that no collector declares, so zscan cannot write. Errors become `CallError`s by one table. Clients are thread
safe and shared; sessions are not, so clients are made under a lock. All sessions share one botocore loader: service models are parsed once.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from zscan.collect import Call, Place, collectors
from zscan.collect.answers import NOT_OFFERED, Answer, CallError, dig
from zscan.collect.aws.census import CENSUS_CALLS
from zscan.collect.redact import redact
from zscan.collect.tasks import Identity
from zscan.errors import CredentialsError, UsageError
from zscan.model.unknown import ReasonCode

WHO_AM_I = Call(service="sts", operation="GetCallerIdentity", action="sts:GetCallerIdentity")
REGIONS = Call(service="ec2", operation="DescribeRegions", action="ec2:DescribeRegions", items="Regions")
SESSION_CALLS = (WHO_AM_I, REGIONS)
EXTRA_CALLS: Mapping[str, tuple[Call, ...]] = {"reconcile": CENSUS_CALLS}  # by the option that makes them

_DENIED = ("AccessDenied", "Unauthorized", "AuthorizationError", "Forbidden", "NotAuthorized", "OptInRequired", "AllAccessDisabled")
_EXPIRED = ("ExpiredToken", "RequestExpired", "TokenRefreshRequired", "CredentialsExpired")
_THROTTLED = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "ServiceQuotaExceeded", "ProvisionedThroughputExceeded")
_BAD_CREDENTIALS = (
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "IncompleteSignature",
)
_NOT_OFFERED = ("UnknownOperation", "InvalidAction", "UnsupportedOperation", "EndpointNotAvailable", "NotAvailableInRegion")
_TOKENS = ("NextToken", "nextToken", "Marker", "NextMarker", "PaginationToken")
_TRIES = 5  # adaptive retry of botocore: enough for throttling, short enough for a region that does not answer
_UNANSWERED_LIMIT = 2


def classify(code: str, status: int) -> str:
    """What an AWS error code means: a ReasonCode value, or NOT_OFFERED. Absence is never decided here, but by the call's own list."""
    table = ((_DENIED, ReasonCode.DENIED), (_EXPIRED, ReasonCode.EXPIRED), (_THROTTLED, ReasonCode.THROTTLED), (_NOT_OFFERED, NOT_OFFERED))
    for prefixes, meaning in table:
        if code.startswith(prefixes):
            return str(meaning)
    if code.startswith(_BAD_CREDENTIALS) or status == 403:  # noqa: PLR2004 (HTTP: forbidden, whatever the code says)
        return str(ReasonCode.DENIED)
    return str(ReasonCode.ERROR)


@cache
def declared() -> frozenset[str]:
    """Every operation that may be sent, as `service:Operation`."""
    optional = (call for calls in EXTRA_CALLS.values() for call in calls)
    own = (call for collector in collectors("aws") for call in collector.calls())
    return frozenset(call.id for call in (*SESSION_CALLS, *optional, *own))


def custom_endpoints(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variables that would send calls, with their credentials, to a host that is not AWS's."""
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return {}
    found = {name: url for name, url in environment.items() if name.startswith("AWS_ENDPOINT_URL") and url}
    own = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
    return {name: url for name, url in sorted(found.items()) if not (urlsplit(url).hostname or "").endswith(own)}


def refuse_custom_endpoints(*, allowed: bool) -> None:
    """Stop before anything is sent to a custom endpoint that the user did not allow on the command line."""
    found = custom_endpoints(os.environ)
    if found and not allowed:
        names = ", ".join(f"{name}={url}" for name, url in found.items())
        raise UsageError(
            f"a custom AWS endpoint is set: {names}",
            why="every call, and the signature made with your credentials, would go there instead of to AWS",
            hint="unset the variable, or pass --allow-custom-endpoints if this is what you want",
        )


class AwsSession:
    """Clients of one identity, made on demand."""

    def __init__(self, identity: Identity) -> None:
        import boto3
        import botocore.session
        from botocore.config import Config

        inner = botocore.session.Session(profile=identity.profile or None)
        inner.register_component("data_loader", _loader())
        self._session = boto3.Session(botocore_session=inner)
        self._config = Config(
            max_pool_connections=max(identity.connections, 10),
            connect_timeout=5,
            read_timeout=20,
            retries={"mode": "adaptive", "total_max_attempts": _TRIES},
            user_agent_extra="zscan",
        )
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._unanswered: Counter[str] = Counter()
        self.home_region: str = self._session.region_name or "us-east-1"

    def client(self, service: str, region: str) -> Any:
        """A shared, thread-safe client."""
        with self._lock:
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self._session.client(service, region_name=region, config=self._config)
            return self._clients[key]

    def call(self, place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
        """Perform one declared call, all pages, secrets removed. Never raises for what the provider or the network does."""
        if call.id not in declared():
            raise PermissionError(f"{call.id} is not a declared read operation")
        region = place.region or self.home_region
        if self._unanswered[region] >= _UNANSWERED_LIMIT:
            late = CallError("NoAnswer", "the region had stopped answering before this call", ReasonCode.TIMEOUT)
            return Answer(place.provider, place.account, place.region, call.id, dict(params), [], late, "")
        pages: list[dict[str, Any]] = []
        error = self._pages(call, dict(params), region, pages)
        if error is not None and error.reason == ReasonCode.TIMEOUT:
            self._unanswered[region] += 1
        more = error is None and _enough(call, pages) and _goes_on(pages[-1])
        return Answer(place.provider, place.account, place.region, call.id, dict(params), pages, error, _now(), more)

    def _pages(self, call: Call, params: dict[str, Any], region: str, pages: list[dict[str, Any]]) -> CallError | None:
        """Add the pages of a call, one by one, so that those before an error are kept."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = self.client(call.service, region)
            method = _method(call.operation)
            for page in _paged(client, call, method, params):
                pages.append(_received(page))
                if _enough(call, pages):
                    break
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            return CallError(code, _words(error.response.get("Error", {}).get("Message", "")), classify(code, status))
        except BotoCoreError as error:
            return _transport_error(error)
        return None


def _paged(client: Any, call: Call, method: str, params: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    if call.items and call.token is None and client.can_paginate(method):
        sizes = {"PageSize": call.page_size} if call.page_size else {}
        yield from client.get_paginator(method).paginate(**params, PaginationConfig=sizes)
        return
    page = getattr(client, method)(**params)
    yield page
    while call.token is not None and page.get(call.token[1]):
        page = getattr(client, method)(**{**params, call.token[0]: page[call.token[1]]})
        yield page


def _enough(call: Call, pages: list[dict[str, Any]]) -> bool:
    return bool(call.newest) and sum(len(dig(page, call.items) or ()) for page in pages) >= call.newest


def _goes_on(page: Mapping[str, Any]) -> bool:
    return any(page.get(name) for name in _TOKENS)


def _transport_error(error: Exception) -> CallError:
    """An error before any answer. A host name that does not exist means that the service has no endpoint in the region."""
    from botocore import exceptions

    name = type(error).__name__
    if isinstance(error, exceptions.NoCredentialsError | exceptions.CredentialRetrievalError | exceptions.TokenRetrievalError):
        return CallError(name, _words(str(error)), ReasonCode.EXPIRED)
    if isinstance(error, exceptions.UnknownServiceError | exceptions.UnknownEndpointError | exceptions.UnknownRegionError):
        return CallError(name, _words(str(error)), NOT_OFFERED)
    if isinstance(error, exceptions.EndpointConnectionError) and "name or service not known" in str(error.kwargs.get("error", "")).lower():
        return CallError(name, _words(str(error)), NOT_OFFERED)
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return CallError(name, _words(str(error)), ReasonCode.TIMEOUT)
    return CallError(name, _words(str(error)), ReasonCode.ERROR)


def _received(page: Any) -> dict[str, Any]:
    """An answer as plain JSON data without transport metadata, redacted on receipt."""
    body = {key: value for key, value in page.items() if key != "ResponseMetadata"}
    result = redact(_plain(body))
    if not isinstance(result, dict):
        raise TypeError("an answer is a structure")
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _words(text: Any) -> str:
    result = redact(str(text))
    return str(result)


def _method(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))


@cache
def _loader() -> Any:
    import botocore.session

    return botocore.session.Session().get_component("data_loader")


@cache
def session(identity: Identity) -> AwsSession:
    """The session of an identity in this process."""
    try:
        return AwsSession(identity)
    except ImportError as error:
        raise UsageError("the AWS SDK is not installed", why=str(error), hint="pip install 'zscan[aws]'") from error


def caller(identity: Identity) -> Callable[[Place, Call, Mapping[str, Any]], Answer]:
    """How workers perform calls."""
    return session(identity).call


def who_am_i(identity: Identity) -> tuple[str, str, str]:
    """Account, principal ARN and partition. Raises CredentialsError when nobody can be signed in."""
    answer = _ask(identity, WHO_AM_I)
    if answer.error is not None:
        raise CredentialsError(
            "could not sign in to AWS",
            why=f"{answer.error.code}: {answer.error.message}",
            hint="set a profile or credentials as for the AWS CLI; `zscan doctor aws` shows what is found",
        )
    page = answer.pages[0]
    return str(page["Account"]), str(page["Arn"]), str(page["Arn"]).split(":")[1]


def enabled_regions(identity: Identity, account: str) -> Answer:
    """The regions that the account has enabled (ec2:DescribeRegions answers with exactly these)."""
    return session(identity).call(Place("aws", account), REGIONS, {})


def _ask(identity: Identity, call: Call) -> Answer:
    from botocore.exceptions import BotoCoreError

    try:
        return session(identity).call(Place("aws", ""), call, {})
    except BotoCoreError as error:  # a profile that does not exist, a broken configuration file
        raise CredentialsError("could not sign in to AWS", why=str(error), hint="check the profile name and ~/.aws/config") from error


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
