"""From findings to the status of controls: what the evidence says of each control of each framework, and never more.

`control_status` is the one place where a status is decided. Its order of statuses, from least to most, is: not assessed, not satisfied,
partially satisfied, satisfied; taking evaluated rules away never moves a control up in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zscan.model.finding import Finding, NotAssessed, Status
from zscan.model.framework import (
    Basis,
    Control,
    ControlResult,
    ControlStatus,
    Counts,
    Framework,
    FrameworkResult,
)
from zscan.model.gap import Gap
from zscan.model.rule import Rule

LISTED_PASSES = 10_000
"""Findings that pass are named in a control's `finding_ids` up to this number; failures and unknowns always are."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What an evaluation of rules came to.

    `rules` are all rules that were loaded; `evaluated` the ids of those that were applied (the rest were switched off by level,
    selection or deprecation). `types_of` names the asset types behind a native type or asset id, as gaps name them. `narrowed` says that
    assets were left out on purpose, so that what was seen is not the population.
    """

    findings: Iterable[Finding]
    rules: Sequence[Rule]
    evaluated: frozenset[str]
    gaps: Sequence[Gap] = ()
    not_assessed: Sequence[NotAssessed] = ()
    types_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    narrowed: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that the status of a control depends on.

    `observed` and `declared`: some linked rule passed or failed on live, on file evidence. `direct`: some rule whose link is direct passed
    on live evidence. `blocked` counts blocking gaps on the population; `untried` the linked rules
    that gave no answer because they were switched off or could not be tried.
    """

    assessable: bool
    counts: Counts
    observed: bool = False
    declared: bool = False
    direct: bool = False
    blocked: int = 0
    untried: int = 0
    narrowed: bool = False

    @property
    def incomplete(self) -> bool:
        """Whether something that could have failed was not tried or not seen."""
        return bool(self.blocked or self.untried or self.narrowed)


def control_status(standing: Standing) -> tuple[ControlStatus, str]:
    """The status of a control and why, in words. The cases stand in the order in which they decide."""
    counts = standing.counts
    if not standing.assessable or not counts.total:
        return _without_answers(standing)
    if counts.fail and not counts.passed:
        return ControlStatus.NOT_SATISFIED, "every answer is a failure"
    if counts.fail:
        return ControlStatus.PARTIALLY_SATISFIED, "some assets fail, others pass"
    if not counts.passed:
        return ControlStatus.NOT_ASSESSED, "evidence is missing"
    if shortfall := _shortfall(standing):
        return ControlStatus.PARTIALLY_SATISFIED, shortfall
    return ControlStatus.SATISFIED, "every answer is a pass, observed live, with a rule that tests the control directly"


def _without_answers(standing: Standing) -> tuple[ControlStatus, str]:
    """The status of a control for which no rule passed, failed or lacked evidence.

    Not applicable only if everything was seen and tried: what was not might have been applicable.
    """
    if not standing.assessable:
        return ControlStatus.NOT_ASSESSED, "organisational: needs interview and documents"
    if not standing.counts.not_applicable:
        return ControlStatus.NOT_ASSESSED, "nothing was evaluated"
    if standing.incomplete:
        return ControlStatus.NOT_ASSESSED, "no rule applies to what was seen, and not everything was seen or tried"
    return ControlStatus.NOT_APPLICABLE, "no rule applies to any asset that was seen"


def _shortfall(standing: Standing) -> str:
    """What keeps a control without failures from being satisfied."""
    if standing.counts.unknown:
        return "evidence is missing for some assets"
    if standing.blocked:
        return "part of the population could not be read"
    if standing.untried:
        return "not every linked rule was tried"
    if standing.narrowed:
        return "the run was narrowed, so that part of the population was not examined"
    if not standing.observed:
        return "declared, not observed"
    return "" if standing.direct else "organisational part not assessed"


