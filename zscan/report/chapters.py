"""The chapters of a report, one per framework: controls under their groups, each with the findings it rests on, by rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from zscan.model.finding import Status
from zscan.model.framework import ControlResult, ControlStatus, FrameworkResult, Group
from zscan.model.scan import Scan
from zscan.report.tally import Verdicts

CONTROL_ORDER = (
    ControlStatus.NOT_SATISFIED,
    ControlStatus.PARTIALLY_SATISFIED,
    ControlStatus.SATISFIED,
    ControlStatus.NOT_ASSESSED,
    ControlStatus.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What one rule contributes to a control. `failing` holds the ids of its failures, waived ones included, sorted."""

    rule_id: str
    verdicts: Verdicts
    failing: list[str]


@dataclass(frozen=True, slots=True)
class ControlView:
    """A control with the findings behind its status, by rule, rules with failures first."""

    control: ControlResult
    rules: tuple[RuleEvidence, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of a framework with its own controls. `depth` 0 is a top group; `group` None collects controls without one."""

    group: Group | None
    depth: int
    controls: tuple[ControlView, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One framework. `statuses` counts every control, in the order of `CONTROL_ORDER`."""

    framework: FrameworkResult
    statuses: Mapping[ControlStatus, int]
    sections: tuple[Section, ...]

    @property
    def assessed(self) -> int:
        """Controls for which there is some evidence: those whose status is neither not assessed nor not applicable."""
        open_ends = self.statuses[ControlStatus.NOT_ASSESSED] + self.statuses[ControlStatus.NOT_APPLICABLE]
        return len(self.framework.controls) - open_ends


def chapters(scan: Scan) -> list[Chapter]:
    """Every framework of the scan, in the scan's order, with every control in it."""
    evidence = _evidence(scan)
    return [_chapter(framework, evidence) for framework in scan.frameworks]


_ByRule: TypeAlias = dict[str, RuleEvidence]


def _evidence(scan: Scan) -> dict[tuple[str, str], _ByRule]:
    """What each control rests on, by (framework key, control id): one pass over the findings, none of which is kept."""
    by_control: dict[tuple[str, str], _ByRule] = {}
    users: dict[str, list[_ByRule]] = defaultdict(list)
    for framework in scan.frameworks:
        for control in framework.controls:
            by_rule = by_control.setdefault((_key(framework), control.id), {})
            for finding_id in control.finding_ids:
                users[finding_id].append(by_rule)
    for finding in scan.findings:
        for by_rule in users.get(finding.id, ()):
            item = by_rule.setdefault(finding.rule_id, RuleEvidence(finding.rule_id, Verdicts(), []))
            item.verdicts.add(finding)
            if finding.status is Status.FAIL:
                item.failing.append(finding.id)
    return by_control


def _key(framework: FrameworkResult) -> str:
    return f"{framework.id}@{framework.version}"


def _chapter(framework: FrameworkResult, evidence: Mapping[tuple[str, str], _ByRule]) -> Chapter:
    counted = Counter(control.status for control in framework.controls)
    views = [ControlView(control, _sorted(evidence[_key(framework), control.id])) for control in framework.controls]
    return Chapter(framework, {status: counted[status] for status in CONTROL_ORDER}, tuple(_sections(framework, views)))


def _sorted(by_rule: _ByRule) -> tuple[RuleEvidence, ...]:
    for item in by_rule.values():
        item.failing.sort()
    return tuple(sorted(by_rule.values(), key=lambda item: (-item.verdicts.fail, -item.verdicts.unknown, item.rule_id)))


def _sections(framework: FrameworkResult, views: Iterable[ControlView]) -> list[Section]:
    members: dict[str, list[ControlView]] = defaultdict(list)
    known = {group.id for group in framework.groups}
    for view in views:
        members[view.control.group if view.control.group in known else ""].append(view)
    sections = [Section(group, depth, tuple(members.get(group.id, ()))) for group, depth in _ordered(framework.groups)]
    if "" in members:
        sections.append(Section(None, 0, tuple(members[""])))
    return [section for section in sections if section.controls or _leads(section, framework)]


def _leads(section: Section, framework: FrameworkResult) -> bool:
    """Whether other groups stand under this one, so that its heading is needed even without controls of its own."""
    return section.group is not None and any(group.parent == section.group.id for group in framework.groups)


def _ordered(groups: tuple[Group, ...]) -> list[tuple[Group, int]]:
    """Groups in the file's order, each followed by those under it. A parent that does not exist, or a circle, counts as top."""
    ids = {group.id for group in groups}
    ordered: list[tuple[Group, int]] = []
    placed: set[str] = set()

    def place(group: Group, depth: int) -> None:
        if group.id in placed:
            return
        placed.add(group.id)
        ordered.append((group, depth))
        for child in groups:
            if child.parent == group.id:
                place(child, depth + 1)

    for group in groups:
        if not group.parent or group.parent not in ids:
            place(group, 0)
    for group in groups:
        place(group, 0)
    return ordered
