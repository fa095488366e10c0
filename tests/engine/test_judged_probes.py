"""Judging with probe inputs: what a candidate's program answered stands beside its verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.command import Command, Ending, Ran, ScriptRun, TestRun
from paragen.domain.errors import SandboxFault
from paragen.domain.generator import Answer, Attempt, Generator, Instance
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import Status
from paragen.domain.task import Limits, Module, Task, TestCode
from paragen.domain.tournament import Criteria, SandboxState, Weights
from paragen.engine.candidates import judged
from tests.sandbox.harness import sandbox

ATTEMPT = Attempt(
    id="c1", instance=Instance(generator=Generator(name="g", model="m"), copy=0, seed=0)
)
TASK = Task(
    name="t",
    prompt="p",
    sha256="0",
    entry_point="double",
    tests=(TestCode(source="assert double(2) == 4\n", origin="task.md"),),
    limits=Limits(cpu_s=1, wall_s=6, scales=False),
)
PROBES = ("double(3)", "double('a')")


class Watched:
    """A sandbox that counts the scripts it runs, and may fail at them."""

    def __init__(self, fails: bool = False, ending: Ending | None = None) -> None:
        self.scripts = 0
        self._fails = fails
        self._ending = ending

    state = SandboxState(level="none", sealed=False)
    workers = 1

    def run(self, command: Command, cancel: Cancel) -> Ran:
        if isinstance(command, ScriptRun):
            self.scripts += 1
            if self._fails:
                raise SandboxFault("it is too late")
            if self._ending is not None:
                return Ran(ending=self._ending)
        return sandbox().run(command, cancel)

    def close(self) -> None:
        pass


def judge(
    code: str,
    where: Sandbox | None = None,
    task: Task = TASK,
    probes: tuple[str, ...] = PROBES,
    cancel: Cancel | None = None,
) -> Candidate:
    return judged(
        task=task,
        criteria=Criteria(weights=Weights(quality=1, speed=0)),
        attempt=ATTEMPT,
        host="h",
        answer=Answer(text=f"```python\n{code}```\n" if code else "I can't."),
        sandbox=where or sandbox(),
        cancel=cancel or Cancel(),
        started=0.0,
        probes=probes,
    )


RIGHT = "def double(x):\n    return x * 2\n"
WRONG = "def double(x):\n    return x\n"


def test_what_a_program_answered_stands_beside_its_verdict() -> None:
    right, wrong = judge(RIGHT), judge(WRONG)
    assert (right.status, right.outputs) == (Status.PASSED, ("6", "'aa'"))
    assert (wrong.status, wrong.outputs) == (Status.FAILED, ("3", "'a'"))


def test_nothing_is_asked_without_probes() -> None:
    watched = Watched()
    assert judge(RIGHT, watched, probes=()).outputs is None
    assert watched.scripts == 0


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("", Status.NO_CODE),
        ("import os\nos._exit(3)\n", Status.CRASHED),
        ("while True:\n    pass\n", Status.TIMEOUT),
    ],
)
def test_a_program_that_was_not_run_to_its_end_is_not_asked(code: str, status: Status) -> None:
    watched = Watched()
    candidate = judge(code, watched)
    assert (candidate.status, candidate.outputs, watched.scripts) == (status, None, 0)


@pytest.mark.parametrize("where", [Watched(fails=True), Watched(ending=Ending.CANCELLED)])
def test_a_probe_run_never_changes_the_verdict(where: Watched) -> None:
    plain, probed = judge(RIGHT, probes=()), judge(RIGHT, where)
    assert where.scripts > 0
    assert probed.outputs is None
    assert (probed.status, probed.error) == (plain.status, plain.error) == (Status.PASSED, None)
    assert probed.verdict is not None
    assert plain.verdict is not None
    assert probed.verdict.cases == plain.verdict.cases


def test_nobody_is_asked_after_the_end() -> None:
    cancel, watched = Cancel(), Watched()
    cancel.throw()
    candidate = judge(RIGHT, watched, cancel=cancel)
    assert (candidate.status, candidate.outputs, watched.scripts) == (Status.CANCELLED, None, 0)


def test_programs_and_probes_have_the_modules_of_earlier_steps() -> None:
    steps = replace(TASK, modules=(Module(name="factor", source="TWO = 2\n"),))
    program = "from factor import TWO\n\ndef double(x):\n    return x * TWO\n"
    assert judge(program).status is Status.FAILED
    candidate = judge(program, task=steps)
    assert (candidate.status, candidate.outputs) == (Status.PASSED, ("6", "'aa'"))


def test_a_module_that_would_hide_another_is_nobodys_failure() -> None:
    steps = replace(TASK, modules=(Module(name="json", source=""),))
    candidate = judge(RIGHT, task=steps)
    assert candidate.status is Status.NOT_JUDGED
    assert candidate.error is not None
    assert "the standard library has a module of that name" in candidate.error.message


def test_every_kind_of_check_passes_the_modules_on() -> None:
    seen: list[TestRun | ScriptRun] = []

    class Listening(Watched):
        def run(self, command: Command, cancel: Cancel) -> Ran:
            if isinstance(command, TestRun | ScriptRun):
                seen.append(command)
            return super().run(command, cancel)

    module = Module(name="factor", source="")
    judge(RIGHT, Listening(), task=replace(TASK, modules=(module,)))
    judge(RIGHT, Listening(), task=replace(TASK, tests=(), modules=(module,)))
    assert len(seen) == 4
    assert all(command.modules == (module,) for command in seen)
