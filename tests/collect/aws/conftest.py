"""One simulated AWS for all tests of the AWS collectors: starting it costs more than any of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.aws import AwsSim


@pytest.fixture(scope="session")
def sim() -> Iterator[AwsSim]:
    """A running simulator; a test gives it its own estate."""
    with AwsSim() as running:
        yield running
