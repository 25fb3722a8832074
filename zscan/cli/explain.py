"""`zscan explain`: a rule, a control, or how one finding came about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from zscan.engine.explain import ExplainStep
    from zscan.model.finding import Evidence
    from zscan.model.framework import Control, Framework
    from zscan.model.rule import Rule
    from zscan.model.scan import Scan

HELP = "Explain a rule, a control, or a finding of a saved scan (with --scan)."


def command(
    name: Annotated[
        str, typer.Argument(metavar="RULE|CONTROL|FINDING", help="A rule id (or another tool's), a control id, or a finding id.")
    ],
    scan: Annotated[Path | None, typer.Option("--scan", metavar="FILE", help="The scan document that holds the finding.")] = None,
) -> None:
    """Explain something."""
    if name.startswith("f-"):
        _finding(name, scan)
        return
    from zscan.cli.policy import load_rules
    from zscan.errors import UsageError

    loaded = load_rules()
    rule = next((one.rule for one in loaded.rules if name.upper() == one.id or name in one.rule.aliases), None)
    if rule is not None:
        _rule(rule)
        return
    for framework in _frameworks(loaded.objectives):
        for control in framework.controls:
            if name in {control.id, *control.aliases}:
                print_control(framework, control)
                return
    entry = loaded.catalogue.get(name.upper())
    if entry is not None:
        print(f"{entry.id}  {entry.title}\n\nIn the catalogue, without a rule in this release. Objectives: {', '.join(entry.objectives)}")
        return
    raise UsageError(f"{name!r} is neither a rule, a control nor a finding", hint="see `zscan rules list`, `zscan frameworks list`")


def _rule(rule: Rule) -> None:
    print(f"{rule.id}  {rule.title}\nseverity {rule.severity} · confidence {rule.confidence} · {rule.status} · since {rule.since}")
    print(f"judges: {', '.join(rule.assets)}\n\nWhy\n{_indent(rule.why)}")
    print("\nLogic")
    for label, text in (("applies when", rule.applies_when), ("for each", rule.for_each), ("passes when", rule.pass_when)):
        if text:
            print(f"  {label}: {' '.join(text.split())}")
    for native_type, reason in rule.by_design.items():
        print(f"  holds by design on {native_type}: {reason}")
    print("\nFix")
    for provider, text in rule.fix.items():
        print(f"  {provider}: {_indent(text, 4).lstrip()}")
    if rule.verify:
        print("\nVerify")
        for step in rule.verify:
            print(f"  {step.provider}: {step.command}\n    expect: {step.expect}")
    for label, text in (
        ("Known gaps", rule.known_gaps),
        ("References", "\n".join(rule.references)),
        ("Also known as", ", ".join(rule.aliases)),
    ):
        if text:
            print(f"\n{label}\n{_indent(text)}")
    print("\nEvidence for")
    from zscan.cli.policy import load_rules

    for framework in _frameworks(load_rules().objectives):
        hits = [c.id for c in framework.controls if {e.objective for e in c.evidence} & set(rule.objectives)]
        if hits:
            print(f"  {framework.framework.id}@{framework.framework.version}: {', '.join(hits)}")


def print_control(framework: Framework, control: Control) -> None:
    """Print one control: what it asks in our words, and which objectives and rules are evidence for it."""
    from zscan.cli.policy import load_rules

    loaded = load_rules()
    print(f"{control.id}  {control.title}\n{control.citation} · {framework.framework.id}@{framework.framework.version}")
    print(f"\n{_indent(control.statement)}")
    if control.reason:
        print(f"\nWhat a scan cannot tell\n{_indent(control.reason)}")
    for link in control.evidence:
        objective = loaded.objectives[link.objective]
        print(f"\n{link.strength} evidence: {objective.title} ({objective.id})\n{_indent(link.rationale)}")
        for one in loaded.rules:
            if objective.id in one.rule.objectives:
                print(f"    {one.id}  {one.rule.title}")


def _finding(name: str, path: Path | None) -> None:
    from zscan.errors import UsageError
    from zscan.scanfile import read

    if path is None:
        raise UsageError("a finding is explained from the scan that holds it", hint=f"zscan explain {name} --scan scan.json")
    scan = read(path)
    finding = next((one for one in scan.findings if one.id == name), None)
    if finding is None:
        raise UsageError(f"{path} holds no finding {name}", hint="copy the id from a report of the same scan")
    _steps(scan, name)


def _steps(scan: Scan, name: str) -> None:
    from zscan.cli.policy import all_offers, load_rules, moment
    from zscan.engine.evaluate import Engine
    from zscan.report.neutral import terminal, value_text

    finding = next(one for one in scan.findings if one.id == name)
    assets = list(scan.assets)
    asset = next(one for one in assets if one.id == finding.asset_id)
    rules = [one for one in load_rules().rules if one.id == finding.rule_id]
    print(f"{finding.status.upper()}  {finding.rule_id}  {terminal(asset.name)} ({asset.type})\n{terminal(asset.id)}")
    print(f"\n{terminal(finding.message)}")
    for evidence in finding.evidence:
        seen = f"{terminal(evidence.path)} = {terminal(value_text(evidence.value))}"
        print(f"  {seen}  expected {terminal(evidence.expected)}  {_place(evidence)}")
    engine = Engine(rules, all_offers(), now=moment(scan.run.evaluated_as_of), params=scan.run.params)
    found = engine.explain(finding.rule_id, asset, assets, finding.key)
    if found.settled:
        print(f"\n{found.settled}")
    for label, step in (("applies when", found.applies), ("passes when", found.passes)):
        if step is not None:
            print(f"\n{label}")
            _print_step(step, 1)
    if finding.waiver:
        print(f"\nrisk accepted until {finding.waiver.expires} by {terminal(finding.waiver.approver)}: {terminal(finding.waiver.reason)}")


def _place(evidence: Evidence) -> str:
    """Where a value came from: file and line, call and pointer, or the derivation."""
    from zscan.model.source import ApiSource, FileSource
    from zscan.report.neutral import terminal

    match evidence.source:
        case FileSource(file, line):
            return terminal(f"{file}:{line}")
        case ApiSource(call, pointer):
            return terminal(f"{call} {pointer}")
        case None:
            return ""
        case derived:
            return terminal(f"derived by {derived.by}")


def _print_step(step: ExplainStep, depth: int) -> None:
    from zscan.report.neutral import terminal

    value = "unknown" if step.value is None else str(step.value)
    print(f"{'  ' * depth}{terminal(step.expression)} → {terminal(value)}{' [' + terminal(step.element) + ']' if step.element else ''}")
    for reason in step.reasons:
        print(f"{'  ' * (depth + 1)}because {terminal(reason)}")
    for inner in step.steps:
        _print_step(inner, depth + 1)


def _frameworks(objectives: object) -> list[Framework]:
    from zscan.bundled import mappings_dir
    from zscan.mappings import load_frameworks

    return load_frameworks([mappings_dir()], list(objectives))  # type: ignore[call-overload]  # any collection of ids


def _indent(text: str, width: int = 2) -> str:
    return "\n".join(" " * width + line for line in text.strip().splitlines())
