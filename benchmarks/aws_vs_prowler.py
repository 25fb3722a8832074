"""zscan beside Prowler: the same accounts on the same loopback server, each program from its own environment.

    python3 -m venv ../prowler && ../prowler/bin/pip install prowler==5.46.0
    PYTHONPATH=. python benchmarks/aws_vs_prowler.py --prowler ../prowler/bin/prowler

Prowler looks at its Bedrock and SageMaker services, zscan at everything it knows of AI. Two accounts: a small one, and one with about 950
AI assets beside 200 unrelated buckets and roles. The simulator runs in a process of its own, whose time does not count.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.sim.aws import AwsSim, Estate, big_estate
from tests.support.estate import ACCOUNT, REGION, rich_estate

_AI = ("bedrock", "sagemaker", "kendra", "qbusiness", "comprehend", "rekognition", "lexv2", "s3vectors", "opensearchserverless")
FASTER, FEWER, RULES = 6.0, 2.8, 100  # what zscan has to reach


@dataclass(frozen=True)
class Run:
    """What one audit took and gave."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    calls: Counter[str]
    unrelated: int
    checks: int
    findings: int


def measure(sim: AwsSim, estate: Estate, command: Sequence[str], home: Path, *, good: frozenset[int]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak megabytes of a program against an estate."""
    sim.set_estate(estate)
    environment = sim.env(account=ACCOUNT, region=REGION) | {"HOME": str(home), "PATH": os.defpath, "XDG_STATE_HOME": str(home / "state")}
    started = time.perf_counter()
    with (home / "output.txt").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        sys.stderr.write((home / "output.txt").read_text(errors="replace")[-3000:])
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def zscan(sim: AwsSim, estate: Estate, home: Path) -> Run:
    """An audit by zscan, for the same region."""
    out = home / "scan.json"
    command = [sys.executable, "-m", "zscan", "audit", "aws", "--allow-custom-endpoints", "--fail-on", "never", "-q"]
    figures = measure(sim, estate, [*command, "--regions", REGION, "-o", f"json={out}"], home, good=frozenset({0, 3}))
    findings = json.loads(out.read_text())["findings"]
    rules = {finding["rule_id"] for finding in findings if finding["status"] in {"pass", "fail"}}
    return Run(*figures, *_calls(sim), checks=len(rules), findings=len(findings))


def prowler(sim: AwsSim, estate: Estate, home: Path, program: str) -> Run:
    """An audit by Prowler, of what it knows of AI."""
    out = home / "prowler"
    command = [program, "aws", "--service", "bedrock", "sagemaker", "--region", REGION, "--no-banner", "--no-color"]
    command += ["--aws-retries-max-attempts", "0", "-M", "csv", "-o", str(out), "-F", "run", "--log-level", "CRITICAL"]
    figures = measure(sim, estate, command, home, good=frozenset({0, 3}))
    with (out / "run.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    return Run(*figures, *_calls(sim), checks=len({row["CHECK_ID"] for row in rows}), findings=len(rows))


def _calls(sim: AwsSim) -> tuple[Counter[str], int]:
    calls = sim.calls()
    unrelated = sum("unrelated-" in json.dumps(call["params"]) for call in calls)
    return Counter(call["service"] for call in calls), unrelated


def _row(name: str, run: Run) -> str:
    ai = sum(count for service, count in run.calls.items() if service.startswith(_AI))
    figures = f"{run.wall_s:8.1f} {run.cpu_s:8.1f} {run.peak_mb:7.0f} {run.calls.total():8} {ai:9} {run.unrelated:10}"
    return f"{name:24} {figures} {run.checks:7} {run.findings:9}"


def main() -> int:
    """Print the figures and their ratios; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prowler", required=True, metavar="PROGRAM", help="prowler, from an environment of its own")
    parser.add_argument("--assets", type=int, default=950, help="AI assets of the large account")
    options = parser.parse_args()
    program = str(Path(options.prowler).absolute()) if os.sep in options.prowler else options.prowler
    large = big_estate(options.assets, (REGION,), unrelated_buckets=200, unrelated_roles=200)
    missed: list[str] = []
    heads = f"{'wall s':>8} {'CPU s':>8} {'MB':>7} {'calls':>8} {'AI calls':>9} {'unrelated':>10} {'checks':>7} {'findings':>9}"
    print(f"{'':24} {heads}")
    with AwsSim(Estate(regions=[REGION])) as sim, tempfile.TemporaryDirectory() as folder:
        for name, estate in (("small", rich_estate((REGION,))), ("large", large)):
            theirs, ours = prowler(sim, estate, Path(folder), program), zscan(sim, estate, Path(folder))
            print(_row(f"{name}: prowler", theirs))
            print(_row(f"{name}: zscan", ours))
            less = theirs.cpu_s / ours.cpu_s
            fewer = theirs.calls.total() / ours.calls.total()
            memory = theirs.peak_mb / ours.peak_mb
            sooner = theirs.wall_s / ours.wall_s
            print(f"{name}: {less:.1f}x less CPU, {sooner:.1f}x faster, {memory:.1f}x less memory, {fewer:.1f}x fewer calls")
            missed += [f"{name}: {less:.1f}x less CPU, wanted {FASTER}"] if less < FASTER else []
            missed += [f"{name}: {fewer:.1f}x fewer calls, wanted {FEWER}"] if name == "large" and fewer < FEWER else []
            missed += [f"{name}: {ours.unrelated} calls about unrelated things"] if ours.unrelated else []
            missed += [f"{name}: {ours.checks} rules gave a verdict, wanted {RULES}"] if name == "small" and ours.checks < RULES else []
    print("".join(f"\nmissed: {line}" for line in missed))
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
