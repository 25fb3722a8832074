"""What SARIF says about rules and frameworks: a descriptor for each rule, a taxonomy for each framework, and how the two relate."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from zscan.model.framework import ControlResult, FrameworkResult
from zscan.model.rule import THEMES, Rule, Severity
from zscan.model.scan import Scan
from zscan.report.claims import PROVIDER_WORDS
from zscan.report.neutral import visible
from zscan.report.sarif_text import DESCRIPTION_LIMIT, identifier, plain, prose

Json: TypeAlias = dict[str, Any]

LEVELS: Mapping[Severity, str] = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}

SECURITY_SEVERITY: Mapping[Severity, str] = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""Code scanning reads these bands: critical above 9.0, high from 7.0, medium from 4.0, low from 0.1."""

MOST_TAGS = 10
"""Tags that code scanning shows of a rule; above 20 it refuses the file."""

_NAMESPACE = uuid.UUID("6f1d6e0a-3a52-5c0c-9e0b-7f4a55a3c1d2")  # of the frameworks' GUIDs: any fixed value serves


def driver(scan: Scan, absent: Sequence[tuple[str, Severity]]) -> Json:
    """The tool with its rules. `absent` are rules that results name although the scan does not hold them, with the severity found."""
    known = Relations(scan)
    version = scan.tool.version
    described: Json = {"name": scan.tool.name, "organization": scan.tool.name, "version": version}
    if re.fullmatch(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?", version):
        described["semanticVersion"] = version
    described["rules"] = [*(_rule(rule, known) for rule in scan.rules), *(_absent(*one) for one in absent)]
    if scan.frameworks:
        described["supportedTaxonomies"] = [_component(framework, i) for i, framework in enumerate(scan.frameworks)]
    return described


def taxonomies(scan: Scan) -> list[Json]:
    """Every framework with its controls, in our words. They say what a rule is relevant to, not that anything conforms."""
    return [
        {
            "name": framework.id,
            "version": framework.version,
            "guid": _guid(framework),
            "organization": plain(framework.publication or framework.title, DESCRIPTION_LIMIT),
            "shortDescription": {"text": plain(framework.title or framework.id, DESCRIPTION_LIMIT)},
            "isComprehensive": False,
            "taxa": [_taxon(control) for control in framework.controls],
        }
        for framework in scan.frameworks
    ]


def _taxon(control: ControlResult) -> Json:
    return {
        "id": control.id,
        "shortDescription": {"text": plain(control.title or control.id, DESCRIPTION_LIMIT)},
        "fullDescription": {"text": plain(control.statement or control.title or control.id, DESCRIPTION_LIMIT)},
    }


def _component(framework: FrameworkResult, index: int) -> Json:
    return {"name": framework.id, "index": index, "guid": _guid(framework)}


def _guid(framework: FrameworkResult) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{framework.id}@{framework.version}"))


class Relations:
    """Which controls the objectives of a rule are evidence for."""

    def __init__(self, scan: Scan) -> None:
        self._by_objective: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._frameworks = scan.frameworks
        for place, framework in enumerate(scan.frameworks):
            for index, control in enumerate(framework.controls):
                for objective in sorted({link.objective for link in control.objectives}):
                    self._by_objective[objective].append((place, index))

    def _of(self, rule: Rule) -> list[tuple[int, int]]:
        return sorted({place for objective in rule.objectives for place in self._by_objective.get(objective, ())})

    def relationships(self, rule: Rule) -> list[Json]:
        """References to the controls, as relevant: none of them follows from a rule."""
        return [
            {
                "target": {
                    "id": self._frameworks[place].controls[index].id,
                    "index": index,
                    "toolComponent": _component(self._frameworks[place], place),
                },
                "kinds": ["relevant"],
            }
            for place, index in self._of(rule)
        ]

    def tags(self, rule: Rule) -> list[str]:
        """The controls as tags, each framework's first one before the second of any, so that the limit leaves out none entirely."""
        ranks: dict[int, int] = defaultdict(int)
        ranked: list[tuple[int, int, str]] = []
        for place, index in self._of(rule):
            framework = self._frameworks[place]
            ranked.append((ranks[place], place, f"{framework.id}/{framework.controls[index].id.replace(' ', '-')}"))
            ranks[place] += 1
        return [visible(tag) for _, _, tag in sorted(ranked)]


def _rule(rule: Rule, known: Relations) -> Json:
    theme = THEMES.get(rule.id.split("-")[1]) if "-" in rule.id else None
    tags = ["security", "zero-trust", *([_slug(theme)] if theme else []), *known.tags(rule)]
    described: Json = {
        "id": rule.id,
        "name": identifier(rule.title) or rule.id,
        "shortDescription": {"text": plain(rule.title or rule.id, DESCRIPTION_LIMIT)},
        "fullDescription": {"text": plain(rule.why or rule.title or rule.id, DESCRIPTION_LIMIT)},
        "help": {"text": visible(help_text(rule), keep_newlines=True), "markdown": help_markdown(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }
    if relationships := known.relationships(rule):
        described["relationships"] = relationships
    described["properties"] = {
        "security-severity": SECURITY_SEVERITY[rule.severity],
        "precision": rule.confidence,
        "tags": list(dict.fromkeys(tags))[:MOST_TAGS],
    }
    return described


def _slug(title: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def _absent(rule_id: str, severity: Severity) -> Json:
    """A rule that is known only from an earlier scan's findings."""
    text = f"{visible(rule_id)}: this rule was not in force in the scan; its earlier findings are carried on."
    return {
        "id": rule_id,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"security-severity": SECURITY_SEVERITY[severity], "precision": "low", "tags": ["security", "zero-trust"]},
    }


def help_text(rule: Rule) -> str:
    """Why, what to change and how to check by hand, as plain text."""
    blocks = [rule.title or rule.id, rule.why]
    blocks += [f"Fix ({_provider(name)}): {text}" for name, text in sorted(rule.fix.items())]
    blocks += [f"Check by hand ({_provider(step.provider)}): {step.command}\nExpected: {step.expect}" for step in rule.verify]
    blocks += [f"What this check does not see: {rule.known_gaps}"] if rule.known_gaps else []
    blocks += ["References:\n" + "\n".join(rule.references)] if rule.references else []
    return "\n\n".join(block.strip() for block in blocks if block.strip())


def help_markdown(rule: Rule) -> str:
    """The same as Markdown."""
    blocks = [prose(rule.why)]
    blocks += [f"**Fix ({_provider(name)}).** {prose(text)}" for name, text in sorted(rule.fix.items())]
    for step in rule.verify:
        blocks += [f"**Check by hand ({_provider(step.provider)}).** Expected: {prose(step.expect)}", _fenced(step.command)]
    blocks += [f"**What this check does not see.** {prose(rule.known_gaps)}"] if rule.known_gaps else []
    links = [link for link in rule.references if re.fullmatch(r"https?://[^\s<>\"'`()\[\]\\^{|}]+", link, re.ASCII)]
    blocks += ["**References**\n\n" + "\n".join(f"- <{link}>" for link in links)] if links else []
    return "\n\n".join(block for block in blocks if block) or prose(rule.title or rule.id)


def _provider(name: str) -> str:
    return PROVIDER_WORDS.get(name, name)


def _fenced(command: str) -> str:
    shown = visible(command, keep_newlines=True)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", shown)), default=0))
    return f"{fence}sh\n{shown}\n{fence}"
