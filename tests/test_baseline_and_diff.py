"""Comparing scans: what is new, fixed, moved, gone, or merely out of sight."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.scan_builders import TIME, asset, blocking, finding, rich_scan, rule, scan
from zscan import baseline, schemas
from zscan.diff import ChangeKind, Comparison, compare
from zscan.errors import UsageError
from zscan.ledger import ledger
from zscan.model.finding import NotAssessed
from zscan.model.scan import Scan, Target
from zscan.scanfile import encode

R1, R2 = rule("ZS-NET-01"), rule("ZS-NET-02")


def made(findings: dict[str, str], **changes: Any) -> Scan:
    """A scan of rule 1 over assets by name, with their status ("seen" = an asset without a finding)."""
    assets = changes.pop("assets", [asset(name) for name in findings])
    return scan(
        assets,
        [finding("ZS-NET-01", name, status) for name, status in findings.items() if status != "seen"],
        changes.pop("rules", [R1]),
        **changes,
    )


def difference(old: Scan, new: Scan) -> Comparison:
    return compare(ledger(old), ledger(new))


def kinds(old: Scan, new: Scan) -> dict[str, str]:
    return {change.asset_id: str(change.kind) for change in difference(old, new).changes}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("fail", "fail", "unchanged"),
        ("pass", "fail", "regressed"),
        ("unknown", "fail", "new"),
        ("not_applicable", "fail", "new"),
        ("seen", "fail", "new"),
        ("fail", "pass", "fixed"),
        ("fail", "not_applicable", "fixed"),
        ("fail", "unknown", "sight_lost"),
        ("fail", "seen", "fixed"),  # the element is gone from an asset that was seen
        ("pass", "unknown", None),
        ("pass", "seen", None),
        ("unknown", "pass", None),
    ],
)
def test_every_pair_of_answers(before: str, after: str, kind: str | None) -> None:
    assert kinds(made({"a": before}), made({"a": after})) == ({"a": kind} if kind else {})


def test_an_asset_that_is_not_there_in_a_whole_scan_is_gone() -> None:
    assert kinds(made({"a": "fail"}), made({})) == {"a": "asset_gone"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"gaps": (blocking("AWS::SageMaker::Endpoint"),)}, "class"),
        ({"gaps": (blocking("a"),)}, "class"),
        ({"gaps": (blocking(),)}, "class"),
        ({"gaps": (blocking("X"),), "not_assessed": (NotAssessed("ZS-NET-01", "s", "r", blocking("X").id),)}, "tried"),
        ({"run": {"narrowed": ("--types model",)}}, "narrowed"),
        ({"run": {"targets": (Target("path", "./infra"),)}}, "did not look at 111122223333"),
        ({"rules": [R2]}, "not evaluated"),
    ],
)
def test_a_failure_that_is_out_of_sight_is_not_called_fixed_or_gone(changes: dict[str, Any], reason: str) -> None:
    (change,) = difference(made({"a": "fail"}), made({}, **changes)).changes
    assert change.kind is ChangeKind.SIGHT_LOST
    assert reason in change.reason


def test_a_gap_elsewhere_does_not_hide_that_an_asset_is_gone() -> None:
    assert kinds(made({"a": "fail"}), made({}, gaps=(blocking("AWS::S3::Bucket"),))) == {"a": "asset_gone"}


def test_what_is_read_only_because_ai_refers_to_it_may_be_there_while_ai_is_out_of_sight() -> None:
    """A bucket goes with the model that names it: an unread listing of models says nothing about the bucket."""
    stores = [asset("a", type="data_store", native_type="AWS::S3::Bucket")]
    before = made({"a": "fail"}, assets=stores)
    assert kinds(before, made({})) == {"a": "asset_gone"}
    (change,) = difference(before, made({}, gaps=(blocking("AWS::SageMaker::Model"),))).changes
    assert (change.kind, change.reason) == (ChangeKind.SIGHT_LOST, "what leads to it was not fully read")


def test_a_rule_that_is_no_longer_evaluated_does_not_fix_a_failure_on_an_asset_that_is_there() -> None:
    assert kinds(made({"a": "fail"}), made({"a": "seen"}, rules=[R2])) == {"a": "sight_lost"}


def filed(name: str, unit: str = "infra", *, public: bool = True) -> Any:
    return asset(f"{unit}#{name}", {"network": {"public_access": public}}, unit=unit, view="declared")


def only(*assets: Any) -> Scan:
    return scan(list(assets), [finding("ZS-NET-01", one.id) for one in assets], [R1])


def test_a_renamed_resource_has_moved() -> None:
    (change,) = difference(only(filed("a")), only(filed("b"))).changes
    assert (change.kind, change.asset_id, change.was_asset) == (ChangeKind.MOVED, "infra#b", "infra#a")
    assert change.was == finding("ZS-NET-01", "infra#a").id


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([filed("a")], [filed("b", unit="other")]),
        ([filed("a")], [filed("b", public=False)]),
        ([filed("a"), filed("b")], [filed("c")]),  # which of the two it was cannot be told
        ([asset("arn:1")], [asset("arn:2")]),  # live assets have no unit: a new one is a new one
    ],
)
def test_what_is_not_surely_the_same_has_not_moved(old: list[Any], new: list[Any]) -> None:
    counts = difference(only(*old), only(*new)).counts
    assert counts["moved"] == 0
    assert counts["new"] == len(new)
    assert counts["asset_gone"] == len(old)


def test_a_resource_that_was_there_before_is_not_where_another_moved_to() -> None:
    old = scan([filed("a"), filed("b")], [finding("ZS-NET-01", "infra#a")], [R1])
    counts = difference(old, only(filed("b"))).counts
    assert (counts["moved"], counts["new"], counts["asset_gone"]) == (0, 1, 1)


NAMES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["pass", "fail", "unknown", "not_applicable", "seen"]))


@settings(max_examples=200, deadline=None)
@given(NAMES, NAMES)
def test_there_and_back(old: dict[str, str], new: dict[str, str]) -> None:
    there, back = difference(made(old), made(new)), difference(made(new), made(old))
    by_id = {change.finding_id: change.kind for change in back.changes}
    assert there.counts["unchanged"] == back.counts["unchanged"]
    for change in there.changes:
        if change.kind in (ChangeKind.FIXED, ChangeKind.ASSET_GONE, ChangeKind.SIGHT_LOST):
            assert by_id[change.finding_id] in (ChangeKind.NEW, ChangeKind.REGRESSED)
    failing = sum(status == "fail" for status in new.values())
    assert sum(there.counts[kind] for kind in ("new", "regressed", "unchanged", "moved")) == failing
    assert sum(there.counts.values()) == len(there.changes)


@given(NAMES)
def test_a_scan_does_not_differ_from_itself(findings: dict[str, str]) -> None:
    counts = difference(made(findings), made(findings)).counts
    assert sum(counts.values()) == counts["unchanged"]


def test_a_baseline_is_sorted_small_and_byte_stable() -> None:
    forward, backward = made({"a": "fail", "b": "pass", "c": "not_applicable"}), made({"c": "not_applicable", "b": "pass", "a": "fail"})
    data = baseline.write(forward)
    assert data == baseline.write(backward)
    header, *lines = data.splitlines()
    assert json.loads(header)["schema"] == "zscan.baseline/v1"
    ids = [json.loads(line)["id"] for line in lines]
    assert ids == sorted(ids)
    assert len(ids) == 2
    assert b"facts" not in data
    validator = Draft202012Validator(schemas.schema("baseline"))
    assert [error for line in data.splitlines() for error in validator.iter_errors(json.loads(line))] == []


def test_a_baseline_reads_back_and_a_whole_scan_serves_as_one(tmp_path: Path) -> None:
    complete = made({"a": "fail", "b": "pass"})
    (tmp_path / "baseline.jsonl").write_bytes(baseline.write(complete))
    (tmp_path / "scan.json").write_bytes(encode(complete))
    from_file, from_scan = baseline.read(tmp_path / "baseline.jsonl"), baseline.read(tmp_path / "scan.json")
    assert from_file.records.keys() == from_scan.records.keys()
    assert from_file.header == from_scan.header
    for old in (from_file, from_scan):
        counts = compare(old, ledger(made({"a": "pass", "b": "fail", "c": "fail"}))).counts
        assert (counts["fixed"], counts["regressed"], counts["new"]) == (1, 1, 1)


def test_an_incomplete_scan_says_so_in_its_baseline() -> None:
    header = json.loads(baseline.write(rich_scan()).splitlines()[0])
    assert header["complete"] is False
    assert header["dark"] == ["AWS::SageMaker::Model", "ZS-ENC-01"]


def test_a_narrowed_run_cannot_be_a_baseline(tmp_path: Path) -> None:
    narrowed = made({"a": "fail"}, run={"narrowed": ("--select NET",)})
    with pytest.raises(UsageError, match="--select NET"):
        baseline.write(narrowed)
    path = tmp_path / "scan.json"
    path.write_bytes(encode(narrowed))
    with pytest.raises(UsageError, match="narrowed"):
        baseline.read(path)
    assert baseline.read_ledger(path).header.narrowed == ("--select NET",)


@pytest.mark.parametrize("line", [b"<<<<<<< HEAD", b'{"id":1}', b'{"id":"f-1"}', b"[" * 5000])
def test_a_damaged_line_is_named(line: bytes) -> None:
    data = baseline.write(made({"a": "fail"})) + line + b"\n"
    with pytest.raises(UsageError, match=r"base\.jsonl:3"):
        baseline.parse(data, "base.jsonl")


def test_a_finding_twice_is_refused() -> None:
    data = baseline.write(made({"a": "fail"}))
    with pytest.raises(UsageError, match="twice"):
        baseline.parse(data + data.splitlines()[1] + b"\n", "base.jsonl")


LATER = "2026-10-01T10:00:00Z"


def test_annotation_sets_change_and_dates() -> None:
    old = baseline.parse(baseline.write(made({"a": "fail", "b": "pass", "c": "fail", "d": "fail"})), "b")
    new = made({"a": "fail", "b": "fail", "c": "pass", "d": "unknown", "e": "fail"}, run={"collected_to": LATER})
    noted = {one.asset_id: one for one in baseline.annotate(new, old)}
    assert {name: one.change for name, one in noted.items()} == {
        "a": "unchanged",
        "b": "regressed",
        "c": "fixed",
        "d": "not_reverified",
        "e": "new",
    }
    assert (noted["a"].first_seen, noted["a"].last_verified) == (TIME, LATER)
    assert (noted["b"].first_seen, noted["e"].first_seen) == (LATER, LATER)
    assert (noted["d"].first_seen, noted["d"].last_verified) == (TIME, TIME)


def test_first_seen_survives_a_chain_of_baselines_and_a_move() -> None:
    first = baseline.parse(baseline.write(only(filed("a"))), "1")
    second = only(filed("b"))
    second.run = scan([], [], [], run={"collected_to": LATER}).run
    second.findings = baseline.annotate(second, first)
    (moved,) = second.findings
    assert (moved.change, moved.first_seen) == ("moved", TIME)
    again = baseline.parse(baseline.write(second), "2")
    assert next(iter(again.records.values())).first_seen == TIME
