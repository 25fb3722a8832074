"""The nodes of a flow, over every version that can be called. Sources: GetFlow, GetFlowVersion; AWS::Bedrock::Flow.

As with agents, the working draft can always be called through the test alias, and each alias adds the versions it routes to. A loop node
holds nodes of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

DRAFT = "DRAFT"
_ELSEWHERE = Unknown(Reason(ReasonCode.UNRESOLVED, "the definition is given as text or lies in a bucket"))


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its name with the version before it, its type, and the configuration that belongs to the type."""

    name: Any
    kind: Reading
    settings: Reading

    def is_a(self, kind: str) -> bool:
        """Whether it is known to be of the kind."""
        return bool(self.kind.value == kind)

    def of(self, member: str) -> Reading:
        """Its configuration as a node of a kind."""
        return self.settings.get(member)


def versions(document: Document) -> list[tuple[str, Reading]]:
    """Each version that can be called, with its number."""
    found = [(DRAFT, document.root())]
    seen = {DRAFT}
    for routed in _routed(document):
        number = routed.value
        if isinstance(number, Unknown):
            found.append(("?", routed))
        elif str(number) not in seen:
            seen.add(str(number))
            found.append((str(number), _version(document["Versions"], str(number))))
    return found


def nodes(version: str, body: Reading) -> Iterator[Node | Unknown]:
    """The nodes of one version, those inside loops too; what was not read is an Unknown."""
    definition = body if body.unknown else _definition(body)
    yield from _below(version, definition)


def routed_version(item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a listed version has to be read: an alias routes to it, or the aliases were not read whole."""
    aliases = body.get("Aliases")
    if not isinstance(aliases, list) or any(not isinstance(alias, dict) for alias in aliases):
        return True
    routes = (route for alias in aliases for route in alias.get("RoutingConfiguration") or ())
    return item.get("version") != DRAFT and any(route.get("FlowVersion") == item.get("version") for route in routes)


def _below(version: str, definition: Reading) -> Iterator[Node | Unknown]:
    listed = definition.get("Nodes")
    for node in listed.each():
        if isinstance(node.value, Unknown):
            yield node.value
            continue
        name, kind, settings = node.get("Name").value, node.get("Type"), node.get("Configuration")
        yield Node(name if isinstance(name, Unknown) else f"{version}/{name}", kind, settings)
        if kind.value == "Loop":
            yield from _below(version, settings.get("Loop.Definition"))


def _definition(body: Reading) -> Reading:
    given = body.get("Definition")
    elsewhere = [body.get(name).value for name in ("DefinitionString", "DefinitionS3Location")]
    return Reading(_ELSEWHERE, given.places) if given.value is None and any(value is not None for value in elsewhere) else given


def _routed(document: Document) -> Iterator[Reading]:
    for alias in document["Aliases"].each():
        if alias.unknown:
            yield alias
        else:
            yield from (route.get("FlowVersion") for route in alias.get("RoutingConfiguration").each())


def _version(listed: Reading, number: str) -> Reading:
    missing: Reading | None = None
    for version in listed.each():
        if version.unknown:
            missing = version
        elif version.get("Version").value == number:
            return version
    unread = Unknown(Reason(ReasonCode.UNRESOLVED, f"what version {number} of the flow holds is not in the input"))
    return Reading(unread, listed.places) if missing is None else missing
