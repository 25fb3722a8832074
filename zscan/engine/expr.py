"""Lexer and parser of rule expressions: a strict subset of CEL, limited in length and depth so that no input can hang or crash it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from zscan.engine.syntax import Call, Comparison, ExpressionError, Index, ListLiteral, Literal, Logic, Name, Negation, Select, Syntax

MAX_LENGTH = 4_000
MAX_DEPTH = 32
_MAX_INT = 2**63 - 1

_TOKEN = re.compile(
    r"""(?P<int>[0-9]+)(?![A-Za-z0-9_.])
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<str>'(?:[^'\\\r\n]|\\[^\r\n])*'|"(?:[^"\\\r\n]|\\[^\r\n])*")
      | (?P<op>&&|\|\||[<>=!]=|[-!<>().,\[\]])""",
    re.VERBOSE,
)
_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t", "r": "\r"}
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_NOT_IN_LANGUAGE = {
    "has": "evidence that is missing is unknown by itself; has() does not exist",
    "null": "there is no null: missing evidence is unknown by itself",
    "matches": "regular expressions do not exist; use glob(), startsWith(), endsWith() or contains()",
}
_WRONG_OPERATORS = {"&": "&&", "|": "||", "=": "=="}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind (`int`, `name`, `str`, `op`, `end`), text and place."""

    kind: str
    text: str
    offset: int


