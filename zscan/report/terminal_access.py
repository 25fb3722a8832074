"""Access on a terminal: the matrix of principals and capabilities, one principal or asset in full, and the short section of an audit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zscan.model.asset import Asset
from zscan.model.grant import Capability, Grant, Outcome
from zscan.model.scan import Scan
from zscan.report import access_view as view
from zscan.report.terminal_lines import Lines, Styled, bold, counted, dim

_COLUMNS = {
    Capability.ESCALATE: "escal.",
    Capability.ADMINISTER: "admin",
    Capability.CHANGE_GUARDRAILS: "guards",
    Capability.READ_TRAINING_DATA: "data",
    Capability.READ_PROMPTS: "prompt",
    Capability.READ_MODELS: "models",
    Capability.READ_LOGS: "logs",
    Capability.INVOKE: "invoke",
}
_KIND = 20  # columns of a kind of principal
_CELL = 7
_NARROWEST_TABLE = 2 + _KIND + _CELL * len(_COLUMNS)
_LEAD = 18  # columns of an outcome
_TAG = 10
_MOST_RISKS = 6
_MOST_TARGETS = 8
_STYLES: dict[Outcome, str] = {"allowed": "bold", "conditional": "medium", "unknown": "unknown"}
_GRAVE = (Capability.ESCALATE, Capability.ADMINISTER, Capability.CHANGE_GUARDRAILS)
NO_GRANTS = (
    "No grant was found in what was read. Rights are read from live accounts: `zscan access aws`, or a scan that was saved from one."
)
LEGEND = (
    "a number: over so many assets; all: over every one of the kind; yes: over no particular asset; "
    "~ only under conditions; ? could not be decided; + more under conditions or undecided"
)


def render(  # noqa: PLR0913 (what a page of text is made of; keyword-only)
    grants: Sequence[Grant],
    known: view.Names,
    of: view.Subject | None,
    *,
    header: str,
    age: str,
    colour: bool,
    width: int,
) -> str:
    """Access as text for a terminal, ending with a newline: of one subject, or of everybody."""
    out = Lines(width, colour=colour)
    out.add(dim(header), dim(f"  {age}") if age else "")
    out.blank()
    if of is not None:
        subject(out, of, grants, known)
    elif grants:
        matrix(out, grants, known)
    else:
        out.add(NO_GRANTS)
    return str(out)


def matrix(out: Lines, grants: Sequence[Grant], known: view.Names) -> None:
    """Principals × capabilities, worst first, with counts and with what was not read."""
    found = view.overview(grants, known)
    out.add(bold(counted(len(found.rows), "principal")), f" with {counted(len(grants), 'grant')} over {counted(found.assets, 'asset')}")
    out.add(dim(view.kinds_text(found)))
    outcomes = ", ".join(f"{number:,} {view.OUTCOME_WORDS[outcome]}" for outcome, number in found.outcomes.items() if number)
    out.add(dim(f"grants: {outcomes}"))
    _unread(out, found)
    out.blank()
    if out.width >= _NARROWEST_TABLE:
        out.cells(("", _KIND), *((dim(word), -_CELL) for word in _COLUMNS.values()))
    for row in found.rows:
        _matrix_row(out, row)
    out.blank()
    out.add(dim(LEGEND))


def _matrix_row(out: Lines, row: view.PartyRow) -> None:
    account = dim(f"  {row.party.account}") if row.party.account and row.party.account not in row.party.name else ""
    out.add(bold(row.party.shown), account, indent=2)
    kind = view.KIND_WORDS[row.party.kind]
    if out.width < _NARROWEST_TABLE:
        words = ", ".join(f"{capability.value} {cell.text}" for capability, cell in row.cells.items())
        out.row(dim(kind), _KIND, words)
        return
    cells = [(_painted(capability, row.cells.get(capability)), -_CELL) for capability in _COLUMNS]
    out.cells((dim(kind), _KIND), *cells)


def _painted(capability: Capability, cell: view.Cell | None) -> Styled:
    if cell is None:
        return dim("·")
    sure = "high" if capability in _GRAVE else "bold"
    return Styled(cell.text, sure if cell.surest == "allowed" else _STYLES[cell.surest])


def _unread(out: Lines, found: view.Overview) -> None:
    for layer, number in found.unread.items():
        out.add(Styled(f"not read: {layer}", "unknown"), f"; it may still take {counted(number, 'grant')} away")


def subject(out: Lines, of: view.Subject, grants: Sequence[Grant], known: view.Names) -> None:
    """One principal or asset in full: what it can do, and who can do what to it."""
    kind = of.asset.type.replace("_", " ") if of.asset else "principal"
    out.add(bold(of.name or of.id), dim(f"  {kind}  "), of.id if of.id != of.name else "")
    if of.principal:
        own = view.of_principal(grants, of.id)
        out.heading("Can", dim(f"  {counted(len(own), 'grant')}"))
        _by_capability(out, [(grant, _over(grant, known)) for grant in own])
    if of.asset is not None:
        _asset(out, of.asset, grants, known, also_principal=of.principal)


def _asset(out: Lines, asset: Asset, grants: Sequence[Grant], known: view.Names, *, also_principal: bool) -> None:
    reaching = view.to_asset(grants, asset)
    supports = view.to_supports(grants, asset)
    if reaching or not also_principal:
        holders = len({grant.principal for grant in reaching})
        out.heading("Who can use it", dim(f"  {counted(holders, 'principal')}"))
        if not reaching:
            out.add("No grant reaches it in what was read.", indent=2)
        _by_capability(out, [(grant, _holder(grant, known)) for grant in reaching])
    if supports:
        out.heading("Who can use what it leans on")
        _by_capability(out, [(grant, f"{_holder(grant, known)}, on {known.of(target)}") for target, grant in supports])


def _holder(grant: Grant, known: view.Names) -> str:
    party = known.party(grant)
    account = f" ({party.account})" if party.account and party.account not in party.name else ""
    return f"{party.words}{account}"


def _over(grant: Grant, known: view.Names) -> str:
    nothing = "its own rights" if grant.capability is Capability.ESCALATE else "no particular asset"
    return view.targets_text(grant, known, _MOST_TARGETS) or nothing


def _by_capability(out: Lines, grants: Iterable[tuple[Grant, str]]) -> None:
    """Grants under headings of their capability: whom or what they concern, by which path, under which conditions, what was not read."""
    listed = list(grants)
    for capability in view.WORST_FIRST:
        own = [(grant, words) for grant, words in listed if grant.capability is capability]
        if not own:
            continue
        style = "high" if capability in _GRAVE else "bold"
        out.add(Styled(view.CAPABILITY_WORDS[capability], style), dim(f"  {capability.value}"), indent=2)
        for grant, words in own:
            _grant(out, grant, words)


def _grant(out: Lines, grant: Grant, words: str) -> None:
    out.row(Styled(view.OUTCOME_WORDS[grant.outcome], _STYLES[grant.outcome]), _LEAD, words, indent=4)
    details = [("path ", view.path_text(grant.path))] if grant.path else []
    details += [("if ", condition) for condition in grant.conditions]
    for label, text in details:
        out.add(dim(label), text, indent=4 + _LEAD, hang=4 + _LEAD + len(label))
    if grant.unread:
        out.add(Styled("not read: ", "unknown"), ", ".join(grant.unread), indent=4 + _LEAD)


def add_access(out: Lines, scan: Scan) -> None:
    """The short section of an audit: who from outside can use AI, and who can give itself more rights. Nothing without grants."""
    if not scan.access:
        return
    known = view.named_in(scan.access, scan.assets)
    found = view.overview(scan.access, known)
    out.heading("Who can use it", dim(f"  {counted(len(found.rows), 'principal')}, {counted(len(scan.access), 'grant')}"))
    risks = view.top_risks(found.rows)
    if not risks:
        out.add("Nobody from outside holds a grant, and no way to more rights was found, in what was read.", indent=2)
    for row, capability in risks[:_MOST_RISKS]:
        cell = row.cells[capability]
        lead = Styled(view.OUTCOME_WORDS[cell.surest], "high" if cell.surest == "allowed" else _STYLES[cell.surest])
        out.row(lead, _LEAD, bold(row.party.words), f"  can {view.CAPABILITY_WORDS[capability]}{_extent(cell)}")
    if len(risks) > _MOST_RISKS:
        out.add(dim(f"and {len(risks) - _MOST_RISKS:,} more; `zscan access` shows all"), indent=2 + _LEAD)
    _unread_note(out, found)


def _extent(cell: view.Cell) -> str:
    number = cell.assets.get(cell.surest, 0)
    if cell.surest in cell.everywhere:
        return ", everywhere"
    return f", over {counted(number, 'asset')}" if number else ""


def _unread_note(out: Lines, found: view.Overview) -> None:
    if found.unread:
        layers = "; ".join(f"{layer} ({counted(number, 'grant')})" for layer, number in found.unread.items())
        out.row(Styled("not read", "unknown"), _LEAD, f"{layers}: these may still take rights away")
