"""`zscan waivers`: accepted risks, each with owner, approver, reason and last day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zscan.cli import options as o

if TYPE_CHECKING:
    from zscan.engine.waive import LoadedWaiver

app = typer.Typer(help="Accepted risks.", no_args_is_help=True, rich_markup_mode=None)
Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE...]", help="Waiver files. [default: those of the policy file]")]


@app.command("list", help="List waivers with owner and last day.")
def listing(files: Files = None, config: o.Config = "") -> None:
    """List waivers."""
    from zscan.report.neutral import terminal

    for loaded in sorted(_read(files, config), key=lambda one: (one.waiver.expires, one.waiver.id)):
        waiver = loaded.waiver
        print(
            f"{waiver.expires}  {waiver.id:20} {waiver.rule:12} {terminal(waiver.asset)}  owner {terminal(waiver.owner)}  {loaded.origin}"
        )


@app.command("check", help="Check waiver files: form, unknown rules, expired ones. Exit 1 if one has expired.")
def check(files: Files = None, config: o.Config = "", now: o.Now = "", rules: o.RulesDir = None) -> int:
    """Check waivers."""
    from zscan.cli.policy import load_rules, moment
    from zscan.engine.levels import matches
    from zscan.engine.waive import check_unique
    from zscan.errors import ConfigError

    waivers = _read(files, config)
    check_unique(waivers)
    known = [checked.rule for checked in load_rules(rules or []).rules]
    for loaded in waivers:
        if not any(matches(rule, loaded.waiver.rule) for rule in known):
            raise ConfigError(f"{loaded.waiver.rule} names no rule", file=loaded.file, line=loaded.line, hint="see `zscan rules list`")
    today = moment(now).date()
    expired = [loaded for loaded in waivers if loaded.last_day < today]
    for loaded in expired:
        print(f"expired {loaded.waiver.expires}: {loaded.waiver.id} ({loaded.origin})")
    print(f"{len(waivers)} waivers, {len(expired)} expired")
    return int(bool(expired))


@app.command("add", help="Append a waiver to a file (made if it is not there).")
def add(
    rule: Annotated[str, typer.Argument(help="Rule id.")],
    asset: Annotated[str, typer.Argument(help="Asset id, name or glob.")],
    owner: Annotated[str, typer.Option(help="Who answers for the risk.")],
    approver: Annotated[str, typer.Option(help="Who accepted it.")],
    reason: Annotated[str, typer.Option(help="Why it is acceptable.")],
    expires: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD (UTC).")],
    path: Annotated[Path, typer.Option("--file", help="The waiver file.")] = Path("waivers.yaml"),
    waiver_id: Annotated[str, typer.Option("--id", help="The waiver's id. [default: from rule and asset]")] = "",
) -> None:
    """Append a waiver; the file is checked as a whole before it is written."""
    import hashlib

    from zscan.engine.waive import SCHEMA, Waiver, check_unique, entry, parse_waivers

    name = waiver_id or f"W-{hashlib.sha256(f'{rule}/{asset}'.encode()).hexdigest()[:8]}"
    waiver = Waiver(id=name, rule=rule, asset=asset, owner=owner, approver=approver, reason=reason, expires=expires)
    text = path.read_text() if path.exists() else f"schema: {SCHEMA}\nwaivers:\n"
    text = text if text.endswith("\n") else text + "\n"
    check_unique(parse_waivers(text + entry(waiver), str(path)))
    path.write_text(text + entry(waiver))
    print(f"added {name} to {path}")


def _read(files: list[Path] | None, config: str) -> list[LoadedWaiver]:
    from zscan.config import effective, find
    from zscan.engine.waive import parse_waivers
    from zscan.errors import ConfigError
    from zscan.located import read_text

    paths = files or effective(find(Path.cwd(), config), {}).paths("waivers")
    return [waiver for path in paths for waiver in parse_waivers(read_text(path, ConfigError), str(path))]
