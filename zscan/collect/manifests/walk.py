"""Which files of a tree are read: in a fixed order, without leaving the tree, and with every omission counted."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from zscan.collect.manifests.ignore import LARGEST_FILE, IgnoreRules

INPUT_SUFFIXES: Final = (*(".bicep", ".hcl", ".json", ".jsonc", ".template", ".tf", ".tfvars", ".toml", ".yaml", ".yml"),)
INPUT_NAMES: Final = frozenset({"modelfile"})
VENDORED: Final = frozenset(
    {
        *(".eggs", ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".svn", ".terraform"),
        *(".terragrunt-cache", ".tox", ".venv", "__pycache__", "bower_components", "node_modules", "site-packages"),
        *("vendor", "venv"),
    }
)

Skip = Literal["exclude", "zscanignore", "vendored", "gitignore", "name", "symlink", "special"]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read. ``relative`` is its POSIX path below the root, always printable; ``path`` opens it."""

    path: Path
    relative: str
    size: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or folder that should have been read and could not be, with the system's reason."""

    relative: str
    reason: str


@dataclass(slots=True)
class WalkStats:
    """What a walk found and passed over; complete once the walk is exhausted.

    A skipped folder counts as one, because its content is not looked at.
    """

    found: int = 0
    skipped: Counter[Skip] = field(default_factory=Counter)
    unreadable: list[Unreadable] = field(default_factory=list)

    @property
    def skipped_total(self) -> int:
        """The one number that the summary prints."""
        return self.skipped.total()


def is_input_name(name: str) -> bool:
    """Tell whether a file of this name could be an input of any collector."""
    lower = name.lower()
    return lower.endswith(INPUT_SUFFIXES) or lower in INPUT_NAMES


def walk(root: Path, exclude: Sequence[str] = (), stats: WalkStats | None = None) -> Iterator[FoundFile]:
    """Yield the possible inputs below ``root``, ordered by path; a ``root`` that is a file is yielded as it is.

    ``exclude`` holds gitignore patterns relative to ``root``. Strongest first: ``exclude``, ``.zscanignore`` (whose
    ``!`` patterns also bring back what follows), the vendored folders, ``.gitignore``; those above ``root`` count up
    to the root of the git repository. Links to folders are not followed, since what lies in the tree is met at its own
    place; a link to a file is yielded only if it stays in the tree and its target is not itself an input.

    Raises FileNotFoundError if ``root`` does not exist. Everything else that cannot be read is noted in ``stats``.
    """
    stats = WalkStats() if stats is None else stats
    if not root.is_dir():
        return iter([_as_is(root, stats)])
    return _Walk(root.resolve(), exclude, stats).files()


def _as_is(path: Path, stats: WalkStats) -> FoundFile:
    size = path.stat().st_size
    stats.found += 1
    return FoundFile(path, _printable(path.name), size)


@dataclass(frozen=True, slots=True)
class _Folder:
    """An open folder: its remaining entries, and the ignore files that hold in it, outermost first."""

    entries: Iterator[os.DirEntry[str]]
    zscanignore: tuple[tuple[str, IgnoreRules], ...]
    gitignore: tuple[tuple[str, IgnoreRules], ...]


