"""What tests of the sandbox share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.harness import PLACES, running


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs a test with its programs beside their tests, and once more with them apart."""
    with running(request.param):
        yield request.param
