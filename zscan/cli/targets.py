"""Targets on the command line, and collecting them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zscan.errors import CredentialsError, NothingToAuditError, UsageError, one_line

if TYPE_CHECKING:
    from zscan.audit import Inventory
    from zscan.collect import Collected
    from zscan.collect.aws.accounts import Selection
    from zscan.collect.run import Progress

PROVIDERS = ("aws", "azure", "gcp")
_UNREADY = ("azure", "gcp")  # providers whose collectors are not part of this release
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to look at, as it was named."""

    kind: Literal["aws", "path", "snapshot", "stdin"]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectOptions:
    """How to collect: clouds, files, journal."""

    regions: tuple[str, ...] = ()
    aws_profile: str = ""
    organization: bool = False
    units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    assume_role: str = ""
    external_id: str = ""
    session_name: str = "zscan"
    session_seconds: int = 3600
    concurrency: int = 16
    allow_custom_endpoints: bool = False
    resume: bool = False
    exclude: tuple[str, ...] = ()
    complete_scope: bool = False
    base: Path = field(default_factory=Path.cwd)


def parse(names: Sequence[str], *, offline: bool) -> list[Target]:
    """The targets. Raises UsageError, or NothingToAuditError for a path that does not exist."""
    targets = [_target(name) for name in dict.fromkeys(names or ["."])]
    remote = [target.name for target in targets if target.kind == "aws"]
    if offline and remote:
        raise UsageError(f"--offline, but {remote[0]} needs the network", hint="audit files or a snapshot, or leave --offline out")
    if any(target.kind == "snapshot" for target in targets) and len(targets) > 1:
        raise UsageError("a snapshot is audited alone", hint="one snapshot holds all that was collected; leave the other targets out")
    return targets


def paths(targets: Sequence[Target]) -> list[Path]:
    """The targets that are files or folders."""
    return [Path(target.name) for target in targets if target.kind == "path"]


def _target(name: str) -> Target:
    from zscan.snapshot import is_snapshot

    if name == STDIN:
        return Target("stdin", name)
    if name in _UNREADY:
        raise UsageError(f"this release does not collect from {name}", hint=f"./{name} would be the folder; see `zscan --help`")
    if name == "aws":
        return Target("aws", name)
    path = Path(name)
    if not path.exists():
        raise NothingToAuditError(
            f"{one_line(name)}: no such file or folder", hint="check the spelling; aws, azure and gcp name the clouds"
        )
    return Target("snapshot" if path.is_file() and is_snapshot(path) else "path", name)


def collect(targets: Sequence[Target], options: CollectOptions, *, progress: Callable[[Progress], None]) -> list[Collected]:
    """Collect every target. One cloud that cannot be signed in to is a gap when others can be read, and an error when it is alone."""
    found: list[Collected] = []
    failures: list[tuple[Target, CredentialsError]] = []
    for target in targets:
        try:
            found += _collect(target, options, progress)
        except CredentialsError as error:
            failures.append((target, error))
    if failures and not found:
        raise failures[0][1]
    found += [_without_credentials(target, error) for target, error in failures]
    if not any(one.target.documents for one in found) and not any(one.gaps for one in found):
        names = ", ".join("standard input" if target.kind == "stdin" else one_line(target.name) for target in targets)
        raise NothingToAuditError(
            f"nothing to audit in {names}", why="no file there is one that zscan reads", hint="point it at manifests, templates or a cloud"
        )
    return found


def inventory_of(targets: Sequence[Target], options: CollectOptions, *, quiet: bool) -> Inventory:
    """The inventory of the targets: collected, or read from a snapshot."""
    from zscan.audit import take_inventory
    from zscan.cli import terminal

    if targets[0].kind == "snapshot":
        from zscan.cli.snapshots import load

        return load(Path(targets[0].name))
    collected = collect(targets, options, progress=terminal.progress(quiet=quiet))
    return take_inventory(collected, complete_scope=options.complete_scope)


def _collect(target: Target, options: CollectOptions, progress: Callable[[Progress], None]) -> list[Collected]:
    if target.kind == "aws":
        return _collect_aws(options, progress)
    from zscan.collect.files import collect_files, collect_text

    if target.kind == "stdin":
        import sys

        return [collect_text(sys.stdin.buffer.read(), name="stdin", complete=options.complete_scope)]
    return [collect_files(Path(target.name), base=options.base, exclude=options.exclude, complete=options.complete_scope)]


def _collect_aws(options: CollectOptions, progress: Callable[[Progress], None]) -> list[Collected]:
    from zscan.collect.aws.collect import AwsOptions, collect_aws
    from zscan.collect.journal import Journal
    from zscan.collect.tasks import Identity

    identity = Identity("aws", profile=options.aws_profile, connections=options.concurrency)
    aws = AwsOptions(
        identity=identity,
        selection=selection(options),
        regions=options.regions,
        allow_custom_endpoints=options.allow_custom_endpoints,
    )
    path = journal_path(options)
    if not options.resume:
        path.unlink(missing_ok=True)
    journal = Journal(path)
    try:
        with ThreadPoolExecutor(options.concurrency, thread_name_prefix="zscan") as executor:
            return collect_aws(aws, executor=executor, journal=journal, progress=progress)
    finally:
        journal.close()


def selection(options: CollectOptions) -> Selection:
    """Which AWS accounts are meant."""
    from zscan.collect.aws.accounts import Selection

    return Selection(
        organization=options.organization,
        units=options.units,
        accounts=options.accounts,
        role=options.assume_role,
        external_id=options.external_id,
        session_name=options.session_name,
        session_seconds=options.session_seconds,
    )


def journal_path(options: CollectOptions) -> Path:
    """Where the journal of a scan with these options lies: one per profile, accounts and regions, in the user's state folder."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    who = options.aws_profile or os.environ.get("AWS_PROFILE", "") or os.environ.get("AWS_ACCESS_KEY_ID", "")
    which = (options.assume_role, str(options.organization), *options.units, *options.accounts)
    name = hashlib.sha256("\0".join(("aws", who, *options.regions, "\0", *which)).encode()).hexdigest()[:16]
    return state / "zscan" / f"{name}.journal"


def _without_credentials(target: Target, error: CredentialsError) -> Collected:
    from zscan.collect import Collected
    from zscan.model.gap import gap
    from zscan.model.scan import Target as Described
    from zscan.model.unknown import ReasonCode

    missing = gap(scope=target.name, call="sign in", reason=ReasonCode.DENIED, detail=f"{error.message}: {error.why}", affects=("*",))
    return Collected(target=Described(kind="aws", label=target.name, complete=False), gaps=[missing])
