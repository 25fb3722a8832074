"""Reading a Compose service: its command, variables and `${VAR:-default}` as Compose itself reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.fields import mapping, sequence, text
from zscan.collect.manifests.images import image_of
from zscan.collect.redact import names_secret, redact
from zscan.model.redacted import marker, redacted_pattern
from zscan.model.unknown import Unknown, Unresolved

_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\}|\$([A-Za-z_]\w*)")


def effective(value: Any) -> str | Unknown:
    """Text with `${VAR:-default}` replaced by the default, which holds where nobody sets it. A variable without one is unknown."""
    if isinstance(value, Unknown):
        return value
    raw = text(value)
    if "$" not in raw:
        return raw
    for match in _VARIABLE.finditer(raw):
        if match[2] not in {"-", ":-"}:
            return Unresolved(f"variable {match[1] or match[4]}")
    return _VARIABLE.sub(lambda match: match[3] or "", raw).replace("$$", "$")


def variables(value: Any) -> dict[str, Any]:
    """The `environment` of a service, map or list, as written."""
    if isinstance(value, list):
        pairs = (text(item).partition("=") for item in value)
        return {name.strip(): item if equals else None for name, equals, item in pairs if name.strip()}
    return {str(name): item for name, item in mapping(value).items()}


def environment(body: Mapping[Any, Any]) -> dict[str, Any]:
    """Variables with a literal default of a secret-named one marked: `${TOKEN:-changeme}` starts with a known credential."""
    return {name: _marked(name, value) for name, value in variables(body.get("environment")).items()}


def _marked(name: str, value: Any) -> Any:
    raw = text(value)
    if redacted_pattern(raw) or "$" not in raw or not names_secret(name):
        return value
    literal = effective(raw)
    if isinstance(literal, Unknown) or not redacted_pattern(redact({name: literal})[name]):
        return value
    return marker("known-default", len(literal))


def service_container(name: str, body: Mapping[Any, Any]) -> Container:
    """The container of a service. A variable that is named without a value comes from the caller's environment."""
    values: dict[str, str | Unknown] = {}
    for key, value in variables(body.get("environment")).items():
        values[key] = Unresolved(f"variable {key}") if value is None else effective(value)
    arguments = [str(word) for key in ("entrypoint", "command") for word in _words(body.get(key))]
    image = effective(body.get("image"))
    return Container(
        name=name,
        image=image if isinstance(image, Unknown) else image_of(image),
        arguments=tuple(arguments),
        env=values,
        ports=_container_ports(body),
        path=(),
        body=body,
        more_env=bool(body.get("env_file")),
        env_path=("environment",),
    )


def _words(value: Any) -> list[str]:
    items = [value] if isinstance(value, str) else sequence(value)
    found = []
    for item in items:
        resolved = effective(item)
        found.append(text(item) if isinstance(resolved, Unknown) else resolved)
    return [word for word in found if word]


def _container_ports(body: Mapping[Any, Any]) -> tuple[tuple[str, int], ...]:
    found = []
    for entry in (*sequence(body.get("ports")), *sequence(body.get("expose"))):
        raw = entry.get("target") if isinstance(entry, dict) else entry
        resolved = effective(raw)
        last = "" if isinstance(resolved, Unknown) else resolved.rpartition(":")[2].partition("/")[0]
        if isinstance(resolved, Unknown):  # `${PORT}:8000`: the container's own port may still be a number
            last = text(raw).rpartition(":")[2].partition("/")[0]
        if last.isdecimal() and len(last) < 6:  # noqa: PLR2004 (ports have five digits)
            found.append(("", int(last)))
    return tuple(found)
