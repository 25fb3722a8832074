"""`zscan frameworks`: which frameworks are mapped, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from zscan.model.framework import Framework

app = typer.Typer(help="Frameworks and their controls.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list", help="List the frameworks with how many of their controls a scan can give evidence for.")
def listing() -> None:
    """List frameworks."""
    for framework in _load():
        info = framework.framework
        observable = sum(control.coverage == "observable" for control in framework.controls)
        share = f"{observable:3} of {len(framework.controls)} controls observable"
        print(f"{info.id}@{info.version:10} {share}  {info.title} ({info.publication})")


@app.command("show", help="Show a framework's controls, or one control with its objectives and rules.")
def show(
    name: Annotated[str, typer.Argument(metavar="FRAMEWORK", help="A framework's id.")],
    control: Annotated[str, typer.Argument(metavar="[CONTROL]", help="A control's id or alias.")] = "",
) -> None:
    """Show controls."""
    from zscan.cli.explain import print_control
    from zscan.errors import UsageError

    found = next((one for one in _load() if one.framework.id == name.split("@")[0]), None)
    if found is None:
        raise UsageError(f"unknown framework {name!r}", hint=f"known: {', '.join(one.framework.id for one in _load())}")
    if control:
        match = next((one for one in found.controls if control in {one.id, *one.aliases}), None)
        if match is None:
            raise UsageError(
                f"{found.framework.id} has no control {control!r}", hint=f"`zscan frameworks show {found.framework.id}` lists them"
            )
        print_control(found, match)
        return
    print(f"{found.framework.title}, {found.framework.publication} ({found.framework.id}@{found.framework.version})")
    print(found.framework.scope_note)
    for one in found.controls:
        how = f"{len(one.evidence)} objectives" if one.coverage == "observable" else one.coverage.replace("_", " ")
        print(f"{one.id:14} {one.title}  [{how}]")


def _load() -> list[Framework]:
    from zscan.bundled import mappings_dir
    from zscan.cli.policy import load_rules
    from zscan.mappings import load_frameworks

    return load_frameworks([mappings_dir()], load_rules().objectives)
