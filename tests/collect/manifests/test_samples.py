# ruff: noqa: E501 (documents in one line each)
"""Published manifests of 40 projects: nothing raises, every offer is kept, and the inventory is as counted."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.collect.manifests.estate import assert_offers_kept
from tests.conftest import NO_SHARED
from zscan.collect.manifests.collect import collect_path
from zscan.derive.access.kubernetes import derive_access
from zscan.derive.exposure import derive_exposure
from zscan.link import link

SAMPLES = Path(os.environ.get("ZSCAN_SHARED", "/nonexistent")) / "samples" / "manifests"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=NO_SHARED)

COUNTS = {
    "agent": 20, "ai_client": 10, "endpoint": 220, "feature_store": 13, "firewall": 19, "gateway": 52, "identity": 37, "ml_app": 62, "model": 29,
    "namespace": 27, "notebook": 1, "route": 401, "secret": 45, "tool_server": 60, "training_job": 35, "vector_store": 56, "volume": 17,
}  # fmt: skip


@pytest.mark.parametrize("complete", [False, True])
def test_every_sample(complete: bool) -> None:
    before = time.process_time()
    collected = collect_path(SAMPLES, base=SAMPLES, complete=complete)
    by_id = link(collected.drafts)
    derive_exposure(by_id, collected.fragments, complete=complete, gaps=collected.gaps)
    derive_access(by_id, collected.fragments, complete=complete, gaps=collected.gaps)
    assert time.process_time() - before < 5
    assert_offers_kept(collected, by_id)
    assert Counter(draft.type for draft in by_id.values()) == COUNTS
    assert len(by_id) == len(collected.drafts)
    assert len(collected.gaps) == 7
    assert {gap.reason for gap in collected.gaps} == {"UNPARSABLE"}


def test_two_runs_are_equal() -> None:
    def run() -> list[object]:
        collected = collect_path(SAMPLES, base=SAMPLES)
        by_id = link(collected.drafts)
        derive_exposure(by_id, collected.fragments, complete=False, gaps=collected.gaps)
        return [draft.freeze() for draft in by_id.values()]

    assert run() == run()
