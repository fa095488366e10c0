"""Fills a database with runs that were never played, for benchmarks of what reads it."""

from __future__ import annotations

import random
from pathlib import Path

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.events import CandidateEnded, RunEnded, RunStarted
from paragen.domain.generator import Answer, Attempt, Generator, Instance
from paragen.domain.status import Status
from paragen.domain.task import Task, TestCode
from paragen.domain.tournament import Criteria, Run, SandboxState, Weights
from paragen.engine.outcome import conclude
from paragen.store.recorder import Recorder

PER_RUN = 10
TEST = TestCode(source="assert f() == 1", origin="filled.md")
TYPES = ("api", "utilities", "data_processing", "general")


def fill(path: Path, *, candidates: int, seed: int = 1) -> None:
    """Record as many candidates, ten a run, through the recorder that real runs go through."""
    lots = random.Random(seed)
    generators = [
        Generator(name=f"model{n}@{t}", model=f"model{n}:7b", temperature=t)
        for n in range(5)
        for t in (0.1, 0.7)
    ]
    recorder = Recorder(path)
    for number in range(candidates // PER_RUN):
        run = Run(
            run_id=f"20260101-{number:06d}-filled",
            session_id="filled",
            task=Task(
                name=f"task{number}",
                prompt="p",
                sha256=str(number),
                tests=(TEST,),
                task_type=TYPES[number % 4],
            ),
            mode="all",
            criteria=Criteria(weights=Weights(quality=0.7, speed=0.3)),
            sandbox=SandboxState(level="none", sealed=False),
            started_at=f"2026-01-01T00:00:{number % 60:02d}Z",
        )
        board = Board(task=run.task, roster=())
        recorder(RunStarted(run=run, planned=PER_RUN))
        for position, generator in enumerate(generators):
            candidate = _candidate(f"c{position + 1}", generator, lots)
            board = board.asked((candidate.attempt,)).ended(candidate)
            recorder(CandidateEnded(run_id=run.run_id, candidate=candidate))
        ended = conclude(run, board, finish="everyone has played", wall_s=9.0, interrupted=False)
        recorder(RunEnded(run=ended))
    if recorder.failure is not None:
        raise recorder.failure
    recorder.close()


def _candidate(candidate_id: str, generator: Generator, lots: random.Random) -> Candidate:
    passed = lots.random() < 0.6
    quality, speed = lots.random(), lots.random()
    return Candidate(
        attempt=Attempt(id=candidate_id, instance=Instance(generator=generator, copy=0, seed=0)),
        status=Status.PASSED if passed else Status.FAILED,
        host="gpu0",
        answer=Answer(
            text="```python\ndef f():\n    return 1\n```",
            prompt_s=0.1,
            decode_s=5 + 10 * speed,
            completion_tokens=400,
            energy_j=1000 + 2000 * speed,
        ),
        code="def f():\n    return 1\n",
        verdict=Verdict(
            status=Status.PASSED if passed else Status.FAILED,
            tests_passed=4 if passed else 2,
            tests_total=4,
            execution_s=0.02,
            level="none",
        ),
        scores=Scores(
            evaluator=quality, quality=quality, speed=speed, combined=0.7 * quality + 0.3 * speed
        ),
        wall_s=10.0,
    )
