"""Settings: policy file and options together, and the policy that judges an inventory."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zscan.errors import UsageError

if TYPE_CHECKING:
    from zscan.audit import Policy
    from zscan.config import Effective
    from zscan.engine.load import LoadedRules
    from zscan.model.gap import Gap
    from zscan.model.offers import Offer
    from zscan.model.rule import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that policy file and options say about judging."""

    effective: Effective
    rule_dirs: tuple[Path, ...]
    types: tuple[str, ...]
    now: datetime
    regions: tuple[str, ...] = ()

    def allowed_gap(self, gap: Gap) -> bool:
        """Whether the user accepts this gap: by its reason code, or by a pattern on its scope or call."""
        return any(
            pattern == gap.reason or fnmatch.fnmatchcase(gap.scope, pattern) or fnmatch.fnmatchcase(gap.call, pattern)
            for pattern in self.effective.config.allow_gaps
        )

    def load(self) -> LoadedRules:
        """Rules, catalogue, objectives and levels."""
        return load_rules(self.rule_dirs)

    def policy(self) -> Policy:
        """The policy: chosen rules, frameworks, waivers, parameters."""
        from zscan.audit import Policy
        from zscan.bundled import mappings_dir
        from zscan.engine.levels import select
        from zscan.engine.waive import parse_waivers
        from zscan.located import read_text
        from zscan.mappings import load_frameworks
        from zscan.wording import load_catalog

        config = self.effective.config
        loaded = self.load()
        level = level_named(loaded, config.level)
        chosen = select(
            loaded.rules,
            level=level,
            select=config.select,
            ignore=config.ignore,
            severity=config.severity,
            min_confidence=config.min_confidence,
        )
        frameworks = load_frameworks([mappings_dir()], loaded.objectives)
        waivers = [waiver for path in self.effective.paths("waivers") for waiver in parse_waivers(_text(read_text, path), str(path))]
        official: dict[str, str] = {}
        for path in self.effective.paths("catalogs"):
            official |= load_catalog(path)
        return Policy(
            rules=loaded.rules,
            chosen=chosen,
            objectives=tuple(loaded.objectives.values()),
            frameworks=_wanted(frameworks, config.frameworks),
            level=config.level,
            now=self.now,
            params=_merged(level.params, config.params, [rule.id for rule in chosen]),
            waivers=waivers,
            official=official,
            narrowed=self.narrowed(),
            config=self.effective.file.note if self.effective.file else None,
            digests=(loaded.digest, digest(sorted(mappings_dir().glob("*.yaml")))),
            allowed_gap=self.allowed_gap,
            public_by_design=config.public_by_design,
            types=self.types,
        )

    def narrowed(self) -> tuple[str, ...]:
        """How the run looks at less than everything, in words."""
        config = self.effective.config
        ways = (
            ("--select", config.select),
            ("--ignore", config.ignore),
            ("--types", self.types),
            ("--exclude", config.exclude),
            ("--regions", self.regions),
        )
        words = [f"{name} {', '.join(values)}" for name, values in ways if values]
        words += [f"--severity {config.severity}"] if config.severity else []
        words += [f"--min-confidence {config.min_confidence}"] if config.min_confidence else []
        return tuple(words)


def settings(
    *,
    config: str = "",
    now: str = "",
    rule_dirs: Sequence[Path] | None = None,
    types: Sequence[str] | None = None,
    waivers: Sequence[Path] | None = None,
    catalogs: Sequence[Path] | None = None,
    regions: Sequence[str] | None = None,
    strict: bool = False,
    **given: Any,
) -> Settings:
    """Settings from the command line over the policy file over the defaults."""
    from zscan.config import effective, find

    command_line: dict[str, Any] = {name: value for name, value in given.items() if value}
    if waivers:
        command_line["waivers"] = tuple(str(path) for path in waivers)
    if catalogs:
        command_line["catalogs"] = tuple(str(path) for path in catalogs)
    if strict:
        command_line["strict"] = True
    _check_words(command_line)
    _check_types(types or ())
    return Settings(
        effective=effective(find(Path.cwd(), config), command_line),
        rule_dirs=tuple(rule_dirs or ()),
        types=tuple(types or ()),
        now=moment(now),
        regions=tuple(regions or ()),
    )


