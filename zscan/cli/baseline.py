"""`zscan baseline`: what is known and accepted as the starting point."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Baselines: findings that are known already.", no_args_is_help=True, rich_markup_mode=None)


@app.command("write", help="Write the baseline of a saved scan: one finding a line, sorted, without the inventory.")
def write(
    scan: Annotated[Path, typer.Argument(metavar="SCAN", help="A scan document (`-o json=…`).")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")] = Path("zscan.baseline"),
) -> None:
    """Write a baseline."""
    from zscan import baseline
    from zscan.errors import UsageError
    from zscan.scanfile import read

    data = baseline.write(read(scan))
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"cannot write {path}", why=str(error)) from error
    print(f"wrote {path}: {len(data.splitlines()) - 1} findings")