def tokens(source: str) -> list[Token]:
    """The tokens of `source`, ending with one of kind `end`. Raises `ExpressionError` at the first character that starts none."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(source)} characters; at most {MAX_LENGTH} are allowed", 0)
    found: list[Token] = []
    place = _SPACE.match(source).end()  # type: ignore[union-attr]  # the pattern matches the empty string
    while place < len(source):
        match = _TOKEN.match(source, place)
        if match is None or match.lastgroup is None:
            raise _unexpected_character(source, place)
        found.append(Token(match.lastgroup, match.group(), place))
        place = _SPACE.match(source, match.end()).end()  # type: ignore[union-attr]
    found.append(Token("end", "", len(source.rstrip())))
    return found


def _unexpected_character(source: str, place: int) -> ExpressionError:
    character = source[place]
    if character in "'\"":
        return ExpressionError("the text is not closed on its line", place)
    if character in "0123456789":
        return ExpressionError("numbers are whole decimal numbers", place)
    if character in _WRONG_OPERATORS:
        return ExpressionError(f"unexpected {character!r}", place, _WRONG_OPERATORS[character])
    if character in "+*/%?:":
        return ExpressionError(f"{character!r} does not exist: there is no arithmetic and no ?:", place)
    return ExpressionError(f"unexpected character {character!a}", place)


def unescape(token: Token) -> str:
    """The value of a text literal."""
    parts: list[str] = []
    body, index = token.text[1:-1], 0
    while index < len(body):
        if body[index] != "\\":
            parts.append(body[index])
            index += 1
            continue
        escaped = body[index + 1]
        if escaped not in _ESCAPES:
            raise ExpressionError(f"unknown escape \\{escaped}", token.offset + 1 + index)
        parts.append(_ESCAPES[escaped])
        index += 2
    return "".join(parts)


class _Parser:
    """Recursive descent; `depth` bounds the recursion."""

    def __init__(self, source: str) -> None:
        self.tokens = tokens(source)
        self.index = 0
        self.depth = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        token = self.current
        self.index += 1
        return token

    def at(self, *operators: str) -> bool:
        return self.current.kind == "op" and self.current.text in operators

    def take(self, operator: str) -> Token | None:
        return self.advance() if self.at(operator) else None

    def need(self, operator: str) -> None:
        if not self.take(operator):
            found = self.current.text or "the end of the expression"
            raise ExpressionError(f"expected {operator!r} before {found}", self.current.offset)

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels", self.current.offset)
        yield
        self.depth -= 1

    def whole(self) -> Syntax:
        if self.current.kind == "end":
            raise ExpressionError("the expression is empty", 0)
        node = self.disjunction()
        if self.current.kind != "end":
            raise ExpressionError(f"unexpected {self.current.text!r}", self.current.offset)
        return node

    def disjunction(self) -> Syntax:
        with self.nested():
            return self.chain("||", lambda: self.chain("&&", self.comparison))

    def chain(self, operator: str, operand: Callable[[], Syntax]) -> Syntax:
        offset = self.current.offset
        operands = [operand()]
        while self.take(operator):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Logic(operator, tuple(operands), offset)

    def comparison(self) -> Syntax:
        left = self.unary()
        if not self.at_comparison():
            return left
        operator = self.advance()
        node = Comparison(operator.text, left, self.unary(), operator.offset)
        if self.at_comparison():
            raise ExpressionError("comparisons cannot be chained; join them with &&", self.current.offset)
        return node

    def at_comparison(self) -> bool:
        return self.at(*_COMPARISONS) or (self.current.kind, self.current.text) == ("name", "in")

    def unary(self) -> Syntax:
        if token := self.take("!"):
            with self.nested():
                return Negation(self.unary(), token.offset)
        return self.postfix()

    def postfix(self) -> Syntax:
        node = self.primary()
        steps = 0
        while self.at(".", "["):
            steps += 1
            if steps > MAX_DEPTH:
                raise ExpressionError(f"more than {MAX_DEPTH} steps in one path", self.current.offset)
            node = self.index_of(node) if self.at("[") else self.member(node)
        return node

    def index_of(self, base: Syntax) -> Syntax:
        offset = self.advance().offset
        key = self.disjunction()
        self.need("]")
        return Index(base, key, offset)

    def member(self, base: Syntax) -> Syntax:
        self.advance()
        token = self.advance()
        if token.kind != "name":
            raise ExpressionError("expected a name after '.'", token.offset)
        return Call(base, token.text, self.items(")"), token.offset) if self.take_call(token) else Select(base, token.text, token.offset)

    def take_call(self, token: Token) -> bool:
        if token.text in _NOT_IN_LANGUAGE and (self.at("(") or token.text == "null"):
            raise ExpressionError(_NOT_IN_LANGUAGE[token.text], token.offset)
        return self.take("(") is not None

    def items(self, end: str) -> tuple[Syntax, ...]:
        found: list[Syntax] = []
        while not self.take(end):
            found.append(self.disjunction())
            if not self.at(end):
                self.need(",")
        return tuple(found)

    def primary(self) -> Syntax:
        token = self.advance()
        if token.kind == "int":
            return self.integer(token.text, token.offset)
        if token.kind == "str":
            return Literal(unescape(token), token.offset)
        if token.kind == "name":
            return self.name(token)
        if token.text == "(":
            node = self.disjunction()
            self.need(")")
            return node
        if token.text == "[":
            with self.nested():
                return ListLiteral(self.items("]"), token.offset)
        if token.text == "-" and self.current.kind == "int":
            return self.integer("-" + self.advance().text, token.offset)
        self.index -= 1  # so that the end of the text stays the current token
        raise ExpressionError(f"unexpected {token.text!r}" if token.text else "the expression ends too early", token.offset)

    def integer(self, text: str, offset: int) -> Syntax:
        if len(text) > len(str(_MAX_INT)) or abs(int(text)) > _MAX_INT:
            raise ExpressionError("the number is too large", offset)
        return Literal(int(text), offset)

    def name(self, token: Token) -> Syntax:
        if token.text in ("true", "false"):
            return Literal(token.text == "true", token.offset)
        if token.text == "in":
            raise ExpressionError("unexpected 'in'", token.offset)
        return Call(None, token.text, self.items(")"), token.offset) if self.take_call(token) else Name(token.text, token.offset)


def parse(source: str) -> Syntax:
    """The syntax tree of `source`. Raises `ExpressionError` with the place of the mistake."""
    return _Parser(source).whole()
