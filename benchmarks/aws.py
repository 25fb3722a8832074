"""An AWS audit as its users run it, against the simulator: CPU time, peak memory, wall time, calls.

    PYTHONPATH=. python benchmarks/aws.py [--assets 950] [--regions 1]

A small account (every covered kind twice, one region) and a large one with 200 unrelated buckets and roles beside its AI assets are
audited; empty ones show what an account and a further region cost in themselves. The simulator runs in a process of its own, whose time
does not count.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.sim.aws import AwsSim, Estate, big_estate
from tests.support.estate import ACCOUNT, REGION, rich_estate

REGIONS = ("us-east-1", "eu-west-1", "ap-south-1", "us-west-2", "eu-central-1", "ap-northeast-1")
SMALL_CPU_S, SMALL_MB, LARGE_CALLS = 3.0, 250, 1_832


@dataclass(frozen=True)
class Run:
    """What one audit took."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    calls: collections.Counter[str]
    assets: int
    findings: int


def audit(sim: AwsSim, estate: Estate, home: Path) -> Run:
    """Audit an estate with the program in a subprocess."""
    sim.set_estate(estate)
    environment = sim.env(account=ACCOUNT, region=REGION) | {"HOME": str(home), "PATH": os.defpath, "XDG_STATE_HOME": str(home / "state")}
    command = [
        sys.executable,
        "-m",
        "zscan",
        "audit",
        "aws",
        "--allow-custom-endpoints",
        "--fail-on",
        "never",
        "-q",
        "-o",
        f"json={home / 'scan.json'}",
    ]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=home)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        raise SystemExit(f"the audit ended with {process.returncode}")
    scan = json.loads((home / "scan.json").read_text())
    return Run(
        cpu_s=used.ru_utime + used.ru_stime,
        wall_s=wall,
        peak_mb=used.ru_maxrss / 1024,
        calls=collections.Counter(f"{call['service']}:{call['op']}" for call in sim.calls()),
        assets=len(scan["assets"]),
        findings=sum(scan["summary"]["findings_by_status"].values()),
    )


def main() -> int:
    """Print the table; exit 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=950, help="AI assets of the large account")
    parser.add_argument("--regions", type=int, default=1, help="regions of the large account")
    parser.add_argument("--runs", type=int, default=3, help="audits of the small account; the best counts")
    options = parser.parse_args()
    regions = REGIONS[: options.regions]
    with AwsSim(Estate(regions=[REGION])) as sim, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        small = min((audit(sim, rich_estate(), home) for _ in range(options.runs)), key=lambda run: run.cpu_s)
        idle = audit(sim, Estate(regions=list(REGIONS[:2])), home)
        empty = audit(sim, Estate(regions=[REGION]), home)
        large = audit(sim, big_estate(options.assets, regions, unrelated_buckets=200, unrelated_roles=200, page_size=100), home)
    print(f"{'account':34} {'CPU s':>7} {'wall s':>7} {'MB':>6} {'calls':>7} {'assets':>7} {'findings':>9} {'calls/asset':>12}")
    for name, run in (
        ("empty, one region", empty),
        ("empty, two regions", idle),
        ("small, one region", small),
        (f"large, {len(regions)} regions", large),
    ):
        calls = run.calls.total()
        ratio = f"{calls / run.assets:12.2f}" if run.assets else ""
        print(f"{name:34} {run.cpu_s:7.2f} {run.wall_s:7.2f} {run.peak_mb:6.0f} {calls:7} {run.assets:7} {run.findings:9} {ratio}")
    print(f"\na further empty region: {max(idle.cpu_s - empty.cpu_s, 0):.2f} s CPU, {idle.calls.total() - empty.calls.total()} calls")
    print("most calls of the large account: " + ", ".join(f"{name} {count}" for name, count in large.calls.most_common(6)))
    over = [
        f"small account: {small.cpu_s:.2f} s CPU, budget {SMALL_CPU_S}" if small.cpu_s > SMALL_CPU_S else "",
        f"small account: {small.peak_mb:.0f} MB, budget {SMALL_MB}" if small.peak_mb > SMALL_MB else "",
        f"large account: {large.calls.total()} calls, budget {LARGE_CALLS}" if large.calls.total() > LARGE_CALLS else "",
    ]
    print("".join(f"\nover budget: {line}" for line in over if line))
    return int(any(over))


if __name__ == "__main__":
    sys.exit(main())
