"""Wrong programs that want to be passed: each fools a harness, and no sealed verdict."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from paragen.domain.status import JUDGED
from paragen.domain.task import Task, TestKind
from tests.sandbox.hostile.attack import Fools, Forgery
from tests.sandbox.hostile.catalogue import FORGERIES
from tests.sandbox.hostile.credulous import convinced
from tests.sandbox.hostile.levels import CONFINED, judged, still_honest, task_of

_NAIVE_S = 20
_IMPORT = re.compile(r"^from solution import .*\n", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORGERIES)
def test_it_works_where_nothing_is_sealed(name: str) -> None:
    forgery = _available(FORGERIES[name])
    if sys.version_info < forgery.since:
        pytest.skip("needs a newer Python")
    if forgery.fools is Fools.UNCONFINED:
        verdict, _ = judged("none", forgery.program, _task(forgery))
        assert verdict.status == "passed", verdict
        assert not verdict.sealed
    elif forgery.fools is Fools.CREDULOUS:
        assert convinced(forgery.program)
    else:
        assert _fooled(forgery)


@pytest.mark.parametrize("level", CONFINED)
@pytest.mark.parametrize("name", FORGERIES)
def test_it_forges_no_sealed_verdict(name: str, level: str) -> None:
    forgery = _available(FORGERIES[name])
    task = _task(forgery)
    verdict, _ = judged(level, forgery.program, task)
    assert verdict.status in JUDGED - {"passed"}, verdict
    assert verdict.sealed, verdict.unsealed_because
    assert verdict.level == level
    still_honest(level)


def _available(forgery: Forgery) -> Forgery:
    """The forgery; skips where a package that it needs isn't installed."""
    for package in forgery.packages:
        pytest.importorskip(package)
    return forgery


def _task(forgery: Forgery) -> Task:
    return task_of(forgery.tests, forgery.limits, forgery.kind, packages=forgery.packages)


def _fooled(forgery: Forgery) -> bool:
    """Whether a harness is fooled that runs both in one process and believes how it ends."""
    tests = forgery.tests
    if forgery.kind is TestKind.DOCTEST:
        tests = (
            f"import doctest\ntest = doctest.DocTestParser().get_doctest({tests!r}, globals(), "
            "'t', 't', 0)\nassert not doctest.DocTestRunner().run(test).failed\n"
        )
    whole = _IMPORT.sub(lambda _: forgery.program, tests, count=1)
    whole = _IMPORT.sub("", whole) if whole != tests else f"{forgery.program}\n{tests}"
    calls = [line[4:-3] for line in tests.splitlines() if line.startswith("def test")]
    whole = "\n".join([whole, *(f"{call}()" for call in calls)])
    ran = subprocess.run(
        [sys.executable, "-I", "-c", whole],
        capture_output=True, text=True, check=False, timeout=_NAIVE_S,
    )  # fmt: skip
    if forgery.fools is Fools.EXIT_CODE:
        return ran.returncode == 0
    return "PASSED" in ran.stdout
