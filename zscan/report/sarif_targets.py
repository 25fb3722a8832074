"""Which run of a SARIF file something belongs to: one run for each target, named so that a later upload replaces the earlier one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from zscan.model.scan import Target
from zscan.report.neutral import visible
from zscan.report.places import Spot

MOST_RUNS = 20
"""Runs that code scanning takes in one file; a file with more is refused."""

_CLOUDS = frozenset({"aws", "azure", "gcp"})


@dataclass(frozen=True, slots=True)
class Part:
    """The targets that share a run. `category` identifies the run's line of uploads."""

    category: str
    targets: tuple[Target, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing blocking is missing from any of them."""
        return all(target.complete for target in self.targets)


def category(target: Target) -> str:
    """`zscan/<label>/`, with a path written the same however it was typed, and without what only names a machine."""
    label = target.label.strip() or target.kind
    if target.kind not in _CLOUDS:
        label = label if "://" in label else _relative(label)
    return f"zscan/{visible(label).strip('/')}/"


def _relative(label: str) -> str:
    if PureWindowsPath(label).is_absolute():
        return PureWindowsPath(label).name
    path = posixpath.normpath(label)
    return PurePosixPath(path).name if path.startswith("/") else path


def parts(targets: Sequence[Target]) -> list[Part]:
    """The runs, in the order of the targets. Targets of one name share a run; with more than `MOST_RUNS` names those of a kind do."""
    names = [category(target) for target in targets]
    if len(set(names)) > MOST_RUNS:
        names = [f"zscan/{target.kind}/" for target in targets]
    members: dict[str, list[Target]] = {}
    for name, target in zip(names, targets, strict=True):
        members.setdefault(name, []).append(target)
    return [Part(name, tuple(group)) for name, group in members.items()] or [Part("zscan/", ())]


class Assignment:
    """Finds the part that an asset or a scope belongs to: the one that shares most leading steps of its place."""

    def __init__(self, of: Sequence[Part]) -> None:
        self._prefixes = [{prefix for target in part.targets for prefix in _prefixes(target)} for part in of]
        self._live = [i for i, part in enumerate(of) if any(target.kind in _CLOUDS or target.kind == "snapshot" for target in part.targets)]
        self._files = [i for i, part in enumerate(of) if any(target.kind not in _CLOUDS for target in part.targets)]
        self._all = list(range(len(of)))
        self._known: dict[tuple[str, bool | None], int] = {}

    def of_finding(self, spot: Spot | None, file: str) -> int:
        """The part of a finding: by its asset's account and region when that is live, else by file."""
        if spot is not None and spot.live:
            return self.of_scope(f"{spot.provider}/{spot.account}/{spot.region}", live=True)
        return self.of_scope(file, live=False) if file else self.of_scope("")

    def of_scope(self, scope: str, *, live: bool | None = None) -> int:
        """The part of a scope (`aws/111122223333/eu-west-1`, a file). Without any likeness: the first that could hold it."""
        if (scope, live) not in self._known:
            self._known[scope, live] = self._best(tuple(_steps(scope)), live=live)
        return self._known[scope, live]

    def _best(self, steps: tuple[str, ...], *, live: bool | None) -> int:
        candidates = self._all if live is None else self._live if live else self._files
        return max(candidates or self._all, key=lambda index: (self._likeness(index, steps), -index))

    def _likeness(self, index: int, steps: tuple[str, ...]) -> int:
        return next((length for length in range(len(steps), 0, -1) if steps[:length] in self._prefixes[index]), 0)


def _prefixes(target: Target) -> Iterator[tuple[str, ...]]:
    for scope in _places(target):
        steps = tuple(_steps(scope))
        yield from (steps[:length] for length in range(1, len(steps) + 1))


def _places(target: Target) -> Iterable[str]:
    if target.kind not in _CLOUDS:
        return (*target.scopes, target.label)
    label = "/".join(re.split(r"[\s/]+", target.label))  # both "aws/1111…" and "aws 1111…" are in use
    return (*target.scopes, label, f"{target.kind}/{label}")


def _steps(scope: str) -> list[str]:
    return [step for step in scope.split("/") if step not in {"", "."}]
