"""Access for programs: a JSON document (`zscan.access/v1`) and a CSV table, one line for each grant and asset."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import msgspec

from zscan.model.gap import Gap
from zscan.model.grant import Capability, Grant
from zscan.report import access_view as view
from zscan.report.neutral import csv_cell

SCHEMA = "zscan.access/v1"
_HEADER = (
    "principal",
    "principal_name",
    "principal_kind",
    "capability",
    "outcome",
    "everywhere",
    "asset",
    "asset_name",
    "asset_type",
    "conditions",
    "path",
    "not_read",
    "account",
    "provider",
)


class Named(msgspec.Struct, frozen=True, omit_defaults=True):
    """The name of an asset or identity that grants refer to by id."""

    name: str
    type: str
    account: str = ""
    region: str = ""


class AccessDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The grants that were asked for. `subject` is the id that was asked about, `gaps` what could not be read."""

    schema: str
    collected_from: str
    collected_to: str
    targets: tuple[str, ...]
    subject: str = ""
    capabilities: tuple[Capability, ...] = ()
    grants: tuple[Grant, ...] = ()
    assets: dict[str, Named] = {}
    gaps: tuple[Gap, ...] = ()


def named(grants: Sequence[Grant], known: view.Names) -> dict[str, Named]:
    """Names of all that the grants refer to, as far as inventoried."""
    wanted = sorted({asset_id for grant in grants for asset_id in (grant.principal, *grant.targets)} & set(known.assets))
    found = ((asset_id, known.assets[asset_id]) for asset_id in wanted)
    return {asset_id: Named(asset.name, asset.type, asset.account, asset.region) for asset_id, asset in found}


def to_json(document: AccessDocument) -> bytes:
    """The document, indented, its members in order."""
    return msgspec.json.format(msgspec.json.encode(document, order="deterministic"), indent=2) + b"\n"


def to_csv(grants: Sequence[Grant], known: view.Names) -> bytes:
    """One line for each grant and asset; a grant over no particular asset has one line. No cell is a formula to a spreadsheet."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_HEADER)
    for grant in grants:
        for target in grant.targets or ("",):
            writer.writerow([csv_cell(cell) for cell in _cells(grant, target, known)])
    return stream.getvalue().encode(errors="replace")


def _cells(grant: Grant, target: str, known: view.Names) -> tuple[str, ...]:
    asset = known.assets.get(target)
    return (
        grant.principal,
        known.of(grant.principal),
        grant.principal_kind,
        grant.capability.value,
        grant.outcome,
        "yes" if grant.everywhere else "no",
        target,
        known.of(target) if target else "",
        asset.type if asset else "",
        "; ".join(grant.conditions),
        view.path_text(grant.path),
        "; ".join(grant.unread),
        grant.account,
        grant.provider,
    )
