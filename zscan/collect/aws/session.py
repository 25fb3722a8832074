"""The AWS session: the only module that imports boto3, and the one place that sends a request.

It refuses every operation that no collector declares, so zscan cannot write. Errors become `CallError`s by one table. Clients are thread
safe and shared; sessions are not, so clients are made under a lock. All sessions share one botocore loader: service models are parsed once.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from zscan import __version__
from zscan.collect import Call, Place, collectors
from zscan.collect.answers import Answer, CallError, dig
from zscan.collect.aws.census import CENSUS_CALLS
from zscan.collect.aws.organization import ORGANIZATION_CALLS
from zscan.collect.aws.outcomes import classify, classify_transport
from zscan.collect.redact import redact
from zscan.collect.tasks import Identity
from zscan.errors import CredentialsError, UsageError
from zscan.model.unknown import ReasonCode

WHO_AM_I = Call(service="sts", operation="GetCallerIdentity", action="sts:GetCallerIdentity")
REGIONS = Call(service="ec2", operation="DescribeRegions", action="ec2:DescribeRegions", items="Regions")
SESSION_CALLS = (WHO_AM_I, REGIONS)
EXTRA_CALLS: Mapping[str, tuple[Call, ...]] = {"org": ORGANIZATION_CALLS, "reconcile": CENSUS_CALLS}  # by the option that makes them

_SIGN_IN = "set a profile or credentials as for the AWS CLI; `zscan doctor aws` shows what is found"
_TOKENS = ("NextToken", "nextToken", "Marker", "NextMarker", "PaginationToken")
_TRIES = 5  # adaptive retry of botocore: enough for throttling, short enough for a region that does not answer
_UNANSWERED_LIMIT = 2
_CLIENTS_KEPT = 160  # of all accounts and regions together: about 50 MB


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
    """Clients of one identity, made on demand. Credentials that run out are renewed once; if that does not help, calls fail as expired."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._lock = threading.Lock()
        self._unanswered: Counter[str] = Counter()
        self._generation = 0
        self._proven = -1  # the last generation of credentials that AWS accepted
        self._session = _sign_in(identity)
        self.home_region: str = self._session.region_name or "us-east-1"

    def client(self, service: str, region: str) -> Any:
        """A shared, thread-safe client."""
        return self._client(service, region)[0]

    def _client(self, service: str, region: str) -> tuple[Any, int]:
        with self._lock:
            # a forked worker must not use its parent's connections: two processes on one socket mix up their answers
            key = (self._identity, self._generation, f"{os.getpid()}/{service}", region)
            return _CLIENTS.get(key, lambda: self._session.client(service, region_name=region, config=_config(self._identity))), key[1]

    def _renew(self, failed: int) -> bool:
        """Sign in again after credentials of generation `failed` ran out; False where renewed ones ran out before they were any good."""
        with self._lock:
            if failed < self._generation:
                return True  # another thread has done it
            if self._proven < failed:
                return False
            self._generation += 1
            self._session = _sign_in(self._identity)
            return True

    def credentials(self) -> Any:
        """What others may be become with. Raises CredentialsError when there are none."""
        found = self._session.get_credentials()
        if found is None:
            raise CredentialsError("could not sign in to AWS", why="no credentials were found", hint=_SIGN_IN)
        return found

    def call(self, place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
        """Perform one declared call, all pages, secrets removed. Never raises for what the provider or the network does."""
        if call.id not in declared():
            raise PermissionError(f"{call.id} is not a declared read operation")
        region = place.region or self.home_region
        if self._unanswered[region] >= _UNANSWERED_LIMIT:
            late = CallError("NoAnswer", "the region had stopped answering before this call", ReasonCode.TIMEOUT)
            return Answer(place.provider, place.account, place.region, call.id, dict(params), [], late, "")
        pages: list[dict[str, Any]] = []
        error, generation = self._pages(call, dict(params), region, pages)
        if error is not None and error.reason == ReasonCode.EXPIRED and self._renew(generation):
            pages.clear()
            error, generation = self._pages(call, dict(params), region, pages)
        if error is None:
            self._proven = max(self._proven, generation)
        elif error.reason == ReasonCode.TIMEOUT:
            self._unanswered[region] += 1
        more = error is None and _enough(call, pages) and _goes_on(pages[-1])
        return Answer(place.provider, place.account, place.region, call.id, dict(params), pages, error, _now(), more)

    def _pages(self, call: Call, params: dict[str, Any], region: str, pages: list[dict[str, Any]]) -> tuple[CallError | None, int]:
        """Add the pages of a call, one by one, so that those before an error are kept; with the generation of credentials that was used."""
        from botocore.exceptions import BotoCoreError, ClientError

        generation = self._generation
        try:
            client, generation = self._client(call.service, region)
            for page in _paged(client, call, _method(call.operation), params):
                pages.append(_received(page))
                if _enough(call, pages):
                    break
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            # refused while signing in again, in the middle of a scan
            meaning = ReasonCode.EXPIRED if error.operation_name == "AssumeRole" and self._proven >= 0 else classify(code, status)
            return CallError(code, _words(error.response.get("Error", {}).get("Message", "")), meaning), generation
        except BotoCoreError as error:
            return CallError(type(error).__name__, _words(str(error)), classify_transport(error)), generation
        return None, generation


class _Clients:
    """The clients of this process, the least recently used dropped first: each holds a third of a megabyte, and there can be thousands."""

    def __init__(self, limit: int) -> None:
        self._limit, self._lock = limit, threading.Lock()
        self._kept: OrderedDict[tuple[Identity, int, str, str], Any] = OrderedDict()

    def get(self, key: tuple[Identity, int, str, str], make: Callable[[], Any]) -> Any:
        """The client of a key. Making one is serialised: boto3 sessions are not thread safe."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            client = self._kept[key] = make()
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
            return client


_CLIENTS = _Clients(_CLIENTS_KEPT)


def _config(identity: Identity) -> Any:
    import botocore
    from botocore.config import Config

    return Config(
        max_pool_connections=max(identity.connections, 10),
        connect_timeout=5,
        read_timeout=20,
        retries={"mode": "adaptive", "total_max_attempts": _TRIES},
        # given whole: putting the SDK's own together again for each request costs a twentieth of it
        user_agent=f"zscan/{__version__} Botocore/{botocore.__version__}",
    )


def _sign_in(identity: Identity) -> Any:
    """A boto3 session of the identity: its profile's credentials, or those of the role that they may become, renewed as they run out."""
    import boto3
    import botocore.session
    from botocore.credentials import AssumeRoleCredentialFetcher, CredentialResolver

    _share_client_classes()
    inner = botocore.session.Session(profile=identity.profile or None)
    inner.register_component("data_loader", _loader())
    inner.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    if identity.role is not None:
        caller = session(msgspec.structs.replace(identity, role=None))
        source = caller.credentials()
        demands = {"RoleSessionName": identity.role.session_name, "DurationSeconds": identity.role.duration_s}
        if identity.role.external_id:
            demands["ExternalId"] = identity.role.external_id
        creator = partial(inner.create_client, region_name=caller.home_region, config=_config(identity))
        fetcher = AssumeRoleCredentialFetcher(creator, source, identity.role.arn, extra_args=demands)
        inner.register_component("credential_provider", CredentialResolver([_role_provider(fetcher)]))
    return boto3.Session(botocore_session=inner)


@cache
def _share_client_classes() -> None:
    """Let clients of one service share their class. The SDK builds it anew, operation by operation, for each region and account, which is
    two thirds of what a client costs; the class depends on the service's model alone. Where the SDK has changed, nothing is shared.
    """
    from botocore.client import ClientCreator

    build = getattr(ClientCreator, "_create_client_class", None)
    if build is None:
        return
    made: dict[str, Any] = {}

    def shared(creator: Any, service_name: str, service_model: Any) -> Any:
        if service_name not in made:
            made[service_name] = build(creator, service_name, service_model)
        return made[service_name]

    ClientCreator._create_client_class = shared  # noqa: SLF001 (see above)


def _role_provider(fetcher: Any) -> Any:
    from botocore.credentials import CredentialProvider, DeferredRefreshableCredentials

    class RoleProvider(CredentialProvider):  # type: ignore[misc]  # botocore has no types
        """Gives the credentials of an assumed role, renewed shortly before they run out."""

        METHOD = "zscan-assume-role"

        def load(self) -> Any:
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)

    return RoleProvider()


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