class _Walk:
    """One pass over a tree. Paths inside are absolute POSIX text; rules are kept with the folder they belong to."""

    def __init__(self, root: Path, exclude: Sequence[str], stats: WalkStats) -> None:
        self._root = root
        self._exclude = IgnoreRules(exclude)
        self._stats = stats

    def files(self) -> Iterator[FoundFile]:
        gitignore = tuple(rule for folder in _repository_above(self._root) for rule in self._rules(folder, ".gitignore"))
        stack = [self._enter(self._root, (), gitignore)]
        while stack:
            folder = stack[-1]
            entry = next(folder.entries, None)
            if entry is None:
                stack.pop()
                continue
            try:
                reason = self._skip(entry, folder)
            except OSError as error:  # some file systems tell an entry's kind only on request, and may refuse
                self._unreadable(Path(entry.path), error)
                continue
            if reason:
                self._stats.skipped[reason] += 1
            elif entry.is_dir(follow_symlinks=False):
                stack.append(self._enter(Path(entry.path), folder.zscanignore, folder.gitignore))
            else:
                yield from self._file(entry)

    def _enter(
        self,
        folder: Path,
        zscanignore: tuple[tuple[str, IgnoreRules], ...],
        gitignore: tuple[tuple[str, IgnoreRules], ...],
    ) -> _Folder:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self._unreadable(folder, error)
            entries = []
        names = {entry.name for entry in entries}
        if ".zscanignore" in names:
            zscanignore += self._rules(folder, ".zscanignore")
        if ".gitignore" in names:
            gitignore += self._rules(folder, ".gitignore")
        return _Folder(iter(entries), zscanignore, gitignore)

    def _rules(self, folder: Path, name: str) -> tuple[tuple[str, IgnoreRules], ...]:
        """Read one ignore file; one that cannot be used is reported and hides nothing."""
        path = folder / name
        try:
            # A link could make the outcome depend on files outside; git refuses it too. A pipe would block for ever.
            if not stat.S_ISREG(path.lstat().st_mode):
                return ()
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            return ()
        except OSError as error:
            self._unreadable(path, error)
            return ()
        if len(data) > LARGEST_FILE:
            self._stats.unreadable.append(Unreadable(self._relative(path), "ignore file too large, not applied"))
            return ()
        text = data.decode("utf-8-sig", "surrogateescape")
        return ((f"{folder.as_posix().rstrip('/')}/", IgnoreRules(text.split("\n"))),)

    def _skip(self, entry: os.DirEntry[str], folder: _Folder) -> Skip | None:
        """Return why an entry is passed over, or None."""
        is_folder = entry.is_dir(follow_symlinks=False)
        if not is_folder and not entry.is_symlink() and not is_input_name(entry.name):
            return "name"  # first, because it is cheap and true of most files
        path = entry.path.replace(os.sep, "/")
        if self._exclude.verdict(path[len(self._root.as_posix().rstrip("/")) + 1 :], folder=is_folder):
            return "exclude"
        wanted = _verdict(folder.zscanignore, path, is_folder=is_folder)
        if wanted:
            return "zscanignore"
        if wanted is None:
            if is_folder and entry.name in VENDORED:
                return "vendored"
            if _verdict(folder.gitignore, path, is_folder=is_folder):
                return "gitignore"
        return None if is_folder else self._skip_file(entry)

    def _skip_file(self, entry: os.DirEntry[str]) -> Skip | None:
        if entry.is_symlink() and Path(entry.path).is_dir():  # unlike entry.is_dir, at ease with loops
            return "symlink"
        if not is_input_name(entry.name):
            return "name"
        if entry.is_symlink():
            return None if self._is_followed(entry) else "symlink"
        return None if entry.is_file(follow_symlinks=False) else "special"

    def _is_followed(self, entry: os.DirEntry[str]) -> bool:
        try:
            target = Path(entry.path).resolve(strict=True)
            regular = target.is_file()
        except (OSError, RuntimeError):  # RuntimeError: a link to itself
            return False
        return regular and target.is_relative_to(self._root) and not is_input_name(target.name)

    def _file(self, entry: os.DirEntry[str]) -> Iterator[FoundFile]:
        path = Path(entry.path)
        try:
            size = entry.stat().st_size
            if not os.access(path, os.R_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            self._unreadable(path, error)
            return
        self._stats.found += 1
        yield FoundFile(path, self._relative(path), size)

    def _unreadable(self, path: Path, error: OSError) -> None:
        self._stats.unreadable.append(Unreadable(self._relative(path), error.strerror or type(error).__name__))

    def _relative(self, path: Path) -> str:
        inside = path.relative_to(self._root) if path.is_relative_to(self._root) else path
        return _printable(inside.as_posix())


def _verdict(rules: tuple[tuple[str, IgnoreRules], ...], path: str, *, is_folder: bool) -> bool | None:
    """Return the verdict of the innermost ignore file that has one."""
    for base, ignore in reversed(rules):
        verdict = ignore.verdict(path[len(base) :], folder=is_folder)
        if verdict is not None:
            return verdict
    return None


def _repository_above(root: Path) -> list[Path]:
    """Return the folders from the root of the git repository down to above ``root``; none outside a repository."""
    if (root / ".git").exists():
        return []
    above = []
    for parent in root.parents:
        above.append(parent)
        if (parent / ".git").exists():
            return above[::-1]
    return []


def _printable(path: str) -> str:
    """Replace bytes of a file name that are not UTF-8 by escapes, so that any report can hold it."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
