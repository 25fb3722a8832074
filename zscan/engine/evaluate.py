"""The engine: assets × rules → findings. Time is a parameter; the same input gives the same bytes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zscan.engine import functions
from zscan.engine.checked import CheckedRule, params_of
from zscan.engine.compile import NOT_APPLICABLE, Judge, Outcome, Related, Verdict, compile_conditions
from zscan.engine.explain import ExplainStep, Why, source_of, steps_of, why
from zscan.engine.interpret import Bound, Interpreter, Scope, Trace, fact_value, root_scope
from zscan.engine.plan import Kind, Planned, plan_rule
from zscan.engine.render import plain
from zscan.errors import RuleError
from zscan.model.asset import Asset
from zscan.model.finding import Evidence, Finding, NotAssessed, Status, finding_id
from zscan.model.offers import Offer
from zscan.model.rule import ParamValue

_REFERENCE = "reference"
_BATCH = 1_024
_STATUS: dict[Verdict, Status] = {True: Status.PASS, False: Status.FAIL, None: Status.UNKNOWN}
_WORST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


@dataclass(frozen=True)
class Evaluation:
    """What the rules said: a finding per rule and asset (or element), and what could not be tried at all."""

    findings: list[Finding]
    not_assessed: list[NotAssessed]


@dataclass(frozen=True)
class Explanation:
    """How one verdict came about, step by step. `applies` is None when the rule has no `applies_when` that was left to decide."""

    finding: Finding
    applies: ExplainStep | None
    passes: ExplainStep | None
    settled: str = ""  # why nothing had to be evaluated


@dataclass(frozen=True)
class _Plan:
    """All rules for one kind of asset. `judge` gives the outcomes of `judged`, in their order."""

    judged: tuple[Planned, ...]
    settled: tuple[Planned, ...]
    unassessed: tuple[Planned, ...]
    judge: Judge


@dataclass
class _View:
    """The inventory as the rules see it during one evaluation."""

    related: Related
    now: datetime
    not_assessed: set[NotAssessed] = field(default_factory=set)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)  # rule and asset → internal error
    interpreter: Interpreter = field(init=False)

    def __post_init__(self) -> None:
        self.interpreter = Interpreter(self.now, self.related)


def status_of(verdict: Verdict) -> Status:
    """The finding status of a verdict."""
    return Status.NOT_APPLICABLE if verdict is not True and verdict == NOT_APPLICABLE else _STATUS[verdict]


class Engine:
    """Judges assets by rules.

    `offers` says per native type which facts exist there; `now` is the clock of every rule; `params` overrides parameters per rule id.
    Raises `RuleError` when an override names no parameter or has the wrong type. With `ZSCAN_ENGINE=reference` in the environment the
    interpreter decides instead of generated code.
    """

    def __init__(
        self,
        rules: Iterable[CheckedRule],
        offers: Mapping[str, Offer],
        *,
        now: datetime,
        params: Mapping[str, Mapping[str, ParamValue]] | None = None,
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("the time of evaluation needs a time zone")
        self.rules = sorted(rules, key=lambda rule: rule.id)
        self.offers = offers
        self.now = now
        self.params = {rule.id: params_of(rule, (params or {}).get(rule.id, {})) for rule in self.rules}
        self.reference = os.environ.get("ZSCAN_ENGINE") == _REFERENCE
        self._plans: dict[tuple[str, str, str], _Plan] = {}

    def evaluate(self, assets: Iterable[Asset]) -> Evaluation:
        """Every finding, sorted by rule, asset and element, and what was not assessed."""
        inventory = sorted(assets, key=lambda asset: asset.id)
        view = self._view({asset.id: asset for asset in inventory})
        findings = [finding for asset in inventory for finding in self._findings(asset, view)]
        findings.sort(key=lambda finding: (finding.rule_id, finding.asset_id, finding.key))
        return Evaluation(findings, sorted(view.not_assessed))

    def stream(self, assets: Iterable[Asset], targets: Mapping[str, Asset], not_assessed: set[NotAssessed]) -> Iterator[Finding]:
        """Findings asset by asset, for inventories that do not fit in memory. `targets` holds the assets that relations lead to; what could
        not be tried is added to `not_assessed`.
        """
        view = _View(functions.resolver(targets), self.now, not_assessed)
        for asset in assets:
            yield from self._findings(asset, view)

    def count(self, assets: Iterable[Asset], targets: Mapping[str, Asset]) -> Counter[tuple[str, Status]]:
        """Verdicts counted per rule and status, without making findings."""
        view = self._view(targets)
        totals: Counter[tuple[str, Status]] = Counter()
        waiting: dict[tuple[str, str, str], list[Sequence[Outcome]]] = {}
        for asset in assets:
            outcomes = waiting.setdefault((asset.type, asset.native_type, asset.view), [])
            outcomes.append(self._outcomes(self._plan(asset), asset, view))
            if len(outcomes) == _BATCH:
                self._add(totals, self._plan(asset), outcomes)
                outcomes.clear()
        for kind, outcomes in waiting.items():
            self._add(totals, self._plans[kind], outcomes)
        return totals

    def _add(self, totals: Counter[tuple[str, Status]], plan: _Plan, outcomes: list[Sequence[Outcome]]) -> None:
        """Count the outcomes of many assets of one kind, a rule at a time."""
        for planned in plan.settled:
            totals[planned.rule.id, Status(planned.disposition)] += len(outcomes)
        for planned, column in zip(plan.judged, zip(*outcomes, strict=True), strict=False):
            plain = [outcome for outcome in column if isinstance(outcome, list)]
            for outcome in plain:
                for status in _worst_per_key(outcome).values():
                    totals[planned.rule.id, status] += 1
            for verdict in (True, False, None, NOT_APPLICABLE) if len(plain) < len(column) else ():
                times = column.count(verdict)
                if times:
                    totals[planned.rule.id, status_of(verdict)] += times

    def explain(self, rule_id: str, asset: Asset, assets: Iterable[Asset], key: str = "") -> Explanation:
        """How the verdict of one rule on one asset (and element) came about. Raises `RuleError` when the rule says nothing there."""
        view = self._view({other.id: other for other in assets})
        finding = next((found for found in self._findings(asset, view) if (found.rule_id, found.key) == (rule_id, key)), None)
        if finding is None:
            raise RuleError(f"{rule_id} says nothing about {asset.id}{f' [{key}]' if key else ''}")
        plan = self._plan(asset)
        planned = next(planned for planned in (*plan.judged, *plan.settled) if planned.rule.id == rule_id)
        if planned.condition is None:
            return Explanation(finding, None, None, planned.reason)
        applies, passes = self._traces(planned, asset, key, view)
        return Explanation(finding, steps_of(applies) if applies else None, steps_of(passes) if passes else None)

    def _view(self, targets: Mapping[str, Asset]) -> _View:
        return _View(functions.resolver(targets), self.now)

    def _plan(self, asset: Asset) -> _Plan:
        key = (asset.type, asset.native_type, asset.view)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make_plan(Kind(asset.type, asset.native_type, asset.view))
        return plan

    def _make_plan(self, kind: Kind) -> _Plan:
        offer = self.offers.get(kind.native_type)
        if offer is not None and offer.asset_type != kind.asset_type:
            offer = None
        planned = [plan_rule(rule, kind, offer, self.params[rule.id]) for rule in self.rules if kind.asset_type in rule.rule.assets]
        judged = tuple(one for one in planned if one.disposition == "judge")
        return _Plan(
            judged,
            tuple(one for one in planned if one.disposition in ("pass", "not_applicable")),
            tuple(one for one in planned if one.disposition == "no_file_form"),
            compile_conditions([one.condition for one in judged if one.condition is not None], self.now),
        )

    def _outcomes(self, plan: _Plan, asset: Asset, view: _View) -> Sequence[Outcome]:
        """The outcome of each judged rule. Whatever goes wrong in one rule leaves that rule unknown and touches no other."""
        if not self.reference:
            try:
                return plan.judge(asset, view.related)
            except Exception:  # noqa: BLE001, S110 (the border of generated code; the reference then decides each rule, and reports what fails there too)
                pass
        return [_guarded(one, asset, view) for one in plan.judged]

    def _findings(self, asset: Asset, view: _View) -> Iterator[Finding]:
        plan = self._plan(asset)
        for planned, outcome in zip(plan.judged, self._outcomes(plan, asset, view), strict=True):
            if isinstance(outcome, list):
                for key, status in sorted(_worst_per_key(outcome).items()):
                    yield self._finding(planned, asset, key, status, view)
            else:
                yield self._finding(planned, asset, "", status_of(outcome), view)
        for planned in plan.settled:
            yield _make(planned, asset, "", Status(planned.disposition), planned.reason, Why())
        for planned in plan.unassessed:
            view.not_assessed.add(NotAssessed(planned.rule.id, asset.native_type, planned.reason))

    def _finding(self, planned: Planned, asset: Asset, key: str, status: Status, view: _View) -> Finding:
        if status is Status.PASS or status is Status.NOT_APPLICABLE:
            rest = Why(tuple(_evidence(asset, path) for path in planned.reads if not (key and path == planned.listed)))
            message = planned.rule.rule.title if status is Status.PASS else f"Does not apply: {planned.rule.rule.title}"
            return _make(planned, asset, key, status, message, rest)
        try:
            return self._explained(planned, asset, key, status, view)
        except Exception as error:  # noqa: BLE001 (an error here must not hide the finding, and never make it a pass)
            problem = Why(reasons=(f"internal error while evaluating: {type(error).__name__}",))
            return _make(planned, asset, key, Status.UNKNOWN, f"Not decided: {planned.rule.rule.title}", problem)

    def _explained(self, planned: Planned, asset: Asset, key: str, status: Status, view: _View) -> Finding:
        fault = view.faults.get((planned.rule.id, asset.id))
        if fault:
            return _make(planned, asset, key, Status.UNKNOWN, f"Not decided: {planned.rule.rule.title}", Why(reasons=(fault,)))
        applies, passes = self._traces(planned, asset, key, view)
        deciding = passes if applies is None or applies.value is True else applies
        rest = Why() if deciding is None else why(deciding, unknown=status is Status.UNKNOWN)
        if status is Status.UNKNOWN:
            return _make(planned, asset, key, status, f"Not decided: {planned.rule.rule.title}", rest)
        scope = passes.scope if passes is not None else root_scope(asset)
        return _make(planned, asset, key, status, planned.rule.message.render(view.interpreter, scope, planned.static), rest)

    def _traces(self, planned: Planned, asset: Asset, key: str, view: _View) -> tuple[Trace | None, Trace | None]:
        """The evaluation of `applies_when` and `pass_when`; for an element that is not known, of its list instead."""
        condition = planned.condition
        assert condition is not None  # noqa: S101 (only judged rules come here)
        scope: Scope = root_scope(asset)
        applies = None if condition.applies is None or condition.per_element else view.interpreter.trace(condition.applies, scope)
        if condition.for_each is None:
            return applies, view.interpreter.trace(condition.passes, scope)
        if applies is not None and applies.value is not True:
            return applies, None
        source = view.interpreter.trace(condition.for_each.source, scope)
        same_key = [
            self._element(planned, {**scope, condition.for_each.variable: bound}, view)
            for bound in (view.interpreter.bindings(source) if source.value else ())
            if bound.key is not None and bound.key == key
        ]
        return min(same_key, key=_weight) if same_key else (applies, source)

    def _element(self, planned: Planned, scope: Mapping[str, Bound], view: _View) -> tuple[Trace | None, Trace]:
        condition = planned.condition
        assert condition is not None  # noqa: S101 (only judged rules come here)
        applies = view.interpreter.trace(condition.applies, scope) if condition.per_element and condition.applies else None
        return applies, view.interpreter.trace(condition.passes, scope)


def _guarded(planned: Planned, asset: Asset, view: _View) -> Outcome:
    """The reference outcome; unknown, and noted as a fault, when evaluating fails."""
    assert planned.condition is not None  # noqa: S101 (only judged rules come here)
    try:
        return view.interpreter.outcome(planned.condition, asset)
    except Exception as error:  # noqa: BLE001 (a fault in one rule or asset must leave the others standing)
        view.faults[planned.rule.id, asset.id] = f"internal error while evaluating: {type(error).__name__}"
        return None


def _weight(traces: tuple[Trace | None, Trace]) -> int:
    """The order in which elements of one key count: see `_worst_per_key`."""
    applies, passes = traces
    verdict: Verdict = passes.value if applies is None or applies.value is True else NOT_APPLICABLE if applies.value is False else None
    return _WORST.index(status_of(verdict))


def _worst_per_key(outcomes: list[tuple[str, Verdict]]) -> dict[str, Status]:
    """One status per key. Elements that share a key share a finding, and the worst of them counts."""
    found: dict[str, Status] = {}
    for key, verdict in outcomes:
        status = status_of(verdict)
        found[key] = min(found.get(key, status), status, key=_WORST.index)
    return found


def _evidence(asset: Asset, path: str) -> Evidence:
    if path.startswith("relations."):
        kind = path.removeprefix("relations.")
        value: Any = [edge.target or edge.ref for edge in asset.relations if edge.kind == kind]
    else:
        value = plain(fact_value(asset, path))
    return Evidence(asset.id, path, value, "", source_of(asset, path))


def _make(  # noqa: PLR0913, PLR0917 (the parts of one finding, in the order of its fields)
    planned: Planned, asset: Asset, key: str, status: Status, message: str, rest: Why
) -> Finding:
    rule = planned.rule.rule
    return Finding(
        id=finding_id(rule.id, asset.id, key),
        rule_id=rule.id,
        asset_id=asset.id,
        key=key,
        status=status,
        severity=rule.severity,
        message=message,
        evidence_class="observed" if asset.view == "live" else "declared",
        evidence=rest.evidence,
        path=rest.path,
        gap_ids=rest.gap_ids,
        reasons=rest.reasons,
    )
