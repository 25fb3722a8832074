"""The head of the terminal report: what was looked at, when, and what was there."""

from __future__ import annotations

from collections.abc import Iterable

from zscan.model.scan import Scan, Target
from zscan.model.types import VOCABULARY
from zscan.report import view
from zscan.report.terminal_lines import Lines, Styled, bold, counted, dim

_LEAD = 12  # columns of a label
_MOST = 8  # targets, principals and waivers shown


def add_scope(out: Lines, scan: Scan) -> None:
    """Which program, which targets, how much was read, which assets were found, what was left out."""
    run = scan.run
    out.add(bold(f"{scan.tool.name} {scan.tool.version}"), dim(f"  level {run.level}, {run.finished_at}"))
    if sentence := view.clock_sentence(scan):
        out.add(Styled(sentence, "unknown"))
    out.heading("Looked at")
    for target in run.targets[:_MOST]:
        _target(out, target)
    if rest := run.targets[_MOST:]:
        incomplete = sum(not target.complete for target in rest)
        out.row("", _LEAD, f"and {len(rest):,} more, {incomplete:,} of them incomplete")
    if run.principals:
        more = f" and {len(run.principals) - _MOST:,} more" if len(run.principals) > _MOST else ""
        out.row(dim("as"), _LEAD, ", ".join(principal.identity for principal in run.principals[:_MOST]), more)
    if run.narrowed:
        out.row(dim("narrowed"), _LEAD, "; ".join(run.narrowed))
    if run.config is not None:
        out.row(dim("policy"), _LEAD, run.config.path)
    _assets(out, scan)
    if run.skipped_files:
        skipped = sorted(run.skipped_files.items())
        out.row(dim("left out"), _LEAD, ", ".join(f"{count:,} {reason}" for reason, count in skipped))
    for waiver in scan.waivers[:_MOST]:
        out.row(dim("waiver"), _LEAD, bold(waiver.id), f" {waiver.problem}", dim(f" ({waiver.origin})") if waiver.origin else "")
    if len(scan.waivers) > _MOST:
        out.row("", _LEAD, f"and {len(scan.waivers) - _MOST:,} more waivers to look at")


def _target(out: Lines, target: Target) -> None:
    read = counted(target.documents, "document")
    if target.kind != "path":
        read += f" in {counted(len(target.scopes), 'scope')}"
    state = "" if target.complete else Styled(", incomplete", "unknown")
    out.row(dim(target.kind), _LEAD, bold(target.label), dim(f"  {read}"), state)


def _assets(out: Lines, scan: Scan) -> None:
    groups = view.assets_by_type(scan, 0)
    live, declared = sum(group.live for group in groups), sum(group.declared for group in groups)
    views = f"{live:,} live and {declared:,} declared in files" if live and declared else "live" if live else "declared in files"
    out.row(dim("found"), _LEAD, bold(counted(live + declared, "asset")), f", {views}" if groups else "")
    own = [group for group in groups if group.ai]
    others = [group for group in groups if not group.ai]
    if own:
        out.row(dim("AI"), _LEAD, _counted(own))
    if others:
        out.row(dim("leans on"), _LEAD, _counted(others))


def _counted(groups: Iterable[view.TypeGroup]) -> str:
    ranked = sorted(groups, key=lambda group: (-(group.live + group.declared), group.type))
    return ", ".join(_of_type(group.live + group.declared, group.type) for group in ranked)


def _of_type(number: int, name: str) -> str:
    known = VOCABULARY.types.get(name)
    noun, plural = name.replace("_", " "), known.plural if known is not None else ""
    if plural.startswith(noun):
        return counted(number, plural.removesuffix("s"))
    return f"{number:,} {plural}" if plural and number != 1 else counted(number, noun)


def no_ai(scan: Scan) -> bool:
    """Whether to say that there is no AI: everything asked was answered, no AI asset was found and no scope shows use of one.

    The settings of a scope (they say whether AI is in use there) exist everywhere and are no AI assets themselves.
    """
    if not scan.run.complete or any(gap.blocking for gap in scan.gaps):
        return False
    for asset in scan.assets:
        known = VOCABULARY.types.get(asset.type)
        if known is None:
            return False
        if "scope" in known.facets:
            if asset.facts.scope.ai_in_use is not False:
                return False
        elif known.ai:
            return False
    return True
