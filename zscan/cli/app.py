"""The command tree. One file per command; each module is cheap to import."""

from __future__ import annotations

import typer

from zscan.cli import (
    access,
    audit,
    baseline,
    config,
    diff,
    doctor,
    explain,
    frameworks,
    inventory,
    permissions,
    report,
    rules,
    schema,
    version,
    waivers,
)

app = typer.Typer(
    name="zscan",
    help="Posture scanner and compliance reporter for zero-trust AI.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _module in (
    ("audit", audit),
    ("inventory", inventory),
    ("access", access),
    ("report", report),
    ("diff", diff),
    ("explain", explain),
    ("permissions", permissions),
    ("schema", schema),
    ("doctor", doctor),
    ("version", version),
):
    app.command(_name, help=_module.HELP)(_module.command)
for _name, _group in (("rules", rules), ("frameworks", frameworks), ("waivers", waivers), ("baseline", baseline), ("config", config)):
    app.add_typer(_group.app, name=_name)


@app.callback(invoke_without_command=True)
def _root(*, show: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if show:
        version.command()
        raise typer.Exit
