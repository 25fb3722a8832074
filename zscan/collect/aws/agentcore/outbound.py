"""What AgentCore sends along when it calls a tool. Sources: CredentialProviderConfiguration, OAuthCredentialProvider (API reference)."""

from __future__ import annotations

from typing import Any

from zscan.collect.aws.shaping import all_of
from zscan.model.document import Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_TYPES = {
    "GATEWAY_IAM_ROLE": "platform_identity",
    "API_KEY": "static_key",
    "CALLER_IAM_CREDENTIALS": "caller_identity",
    "JWT_PASSTHROUGH": "caller_token",
}
_GRANTS = {"CLIENT_CREDENTIALS": "client_token", "AUTHORIZATION_CODE": "user_token", "TOKEN_EXCHANGE": "user_token"}
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the grant type is not set, and no default is documented"))


def proof(configuration: Reading) -> Any:
    """The element of `delegation.proofs` for one credential configuration of a target."""
    kind = configuration if configuration.unknown else configuration.get("CredentialProviderType")
    if kind.value == "OAUTH":
        return oauth_proof(configuration.get("CredentialProvider.OauthCredentialProvider"))
    return kind.map(lambda word: _word(_TYPES, word)).value


def oauth_proof(provider: Reading) -> Any:
    """Whether an OAuth token is the user's or the program's own."""
    return provider.get("GrantType").default(_UNSTATED).map(lambda word: _word(_GRANTS, word)).value


def _word(words: dict[str, str], word: Any) -> Any:
    return words.get(str(word), Unknown(Reason(ReasonCode.UNPARSABLE, f"a value that is not documented: {str(word)[:40]}")))


def scopes_named(provider: Reading) -> Reading:
    """Whether tokens are asked for with named scopes; without an OAuth provider none are asked for."""
    scopes = provider.get("Scopes")
    return ~provider.is_set() | (scopes.is_set() & all_of(scope.map(lambda name: "*" not in str(name)) for scope in scopes.each()))
