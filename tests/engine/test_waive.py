"""Waivers: who may accept what, until when."""

from __future__ import annotations

import fnmatch
import json
import re
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.scan_builders import finding
from zscan import schemas
from zscan.engine.waive import BROAD, LoadedWaiver, Waiver, Waivers, apply, entry, glob_match, parse_waivers
from zscan.errors import ConfigError
from zscan.model.scan import UnusedWaiver

GOOD = """\
schema: zscan.waivers/v1
waivers:
  - id: W-1
    rule: ZS-NET-01
    asset: "*:endpoint/chat"
    owner: ml team
    approver: risk board
    reason: public demo
    expires: 2026-12-31
"""
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
CHAT = "arn:aws:sagemaker:eu-west-1:1:endpoint/chat"


def waiver(**changes: str) -> LoadedWaiver:
    fields = {"id": "W-1", "rule": "ZS-NET-01", "asset": CHAT, "owner": "o", "approver": "a", "reason": "r", "expires": "2026-12-31"}
    return LoadedWaiver(Waiver(**(fields | changes)), "waivers.yaml", 3)


def problems(findings: list[object], *waivers: LoadedWaiver, now: datetime = NOON) -> list[UnusedWaiver]:
    return list(apply(findings, waivers, now)[1])  # type: ignore[arg-type]


def test_a_waived_failure_stays_a_failure_with_a_note() -> None:
    (noted,), unused = apply([finding("ZS-NET-01", CHAT)], parse_waivers(GOOD, "waivers.yaml"), NOON)
    assert noted.status == "fail"
    assert noted.waiver is not None
    assert (noted.waiver.id, noted.waiver.owner, noted.waiver.approver, noted.waiver.expires) == (
        "W-1",
        "ml team",
        "risk board",
        "2026-12-31",
    )
    assert noted.waiver.origin == "waivers.yaml:3"
    assert not noted.waiver.expired
    assert not noted.counts_as_failure
    assert unused == ()


@pytest.mark.parametrize(
    ("now", "expired"),
    [
        (datetime(2026, 12, 31, 0, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), True),
        (datetime(2027, 1, 1, 3, 0, tzinfo=timezone(timedelta(hours=5))), False),  # still 31 December in UTC
        (datetime(2026, 12, 31, 20, 0, tzinfo=timezone(timedelta(hours=-5))), True),  # 1 January in UTC already
    ],
)
def test_the_last_day_is_inclusive_and_in_utc(now: datetime, *, expired: bool) -> None:
    (noted,), unused = apply([finding("ZS-NET-01", CHAT)], [waiver()], now)
    assert noted.waiver is not None
    assert noted.waiver.expired is expired
    assert noted.counts_as_failure is expired
    assert bool(unused) is expired


def test_the_time_of_evaluation_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Waivers([], datetime(2026, 1, 1))  # noqa: DTZ001 (what is refused)


def test_one_in_force_wins_over_one_that_has_run_out() -> None:
    (noted,), unused = apply([finding("ZS-NET-01", CHAT)], [waiver(id="A-OLD", expires="2025-01-01"), waiver(id="B-NEW")], NOON)
    assert noted.waiver is not None
    assert noted.waiver.id == "B-NEW"
    assert [one.id for one in unused] == ["A-OLD"]
    assert "expired" in unused[0].problem


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"rule": "ZS-NET-*"}, True),
        ({"rule": "ZS-ENC-*"}, False),
        ({"asset": "chat"}, True),  # the asset's name
        ({"asset": "ch?t"}, True),
        ({"asset": "CHAT"}, False),
        ({"key": "port-80"}, True),
        ({"key": "port-443"}, False),
    ],
)
def test_what_a_waiver_covers(changes: dict[str, str], *, covered: bool) -> None:
    (noted,), _ = apply([finding("ZS-NET-01", CHAT, key="port-80")], [waiver(**changes)], NOON, names={CHAT: "chat"})
    assert (noted.waiver is not None) is covered


def test_an_address_with_brackets_is_itself_and_no_character_class() -> None:
    (noted, other), _ = apply(
        [finding("ZS-NET-01", 'infra#aws_x.y["a"]'), finding("ZS-NET-01", "infra#aws_x.ya")], [waiver(asset='infra#aws_x.y["a"]')], NOON
    )
    assert noted.waiver is not None
    assert other.waiver is None


def test_a_waiver_follows_a_renamed_rule() -> None:
    book = Waivers([waiver(rule="OLD-1")], NOON, rule_ids={"OLD-1": "ZS-NET-01"})
    assert book.apply(finding("ZS-NET-01", CHAT)).waiver is not None


@pytest.mark.parametrize("status", ["pass", "unknown", "not_applicable"])
def test_only_failures_are_waived(status: str) -> None:
    (noted,), unused = apply([finding("ZS-NET-01", CHAT, status)], [waiver()], NOON)
    assert noted.waiver is None
    assert len(unused) == 1


