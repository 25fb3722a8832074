"""Facts about identities that follow from the derivation of access.

A path is stated only when it is sure: no condition on it, no layer unread that may still cut it off. That there is none is stated only when
every principal of the account was read, and no part of a policy could open one.
"""

from __future__ import annotations

from collections.abc import Sequence

from zscan.derive.access.aws_escalation import Way
from zscan.iam.evaluate import Outcome
from zscan.model.asset import Draft
from zscan.model.gap import Gap
from zscan.model.grant import Step
from zscan.model.source import FactRef
from zscan.model.unknown import Reason, ReasonCode, Unknown

PATH = "identity.effective.escalation_path"
BY = "access"
_PRINCIPALS = frozenset({"AWS::IAM::Role", "AWS::IAM::User", "*"})


def state_escalation(draft: Draft, ways: Sequence[Way], gaps: Sequence[Gap]) -> None:
    """State how the principal comes to every right."""
    sure = [way for way in ways if way.outcome is Outcome.ALLOWED and not way.unread]
    if sure:
        best = min(sure, key=lambda way: (len(way.path), way.target, way.path))
        draft.derive(PATH, [_words(step) for step in best.path], BY, [FactRef(best.target, "")])
        return
    reasons = [gap.as_reason() for gap in gaps if _PRINCIPALS & set(gap.affects) and gap.scope.startswith(f"aws/{draft.account}")]
    for way in ways:
        if way.outcome is Outcome.ALLOWED:
            reasons += [Reason(ReasonCode.OUT_OF_SCOPE, f"{name} were not read") for name in way.unread]
        elif way.outcome is Outcome.UNKNOWN:
            reasons.append(Reason(ReasonCode.UNRESOLVED, f"a policy on the way to {way.target.rsplit('/', 1)[-1]} was not read"))
    draft.derive(PATH, Unknown(*reasons) if reasons else [], BY)


def _words(step: Step) -> str:
    kind = step.kind.replace("_", " ")
    return f"{kind} {step.name}: {step.says}" if step.says else f"{kind} {step.name}"
