"""`zscan access`: who can do what to which AI asset, by which path and under which conditions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zscan.cli import options as o

if TYPE_CHECKING:
    from datetime import datetime

    from zscan.cli.targets import CollectOptions
    from zscan.model.asset import Asset
    from zscan.model.gap import Gap
    from zscan.model.grant import Capability, Grant
    from zscan.report.access_view import Names, Subject

HELP = """Show who can do what to which AI asset.

Without a name: all principals and what they can do, worst first. With the name of a principal or an asset (its id, ARN, name, or a glob):
everything about that one. Words that name a target (aws, a file or folder, -) are targets, one other word is the name; where a name is
also the name of a file, say --about NAME.

\b
  zscan access aws                    everybody, in the account of your credentials
  zscan access chat scan.json         who can do what to `chat`, from a saved scan
  zscan access ml-admin aws           what the role `ml-admin` can do, to what, by which path"""
FORMATS = ("table", "json", "csv")
_CAPABILITIES = (
    "Only this one: invoke, administer, change-guardrails, read-models, read-training-data, read-prompts, read-logs, escalate. Repeatable."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was read of the targets: collected now, saved as a snapshot, or held by a scan document."""

    assets: tuple[Asset, ...]
    grants: tuple[Grant, ...]
    gaps: tuple[Gap, ...]
    targets: tuple[str, ...]
    collected: tuple[str, str]


def command(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME] [TARGET...]",
            help="A principal or asset; and aws, a PATH, a snapshot, a saved scan (JSON), or - for a scan on standard input. Default: .",
        ),
    ] = None,
    about: Annotated[str, typer.Option("--about", metavar="NAME", help="The principal or asset, where the word is also a path.")] = "",
    capability: Annotated[list[str] | None, typer.Option("--capability", metavar="NAME", help=_CAPABILITIES)] = None,
    output: Annotated[
        list[str] | None, typer.Option("-o", "--output", metavar="table|json|csv[=PATH]", help="How to write it, and where. Repeatable.")
    ] = None,
    regions: o.Regions = None,
    aws_profile: o.AwsProfile = "",
    org: o.Org = False,
    ou: o.Units = None,
    accounts: o.Accounts = None,
    assume_role: o.AssumeRole = "",
    external_id: o.ExternalId = "",
    session_name: o.SessionName = "zscan",
    session_duration: o.SessionSeconds = 3600,
    concurrency: o.Concurrency = 16,
    resume: o.Resume = False,
    allow_custom_endpoints: o.AllowEndpoints = False,
    offline: o.Offline = False,
    now: Annotated[
        str, typer.Option("--now", metavar="TIME", help="The time from which the age of saved data is told. [default: the present]")
    ] = "",
    quiet: o.Quiet = False,
    no_color: o.NoColor = False,
) -> int:
    """Print access."""
    from zscan.cli import outputs, policy
    from zscan.cli import targets as t
    from zscan.cli.exits import CLEAN, INCOMPLETE
    from zscan.report.access_view import Names, find, rank

    wanted = outputs.split(output or [], FORMATS) or [("table", None)]
    capabilities, moment = _capabilities(capability or ()), policy.moment(now)
    name, targets = _divided(words or [], about)
    options = t.CollectOptions(
        regions=tuple(regions or ()),
        aws_profile=aws_profile,
        organization=org,
        units=tuple(ou or ()),
        accounts=tuple(accounts or ()),
        assume_role=assume_role,
        external_id=external_id,
        session_name=session_name,
        session_seconds=session_duration,
        concurrency=concurrency,
        allow_custom_endpoints=allow_custom_endpoints,
        resume=resume,
    )
    seen = _seen(targets, options, offline=offline, quiet=quiet)
    known = Names({asset.id: asset for asset in seen.assets})
    of = find(name, seen.grants, known) if name else None
    grants = sorted((grant for grant in seen.grants if not capabilities or grant.capability in capabilities), key=rank)
    made = _Made(seen, known, grants, of, capabilities, moment)
    for form, path in wanted:
        outputs.deliver(made.rendered(form, colour=path is None and not no_color), path)
        if path is not None and not quiet:
            print(f"wrote {path}", file=sys.stderr)
    blocking = [gap for gap in seen.gaps if gap.blocking]
    if blocking and not quiet:
        print(f"zscan: incomplete: {len(blocking)} things could not be read; `zscan inventory` names them", file=sys.stderr)
    return INCOMPLETE if blocking else CLEAN


