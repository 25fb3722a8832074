"""The AWS scan: who am I, which regions, then everything that the collectors declare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from zscan.collect import Collected, Place, collectors
from zscan.collect.answers import Answer, failure, listed
from zscan.collect.journal import Journal
from zscan.collect.run import Coordinator, Progress
from zscan.collect.tasks import Identity, Task, perform
from zscan.errors import UsageError
from zscan.model.gap import Gap
from zscan.model.scan import Principal, Target
from zscan.model.unknown import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsOptions:
    """What to scan and how. No regions means every region that the account has enabled."""

    identity: Identity = field(default_factory=lambda: Identity("aws"))
    regions: tuple[str, ...] = ()
    allow_custom_endpoints: bool = False


def collect_aws(
    options: AwsOptions,
    *,
    executor: Executor,
    journal: Journal,
    work: Callable[[Task], list[Answer]] = perform,
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> Collected:
    """Scan the account of the caller. Raises CredentialsError when nobody can be signed in."""
    from zscan.collect.aws import session

    session.refuse_custom_endpoints(allowed=options.allow_custom_endpoints)
    account, arn, partition = session.who_am_i(options.identity)
    answer = session.enabled_regions(options.identity, account)
    return scan_account(account, arn, partition, answer, options=options, executor=executor, journal=journal, work=work, progress=progress)


def scan_account(  # noqa: PLR0913 (the wiring of one account's scan)
    account: str,
    arn: str,
    partition: str,
    regions_answer: Answer,
    *,
    options: AwsOptions,
    executor: Executor,
    journal: Journal,
    work: Callable[[Task], list[Answer]],
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> Collected:
    """Scan one account whose identity and regions are known (so that a recorded scan can be replayed)."""
    from zscan.collect.aws.session import REGIONS

    gaps: dict[str, Gap] = {}

    def note(gap: Gap) -> None:
        gaps[gap.id] = gap

    entries = list(listed(regions_answer, REGIONS, ("*",), note))
    enabled = sorted(str(entry["RegionName"]) for entry in entries if not isinstance(entry, Unknown))
    regions = _chosen(options.regions, enabled, complete=failure(regions_answer, REGIONS, ()) is None)
    places = [Place("aws", account, "", partition), *(Place("aws", account, region, partition) for region in regions)]
    coordinator = Coordinator(
        collectors=collectors("aws"),
        places=places,
        identity=options.identity,
        executor=executor,
        perform=work,
        journal=journal,
        progress=progress,
    )
    gathered = coordinator.run()
    gaps |= gathered.gaps
    times = sorted(answer.at for answer in journal if answer.at)
    return Collected(
        target=Target(
            kind="aws",
            label=f"aws/{account}",
            scopes=tuple(str(place) for place in places),
            complete=not any(gap.blocking for gap in gaps.values()),
            documents=gathered.documents,
        ),
        drafts=gathered.drafts,
        fragments=gathered.fragments,
        gaps=[gaps[key] for key in sorted(gaps)],
        principals=[Principal("aws", account, arn)],
        offers={collector.native_type: collector.offer("aws") for collector in collectors("aws")},
        vias=[via for collector in collectors("aws") for via in collector.via],
        collected_from=times[0] if times else "",
        collected_to=times[-1] if times else "",
    )


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
