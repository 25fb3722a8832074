"""The policy file `zscan.toml`: what a repository asks of its scans.

It is read at the git root of the caller alone, never from a folder that is scanned, and it may choose among what zscan does but not name
commands, endpoints or plug-ins. Every value in force has an origin: default, file or command line.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from zscan.errors import ConfigError
from zscan.located import Located, Place, closest, typed
from zscan.model.rule import Confidence, ParamValue, Severity
from zscan.model.scan import ConfigNote
from zscan.model.types import VOCABULARY
from zscan.model.vocabulary import Bool

FILE = "zscan.toml"
Threshold: TypeAlias = Literal["low", "medium", "high", "critical", "never"]
Origin: TypeAlias = Literal["default", "file", "command line"]

_WORDS = (*Severity, "never", "strict", "standard", "starter")
_MAX_BYTES = 1_000_000
_FORBIDDEN = re.compile(r"command|exec|endpoint|plug_?in|hook|script|url", re.IGNORECASE)


class PublicByDesign(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A public consumer endpoint that is meant to be public (SP 800-207 section 2.1): it is judged by the facts that make up for it.

    `asset` is a pattern on the asset's id or name, `requires` the true-or-false facts that must hold, `expires` the last day (UTC).
    """

    asset: str
    owner: str
    reason: str
    expires: str
    requires: tuple[str, ...]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy. Members are those of `zscan.toml`; paths are relative to the file."""

    level: str = "standard"
    params: dict[str, dict[str, ParamValue]] = {}
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Severity | None = None
    min_confidence: Confidence | None = None
    fail_on: Threshold = "high"
    fail_on_unknown: Threshold = "never"
    strict: bool = False
    frameworks: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    catalogs: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    allow_gaps: tuple[str, ...] = ()
    public_by_design: tuple[PublicByDesign, ...] = ()


@dataclass(frozen=True)
class PolicyFile:
    """A policy file as it was read: where it lies, what it says, and which members it states."""

    path: Path
    config: Config
    stated: frozenset[str]
    sha256: str

    @property
    def note(self) -> ConfigNote:
        """The record of it in a scan: its name below the git root, so that the machine's folders stay out of reports."""
        path = self.path.resolve()
        root = git_root(path.parent) or path.parent
        return ConfigNote(path.relative_to(root).as_posix(), self.sha256)


@dataclass(frozen=True)
class Effective:
    """The configuration in force, with the origin of every value. `file` is None when no policy file applies."""

    config: Config
    origins: Mapping[str, Origin]
    file: PolicyFile | None = None

    def paths(self, name: Literal["waivers", "catalogs"]) -> tuple[Path, ...]:
        """The files that a member names: those of the policy file below its git root, those of the command line as given."""
        values: tuple[str, ...] = getattr(self.config, name)
        if self.file is None or self.origins[name] != "file":
            return tuple(Path(value) for value in values)
        return tuple(_inside(self.file.path, value, name) for value in values)


