"""What single scalars and tags mean: YAML 1.1 values, and CloudFormation's short forms."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from zscan.collect.manifests.nodes import TaggedStr, TemplateMarker, YMap, YSeq

_CORE: Final = "tag:yaml.org,2002:"
_TRUE: Final = frozenset({"true", "yes", "on"})
_LONGEST_NUMBER: Final = 100  # sexagesimal numbers cost quadratic time, and nobody writes longer ones
_JSON_EXPONENT: Final = re.compile(r"-?\d+(?:\.\d+)?[eE][-+]?\d+")
_LONG_FORMS: Final = {"!Ref": "Ref", "!Condition": "Condition"} | {
    f"!{name}": f"Fn::{name}"
    for name in (
        *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join"),
        *("Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform"),
    )
}
_resolver: Any = Resolver()  # untyped in the stubs
_constructor = SafeConstructor()


class _MergeKey(str):
    """The plain ``<<``, distinct from a quoted one."""

    __slots__ = ()


MERGE: Final = _MergeKey("<<")


def plain(text: str) -> Any:
    """Return the value of an unquoted scalar: what ``yaml.CSafeLoader`` makes of it, but timestamps stay text.

    The plain ``<<`` gives MERGE, and text holding ``{{`` is marked as a template.
    """
    if len(text) > _LONGEST_NUMBER:
        return TemplateMarker(text) if "{{" in text else text
    return _short_plain(text)


def plain_json(text: str) -> Any:
    """Return the value of an unquoted scalar in JSON, where an exponent alone (``1e-5``) makes a number."""
    if len(text) <= _LONGEST_NUMBER and _JSON_EXPONENT.fullmatch(text):
        return float(text)
    return plain(text)


@lru_cache(maxsize=20_000)  # manifests repeat themselves: half of all scalars were seen in the same run
def _short_plain(text: str) -> Any:
    if text == MERGE:
        return MERGE
    if "{{" in text:
        return TemplateMarker(text)
    return _typed(_resolver.resolve(ScalarNode, text, (True, False)), text, text)


def tagged(tag: str, text: str, line: int) -> Any:
    """Return the value of a scalar under an explicit tag: a YAML type, a CloudFormation long form, or marked text."""
    if tag == "!":  # "not what it looks like": plain text
        return text
    if tag in _LONG_FORMS:
        return long_form(tag, _attribute(text, line) if tag == "!GetAtt" else text, line)
    kept = TaggedStr(text)
    kept.tag = tag
    if len(text) > _LONGEST_NUMBER and tag != f"{_CORE}str":
        return kept
    return _typed(tag, text, kept)


def long_form(tag: str | None, value: Any, line: int) -> Any:
    """Wrap the value of a CloudFormation short form (``!If [...]`` to ``{"Fn::If": [...]}``); return others as is."""
    name = _LONG_FORMS.get(tag) if tag else None
    if name is None:
        return value
    wrapper = YMap(line, tag)
    wrapper[name] = value
    wrapper.lines[name] = line
    return wrapper


def _attribute(text: str, line: int) -> YSeq:
    """Split ``Resource.Attribute.Path`` at its first dot, as CloudFormation does."""
    parts = YSeq(line)
    parts.extend(text.split(".", 1))
    parts.lines.extend([line] * len(parts))
    return parts


def _typed(tag: str, text: str, otherwise: str) -> Any:
    """Construct one of YAML's own scalar types; ``otherwise`` for other tags and for text that does not fit."""
    try:
        match tag.removeprefix(_CORE):
            case "str":
                return text
            case "bool":
                return text.lower() in _TRUE
            case "null":
                return None
            case "int":
                return _constructor.construct_yaml_int(ScalarNode(tag, text))
            case "float":
                return _constructor.construct_yaml_float(ScalarNode(tag, text))
    except (ValueError, IndexError, yaml.YAMLError):
        # "0o", "1:": the resolver's patterns and explicit tags admit text that is no number.
        return otherwise
    return otherwise
