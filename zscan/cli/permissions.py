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
    from zscan.collect.permissions import policy
    from zscan.errors import UsageError

    if provider != "aws":
        raise UsageError(f"this release does not collect from {provider!r}", hint="aws")
    documents = policy(provider)
    chosen = [document for document in documents if document.format == form]
    if not chosen:
        raise UsageError(f"unknown form {form!r}", hint=f"known: {', '.join(dict.fromkeys(one.format for one in documents))}")
    for document in chosen:
        if len(chosen) > 1:
            print(f"zscan: {document.filename} of {len(chosen)} policies, each below the size limit", file=sys.stderr)
        sys.stdout.write(document.text)
