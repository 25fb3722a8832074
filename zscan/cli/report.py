"""`zscan report`: render a saved scan again, or elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from zscan.cli import options as o

HELP = "Render a saved scan document (JSON) in other formats."


def command(
    scan: Annotated[Path, typer.Argument(metavar="SCAN", help="A scan document (`-o json=…`), or - for standard input.")],
    output: o.Output = None,
    no_color: o.NoColor = False,
    verbose: o.Verbose = False,
) -> None:
    """Render a scan."""
    from zscan.cli import outputs
    from zscan.cli.terminal import colour
    from zscan.scanfile import read

    wanted = outputs.parse(output or [])
    loaded = read(scan)
    for path in outputs.write(loaded, wanted):
        print(f"wrote {path}", file=sys.stderr)
    if not wanted:
        from zscan.report.terminal import text

        sys.stdout.write(text(loaded, colour=colour(sys.stdout, forbidden=no_color), verbose=verbose))
