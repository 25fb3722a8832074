"""Messages with placeholders: `{network.public_access}`, `{name}`, `{tool.name}`, `{params.days}`; `{{` and `}}` stand for braces."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zscan.engine.check import Checker
from zscan.engine.interpret import Interpreter, Scope
from zscan.engine.ir import Node
from zscan.engine.render import words
from zscan.engine.specialise import Static, specialise
from zscan.engine.syntax import ExpressionError

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Template:
    """Text and typed paths in turn."""

    parts: tuple[str | Node, ...]

    def render(self, interpreter: Interpreter, scope: Scope, static: Static) -> str:
        """The message for one asset (or element). What is unknown, or does not exist there, is called unknown."""
        return "".join(part if isinstance(part, str) else _value(part, interpreter, scope, static) for part in self.parts)


def _value(node: Node, interpreter: Interpreter, scope: Scope, static: Static) -> str:
    rest = specialise(node, static)
    return words(None if rest is None else interpreter.trace(rest, scope).value, node)


def parse_template(text: str, checker: Checker) -> Template:
    """The typed form of a message. Raises `ExpressionError` at a placeholder that names nothing."""
    parts: list[str | Node] = []
    end = 0
    for match in _PART.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match.group() in ("{{", "}}"):
            parts.append(match.group()[0])
        elif match.group() in ("{", "}"):
            raise ExpressionError("a brace that opens or closes no placeholder; write {{ or }}", match.start())
        else:
            parts.append(_placeholder(match.group(1), match.start(1), checker))
    parts.append(text[end:])
    return Template(tuple(part for part in parts if part != ""))


def _placeholder(source: str, offset: int, checker: Checker) -> Node:
    try:
        return checker.placeholder(source)
    except ExpressionError as error:
        raise ExpressionError(error.message, offset + error.offset, error.suggestion) from None
