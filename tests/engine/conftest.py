"""A sandbox for the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from paragen.domain.ports import Sandbox
from paragen.sandbox import open_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = open_sandbox("none", 2, unsafe=True)
    yield opened
    opened.close()
