"""The chapter "Who can use what" of a page: principals, worst first, cut to what a browser can lay out at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zscan.model.grant import Grant
from zscan.model.scan import Scan
from zscan.report import access_view as view

SHOWN_PRINCIPALS = 100
SHOWN_GRANTS = 10
SHOWN_TARGETS = 6
_TONES = {"allowed": "", "conditional": "partial", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class AccessChapter:
    """What the template reads. `shown` are the first rows of the overview."""

    overview: view.Overview
    shown: Sequence[view.PartyRow]
    known: view.Names
    grants: int

    def can_do(self, row: view.PartyRow) -> str:
        """All capabilities of a principal in one line."""
        said = ((view.CAPABILITY_WORDS[capability], cell.words) for capability, cell in row.cells.items())
        return " · ".join(f"{can} ({extent})" if extent else can for can, extent in said)

    def listed(self, row: view.PartyRow) -> Sequence[Grant]:
        """The grants of a principal that the page has room for."""
        return row.grants[:SHOWN_GRANTS]

    def targets(self, grant: Grant) -> Sequence[tuple[str, str]]:
        """Ids and names of the assets that the page has room for."""
        return [(target, self.known.of(target)) for target in grant.targets[:SHOWN_TARGETS]]

    def more_targets(self, grant: Grant) -> int:
        """How many assets are not shown."""
        return max(0, len(grant.targets) - SHOWN_TARGETS)

    def can(self, grant: Grant) -> str:
        """The capability in words that begin a sentence."""
        words = view.CAPABILITY_WORDS[grant.capability]
        return words[:1].upper() + words[1:]

    def outcome(self, grant: Grant) -> tuple[str, str]:
        """The outcome as a tone of the style sheet and in words."""
        return _TONES[grant.outcome], view.OUTCOME_WORDS[grant.outcome]

    def path(self, grant: Grant) -> str:
        """The path in one line."""
        return view.path_text(grant.path)

    @property
    def risks(self) -> int:
        """Principals from outside, and those that can give themselves more rights."""
        return len(view.top_risks(self.overview.rows))

    @property
    def kinds(self) -> str:
        """Principals by kind, in words."""
        return view.kinds_text(self.overview)


def access_chapter(scan: Scan) -> AccessChapter | None:
    """The chapter; None for a scan that holds no grants."""
    if not scan.access:
        return None
    known = view.named_in(scan.access, scan.assets)
    found = view.overview(scan.access, known)
    return AccessChapter(found, found.rows[:SHOWN_PRINCIPALS], known, len(scan.access))
