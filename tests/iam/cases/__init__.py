"""Cases of AWS's documented evaluation logic. Each expected outcome was written from the page it names, before the evaluator ran on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zscan.iam.context import Context
from zscan.iam.evaluate import Policies
from zscan.iam.match import Reach, Request
from zscan.iam.principals import Principal
from zscan.iam.statements import compiled
from zscan.model.unknown import Reason, ReasonCode, Unknown

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
ORG = "https://docs.aws.amazon.com/organizations/latest/userguide/"
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/"
HOME, OTHER, THIRD, TOP = "111122223333", "444455556666", "777788889999", "000011112222"
UNREAD = Unknown(Reason(ReasonCode.DENIED, "not read"))
ANA = Principal("user", f"arn:aws:iam::{HOME}:user/ana", HOME)
APP = Principal("role", f"arn:aws:iam::{HOME}:role/team/app", HOME)
RUN = Principal("role", f"arn:aws:iam::{HOME}:role/team/app", HOME, session="run7")
ROOT = Principal("root", f"arn:aws:iam::{HOME}:root", HOME)
LINKED = Principal("role", f"arn:aws:iam::{HOME}:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForX", HOME, linked=True)
GUEST = Principal("user", f"arn:aws:iam::{OTHER}:user/gus", OTHER)
GUEST_ROLE = Principal("role", f"arn:aws:iam::{OTHER}:role/etl", OTHER)
STRANGER = Principal("account", f"arn:aws:iam::{OTHER}:root", OTHER)
NOBODY = Principal("anonymous", "*")
SAGEMAKER = Principal("service", "sagemaker.amazonaws.com")
GITHUB = Principal("federated", f"arn:aws:iam::{HOME}:oidc-provider/token.actions.githubusercontent.com", HOME)
BUCKET, OBJECT = "arn:aws:s3:::corpus", "arn:aws:s3:::corpus/train/a.csv"


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return {**allow(action, resource, **more), "Effect": "Deny"}


def to(principal: Any, action: Any = "s3:GetObject", resource: Any = f"{BUCKET}/*", **more: Any) -> dict[str, Any]:
    """A statement of a resource's policy that lets somebody in."""
    who = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    return {**allow(action, resource, **more), "Principal": who}


def refuse(principal: Any, action: Any = "s3:GetObject", resource: Any = f"{BUCKET}/*", **more: Any) -> dict[str, Any]:
    """A statement of a resource's policy that turns somebody away."""
    return {**to(principal, action, resource, **more), "Effect": "Deny"}


def without(statement: dict[str, Any], *elements: str, **more: Any) -> dict[str, Any]:
    """A statement with elements replaced."""
    return {**{key: value for key, value in statement.items() if key not in elements}, **more}


def policy(*statements: Any, version: str | None = "2012-10-17") -> dict[str, Any]:
    """A policy document."""
    return {**({"Version": version} if version else {}), "Statement": list(statements)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question. `None` is a layer that is not there; `UNREAD` one that could not be read."""

    name: str
    source: str
    expect: str
    who: Principal = ANA
    action: str = "s3:GetObject"
    what: str = OBJECT
    owner: str = HOME
    identity: Sequence[Any] = ()
    boundary: Any = None
    session: Sequence[Any] | None = None
    resource: Any = None
    must_grant: bool = False
    scp: Sequence[Sequence[Any]] = ()
    rcp: Sequence[Sequence[Any]] = ()
    context: dict[str, Any] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    reach: Reach = "one"
    conditions: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return self.name

    def request(self) -> Request:
        """The question."""
        values = {k.lower(): v if isinstance(v, Unknown | tuple) else (str(v),) for k, v in self.context.items()}
        context = Context(values, self.whole)
        return Request(self.who, self.action, self.what, self.owner, context, self.reach, frozenset({TOP}))

    def policies(self) -> Policies:
        """What answers it. A statement stands for a policy that holds nothing else."""
        return Policies(
            identity=[_compiled(f"identity-{n}", one) for n, one in enumerate(self.identity)],
            boundary=None if self.boundary is None else _compiled("boundary", self.boundary),
            session=None if self.session is None else [_compiled("session", one) for one in self.session],
            resource=None if self.resource is None else _compiled("resource", self.resource),
            must_grant=self.must_grant,
            service_control=[[_compiled("scp", one) for one in level] for level in self.scp],
            resource_control=[[_compiled("rcp", one) for one in level] for level in self.rcp],
        )


def _compiled(name: str, text: Any) -> Any:
    if isinstance(text, list):
        text = policy(*text)
    return compiled(name, policy(text) if isinstance(text, dict) and "Statement" not in text else text)
