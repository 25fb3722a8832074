"""Who can do what to which AI asset, for people: grants and assets made into rows, worst first. It knows no output format."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zscan.errors import UsageError, one_line
from zscan.model.asset import Asset
from zscan.model.grant import Capability, Grant, Outcome, PrincipalKind, Step

WORST_FIRST = (
    Capability.ESCALATE,
    Capability.ADMINISTER,
    Capability.CHANGE_GUARDRAILS,
    Capability.READ_TRAINING_DATA,
    Capability.READ_PROMPTS,
    Capability.READ_MODELS,
    Capability.READ_LOGS,
    Capability.INVOKE,
)
CAPABILITY_WORDS: Mapping[Capability, str] = {
    Capability.ESCALATE: "give itself more rights",
    Capability.ADMINISTER: "administer AI assets",
    Capability.CHANGE_GUARDRAILS: "change guardrails",
    Capability.READ_TRAINING_DATA: "read training data",
    Capability.READ_PROMPTS: "read prompts and answers",
    Capability.READ_MODELS: "read models",
    Capability.READ_LOGS: "read logs",
    Capability.INVOKE: "use models and endpoints",
}
KIND_WORDS: Mapping[PrincipalKind, str] = {
    "public": "public",
    "account": "foreign account",
    "federated": "federated identity",
    "agent": "agent",
    "service_account": "service account",
    "user": "user",
    "role": "role",
    "permission_set": "permission set",
    "service": "service",
}
_PLURALS: Mapping[PrincipalKind, str] = {"federated": "federated identities"}
STEP_WORDS = {
    "identity_policy": "policy",
    "group": "group",
    "resource_policy": "policy of the asset",
    "trust": "becomes",
    "pass_role": "hands on the role",
    "boundary": "let through by the boundary",
    "organisation": "let through by the organisation",
    "escalation": "gives itself more rights through",
}
OUTCOME_WORDS: Mapping[Outcome, str] = {"allowed": "allowed", "conditional": "under conditions", "unknown": "undecided"}
_OUTCOMES: tuple[Outcome, ...] = ("allowed", "conditional", "unknown")
_OUTSIDE: tuple[PrincipalKind, ...] = ("public", "account", "federated")
_MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """Who holds grants. `name` is how people call it, `id` what is unique."""

    id: str
    name: str
    kind: PrincipalKind
    account: str

    @property
    def words(self) -> str:
        """Kind and name, in one line."""
        return self.shown if self.kind == "public" else f"{KIND_WORDS[self.kind]} {self.name}"

    @property
    def shown(self) -> str:
        """The name as people read it."""
        return "anyone" if self.kind == "public" else self.name


@dataclass(frozen=True, slots=True)
class Cell:
    """One capability of one principal: how many assets by outcome, and with which outcomes it covers all of the kind."""

    assets: Mapping[Outcome, int]
    everywhere: frozenset[Outcome]
    outcomes: frozenset[Outcome]

    @property
    def surest(self) -> Outcome:
        """The outcome nearest to `allowed`."""
        return next(outcome for outcome in _OUTCOMES if outcome in self.outcomes)

    @property
    def text(self) -> str:
        """`3`, `all` or `yes`; with `~` under conditions, `?` undecided, `+` when a weaker outcome adds to it."""
        surest = self.surest
        number = self.assets.get(surest, 0)
        shown = "all" if surest in self.everywhere else f"{number:,}" if number else "yes"
        mark = {"allowed": "", "conditional": "~", "unknown": "?"}[surest]
        return shown + mark + ("+" if len(self.outcomes) > 1 else "")

    @property
    def words(self) -> str:
        """The same in words: `all`, `3 assets, under conditions`; empty for a sure right over no particular asset."""
        surest = self.surest
        number = self.assets.get(surest, 0)
        extent = "all" if surest in self.everywhere else f"{number:,} asset{'s' if number != 1 else ''}" if number else ""
        said = [extent, "" if surest == "allowed" else OUTCOME_WORDS[surest], "and more less sure" if len(self.outcomes) > 1 else ""]
        return ", ".join(part for part in said if part)


@dataclass(frozen=True, slots=True)
class PartyRow:
    """One principal with its cells and its grants, worst capability first."""

    party: Party
    cells: Mapping[Capability, Cell]
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All principals, worst first; `parties` counts them by kind, `unread` the grants that each layer may still take away."""

    rows: tuple[PartyRow, ...]
    parties: Mapping[PrincipalKind, int]
    outcomes: Mapping[Outcome, int]
    unread: Mapping[str, int]
    assets: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What a word means: a principal, an asset, or something that is both (an agent, a role)."""

    id: str
    name: str
    principal: bool
    asset: Asset | None


@dataclass(frozen=True, slots=True)
class Names:
    """Names of assets and principals by id."""

    assets: Mapping[str, Asset]

    def of(self, asset_id: str) -> str:
        """The name of an asset; its id when it has none or was not inventoried."""
        found = self.assets.get(asset_id)
        return found.name if found is not None and found.name else asset_id

    def party(self, grant: Grant) -> Party:
        """Who holds a grant. An identity that was inventoried brings its account."""
        identity = self.assets.get(grant.principal)
        return Party(grant.principal, self.of(grant.principal), grant.principal_kind, identity.account if identity else "")


def named_in(grants: Iterable[Grant], assets: Iterable[Asset]) -> Names:
    """Look-up of the names that grants need: of their principals and targets."""
    wanted = {asset_id for grant in grants for asset_id in (grant.principal, *grant.targets)}
    return Names({asset.id: asset for asset in assets if asset.id in wanted})


def rank(grant: Grant) -> tuple[bool, int, int, str, Grant]:
    """The order of grants for people: decided before undecided, worst capability first, `allowed` before `conditional`."""
    return grant.outcome == "unknown", WORST_FIRST.index(grant.capability), _OUTCOMES.index(grant.outcome), grant.principal, grant


def overview(grants: Iterable[Grant], known: Names) -> Overview:
    """Principals × capabilities, those from outside first, then by the worst that they can surely do."""
    held: dict[Party, list[Grant]] = defaultdict(list)
    outcomes: dict[Outcome, int] = dict.fromkeys(_OUTCOMES, 0)
    unread: dict[str, int] = defaultdict(int)
    assets: set[str] = set()
    for grant in grants:
        held[known.party(grant)].append(grant)
        outcomes[grant.outcome] += 1
        assets.update(grant.targets)
        for layer in grant.unread:
            unread[layer] += 1
    rows = sorted((_row(party, own) for party, own in held.items()), key=_row_key)
    parties: dict[PrincipalKind, int] = dict.fromkeys(KIND_WORDS, 0)
    for row in rows:
        parties[row.party.kind] += 1
    counted = {kind: number for kind, number in parties.items() if number}
    return Overview(tuple(rows), counted, outcomes, dict(sorted(unread.items())), len(assets))


def kinds_text(found: Overview) -> str:
    """Principals by kind: `anyone, 1 foreign account, 2 roles`."""
    return ", ".join(_counted(kind, number) for kind, number in found.parties.items())


def _counted(kind: PrincipalKind, number: int) -> str:
    if kind == "public":
        return "anyone"
    return f"{number:,} {KIND_WORDS[kind] if number == 1 else _PLURALS.get(kind, KIND_WORDS[kind] + 's')}"


def _row(party: Party, grants: Sequence[Grant]) -> PartyRow:
    cells = {}
    for capability in WORST_FIRST:
        if own := [grant for grant in grants if grant.capability is capability]:
            cells[capability] = _cell(own)
    return PartyRow(party, cells, tuple(sorted(grants, key=rank)))


def _cell(grants: Iterable[Grant]) -> Cell:
    targets: dict[Outcome, set[str]] = defaultdict(set)
    everywhere: set[Outcome] = set()
    for grant in grants:
        targets[grant.outcome].update(grant.targets)
        everywhere.update((grant.outcome,) if grant.everywhere else ())
    return Cell({outcome: len(ids) for outcome, ids in targets.items()}, frozenset(everywhere), frozenset(targets))


def _row_key(row: PartyRow) -> tuple[int, bool, int, int, int, str, Party]:
    outside = _OUTSIDE.index(row.party.kind) if row.party.kind in _OUTSIDE else len(_OUTSIDE)
    undecided, capability, outcome, _, _ = rank(row.grants[0])
    return outside, undecided, capability, outcome, -len(row.cells), row.party.name, row.party


def top_risks(rows: Iterable[PartyRow]) -> list[tuple[PartyRow, Capability]]:
    """Who from outside can do anything, and who inside can give itself more rights: each with the worst capability, undecided ones last."""
    found = []
    for row in rows:
        outside = row.party.kind in ("public", "account")
        if outside or Capability.ESCALATE in row.cells:
            worst = row.grants[0].capability if outside else Capability.ESCALATE
            found.append((row, worst))
    return found


def covers(grant: Grant, asset: Asset) -> bool:
    """Whether a grant reaches an asset. A grant over everything that names no target reaches all of its provider and account."""
    if asset.id in grant.targets:
        return True
    same = grant.provider == asset.provider and (not grant.account or not asset.account or grant.account == asset.account)
    return grant.everywhere and not grant.targets and same


def to_asset(grants: Iterable[Grant], asset: Asset) -> list[Grant]:
    """The grants that reach an asset, worst first."""
    return sorted((grant for grant in grants if covers(grant, asset)), key=rank)


def to_supports(grants: Iterable[Grant], asset: Asset) -> list[tuple[str, Grant]]:
    """The grants over what an asset leans on (its data, keys, artefacts), each with the id of that."""
    leans = sorted({relation.target for relation in asset.relations if relation.target and relation.target != asset.id})
    ranked = sorted(grants, key=rank)
    return [(target, grant) for target in leans for grant in ranked if target in grant.targets and asset.id not in grant.targets]


def of_principal(grants: Iterable[Grant], principal: str) -> list[Grant]:
    """The grants of a principal, worst first."""
    return sorted((grant for grant in grants if grant.principal == principal), key=rank)


def path_text(path: Iterable[Step]) -> str:
    """A path in one line: `group ml › policy invoke (bedrock:InvokeModel on *)`."""
    return " › ".join(f"{STEP_WORDS[step.kind]} {step.name}" + (f" ({step.says})" if step.says else "") for step in path)


def targets_text(grant: Grant, known: Names, limit: int = 3) -> str:
    """What a grant covers, in one line."""
    shown = ", ".join(known.of(target) for target in grant.targets[:limit])
    more = f" and {len(grant.targets) - limit:,} more" if len(grant.targets) > limit else ""
    if grant.everywhere:
        return f"every one of its kind (now {len(grant.targets):,}: {shown}{more})" if grant.targets else "every one of its kind"
    return f"{shown}{more}"


def find(word: str, grants: Iterable[Grant], known: Names) -> Subject:
    """What a word means: an exact id, else a name, else a glob over both. Raises UsageError for none, and for more than one."""
    subjects = _subjects(grants, known)
    for matches in (_exact, _named, _globbed):
        found = [subject for subject in subjects.values() if matches(word, subject)]
        if len(found) == 1:
            return found[0]
        if found:
            raise _ambiguous(word, found)
    spelt = {name: None for subject in subjects.values() for name in (subject.name, subject.id)}
    close = difflib.get_close_matches(word, spelt, 3, 0.6) or [name for name in spelt if word.casefold() in name.casefold()][:3]
    meant = f"did you mean {one_line(', '.join(close))}?"
    lists = "`zscan inventory --all` lists assets; `zscan access` without a name lists principals"
    why = "no principal and no asset has this id or name, and it is no target either"
    raise UsageError(f"nothing is called {word!r}", why=why, hint=meant if close else lists)


def _subjects(grants: Iterable[Grant], known: Names) -> dict[str, Subject]:
    parties = {grant.principal: known.party(grant).name for grant in grants}
    subjects = {asset.id: Subject(asset.id, asset.name, asset.id in parties, asset) for asset in known.assets.values()}
    return subjects | {party: Subject(party, name, True, known.assets.get(party)) for party, name in sorted(parties.items())}


def _exact(word: str, subject: Subject) -> bool:
    return word == subject.id


def _named(word: str, subject: Subject) -> bool:
    return word in (subject.name, *re.split("[/:]", subject.id)[-1:])


def _globbed(word: str, subject: Subject) -> bool:
    return any(sign in word for sign in "*?[") and (fnmatch.fnmatchcase(subject.name, word) or fnmatch.fnmatchcase(subject.id, word))


def _ambiguous(word: str, found: Sequence[Subject]) -> UsageError:
    kinds = ((subject.asset.type.replace("_", " ") if subject.asset else "principal", subject) for subject in found)
    listed = sorted(one_line(f"{kind} {subject.name}: {subject.id}") for kind, subject in kinds)
    more = [f"and {len(listed) - _MOST_CANDIDATES:,} more"] if len(listed) > _MOST_CANDIDATES else []
    lines = "\n       ".join([*listed[:_MOST_CANDIDATES], *more])
    return UsageError(f"{word!r} means {len(found):,} things", why=lines, hint="give the whole id of one of them")


def about(subject: Subject, grants: Sequence[Grant]) -> list[Grant]:
    """Every grant that says something about a subject: what it can do, who reaches it, who reaches what it leans on; worst first."""
    found = set(of_principal(grants, subject.id)) if subject.principal else set()
    if subject.asset is not None:
        found.update(to_asset(grants, subject.asset))
        found.update(grant for _, grant in to_supports(grants, subject.asset))
    return sorted(found, key=rank)
