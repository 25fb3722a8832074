"""JSON: the scan document itself, the same bytes that a saved scan has, so that every other report can be made from it later."""

from __future__ import annotations

from zscan.report import Format
from zscan.scanfile import encode, encode_lines

FORMAT = Format(
    "json",
    "json",
    "application/json",
    encode,
    "The scan document (zscan.scan/v1): everything that was found, for programs and for making other reports later.",
    encode_lines,
)
