"""Which guardrails stand in front of a Bedrock agent, over every version that can be called.

The working draft can always be called, through the test alias. Each alias that accepts calls adds the versions it routes to; a version is a
copy of the draft at the time it was made, so its guardrail may be another one, or none. Sources: GetAgent, ListAgentAliases,
ListAgentVersions; AWS::Bedrock::Agent, with AWS::Bedrock::AgentAlias at `Aliases`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_DRAFT = "DRAFT"


def guards(document: Document) -> list[Reading]:
    """The guardrail configuration of each version that can be called; unset where a version has none."""
    found = [document["GuardrailConfiguration"]]
    versions = document["Versions"]
    for version in _routed(document):
        if version.unknown:
            found.append(version)
        elif version.value != _DRAFT:
            found.append(_configuration(versions, str(version.value)))
    return found


def routes_to_versions(agent: Mapping[str, Any]) -> bool:
    """Whether versions have to be read: an alias routes to one, or the aliases were not read whole."""
    aliases = agent.get("Aliases")
    if not isinstance(aliases, list) or not all(isinstance(alias, dict) for alias in aliases):
        return True
    routes = (route for alias in aliases for route in alias.get("RoutingConfiguration") or ())
    return any(not isinstance(route, dict) or route.get("AgentVersion") != _DRAFT for route in routes)


def has_guardrail(configuration: Reading) -> Reading:
    """Whether a version has a guardrail."""
    return configuration.get("GuardrailIdentifier").is_set()


def has_fixed_version(configuration: Reading) -> Reading:
    """Whether a version uses a numbered guardrail; the draft of a guardrail changes with every edit."""
    return has_guardrail(configuration) & ~configuration.get("GuardrailVersion").default(_DRAFT).eq(_DRAFT)


def _routed(document: Document) -> Iterator[Reading]:
    """The versions that aliases route to. In a template, an alias without a route gets a new version, made from the draft."""
    for alias in document["Aliases"].each():
        if alias.unknown:
            yield alias
        elif alias.get("AliasInvocationState").value != "REJECT_INVOCATIONS":
            for route in alias.get("RoutingConfiguration").each():
                yield route.get("AgentVersion")


def _configuration(versions: Reading, number: str) -> Reading:
    missing: Reading | None = None
    for version in versions.each():
        if version.unknown:
            missing = version
        elif version.get("AgentVersion").value == number:
            return version.get("GuardrailConfiguration")
    unread = Unknown(Reason(ReasonCode.UNRESOLVED, f"what version {number} of the agent holds is not in the input"))
    return Reading(unread, versions.places) if missing is None else missing
