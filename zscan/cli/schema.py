"""`zscan schema`: JSON Schemas of what zscan reads and writes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

HELP = "Print the JSON Schema of a document: scan, rule, mapping, waivers, config, baseline, access."


def command(name: Annotated[str, typer.Argument(metavar="NAME", help="scan, rule, mapping, waivers, config, baseline or access")]) -> None:
    """Print one schema."""
    from zscan.errors import UsageError
    from zscan.schemas import names, render

    if name not in names():
        raise UsageError(f"no schema named {name!r}", hint=f"known: {', '.join(names())}")
    data = render(name)
    sys.stdout.write(data if isinstance(data, str) else data.decode())
