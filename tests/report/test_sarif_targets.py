from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.report.fixtures import (
    DENIED_GAP,
    RUN,
    UNPARSABLE_GAP,
    sample_scan,
)
from tests.report.sarif_log import log, notes, results, uri
from zscan.model.scan import Target
from zscan.report.places import Spot
from zscan.report.sarif_targets import MOST_RUNS, Assignment, category, parts

# ---- runs and targets


def test_one_run_for_each_target() -> None:
    aws, infra = log(sample_scan())["runs"]
    assert [run["automationDetails"]["id"] for run in (aws, infra)] == ["zscan/aws 111122223333/", "zscan/infra/"]
    assert all(uri(result).startswith("zscan/aws/") for result in aws["results"])
    assert {uri(result) for result in infra["results"]} == {"infra/main.tf", "k8s/mcp.yaml"}
    texts = [[note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]] for run in (aws, infra)]
    assert any(DENIED_GAP.call in text for text in texts[0])
    assert not any(DENIED_GAP.call in text for text in texts[1])
    assert any(UNPARSABLE_GAP.scope in text for text in texts[1])


@pytest.mark.parametrize(
    ("kind", "label", "name"),
    [
        ("aws", "aws/111122223333", "zscan/aws/111122223333/"),
        ("path", "./infra", "zscan/infra/"),
        ("path", "infra/", "zscan/infra/"),
        ("path", ".", "zscan/./"),
        ("path", "/home/me/work/infra", "zscan/infra/"),
        ("path", "C:\\work\\infra", "zscan/infra/"),
        ("snapshot", "", "zscan/snapshot/"),
        ("path", "a\x1b[31m", "zscan/a‹U+001B›[31m/"),
    ],
)
def test_the_category_of_a_target(kind: Any, label: str, name: str) -> None:
    assert category(Target(kind, label)) == name


def test_targets_of_one_name_share_a_run() -> None:
    (part,) = parts((Target("path", "./infra"), Target("path", "infra")))
    assert len(part.targets) == 2


def test_more_targets_than_a_file_may_hold_runs() -> None:
    targets = (*(Target("aws", f"aws/{100 + i}", complete=i != 3) for i in range(MOST_RUNS)), Target("path", "infra"))
    assert len(parts(targets[:-1])) == MOST_RUNS
    run = msgspec.structs.replace(RUN, targets=targets)
    document = log(sample_scan(run=run))
    assert [one["automationDetails"]["id"] for one in document["runs"]] == ["zscan/aws/", "zscan/path/"]
    assert [one["properties"]["complete"] for one in document["runs"]] == [False, True]
    assert len(notes(sample_scan(run=run), "shared-run")) == 1
    assert len(results(sample_scan(run=run))) == len(results(sample_scan()))


def test_a_scan_without_targets_still_has_a_run() -> None:
    (run,) = log(sample_scan(run=msgspec.structs.replace(RUN, targets=())))["runs"]
    assert run["automationDetails"]["id"] == "zscan/"
    assert len(run["results"]) == len(results(sample_scan()))


TARGETS = (
    Target("aws", "aws 111", ("aws/111/eu-west-1",)),
    Target("aws", "aws/222", ("aws/222/eu-west-1", "aws/222/us-east-1")),
    Target("path", "./svc/a", ("svc/a/main.tf", "svc/a/x.yaml")),
    Target("path", "svc/b", ("svc/b/main.tf",)),
)


@pytest.mark.parametrize(
    ("scope", "index"),
    [
        ("aws/111/eu-west-1", 0),
        ("aws/222/eu-west-1", 1),
        ("aws/222", 1),
        ("aws/222/ap-south-1", 1),
        ("aws", 0),
        ("svc/a/main.tf", 2),
        ("svc/a/broken.tf", 2),
        ("svc/b/deep/new.tf", 3),
        ("svc/b", 3),
    ],
)
def test_the_run_of_a_scope(scope: str, index: int) -> None:
    assert Assignment(parts(TARGETS)).of_scope(scope) == index


@pytest.mark.parametrize(
    ("live", "account", "region", "file", "index"),
    [
        (True, "222", "us-east-1", "", 1),
        (True, "222", "", "", 1),
        (True, "111", "", "", 0),
        (True, "999", "", "", 0),
        (False, "", "", "svc/b/x.tf", 3),
        (False, "", "", "aws/222/x.tf", 2),
    ],
)
def test_the_run_of_an_asset(*, live: bool, account: str, region: str, file: str, index: int) -> None:
    spot = Spot("a", "endpoint", "n", "aws", account, region, live, None)
    assert Assignment(parts(TARGETS)).of_finding(spot, file) == index


def test_a_snapshot_holds_live_and_declared_assets() -> None:
    run = msgspec.structs.replace(RUN, targets=(Target("snapshot", "estate.zscan"),))
    (only,) = log(sample_scan(run=run))["runs"]
    assert len(only["results"]) == len(results(sample_scan()))
