"""A history of tasks and parents to search from, and models that are better in other settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.events import (
    AttemptsAsked,
    CandidateEnded,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.domain.generator import Answer, Attempt, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Run, SandboxState, Weights
from paragen.engine.names import new_id
from paragen.files import load_task
from paragen.learn.genes import NUMBERS
from paragen.parse.recording import Recorded
from paragen.store.recorder import Recorder
from tests.cli.running import RIGHT, TASK, WRONG, Place
from tests.cli.scripts import recorded

MODEL = "small:7b"
LOW = Generator(name="low", model=MODEL, temperature=0.2)
LOWER = Generator(name="lower", model=MODEL, temperature=0.1)

Passes = Callable[[int, float], bool]
"""Whether the model passes a task of this number at this temperature."""


CLUMSY = (
    "```python\ndef double(x):\n    a = None\n"
    + "".join(f"    if x == {n}:\n        a = eval('{2 * n}')\n" for n in range(40))
    + "    return a or eval('2 * x')\n```"
)
"""It passes, and has a worse score than what is right."""


def word(number: int) -> str:
    """What stands in the prompt of the task of this number, and of no other."""
    return f"Variation <{number}>."


def script(
    tasks: int, passes: Passes, *, otherwise: str = WRONG, slow: bool = False
) -> list[Recorded]:
    """The answers of a model that does better or worse at other temperatures."""
    gene = NUMBERS["temperature"]
    temperatures = [
        round(step * gene.grain, 2) for step in range(round(gene.high / gene.grain) + 1)
    ]
    speed = {"tokens_per_s": 0.5} if slow else {}
    return [
        recorded(MODEL, otherwise, **speed),
        *(
            recorded(MODEL, RIGHT, match=word(number), temperature=temperature, **speed)
            for number in range(tasks)
            for temperature in temperatures
            if passes(number, temperature)
        ),
    ]


def tasks_of(place: Place, number: int, task_type: str = "api") -> list[Task]:
    """So many tasks of a type, as files and as they are read."""
    found = []
    for n in range(number):
        text = TASK.replace("task_type: general", f"task_type: {task_type}")
        path = place.write(
            f"tasks/t{n}.md", text.replace("`double(x)`.", f"`double(x)`. {word(n)}")
        )
        found.append(load_task(place.folder / path))
    return found


def config(url: str, *generators: Generator, more: str = "") -> str:
    """A config with comments in it."""
    sections = "".join(
        f'\n# This is {one.name}.\n[[generators]]\nname = "{one.name}"\nmodel = "{one.model}"\n'
        f"temperature = {one.temperature}   # as we found it\n"
        for one in generators
    )
    return f'# My own.\n[[hosts]]\nname = "gpu0"\nurl = "{url}"\nslots = 4\n{sections}{more}'


def record(database: Path, tasks: Iterable[Task], *played: tuple[Generator, int]) -> None:
    """Record that these played each task once: each passed the first so many of them."""
    recorder = Recorder(database, on_failure=pytest.fail)
    now = datetime.now(UTC)
    runs = {new_id(now): task for task in tasks}
    criteria = Criteria(weights=Weights(quality=0.5, speed=0.5))
    roster = tuple(instance(generator, 0, 0) for generator, _ in played)
    plans = {
        run_id: Plan(task=task, roster=roster, criteria=criteria) for run_id, task in runs.items()
    }
    session = new_id(now)
    recorder(SessionStarted(session_id=session, plans=plans))
    for number, (run_id, task) in enumerate(runs.items()):
        run = Run(
            run_id=run_id,
            session_id=session,
            task=task,
            mode="all",
            criteria=criteria,
            sandbox=SandboxState(level="full", sealed=True),
            started_at=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        )
        attempts = tuple(Attempt(id=f"c{place}", instance=one) for place, one in enumerate(roster))
        ended = tuple(
            Candidate(
                attempt=attempt,
                status=Status.PASSED if number < passes else Status.FAILED,
                host="gpu0",
                answer=Answer(text="x", decode_s=1.0, completion_tokens=10),
                code="x",
                verdict=Verdict(
                    status=Status.PASSED if number < passes else Status.FAILED, tests_total=2
                ),
                scores=Scores(evaluator=0.5, quality=0.5, speed=0.5, combined=0.5),
            )
            for attempt, (_, passes) in zip(attempts, played, strict=True)
        )
        recorder(RunStarted(run=run, planned=len(attempts)))
        recorder(AttemptsAsked(run_id=run_id, attempts=attempts))
        for candidate in ended:
            recorder(CandidateEnded(run_id=run_id, candidate=candidate))
        winner = next((one.id for one in ended if one.status is Status.PASSED), None)
        recorder(RunEnded(run=replace(run, ranking=ended, winner=winner, exit_code=0)))
    recorder.close()