def _received(page: Any) -> dict[str, Any]:
    """An answer as plain JSON data without transport metadata, redacted on receipt."""
    body = {key: value for key, value in page.items() if key != "ResponseMetadata"}
    result = redact(_plain(body))
    if not isinstance(result, dict):
        raise TypeError("an answer is a structure")
    return result


def _moment(value: Any) -> str:
    """A timestamp of any protocol as RFC 3339 in UTC. The SDK's own parser is slow, but knows every form."""
    try:
        return _rfc3339(dt.datetime.fromisoformat(value) if isinstance(value, str) else dt.datetime.fromtimestamp(value, dt.UTC))
    except (ValueError, OverflowError, OSError):
        from botocore.utils import parse_timestamp

        return _rfc3339(parse_timestamp(value))


def _rfc3339(moment: dt.datetime) -> str:
    at = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return _rfc3339(value)
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
        raise SignInError(answer.error, identity)
    page = answer.pages[0]
    return str(page["Account"]), str(page["Arn"]), str(page["Arn"]).split(":")[1]


class SignInError(CredentialsError):
    """Nobody could be signed in; `cause` is what AWS or the SDK said."""

    def __init__(self, cause: CallError, identity: Identity) -> None:
        hint = f"{identity.role.arn} must exist and trust the caller" if identity.role is not None else _SIGN_IN
        super().__init__("could not sign in to AWS", why=f"{cause.code}: {cause.message}", hint=hint)
        self.cause = cause


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
