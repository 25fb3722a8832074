"""The terminal: what an analyst sees first. What was looked at, what to fix first, what could not be seen, in that order."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import nsmallest

from zscan.model.rule import Severity
from zscan.model.scan import Scan
from zscan.report import view
from zscan.report.chapters import CONTROL_ORDER, chapters
from zscan.report.claims import CHANGE_WORDS, CONTROL_WORDS, NO_AI, NOTHING_EVALUATED, NOTHING_FOUND, REASON_WORDS
from zscan.report.places import file_line, spots, where
from zscan.report.terminal_access import add_access
from zscan.report.terminal_detail import add_details
from zscan.report.terminal_lines import Lines, Part, Styled, bold, counted, dim
from zscan.report.terminal_scope import add_scope, no_ai

BOUNDARY = "Automated examination of configuration at a point in time: evidence for, not conformity with, a framework."

_NARROW, _WIDE = 60, 120
_MOST_FIXES = 8
_MOST_PLACES = 3
_MOST_CHANGES = 8
_MOST_SCOPES = 4
_MOST_GAPS = 6  # told at length; the rest are named in one paragraph
_TAG = 10  # columns of a severity


def text(scan: Scan, *, colour: bool, verbose: bool, width: int | None = None) -> str:
    """The scan as text for a terminal, ending with a newline. Without a width: that of the terminal (`COLUMNS`), else 80 columns."""
    wanted = width if width is not None else shutil.get_terminal_size((80, 24)).columns
    out = Lines(min(max(wanted, _NARROW), _WIDE), colour=colour)
    counts = view.tally(scan)
    add_scope(out, scan)
    _verdicts(out, scan, counts)
    fixes = view.top_fixes(scan, _MOST_FIXES)
    _fixes(out, scan, fixes, counts)
    _changes(out, scan, counts)
    add_access(out, scan)
    _unseen(out, scan, counts)
    _frameworks(out, scan)
    if verbose:
        add_details(out, scan, counts)
    _closing(out, fixes, counts, verbose=verbose)
    return str(out)


def severity_tag(severity: Severity) -> Styled:
    """A severity as a word that stands out."""
    return Styled(severity.value.upper() if severity in (Severity.CRITICAL, Severity.HIGH) else severity.value, severity.value)


# ---- verdicts


def _verdicts(out: Lines, scan: Scan, counts: view.Tally) -> None:
    verdicts = counts.verdicts
    out.heading("Verdicts")
    if no_ai(scan):
        out.add(bold(NO_AI), indent=2)
    if not verdicts.applicable:
        out.add(view.coverage_sentence(verdicts), indent=2)
        return
    if not verdicts.decided:
        out.add(bold(NOTHING_EVALUATED), indent=2)
    elif not verdicts.fail:
        out.add(bold(NOTHING_FOUND), indent=2)
    out.add(f"{view.counts_sentence(verdicts)} checks that apply", _also(verdicts), indent=2)
    if verdicts.unknown:
        out.add(view.coverage_sentence(verdicts), indent=2)
    out.blank()
    _severities(out, counts)


def _also(verdicts: view.Verdicts) -> str:
    notes = [f"{verdicts.not_applicable:,} not applicable"] if verdicts.not_applicable else []
    if verdicts.expired:
        notes.append(f"{counted(verdicts.expired, 'failure')} with an expired waiver")
    return f" ({'; '.join(notes)})" if notes else ""


def _severities(out: Lines, counts: view.Tally) -> None:
    names = ("open fail", "waived", "unknown", "pass", "of")
    widths = (-11, -9, -10, -9, -9)
    out.cells(("", _TAG), *((dim(name), width) for name, width in zip(names, widths, strict=True)))
    for severity, own in counts.by_severity.items():
        if own.applicable:
            numbers = (own.open, own.waived, own.unknown, own.passed, own.applicable)
            styles = (severity.value, "", "unknown", "", "")
            shown = (Styled(f"{number:,}", style if number else "dim") for number, style in zip(numbers, styles, strict=True))
            out.cells((severity_tag(severity), _TAG), *zip(shown, widths, strict=True))


# ---- what to fix


def _fixes(out: Lines, scan: Scan, fixes: Sequence[view.Fix], counts: view.Tally) -> None:
    if not fixes:
        return
    closed = sum(fix.closes for fix in fixes)
    share = "every open failure" if closed == counts.verdicts.open else f"{closed:,} of {counts.verdicts.open:,} open failures"
    out.heading("Fix first", dim(f"  {counted(len(fixes), 'change')} would close {share}"))
    places = _places(scan, fixes)
    for fix in fixes:
        closes = dim(f"  closes {fix.closes:,}")
        out.row(severity_tag(fix.severity), _TAG, bold(fix.rule_id), "  ", fix.title, closes)
        found = places[fix.rule_id, fix.kind, fix.place]
        if fix.kind == "asset":
            found = [fix.place]
        elif fix.kind == "type" and len(found) > 1:
            out.add(dim(fix.place), indent=2 + _TAG)
        for place in found[:_MOST_PLACES]:
            out.add(place, indent=2 + _TAG)
        if len(found) > _MOST_PLACES:
            out.add(dim(f"and {len(found) - _MOST_PLACES:,} more"), indent=2 + _TAG)


def _places(scan: Scan, fixes: Iterable[view.Fix]) -> dict[tuple[str, str, str], list[str]]:
    """Where each fix is needed, sorted: lines of files by number, then assets by id."""
    of = {finding_id: (fix.rule_id, fix.kind, fix.place) for fix in fixes for finding_id in fix.finding_ids}
    found = [finding for finding in scan.findings if finding.id in of]
    known = spots(scan, {finding.asset_id for finding in found})
    keyed: dict[tuple[str, str, str], set[tuple[str, int, str]]] = defaultdict(set)
    for finding in found:
        spot = known.get(finding.asset_id)
        line = file_line(finding, spot)
        keyed[of[finding.id]].add((line.file, line.line, "") if line else ("", 0, where(finding, spot)))
    return {key: [f"{file}:{line}" if file else asset_id for file, line, asset_id in sorted(values)] for key, values in keyed.items()}


# ---- what changed


def _changes(out: Lines, scan: Scan, counts: view.Tally) -> None:
    if not counts.changes:
        return
    out.heading("Since the baseline")
    kinds = sorted(counts.changes, key=list(CHANGE_WORDS).index)
    out.add(", ".join(f"{counts.changes[kind]:,} {CHANGE_WORDS[kind]}" for kind in kinds), indent=2)
    fresh = [finding for finding in scan.findings if finding.change in ("new", "regressed", "not_reverified")]
    shown = nsmallest(_MOST_CHANGES, fresh, key=lambda finding: (finding.change == "not_reverified", *view.sort_key(finding)))
    known = spots(scan, {finding.asset_id for finding in shown})
    for finding in shown:
        word = CHANGE_WORDS[finding.change] if finding.change else ""
        since = f" since {finding.last_verified}" if finding.change == "not_reverified" and finding.last_verified else ""
        out.row(severity_tag(finding.severity), _TAG, bold(finding.rule_id), f"  {word}{since}")
        out.add(where(finding, known.get(finding.asset_id)), indent=2 + _TAG)
    if len(fresh) > len(shown):
        out.add(dim(f"and {len(fresh) - len(shown):,} more"), indent=2 + _TAG)


# ---- what could not be seen


def _unseen(out: Lines, scan: Scan, counts: view.Tally) -> None:
    gaps = view.gaps_folded(scan, counts)
    blocking = [group for group in gaps if group.blocking]
    if not gaps and not scan.not_assessed:
        return
    out.heading("Could not be seen", "" if blocking else dim("  nothing that makes the scan incomplete"))
    for group in blocking[:_MOST_GAPS]:
        _gap(out, group, counts)
    if rest := blocking[_MOST_GAPS:]:
        words = "; ".join(f"{REASON_WORDS.get(group.reason, group.reason)}: {_asked(group)}" for group in rest)
        out.row(Styled("gaps", "unknown"), _TAG, f"{len(rest):,} more: {words}")
    notes = [f"{sum(g.count for g in groups):,} {words}" for words, groups in _by_reason(gaps).items()]
    if notes:
        out.row(dim("notes"), _TAG, "; ".join(notes))
    untried = {entry.rule_id for entry in scan.not_assessed}
    if untried:
        reasons = [group.reason for group in view.not_assessed_grouped(scan)]
        more = f"; {counted(len(reasons) - _MOST_SCOPES, 'more reason')}" if len(reasons) > _MOST_SCOPES else ""
        share = view.share(len(untried), max(len(scan.rules), len(untried)), "rules")
        out.row(dim("rules"), _TAG, f"{share} could not be tried everywhere: {'; '.join(reasons[:_MOST_SCOPES])}{more}")


def _gap(out: Lines, group: view.GapGroup, counts: view.Tally) -> None:
    words = REASON_WORDS.get(group.reason, group.reason)
    lead: list[Part] = [words, ": ", bold(_asked(group))]
    if group.undecided:
        lead.append(dim(f"  leaves {view.share(group.undecided, counts.verdicts.unknown, 'unknown checks')} open"))
    out.row(Styled("gap", "unknown"), _TAG, *lead)
    more = f" and {len(group.scopes) - _MOST_SCOPES:,} more" if len(group.scopes) > _MOST_SCOPES else ""
    if group.scopes:
        out.add(dim("in "), ", ".join(group.scopes[:_MOST_SCOPES]), more, indent=2 + _TAG)
    if group.permission:
        out.add(dim("grant "), group.permission, dim(" and scan again"), indent=2 + _TAG)
    elif group.details:
        out.add(dim(group.details[0]), indent=2 + _TAG)


def _asked(group: view.GapGroup) -> str:
    return group.permission or ", ".join(group.calls)


def _by_reason(gaps: Iterable[view.GapGroup]) -> dict[str, list[view.GapGroup]]:
    groups: dict[str, list[view.GapGroup]] = defaultdict(list)
    for group in gaps:
        if not group.blocking:
            groups[REASON_WORDS.get(group.reason, group.reason)].append(group)
    return dict(sorted(groups.items()))


# ---- frameworks, and the end


def _frameworks(out: Lines, scan: Scan) -> None:
    if not scan.frameworks:
        return
    out.heading("Frameworks", dim("  evidence for, not conformity with"))
    for chapter in chapters(scan):
        framework = chapter.framework
        named = framework.publication or framework.id
        out.add(bold(named), f"  {framework.title} {framework.version}", indent=2)
        total = len(framework.controls)
        states = ", ".join(
            f"{chapter.statuses[status]:,} {CONTROL_WORDS[status].lower()}" for status in CONTROL_ORDER if chapter.statuses[status]
        )
        out.add(f"{states or 0} of {counted(total, 'control')}", indent=4)


def _closing(out: Lines, fixes: Sequence[view.Fix], counts: view.Tally, *, verbose: bool) -> None:
    out.blank()
    out.add(dim(BOUNDARY))
    out.heading("Next")
    steps: list[tuple[str, str]] = []
    if fixes:
        steps.append((f"zscan explain {fixes[0].rule_id}", "why it matters, how to fix and how to verify it"))
    if counts.verdicts.applicable and not verbose:
        steps.append(("-v", "every failure with its evidence"))
    steps.append(("-o html=report.html", "the whole report, every control with its evidence"))
    for command, what in steps:
        out.row(bold(command), 26, dim(what))
