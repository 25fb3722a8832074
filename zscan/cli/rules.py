"""`zscan rules`: list, check, try out and start rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zscan.cli import options as o

if TYPE_CHECKING:
    from zscan.engine.checked import CheckedRule

app = typer.Typer(help="Rules: data, in YAML, each with tests.", no_args_is_help=True, rich_markup_mode=None)
Directories = Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="More rules from this folder. Repeatable.")]


@app.command("list", help="List the rules of a level.")
def listing(
    level: o.Level = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    severity: o.SeverityFloor = None,
    rules: Directories = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List rules."""
    import msgspec

    from zscan.cli import policy
    from zscan.engine.levels import select as choose
    from zscan.model.rule import Severity

    loaded = policy.load_rules(rules or [])
    chosen = choose(
        loaded.rules,
        level=policy.level_named(loaded, level) if level else None,
        select=select or [],
        ignore=ignore or [],
        severity=Severity(severity) if severity else None,
    )
    if as_json:
        print(json.dumps([msgspec.to_builtins(one.rule) for one in chosen], indent=2, sort_keys=True))
        return
    for one in chosen:
        print(f"{one.id:12} {one.rule.severity:8} {one.rule.title}")
    print(f"{len(chosen)} of {len(loaded.rules)} rules; {len(loaded.catalogue)} requirements in the catalogue")


@app.command("lint", help="Check rules for mistakes. Exit 2 for a rule that cannot be loaded, 1 for problems.")
def lint(rules: Directories = None) -> int:
    """Check rules."""
    from zscan.cli import policy
    from zscan.engine.lint import lint as find_problems

    loaded = policy.load_rules(rules or [])
    problems = find_problems(loaded, policy.all_offers())
    for problem in problems:
        advice = f"; did you mean {problem.suggestion}?" if problem.suggestion else ""
        print(f"{problem.file}:{problem.line}: {problem.rule_id}: {problem.message}{advice}")
    print(f"{len(loaded.rules)} rules, {len(problems)} problems")
    return int(bool(problems))


@app.command("test", help="Run the test cases beside the rules.")
def run_cases_of(select: o.Select = None, rules: Directories = None, verbose: o.Verbose = False) -> int:
    """Run test cases."""
    from zscan.cli import policy
    from zscan.engine.levels import select as choose
    from zscan.engine.test_cases import case_path, load_cases, run_cases

    loaded = policy.load_rules(rules or [])
    offers = policy.all_offers()
    done = failed = 0
    for rule in choose(loaded.rules, select=select or []):
        path = case_path(rule)
        if not path.exists():
            print(f"{rule.id}: no test file ({path.name})")
            failed += 1
            continue
        for result in run_cases(rule, load_cases(path), offers):
            done += 1
            failed += not result.ok
            if verbose or not result.ok:
                print(f"{rule.id}: {path.name}:{result.line}: {result.describe()}")
    print(f"{done} cases, {failed} failed")
    return int(bool(failed))


@app.command("coverage", help="Show which requirements of the catalogue have a rule, by theme and provider.")
def coverage(missing: Annotated[bool, typer.Option("--missing", help="List the requirements without a rule.")] = False) -> None:
    """Show coverage of the catalogue."""
    from zscan.cli import policy
    from zscan.model.rule import THEMES

    loaded = policy.load_rules()
    have = {one.id: _providers(one) for one in loaded.rules}
    for theme, title in THEMES.items():
        entries = [entry for entry in loaded.catalogue.values() if entry.id.split("-")[1] == theme]
        written = [entry for entry in entries if entry.id in have]
        print(f"{theme}  {len(written):3} of {len(entries):3}  {title}")
    cells = sum(len(providers) for providers in have.values())
    print(f"{len(have)} of {len(loaded.catalogue)} requirements have a rule; {cells} rule × provider cells")
    if missing:
        for entry in sorted(loaded.catalogue.values(), key=lambda one: one.id):
            if entry.id not in have:
                print(f"  {entry.id}  {entry.title}")


@app.command("new", help="Start a rule: writes the rule file and its test file.")
def new(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="An id of the catalogue, or one of your own (PREFIX-THEME-NN).")],
    slug: Annotated[str, typer.Argument(help="File name without extension, such as endpoint-uses-tls.")],
    directory: Annotated[Path, typer.Option("--dir", help="Where your rules lie.")] = Path("rules"),
) -> None:
    """Write the two files of a new rule."""
    from zscan.cli import policy
    from zscan.errors import UsageError

    loaded = policy.load_rules()
    entry = loaded.catalogue.get(rule_id)
    theme = rule_id.split("-")[1].lower() if rule_id.count("-") >= 2 else "own"  # noqa: PLR2004 (prefix, theme, number)
    folder = directory / theme
    rule, cases = folder / f"{slug}.yaml", folder / f"{slug}.test.yaml"
    if rule.exists() or cases.exists():
        raise UsageError(f"{rule} exists already", hint="choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    title = entry.title if entry else "What must hold, as a requirement"
    objectives = ", ".join(entry.objectives) if entry else "net.private-endpoints"
    rule.write_text(_RULE.format(id=rule_id, title=title, objectives=objectives))
    cases.write_text(_CASES.format(id=rule_id))
    print(f"wrote {rule} and {cases}; check them with: zscan rules lint --rules {directory}; zscan rules test --rules {directory}")


def _providers(rule: CheckedRule) -> set[str]:
    """Providers with a native type that the rule can judge."""
    from zscan.cli.policy import all_offers
    from zscan.engine.plan import Kind, plan_rule

    found: set[str] = set()
    for native, offer in all_offers().items():
        if offer.asset_type not in rule.rule.assets:
            continue
        planned = plan_rule(rule, Kind(offer.asset_type, native, "live"), offer, rule.rule.params)
        if planned.disposition in {"judge", "pass"}:
            found.add(offer.provider)
    return found


_RULE = """\
id: {id}
title: {title}
assets: [endpoint]
severity: medium
since: "0.1.0"
objectives: [{objectives}]
pass_when: network.tls
message: "{{name}} can be reached without TLS"
why: >-
  What goes wrong when this does not hold, concretely.
fix:
  kubernetes: What to change, with the exact property.
"""

_CASES = """\
rule: {id}
cases:
  - name: reached over plain HTTP
    asset: {{type: endpoint, facts: {{network: {{tls: false}}}}}}
    expect: fail
  - name: reached over TLS
    twin_of: reached over plain HTTP
    asset: {{type: endpoint, facts: {{network: {{tls: true}}}}}}
    expect: pass
  - name: not read
    asset: {{type: endpoint}}
    expect: unknown
"""