def git_root(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds `.git` (a folder, or a file in a worktree)."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)


def find(cwd: Path, choice: str = "") -> PolicyFile | None:
    """The policy file for a caller in `cwd`. `choice` is what `--config` says: "" (look at the git root, or in `cwd` outside git), a
    path, or `none`. Raises `ConfigError`.
    """
    if choice == "none":
        return None
    path = (cwd / choice if choice else (git_root(cwd) or cwd) / FILE).resolve()
    if not choice and not path.exists():
        return None
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise ConfigError(problem.strerror or "cannot be read", file=str(path), hint="Give a file, or `--config none`.") from None
    return parse(data, path)


def parse(data: bytes, path: Path) -> PolicyFile:
    """A policy file out of its bytes (as of a git ref, for one). Raises `ConfigError` with file, line and suggestion."""
    text, table = _toml(data, str(path))
    located = Located(_plain(table), str(path), ConfigError, _lines(text))
    _refuse_actions(located)
    config = typed(located, Config, words=_WORDS)
    _check(config, located)
    return PolicyFile(path, config, frozenset(table), hashlib.sha256(data).hexdigest())


def _toml(data: bytes, file: str) -> tuple[str, dict[str, Any]]:
    if len(data) > _MAX_BYTES:
        raise ConfigError(f"larger than {_MAX_BYTES:,} bytes", file=file, hint="A policy file holds a few lines.")
    try:
        text = data.decode()
        return text, tomllib.loads(text)
    except UnicodeDecodeError:
        raise ConfigError("not UTF-8 text", file=file, hint="Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as problem:
        hint = "The file is TOML: text stands in quotes, lists in brackets."
        raise ConfigError(str(problem), file=file, line=_line_of(str(problem)), hint=hint) from None
    except RecursionError:
        raise ConfigError("nested too deep", file=file, hint="A policy file holds a few lines.") from None


def _line_of(message: str) -> int:
    found = re.search(r"at line (\d+)", message)
    return int(found[1]) if found else 1


def _plain(value: Any) -> Any:
    """TOML dates as text: the policy's days are written and checked as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


_HEADER = re.compile(r"\s*\[(?P<double>\[)?\s*(?P<name>[^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*(?P<key>(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_PART = re.compile(r"""\s*\.?\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)""")


def _lines(text: str) -> dict[Place, int]:
    """Line of each key, for messages: tomllib keeps no positions. Lines inside a multi-line string may be taken for keys; a message then
    names a line too near the end, never another file.
    """
    lines: dict[Place, int] = {(): 1}
    table: Place = ()
    repeated: dict[Place, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = tuple(_parts(header["name"]))
            if header["double"]:
                repeated[table] = repeated.get(table, -1) + 1
                table = (*table, repeated[table])
            _note(lines, table, number)
        elif key := _KEY.match(line):
            _note(lines, (*table, *_parts(key["key"])), number)
    return lines


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(name)]


def _note(lines: dict[Place, int], place: Place, number: int) -> None:
    for length in range(1, len(place) + 1):
        lines.setdefault(place[:length], number)


def _refuse_actions(located: Located) -> None:
    """A clear word for the keys that a policy file will never have."""
    for key in located.data:
        if key not in Config.__struct_fields__ and _FORBIDDEN.search(key):
            hint = "Whoever can change a repository could then act with the rights of whoever scans it. Use the command line."
            raise located.problem((key,), f"a policy file cannot name commands, endpoints or plug-ins (`{key}`)", hint=hint)


def _check(config: Config, located: Located) -> None:
    for name in ("select", "ignore", "frameworks", "waivers", "catalogs", "exclude", "allow_gaps"):
        if not all(value.strip() for value in getattr(config, name)):
            raise located.problem((name,), f"an empty entry in `{name}`", hint="Remove it.")
    for index, entry in enumerate(config.public_by_design):
        _check_entry(entry, located, ("public_by_design", index))


def _check_entry(entry: PublicByDesign, located: Located, place: Place) -> None:
    for name in ("asset", "owner", "reason"):
        if not getattr(entry, name).strip():
            raise located.problem((*place, name), f"`{name}` is empty", hint="An exception needs all of its members.")
    if not entry.requires:
        raise located.problem(
            (*place, "requires"), "`requires` is empty", hint='Name what makes up for being public, such as "auth.required".'
        )
    for fact in entry.requires:
        if fact not in VOCABULARY.facts:
            raise located.problem((*place, "requires"), f"unknown fact `{fact}`", suggestion=closest(fact, VOCABULARY.facts))
        if VOCABULARY.facts[fact].type != Bool:
            raise located.problem(
                (*place, "requires"), f"`{fact}` is not a true-or-false fact", hint="Name facts that hold or do not hold."
            )
    try:
        valid = date.fromisoformat(entry.expires).isoformat() == entry.expires
    except ValueError:
        valid = False
    if not valid:
        raise located.problem((*place, "expires"), f"`{entry.expires}` is not a calendar day", hint="Write it as YYYY-MM-DD.")


def _inside(file: Path, value: str, name: str) -> Path:
    root = git_root(file.parent) or file.parent.resolve()
    path = (file.parent / value).resolve()
    if not path.is_relative_to(root):
        hint = "A policy file names files of its own repository."
        raise ConfigError(f"`{value}` in `{name}` lies outside the repository", file=str(file), hint=hint)
    return path


def effective(file: PolicyFile | None, command_line: Mapping[str, Any]) -> Effective:
    """The configuration in force: command line over file over default. `command_line` holds only what the user gave."""
    unknown = command_line.keys() - set(Config.__struct_fields__)
    if unknown:
        raise ValueError(f"not members of the configuration: {sorted(unknown)}")
    base = file.config if file else Config()
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in command_line.items()}
    stated = file.stated if file else frozenset()
    origins: dict[str, Origin] = {
        name: "command line" if name in given else "file" if name in stated else "default" for name in Config.__struct_fields__
    }
    return Effective(msgspec.structs.replace(base, **given), origins, file)


TEMPLATE = """\
# zscan.toml: what this repository asks of its scans. Read at the git root only; `zscan config show` prints what is in force.

# Which rules count: starter, standard or strict, or a frozen edition of one ("standard@2026-12").
level = "standard"

# The least severity that makes the exit code 1: low, medium, high, critical or never.
fail_on = "high"

# The same for answers that could not be given because evidence was missing.
fail_on_unknown = "never"

# Rules to keep or to leave out: ids, themes (NET, IDN ...) or patterns. A narrowed run says so and cannot be a baseline.
# select = ["NET", "ZS-IDN-*"]
# ignore = ["ZS-RES-01"]

# Accepted risks, each with owner, approver, reason and last day.
# waivers = ["waivers.yaml"]

# Official wording of frameworks that you hold a copy of.
# catalogs = ["catalogs/nist_800_53.json"]

# Paths that are not read.
# exclude = ["examples/**"]

# Gaps that do not make the exit code 3: reason codes or patterns on the gap's scope.
# allow_gaps = ["TIMEOUT"]

# Parameters of rules.
# [params.ZS-ENC-05]
# max_age_days = 90

# Consumer endpoints that are meant to be public, judged by the facts that make up for it.
# [[public_by_design]]
# asset = "*chat-frontend*"
# owner = "web team"
# reason = "the public help desk"
# expires = "2027-06-30"
# requires = ["auth.required"]
"""
