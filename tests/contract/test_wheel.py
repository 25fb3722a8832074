"""What users install: the wheel carries the data, needs only what it declares, and audits far away from the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import zscan

ROOT = Path(__file__).parents[2]
SITE = Path(sysconfig.get_path("purelib"))
DATA = {"rules": "rules", "mappings": "mappings", "templates": "reports/templates"}
DEMO = ROOT / "examples" / "acme"
DEMO_EXTRAS = frozenset({"iac"})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with the tools at hand."""
    out = tmp_path_factory.mktemp("dist")
    run = _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT], cwd=out)
    assert run.returncode == 0, run.stdout + run.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`zscan` in an environment of its own that holds the wheel and its declared dependencies, nothing else."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(place, with_pip=False, symlinks=os.name != "nt")
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--quiet", "--no-deps", "--no-index", wheel]
    run = _run(pip, cwd=place)
    assert run.returncode == 0, run.stdout + run.stderr
    (site,) = (path.parent for path in place.rglob("zscan") if path.is_dir())
    for name in _needed(wheel):
        _lend(name, site)
    return scripts / "zscan"


def _needed(wheel: Path) -> set[str]:
    """The distributions that the wheel needs for the demonstration, by its own metadata."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        declared = re.findall(r"^Requires-Dist: (.+)$", archive.read(name).decode(), re.MULTILINE)
    todo = [(Requirement(line), DEMO_EXTRAS) for line in declared]
    found: set[str] = set()
    while todo:
        requirement, extras = todo.pop()
        name = canonicalize_name(requirement.name)
        wanted = requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in (extras or {""}))
        if wanted and name not in found:
            found.add(name)
            todo += [(Requirement(line), frozenset(requirement.extras)) for line in metadata.requires(name) or []]
    return found


def _lend(name: str, site: Path) -> None:
    """Links the files of one installed distribution into another environment: as good as installing it, and offline."""
    for top in {file.parts[0] for file in metadata.files(name) or [] if file.parts[0] not in {"..", "__pycache__"}}:
        link = site / top
        if not link.exists():
            link.symlink_to(SITE / top)


def _run(command: list[str | Path], *, cwd: Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=240)


def _bare(home: Path) -> dict[str, str]:
    """An environment that says nothing of the checkout."""
    return {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("kind", "folder"), DATA.items())
def test_the_data_is_in_the_wheel(wheel: Path, kind: str, folder: str) -> None:
    prefix = f"zscan/_bundled/{kind}/"
    with zipfile.ZipFile(wheel) as archive:
        packed = {name.removeprefix(prefix) for name in archive.namelist() if name.startswith(prefix) and not name.endswith("/")}
    assert packed, f"the wheel holds no {kind}: see [tool.hatch.build.targets.wheel] in pyproject.toml"
    assert packed == _files(ROOT / folder)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"zscan", f"zscan-{zscan.__version__}.dist-info"}
    modules = {name.removeprefix("zscan/") for name in names if name.endswith(".py") and "/_bundled/" not in name}
    assert modules == {name for name in _files(ROOT / "zscan") if name.endswith(".py")}


def test_every_dependency_is_bounded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    loose = [line for line in project["dependencies"] if not re.search(r">=[\d.]+,<\d", line)]
    assert not loose, f"give a lower bound and the next major version as upper bound: {loose}"


def test_the_installed_program_knows_its_version(program: Path, tmp_path: Path) -> None:
    run = _run([program, "version"], cwd=tmp_path, environment=_bare(tmp_path))
    assert run.returncode == 0, run.stderr
    assert zscan.__version__ in run.stdout


def test_the_installed_program_audits_outside_the_checkout(program: Path, tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    shutil.copytree(DEMO, work / "acme")
    run = _run([program, "audit", "acme", "-o", "json=scan.json", "-o", "html=report.html"], cwd=work, environment=_bare(home))
    assert run.returncode == 1, f"the demonstration has findings, so 1 is expected\n{run.stdout}\n{run.stderr}"
    scan = json.loads((work / "scan.json").read_text(encoding="utf-8"))
    assert scan["schema"].startswith("zscan.scan/")
    assert any(finding["status"] == "fail" for finding in scan["findings"])
    assert "<html" in (work / "report.html").read_text(encoding="utf-8")
