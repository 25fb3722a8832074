"""Who is let in: the authoriser that runtimes, harnesses and gateways share. Source: AuthorizerConfiguration of the AgentCore API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from zscan.collect.aws.shaping import any_of
from zscan.model.document import Reading

Get: TypeAlias = Callable[[str], Reading]  # the element at a dotted path of a document, or of one of its versions

# Claims that name the audience or the client: RFC 7519 (aud), RFC 9068 (client_id), OpenID Connect (azp); cid and appid are what
# widespread issuers call the client.
_CLIENT_CLAIMS = frozenset({"aud", "azp", "client_id", "cid", "appid"})


def token_rules(get: Get) -> Reading:
    """The rules for tokens; unset where callers sign their requests with IAM credentials."""
    return get("AuthorizerConfiguration.CustomJWTAuthorizer")


def pinned(rules: Reading) -> Reading:
    """Whether accepted tokens come from an issuer over HTTPS and name this audience or a known client."""
    issuer = rules.get("DiscoveryUrl").map(lambda url: str(url or "").startswith("https://"))
    claims = any_of(_names_client(claim) for claim in rules.get("CustomClaims").each())
    return issuer & (rules.get("AllowedAudience").is_set() | rules.get("AllowedClients").is_set() | claims)


def _names_client(claim: Reading) -> Reading:
    name = claim if claim.unknown else claim.get("InboundTokenClaimName")
    return name.map(lambda text: str(text) in _CLIENT_CLAIMS)


def hands_on(headers: Reading) -> list[Any]:
    """Elements of `delegation.headers`: names of headers do not depend on case."""
    return [header.map(lambda name: str(name).lower()).value for header in headers.each()]
