"""Baselines: what a past scan found, small enough to keep in a repository.

A baseline is JSON lines, sorted: a header, then one finding a line. It holds no inventory; an asset appears as the id that its finding
names, its native type and a digest of its facts, by which a moved asset is recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from zscan.diff import Change, ChangeKind, compare
from zscan.errors import UsageError
from zscan.ledger import SCHEMA, Header, Ledger, Record, ledger
from zscan.model.finding import Finding, Status
from zscan.model.scan import SCHEMA as SCAN_SCHEMA
from zscan.model.scan import Scan
from zscan.scanfile import decode, read_bytes


def write(scan: Scan) -> bytes:
    """The baseline of a scan: the same scan gives the same bytes. Raises `UsageError` for a narrowed run."""
    _refuse_narrowed(scan.run.narrowed, "this run")
    kept = ledger(scan)
    records = (record for _, record in sorted(kept.records.items()) if record.status is not Status.NOT_APPLICABLE)
    dated = (_dated(record, kept.header.as_of) for record in records)
    return b"".join(msgspec.json.encode(line) + b"\n" for line in (kept.header, *dated))


def _dated(record: Record, as_of: str) -> Record:
    return msgspec.structs.replace(
        record, first_seen=record.first_seen or as_of, verified="" if record.verified == as_of else record.verified
    )


def _refuse_narrowed(narrowed: Iterable[str], what: str) -> None:
    ways = "; ".join(sorted(narrowed))
    if ways:
        raise UsageError(
            f"{what} was narrowed ({ways}) and cannot be a baseline",
            why="Whatever was left out would look fixed.",
            hint="Run it again without the options that narrow it.",
        )


def read(path: Path) -> Ledger:
    """A baseline out of a baseline file or a whole scan document. Raises `UsageError` if it is neither, or was narrowed."""
    found = read_ledger(path)
    _refuse_narrowed(found.header.narrowed, str(path))
    return found


def read_ledger(path: Path) -> Ledger:
    """As `read`, for comparisons: a narrowed run is allowed, and what it left out counts as not seen."""
    return parse(read_bytes(path), str(path))


def parse(data: bytes, name: str) -> Ledger:
    """A ledger out of the bytes of a baseline file or a scan document; `name` is for error messages."""
    first = data[: max(data.find(b"\n"), 0)] or data
    try:
        schema = msgspec.json.decode(first, type=_Schema).schema
    except (msgspec.DecodeError, RecursionError):
        schema = SCAN_SCHEMA  # a scan document may stand on several lines; its own reader judges it
    if schema != SCHEMA:
        return ledger(decode(data, name))
    lines = _lines(data)
    try:
        header = msgspec.json.decode(next(lines)[1], type=Header)
    except msgspec.DecodeError as problem:
        raise UsageError(
            f"{name}:1: not a baseline header: {problem}", hint="Write the baseline again with `zscan baseline write`."
        ) from None
    return Ledger(header, _records(lines, name))


class _Schema(msgspec.Struct):
    schema: str


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    yield from ((number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip())


def _records(lines: Iterable[tuple[int, bytes]], name: str) -> dict[str, Record]:
    decoder = msgspec.json.Decoder(Record)
    records: dict[str, Record] = {}
    for number, line in lines:
        try:
            record = decoder.decode(line)
        except (msgspec.DecodeError, RecursionError) as problem:
            raise UsageError(
                f"{name}:{number}: not a finding of a baseline: {problem}", hint="Resolve a merge conflict, or write it again."
            ) from None
        if record.id in records:
            raise UsageError(f"{name}:{number}: finding {record.id} stands here twice", hint="Resolve the merge, or write it again.")
        records[record.id] = record
    return records


def annotate(scan: Scan, baseline: Ledger) -> list[Finding]:
    """The scan's findings with `change`, `first_seen` and `last_verified` set against a baseline.

    A failure of the baseline that the scan could not look at again is carried on as an unknown finding, "not re-verified since" its last
    time: lost sight must not look like a fix.
    """
    current = ledger(scan)
    compared = compare(baseline, current)
    kinds = compared.kinds_now()
    present = [_annotated(finding, baseline, kinds, current.header.as_of) for finding in scan.findings]
    carried = [_carried(change, baseline) for change in compared.changes if _lost(change) and change.finding_id not in current.records]
    return sorted([*present, *carried], key=lambda finding: (finding.rule_id, finding.asset_id, finding.key))


def _lost(change: Change) -> bool:
    """Sight was lost of the asset. A rule that was switched off is a decision, not lost sight."""
    return change.kind is ChangeKind.SIGHT_LOST and change.reason != "its rule was not evaluated"


def _carried(change: Change, baseline: Ledger) -> Finding:
    old = baseline.records[change.finding_id]
    since = old.verified or baseline.header.as_of
    return Finding(
        id=old.id,
        rule_id=old.rule,
        asset_id=old.asset,
        key=old.key,
        status=Status.UNKNOWN,
        severity=old.severity,
        message=f"Failed before and could not be looked at again: not re-verified since {since}",
        evidence_class="declared" if old.unit else "observed",
        reasons=(change.reason,),
        change="not_reverified",
        first_seen=old.first_seen or baseline.header.as_of,
        last_verified=since,
    )


def _annotated(finding: Finding, baseline: Ledger, kinds: Mapping[str, tuple[str, str]], as_of: str) -> Finding:
    kind, old_id = kinds.get(finding.id, ("", finding.id))
    old = baseline.records.get(old_id)
    known = finding.status in (Status.PASS, Status.FAIL)
    before = (old.verified or baseline.header.as_of) if old else ""
    continued = old is not None and old.status is finding.status
    lasting = old is not None and kind in ("moved", "not_reverified")
    return msgspec.structs.replace(
        finding,
        change=kind or None,
        first_seen=(old.first_seen or baseline.header.as_of) if old and (continued or lasting) else as_of,
        last_verified=as_of if known else before,
    )
