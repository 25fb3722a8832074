"""What stands between zscan and an AWS account: endpoints, credentials, regions, permissions. Each check is plain data.

Every declared call that needs no name is made once, for one page, in the home region; calls that read one named thing are not tried.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from zscan.collect import Call, Place, collectors
from zscan.collect.answers import NOT_OFFERED, Answer
from zscan.collect.aws.accounts import Account, Selection, enter
from zscan.collect.aws.collect import AwsOptions
from zscan.collect.tasks import Identity
from zscan.errors import CredentialsError, UsageError
from zscan.model.unknown import ReasonCode

State: TypeAlias = Literal["ok", "problem", "note"]
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `permission` is the right that is missing, `hint` what to do; both are empty when all is well."""

    name: str
    state: State
    detail: str
    permission: str = ""
    hint: str = ""


def examine(options: AwsOptions) -> list[Check]:
    """Look at everything in the order in which it can go wrong; what rests on something broken is not tried."""
    from zscan.collect.aws import session

    checks = list(_endpoints(options))
    if any(check.state == "problem" for check in checks):
        return checks
    try:
        account, arn, partition = session.who_am_i(options.identity)
    except (CredentialsError, UsageError) as error:
        return [*checks, Check("credentials", "problem", ": ".join(filter(None, (error.message, error.why))), hint=error.hint)]
    source = f"profile {options.identity.profile}" if options.identity.profile else "the default credential chain"
    checks.append(Check("credentials", "ok", f"{arn} in account {account}, partition {partition}, from {source}"))
    if options.selection == Selection():
        here = options.identity
    else:
        entered, others = _accounts(options)
        checks += others
        if not entered:
            return checks
        here, account, partition = entered[0].identity, entered[0].id, entered[0].partition
    checks += _regions(session.enabled_regions(here, account), options.regions)
    home = Place("aws", account, session.session(here).home_region, partition)
    return checks + _calls(here, home)


def _accounts(options: AwsOptions) -> tuple[list[Account], list[Check]]:
    """The chosen accounts that can be entered, and a check for each account; the calls are then tried in the first of them."""
    try:
        entered, left_out = enter(options.identity, options.selection)
    except CredentialsError as error:
        return [], [Check("accounts", "problem", ": ".join(filter(None, (error.message, error.why))), hint=error.hint)]
    checks = [Check(f"account {one.id}", "ok", f"entered as {one.arn}") for one in entered]
    for gap in (gap for one in left_out for gap in one.gaps):
        name = f"account {gap.scope.removeprefix('aws/')}"
        checks.append(Check(name, "problem" if gap.blocking else "note", gap.detail, permission=gap.permission))
    return entered, checks


def _endpoints(options: AwsOptions) -> Iterator[Check]:
    from zscan.collect.aws.session import custom_endpoints

    for name, url in custom_endpoints(os.environ).items():
        allowed = options.allow_custom_endpoints
        hint = "" if allowed else "unset it, or pass --allow-custom-endpoints if this is what you want"
        yield Check("endpoint", "note" if allowed else "problem", f"{name}={url} sends calls to a host that is not AWS's", hint=hint)


def _regions(answer: Answer, wanted: Sequence[str]) -> list[Check]:
    from zscan.collect.aws.session import REGIONS

    if answer.error is not None:
        why = f"{answer.error.code}: {answer.error.message}"
        permission = REGIONS.action if answer.error.reason == ReasonCode.DENIED else ""
        return [Check("regions", "problem", why, permission=permission, hint="name the regions with --regions, or allow the call")]
    enabled = sorted(str(region["RegionName"]) for page in answer.pages for region in page.get(REGIONS.items) or ())
    missing = sorted(set(wanted) - set(enabled))
    if missing:
        return [Check("regions", "problem", f"not enabled: {', '.join(missing)}", hint=f"enabled are {', '.join(enabled)}")]
    return [Check("regions", "ok", f"{len(enabled)} enabled: {', '.join(enabled)}")]


def _calls(identity: Identity, home: Place) -> list[Check]:
    """One check for each action that can be tried, and one that says what was not."""
    from zscan.collect.aws import session

    declared = {call.id: call for collector in collectors("aws") for call in collector.calls()}
    tried = [declared[key] for key in sorted(declared) if not _names_something(declared[key].params)]
    ask = session.caller(identity)
    # No `items` means one page: what matters is whether the call is allowed, not what it lists.
    single = [replace(call, items="", page_size=0) for call in tried]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(lambda call: ask(home, call, call.params), single))
    checks = [_verdict(call, answer) for call, answer in zip(tried, answers, strict=True)]
    rest = len(declared) - len(tried)
    return [
        *checks,
        Check("calls not tried", "note", f"{rest} calls read one named thing each; a scan shows a gap for those that are refused"),
    ]


def _verdict(call: Call, answer: Answer) -> Check:
    error = answer.error
    if error is None or (error.code in call.absent and call.absent_message in error.message):
        return Check(call.id, "ok", "readable")
    if error.reason == NOT_OFFERED:
        return Check(call.id, "note", f"not offered in {answer.region}")
    if error.reason == ReasonCode.DENIED:
        hint = "`zscan permissions aws` prints a policy with everything that is needed"
        return Check(call.id, "problem", f"denied: {error.code}", permission=call.action, hint=hint)
    return Check(call.id, "problem", f"{error.reason.lower()}: {error.code}: {error.message}")


def _names_something(params: Any) -> bool:
    """Whether a parameter is a template that only a listed or referred thing can fill."""
    if isinstance(params, Mapping):
        return any(_names_something(value) for value in params.values())
    if isinstance(params, list | tuple):
        return any(_names_something(value) for value in params)
    return isinstance(params, str) and params.startswith("{") and params.endswith("}")
