"""Wildcards: what they match, what classes they cover or meet, and how long that takes."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zscan.iam.globs import covers, overlaps

words = st.text(alphabet="ab*?", max_size=6)
plain = st.text(alphabet="ab", max_size=5)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*", "", True),
        ("a*", "a", True),
        ("a?", "a", False),
        ("*a", "ba", True),
        ("a*b*c", "a-b-c-c", True),
        ("a*b*c", "a-c-b", False),
        ("[ab]", "a", False),
        ("a.c", "abc", False),
    ],
)
def test_matches(pattern: str, text: str, matches: bool) -> None:
    assert covers(pattern, text) is matches
    assert overlaps(pattern, text) is matches


@given(pattern=words, text=words)
def test_a_pattern_that_covers_a_class_matches_each_member(pattern: str, text: str) -> None:
    members = ["".join(m) for n in range(5) for m in product("ab", repeat=n) if covers(text, "".join(m))]
    if covers(pattern, text):
        assert all(covers(pattern, member) for member in members)
    if any(covers(pattern, member) for member in members):
        assert overlaps(pattern, text)


@given(pattern=words, text=words)
def test_overlap_is_mutual(pattern: str, text: str) -> None:
    assert overlaps(pattern, text) is overlaps(text, pattern)


@given(pattern=words, text=words)
def test_classes_that_meet_share_a_text(pattern: str, text: str) -> None:
    shared = any(covers(pattern, "".join(m)) and covers(text, "".join(m)) for n in range(9) for m in product("ab", repeat=n))
    assert overlaps(pattern, text) is shared


def test_hostile_patterns_take_no_time() -> None:
    start = time.perf_counter()
    assert not covers("a*" * 500 + "b", "a" * 2000)
    assert not overlaps("*a" * 200 + "b", "*" + "a*" * 400 + "c")
    assert time.perf_counter() - start < 2
