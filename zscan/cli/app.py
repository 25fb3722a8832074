"""The command tree. One file per command; each module is cheap to import."""

from __future__ import annotations

import typer

from zscan.cli import audit

app = typer.Typer(
    name="zscan",
    help="Posture scanner and compliance reporter for zero-trust AI.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("audit", help=audit.HELP)(audit.command)