@pytest.mark.parametrize(
    ("findings", "changes", "words"),
    [
        ([], {}, "covers no failure"),
        ([finding("ZS-NET-01", CHAT, "pass")], {}, "passes now"),
        ([finding("ZS-NET-01", CHAT, "unknown")], {}, "could not be seen"),
        ([finding("ZS-NET-01", CHAT)], {"asset": "*"}, "every asset"),
        ([finding("ZS-NET-01", CHAT)], {"rule": "*"}, "every rule"),
        ([finding("ZS-NET-01", f"{CHAT}{number}") for number in range(BROAD + 1)], {"asset": "arn:*"}, f"covers {BROAD + 1} failures"),
        ([], {"expires": "2020-01-01"}, "expired after 2020-01-01"),
    ],
)
def test_waivers_that_should_be_looked_at(findings: list[object], changes: dict[str, str], words: str) -> None:
    (one,) = problems(findings, waiver(**changes))
    assert words in one.problem
    assert one.origin == "waivers.yaml:3"


def test_a_waiver_that_covers_what_it_should_is_no_problem() -> None:
    assert problems([finding("ZS-NET-01", f"{CHAT}{number}") for number in range(BROAD)], waiver(asset="arn:*")) == []


@pytest.mark.parametrize("member", ["id", "rule", "asset", "owner", "approver", "reason", "expires"])
def test_a_missing_member_is_an_error_with_its_line(member: str) -> None:
    text = re.sub(rf"(?m)^(  - |    ){member}: .*\n", lambda found: "  - ticket: T-1\n" if found[1] == "  - " else "", GOOD)
    with pytest.raises(ConfigError) as caught:
        parse_waivers(text, "waivers.yaml")
    assert f"`{member}` is missing" in caught.value.message
    assert (caught.value.file, caught.value.line) == ("waivers.yaml", 3)


@pytest.mark.parametrize("member", ["id", "rule", "asset", "owner", "approver", "reason"])
def test_an_empty_member_is_an_error(member: str) -> None:
    text = re.sub(rf"(?m)^(  - |    ){member}: .*$", rf'\g<1>{member}: " "', GOOD)
    with pytest.raises(ConfigError, match="is empty"):
        parse_waivers(text, "waivers.yaml")


@pytest.mark.parametrize(
    "day", ["2026-13-01", "2026-02-30", "31.12.2026", "never", "20261231", "2026-W01-1", "2026-12-31T00:00:00Z", '""', "２０２６-12-31"]
)
def test_a_malformed_day_is_an_error_and_never_valid(day: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_waivers(GOOD.replace("2026-12-31", day), "waivers.yaml")
    assert caught.value.line == 9
    with pytest.raises(ConfigError):
        parse_waivers(GOOD + f"    approved_on: {day if day != chr(34) * 2 else 'x'}\n", "waivers.yaml")


@pytest.mark.parametrize(
    "data", ["[]", "schema: zscan.waivers/v2\nwaivers: []\n", "waivers: []\n", "", "a: [", "schema: zscan.waivers/v1\nwaivers: 3\n"]
)
def test_another_kind_of_file_is_an_error(data: str) -> None:
    with pytest.raises(ConfigError):
        parse_waivers(data, "waivers.yaml")


def test_a_misspelt_member_is_named_with_a_suggestion() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_waivers(GOOD.replace("approver", "aprover"), "waivers.yaml")
    assert (caught.value.line, caught.value.suggestion) == (7, "approver")


def test_an_id_twice_is_an_error_also_across_files() -> None:
    with pytest.raises(ConfigError, match="already defined"):
        parse_waivers(GOOD + GOOD.split("waivers:\n")[1], "waivers.yaml")
    with pytest.raises(ConfigError, match="already defined"):
        Waivers([*parse_waivers(GOOD, "a.yaml"), *parse_waivers(GOOD, "b.yaml")], NOON)


def test_a_written_entry_reads_back() -> None:
    first = waiver(reason='He said: "why # not" *', ticket="T-1", key="x: y").waiver
    loaded = parse_waivers("schema: zscan.waivers/v1\nwaivers:\n" + entry(first), "waivers.yaml")
    assert loaded[0].waiver == first


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    validator = Draft202012Validator(schemas.schema("waivers"))
    member = {"id": "W", "rule": "r", "asset": "a", "owner": "o", "approver": "a", "reason": "r", "expires": "2026-12-31"}
    assert list(validator.iter_errors({"schema": "zscan.waivers/v1", "waivers": [member]})) == []
    for wrong in ({"expires": "soon"}, {"owner": ""}, {"other": 1}):
        assert list(validator.iter_errors({"schema": "zscan.waivers/v1", "waivers": [json.loads(json.dumps(member | wrong))]}))


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_globs_agree_with_shell_patterns(pattern: str, text: str) -> None:
    assert glob_match(pattern, text) == fnmatch.fnmatchcase(text, pattern)


def test_a_hostile_pattern_takes_no_exponential_time() -> None:
    started = time.process_time()
    assert not glob_match("*a" * 100 + "b", "a" * 5000)
    assert time.process_time() - started < 2