@dataclass(slots=True)
class _Tally:
    """The findings of one rule."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    passes: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by evidence class
    classes: set[str] = field(default_factory=set)  # evidence classes that passed or failed
    ids: dict[Status, list[str]] = field(default_factory=lambda: defaultdict(list))
    gap_ids: set[str] = field(default_factory=set)

    def add(self, finding: Finding) -> None:
        self.counts[finding.status] += 1
        self.gap_ids.update(finding.gap_ids)
        if finding.status is Status.FAIL and not finding.counts_as_failure:
            self.counts["waived"] += 1
        if finding.status in (Status.PASS, Status.FAIL):
            self.classes.add(finding.evidence_class)
        if finding.status is Status.PASS:
            self.passes[finding.evidence_class] += 1
            if len(self.ids[Status.PASS]) >= LISTED_PASSES:
                return
        if finding.status is not Status.NOT_APPLICABLE:
            self.ids[finding.status].append(finding.id)


def assess(
    evaluation: Evaluation, frameworks: Iterable[Framework], *, official: Mapping[str, str] | None = None
) -> tuple[FrameworkResult, ...]:
    """The chapter of each framework. `official` holds wording from a catalogue that the user supplied, by `<framework>@<version>/<control>`
    or by control id or alias alone.
    """
    book = _Book(evaluation)
    wording = official or {}
    return tuple(
        FrameworkResult(
            id=one.framework.id,
            version=one.framework.version,
            title=one.framework.title,
            publication=one.framework.publication,
            scope_note=one.framework.scope_note,
            groups=one.groups,
            controls=tuple(_result(control, book, _official(one, control, wording)) for control in one.controls),
        )
        for one in sorted(frameworks, key=lambda f: (f.framework.id, f.framework.version))
    )


def _official(framework: Framework, control: Control, wording: Mapping[str, str]) -> str:
    prefix = f"{framework.framework.id}@{framework.framework.version}/"
    names = (control.id, *control.aliases)
    return next((wording[key] for key in (*(prefix + name for name in names), *names) if key in wording), "")


class _Book:
    """The evaluation, indexed by rule and by objective."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.tallies: dict[str, _Tally] = defaultdict(_Tally)
        for finding in evaluation.findings:
            if finding.rule_id in evaluation.evaluated:
                self.tallies[finding.rule_id].add(finding)
        self.by_objective: dict[str, list[Rule]] = defaultdict(list)
        for rule in sorted(evaluation.rules, key=lambda r: r.id):
            for objective in set(rule.objectives):
                self.by_objective[objective].append(rule)
        self.untried_rules = {entry.rule_id for entry in evaluation.not_assessed}
        self.blocking = {gap.id: gap for gap in evaluation.gaps if gap.blocking}
        self.gaps_of_rule: dict[str, set[str]] = defaultdict(set)
        for entry in evaluation.not_assessed:
            if entry.gap_id in self.blocking:
                self.gaps_of_rule[entry.rule_id].add(entry.gap_id)
        self.gaps_of_type, self.gaps_anywhere = self._gaps_by_type()

    def _gaps_by_type(self) -> tuple[dict[str, set[str]], set[str]]:
        """Blocking gaps by the asset types they hide. A gap that does not say what it hides may hide anything."""
        by_type: dict[str, set[str]] = defaultdict(set)
        anywhere: set[str] = set()
        for gap in self.blocking.values():
            hidden = [self.evaluation.types_of.get(name) for name in gap.affects]
            if not hidden or None in hidden:
                anywhere.add(gap.id)
            for asset_type in {name for types in hidden for name in types or ()}:
                by_type[asset_type].add(gap.id)
        return by_type, anywhere

    def linked(self, control: Control) -> dict[str, Rule]:
        """Rules that evidence one of the control's objectives, by id."""
        return {rule.id: rule for link in control.evidence for rule in self.by_objective.get(link.objective, ())}

    def blocking_gaps(self, rules: Iterable[Rule]) -> set[str]:
        """Blocking gaps on the population of these rules."""
        found = set(self.gaps_anywhere)
        for rule in rules:
            found |= self.gaps_of_rule.get(rule.id, set())
            found |= self.tallies[rule.id].gap_ids & self.blocking.keys() if rule.id in self.tallies else set()
            for asset_type in rule.assets:
                found |= self.gaps_of_type.get(asset_type, set())
        return found