def load_rules(more: Sequence[Path] = ()) -> LoadedRules:
    """The rules that come with zscan and those of further folders."""
    from zscan.bundled import rules_dir
    from zscan.engine.load import load_ruleset

    return load_ruleset([rules_dir(), *more])


def all_offers() -> dict[str, Offer]:
    """What every native type of every collector offers."""
    from zscan.collect import collectors
    from zscan.collect.files import ALL_READERS

    offers = {collector.native_type: collector.offer("aws") for collector in collectors("aws")}
    for reader in ALL_READERS:
        offers |= reader.offers
    return offers


def moment(text: str) -> datetime:
    """`--now` as an instant; the present when empty. Raises UsageError."""
    if not text:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--now {text}: not a time", why=str(error), hint="write 2026-12-31 or 2026-12-31T12:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def complete_scope(word: str) -> bool:
    """Whether `--scope` says that the files are everything there is."""
    if word not in {"complete", "partial"}:
        raise UsageError(f"--scope {word}: not a scope", hint="complete or partial")
    return word == "complete"


def base(paths: Sequence[Path]) -> Path:
    """What file names in ids and reports are relative to: the git root that holds the targets, else the target itself.

    It follows from the targets alone, so that the caller's working directory is part of no id. Targets that have different roots share
    the nearest folder above them.
    """
    import os

    from zscan.config import git_root

    roots = {git_root(path) or (path if path.is_dir() else path.parent) for path in (one.resolve() for one in paths)}
    return Path(os.path.commonpath(sorted(roots))) if roots else Path.cwd().resolve()


def digest(files: Iterable[Path]) -> str:
    """sha256 over names and contents of data files, so that two runs can be told to have used the same rules."""
    total = hashlib.sha256()
    for path in files:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _text(read: Callable[..., str], path: Path) -> str:
    from zscan.errors import ConfigError

    return read(path, ConfigError)


def _wanted(frameworks: Sequence[Any], names: Sequence[str]) -> list[Any]:
    known = {framework.framework.id for framework in frameworks}
    for name in names:
        if name.split("@")[0] not in known:
            raise UsageError(f"unknown framework {name!r}", hint=f"known: {', '.join(sorted(known))}")
    keys = {name.split("@")[0] for name in names}
    return [framework for framework in frameworks if not names or framework.framework.id in keys]


def level_named(loaded: LoadedRules, name: str) -> Level:
    """A level by its name. Raises UsageError with a suggestion."""
    import difflib

    if name in loaded.levels:
        return loaded.levels[name]
    close = difflib.get_close_matches(name, loaded.levels, 1)
    raise UsageError(f"unknown level {name!r}", hint=f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(loaded.levels))}")


def _merged(
    level: Mapping[str, Mapping[str, Any]], config: Mapping[str, Mapping[str, Any]], rules: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Parameters of the level, overridden by those of the policy file, for the rules that count."""
    merged = {rule: {**level.get(rule, {}), **config.get(rule, {})} for rule in sorted({*level, *config} & set(rules))}
    return {rule: values for rule, values in merged.items() if values}


def _check_words(given: dict[str, Any]) -> None:
    severities = ("low", "medium", "high", "critical")
    allowed = {
        "fail_on": (*severities, "never"),
        "fail_on_unknown": (*severities, "never"),
        "severity": severities,
        "min_confidence": ("low", "medium", "high"),
    }
    for name, words in allowed.items():
        if name in given and given[name] not in words:
            raise UsageError(f"--{name.replace('_', '-')} {given[name]}: not one of {', '.join(words)}")


def _check_types(types: Sequence[str]) -> None:
    import difflib

    from zscan.model.types import VOCABULARY

    for name in types:
        if name not in VOCABULARY.types:
            close = difflib.get_close_matches(name, VOCABULARY.types, 1)
            raise UsageError(
                f"unknown asset type {name!r}",
                hint=f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(VOCABULARY.types))}",
            )
