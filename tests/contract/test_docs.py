"""What the documents say is so: links lead somewhere, commands and options exist, the changelog knows the version."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

import zscan

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\s*(?:\$ )?(?:\.venv/bin/)?zscan ([^#|>&\n]+)", re.MULTILINE)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", _FENCE.sub("", _text(name)))
    for link in (link for link in links if not link.startswith(("http://", "https://", "mailto:"))):
        path, _, anchor = link.partition("#")
        target = (ROOT / path) if path else ROOT / name
        assert target.exists(), f"{name} links to {link}, which does not exist"
        if anchor and target.suffix == ".md":
            assert anchor in _anchors(target.read_text(encoding="utf-8")), f"{name} links to {link}, which has no such heading"


def test_the_license_is_the_one_declared() -> None:
    text = _text("LICENSE")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


# ---- README


def test_the_readme_opens_with_the_two_commands() -> None:
    readme = _text("README.md")
    assert readme.startswith("# zscan")
    assert {"make demo", "make test"} <= set(re.findall(r"make [a-z]+", readme))


def test_the_readme_explains_every_exit_code() -> None:
    rows = set(re.findall(r"^\| *`?(\d+)(?: / (\d+))?", _text("README.md"), re.MULTILINE))
    assert {"0", "1", "2", "3", "4", "5", "70", "130"} <= {code for row in rows for code in row}


@cache
def _help(*command: str) -> str:
    run = subprocess.run([sys.executable, "-m", "zscan", *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else ""


def _shown_commands(name: str) -> list[str]:
    return [line.strip() for block in _FENCE.findall(_text(name)) for line in _COMMAND.findall(block.replace("\\\n", " "))]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_shown_commands_exist(name: str) -> None:
    for line in _shown_commands(name):
        words = line.split()
        if words[0].startswith("-"):
            continue
        page = _help(*words[:2]) if len(words) > 1 and re.fullmatch(r"[a-z]+", words[1]) else ""
        page = page or _help(words[0])
        assert page, f"{name} shows `zscan {line}`, but there is no command {words[0]}"
        for option in re.findall(r"(?<=\s)--[a-z-]+", line):
            assert option in page, f"{name} shows `zscan {line}`, but {words[0]} has no {option}"


def test_the_readme_shows_commands() -> None:
    assert any(line.startswith("audit") for line in _shown_commands("README.md"))


# ---- CHANGELOG


def test_the_changelog_begins_with_this_version() -> None:
    headings = re.findall(r"^## \[([^]]+)\](?: - (\S+))?$", _text("CHANGELOG.md"), re.MULTILINE)
    releases = [heading for heading in headings if heading[0] != "Unreleased"]
    assert releases[0][0] == zscan.__version__
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d|Unreleased", when) for _, when in releases)
    numbers = [tuple(map(int, version.split("."))) for version, _ in releases]
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_changelog_uses_the_agreed_sections() -> None:
    sections = set(re.findall(r"^### (.+)$", _text("CHANGELOG.md"), re.MULTILINE))
    assert sections <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


# ---- files that repeat each other


def test_contributing_names_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", _text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", _text("CONTRIBUTING.md") + _text("README.md")))
    assert named <= targets


def test_the_pre_commit_hook_installs_the_extra_for_files() -> None:
    extras = tomllib.loads(_text("pyproject.toml"))["project"]["optional-dependencies"]
    (hook,) = yaml.safe_load(_text(".pre-commit-hooks.yaml"))
    assert hook["additional_dependencies"] == extras["iac"]


@pytest.mark.parametrize("name", ["action.yml", ".github/workflows/ci.yml"])
def test_no_expression_enters_a_shell(name: str) -> None:
    """An input spliced into a script would be run: inputs travel by `env`."""
    scripts = re.findall(r"^( *)run: ?(.*(?:\n\1 +.*)*)", _text(name), re.MULTILINE)
    assert scripts
    assert not [script for _, script in scripts if "${{" in script]
