"""Wrong programs that want not to be judged: each is, and it counts against them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paragen.domain.status import JUDGED
from paragen.domain.task import Example, Task
from tests.sandbox.hostile.hiding import HIDING, Hiding
from tests.sandbox.hostile.levels import CONFINED, judged, still_honest, task_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("level", CONFINED)
@pytest.mark.parametrize("name", HIDING)
def test_it_is_judged(name: str, level: str) -> None:
    hiding = HIDING[name]
    if level == "filters" and (hiding.limits.processes or hiding.limits.disk_bytes):
        pytest.skip("this level can't bound these, and refuses tasks that want them")
    task = _task(hiding)
    verdict, _ran = judged(level, hiding.program, task)
    assert verdict.status in JUDGED - {"passed"}, verdict
    assert verdict.sealed
    still_honest(level)


def _task(hiding: Hiding) -> Task:
    if not hiding.script:
        return task_of(hiding.tests, hiding.limits)
    example = Example(name="it", stdin="", stdout="nothing\n")
    return replace(task_of("", hiding.limits), examples=(example,))
