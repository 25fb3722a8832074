from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zscan.engine.expr import MAX_DEPTH, MAX_LENGTH, parse, tokens
from zscan.engine.syntax import Call, Comparison, ExpressionError, Index, Literal, Logic, Name, Negation, Select


def test_precedence_is_that_of_cel() -> None:
    node = parse("!a || b.c == 'x' && d in [1, 2]")
    assert isinstance(node, Logic)
    assert node.operator == "||"
    left, right = node.operands
    assert left == Negation(Name("a", 1), 0)
    assert isinstance(right, Logic)
    assert right.operator == "&&"
    assert right.operands[0] == Comparison("==", Select(Name("b", 6), "c", 8), Literal("x", 13), 10)


def test_calls_indexes_and_negative_numbers() -> None:
    node = parse("f(tags['k'], -3).exists(x, true)")
    assert isinstance(node, Call)
    assert node.name == "exists"
    assert isinstance(node.receiver, Call)
    assert node.receiver.arguments == (Index(Name("tags", 2), Literal("k", 7), 6), Literal(-3, 13))


@pytest.mark.parametrize(("text", "value"), [(r"'a\'b'", "a'b"), (r'"\\\n\t"', "\\\n\t"), ("'ä'", "ä"), ("''", "")])
def test_text_literals(text: str, value: str) -> None:
    assert parse(text) == Literal(value, 0)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("a &&", 4, "ends too early"),
        ("a & b", 2, "unexpected '&'"),
        ("a = b", 2, "unexpected '='"),
        ("a == b == c", 7, "cannot be chained"),
        ("(a", 2, "expected ')'"),
        ("a b", 2, "unexpected 'b'"),
        ("a.", 2, "expected a name"),
        ("'abc", 0, "not closed"),
        ("'a\nb'", 0, "not closed"),
        (r"'\q'", 1, "unknown escape"),
        ("1.5", 0, "whole decimal numbers"),
        ("0x10", 0, "whole decimal numbers"),
        ("9223372036854775808", 0, "too large"),
        ("9" * 5000, 0, "at most 4000"),
        ("9" * 3999, 0, "too large"),
        ("a + b", 2, "no arithmetic"),
        ("a ? b : c", 2, "no arithmetic"),
        ("has(a.b)", 0, "has() does not exist"),
        ("a == null", 5, "null"),
        ("a.matches('x')", 2, "regular expressions"),
        ("аdmin", 0, "unexpected character"),  # a Cyrillic letter that looks like a Latin one
        ("a\u00a0b", 1, "unexpected character"),
        ("a\x00", 1, "unexpected character"),
        ("٣ == 3", 0, "unexpected character"),  # an Arabic digit
        ("in", 0, "unexpected 'in'"),
        ("a.exists(x, x)[", 15, "ends too early"),
    ],
)
def test_mistakes_have_a_place(text: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert message in caught.value.message
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "(" * 600 + "a" + ")" * 600,
        "!" * 1500 + "a",
        "[" * 1500,
        "a" + ".b" * 1900,
        "f(" * 900,
        "a" + "['k']" * 700,
        "a.exists(x, " * 300 + "a" + ")" * 300,
        "a[" * 1900,
        "-" * 3000,
    ],
)
def test_deep_input_is_refused_quickly(text: str) -> None:
    began = time.process_time()
    with pytest.raises(ExpressionError):
        parse(text)
    assert time.process_time() - began < 0.5


def test_what_is_long_but_flat_is_fine() -> None:
    node = parse(" && ".join(["a"] * 600))
    assert isinstance(node, Logic)
    assert len(node.operands) == 600
    assert parse("(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1)) == Name("a", MAX_DEPTH - 1)


def test_length_is_limited() -> None:
    with pytest.raises(ExpressionError, match="at most"):
        tokens("a" * (MAX_LENGTH + 1))


def _place_of_mistake(text: str) -> int:
    """Where the first mistake is; 0 when there is none."""
    try:
        parse(text)
    except ExpressionError as error:
        return error.offset
    return 0


@given(st.text(max_size=200))
def test_any_text_parses_or_is_refused(text: str) -> None:
    assert 0 <= _place_of_mistake(text) <= len(text)


@given(
    st.lists(st.sampled_from(["a", "(", ")", "!", "&&", "||", "==", "in", "[", "]", ".", ",", "'x'", "1", "-", "<", "exists"]), max_size=60)
)
def test_any_sequence_of_tokens_parses_or_is_refused(parts: list[str]) -> None:
    text = " ".join(parts)
    assert 0 <= _place_of_mistake(text) <= len(text)
