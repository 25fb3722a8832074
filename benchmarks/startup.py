"""What starting costs: CPU time (user and system, children included) of commands that look at nothing.

    python benchmarks/startup.py [--runs 10]

Other scanners that are on PATH are measured beside it, in the same run.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence

BUDGET_MS = 150
OWN = (("version",), ("--help",), ("audit", "--help"), ("rules", "list"))
BUDGETED = OWN[:2]
PEERS = (("prowler", "--version"), ("checkov", "--version"), ("scout", "--version"), ("trivy", "--version"))


def cpu_ms(command: Sequence[str]) -> float:
    """CPU time of one run in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def least(command: Sequence[str], runs: int) -> float:
    """The best of several runs: the others were disturbed."""
    return min(cpu_ms(command) for _ in range(runs))


def main() -> int:
    """Print the table; exit 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="runs of each command; the best counts")
    runs = parser.parse_args().runs
    python = least([sys.executable, "-c", "pass"], runs)
    print(f"{'command':24} {'CPU ms':>8} {'× python':>9}")
    print(f"{'python -c pass':24} {python:8.0f} {1:9.1f}")
    exceeded = False
    for arguments in OWN:
        found = least([sys.executable, "-m", "zscan", *arguments], runs)
        over = arguments in BUDGETED and found > BUDGET_MS
        exceeded = exceeded or over
        print(f"{'zscan ' + ' '.join(arguments):24} {found:8.0f} {found / python:9.1f}{'  over ' + str(BUDGET_MS) if over else ''}")
    for peer in PEERS:
        if shutil.which(peer[0]):
            found = least(peer, min(runs, 3))
            print(f"{' '.join(peer):24} {found:8.0f} {found / python:9.1f}")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
