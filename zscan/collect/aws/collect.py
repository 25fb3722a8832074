"""The AWS scan: who am I, which accounts, which regions, then everything that the collectors declare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from zscan.collect import Collected, Place, collectors
from zscan.collect.answers import Answer, failure, listed
from zscan.collect.aws.accounts import Account, Selection, enter
from zscan.collect.journal import Journal
from zscan.collect.run import Coordinator, Gathered, Progress
from zscan.collect.tasks import Identity, Task, perform
from zscan.errors import UsageError
from zscan.model.gap import Gap
from zscan.model.scan import Principal, Target
from zscan.model.unknown import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsOptions:
    """What to scan and how. No regions means every region that an account has enabled."""

    identity: Identity = field(default_factory=lambda: Identity("aws"))
    selection: Selection = field(default_factory=Selection)
    regions: tuple[str, ...] = ()
    allow_custom_endpoints: bool = False


def collect_aws(
    options: AwsOptions,
    *,
    executor: Executor,
    journal: Journal,
    work: Callable[[Task], list[Answer]] = perform,
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> list[Collected]:
    """Scan the account of the caller, or the accounts that were chosen: one result for each, those that could not be entered included.

    Raises CredentialsError when nobody can be signed in.
    """
    from zscan.collect.aws import session

    session.refuse_custom_endpoints(allowed=options.allow_custom_endpoints)
    accounts, left_out = enter(options.identity, options.selection)
    found = scan_accounts(accounts, options=options, executor=executor, journal=journal, work=work, progress=progress)
    return [*found, *left_out]


def scan_accounts(  # noqa: PLR0913 (the wiring of a scan; keyword-only)
    accounts: Sequence[Account],
    *,
    options: AwsOptions,
    executor: Executor,
    journal: Journal,
    work: Callable[[Task], list[Answer]],
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> list[Collected]:
    """Scan accounts whose identity and regions are known (so that a recorded scan can be replayed), all together."""
    gaps: dict[str, Gap] = {}
    places = [place for account in accounts for place in _places(account, options.regions, lambda gap: gaps.update({gap.id: gap}))]
    coordinator = Coordinator(
        collectors=collectors("aws"),
        places=places,
        identities={account.id: account.identity for account in accounts},
        executor=executor,
        perform=work,
        journal=journal,
        progress=progress,
    )
    gathered = coordinator.run()
    gathered.gaps |= gaps
    times = _times(journal)
    return [_collected(account, places, gathered, times.get(account.id, [])) for account in accounts]


def _places(account: Account, wanted: Sequence[str], note: Callable[[Gap], None]) -> list[Place]:
    """The account itself, and its regions."""
    from zscan.collect.aws.session import REGIONS

    entries = list(listed(account.regions, REGIONS, ("*",), note))
    enabled = sorted(str(entry["RegionName"]) for entry in entries if not isinstance(entry, Unknown))
    regions = _chosen(wanted, enabled, complete=failure(account.regions, REGIONS, ()) is None)
    return [Place("aws", account.id, region, account.partition) for region in ("", *regions)]


def _collected(account: Account, places: Sequence[Place], gathered: Gathered, times: Sequence[str]) -> Collected:
    """What belongs to one account."""
    gaps = [gap for _, gap in sorted(gathered.gaps.items()) if gap.scope.split("/")[1:2] == [account.id]]
    return Collected(
        target=Target(
            kind="aws",
            label=f"aws/{account.id}",
            scopes=tuple(str(place) for place in places if place.account == account.id),
            complete=not any(gap.blocking for gap in gaps),
            documents=gathered.documents[account.id],
        ),
        drafts=[draft for draft in gathered.drafts if draft.account == account.id],
        fragments=[fragment for fragment in gathered.fragments if fragment.account == account.id],
        gaps=gaps,
        principals=[Principal("aws", account.id, account.arn)],
        offers={collector.native_type: collector.offer("aws") for collector in collectors("aws")},
        vias=[via for collector in collectors("aws") for via in collector.via],
        collected_from=times[0] if times else "",
        collected_to=times[-1] if times else "",
    )


def _times(journal: Journal) -> dict[str, list[str]]:
    """First and last time at which each account answered."""
    found: dict[str, list[str]] = {}
    for account, at in journal.times():
        first, last = found.get(account, [at, at])
        found[account] = [min(first, at), max(last, at)]
    return found


def _chosen(wanted: Sequence[str], enabled: Sequence[str], *, complete: bool) -> list[str]:
    """The regions to scan. Without a readable list of regions, only those that the user named can be scanned."""
    unknown = sorted(set(wanted) - set(enabled))
    if unknown and complete:
        raise UsageError(
            f"region not enabled in this account: {', '.join(unknown)}",
            why=f"enabled are: {', '.join(enabled)}",
            hint="check the spelling, or enable the region first",
        )
    return sorted(set(wanted)) if wanted else list(enabled)
