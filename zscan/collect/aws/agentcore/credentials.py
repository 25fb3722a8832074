"""Credentials that agents call out with: providers, the vault behind them, and the identities that ask for tokens.

Sources: GetApiKeyCredentialProvider, GetOauth2CredentialProvider, GetTokenVault, GetWorkloadIdentity;
AWS::BedrockAgentCore::ApiKeyCredentialProvider, ::OAuth2CredentialProvider, ::WorkloadIdentity. No call returns a credential.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Collector
from zscan.collect.aws.agentcore.calls import SERVICE, TOKEN_VAULT, listing, single
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.redacted import redacted_pattern

_MANAGED = (
    "MANAGED"  # the source existed before it could be chosen; without one the service keeps the secret (CreateApiKeyCredentialProvider)
)
_PROVIDER_FACTS = GOVERNANCE | {"secrets.literals", "secrets.customer_held"}
_PROVIDER_RELATIONS = frozenset({"part_of"})


def shape_api_key(document: Document) -> Iterable[Draft]:
    """A provider of an API key: whose secret store holds it. A template may state the key itself."""
    draft = _provider(document)
    draft.set("secrets.customer_held", _external(document["ApiKeySecretSource"]))
    draft.set("secrets.literals", _literals([("ApiKey", document["ApiKey"])]))
    yield draft


def shape_oauth(document: Document) -> Iterable[Draft]:
    """A provider of OAuth tokens: whose secret store holds its client secret. A template may state the secret itself."""
    draft = _provider(document)
    vendors = [settings for _, settings in document["Oauth2ProviderConfigInput"].items()]
    sources = [document["ClientSecretSource"], *(settings.get("ClientSecretSource") for settings in vendors)]
    stated = next((source for source in sources if source.value is not None), sources[0])
    draft.set("secrets.customer_held", _external(stated))
    draft.set("secrets.literals", _literals([("ClientSecret", settings.get("ClientSecret")) for settings in vendors]))
    yield draft


def _provider(document: Document) -> Draft:
    draft = asset(document, "credential_provider")
    draft.refer("part_of", TOKEN_VAULT, document["CredentialProviderArn"].map(_vault_of))
    return draft


def _vault_of(provider: Any) -> str:
    """The id of the vault in a provider's ARN (`…:token-vault/default/apikeycredentialprovider/name`)."""
    _, found, rest = str(provider or "").partition(":token-vault/")
    return rest.split("/", 1)[0] if found else ""


def _external(source: Reading) -> Reading:
    return source.default(_MANAGED).eq("EXTERNAL")


def _literals(settings: list[tuple[str, Reading]]) -> list[Any]:
    """Credentials that were redacted on receipt; the API never returns one."""
    found = [(name, value) for name, value in settings if value.unknown or redacted_pattern(value.value)]
    return [value.value if value.unknown else {"name": name, "where": "definition"} for name, value in found]


def shape_vault(document: Document) -> Iterable[Draft]:
    """The vault of an account and region, in which every provider keeps its tokens."""
    draft = Draft(document, "credential_vault")
    draft.tags = {}
    draft.keys |= {document.name}
    draft.set("encryption.customer_key", document["KmsConfiguration.KeyType"].eq("CustomerManagedKey"))
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsConfiguration.KmsKeyArn"])
    yield draft


def shape_identity(document: Document) -> Iterable[Draft]:
    """An identity of an agent: where users' consent may send the tokens. Without an address nothing is sent anywhere."""
    draft = asset(document, "workload_identity")
    draft.set("delegation.return_urls_fixed", all_of(url.map(_fixed) for url in document["AllowedResourceOauth2ReturnUrls"].each()))
    yield draft


def _fixed(url: Any) -> bool:
    text = str(url)
    return text.startswith("https://") and "*" not in text


def _provider_collector(native_type: str, kind: str, shape: Any, page_size: int) -> Collector:
    return Collector(
        native_type=native_type,
        asset_type="credential_provider",
        list=listing(f"List{kind}CredentialProviders", "credentialProviders", page_size=page_size),
        describe=single(f"Get{kind}CredentialProvider", params={"name": "{name}"}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["credentialProviderArn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(),
        shape=shape,
        facts=_PROVIDER_FACTS,
        relations=_PROVIDER_RELATIONS,
    )


def _vault_id(answer: Mapping[str, Any]) -> str:
    return str(answer.get("tokenVaultId") or answer["key"])


COLLECTORS = (
    _provider_collector("AWS::BedrockAgentCore::ApiKeyCredentialProvider", "ApiKey", shape_api_key, 100),
    _provider_collector("AWS::BedrockAgentCore::OAuth2CredentialProvider", "Oauth2", shape_oauth, 20),
    Collector(
        native_type=TOKEN_VAULT,
        asset_type="credential_vault",
        resolves=True,
        describe=single("GetTokenVault", params={"tokenVaultId": "{key}"}),
        identify=lambda answer, place: arn(place, SERVICE, f"token-vault/{_vault_id(answer)}"),
        name=_vault_id,
        canonical=cfn_names(),
        shape=shape_vault,
        facts=frozenset({"encryption.customer_key"}),
        relations=frozenset({"encrypts_with"}),
        file_form=False,
    ),
    Collector(
        native_type="AWS::BedrockAgentCore::WorkloadIdentity",
        asset_type="workload_identity",
        list=listing("ListWorkloadIdentities", "workloadIdentities", page_size=20),
        describe=single("GetWorkloadIdentity", params={"name": "{name}"}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["workloadIdentityArn"]),
        name=lambda answer: str(answer["name"]),
        canonical=cfn_names(),
        shape=shape_identity,
        facts=GOVERNANCE | {"delegation.return_urls_fixed"},
    ),
)
