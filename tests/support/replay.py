"""Recording one AWS scan over HTTP, and replaying it in process with some answers replaced."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from zscan.audit import Inventory, Policy, evaluate, take_inventory
from zscan.bundled import mappings_dir, rules_dir
from zscan.collect import Call, Collected, Place
from zscan.collect.answers import Answer, CallError
from zscan.collect.aws.accounts import Account
from zscan.collect.aws.collect import AwsOptions, collect_aws, scan_accounts
from zscan.collect.aws.session import REGIONS
from zscan.collect.journal import Journal
from zscan.collect.tasks import Identity, Recorder, Task, carry_out
from zscan.engine.load import load_ruleset
from zscan.mappings import load_frameworks
from zscan.model.scan import Scan
from zscan.model.unknown import ReasonCode

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DENIED = CallError("AccessDeniedException", "not authorized", str(ReasonCode.DENIED))


class Inline(Executor):
    """Runs each task at once, in the calling thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The process environment with everything about AWS replaced."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass(frozen=True)
class Recording:
    """A recorded scan: every answer by key, and who asked where."""

    account: str
    arn: str
    answers: Mapping[str, Answer]
    regions: Answer

    def calls(self) -> set[str]:
        """Every operation that was asked."""
        return {answer.call for answer in self.answers.values()}

    def scan(self, replaced: Callable[[Answer], Answer] = lambda answer: answer) -> Collected:
        """Collect again from the recorded answers, each passed through `replaced`."""

        def invoke(place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
            blank = Answer(place.provider, place.account, place.region, call.id, dict(params), [], None, "")
            answer = self.answers.get(blank.key)
            if answer is None:
                missing = CallError("NotRecorded", "the recorded scan did not make this call", str(ReasonCode.ERROR))
                answer = Answer(place.provider, place.account, place.region, call.id, dict(params), [], missing, "")
            return replaced(answer)

        def work(task: Task) -> list[Answer]:
            recorder = Recorder(invoke, 1e9)
            carry_out(task, recorder)
            return list(recorder.answers.values())

        entered = Account(id=self.account, arn=self.arn, identity=Identity("aws"), regions=replaced(self.regions))
        (collected,) = scan_accounts([entered], options=AwsOptions(), executor=Inline(), journal=Journal(), work=work)
        return collected


def record(env: Mapping[str, str], *, run: str) -> Recording:
    """Scan through the real SDK over HTTP and keep every answer."""
    journal = Journal()
    options = AwsOptions(identity=Identity("aws", run=run), allow_custom_endpoints=True)
    with environment(env), ThreadPoolExecutor(8) as executor:
        (collected,) = collect_aws(options, executor=executor, journal=journal)
        from zscan.collect.aws import session

        regions = session.enabled_regions(options.identity, collected.principals[0].account)
    principal = collected.principals[0]
    return Recording(principal.account, principal.identity, {answer.key: answer for answer in journal}, regions)


def denied(answer: Answer) -> Answer:
    """The answer that a missing permission would have given."""
    return Answer(answer.provider, answer.account, answer.region, answer.call, answer.params, [], DENIED, answer.at)


def judge(*collected: Collected, complete_scope: bool = False) -> Scan:
    """Judge with every rule and both frameworks that come with zscan."""
    return judge_inventory(take_inventory(collected, complete_scope=complete_scope))


def judge_inventory(inventory: Inventory, level: str = "strict") -> Scan:
    """As `judge`, for an inventory that is there already."""
    return evaluate(inventory, policy(level))


@cache
def policy(level: str = "strict") -> Policy:
    """The shipped policy at a level."""
    from zscan.engine.levels import select

    loaded = load_ruleset([rules_dir()])
    return Policy(
        rules=loaded.rules,
        chosen=select(loaded.rules, level=loaded.levels[level]),
        objectives=tuple(loaded.objectives.values()),
        frameworks=load_frameworks([mappings_dir()], loaded.objectives),
        level=level,
        now=NOW,
    )


__all__ = ["NOW", "REGIONS", "Inline", "Recording", "denied", "environment", "judge", "judge_inventory", "policy", "record"]
