"""From bytes to text a YAML parser accepts: encodings, JSON and JSONC differences, document boundaries."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from zscan.collect.manifests.nodes import DEFAULT_LIMITS, Limits, Problem

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKER = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_JSON_START = re.compile(r"\s*[\[{]")
_JSON_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_JSON_ESCAPE = re.compile(r"\\(?:u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|(u[dD][89a-fA-F])..|.)")
_JSON_STRING = r'"(?:\\.|[^"\\\n])*"?'
_COMMENT = re.compile(_JSON_STRING + r"|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_TRAILING_COMMA = re.compile(_JSON_STRING + r"|,(?=\s*[}\]])", re.DOTALL)
_CRD_KIND = re.compile(r"^kind:[ \t]+[\"']?CustomResourceDefinition[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
_CRD_FIRST = re.compile(r"(?:---[ \t]*(?:#.*)?\n|#.*\n|[ \t]*\n|\{\{.*\n)*[A-Za-z]")
_TOP_LINE = re.compile(r"^[^\s#].*", re.MULTILINE)
_CRD_KEYS = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
_UNICODE_BREAKS = re.compile("[\x85\u2028\u2029]")


class Chunk(NamedTuple):
    """The text of one document, from its ``---`` (with its directives) on, and the line on which it begins."""

    text: str
    line: int


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str | Problem:
    """Return the text of a file with LF line ends and no byte order mark, or the Problem that prevents it.

    UTF-8, and UTF-16 or UTF-32 with a mark; UTF-16 without one is recognised by its zero bytes.
    """
    if len(data) > limits.bytes:
        return Problem(1, 1, f"the file has {len(data)} bytes, more than the limit of {limits.bytes}", "limit")
    encoding = _encoding(data)
    try:
        return unify_breaks(data.decode(encoding))
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - before.rfind(b"\n")
        return Problem(line, column, f"not valid {encoding}: {error.reason}", "encoding")


def unify_breaks(text: str) -> str:
    """Drop a leading byte order mark and turn CRLF and CR into LF, which keeps every line number."""
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def json_to_yaml(text: str) -> str:
    """Rewrite the one JSON construct that libyaml refuses: pairs of escaped surrogates.

    Only text that begins like JSON is touched, because in other YAML styles the same characters are literal text.
    """
    if not _JSON_SURROGATE.search(text) or not _JSON_START.match(text):
        return text
    return _JSON_ESCAPE.sub(_join_surrogates, text)


def strip_jsonc(text: str) -> str:
    """Blank out the comments and trailing commas of JSONC; every other character keeps its line and column."""
    return _TRAILING_COMMA.sub(_blank_comma, _COMMENT.sub(_blank_comment, text))


def split_documents(text: str) -> Iterator[Chunk]:
    """Cut a stream at its ``---`` lines.

    The cut is exact: at the start of a line YAML allows these characters nowhere else, not even inside a scalar.
    """
    start, line = 0, 1
    for marker in _MARKER.finditer(text):
        cut = _before_directives(text, start, marker.start())
        if cut > start:
            yield Chunk(text[start:cut], line)
            line += text.count("\n", start, cut)
            start = cut
    yield Chunk(text[start:] if start else text, line)


def is_crd(text: str) -> bool:
    """Tell whether a document is certainly a CustomResourceDefinition, without parsing it.

    Their schemas are megabytes of no interest. Strict on purpose: any unusual line at the left margin means no, so
    that a document cannot hide from the scan by carrying the words in a string or under a repeated key.
    """
    if "CustomResourceDefinition" not in text or not _CRD_KIND.search(text) or not _CRD_FIRST.match(text):
        return False
    keys = []
    for top in _TOP_LINE.findall(text):
        if top.startswith("{{") or top.split("#")[0].strip() == "---":
            continue
        keys.append(top.partition(":")[0])
    return _CRD_KEYS.issuperset(keys) and len(keys) == len(set(keys)) and not _UNICODE_BREAKS.search(text)


def _encoding(data: bytes) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    if len(data) >= 2 and len(data) % 2 == 0:  # noqa: PLR2004 (UTF-16 has two bytes a unit)
        if data[0] and not data[1]:
            return "utf-16-le"
        if data[1] and not data[0]:
            return "utf-16-be"
    return "utf-8"


def _before_directives(text: str, floor: int, marker: int) -> int:
    """Return where the ``%YAML`` and ``%TAG`` lines above a marker begin, or the marker if there are none."""
    cut = position = marker
    while position > floor:
        position = text.rfind("\n", floor, position - 1) + 1 or floor
        if text[position] == "%":
            cut = position
        elif text[position] != "#":
            break
    return cut


def _join_surrogates(match: re.Match[str]) -> str:
    high, low, lone = match.groups()
    if high:
        return f"\\U{0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00:08x}"
    return "\\ufffd" if lone else match.group()


def _blank_comment(match: re.Match[str]) -> str:
    found = match.group()
    return found if found[0] == '"' else "".join(char if char == "\n" else " " for char in found)


def _blank_comma(match: re.Match[str]) -> str:
    return " " if match.group() == "," else match.group()