def _divided(words: Sequence[str], about: str) -> tuple[str, list[str]]:
    """The name that is asked about, and the targets. Raises UsageError for two names."""
    from zscan.cli.targets import PROVIDERS, STDIN
    from zscan.errors import UsageError

    targets = [word for word in words if word in PROVIDERS or word == STDIN or Path(word).exists()]
    asked = [*([about] if about else []), *(word for word in words if word not in targets)]
    if len(asked) > 1:
        hint = "one principal or asset at a time; a target has to exist: aws, a file or folder, -"
        raise UsageError(f"{' and '.join(map(repr, asked))} are no targets, and only one of them can be the name", hint=hint)
    return (asked[0] if asked else ""), targets


def _capabilities(words: Sequence[str]) -> tuple[Capability, ...]:
    import difflib

    from zscan.errors import UsageError
    from zscan.model.grant import Capability

    known = [capability.value for capability in Capability]
    for word in words:
        if word not in known:
            close = difflib.get_close_matches(word, known, 1)
            raise UsageError(f"unknown capability {word!r}", hint=f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}")
    return tuple(Capability(word) for word in dict.fromkeys(words))


def _seen(targets: Sequence[str], options: CollectOptions, *, offline: bool, quiet: bool) -> Seen:
    """What the targets hold: a saved scan is read, everything else is collected as for an audit."""
    import dataclasses

    from zscan.cli import policy
    from zscan.cli import targets as t
    from zscan.errors import UsageError

    saved = [name for name in targets if name == t.STDIN or _is_scan(Path(name))]
    if saved:
        if len(targets) > 1:
            raise UsageError("a saved scan is read alone", hint="one scan holds all that was collected; leave the other targets out")
        return _from_scan(Path(saved[0]))
    parsed = t.parse(targets, offline=offline)
    inventory = t.inventory_of(parsed, dataclasses.replace(options, base=policy.base(t.paths(parsed))), quiet=quiet)
    return Seen(
        assets=inventory.assets,
        grants=inventory.access,
        gaps=inventory.gaps,
        targets=tuple(target.label for target in inventory.targets),
        collected=(inventory.collected_from, inventory.collected_to),
    )


def _from_scan(path: Path) -> Seen:
    from zscan.scanfile import read

    scan = read(path)
    return Seen(
        assets=tuple(scan.assets),
        grants=scan.access,
        gaps=scan.gaps,
        targets=tuple(target.label for target in scan.run.targets),
        collected=(scan.run.collected_from, scan.run.collected_to),
    )


def _is_scan(path: Path) -> bool:
    """Whether a file is a scan document: its first member names the schema."""
    from zscan.model.scan import SCHEMA

    if not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(200).split(b",", 1)[0]
    return b'"schema"' in head and SCHEMA.encode() in head


@dataclass(frozen=True, slots=True)
class _Made:
    """What is to be written, in any form."""

    seen: Seen
    known: Names
    grants: Sequence[Grant]
    of: Subject | None
    capabilities: tuple[Capability, ...]
    now: datetime

    def rendered(self, form: str, *, colour: bool) -> bytes:
        """One form as bytes."""
        from zscan.report import access_files
        from zscan.report.access_view import about

        if form == "table":
            return self._table(colour=colour).encode(errors="backslashreplace")
        chosen = about(self.of, self.grants) if self.of else list(self.grants)
        return access_files.to_csv(chosen, self.known) if form == "csv" else self._json(chosen)

    def _json(self, chosen: Sequence[Grant]) -> bytes:
        from zscan.report import access_files

        document = access_files.AccessDocument(
            schema=access_files.SCHEMA,
            collected_from=self.seen.collected[0],
            collected_to=self.seen.collected[1],
            targets=self.seen.targets,
            subject=self.of.id if self.of else "",
            capabilities=self.capabilities,
            grants=tuple(chosen),
            assets=access_files.named(chosen, self.known),
            gaps=self.seen.gaps,
        )
        return access_files.to_json(document)

    def _table(self, *, colour: bool) -> str:
        from zscan.cli import terminal
        from zscan.report.terminal_access import render

        shown = colour and terminal.colour(sys.stdout)
        header = ", ".join(self.seen.targets)
        return render(self.grants, self.known, self.of, header=header, age=self._age(), colour=shown, width=terminal.width())

    def _age(self) -> str:
        """How old the data are, when that is more than a day."""
        from datetime import datetime, timedelta

        last = self.seen.collected[1]
        if not last:
            return ""
        days = (self.now - datetime.fromisoformat(last)) // timedelta(days=1)
        return f"collected {last}, {days:,} days ago" if days > 1 else f"collected {last}"
