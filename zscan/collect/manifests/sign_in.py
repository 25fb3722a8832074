"""Whether a product demands that callers authenticate, from its settings and the defaults of its version."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.images import Image
from zscan.collect.manifests.product import Product, SignIn, Since
from zscan.collect.manifests.products import is_auth_proxy
from zscan.model.document import Path
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved

_VERSION = re.compile(r"(\d+)\.(\d+)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def auth_required(product: Product, container: Container, beside: Sequence[Container], version: str = "") -> tuple[Truth, Path]:
    """Whether callers must authenticate, with the place that says so. `version` overrides the version in the image's tag."""
    value, path = _own(product, container, version)
    if value is not True and any(is_auth_proxy(other) for other in beside):
        if _loopback(container):
            return True, container.path
        return Unknown(
            Reason(ReasonCode.UNRESOLVED, "an authenticating proxy runs beside it; whether its own port is out of reach is not stated")
        ), path
    return value, path


def _own(product: Product, container: Container, version: str) -> tuple[Truth, Path]:
    sign_in = product.sign_in
    if _emptied(sign_in, container) or _has_value(sign_in.off_values, container):
        return False, container.path
    if _switched_on(sign_in, container):
        return True, container.path
    undecided = _undecided(sign_in, container)
    if undecided is not None:
        return undecided, container.path
    value = default_of(product, version or version_of(container))
    if value is not True and container.more_env and (sign_in.on_variables or sign_in.on_values):
        return Unresolved(f"{product.name} takes variables from objects that are named only as a whole"), container.path
    return value, container.path


def _switched_on(sign_in: SignIn, container: Container) -> bool:
    if any(container.flags.get(flag) for flag in sign_in.on_flags) or any(word in container.line for word in sign_in.on_words):
        return True
    for name in sign_in.on_variables:
        value = container.env.get(name)
        if isinstance(value, Unresolved) or (isinstance(value, str) and value.strip()):
            return True
    return _has_value(sign_in.on_values, container)


def _emptied(sign_in: SignIn, container: Container) -> bool:
    for setting in sign_in.emptied:
        value = container.flags.get(setting) if setting.startswith("--") else container.env.get(setting)
        if value == "":
            return True
    return False


def _has_value(settings: tuple[tuple[str, tuple[str, ...]], ...], container: Container) -> bool:
    return any((value := container.literal(name)) is not None and value.strip().lower() in values for name, values in settings)


def _undecided(sign_in: SignIn, container: Container) -> Unknown | None:
    for name, _ in (*sign_in.off_values, *sign_in.on_values):
        value = container.env.get(name)
        if isinstance(value, Unknown):
            return value
    return None


def version_of(container: Container) -> str:
    """The version that the image's tag states, or ""."""
    return container.image.tag if isinstance(container.image, Image) else ""


def default_of(product: Product, version: str) -> Truth:
    """What holds when nothing is set; Unknown when it depends on a version that is not stated, or is not known."""
    default = product.sign_in.default
    if isinstance(default, bool):
        return default
    if default is None:
        return Unknown(Reason(ReasonCode.UNRESOLVED, f"whether {product.name} demands authentication is decided outside this manifest"))
    return _by_version(product.name, default, version)


def _by_version(name: str, steps: tuple[Since, ...], version: str) -> Truth:
    if len({step.value for step in steps}) == 1 and steps[0].version == (0, 0):
        return steps[0].value
    match = _VERSION.search(version)
    if match is None:
        return Unknown(Reason(ReasonCode.UNRESOLVED, f"the default of {name} depends on its version, which is not stated"))
    number = (int(match[1]), int(match[2]))
    held = [step.value for step in steps if step.version <= number]
    return held[-1] if held else Unknown(Reason(ReasonCode.UNRESOLVED, f"the default of {name} {version} is not known"))


def _loopback(container: Container) -> bool:
    return any(container.flags.get(flag) in _LOOPBACK for flag in ("--host", "--ServerApp.ip", "--ip", "--address", "--http-address"))
