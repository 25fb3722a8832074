"""An organisation as its analyst scans it: several accounts and regions behind a slow network, and one account with very many models.

    PYTHONPATH=. python benchmarks/aws_organization.py [--accounts 4] [--regions 6] [--models 10000]

Every call takes 50 ms, in one region 400 ms. The floor is what the calls alone take when as many as allowed are in flight; the SDK keeps
below what a provider throttles by itself. The simulator runs in a process of its own, whose time does not count.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.sim.aws import AwsSim, Estate, big_estate
from tests.sim.aws.build_organization import organization

REGIONS = ("us-east-1", "eu-west-1", "ap-south-1", "us-west-2", "eu-central-1", "sa-east-1")
SLOW, FAST_MS, SLOW_MS, CONCURRENCY = "sa-east-1", 50, 400, 16
WALL_S, PEAK_MB, FURTHER_CPU_S = 30.0, 300, 0.4


@dataclass(frozen=True)
class Run:
    """What one scan took."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    calls: Counter[str]  # by region


def scan(sim: AwsSim, estate: Estate, home: Path, *more: str, account: str) -> Run:
    """Take the inventory of an estate with the program in a subprocess."""
    sim.set_estate(estate)
    environment = sim.env(account=account, region=REGIONS[0]) | {
        "HOME": str(home),
        "PATH": os.defpath,
        "XDG_STATE_HOME": str(home / "state"),
    }
    command = [sys.executable, "-m", "zscan", "audit", "aws", "--allow-custom-endpoints", "--fail-on", "never", "-q"]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "-o", f"json={home / 'scan.json'}", *more], env=environment, cwd=home)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        raise SystemExit(f"the scan ended with {process.returncode}")
    calls = Counter(call["region"] for call in sim.calls())
    return Run(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, calls)


def members(accounts: int, regions: tuple[str, ...]) -> tuple[Estate, list[str]]:
    """An organisation whose accounts hold forty AI assets each."""
    numbers = [f"{number:012d}" for number in range(111_111_111_111, 111_111_111_111 + accounts)]
    estate = big_estate(40, regions, account=numbers[0])
    for number in numbers[1:]:
        other = big_estate(40, regions, account=number)
        estate.document["accounts"] |= other.document["accounts"]
    organization(estate, numbers[0], {"ou-all": tuple(numbers[1:])})
    estate.document["latency_ms"] = {"*": FAST_MS, SLOW: SLOW_MS}
    return estate, numbers


def many_models(count: int) -> Estate:
    """One account, one region, nothing but models."""
    estate = Estate(regions=[REGIONS[0]], page_size=100)
    estate.role("111122223333", "ml")
    for number in range(count):
        estate.model("111122223333", REGIONS[0], f"model-{number:05d}")
    return estate


def main() -> int:
    """Print the figures; exit 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=4)
    parser.add_argument("--regions", type=int, default=6)
    parser.add_argument("--models", type=int, default=10_000)
    options = parser.parse_args()
    regions = (*REGIONS[: options.regions - 1], SLOW)
    over: list[str] = []
    with AwsSim(Estate(regions=[REGIONS[0]])) as sim, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        estate, numbers = members(options.accounts, regions)
        org = scan(sim, estate, home, "--org", "--concurrency", str(CONCURRENCY), account=numbers[0])
        floor = sum(count * (SLOW_MS if region == SLOW else FAST_MS) for region, count in org.calls.items()) / 1000 / CONCURRENCY
        print(f"{options.accounts} accounts x {len(regions)} regions, {FAST_MS} ms a call, {SLOW_MS} ms in one region:")
        print(f"  {org.wall_s:.1f} s wall, {org.cpu_s:.1f} s CPU, {org.peak_mb:.0f} MB, {org.calls.total()} calls")
        print(f"  floor of the calls alone, {CONCURRENCY} in flight: {floor:.1f} s")
        over += [f"{org.wall_s:.1f} s wall, budget {WALL_S}"] if org.wall_s > WALL_S else []
        over += [f"{org.peak_mb:.0f} MB, budget {PEAK_MB}"] if org.peak_mb > PEAK_MB else []
        one, two = (scan(sim, Estate(regions=list(REGIONS[:many])), home, account="111122223333") for many in (1, 3))
        further = (two.cpu_s - one.cpu_s) / 2
        print(f"a further empty region: {further:.2f} s CPU, {(two.calls.total() - one.calls.total()) / 2:.0f} calls")
        over += [f"{further:.2f} s CPU for a further empty region, budget {FURTHER_CPU_S}"] if further > FURTHER_CPU_S else []
        models = scan(sim, many_models(options.models), home, account="111122223333")
        calls = models.calls.total()
        print(f"{options.models} models: {models.wall_s:.1f} s wall, {models.cpu_s:.1f} s CPU, {models.peak_mb:.0f} MB, {calls} calls")
    print("".join(f"\nover budget: {line}" for line in over))
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
