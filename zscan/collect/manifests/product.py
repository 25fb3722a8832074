"""What is known of a product: how to recognise it, and which of its settings decide about sign-in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Since:
    """A default that holds from a version on (major, minor)."""

    version: tuple[int, int]
    value: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """Which settings decide whether callers must authenticate, strongest first: `off` settings, then `on` settings, then the default.

    `on_flags` and `on_variables` switch it on by any non-empty value (the key itself); `emptied` flags and variables switch it off when
    they are given empty. `on_values` and `off_values` are variables with the values that decide. `default` is what holds when nothing is
    set: a truth value, or steps by version (unknown for an unknown version). None: the product has no sign-in of its own that zscan knows.
    """

    on_flags: tuple[str, ...] = ()
    on_variables: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    on_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    off_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    on_words: tuple[str, ...] = ()
    default: bool | tuple[Since, ...] | None = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product: how to recognise it, what it is, and its settings. `weak` ones are AI only beside another AI asset (search engines)."""

    name: str
    asset_type: str
    image: re.Pattern[str] | None = None
    command: re.Pattern[str] | None = None
    variables: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    sign_in: SignIn = field(default_factory=SignIn)
    admin_ports: frozenset[int] = frozenset()
    cors: tuple[str, tuple[str, ...], bool | None] = ("", (), None)  # setting, values that mean "any origin", default
    tls_flags: tuple[str, ...] = ()
    tls_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    loads_at_runtime: bool = False  # its own API pulls or swaps models
    weak: bool = False


def product(  # noqa: PLR0913 (one row of a table)
    name: str, asset_type: str, image: str = "", command: str = "", ports: tuple[int, ...] = (), *, sign_in: SignIn, **more: object
) -> Product:
    """A product from one row of a table, with its patterns compiled."""
    return Product(
        name,
        asset_type,
        re.compile(image) if image else None,
        re.compile(command) if command else None,
        ports=frozenset(ports),
        sign_in=sign_in,
        **more,  # type: ignore[arg-type]  # the fields of Product
    )


NO_SIGN_IN = SignIn(default=False)
DECIDED_ELSEWHERE = SignIn(default=None)
YES, NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
