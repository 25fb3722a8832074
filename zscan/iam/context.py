"""What is known of a request besides who, what and where: the values of condition keys, and policy variables that take them up.

A key is known, known to be missing, unread, or open: then the circumstances of the call decide (IAM user guide,
reference_policies_condition-keys and reference_policies_variables).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from zscan.iam.globs import literal
from zscan.model.unknown import Reason, Unknown

Values: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Values by key in lower case; an empty value says that the request does not hold the key.

    `whole` are beginnings of keys of which `values` lists all that there are: `aws:principaltag/` where the tags were read, `""` for a
    request that is known in full; `hidden` are beginnings of keys that were not read. Any other key is open.
    """

    values: Mapping[str, Values | Unknown] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    hidden: tuple[tuple[str, Unknown], ...] = ()

    def get(self, key: str) -> Values | Unknown | None:
        """The values of a key; None when it is open."""
        found = self.values.get(key)
        if found is not None:
            return found
        for beginning, unread in self.hidden:
            if key.startswith(beginning):
                return unread
        return () if key.startswith(self.whole) else None

    def with_values(self, other: Context) -> Context:
        """The same with more known."""
        return Context({**self.values, **other.values}, (*self.whole, *other.whole), (*self.hidden, *other.hidden))


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its variables filled in. `missing`: a variable has no value; `open`: the words for one that the call decides."""

    text: str = ""
    missing: bool = False
    open: str = ""
    unknown: tuple[Reason, ...] = ()


def filled(text: str, context: Context) -> Filled:
    """A pattern with `${key}` and `${key, 'default'}` replaced by literal values; `${*}`, `${?}` and `${$}` stay for the matcher."""
    parts: list[str] = []
    rest = text
    while "${" in rest:
        before, _, after = rest.partition("${")
        name, closed, rest = after.partition("}")
        if not closed:
            parts.append(f"{before}${{{name}")
            break
        if name in {"*", "?", "$"}:
            parts.append(f"{before}${{{name}}}")
            continue
        key, _, fallback = name.partition(",")
        value = context.get(key.strip().lower())
        if value == () and fallback:
            value = (fallback.strip().strip("'"),)
        if value is None:
            return Filled(open=f"${{{name}}}")
        if isinstance(value, Unknown):
            return Filled(unknown=value.reasons)
        if len(value) != 1:
            return Filled(missing=True)
        parts += [before, literal(value[0])]
    else:
        parts.append(rest)
    return Filled("".join(parts))
