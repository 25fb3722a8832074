"""SARIF notifications: what the scan could not see. Missing evidence is said beside the results, never as one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from zscan.model.finding import NotAssessed
from zscan.model.gap import Gap
from zscan.model.scan import Scan
from zscan.report import view
from zscan.report.claims import REASON_WORDS
from zscan.report.sarif_results import MOST_RESULTS, Results
from zscan.report.sarif_rules import Json
from zscan.report.sarif_targets import MOST_RUNS, Part
from zscan.report.sarif_text import plain

MOST_SHOWN = 5_000
"""Results that code scanning shows of a run."""

_LISTED = 20

KINDS: Mapping[str, tuple[str, str]] = {
    "gap": (
        "Something was asked and not answered",
        "Checks that rest on it have no verdict. Where a permission would have answered, it is named: grant it and scan again.",
    ),
    "not-assessed": (
        "Rules were not tried on a class or scope",
        "They say nothing about it, neither that it fails nor that it passes. The reason says what would be needed to try them.",
    ),
    "undecided": (
        "Checks have no verdict because evidence is missing",
        "They are neither passes nor failures, so they are no results. The gaps beside this say what is missing.",
    ),
    "incomplete": (
        "Something blocking is missing from the target",
        "What has no result in this run may only not have been seen. The gaps beside this say what is missing.",
    ),
    "narrowed": ("The run was narrowed", "What was left out on purpose has no results here, whatever its state."),
    "clock": (
        "Evaluated at another time than collected",
        "Ages and expiry dates were judged at the first time, from what was read at the second.",
    ),
    "folded": (
        "Results were folded to stay within the limit of a run",
        "One result stands for all failures of a rule. The other formats name each of them.",
    ),
    "shown": ("More results than code scanning shows", "The results are sorted worst first. The other formats name each of them."),
    "shared-run": ("Several targets share this run", "A file may hold a limited number of runs, and every run needs a name of its own."),
}
"""Kinds of notifications, as descriptors."""


@dataclass(frozen=True, slots=True)
class Dark:
    """What one part of a scan could not see. `undecided` counts its checks without a verdict."""

    gaps: tuple[Gap, ...]
    not_assessed: tuple[NotAssessed, ...]
    undecided: int


def descriptors() -> list[Json]:
    """The kinds of notifications, for the driver."""
    return [
        {"id": kind, "shortDescription": {"text": short}, "fullDescription": {"text": full}, "help": {"text": full}}
        for kind, (short, full) in KINDS.items()
    ]


def notifications(scan: Scan, part: Part, dark: Dark, made: Results, counts: view.Tally) -> list[Json]:
    """The notifications of one run: limits of the file first, then gaps, blocking ones first."""
    return [*_about_results(made), *_about_run(scan, part), *_about_gaps(scan, dark, counts)]


def _about_results(made: Results) -> list[Json]:
    notes: list[Json] = []
    if made.folded_rules:
        names = _listed(made.folded_rules)
        text = (
            f"{made.failures:,} open failures make more than the {MOST_RESULTS:,} results that a run may hold, so one result stands for all"
        )
        notes.append(_note("folded", "warning", f"{text} of a rule: {names}. The other formats name each."))
    if len(made.results) > MOST_SHOWN:
        text = f"The run holds {len(made.results):,} results, of which code scanning shows {MOST_SHOWN:,}; they are sorted worst first."
        notes.append(_note("shown", "note", text))
    return notes


def _about_run(scan: Scan, part: Part) -> list[Json]:
    notes: list[Json] = []
    if not part.complete:
        names = _listed([target.label for target in part.targets if not target.complete])
        notes.append(
            _note(
                "incomplete", "warning", f"Something blocking is missing from {names}: what has no result here may only not have been seen."
            )
        )
    if len(part.targets) > 1:
        why = f"one name, or more than {MOST_RUNS} targets in all"
        notes.append(
            _note(
                "shared-run", "note", f"This run holds {len(part.targets):,} targets ({why}): {_listed([t.label for t in part.targets])}."
            )
        )
    if scan.run.narrowed:
        notes.append(_note("narrowed", "note", f"The run was narrowed: {_listed(scan.run.narrowed)}."))
    if sentence := view.clock_sentence(scan):
        notes.append(_note("clock", "note", f"{sentence[0].upper()}{sentence[1:]}."))
    return notes


def _about_gaps(scan: Scan, dark: Dark, counts: view.Tally) -> list[Json]:
    own = msgspec.structs.replace(scan, gaps=dark.gaps, not_assessed=dark.not_assessed)
    notes = [_gap(group) for group in view.gaps_folded(own, counts)]
    blocking = {gap.id for gap in dark.gaps if gap.blocking}
    hard = {entry.reason for entry in dark.not_assessed if entry.gap_id in blocking}
    for group in view.not_assessed_grouped(own):
        place = _listed(group.scopes) or "the target"
        text = f"Not assessed in {place}: {group.reason}. Rules ({len(group.rule_ids):,}): {_listed(group.rule_ids)}."
        notes.append(_note("not-assessed", "warning" if group.reason in hard else "note", text))
    if dark.undecided:
        text = f"{dark.undecided:,} checks have no verdict because evidence is missing: neither passes nor failures, and no results."
        notes.append(_note("undecided", "note", text))
    return notes


def _gap(group: view.GapGroup) -> Json:
    words = REASON_WORDS.get(group.reason, group.reason)
    asked = _listed(group.calls)
    details = _listed(group.details)
    parts = [f"{words[0].upper()}{words[1:]} ({group.reason}): {asked}"]
    parts += [f"in {_listed(group.scopes)}"] if group.scopes else []
    text = " ".join(parts) + (f": {details}" if details else "") + "."
    text += f" The permission {group.permission} would have answered." if group.permission else ""
    text += f" It stands for {group.count:,} gaps." if group.count > 1 else ""
    text += f" In the dark: {_listed(group.affects)}." if group.affects else ""
    text += f" Checks without a verdict because of it: {group.undecided:,}." if group.undecided else ""
    return _note("gap", "warning" if group.blocking else "note", text)


def _note(kind: str, level: str, text: str) -> Json:
    return {"descriptor": {"id": kind, "index": list(KINDS).index(kind)}, "level": level, "message": {"text": plain(text)}}


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - _LISTED:,} more" if len(items) > _LISTED else ""
    return ", ".join(items[:_LISTED]) + more
