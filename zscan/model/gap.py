"""Gaps: what could not be read, and the permission or change that would have answered."""

from __future__ import annotations

import hashlib

import msgspec

from zscan.model.unknown import Reason, ReasonCode


class Gap(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was asked and not answered.

    `scope` says where (`aws/111122223333/eu-west-1`, a file), `call` what was asked (`sagemaker:DescribeModel`, or how a file was read),
    `permission` which right would have answered, `affects` the native types or assets that stay in the dark.
    """

    id: str
    blocking: bool
    scope: str
    call: str
    reason: ReasonCode
    detail: str = ""
    permission: str = ""
    affects: tuple[str, ...] = ()
    count: int = 1  # gaps folded into this one

    def as_reason(self) -> Reason:
        """The reason that an Unknown caused by this gap carries."""
        return Reason(self.reason, self.detail or self.call, self.id)


def internal(error: Exception, *, scope: str, what: str, affects: tuple[str, ...]) -> Gap:
    """The gap that a bug of zscan itself leaves: one thing could not be shaped, the rest of the scan goes on."""
    detail = f"internal error in shaping {what}: {type(error).__name__}: {error}"[:300]
    return gap(scope=scope, call="shape", reason=ReasonCode.ERROR, detail=detail, affects=affects)


def gap(  # noqa: PLR0913 (a record with defaults; keyword-only)
    *,
    scope: str,
    call: str,
    reason: ReasonCode,
    detail: str = "",
    permission: str = "",
    affects: tuple[str, ...] = (),
    blocking: bool | None = None,
) -> Gap:
    """A gap whose id follows from its content, so that the same gap has the same id in every run."""
    digest = hashlib.sha256("\0".join((scope, call, reason, *affects)).encode()).hexdigest()[:12]
    return Gap(f"gap-{digest}", reason.blocking if blocking is None else blocking, scope, call, reason, detail, permission, affects)
