"""The permissions that a scan needs, from the calls that collectors declare, and as policies to hand out.

Generated, so that it can neither ask for more than is used nor forget what is. What a provider's policies look like is in its own
`permissions` module.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from zscan.collect import Call, collectors
from zscan.errors import UsageError


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One right: the provider's name of it, the calls that demand it, and the native types that stay in the dark without it."""

    action: str
    calls: tuple[str, ...]
    native_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One policy as a file: its format (`json`, `terraform`, `cloudformation`, `stackset`), a file name, its text."""

    format: str
    filename: str
    text: str


@dataclass(frozen=True, slots=True)
class Lack:
    """An action that policies do not grant, or only in part: what stays in the dark without it, and the rules over that."""

    action: str
    grade: str
    native_types: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Policies that somebody has beside what a scan needs. `rows` are what lacks, by action."""

    labels: tuple[str, ...]
    needed: int
    granted: int
    rows: tuple[Lack, ...]


def required(provider: str, *, extras: Sequence[str] = ()) -> tuple[Permission, ...]:
    """What a scan of a provider needs, by action; `extras` are options that need more. Raises UsageError for what is not known."""
    needs: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for native_type, call in _calls(provider, extras):
        calls, native_types = needs[call.action]
        calls.add(call.id)
        native_types.update((native_type,) if native_type else ())
    for name in extras:
        for action, call_id in _module(provider, "permissions").extra_actions(name):
            needs[action][0].add(call_id)
    return tuple(Permission(action, tuple(sorted(calls)), tuple(sorted(types))) for action, (calls, types) in sorted(needs.items()))


def policy(provider: str, *, extras: Sequence[str] = ()) -> tuple[PolicyDocument, ...]:
    """The least-privilege policies of a provider, in every format it has. Raises UsageError for a provider that has none."""
    actions = [one.action for one in required(provider, extras=extras)]
    documents: tuple[PolicyDocument, ...] = _module(provider, "permissions").documents(actions)
    return documents


def notes(provider: str, documents: Sequence[PolicyDocument]) -> tuple[str, ...]:
    """What somebody who attaches the policies has to know."""
    said: tuple[str, ...] = _module(provider, "permissions").notes(documents)
    return said


def lacking(provider: str, policies: Sequence[str], judged: Mapping[str, Iterable[str]], *, extras: Sequence[str] = ()) -> Comparison:
    """What named policies lack together. `judged` gives the rules that judge each native type. Raises UsageError for unknown policies."""
    module = _module(provider, "permission_diff")
    held = [module.held(name) for name in dict.fromkeys(policies)]
    needed = required(provider, extras=extras)
    grades = module.grades([one.action for one in needed], held)
    rows = []
    for one in needed:
        if grades[one.action] != "granted":
            rules = {rule for native in one.native_types for rule in judged.get(native, ())}
            rows.append(Lack(one.action, grades[one.action], one.native_types, tuple(sorted(rules))))
    return Comparison(tuple(policy.label for policy in held), len(needed), len(needed) - len(rows), tuple(rows))


def _calls(provider: str, extras: Sequence[str]) -> list[tuple[str, Call]]:
    session = _module(provider, "session")
    own: tuple[Call, ...] = session.SESSION_CALLS
    optional: Mapping[str, tuple[Call, ...]] = session.EXTRA_CALLS
    for name in extras:
        if name not in optional:
            raise UsageError(f"nothing called {name!r} needs more rights", hint=f"known: {', '.join(sorted(optional))}")
    more = [("", call) for name in extras for call in optional[name]]
    return [("", call) for call in own] + [(c.native_type, call) for c in collectors(provider) for call in c.calls()] + more


def _module(provider: str, name: str) -> ModuleType:
    full = f"zscan.collect.{provider}.{name}"
    try:
        return importlib.import_module(full)
    except ModuleNotFoundError as error:
        if error.name is None or not full.startswith(error.name):
            raise
        raise UsageError(
            f"{provider} has no permissions to print", why=f"there is no module {full}", hint="name a cloud provider"
        ) from error
