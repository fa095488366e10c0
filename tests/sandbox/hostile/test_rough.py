"""Programs that are rough on their judge: it comes to a verdict, and the next one is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paragen.domain.status import JUDGED
from tests.sandbox.hostile.attack import QUICK
from tests.sandbox.hostile.levels import CONFINED, judged, still_honest, task_of
from tests.sandbox.hostile.rough import ROUGH

pytestmark = pytest.mark.slow

_LIMITS = replace(QUICK, cpu_s=1.0, wall_s=1.5)
_GRACE_S = 3.0
_MOST_TEXT = 4000


@pytest.mark.parametrize("level", CONFINED)
@pytest.mark.parametrize("name", ROUGH)
def test_it_comes_to_a_verdict(name: str, level: str) -> None:
    program, tests = ROUGH[name]
    verdict, (ran,) = judged(level, program + "\n", task_of(tests, _LIMITS))
    assert verdict.status in JUDGED - {"passed"}, verdict
    assert verdict.sealed
    assert ran.wall_s < _LIMITS.wall_s + _GRACE_S
    for shown in (verdict.detail, *(case.detail for case in verdict.cases)):
        assert len(shown) < _MOST_TEXT
        shown.encode()  # no lone surrogates, which no database takes
        assert "\x1b" not in shown
        assert "\0" not in shown
    still_honest(level)
