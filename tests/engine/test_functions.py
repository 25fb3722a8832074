from __future__ import annotations

import fnmatch
import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zscan.engine.functions import cidr_within, days_since, glob


@given(st.text("ab*?", max_size=8), st.text("ab*?", max_size=8))
def test_glob_agrees_with_the_standard_library(text: str, pattern: str) -> None:
    assert glob(text, pattern) == bool(re.fullmatch(fnmatch.translate(pattern), text))


def test_glob_takes_brackets_literally() -> None:
    assert glob("a[b]", "a[b]")
    assert not glob("ab", "a[b]")


def test_glob_does_not_explode() -> None:
    began = time.process_time()
    assert not glob("a" * 3000, "*a" * 30 + "b")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "network", "answer"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.0.0/16", "10.0.0.0/8", True),
        ("10.1.2.3/16", "10.0.0.0/8", True),
        ("0.0.0.0/0", "10.0.0.0/8", False),
        ("fd00::1", "10.0.0.0/8", False),
        ("10.0.0.1", "fd00::/8", False),
        ("fd00::1", "fd00::/8", True),
        ("here", "10.0.0.0/8", None),
        ("", "10.0.0.0/8", None),
    ],
)
def test_cidr_within(text: str, network: str, answer: bool | None) -> None:
    assert cidr_within(text, network) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2026-05-31T00:00:00Z", 1),
        ("2026-05-31T00:00:01Z", 0),
        ("2026-06-01T02:00:00+02:00", 0),
        ("2026-05-31", 1),
        ("2026-06-02T00:00:00Z", -1),
        ("soon", None),
        ("", None),
    ],
)
def test_days_since(text: str, answer: int | None) -> None:
    assert days_since(datetime(2026, 6, 1, tzinfo=UTC))(text) == answer
