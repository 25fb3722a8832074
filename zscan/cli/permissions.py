"""`zscan permissions`: the least rights that a scan needs, from the calls that collectors declare."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

HELP = "Print the least-privilege policy that a scan needs."


def command(
    provider: Annotated[str, typer.Argument(metavar="aws", help="The provider.")],
    form: Annotated[str, typer.Option("--format", metavar="json|terraform|cloudformation", help="How to write it.")] = "json",
) -> None:
    """Print a policy."""
    from zscan.collect.permissions import FORMS, render
    from zscan.errors import UsageError

    if provider != "aws":
        raise UsageError(f"this release does not collect from {provider!r}", hint="aws")
    if form not in FORMS:
        raise UsageError(f"unknown form {form!r}", hint=f"known: {', '.join(FORMS)}")
    sys.stdout.write(render(provider, form))
