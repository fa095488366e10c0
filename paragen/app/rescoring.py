"""A recorded run decided again from its stored answers: no host is asked, nothing is recorded."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paragen.app.choices import Choices, configured
from paragen.app.sandboxes import open_chosen
from paragen.domain.board import Board
from paragen.domain.candidate import NOT_JUDGED_KIND, Candidate, Fault, Verdict
from paragen.domain.errors import InterruptedRunError, ParagenError
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import JUDGED, MODEL_OUTCOMES, Status
from paragen.domain.task import Task
from paragen.domain.tournament import Run, Weights
from paragen.engine.outcome import conclude
from paragen.files import load_more_tests, load_task
from paragen.judge.score import scores
from paragen.modes import decide, find_mode
from paragen.parse.answer import Extraction, extract

if TYPE_CHECKING:
    from paragen.store.resume import UnfinishedRun

ANSWERED = MODEL_OUTCOMES | {Status.NOT_JUDGED}
"""How candidates end whose answer is whole."""


class Rescoring:
    """A run to be decided again, by other weights or other tests."""

    def __init__(
        self,
        run: Run,
        *,
        planned: UnfinishedRun | None = None,
        weights: Weights | None = None,
        tests: Sequence[Path] = (),
    ) -> None:
        """Read the tests; raises TaskError.

        A task file among them stands for the whole recorded task but its prompt; other files hold
        further tests. `planned` is the same run with its plan, where that is on record: by it, what
        the run's mode rested its end on is found again.
        """
        self._run = run
        self._planned = planned
        self._criteria = run.criteria if weights is None else replace(run.criteria, weights=weights)
        self._task = _task_with(run.task, tests)
        self._other_tests = bool(tests)
        self._cancel = Cancel()

    def rescore(self, choices: Choices, warn: Callable[[str], None] | None = None) -> Run:
        """The run with new scores, ranking, winner and reason.

        Verdicts stay as they are. Only where the tests are others, or a program is taken from its
        answer in another way than when it was judged, it is judged, in the sandbox. Raises
        SandboxUnavailableError, InterruptedRunError.
        """
        if not self._run.ranking:  # it wasn't played, and says why
            return replace(self._run, task=self._task, criteria=self._criteria)
        programs = {c.id: self._program(c) for c in self._run.ranking if _has_answered(c)}
        to_judge = [c for c in self._run.ranking if self._is_open(c, programs)]
        judged = self._judge(to_judge, programs, choices, warn) if to_judge else {}
        candidates = [
            self._scored(judged.get(c.id, c)) if c.id in programs else c for c in self._run.ranking
        ]
        board, among = self._decided(candidates)
        run = replace(self._run, task=self._task, criteria=self._criteria)
        return conclude(
            run, board, finish=run.finish, wall_s=run.wall_s, interrupted=False, among=among
        )

    def interrupt(self) -> None:
        """End every program that runs, and start no more."""
        self._cancel.throw()

    def abandon(self) -> None:
        """End every process of the sandbox at once."""
        from paragen.sandbox import kill_all

        kill_all()

    def _decided(self, candidates: Sequence[Candidate]) -> tuple[Board, tuple[str, ...]]:
        """The board at the end, and the candidates on which the mode rests its end, if any."""
        planned = self._planned
        if planned is None:
            board = Board(task=self._task, roster=(), criteria=self._criteria)
            return _after(board.asked(c.attempt for c in candidates), candidates), ()
        plan, now = planned.plan, {c.id: c for c in candidates}
        board = replace(plan.board, task=self._task, criteria=self._criteria)
        board = board.asked(planned.attempts)
        board = _after(board, [now[c.id] for c in planned.candidates if c.id in now])
        step = decide(find_mode(plan.mode, plan.mode_options), board, plan.budget)
        return board, step.among if step.finish is not None else ()

    def _program(self, candidate: Candidate) -> Extraction:
        """The program in a candidate's answer, as it is found today."""
        assert candidate.answer is not None
        task = self._task
        return extract(candidate.answer.text, entry_point=task.entry_point, prompt=task.prompt)

    def _is_open(self, candidate: Candidate, programs: Mapping[str, Extraction]) -> bool:
        """Whether the verdict that is on record doesn't hold any more."""
        program = programs.get(candidate.id)
        return program is not None and (self._other_tests or program.code != candidate.code)

    def _judge(
        self,
        candidates: Sequence[Candidate],
        programs: Mapping[str, Extraction],
        choices: Choices,
        warn: Callable[[str], None] | None,
    ) -> dict[str, Candidate]:
        """The candidates with new verdicts, by id."""
        from paragen.settings import SandboxOptions

        options = configured(choices).sandbox if choices.config else SandboxOptions()
        sandbox = open_chosen(options, choices, warn)
        try:
            with ThreadPoolExecutor(sandbox.workers) as pool:
                judged = pool.map(
                    lambda c: self._with_verdict(c, programs[c.id], sandbox), candidates
                )
                found = {candidate.id: candidate for candidate in judged}
        finally:
            sandbox.close()
        if self._cancel.thrown:
            raise InterruptedRunError("Interrupted before all programs were judged.")
        return found

    def _with_verdict(
        self, candidate: Candidate, program: Extraction, sandbox: Sandbox
    ) -> Candidate:
        from paragen.sandbox.judge import judge_program

        verdict = Verdict(status=Status.NO_CODE, detail=program.note)
        measures: Mapping[str, float] = {}
        if program.code is not None:
            verdict, measures = judge_program(self._task, program.code, sandbox, self._cancel)
        unjudged = verdict.status is Status.NOT_JUDGED
        return replace(
            candidate,
            status=verdict.status,
            code=program.code,
            verdict=verdict,
            measures=measures,
            error=Fault(kind=NOT_JUDGED_KIND, message=verdict.detail) if unjudged else None,
        )

    def _scored(self, candidate: Candidate) -> Candidate:
        """The candidate with the scores that the criteria of now give it."""
        verdict, answer, code = candidate.verdict, candidate.answer, candidate.code
        if candidate.status not in JUDGED or verdict is None or answer is None or code is None:
            return replace(candidate, scores=None)
        found = scores(self._task, code, verdict, candidate.measures, answer, self._criteria)
        return replace(candidate, scores=found)


