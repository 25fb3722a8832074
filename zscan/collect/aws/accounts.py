"""Which accounts a scan enters, and as whom.

Without a selection it is the caller's own. Other accounts are entered by becoming a role there; the caller's own needs none. An account
that cannot be entered is not assessed, with the reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec

from zscan.collect import Collected
from zscan.collect.answers import Answer
from zscan.collect.aws.organization import Members, members
from zscan.collect.tasks import Identity, Role
from zscan.errors import CredentialsError, UsageError
from zscan.model.gap import Gap, gap
from zscan.model.scan import Target
from zscan.model.unknown import ReasonCode

DEFAULT_ROLE = "zscan-audit"
_AT_ONCE = 8
_ACCOUNT_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which accounts. `role` is a name, with or without a path, or an ARN, which names its account."""

    organization: bool = False
    units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    role: str = ""
    external_id: str = ""
    session_name: str = "zscan"
    session_seconds: int = 3600

    def check(self) -> None:
        """Raise UsageError for what cannot be meant."""
        if self.units and not self.organization:
            raise UsageError("--ou chooses within an organisation", hint="add --org")
        wrong = [account for account in self.accounts if len(account) != _ACCOUNT_DIGITS or not account.isdecimal()]
        if wrong:
            raise UsageError(
                f"not an account number: {', '.join(wrong)}", why="AWS accounts have twelve digits", hint="quote leading zeros"
            )
        if self.role.startswith("arn:") and (self.organization or self.accounts):
            raise UsageError(
                "--assume-role names one account's role, but several accounts are asked for", hint="give the role's name alone"
            )
        if self.external_id and not (self.role or self.organization or self.accounts):
            raise UsageError("--external-id without a role to assume", hint="add --assume-role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that was entered: who the scan is there, and the answer about its regions."""

    id: str
    arn: str
    identity: Identity
    regions: Answer
    partition: str = "aws"


def enter(identity: Identity, selection: Selection) -> tuple[list[Account], list[Collected]]:
    """Sign in to every chosen account. Raises CredentialsError when the caller is nobody, or no account at all could be entered."""
    selection.check()
    if selection.role and not selection.organization and not selection.accounts:
        role = selection.role if selection.role.startswith("arn:") else _arn(selection.role, *_whereabouts(identity))
        return [_sign_in(_as_role(identity, role, selection))], []
    if not selection.organization and not selection.accounts:
        return [_sign_in(identity)], []
    own, partition = _whereabouts(identity)
    chosen = _chosen(identity, own, selection)
    roles = {
        number: identity if number == own else _as_role(identity, _arn(selection.role or DEFAULT_ROLE, number, partition), selection)
        for number in sorted(chosen.names)
    }
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(_try, roles.values()))
    entered = [one for one in results if isinstance(one, Account)]
    errors = {number: one for number, one in zip(roles, results, strict=True) if isinstance(one, CredentialsError)}
    if errors and not entered:
        raise next(iter(errors.values()))
    left_out = [_not_entered(number, error) for number, error in errors.items()]
    return entered, [*left_out, *_unlisted(chosen, own)]


def _chosen(identity: Identity, own: str, selection: Selection) -> Members:
    if not selection.organization:
        return Members(names={number: number for number in selection.accounts})
    from zscan.collect import Place
    from zscan.collect.aws import session

    place = Place("aws", own)
    found = members(
        lambda call, params: session.session(identity).call(place, call, params), units=selection.units, accounts=selection.accounts
    )
    if not found.names and not found.gaps:
        raise UsageError("no active account in what was chosen", hint="check --ou and --accounts")
    if not found.names:
        found.names = {own: own}  # the list was refused: the gap says so, and the own account is better than nothing
    return found


def _whereabouts(identity: Identity) -> tuple[str, str]:
    from zscan.collect.aws import session

    account, _, partition = session.who_am_i(identity)
    return account, partition


def _as_role(identity: Identity, arn: str, selection: Selection) -> Identity:
    role = Role(arn, selection.external_id, selection.session_name, selection.session_seconds)
    return msgspec.structs.replace(identity, role=role)


def _arn(role: str, account: str, partition: str) -> str:
    return f"arn:{partition}:iam::{account}:role/{role.strip('/')}"


def _try(identity: Identity) -> Account | CredentialsError:
    try:
        return _sign_in(identity)
    except CredentialsError as error:
        return error


def _sign_in(identity: Identity) -> Account:
    from zscan.collect.aws import session

    account, arn, partition = session.who_am_i(identity)
    return Account(id=account, arn=arn, identity=identity, regions=session.enabled_regions(identity, account), partition=partition)


def _not_entered(number: str, error: CredentialsError) -> Collected:
    """An account whose role could not be assumed: nothing of it is assessed."""
    from zscan.collect.aws.session import SignInError

    reason = (
        ReasonCode(error.cause.reason) if isinstance(error, SignInError) and error.cause.reason in set(ReasonCode) else ReasonCode.ERROR
    )
    permission = "sts:AssumeRole" if reason is ReasonCode.DENIED else ""
    missing = gap(scope=f"aws/{number}", call="sts:AssumeRole", reason=reason, detail=error.why, permission=permission, affects=("*",))
    return _without(f"aws/{number}", [missing])


def _unlisted(chosen: Members, own: str) -> Sequence[Collected]:
    """What the organisation holds and the scan did not enter: lists that were refused, and accounts that are closed."""
    notes: list[Gap] = [
        gap(
            scope=f"aws/{number}",
            call="organizations:ListAccounts",
            reason=ReasonCode.OUT_OF_SCOPE,
            detail="the account is not active: nothing in it can be read",
            affects=("*",),
        )
        for number in chosen.closed
    ]
    found = [_without(one.scope, [one], complete=True) for one in notes]
    return [*found, _without(f"aws/{own}/organization", chosen.gaps)] if chosen.gaps else found


def _without(label: str, gaps: list[Gap], *, complete: bool = False) -> Collected:
    return Collected(target=Target(kind="aws", label=label, complete=complete), gaps=gaps)