def _result(control: Control, book: _Book, official_text: str) -> ControlResult:
    linked = book.linked(control)
    evaluated = {rule_id: rule for rule_id, rule in linked.items() if rule_id in book.evaluation.evaluated}
    tallies = {rule_id: book.tallies[rule_id] for rule_id in evaluated if rule_id in book.tallies}
    standing = _standing(control, book, linked, tallies)
    status, why = control_status(standing)
    return ControlResult(
        id=control.id,
        title=control.title,
        statement=control.statement,
        citation=control.citation,
        status=status,
        reason=_reason(control, standing, why, (len(linked), len(evaluated))),
        basis=_basis(standing),
        method=_method(standing),
        counts=standing.counts,
        group=control.group,
        official_text=official_text,
        objectives=control.evidence,
        finding_ids=_finding_ids(tallies.values()),
    )


def _standing(control: Control, book: _Book, linked: Mapping[str, Rule], tallies: Mapping[str, _Tally]) -> Standing:
    counts = Counts(
        passed=_sum(tallies, Status.PASS),
        fail=_sum(tallies, Status.FAIL),
        unknown=_sum(tallies, Status.UNKNOWN),
        waived=_sum(tallies, "waived"),
        not_applicable=_sum(tallies, Status.NOT_APPLICABLE),
    )
    direct = {link.objective for link in control.evidence if link.strength == "direct"}
    classes = {name for tally in tallies.values() for name in tally.classes}
    evaluated = book.evaluation.evaluated
    return Standing(
        assessable=control.coverage == "observable" and bool(control.evidence),
        counts=counts,
        observed="observed" in classes,
        declared="declared" in classes,
        direct=any(tally.passes["observed"] and direct.intersection(linked[rule_id].objectives) for rule_id, tally in tallies.items()),
        blocked=len(book.blocking_gaps(rule for rule_id, rule in linked.items() if rule_id in evaluated)),
        untried=sum(rule_id not in evaluated or (rule_id not in tallies and rule_id in book.untried_rules) for rule_id in linked),
        narrowed=book.evaluation.narrowed,
    )


def _sum(tallies: Mapping[str, _Tally], key: str) -> int:
    return sum(tally.counts.get(key, 0) for tally in tallies.values())


def _finding_ids(tallies: Iterable[_Tally]) -> tuple[str, ...]:
    ids: dict[Status, list[str]] = defaultdict(list)
    for tally in tallies:
        for status, found in tally.ids.items():
            ids[status] += found
    passes = sorted(ids[Status.PASS])[:LISTED_PASSES]
    return (*sorted(ids[Status.FAIL]), *sorted(ids[Status.UNKNOWN]), *passes)


def _basis(standing: Standing) -> Basis:
    if standing.observed:
        return "observed"
    return "declared" if standing.declared else "none"


def _method(standing: Standing) -> str:
    """SP 800-53A's words: TEST of the live system, EXAMINE of files; where neither answered, INTERVIEW is what is left to a person."""
    methods = [name for name, used in (("TEST", standing.observed), ("EXAMINE", standing.declared)) if used]
    return " + ".join(methods) or "INTERVIEW"


def _reason(control: Control, standing: Standing, why: str, rules: tuple[int, int]) -> str:
    if not standing.assessable:
        return control.reason or why[:1].upper() + why[1:] + "."
    linked, evaluated = rules
    counts = standing.counts
    sentence = (
        f"{why[:1].upper()}{why[1:]}: {counts.passed} pass, {counts.fail} fail, {counts.unknown} unknown of {counts.total}"
        f"; {counts.waived} of the failures waived (risk accepted); {evaluated} of {linked} linked rules evaluated."
    )
    if standing.blocked:
        sentence += f" Blocking gaps on the population: {standing.blocked}."
    return sentence