def recorded(history: sqlite3.Connection, reference: str) -> tuple[Run, UnfinishedRun | None]:
    """A run on record, and the same with its plan, where that is on record too.

    Raises RunNotFoundError, StoreError.
    """
    from paragen.store.queries import find_run, load_run
    from paragen.store.resume import unfinished

    run = load_run(history, find_run(history, reference))
    try:
        session = unfinished(history, run.run_id, ended=True)
    except ParagenError:  # of an older version, or it is being played
        return run, None
    runs = session.runs if session is not None else ()
    return run, next((one for one in runs if one.run_id == run.run_id), None)


def _after(board: Board, candidates: Iterable[Candidate]) -> Board:
    for candidate in candidates:
        board = board.ended(candidate)
    return board


def _has_answered(candidate: Candidate) -> bool:
    return candidate.answer is not None and candidate.status in ANSWERED


def _task_with(task: Task, tests: Sequence[Path]) -> Task:
    """The task with other tests; its digest tells it from the one that was played."""
    more = [path for path in tests if path.suffix != ".md"]
    for path in tests:
        if path.suffix == ".md":
            task = replace(
                load_task(path), prompt=task.prompt, needs=task.needs, modules=task.modules
            )
    found, examples = load_more_tests(more)
    if not more:
        return task
    task = replace(task, tests=(*task.tests, *found), examples=(*task.examples, *examples))
    digest = hashlib.sha256(repr((task.sha256, task.tests, task.examples)).encode()).hexdigest()
    return replace(task, sha256=digest)
