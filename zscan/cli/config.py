"""`zscan config`: the policy in force, and a first policy file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zscan.cli import options as o

app = typer.Typer(help="The policy file.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show", help="Print every setting in force and where it comes from.")
def show(config: o.Config = "") -> None:
    """Print the effective configuration."""
    import msgspec

    from zscan.config import effective, find

    found = effective(find(Path.cwd(), config), {})
    if found.file is not None:
        print(f"# {found.file.note.path}  sha256 {found.file.sha256}")
    for name, value in msgspec.to_builtins(found.config).items():
        print(f"{name} = {_toml(value)}  # {found.origins[name]}")


@app.command("init", help="Write a commented zscan.toml.")
def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("zscan.toml"),
) -> None:
    """Write the template, never over an existing file."""
    from zscan.config import TEMPLATE
    from zscan.errors import UsageError

    try:
        with path.open("x") as stream:
            stream.write(TEMPLATE)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already", hint="edit it, or give another path") from error
    except OSError as error:
        raise UsageError(f"cannot write {path}", why=str(error)) from error
    print(f"wrote {path}")


def _toml(value: Any) -> str:
    import json

    return "unset" if value is None else json.dumps(value, sort_keys=True)
