from __future__ import annotations

import csv
import html
import io
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.report.fixtures import HOSTILE_MESSAGE, HOSTILE_NAME
from zscan.report import neutral

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain name-1", "plain name-1"),
        ("größe 大 مرحبا", "größe 大 مرحبا"),
        ("\x1b[31m", "\u2039U+001B\u203a[31m"),
        ("a\u202eb", "a\u2039U+202E\u203ab"),
        ("a\u00a0b\u3000c", "a b c"),
        ("a\u200bb\u00adc", "a\u2039U+200B\u203ab\u2039U+00AD\u203ac"),
        ("line\nnext\tx\r", "line\u2039U+000A\u203anext\u2039U+0009\u203ax\u2039U+000D\u203a"),
        ("\x7f\x85\u2028", "\u2039U+007F\u203a\u2039U+0085\u203a\u2039U+2028\u203a"),
        ("\ud800", "\u2039U+D800\u203a"),
    ],
)
def test_what_cannot_be_shown_is_made_visible(text: str, shown: str) -> None:
    assert neutral.visible(text) == shown


@given(ANY_TEXT)
def test_every_sink_writes_printable_utf8_text(text: str) -> None:
    for sink in (neutral.terminal, neutral.csv_cell, neutral.markdown_code):
        assert sink(text).isprintable()
        sink(text).encode()
    for sink in (neutral.html_text, neutral.xml_text):
        assert sink(text).replace("\n", "").isprintable()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", " =", "\uff1d", "\n="])
def test_a_cell_is_never_a_formula(start: str) -> None:
    assert neutral.csv_cell(start + "cmd()").startswith("'")


def test_ordinary_cells_stay_as_they_are() -> None:
    assert neutral.csv_cell("arn:aws:s3:::bucket") == "arn:aws:s3:::bucket"
    assert neutral.csv_cell("") == ""


@given(ANY_TEXT)
def test_a_cell_survives_a_csv_round_trip_as_one_cell(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([neutral.csv_cell(text), "end"])
    assert list(csv.reader(io.StringIO(buffer.getvalue()))) == [[neutral.csv_cell(text), "end"]]


@given(ANY_TEXT)
def test_xml_text_is_legal_xml(text: str) -> None:
    element = ET.Element("name")
    element.text = neutral.xml_text(text)
    assert ET.fromstring(ET.tostring(element)).text == (element.text or None)  # noqa: S314 (made above)


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE_NAME,
        HOSTILE_MESSAGE,
        "# h",
        "- x",
        "1. x",
        "![i](http://e.com)",
        "<b>",
        "a|b",
        "www.e.com http://e.com",
        "*b* _i_ `c` ~~s~~",
    ],
)
def test_markdown_prose_renders_as_the_text_itself(text: str) -> None:
    rendered = MarkdownIt("gfm-like", {"linkify": False, "html": True}).enable("table").renderInline(neutral.markdown(text))
    assert "<" not in rendered
    assert html.unescape(rendered).replace("\u2060", "").strip() == neutral.visible(text).strip()


@given(st.text(alphabet=st.characters(), min_size=1, max_size=40))
def test_markdown_code_holds_everything_inside_one_span(text: str) -> None:
    rendered = MarkdownIt("commonmark").renderInline(neutral.markdown_code(text))
    assert rendered.startswith("<code>")
    assert rendered.endswith("</code>")
    assert rendered.count("<") == 2


def test_markdown_mentions_nobody() -> None:
    assert "@team" not in neutral.markdown("ask @team")


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (None, "unknown"), ("x", "x"), (3, "3"), ({"b": 1, "a": [None]}, '{"a": [null], "b": 1}'), (("ü",), '["ü"]')],
)
def test_values_read_like_facts(value: object, text: str) -> None:
    assert neutral.value_text(value) == text


def test_clipped_text_says_how_much_there_was() -> None:
    assert neutral.clipped("x" * 2000, 5) == "xxxxx… (2,000 characters)"
    assert neutral.clipped("short", 5) == "short"
