"""Who asks, and whether a policy's principal element means that one.

Source: IAM user guide, reference_policies_elements_principal and reference_policies_elements_notprincipal. Wildcards mean something only
as the whole principal; an ARN with a star names nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from zscan.iam.holds import NO, YES, Holds, both, demanded, either, negated, unknown
from zscan.iam.statements import Statement
from zscan.model.unknown import Reason, ReasonCode, Unknown

Kind: TypeAlias = Literal["user", "role", "root", "service", "federated", "federated_user", "anonymous", "account"]
_ARN_ACCOUNT = 4


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `arn` is that of the user or role, the name of a service or identity provider, `*` for the anonymous.

    A role asks in a session whose name is `session`; "" when it may have any. `account` asks for somebody of another account whose own
    policies allow it. `linked` marks a role that belongs to a service, which organisation policies do not bind.
    """

    kind: Kind
    arn: str
    account: str = ""
    session: str = ""
    linked: bool = False

    @property
    def session_arn(self) -> str:
        """The ARN of the session of a role; its path is no part of it."""
        parts = self.arn.split(":", 5)
        return f"{parts[0]}:{parts[1]}:sts::{self.account}:assumed-role/{self.arn.rsplit('/', 1)[-1]}/{self.session}"


class Named(Enum):
    """How closely a principal element names somebody: this decides which limits still bind."""

    ACCOUNT = 0  # the whole account: its own policies must allow it as well
    PRINCIPAL = 1  # the user or role
    DIRECT = 2  # the session itself, or everybody


def named(statement: Statement, principal: Principal) -> dict[Named, Holds]:
    """In which ways a statement's principal element means the principal. Without such an element nobody is meant."""
    found: dict[Named, list[Holds]] = {}
    if statement.other_principals:
        return {Named.DIRECT: negated(_listed(statement, principal))}
    for kind, value in statement.principals or ():
        way, holds = _one(kind, value, principal)
        if holds is not NO:
            found.setdefault(way, []).append(holds)
    return {way: either(parts) for way, parts in found.items()}


def meant(statement: Statement, principal: Principal) -> Holds:
    """Whether the principal element means the principal in any way."""
    return either(named(statement, principal).values())


def _one(kind: str, value: str | Unknown, principal: Principal) -> tuple[Named, Holds]:
    if isinstance(value, Unknown):
        return Named.DIRECT, unknown(value.reasons)
    if value == "*" and kind in {"AWS", "*"}:
        return Named.DIRECT, YES
    if kind == "Service":
        return Named.DIRECT, YES if principal.kind == "service" and value == principal.arn else NO
    if kind == "Federated":
        return Named.DIRECT, YES if principal.kind == "federated" and value in {principal.arn, "*"} else NO
    if kind == "CanonicalUser":
        why = Reason(ReasonCode.UNRESOLVED, "a canonical user id does not name its account")
        return Named.ACCOUNT, unknown([why]) if principal.account else NO
    return _aws(value, principal)


def _aws(value: str, principal: Principal) -> tuple[Named, Holds]:
    if principal.kind in {"service", "federated", "anonymous"}:
        return Named.DIRECT, NO
    if value == principal.account or value.split(":")[_ARN_ACCOUNT:] == [principal.account, "root"]:
        return (Named.PRINCIPAL if principal.kind == "root" else Named.ACCOUNT), YES
    if value == principal.arn:
        return (Named.DIRECT if principal.kind == "federated_user" else Named.PRINCIPAL), YES
    if principal.kind == "role" and value.startswith(principal.session_arn):
        if principal.session or value == principal.session_arn:
            return Named.DIRECT, YES if value == principal.session_arn else NO
        session = value.rsplit("/", 1)[-1]
        return Named.DIRECT, demanded(f"the session is named {session}", f"the session is not named {session}")
    return Named.ACCOUNT, NO


def _listed(statement: Statement, principal: Principal) -> Holds:
    """Whether NotPrincipal spares the principal: it and its account, and of a role the session too, have to be listed."""
    own = list(_exceptions(statement, principal))
    if not any(holds.possible for way, holds in own if way is not Named.ACCOUNT):
        return NO if principal.kind != "root" else either(holds for _, holds in own)
    if principal.kind in {"service", "federated", "anonymous"}:
        return either(holds for _, holds in own)
    account = either(holds for way, holds in own if way is Named.ACCOUNT)
    itself = either(holds for way, holds in own if way is Named.PRINCIPAL)
    session = either(holds for way, holds in own if way is Named.DIRECT)
    wanted = [account, itself, session] if principal.kind == "role" else [account, either([itself, session])]
    whole = both(wanted)
    if whole.possible:
        return whole
    return unknown([Reason(ReasonCode.UNRESOLVED, "NotPrincipal lists a principal without its account or session: what AWS does is open")])


def _exceptions(statement: Statement, principal: Principal) -> Iterator[tuple[Named, Holds]]:
    for kind, value in statement.principals or ():
        yield _one(kind, value, principal)
