"""SARIF results: open failures, folded where several stand on one line, with an identity that does not move with the lines."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zscan.model.finding import Finding, Status
from zscan.model.source import FileSource
from zscan.report.neutral import visible
from zscan.report.places import Spot, file_line
from zscan.report.sarif_rules import LEVELS, Json
from zscan.report.sarif_text import file_uri, plain, synthetic_uri

MOST_RESULTS = 25_000
"""Results of a run; a run with more is refused by code scanning."""

_LISTED = 100  # logical locations and finding ids named in one result


@dataclass(frozen=True, slots=True)
class Placed:
    """An open failure with its place. `uri` is relative to the root; `line` counts from 1."""

    finding: Finding
    uri: str
    line: int
    live: bool
    name: str

    @property
    def identity(self) -> tuple[str, str]:
        """What tells it from others of its rule."""
        return self.finding.asset_id, self.finding.key


def is_result(finding: Finding) -> bool:
    """Open failures, and failures of the baseline that could not be verified again: lost sight must not close an alert."""
    waived = finding.waiver is not None and not finding.waiver.expired
    carried = finding.change == "not_reverified" and finding.status is Status.UNKNOWN and not waived
    return finding.counts_as_failure or carried


def placed(finding: Finding, spot: Spot | None) -> Placed:
    """A failure at its place: the line that fails, or an address made of the names of a live asset."""
    source = file_line(finding, spot)
    if source is not None:
        return Placed(finding, file_uri(source.file), max(source.line, 1), live=False, name=spot.name if spot else "")
    if spot is None:
        return Placed(finding, synthetic_uri("unseen", finding.asset_id), 1, live=True, name="")
    if not spot.live:
        return Placed(finding, file_uri(finding.asset_id.partition("#")[0]), 1, live=False, name=spot.name)
    names = (spot.provider, spot.account or "no-account", spot.region or "global", spot.type, spot.name or finding.asset_id)
    return Placed(finding, synthetic_uri(*names), 1, live=True, name=spot.name)


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a run, worst first, with how many failures they stand for and which rules had to be folded into one result each."""

    results: list[Json]
    failures: int
    folded_rules: tuple[str, ...]


def results(found: Iterable[Placed], rule_index: Mapping[str, int]) -> Results:
    """The results for the failures of one run."""
    lines: dict[tuple[str, str, int, str], list[Placed]] = defaultdict(list)
    total = 0
    for one in found:
        total += 1
        lines[one.finding.rule_id, one.uri, one.line, one.finding.asset_id if one.live else ""].append(one)
    per_rule: dict[str, list[list[Placed]]] = defaultdict(list)
    for (rule_id, *_), members in lines.items():
        per_rule[rule_id].append(sorted(members, key=lambda one: one.identity))
    whole = _too_many(Counter({rule_id: len(groups) for rule_id, groups in per_rule.items()}))
    made: list[tuple[tuple[int, str, str, int, str], Json]] = []
    for rule_id, groups in per_rule.items():
        for members in [_merged(groups)] if rule_id in whole else groups:
            worst = max(one.finding.severity.rank for one in members)
            first = members[0]
            result = _result(members, rule_index[rule_id], whole_rule=rule_id in whole)
            made.append(((-worst, rule_id, first.uri, first.line, first.finding.id), result))
    return Results([result for _, result in sorted(made, key=lambda pair: pair[0])], total, tuple(sorted(whole)))


def _merged(groups: Iterable[list[Placed]]) -> list[Placed]:
    return sorted((one for members in groups for one in members), key=lambda one: one.identity)


def _too_many(counts: Counter[str]) -> frozenset[str]:
    """The rules to fold into one result each so that the rest fits, those with most results first."""
    excess = counts.total() - MOST_RESULTS
    folded: set[str] = set()
    for rule_id, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if excess <= 0:
            break
        folded.add(rule_id)
        excess -= number - 1
    return frozenset(folded)


