"""CloudFormation intrinsic functions, as far as they can be evaluated without deploying.

Source: CloudFormation template reference, intrinsic functions and pseudo parameters. Parameters stand for their defaults. What has no value
in the template becomes `Unresolved` (known to be set, value unknown, with the logical id it points to), or a plain `Unknown` where even
that is open. Inside a longer text, account, region and the names of the
template's own resources stay as `${AccountId}`, `${Region}`, `${LogicalId}`: the rest of such a text is still known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved, kleene_all, kleene_any, kleene_not

ACCOUNT, REGION = "${AccountId}", "${Region}"  # without colons, which would break ARNs apart
NO_VALUE = object()  # Ref: AWS::NoValue removes the property
_PSEUDO: dict[str, Any] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": NO_VALUE,
    "AWS::StackName": "${StackName}",
    "AWS::StackId": "${StackId}",
    "AWS::NotificationARNs": [],
}
_VARIABLE = re.compile(r"\$\{([^!][^}]*)\}")
_MAX_DEPTH = 60


class Template:
    """A template's parameters, mappings, conditions and resource names, by which values are resolved."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._parameters = _section(body, "Parameters")
        self._mappings = _section(body, "Mappings")
        self._conditions = _section(body, "Conditions")
        self.resources = _section(body, "Resources")
        self._deciding: set[str] = set()

    def resolve(self, value: Any, depth: int = 0) -> Any:
        """`value` with every intrinsic function evaluated or replaced by an Unknown; `NO_VALUE` members are left out."""
        if depth > _MAX_DEPTH:
            return Unknown(Reason(ReasonCode.LIMIT, "the expression is nested too deeply"))
        if isinstance(value, Mapping):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                function = _FUNCTIONS.get(name)
                if function is not None:
                    return function(self, argument, depth)
                if name == "Condition" and isinstance(argument, str):
                    return self.condition(argument)
                if isinstance(name, str) and name.startswith("Fn::"):
                    return Unresolved(f"{name} is not evaluated")
            members = ((key, self.resolve(member, depth + 1)) for key, member in value.items())
            return {key: member for key, member in members if member is not NO_VALUE}
        if isinstance(value, list):
            items = (self.resolve(item, depth + 1) for item in value)
            return [item for item in items if item is not NO_VALUE]
        return value

    def reference(self, name: str) -> Any:
        """What `Ref` gives: a pseudo parameter, a parameter's default, or a pointer to a resource."""
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self._parameters:
            return _default(name, self._parameters[name])
        if name in self.resources:
            return Unresolved(f"Ref {name}", target=name)
        return Unresolved(f"Ref {name}, which the template does not declare")

    def condition(self, name: str) -> Truth:
        """Whether a named condition holds with the parameters' defaults."""
        if name not in self._conditions or name in self._deciding:
            return Unresolved(f"condition {name}")
        self._deciding.add(name)
        try:
            return _truth(self.resolve(self._conditions[name]))
        finally:
            self._deciding.discard(name)

    def lookup(self, keys: list[Any]) -> Any:
        """A value of the Mappings section."""
        node: Any = self._mappings
        for key in keys:
            if isinstance(key, Unknown) or (isinstance(key, str) and _open(key)):
                return Unresolved("Fn::FindInMap with a key that is known only on deployment")
            node = node.get(key) if isinstance(node, Mapping) else None
        return node if node is not None else Unresolved(f"Fn::FindInMap {keys} is not in Mappings")


def _section(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = body.get(name)
    return section if isinstance(section, Mapping) else {}


def _default(name: str, parameter: Any) -> Any:
    if not isinstance(parameter, Mapping) or "Default" not in parameter:
        return Unresolved(f"parameter {name} has no default")
    kind, default = str(parameter.get("Type", "String")), parameter["Default"]
    if kind.startswith("AWS::SSM::Parameter::Value"):
        return Unresolved(f"parameter {name} is read from Systems Manager on deployment")
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [part.strip() for part in str(default).split(",")] if default not in ("", None) else []
    return default


def _truth(value: Any) -> Truth:
    if isinstance(value, bool | Unknown):
        return value
    return Unresolved(f"a condition gave {value!r}") if not isinstance(value, str) else value.lower() == "true"


def _join(template: Template, argument: Any, depth: int) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004 (delimiter and values)
        return Unresolved("Fn::Join with unusual arguments")
    parts = template.resolve(argument[1], depth + 1)
    if isinstance(parts, Unknown):
        return parts
    return _text(parts, "Fn::Join", str(argument[0]))


def _open(text: str) -> bool:
    """Whether a text holds a placeholder, so that it cannot be compared."""
    return _VARIABLE.search(text) is not None


def _text(parts: list[Any], what: str, delimiter: str = "") -> Any:
    """The parts as one text. The name of a resource becomes a placeholder (it holds no scheme, digest or path of its own); anything else
    that is unknown makes the whole unresolved, and so does a text that is nothing but one unknown part.
    """
    known = [part for part in parts if part != ""]
    if len(known) == 1 and isinstance(known[0], Unknown):
        return known[0]
    texts = [placeholder(part) if isinstance(part, Unresolved) and part.target else part for part in parts]
    unknown = [part for part in texts if isinstance(part, Unknown)]
    if not unknown:
        return delimiter.join(str(part) for part in texts)
    return Unresolved(f"{what} over {', '.join(reason.detail for part in unknown for reason in part.reasons)}")


def placeholder(pointer: Unresolved) -> str:
    """How a resource's name or attribute stands inside a longer text; documents carry the same text as one of their keys."""
    return f"${{{pointer.target}.{pointer.attribute}}}" if pointer.attribute else f"${{{pointer.target}}}"


def _sub(template: Template, argument: Any, depth: int) -> Any:
    text, own = (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (argument, {})  # noqa: PLR2004
    if not isinstance(text, str):
        return Unresolved("Fn::Sub with unusual arguments")
    parts: list[Any] = []
    at = 0
    for match in _VARIABLE.finditer(text):
        parts.append(text[at : match.start()])
        name = match[1].strip()
        if isinstance(own, Mapping) and name in own:
            parts.append(template.resolve(own[name], depth + 1))
        elif name not in _PSEUDO and "." in name:
            parts.append(_attribute(template, name.split(".", 1), depth))
        else:
            parts.append(template.reference(name))
        at = match.end()
    parts.append(text[at:].replace("${!", "${"))
    return _text(["" if part is NO_VALUE else part for part in parts], "Fn::Sub")


def _attribute(template: Template, argument: Any, depth: int) -> Any:
    parts = argument.split(".", 1) if isinstance(argument, str) else template.resolve(argument, depth + 1)
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], str):
        return Unresolved("Fn::GetAtt with unusual arguments")
    target = parts[0] if parts[0] in template.resources else ""
    return Unresolved(f"Fn::GetAtt {'.'.join(str(part) for part in parts)}", target=target, attribute=str(parts[-1]))


