"""Evaluation: whether a finished evaluation measured a model's harmful output or robustness.

An evaluation names its models; a model does not name its evaluations. That there was none is known only where every listing of evaluations
answered, and held the whole history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.model.asset import Draft
from zscan.model.gap import Gap
from zscan.model.offers import Offer
from zscan.model.source import FactRef
from zscan.model.unknown import Truth, Unknown, kleene_all, kleene_any

_FACT = "quality.safety_evaluated"
# Metrics about harm, bias and steadiness (Amazon Bedrock user guide, "Use metrics to understand model performance"); a metric of the
# customer's own counts by what its name says.
_SAFETY = ("toxicity", "robustness", "harmful", "stereotyp", "bias", "safety", "refusal")


def derive_evaluation(by_id: Mapping[str, Draft], gaps: Iterable[Gap], offers: Mapping[str, Offer]) -> None:
    """Add `quality.safety_evaluated` to every model whose native type offers it."""
    jobs = [draft for draft in by_id.values() if draft.type == "evaluation"]
    kinds = {native for native, offer in offers.items() if offer.asset_type == "evaluation"}
    hidden = [gap for gap in gaps if kinds.intersection(gap.affects) or "*" in gap.affects]
    for model in by_id.values():
        offer = offers.get(model.native_type)
        if offer is None or _FACT not in offer.facts:
            continue
        near = [job for job in jobs if (job.provider, job.account, job.region) == (model.provider, model.account, model.region)]
        parts = [_shows(job, model) for job in near]
        scope = f"{model.provider}/{model.account}/{model.region}"
        parts += [Unknown(gap.as_reason()) for gap in hidden if scope.startswith(gap.scope)]
        refs = [FactRef(job.id, "evaluation.metrics") for job, part in zip(near, parts, strict=False) if part is True]
        model.derive(_FACT, kleene_any(parts), "evaluation", refs)


def _shows(job: Draft, model: Draft) -> Truth:
    """Whether a job measured the model's safety."""
    edges = any(relation.kind == "calls_model" and relation.target == model.id for relation in job.relations)
    about: Truth = edges or job.unknown_relations.get("calls_model", False)
    completed = job.get("evaluation.completed")
    return kleene_all([about, False if completed is None else completed, _about_safety(job.get("evaluation.metrics"))])


def _about_safety(metrics: Any) -> Truth:
    if isinstance(metrics, Unknown):
        return metrics
    return kleene_any(name if isinstance(name, Unknown) else any(word in name.lower() for word in _SAFETY) for name in metrics or ())
