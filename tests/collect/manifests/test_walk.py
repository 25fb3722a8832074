"""The walk: order, ignore files as git reads them, and nothing left out without being counted."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zscan.collect.manifests.ignore import LARGEST_FILE, IgnoreRules
from zscan.collect.manifests.walk import WalkStats, walk


def write(root: Path, relative: str, text: str = "a: 1\n") -> Path:
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(root: Path, *exclude: str, stats: WalkStats | None = None) -> list[str]:
    return [found.relative for found in walk(root, exclude, stats)]


def test_order_is_by_path_and_only_inputs_are_found(tmp_path: Path) -> None:
    for name in ["b/z.yaml", "b/a.yml", "a.tf", "c.JSON", "Modelfile", ".cursor/mcp.json", "main.py", "README.md"]:
        write(tmp_path, name)
    stats = WalkStats()
    assert names(tmp_path, stats=stats) == [".cursor/mcp.json", "Modelfile", "a.tf", "b/a.yml", "b/z.yaml", "c.JSON"]
    assert (stats.found, stats.skipped) == (6, {"name": 2})


def test_a_file_is_yielded_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, "node_modules/odd.name")
    (found,) = walk(path)
    assert (found.path, found.relative, found.size) == (path, "odd.name", 5)


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        walk(tmp_path / "none")


def test_vendored_folders_count_once_and_can_be_brought_back(tmp_path: Path) -> None:
    for name in ["node_modules/a.yaml", "node_modules/b.yaml", "x/.terraform/c.tf", "vendor/d.yaml", "e.yaml"]:
        write(tmp_path, name)
    stats = WalkStats()
    assert names(tmp_path, stats=stats) == ["e.yaml"]
    assert stats.skipped == {"vendored": 3}
    assert stats.skipped_total == 3
    write(tmp_path, ".zscanignore", "!vendor/\n")
    assert names(tmp_path) == ["e.yaml", "vendor/d.yaml"]


def test_gitignore_nests_and_negates(tmp_path: Path) -> None:
    for name in ["a.yaml", "keep.yaml", "sub/a.yaml", "sub/b.yaml", "out/c.yaml"]:
        write(tmp_path, name)
    write(tmp_path, ".gitignore", "*.yaml\r\n!keep.yaml\r\nout/\r\n")
    write(tmp_path, "sub/.gitignore", "!b.yaml\n")
    stats = WalkStats()
    assert names(tmp_path, stats=stats) == ["keep.yaml", "sub/b.yaml"]
    assert stats.skipped == {"gitignore": 3, "name": 2}


def test_ignore_files_above_the_root_hold_up_to_the_repository(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", "*.yml\n")
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    write(repository, ".gitignore", "/deep/er/*.json\n")
    for name in ["a.yml", "b.json"]:
        write(repository, f"deep/er/{name}")
    assert names(repository / "deep" / "er") == ["a.yml"]


def test_zscanignore_and_exclude_win_over_gitignore(tmp_path: Path) -> None:
    for name in ["a.yaml", "b.yaml", "c/d.yaml", "c/e.yaml"]:
        write(tmp_path, name)
    write(tmp_path, ".gitignore", "a.yaml\n")
    write(tmp_path, ".zscanignore", "!a.yaml\nb.yaml\n")
    stats = WalkStats()
    assert names(tmp_path, "c/e.*", stats=stats) == ["a.yaml", "c/d.yaml"]
    assert stats.skipped == {"exclude": 1, "zscanignore": 1, "name": 2}


def test_links_neither_leave_the_tree_nor_loop(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside.yaml")
    root = tmp_path / "root"
    write(root, "real.yaml")
    write(root, "data.prod")
    (root / "loop").symlink_to(root)
    (root / "out.yaml").symlink_to(outside)
    (root / "out_folder").symlink_to(tmp_path)
    (root / "again.yaml").symlink_to(root / "real.yaml")
    (root / "in.yaml").symlink_to(root / "data.prod")
    (root / "self.yaml").symlink_to(root / "self.yaml")
    (root / "none.yaml").symlink_to(root / "none")
    stats = WalkStats()
    assert names(root, stats=stats) == ["in.yaml", "real.yaml"]
    assert stats.skipped["symlink"] == 6
    assert stats.unreadable == []


def test_pipes_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / ".gitignore")
    stats = WalkStats()
    assert names(tmp_path, stats=stats) == []
    assert stats.skipped == {"special": 1, "name": 1}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_and_folders_are_reported(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml").chmod(0)
    write(tmp_path, "b/c.yaml").parent.chmod(0)
    stats = WalkStats()
    assert names(tmp_path, stats=stats) == []
    (tmp_path / "b").chmod(0o700)
    assert [(entry.relative, entry.reason) for entry in stats.unreadable] == [
        ("a.yaml", "Permission denied"),
        ("b", "Permission denied"),
    ]


def test_errors_of_the_system_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.yaml")
    write(tmp_path, "b/c.yaml")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "a.yaml")
    stats = WalkStats()
    assert names(tmp_path, stats=stats) == []
    assert [entry.relative for entry in stats.unreadable] == ["a.yaml", "b"]


def test_an_oversized_ignore_file_hides_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    write(tmp_path, ".gitignore", "*.yaml\n" * (LARGEST_FILE // 7 + 1))
    stats = WalkStats()
    assert names(tmp_path, stats=stats) == ["a.yaml"]
    assert [entry.relative for entry in stats.unreadable] == [".gitignore"]


def test_names_that_are_not_utf_8_stay_printable(tmp_path: Path) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml"))).write_text("a: 1")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    (found,) = walk(tmp_path)
    assert found.relative == "\\udcff.yaml"
    assert found.path.read_text() == "a: 1"


# --- patterns

PIECES = [
    "a",
    "b",
    "ab",
    "*",
    "*",
    "?",
    "[ab]",
    "[!a]",
    "[^b]",
    "\\a",
    "\\*",
    "[a-b]",
    ".",
    "[]a]",
    "[[:alpha:]]",
    "-",
    "[",
]
SEGMENT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join) | st.just("**")
PATTERN = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(SEGMENT, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "/", "  ", "\\ "]),
)
PATH = st.lists(st.sampled_from(["a", "b", "ab", "aab", "a.b", "ba"]), min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("git"):
        pytest.skip("git, the judge of this test, is not installed")
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


@given(patterns=st.lists(PATTERN, min_size=1, max_size=3), paths=st.lists(PATH, min_size=1, max_size=30, unique=True))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_patterns_mean_what_git_says(repository: Path, patterns: list[str], paths: list[str]) -> None:
    (repository / ".gitignore").write_text("\n".join(patterns) + "\n", encoding="utf-8")
    command = ["git", "-C", str(repository), "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"]
    answer = subprocess.run(command, input="\0".join(paths) + "\0", capture_output=True, text=True, check=False)
    fields = iter(answer.stdout.split("\0"))
    rules = IgnoreRules(patterns)
    for _source, _line, pattern, path in zip(fields, fields, fields, fields, strict=False):
        expected = bool(pattern) and not pattern.startswith("!")
        assert is_ignored(rules, path) == expected, (patterns, path)


def is_ignored(rules: IgnoreRules, path: str) -> bool:
    """Whether the path or a folder above it is ignored."""
    parts = path.split("/")
    depths = range(1, len(parts) + 1)
    return any(rules.verdict("/".join(parts[:depth]), folder=depth < len(parts)) for depth in depths)


@pytest.mark.parametrize("pattern", ["*a" * 200 + "b", "**/a*/" * 60 + "c", "[" * 4000, "[a" * 2000, "?*" * 500])
def test_hostile_patterns_end(pattern: str) -> None:
    rules = IgnoreRules([pattern])
    assert not rules.verdict("a" * 250, folder=False)
    rules.verdict("/".join(["a" * 10] * 300), folder=False)


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=20))
def test_no_pattern_raises(lines: list[str], path: str) -> None:
    IgnoreRules(lines).verdict(path, folder=False)
