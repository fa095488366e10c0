"""Programs that would do damage or see secrets: each can where nothing is confined, none inside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from paragen.domain.command import ScriptRun
from paragen.domain.errors import SandboxRefusal
from paragen.domain.ports import Cancel
from paragen.sandbox import describe
from tests.sandbox.hostile.attack import Harm, Seen
from tests.sandbox.hostile.catalogue import HARMS
from tests.sandbox.hostile.levels import CONFINED, judged, sandbox_of, still_honest, task_of
from tests.sandbox.hostile.stage import Stage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="these harms are Linux's"),
]

_TESTS = "from solution import f\ndef test_it():\n    assert f() == 'nothing'\n"
_SCRIPT = "\nif __name__ == '__main__':\n    print(f(), flush=True)\n"
_BARE_S = 30


_READY: list[Stage] = []


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage that nothing has happened on: one is enough for many harms that are contained."""
    if not _READY:
        _READY.append(Stage().__enter__())
    yield _READY[0]
    if _READY[0].harmed:
        _READY.pop().__exit__(None, None, None)


@pytest.fixture(scope="module", autouse=True)
def cleared() -> Iterator[None]:
    """See that no stage is left."""
    yield
    while _READY:
        _READY.pop().__exit__(None, None, None)


def _marked(sets: list[tuple[str, ...]]) -> list[object]:
    """The parameters, those of slow harms marked so."""
    return [pytest.param(*s, marks=[pytest.mark.slow] if HARMS[s[0]].slow else []) for s in sets]


@pytest.mark.parametrize("name", _marked([(n,) for n in HARMS]))
def test_it_can_be_done_where_nothing_is_confined(name: str, stage: Stage) -> None:
    harm = HARMS[name]
    if harm.root and os.geteuid() != 0:
        pytest.skip("only root can do this")
    stage.harmed = True
    program = _told(harm, stage)
    if harm.bare:
        seen = _bare(program, stage)
    else:
        seen = _run("none", "sealed", program, replace(harm, limits=harm.generous))
    if not harm.done(stage, seen) and harm.may_lack:
        pytest.skip(
            f"not even an unconfined program can do this on this kernel: {seen.text[-200:]}"
        )
    assert harm.done(stage, seen), seen.text[-2000:]


@pytest.mark.parametrize("level", CONFINED)
@pytest.mark.parametrize(("name", "way"), _marked([(n, w) for n in HARMS for w in HARMS[n].ways]))
def test_it_is_contained(name: str, way: str, level: str, stage: Stage) -> None:
    harm = HARMS[name]
    try:
        seen = _run(level, way, _told(harm, stage), harm)
    except SandboxRefusal:
        assert level == "filters"  # which can't bound files or processes, and says so
        assert harm.limits.disk_bytes or harm.limits.processes
        return
    stage.harmed = harm.done(stage, seen)
    if harm.name == "threads" and any("their threads" in n for n in describe(level).leaves_open):
        return
    assert not stage.harmed, seen.text[-2000:]
    still_honest(level)


def _told(harm: Harm, stage: Stage) -> str:
    """The program, with what it needs to know of its surroundings."""
    return f"S = {stage.facts()!r}\n{harm.program}"


def _run(level: str, way: str, program: str, harm: Harm) -> Seen:
    if way == "script":
        command = ScriptRun(
            program=program + _SCRIPT, language="python", stdin="", limits=harm.limits
        )
        one = sandbox_of(level).run(command, Cancel())
        return Seen(text=f"{one.stdout}\n{one.stderr}\n{one.detail}", status=str(one.ending))
    task = replace(task_of(_TESTS, harm.limits), sealed=way == "sealed")
    verdict, ran = judged(level, program, task)
    outputs = "\n".join(f"{one.stdout}\n{one.stderr}\n{one.detail}" for one in ran)
    details = "\n".join(case.detail for case in verdict.cases)
    return Seen(text=f"{outputs}\n{details}\n{verdict.detail}", status=str(verdict.status))


def _bare(program: str, stage: Stage) -> Seen:
    """What the program does in a plain child process, with this process's environment."""
    ran = subprocess.run(
        [sys.executable, "-c", program + _SCRIPT], capture_output=True, text=True, check=False,
        timeout=_BARE_S, env={**os.environ, "SECRET": stage.loot}, cwd=stage.directory,
    )  # fmt: skip
    return Seen(text=ran.stdout + ran.stderr)