def _result(members: Sequence[Placed], index: int, *, whole_rule: bool) -> Json:
    first = members[0]
    shown = max(members, key=lambda one: one.finding.severity.rank)  # the first of the worst
    severity = shown.finding.severity
    properties: Json = {
        "severity": str(severity),
        "evidence": first.finding.evidence_class,
        "instances": len(members),
        "findingIds": sorted(one.finding.id for one in members[:_LISTED]),
    }
    changes = sorted({one.finding.change for one in members if one.finding.change})
    return {
        "ruleId": first.finding.rule_id,
        "ruleIndex": index,
        "kind": "fail",
        "level": LEVELS[severity],
        "message": {"text": _message(shown.finding, members, whole_rule=whole_rule)},
        "locations": [_location(first, members)],
        "partialFingerprints": _fingerprints(members, whole_rule=whole_rule),
        "properties": properties | ({"changes": changes} if changes else {}),
    }


def _message(shown: Finding, members: Sequence[Placed], *, whole_rule: bool) -> str:
    text = plain(shown.message) or shown.rule_id
    notes: list[str] = []
    if len(members) > 1:
        notes.append(_instances(members, whole_rule=whole_rule))
    lost = [one.finding for one in members if one.finding.change == "not_reverified"]
    if lost:
        dates = sorted({finding.last_verified for finding in lost if finding.last_verified})
        since = f"not re-verified since {plain(dates[0]) if dates else 'the baseline'}"
        if any(finding.status is Status.UNKNOWN for finding in lost):
            since = f"failed before, {since}"
        notes.append(since if len(lost) == len(members) else f"{len(lost):,} of them {since}")
    if shown.waiver is not None:
        notes.append(f"the accepted risk {plain(shown.waiver.id)} has expired: {plain(shown.waiver.expires)}")
    return f"{text} ({'; '.join(notes)})" if notes else text


def _instances(members: Sequence[Placed], *, whole_rule: bool) -> str:
    assets = len({one.finding.asset_id for one in members})
    if whole_rule:
        return f"one of {len(members):,} failures of this rule, in {_assets(assets)}; all are folded into this result"
    if members[0].live:
        return f"one of {len(members):,} elements of this asset that fail"
    if assets == 1:
        return f"one of {len(members):,} elements on this line that fail"
    return f"one of {len(members):,} elements on this line that fail, in {_assets(assets)}"


def _assets(number: int) -> str:
    return f"{number:,} asset{'s' if number != 1 else ''}"


def _location(first: Placed, members: Sequence[Placed]) -> Json:
    names = {one.finding.asset_id: one.name for one in reversed(members[:_LISTED])}
    region = {"startLine": first.line, "startColumn": 1, "endLine": first.line, "endColumn": 2}
    return {
        "physicalLocation": {"artifactLocation": {"uri": first.uri}, "region": region},
        "logicalLocations": [_logical(asset_id, names[asset_id]) for asset_id in sorted(names)],
    }


def _logical(asset_id: str, name: str) -> Json:
    named = {"name": visible(name)} if name else {}
    return named | {"fullyQualifiedName": visible(asset_id), "kind": "resource"}


def _fingerprints(members: Sequence[Placed], *, whole_rule: bool) -> dict[str, str]:
    """The identity of an alert: rule, asset and element, never the line.

    The elements of a live asset always share one result, whose identity is the asset; a result of a file line has that of its first
    element, since an element may get a line of its own tomorrow.
    """
    first = members[0].finding
    key = () if members[0].live else (first.key,)
    words = (first.rule_id,) if whole_rule else (first.rule_id, first.asset_id, *key)
    digest = hashlib.sha256("\0".join(words).encode(errors="surrogatepass")).hexdigest()[:16]
    return {"primaryLocationLineHash": f"{digest}:1", "zscanFindingId/v1": first.id}


def file_of(finding: Finding, spot: Spot | None) -> str:
    """The file or unit that a finding of a declared asset belongs to; "" for live ones."""
    source: FileSource | None = file_line(finding, spot)
    if source is not None:
        return source.file
    unit, found, _ = finding.asset_id.partition("#")
    return unit if found else ""
