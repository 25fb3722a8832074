"""What an AWS error means. One table of codes for every protocol; absence is never decided here, but by the call's own list.

Source: IAM and service API references, common errors; botocore.exceptions for what happens before any answer.
"""

from __future__ import annotations

from zscan.collect.answers import NOT_OFFERED
from zscan.model.unknown import ReasonCode

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

_NO_CREDENTIALS = frozenset(
    {
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
        "TokenRetrievalError",
        "SSOTokenLoadError",
        "UnauthorizedSSOTokenError",
    }
)
_NO_ENDPOINT = frozenset({"UnknownServiceError", "UnknownEndpointError", "UnknownRegionError", "EndpointProviderError"})
_NO_ANSWER = frozenset(
    {
        "HTTPClientError",
        "ConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "EndpointConnectionError",
        "ConnectionClosedError",
        "ProxyConnectionError",
        "SSLError",
        "ResponseStreamingError",
        "IncompleteReadError",
    }
)


def classify(code: str, status: int) -> str:
    """What an AWS error code means: a ReasonCode value, or NOT_OFFERED."""
    table = ((_DENIED, ReasonCode.DENIED), (_EXPIRED, ReasonCode.EXPIRED), (_THROTTLED, ReasonCode.THROTTLED), (_NOT_OFFERED, NOT_OFFERED))
    for prefixes, meaning in table:
        if code.startswith(prefixes):
            return str(meaning)
    if code.startswith(_BAD_CREDENTIALS) or status == 403:  # noqa: PLR2004 (HTTP: forbidden, whatever the code says)
        return str(ReasonCode.DENIED)
    return str(ReasonCode.ERROR)


def classify_transport(error: Exception) -> str:
    """What an error before any answer means. A host name that does not exist means that the service has no endpoint in the region."""
    names = {parent.__name__ for parent in type(error).__mro__}
    if names & _NO_CREDENTIALS:
        return str(ReasonCode.EXPIRED)
    cause = str(getattr(error, "kwargs", {}).get("error", "")).lower()
    if names & _NO_ENDPOINT or ("EndpointConnectionError" in names and "name or service not known" in cause):
        return NOT_OFFERED
    return str(ReasonCode.TIMEOUT if names & _NO_ANSWER else ReasonCode.ERROR)
