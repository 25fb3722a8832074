"""The data folders are found in a checkout and in an installation."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from zscan import bundled
from zscan.errors import ZscanError

ROOT = Path(__file__).parents[1]


def test_a_checkout_uses_its_own_folders() -> None:
    assert bundled.rules_dir() == ROOT / "rules"
    assert bundled.mappings_dir() == ROOT / "mappings"
    assert bundled.templates_dir() == ROOT / "reports" / "templates"


def test_an_installation_uses_what_it_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("zscan/_bundled/rules", "rules"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(bundled.resources, "files", lambda _: tmp_path / "zscan")
    assert bundled.rules_dir() == tmp_path / "zscan" / "_bundled" / "rules"


def test_missing_data_is_an_error_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled.resources, "files", lambda _: tmp_path / "zscan")
    with pytest.raises(ZscanError, match="the templates that belong to zscan are missing") as caught:
        bundled.templates_dir()
    assert "reinstall" in caught.value.hint


def test_a_package_in_an_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "zscan.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("zscan/__init__.py", "")
    monkeypatch.setattr(bundled.resources, "files", lambda _: zipfile.Path(archive, "zscan/"))
    with pytest.raises(ZscanError, match="archive"):
        bundled.mappings_dir()
