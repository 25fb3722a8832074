"""Running the program as its users do: a subprocess with its own environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str


def zscan(*arguments: str, env: Mapping[str, str], cwd: Path) -> Ran:
    """Run `zscan` with only this environment (plus PATH and a home below `cwd`)."""
    home = cwd / ".home"
    home.mkdir(exist_ok=True)
    full = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "XDG_STATE_HOME": str(home / "state"), **env}
    done = subprocess.run(
        [sys.executable, "-m", "zscan", *arguments], env=full, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def scan_document(path: Path) -> Any:
    """A scan document as plain data."""
    return json.loads(path.read_text())
