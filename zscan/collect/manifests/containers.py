"""One view of a container, whether a pod, a custom resource or a Compose service holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from zscan.collect.manifests import launch
from zscan.collect.manifests.fields import integer, mapping, mappings, sequence, text
from zscan.collect.manifests.images import Image, image_of
from zscan.model.document import Path
from zscan.model.unknown import Unknown, Unresolved

# Variables whose value is a piece of the server's command line.
_ARGUMENT_VARIABLES = ("VLLM_ADDITIONAL_ARGS", "VLLM_ARGS", "VLLM_EXTRA_ARGS", "EXTRA_ARGS", "NIM_PASSTHROUGH_ARGS", "CLI_ARGS")


@dataclass(frozen=True)
class Container:
    """A container: `env` holds literals as text and references (a secret's key, a field) as `Unresolved`: set, but not readable.

    `path` leads to it in the document. `more_env` says that further variables come from objects that are named only as a whole.
    """

    name: str
    image: Image | Unknown | None
    arguments: tuple[str, ...] = ()
    env: Mapping[str, str | Unknown] = field(default_factory=dict)
    ports: tuple[tuple[str, int], ...] = ()
    path: Path = ()
    body: Mapping[Any, Any] = field(default_factory=dict)
    init: bool = False
    more_env: bool = False
    env_path: Path = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The command line in words, with known variables put in and arguments passed by variable appended."""
        passed = [value for name in _ARGUMENT_VARIABLES if isinstance(value := self.env.get(name), str)]
        return launch.tokens(launch.expand(argument, self.env) for argument in (*self.arguments, *passed))

    @cached_property
    def flags(self) -> dict[str, str]:
        """Long flags of the command line."""
        return launch.flags(self.words)

    @cached_property
    def line(self) -> str:
        """The command line as one text, for searches."""
        return " ".join(self.words)

    def literal(self, name: str) -> str | None:
        """The literal value of a variable; None when it is not set or a reference."""
        value = self.env.get(name)
        return value if isinstance(value, str) else None


def container_of(body: Mapping[Any, Any], path: Path, *, init: bool = False) -> Container:
    """A container as Kubernetes writes it."""
    arguments = [text(item) for key in ("command", "args") for item in _words(body.get(key))]
    ports = tuple(
        (text(item.get("name")), number)
        for _, item in mappings(body.get("ports"))
        if (number := integer(item.get("containerPort"))) is not None
    )
    return Container(
        name=text(body.get("name")) or "main",
        image=image_of(body.get("image")),
        arguments=tuple(arguments),
        env=environment(body.get("env")),
        ports=ports,
        path=path,
        body=body,
        init=init,
        more_env=bool(sequence(body.get("envFrom"))),
        env_path=(*path, "env"),
    )


def _words(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value]
    return sequence(value)


def environment(value: Any) -> dict[str, str | Unknown]:
    """Variables of a Kubernetes `env` list, or of a plain mapping."""
    if isinstance(value, dict):
        return {str(key): item if isinstance(item, Unknown) else text(item) for key, item in value.items()}
    return dict(_variables(value))


def _variables(value: Any) -> Iterator[tuple[str, str | Unknown]]:
    for _, item in mappings(value):
        name = text(item.get("name"))
        if not name:
            continue
        literal, source = item.get("value"), mapping(item.get("valueFrom"))
        if isinstance(literal, Unknown):
            yield name, literal
        elif source:
            yield name, Unresolved(f"{name} comes from {next(iter(source), '')}")
        else:
            yield name, text(literal)
