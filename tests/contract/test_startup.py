"""What starting the program costs: nobody pays for what was not asked for."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CHEAP_MS = 150
HEAVY = ("boto3", "botocore", "azure", "google", "jinja2", "rich", "dask", "hypothesis")
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: model}
spec:
  selector: {matchLabels: {app: model}}
  template:
    metadata: {labels: {app: model}}
    spec:
      containers: [{name: server, image: "vllm/vllm-openai:latest", args: [--model, org/model]}]
"""


def command(*arguments: str, imports: bool = False) -> list[str]:
    return [sys.executable, *(["-X", "importtime"] if imports else []), "-m", "zscan", *arguments]


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8"}


def cpu_ms(arguments: tuple[str, ...], cwd: Path) -> float:
    """User plus system time of one run, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command(*arguments), cwd=cwd, env=environment(cwd), capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    return ((after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)) * 1000


def imported(arguments: tuple[str, ...], cwd: Path, code: int = 0) -> set[str]:
    """Every module that a run imports."""
    run = subprocess.run(command(*arguments, imports=True), cwd=cwd, env=environment(cwd), capture_output=True, text=True, check=False)
    assert run.returncode == code, "\n".join(line for line in run.stderr.splitlines() if not line.startswith("import time:"))
    found = set(re.findall(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", run.stderr, re.MULTILINE))
    assert "zscan.cli" in found, "the list of imports was not understood"
    return found


def heavy(modules: set[str], allowed: Callable[[str], bool] = lambda _name: False) -> list[str]:
    return sorted(name for name in modules if name.split(".")[0] in HEAVY and not allowed(name))


@pytest.mark.parametrize("arguments", [("--help",), ("version",), ("--version",)], ids=" ".join)
def test_a_word_of_help_is_cheap(arguments: tuple[str, ...], tmp_path: Path) -> None:
    least = min(cpu_ms(arguments, tmp_path) for _ in range(5))
    assert least <= CHEAP_MS, f"zscan {' '.join(arguments)} took {least:.0f} ms of CPU time"


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("version",), ("audit", "--help"), ("rules", "list"), ("frameworks", "list"), ("permissions", "aws"), ("schema", "scan")],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert not heavy(imported(arguments, tmp_path))


@pytest.mark.parametrize("more", [(), ("-o", "json=scan.json", "-o", "sarif=scan.sarif")], ids=["terminal", "files"])
def test_an_audit_of_files_needs_no_cloud_and_no_templates(more: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(MANIFEST)
    modules = imported(("audit", "model.yaml", "--fail-on", "never", *more), tmp_path)
    assert not heavy(modules)
    assert "zscan.engine.evaluate" in modules


def test_html_brings_its_templates(tmp_path: Path) -> None:
    """The test above would say nothing if jinja2 were never imported."""
    (tmp_path / "model.yaml").write_text(MANIFEST)
    modules = imported(("audit", "model.yaml", "--fail-on", "never", "-o", "html=report.html"), tmp_path)
    assert "jinja2" in modules
    assert not heavy(modules, lambda name: name.split(".")[0] == "jinja2")


def test_importing_the_package_imports_no_sdk(tmp_path: Path) -> None:
    """Every module, one after the other: a heavy import at module level is found wherever it is."""
    code = (
        "import importlib, pkgutil, sys, zscan\n"
        "for module in pkgutil.walk_packages(zscan.__path__, 'zscan.'):\n"
        "    if module.name != 'zscan.__main__': importlib.import_module(module.name)\n"
        f"print(sorted(name for name in sys.modules if name.split('.')[0] in {HEAVY!r}))"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"
