"""`zscan permissions`: the least rights that a scan needs, from the calls that collectors declare."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from zscan.collect.permissions import Lack

HELP = """Print the least-privilege policy that a scan needs, or what a policy that you have lacks.

\b
  zscan permissions aws --format stackset > audit.json     the audit role for every account of an organisation
  zscan permissions aws --diff SecurityAudit               what AWS's SecurityAudit lacks; exit code 1 if it lacks something
  zscan permissions aws --diff ViewOnlyAccess --diff my-policy.json       two policies that a role has together"""


def command(
    provider: Annotated[str, typer.Argument(metavar="aws", help="The provider.")],
    form: Annotated[
        str, typer.Option("--format", metavar="json|terraform|cloudformation|stackset", help="How to write it. [default: json]")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Write each policy to a file of its own in this folder.")
    ] = None,
    diff: Annotated[
        list[str] | None,
        typer.Option(
            "--diff",
            metavar="NAME|FILE",
            help="What this policy lacks: SecurityAudit, ViewOnlyAccess, ReadOnlyAccess, or a policy file. Repeatable: together.",
        ),
    ] = None,
    more: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="Also what this option of a scan needs: reconcile. Repeatable.")
    ] = None,
) -> int:
    """Print a policy, or a comparison."""
    from zscan.cli import outputs
    from zscan.collect.permissions import notes, policy
    from zscan.errors import UsageError

    if provider != "aws":
        raise UsageError(f"this release does not collect from {provider!r}", hint="aws")
    if diff:
        if form not in ("", "json"):
            raise UsageError(f"--diff cannot be written as {form}", hint="leave --format out for text, or say json")
        return _compare(provider, diff, tuple(more or ()), as_json=form == "json")
    documents = policy(provider, extras=tuple(more or ()))
    chosen = [document for document in documents if document.format == (form or "json")]
    if not chosen:
        raise UsageError(f"unknown form {form!r}", hint=f"known: {', '.join(dict.fromkeys(one.format for one in documents))}")
    for note in notes(provider, documents):
        print(f"zscan: {note}", file=sys.stderr)
    if len(chosen) > 1 and folder is None:
        print("zscan: they follow each other here; --dir writes each to a file of its own", file=sys.stderr)
    for document in chosen:
        if folder is None:
            sys.stdout.write(document.text)
            continue
        outputs.deliver(document.text.encode(), folder / document.filename)
        print(f"wrote {folder / document.filename}", file=sys.stderr)
    return 0


def _compare(provider: str, names: Sequence[str], extras: tuple[str, ...], *, as_json: bool) -> int:
    """Print what the named policies lack together; 1 if something lacks."""
    import json
    from itertools import groupby

    from zscan.collect.permissions import lacking

    found = lacking(provider, names, _judged(provider), extras=extras)
    if as_json:
        lacks = [{"action": one.action, "grade": one.grade, "native_types": one.native_types, "rules": one.rules} for one in found.rows]
        print(json.dumps({"policies": found.labels, "needed": found.needed, "granted": found.granted, "lacking": lacks}, indent=2))
        return int(bool(found.rows))
    print(f"{' and '.join(found.labels)}: grants {found.granted} of {found.needed} actions that zscan needs")
    for service, rows in groupby(found.rows, key=lambda row: row.action.partition(":")[0]):
        print(f"\n{service}")
        for native_types, alike in groupby(sorted(rows, key=lambda row: row.native_types), key=lambda row: row.native_types):
            _print_lack(native_types, list(alike))
    if found.rows:
        print("\n`zscan permissions aws` prints the policy that grants all of them; `--format json` here lists every rule.")
    return int(bool(found.rows))


def _print_lack(native_types: Sequence[str], rows: Sequence[Lack]) -> None:
    """Actions without which the same native types stay in the dark."""
    for row in rows:
        print(f"  {row.action}{'  only on some resources or under conditions' if row.grade == 'partly' else ''}")
    print(f"      not read, or not whole: {_some(native_types) or 'what this option asks'}")
    if rules := rows[0].rules:
        print(f"      up to {len(rules)} rules go unknown: {_some(rules)}")


def _some(names: Sequence[str], limit: int = 6) -> str:
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _judged(provider: str) -> dict[str, list[str]]:
    """The rules that judge each native type of a provider in its live form."""
    from zscan.cli import policy
    from zscan.collect import collectors
    from zscan.engine.plan import Kind, plan_rule

    loaded = policy.load_rules().rules
    judged: dict[str, list[str]] = {}
    for collector in collectors(provider):
        kind, offer = Kind(collector.asset_type, collector.native_type, "live"), collector.offer(provider)
        own = [one for one in loaded if collector.asset_type in one.rule.assets]
        judged[collector.native_type] = [one.rule.id for one in own if plan_rule(one, kind, offer, one.rule.params).disposition == "judge"]
    return judged
