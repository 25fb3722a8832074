"""How the tests of AgentCore shape a document: as the template loader, or the redacted answer of the API, would hand it over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.collect.aws.scanning import collector, template
from zscan.collect.redact import redact
from zscan.model.asset import Draft
from zscan.model.unknown import Unknown


def shaped(kind: str, body: Mapping[str, Any]) -> Draft:
    """The draft of a resource with these properties; a kind without a family is one of AgentCore."""
    native_type = kind if kind.startswith("AWS::") else f"AWS::BedrockAgentCore::{kind}"
    (draft,) = collector(native_type).shape(template(native_type, redact(dict(body))))
    assert isinstance(draft, Draft)
    return draft


def fact(kind: str, path: str, body: Mapping[str, Any]) -> Any:
    """One fact of such a draft; "?" where it is unknown."""
    value = shaped(kind, body).facts[path]
    return "?" if isinstance(value, Unknown) else value
