"""The permissions that a scan needs, from the calls that collectors declare, and as policies to hand out.

Generated, so that it can neither ask for more than is used nor forget what is. What a provider's policies look like is in its own
`permissions` module.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
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
    """One policy as a file: its format (`json`, `terraform`, `cloudformation`), a file name, its text."""

    format: str
    filename: str
    text: str


def required(provider: str) -> tuple[Permission, ...]:
    """What a scan of a provider needs, by action. Raises UsageError for a provider that has no permissions."""
    needs: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for native_type, call in _calls(provider):
        calls, native_types = needs[call.action]
        calls.add(call.id)
        native_types.update((native_type,) if native_type else ())
    return tuple(Permission(action, tuple(sorted(calls)), tuple(sorted(types))) for action, (calls, types) in sorted(needs.items()))


def policy(provider: str) -> tuple[PolicyDocument, ...]:
    """The least-privilege policies of a provider, in every format it has. Raises UsageError for a provider that has none."""
    documents: tuple[PolicyDocument, ...] = _module(provider, "permissions").documents([one.action for one in required(provider)])
    return documents


def _calls(provider: str) -> list[tuple[str, Call]]:
    own: tuple[Call, ...] = _module(provider, "session").SESSION_CALLS
    return [("", call) for call in own] + [(c.native_type, call) for c in collectors(provider) for call in c.calls()]


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
