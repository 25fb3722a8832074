"""Whether a model was evaluated for harm: by a finished job about it, and never known from what was not read."""

from __future__ import annotations

from typing import Any

import pytest

from zscan.derive.evaluation import derive_evaluation
from zscan.model.asset import Draft
from zscan.model.document import Document
from zscan.model.gap import Gap, gap
from zscan.model.offers import Offer
from zscan.model.source import ApiSource, Source
from zscan.model.unknown import Reason, ReasonCode, Unknown

FACT = "quality.safety_evaluated"
UNREAD = Unknown(Reason(ReasonCode.DENIED, "not authorized"))
OFFERS = {
    "Model": Offer(native_type="Model", asset_type="model", provider="aws", facts=frozenset({FACT})),
    "Job": Offer(native_type="Job", asset_type="evaluation", provider="aws", facts=frozenset({"evaluation.metrics"})),
}


class Origin:
    def at(self, path: tuple[str | int, ...]) -> Source:
        return ApiSource("call", "/".join(map(str, path)))


def draft(native_type: str, region: str = "us-east-1") -> Draft:
    body: dict[str, Any] = {}
    document = Document(
        id=native_type.lower(), native_type=native_type, name="n", provider="aws", account="1", region=region, body=body, origin=Origin()
    )
    return Draft(document, OFFERS[native_type].asset_type)


def evaluated(
    *, completed: Any = True, metrics: Any = ("Builtin.Toxicity",), about: Any = True, region: str = "", gaps: tuple[Gap, ...] = ()
) -> Any:
    model, job = draft("Model"), draft("Job", region or "us-east-1")
    job.set("evaluation.completed", completed)
    job.set("evaluation.metrics", metrics if isinstance(metrics, Unknown) else list(metrics))
    if isinstance(about, Unknown):
        job.unknown_relations["calls_model"] = about
    elif about:
        job.relate("calls_model", model.id)
    derive_evaluation({"model": model, "job": job}, gaps, OFFERS)
    return model.facts[FACT]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, True),
        ({"metrics": ("Builtin.Accuracy",)}, False),
        ({"metrics": ("Our-Safety-Score",)}, True),
        ({"completed": False}, False),
        ({"about": False}, False),
        ({"region": "eu-west-1"}, False),
    ],
)
def test_a_finished_job_about_the_model_counts(case: dict[str, Any], expected: bool) -> None:
    assert evaluated(**case) is expected


@pytest.mark.parametrize("case", [{"metrics": UNREAD}, {"completed": UNREAD}, {"about": UNREAD}])
def test_a_job_that_was_not_read_may_count(case: dict[str, Any]) -> None:
    assert isinstance(evaluated(**case), Unknown)


@pytest.mark.parametrize(("reason", "scope"), [(ReasonCode.DENIED, "aws/1/us-east-1"), (ReasonCode.OUT_OF_SCOPE, "aws/1/us-east-1")])
def test_a_history_that_was_not_read_whole_leaves_it_open(reason: ReasonCode, scope: str) -> None:
    missing = gap(scope=scope, call="bedrock:ListEvaluationJobs", reason=reason, detail="d", affects=("Job",))
    assert isinstance(evaluated(about=False, gaps=(missing,)), Unknown)
    assert evaluated(gaps=(missing,)) is True


def test_a_gap_elsewhere_changes_nothing() -> None:
    elsewhere = gap(scope="aws/1/eu-west-1", call="bedrock:ListEvaluationJobs", reason=ReasonCode.DENIED, detail="d", affects=("Job",))
    assert evaluated(about=False, gaps=(elsewhere,)) is False
