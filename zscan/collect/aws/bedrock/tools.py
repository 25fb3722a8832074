"""The tools of a Bedrock agent, from its action groups. Sources: GetAgentActionGroup; AWS::Bedrock::Agent.ActionGroups.

An action group offers functions, the operations of an OpenAPI schema, or one tool that the platform brings (its signature).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zscan.collect.manifests.loader import load
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown

# Signatures that only let the agent ask the user back; every other one runs code, a shell, a desktop or an editor (AgentActionGroup).
_ASKS_BACK = frozenset({"AMAZON.UserInput"})
_RUNS_CODE = frozenset({"AMAZON.CodeInterpreter", "ANTHROPIC.Bash", "ANTHROPIC.Computer", "ANTHROPIC.TextEditor"})
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
_CALLER_DECIDES = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the action is handed back to the calling application, which may ask a person"))
_IN_BUCKET = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the API schema lies in a bucket; objects are not read"))


def tools(document: Document) -> Reading:
    """The elements of `agent.tools`, by name; a group or schema that could not be read leaves an unknown rest."""
    groups = document["ActionGroups"]
    found = [record for group in groups.each() for record in ([group.value] if group.unknown else _of_group(group))]
    known = [record for record in found if not isinstance(record, Unknown)]
    rest = [record for record in found if isinstance(record, Unknown)]
    known.sort(key=lambda record: str(record["name"]))
    return Reading(known + rest, groups.places)


def executors(document: Document) -> Iterator[Reading]:
    """What carries out the actions: a Lambda function's ARN for each enabled action group that has one."""
    for group in document["ActionGroups"].each():
        enabled = group if group.unknown else _enabled(group)
        if enabled.unknown or enabled.value:
            yield group.get("ActionGroupExecutor.Lambda")


def _enabled(group: Reading) -> Reading:
    """A group is available unless it was disabled (user guide, "Add an action group to your agent")."""
    return group.get("ActionGroupState").default("ENABLED").eq("ENABLED")


def _of_group(group: Reading) -> list[Any]:
    name, enabled = group.get("ActionGroupName").value, _enabled(group).value
    signature = group.get("ParentActionGroupSignature").value
    if isinstance(signature, Unknown):
        return [signature]  # which tools the group offers, and so their names, follow from what was not read
    signature = "" if signature is None else str(signature)
    if signature in _ASKS_BACK:
        return []
    if signature:
        strange = Unknown(Reason(ReasonCode.UNPARSABLE, f"a signature that is not documented: {signature[:40]}"))
        return [_record(name, enabled, confirmed=False, high_risk=True if signature in _RUNS_CODE else strange)]
    handed_back = group.get("ActionGroupExecutor.CustomControl").is_set().value
    records = _declared(group, name, enabled)
    return [record if isinstance(record, Unknown) else _handed_back(record, handed_back) for record in records]


def _record(name: Any, enabled: Truth, *, confirmed: Truth, high_risk: Truth = False) -> dict[str, Any]:
    return {"name": name, "enabled": enabled, "confirmed": confirmed, "high_risk": high_risk}


def _handed_back(record: dict[str, Any], handed_back: Truth) -> dict[str, Any]:
    """Whether a person agrees to an action that the caller carries out cannot be read from the agent."""
    if record["confirmed"] is False and handed_back is not False:
        record["confirmed"] = _CALLER_DECIDES if handed_back is True else handed_back
    return record


def _declared(group: Reading, name: Any, enabled: Truth) -> Iterator[Any]:
    functions = group.get("FunctionSchema.Functions")
    for function in functions.each():
        if function.unknown:
            yield function.value
            continue
        # unset is DISABLED (Function, requireConfirmation)
        confirmed = function.get("RequireConfirmation").default("DISABLED").eq("ENABLED").value
        yield _record(_joined(name, function.get("Name").value), enabled, confirmed=confirmed)
    payload = group.get("ApiSchema.Payload")
    if payload.value is not None:
        yield from _of_schema(payload.value, name, enabled)
    elif group.get("ApiSchema").is_set().value is not False:
        yield _record(name, enabled, confirmed=_IN_BUCKET)
        yield _IN_BUCKET


def _of_schema(payload: Any, name: Any, enabled: Truth) -> Iterator[Any]:
    """The operations of an OpenAPI schema given as text (user guide, "Define OpenAPI schemas": x-requireConfirmation)."""
    operations = payload if isinstance(payload, Unknown) else _operations(str(payload))
    if isinstance(operations, Unknown):
        yield _record(name, enabled, confirmed=operations)
        yield operations
        return
    for path, method, operation in operations:
        label = operation.get("operationId") or f"{method.upper()} {path}"
        yield _record(_joined(name, str(label)), enabled, confirmed=operation.get("x-requireConfirmation") == "ENABLED")


def _operations(text: str) -> list[tuple[str, str, Mapping[str, Any]]] | Unknown:
    loaded = load(text)
    root = loaded.documents[0].value if loaded.documents else None
    paths = root.get("paths") if isinstance(root, Mapping) else None
    if loaded.problems or not isinstance(paths, Mapping):
        return Unknown(Reason(ReasonCode.UNPARSABLE, "the API schema of an action group is not readable OpenAPI"))
    items = [(str(path), item) for path, item in paths.items() if isinstance(item, Mapping)]
    return [(path, str(m), op) for path, item in items for m, op in item.items() if str(m).lower() in _METHODS and isinstance(op, Mapping)]


def _joined(group: Any, tool: Any) -> Any:
    """A tool's name inside its agent; unknown when either half is."""
    unread = [part for part in (group, tool) if isinstance(part, Unknown)]
    return unread[0] if unread else f"{group}/{tool}"
