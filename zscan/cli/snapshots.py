"""Saving the derived inventory, and auditing it again later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zscan.audit import Inventory
    from zscan.cli.policy import Settings

DERIVE_VERSION = "1"  # raised whenever a derivation gives other facts for the same documents


def save(path: Path, inventory: Inventory, settings: Settings) -> None:
    """Write an inventory as a snapshot."""
    from zscan import __version__
    from zscan.audit import evaluate
    from zscan.snapshot import About, write

    run = evaluate(inventory, settings.policy()).run
    write(
        path,
        inventory.assets,
        about=About(run=run, gaps=inventory.gaps, offers=dict(inventory.offers), access=tuple(sorted(inventory.access))),
        versions=(__version__, DERIVE_VERSION),
    )


def load(path: Path) -> Inventory:
    """The inventory of a snapshot."""
    from zscan.audit import Inventory
    from zscan.snapshot import open_snapshot

    snapshot = open_snapshot(path)
    run = snapshot.about.run
    return Inventory(
        assets=tuple(sorted(snapshot.assets(), key=lambda asset: asset.id)),
        gaps=snapshot.about.gaps,
        offers=snapshot.about.offers,
        access=snapshot.about.access,
        targets=run.targets,
        principals=run.principals,
        skipped=run.skipped_files,
        collected_from=run.collected_from,
        collected_to=run.collected_to,
    )