def _if(template: Template, argument: Any, depth: int) -> Any:
    if not isinstance(argument, list) or len(argument) != 3:  # noqa: PLR2004 (condition, then, else)
        return Unresolved("Fn::If with unusual arguments")
    decided = template.condition(str(argument[0]))
    if not isinstance(decided, Unknown):
        return template.resolve(argument[1] if decided else argument[2], depth + 1)
    branches = [template.resolve(branch, depth + 1) for branch in argument[1:]]
    if branches[0] is branches[1] or branches[0] == branches[1]:
        return branches[0]
    if NO_VALUE in branches:
        return Unknown(Reason(ReasonCode.UNRESOLVED, f"condition {argument[0]} decides whether it is set"))
    return Unresolved(f"condition {argument[0]} decides between two values")


def _select(template: Template, argument: Any, depth: int) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004 (index and list)
        return Unresolved("Fn::Select with unusual arguments")
    index, items = template.resolve(argument[0], depth + 1), template.resolve(argument[1], depth + 1)
    if isinstance(items, Unknown):
        return items
    try:
        return items[int(index)]
    except (TypeError, ValueError, IndexError, KeyError):
        return Unresolved("Fn::Select outside its list")


def _split(template: Template, argument: Any, depth: int) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004 (delimiter and text)
        return Unresolved("Fn::Split with unusual arguments")
    text = template.resolve(argument[1], depth + 1)
    return text.split(str(argument[0])) if isinstance(text, str) and str(argument[0]) else Unresolved("Fn::Split of an unknown text")


def _equals(template: Template, argument: Any, depth: int) -> Truth:
    sides = [template.resolve(side, depth + 1) for side in argument] if isinstance(argument, list) else []
    unknown = next((side for side in sides if isinstance(side, Unknown) or (isinstance(side, str) and _open(side))), None)
    if len(sides) != 2 or unknown is not None:  # noqa: PLR2004 (two sides)
        return Unresolved("Fn::Equals over a value that is known only on deployment")
    return str(sides[0]) == str(sides[1])


def _junction(fold: Callable[[list[Truth]], Truth]) -> Callable[[Template, Any, int], Any]:
    def evaluate(template: Template, argument: Any, depth: int) -> Any:
        return (
            fold([_truth(template.resolve(part, depth + 1)) for part in argument])
            if isinstance(argument, list)
            else Unresolved("a condition")
        )

    return evaluate


def _json(template: Template, argument: Any, depth: int) -> Any:
    value = template.resolve(argument, depth + 1)
    try:
        return value if isinstance(value, Unknown) else json.dumps(value, sort_keys=True)
    except TypeError:
        return Unresolved("Fn::ToJsonString over an unknown value")


_FUNCTIONS: dict[str, Callable[[Template, Any, int], Any]] = {
    "Ref": lambda template, name, _: template.reference(str(name)),
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Equals": _equals,
    "Fn::And": _junction(kleene_all),
    "Fn::Or": _junction(kleene_any),
    "Fn::Not": lambda t, argument, d: kleene_not(
        _truth(t.resolve(argument[0] if isinstance(argument, list) and argument else argument, d + 1))
    ),
    "Fn::FindInMap": lambda t, argument, d: (
        t.lookup([t.resolve(key, d + 1) for key in argument[:3]]) if isinstance(argument, list) else Unresolved("Fn::FindInMap")
    ),
    "Fn::Base64": lambda t, argument, d: t.resolve(argument, d + 1),
    "Fn::ImportValue": lambda _t, _a, _d: Unresolved("a value exported by another stack"),
    "Fn::GetAZs": lambda _t, _a, _d: Unresolved("availability zones are known only on deployment"),
    "Fn::Cidr": lambda _t, _a, _d: Unresolved("Fn::Cidr is not evaluated"),
    "Fn::ToJsonString": _json,
}
