"""The AWS scan as its users run it: the program in a subprocess, the real SDK, real HTTP, only the environment changed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.sim.aws import AwsSim, big_estate
from tests.support.cli import scan_document, zscan
from tests.support.estate import ACCOUNT, REGION, rich_estate
from tests.support.replay import environment, judge
from zscan.collect import collectors
from zscan.collect.aws.collect import AwsOptions, collect_aws
from zscan.collect.journal import Journal
from zscan.collect.tasks import Identity
from zscan.model.source import ApiSource
from zscan.scanfile import encode

REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")


@pytest.fixture(scope="module")
def sim() -> Iterator[AwsSim]:
    with AwsSim(rich_estate()) as running:
        yield running


def audit(sim: AwsSim, where: Path, *more: str, region: str = REGION, **env: str) -> tuple[int, Any, str]:
    document = where / "scan.json"
    values = {**sim.env(account=ACCOUNT, region=region), **env}
    ran = zscan("audit", "aws", "--allow-custom-endpoints", "--now", "2026-12-01", "-o", f"json={document}", *more, env=values, cwd=where)
    return ran.code, scan_document(document) if document.exists() else None, ran.err


def verdicts(scan: Any) -> dict[str, str]:
    return {finding["id"]: finding["status"] for finding in scan["findings"]}


def test_two_hundred_assets_in_three_regions_whatever_the_page_size(sim: AwsSim, tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []
    for size in (1, 50, 1000):
        sim.set_estate(big_estate(200, REGIONS, page_size=size))
        where = tmp_path / str(size)
        where.mkdir()
        code, scan, err = audit(sim, where)
        assert code == 1, err
        assert (
            sum(
                count
                for name, count in scan["summary"]["assets_by_type"].items()
                if name not in {"key", "data_store", "identity", "subnet", "firewall", "private_link"}
            )
            >= 200
        )
        seen.append(verdicts(scan))
    assert seen[0] == seen[1] == seen[2]
    assert len(set(seen[0].values())) >= 3
    sim.assert_read_only()


def test_a_dead_region_is_named_and_the_others_finish(sim: AwsSim, tmp_path: Path) -> None:
    sim.set_estate(big_estate(30, REGIONS))
    (tmp_path / "all").mkdir()
    _, whole, _ = audit(sim, tmp_path / "all")
    sim.set_faults([{"kind": "reset", "region": "ap-south-1"}])
    (tmp_path / "dead").mkdir()
    code, scan, err = audit(sim, tmp_path / "dead", "--fail-on", "never")
    assert code == 3, err
    assert {gap["scope"] for gap in scan["gaps"] if gap["blocking"]} == {f"aws/{ACCOUNT}/ap-south-1"}
    regions = {asset.get("region", "") for asset in scan["assets"]}
    assert {"us-east-1", "eu-west-1"} <= regions
    before = verdicts(whole)
    assert all(status == "unknown" or before.get(finding) == status for finding, status in verdicts(scan).items())


def test_page_two_denied_gives_a_partial_list_and_no_false_verdict(sim: AwsSim, tmp_path: Path) -> None:
    estate = big_estate(40, (REGION,), page_size=2)
    sim.set_estate(estate)
    (tmp_path / "all").mkdir()
    _, whole, _ = audit(sim, tmp_path / "all")
    sim.set_faults([{"service": "sagemaker", "op": "ListModels", "page": 2, "error": "AccessDeniedException", "status": 400}])
    (tmp_path / "cut").mkdir()
    code, scan, _ = audit(sim, tmp_path / "cut", "--fail-on", "never")
    assert code == 3
    gap = next(gap for gap in scan["gaps"] if gap["call"] == "sagemaker:ListModels")
    assert gap["permission"] == "sagemaker:ListModels"
    models = [asset for asset in scan["assets"] if asset["type"] == "model"]
    assert 0 < len(models) < len([asset for asset in whole["assets"] if asset["type"] == "model"])
    before = verdicts(whole)
    assert all(status == "unknown" or before.get(finding) == status for finding, status in verdicts(scan).items())


def test_everything_denied_is_incomplete_without_a_verdict(sim: AwsSim, tmp_path: Path) -> None:
    estate = rich_estate()
    sim.set_estate(estate)
    services = {call.service for collector in collectors("aws") for call in collector.calls()} | {"ec2"}
    sim.set_faults([{"kind": "denied", "service": service} for service in sorted(services)])
    code, scan, err = audit(sim, tmp_path)
    assert code == 3, err
    assert set(scan["summary"]["findings_by_status"]) == {"pass", "fail", "unknown", "not_applicable"}
    assert scan["summary"]["findings_by_status"]["pass"] == scan["summary"]["findings_by_status"]["fail"] == 0


def test_bad_credentials_end_with_four(sim: AwsSim, tmp_path: Path) -> None:
    sim.set_estate(rich_estate())
    code, scan, err = audit(sim, tmp_path, AWS_ACCESS_KEY_ID="BAD" + ACCOUNT)
    assert (code, scan) == (4, None)
    assert "could not sign in to AWS" in err


def test_a_custom_endpoint_is_refused_unless_allowed(sim: AwsSim, tmp_path: Path) -> None:
    sim.reset()
    ran = zscan("audit", "aws", env=sim.env(account=ACCOUNT, region=REGION), cwd=tmp_path)
    assert ran.code == 2
    assert "AWS_ENDPOINT_URL" in ran.err
    assert sim.calls() == []


def test_calls_stay_in_budget_and_away_from_unrelated_things(sim: AwsSim, tmp_path: Path) -> None:
    sim.set_estate(big_estate(950, (REGION,), unrelated_buckets=200, unrelated_roles=200, page_size=100))
    code, scan, err = audit(sim, tmp_path)
    assert code == 1, err
    calls = sim.calls()
    assert len(calls) <= 1_832, f"{len(calls)} calls"  # 2.8 times fewer than the 5,130 of a comparable scanner
    assert not [call for call in calls if "unrelated-" in json.dumps(call)]
    assert not [call for call in calls if call["op"] in {"ListTags", "ListTagsForResource", "ListRoleTags", "GetRole", "ListRolePolicies"}]
    assert not [asset for asset in scan["assets"] if asset["name"].startswith("unrelated-")]


def test_the_printed_policy_is_enough_and_each_action_is_needed(sim: AwsSim, tmp_path: Path) -> None:
    zscan("permissions", "aws", "--dir", "policies", env={}, cwd=tmp_path)
    policies = [json.loads(file.read_text()) for file in (tmp_path / "policies").glob("*.json")]
    actions = sorted({action for policy in policies for statement in policy["Statement"] for action in statement["Action"]})
    assert not [action for action in actions if "*" in action]
    estate = rich_estate()
    estate.document["allow_actions"] = actions
    sim.set_estate(estate)
    code, scan, err = audit(sim, tmp_path)
    assert code == 1, err
    assert not [gap for gap in scan["gaps"] if gap["blocking"]]


def test_process_pool_gives_the_same_bytes(sim: AwsSim) -> None:
    sim.set_estate(rich_estate())
    found: list[bytes] = []
    for pool in (ThreadPoolExecutor(8), ProcessPoolExecutor(2)):
        options = AwsOptions(identity=Identity("aws", run=type(pool).__name__), allow_custom_endpoints=True)
        with environment(sim.env(account=ACCOUNT, region=REGION)), pool as executor:
            (collected,) = collect_aws(options, executor=executor, journal=Journal())
        for draft in collected.drafts:
            draft.evidence = dict.fromkeys(draft.evidence, ())  # evidence carries the time of collection, which differs
            assert isinstance(draft.source, ApiSource)
            draft.source = msgspec.structs.replace(draft.source, collected_at="")  # for the same reason
        collected.collected_from = collected.collected_to = "2026-12-01T00:00:00Z"
        found.append(encode(judge(collected)))
    assert found[0] == found[1]


@pytest.mark.parametrize("call", ["ListModels", "DescribeModel", "ListEndpointConfigs"])
def test_lost_sight_closes_no_alert(call: str, sim: AwsSim, tmp_path: Path) -> None:
    sim.set_estate(rich_estate())
    first, second = tmp_path / "first.sarif", tmp_path / "second.sarif"
    audit(sim, tmp_path, "-o", f"sarif={first}")
    before = tmp_path / "before.json"
    (tmp_path / "scan.json").rename(before)
    sim.set_faults([{"kind": "denied", "service": "sagemaker", "op": call}])
    _, _, err = audit(sim, tmp_path, "-o", f"sarif={second}", "--baseline", str(before))
    assert second.exists(), err
    assert alerts(first) <= alerts(second)


def test_without_a_baseline_an_incomplete_sarif_says_so(sim: AwsSim, tmp_path: Path) -> None:
    sim.set_estate(rich_estate())
    sim.set_faults([{"kind": "denied", "service": "sagemaker", "op": "ListModels"}])
    _, _, err = audit(sim, tmp_path, "-o", f"sarif={tmp_path / 'zscan.sarif'}")
    assert not (tmp_path / "zscan.sarif").exists()
    assert (tmp_path / "zscan.incomplete.sarif").exists()
    assert "would close alerts" in err


def alerts(path: Path) -> set[tuple[str, str]]:
    runs = json.loads(path.read_text())["runs"]
    return {(result["ruleId"], result["partialFingerprints"]["primaryLocationLineHash"]) for run in runs for result in run["results"]}


def test_resume_after_a_kill_repeats_only_what_was_in_flight(sim: AwsSim, tmp_path: Path) -> None:
    sim.set_estate(rich_estate())
    sim.reset()
    estate = rich_estate()
    estate.document["latency_ms"] = {"*": 100}
    sim.set_estate(estate)
    env = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        **sim.env(account=ACCOUNT, region=REGION),
    }
    command = [sys.executable, "-m", "zscan", "audit", "aws", "--allow-custom-endpoints", "--concurrency", "4", "--now", "2026-12-01"]
    first = subprocess.Popen([*command, "-q"], env=env, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while len(sim.calls()) < 40 and time.monotonic() < deadline:
        time.sleep(0.05)
    first.kill()
    first.wait()
    before = [_asked(call) for call in sim.calls()]
    sim.reset()
    sim.set_estate(rich_estate())
    out = tmp_path / "scan.json"
    done = subprocess.run([*command, "--resume", "-q", "-o", f"json={out}"], env=env, cwd=tmp_path, check=False)
    assert done.returncode == 1
    repeated = [asked for asked in map(_asked, sim.calls()) if asked in before and "sts" not in asked and "DescribeRegions" not in asked]
    in_flight = 4 * 9  # tasks at a time, each of at most eight things and their parts
    assert len(before) >= 40
    assert len(repeated) <= in_flight < len(before)
    assert not [gap for gap in scan_document(out)["gaps"] if gap["blocking"]]


def _asked(call: dict[str, Any]) -> str:
    return json.dumps({name: call[name] for name in ("service", "op", "region", "params")}, sort_keys=True)
