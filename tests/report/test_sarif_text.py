from __future__ import annotations

import pytest

from tests.report.fixtures import (
    ENDPOINT,
    HOSTILE,
    fact,
    finding,
    sample_scan,
)
from tests.report.sarif_log import FAIL, results, uri
from zscan.model.source import ApiSource, FileSource
from zscan.report.sarif_text import plain

# ---- hostile text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[click](https://evil.example)", "[click] (https://evil.example)"),
        ("{0} of {1:x}", "{ 0} of { 1:x}"),
        ("a\x1b[31mb\u202ec", "a‹U+001B›[31mb‹U+202E›c"),
        ("{name} [x]", "{name} [x]"),
    ],
)
def test_messages_are_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_long_messages_say_how_long_they_are() -> None:
    assert plain("m" * 9000).endswith("… (9,000 characters)")
    assert len(plain("m" * 9000, 1024)) <= 1024


def test_a_hostile_message_is_no_link() -> None:
    (hostile,) = (r for r in results(sample_scan()) if r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == HOSTILE)
    assert "](" not in hostile["message"]["text"]
    assert "\u2066" not in hostile["message"]["text"]


def test_live_evidence_in_a_file_does_not_move_a_live_asset() -> None:
    evidence = fact(ENDPOINT, "p", True, "", FileSource("infra/main.tf", 9)) + fact(ENDPOINT, "q", True, "", ApiSource("a:B"))
    (result,) = results(sample_scan(findings=(finding("ZS-NET-01", ENDPOINT, FAIL, evidence=evidence),)))
    assert uri(result) == "zscan/aws/111122223333/eu-west-1/endpoint/chat"
