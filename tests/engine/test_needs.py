"""Tasks that need others: their winners' programs are shown, and can be imported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paragen.domain.errors import TaskError
from paragen.domain.events import AttemptStarted, Event, RunEnded, RunStarted, SessionStarted
from paragen.domain.generator import Answer, Request
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel, OnProgress, Sandbox
from paragen.domain.status import Status
from paragen.domain.task import Task, TestCode
from paragen.domain.tournament import Run, SandboxState
from paragen.engine.agenda import Agenda
from paragen.engine.resumed import Resumed
from paragen.engine.session import Engine
from paragen.hosts.demo import DemoHost
from paragen.parse.recording import Recorded
from tests.engine.playing import FAST, RIGHT, WRONG, Listener, engine, plan, roster, statuses

QUADRUPLE = "from double import double\n\n\ndef quadruple(x):\n    return double(double(x))\n"
OCTUPLE = (
    "from double import double\nfrom quadruple import quadruple\n\n\n"
    "def octuple(x):\n    return double(quadruple(x))\n"
)
RECORDED = (
    Recorded(model="right", match="`double(x)`", answer=RIGHT, tokens_per_s=FAST),
    Recorded(
        model="right",
        match="Write `quadruple(x)`",
        answer=f"```python\n{QUADRUPLE}```",
        tokens_per_s=FAST,
    ),
    Recorded(
        model="right",
        match="Write the function `octuple(x)`",
        answer=f"```python\n{OCTUPLE}```",
        tokens_per_s=FAST,
    ),
    Recorded(model="wrong", answer=WRONG, tokens_per_s=FAST),
)


class Asked(DemoHost):
    """A demo host that keeps what it was asked."""

    def __init__(self, *recorded: Recorded, slots: int = 4) -> None:
        super().__init__("h", recorded or RECORDED, slots)
        self.prompts: list[str] = []

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        self.prompts.append(request.messages[-1].content)
        return super().generate(request, on_progress, cancel)


def step(name: str, prompt: str, test: str, *needs: str, models: str = "right") -> Plan:
    task = Task(
        name=name,
        prompt=prompt,
        sha256=name,
        entry_point=name,
        tests=(TestCode(source=f"from solution import {name}\n{test}\n", origin="t.md"),),
    )
    return replace(plan(), task=task, roster=roster(models), needs=needs)


DOUBLE = step("double", "Write `double(x)`.", "def test_it(): assert double(2) == 4")
QUAD = step(
    "quadruple", "Write `quadruple(x)`.", "def test_it(): assert quadruple(2) == 8", "double"
)
OCT = step(
    "octuple",
    "Write the function `octuple(x)`.",
    "def test_it(): assert octuple(2) == 16",
    "quadruple",
)


def test_the_winners_program_is_shown_and_imported(sandbox: Sandbox) -> None:
    host = Asked()
    runs = engine(sandbox, host).play([OCT, QUAD, DOUBLE])
    assert [run.task.name for run in runs] == ["octuple", "quadruple", "double"], "in plan order"
    assert [run.exit_code for run in runs] == [0, 0, 0]
    assert [[module.name for module in run.task.modules] for run in runs] == [
        ["double", "quadruple"],
        ["double"],
        [],
    ]
    shown = "```python\ndef double(x):\n    return 2 * x\n```"
    assert [shown in prompt for prompt in host.prompts] == [False, True, True]


def test_a_need_without_a_winner_ends_what_needs_it_unplayed(sandbox: Sandbox) -> None:
    listener = Listener()
    failing = replace(DOUBLE, roster=roster("wrong"))
    other = plan("wrong", name="other")
    runs = engine(sandbox, Asked(), listener=listener).play([OCT, QUAD, other, failing])
    octuple, quadruple, last, double = runs
    assert statuses(double) == {"wrong": Status.FAILED}
    assert len(last.ranking) == 1
    assert quadruple.reason == "Not played: it needs double, which has no winner."
    assert octuple.reason == "Not played: it needs quadruple, which has no winner."
    for run in (octuple, quadruple):
        assert (run.exit_code, run.winner, run.ranking) == (1, None, ())
        assert run.started_at
    assert {event.run.task.name for event in listener.of(RunStarted)} == {r.task.name for r in runs}
    assert len(listener.of(RunEnded)) == 4


def test_a_circle_is_an_error_before_anything_is_said_or_sent(sandbox: Sandbox) -> None:
    listener = Listener()
    with pytest.raises(TaskError, match="wait for each other"):
        engine(sandbox, Asked(), listener=listener).play(
            [replace(DOUBLE, needs=("octuple",)), QUAD, OCT]
        )
    assert listener.events == []


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_tournaments_than_max_steps_are_played_at_once(sandbox: Sandbox, most: int) -> None:
    listener = Listener()
    plans = [plan("wrong", name=f"t{n}") for n in range(5)]
    runs = engine(sandbox, Asked(), listener=listener, max_steps=most).play(plans)
    assert [run.task.name for run in runs] == [f"t{n}" for n in range(5)]
    now = peak = 0
    for event in listener.events:
        now += isinstance(event, RunStarted) - isinstance(event, RunEnded)
        peak = max(peak, now)
    assert peak == most


@pytest.mark.parametrize("most", [1, 2])
def test_as_many_as_are_played_are_looked_forward_to(most: int) -> None:
    """An idle host may load their models, and not those of what comes much later."""
    plans = [plan("right", name=f"t{number}") for number in range(5)]
    agenda = Agenda(
        plans,
        {f"r{number}": Resumed() for number in range(5)},
        session_id="s",
        sandbox=SandboxState(level="none", sealed=False),
        max_steps=most,
    )
    assert len(agenda.open_next()) == most
    assert [one.task.name for one in agenda.upcoming] == [f"t{most + n}" for n in range(most)]


def test_the_needs_of_a_resumed_session_come_from_the_record(sandbox: Sandbox) -> None:
    plans = [DOUBLE, QUAD]
    first = engine(sandbox, Asked()).play(plans)
    record = {first[0].run_id: Resumed(run=first[0]), first[1].run_id: Resumed()}
    host = Asked()
    runs = engine(sandbox, host).play(plans, session_id=first[0].session_id, resumed=record)
    assert [run.exit_code for run in runs] == [0, 0]
    assert runs[0] == first[0]
    (prompt,) = host.prompts
    assert "def double" in prompt


def test_an_interrupt_begins_nothing_that_waits_for_others(sandbox: Sandbox) -> None:
    class Interrupting(Listener):
        playing: Engine

        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if isinstance(event, AttemptStarted):
                self.playing.interrupt()

    listener = Interrupting()
    listener.playing = engine(sandbox, Asked(), listener=listener)
    runs: tuple[Run, ...] = listener.playing.play([DOUBLE, QUAD])
    assert [run.task.name for run in runs] == ["double"]
    (session,) = listener.of(SessionStarted)
    assert len(session.plans) == 2, "the record knows what is left"
