"""Where a finding is: the line of a file that makes a check fail, or the asset of a live system."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from zscan.model.asset import Asset
from zscan.model.finding import Finding
from zscan.model.scan import Scan
from zscan.model.source import ApiSource, Derived, FileSource, Source


@dataclass(frozen=True, slots=True)
class Spot:
    """What names the place of an asset. `source` is where a declared asset stands; live assets have none."""

    asset_id: str
    type: str
    name: str
    provider: str
    account: str
    region: str
    live: bool
    source: FileSource | None


def spots(scan: Scan, wanted: Container[str]) -> dict[str, Spot]:
    """The places of the wanted assets by id, in one pass."""
    return {asset.id: _spot(asset) for asset in scan.assets if asset.id in wanted}


def _spot(asset: Asset) -> Spot:
    live = asset.view == "live"
    source = asset.source if isinstance(asset.source, FileSource) and not live else None
    return Spot(asset.id, asset.type, asset.name, asset.provider, asset.account, asset.region, live, source)


def file_line(finding: Finding, spot: Spot | None) -> FileSource | None:
    """The line to change: of the first evidence on the asset itself, else of any evidence, else the asset's own. None for live assets."""
    if spot is not None and spot.live:
        return None
    lines = [(item.asset_id != finding.asset_id, item.source) for item in finding.evidence if isinstance(item.source, FileSource)]
    if lines:
        return min(lines, key=lambda line: line[0])[1]  # the first of the smallest: own evidence goes first
    return spot.source if spot is not None else None


def where(finding: Finding, spot: Spot | None) -> str:
    """The place in one piece: `file:line`, or the asset's id."""
    source = file_line(finding, spot)
    return f"{source.file}:{source.line}" if source is not None else finding.asset_id


def source_text(source: Source | None) -> str:
    """Where a fact came from, in one line: `file:line`, a call with its pointer, or the assets that it was derived from."""
    match source:
        case FileSource(file=file, line=line):
            return f"{file}:{line}"
        case ApiSource(call=call, pointer=pointer):
            return f"{call} {pointer}".rstrip()
        case Derived(by=by, derived_from=refs):
            assets = ", ".join(sorted({ref.asset_id for ref in refs}))
            return f"derived ({by}) from {assets}" if assets else f"derived ({by})"
        case None:
            return ""
