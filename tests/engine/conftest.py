from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


@pytest.fixture
def rule_dir(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Writes files into a folder called rules and gives it back."""

    def write(files: Mapping[str, str]) -> Path:
        root = tmp_path / "rules"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return root

    return write
