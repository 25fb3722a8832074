"""Grants: who can do what to which AI asset, under which conditions, by which path. One vocabulary for every provider."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

Outcome: TypeAlias = Literal["allowed", "conditional", "unknown"]
PrincipalKind: TypeAlias = Literal[
    "user", "role", "service_account", "permission_set", "service", "agent", "account", "federated", "public"
]
StepKind: TypeAlias = Literal[
    "identity_policy",  # a policy of the principal itself, inline or attached
    "group",  # through membership of a group
    "resource_policy",  # the asset's own policy
    "trust",  # one principal may become another
    "pass_role",  # one principal may hand a role to something that it starts
    "boundary",  # caps what the step before it hands out, and lets this through
    "organisation",  # the organisation's policies let this through
    "escalation",  # rights by which a principal gives itself the rest
]


class Capability(StrEnum):
    """What somebody may do to AI, in the words of every report."""

    INVOKE = "invoke"
    ADMINISTER = "administer"
    CHANGE_GUARDRAILS = "change-guardrails"
    READ_MODELS = "read-models"
    READ_TRAINING_DATA = "read-training-data"
    READ_PROMPTS = "read-prompts"
    READ_LOGS = "read-logs"
    ESCALATE = "escalate"


class Step(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """One link of the path that proves a grant. `name` is the policy, group or principal; `says` the statement in short."""

    kind: StepKind
    name: str
    says: str = ""


class Grant(msgspec.Struct, frozen=True, order=True, omit_defaults=True, kw_only=True):
    """One principal's capability over assets.

    `principal` is the asset id of an inventoried identity, else what the policy names (account, service, `*`). `targets` are asset ids,
    and of models that no inventory lists the ARN, or pattern of ARNs, that the policy names. `everywhere` says that the right covers every
    asset that the capability is about, those to come included. `conditions` are the demands in readable words
    (an outcome of `conditional` has at least one); `unread` names the layers that could not be read and may still take the right away.
    """

    principal: str
    principal_kind: PrincipalKind
    capability: Capability
    outcome: Outcome
    everywhere: bool = False
    targets: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    path: tuple[Step, ...] = ()
    unread: tuple[str, ...] = ()
    account: str = ""
    provider: str = "aws"
