"""Samples of a suite's problems, judged: what `evaluate_functional_correctness` does, sandboxed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from paragen.app.choices import Choices, configured
from paragen.app.lines import Lines
from paragen.app.results import Results, identity_of, result_fields
from paragen.app.sandboxes import open_chosen
from paragen.app.suite_tasks import SuiteTasks
from paragen.app.suites import Suite
from paragen.domain.candidate import Verdict
from paragen.domain.errors import InterruptedRunError, SandboxFault, TaskError, UsageError
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import Status
from paragen.judge.tally import SampleResult, SuiteResult, Tally
from paragen.parse.suites.record import Record
from paragen.sandbox.judge import judge_program

PROGRAM = ("solution", "completion")
"""Where a sample's program may stand, the first that is text."""

MOST_MISTAKES = 20
"""How many mistakes in a file are told one by one."""

OnProgress = Callable[[Mapping[Status, int]], None]
"""Told of how many samples ended how, after each."""


class SampleJudging:
    """Samples to be judged against a suite. Use it as a context manager."""

    def __init__(self, samples: Path, suite: Path, *, output: Path | None, new: bool) -> None:
        """Look through both files; nothing is started yet.

        Raises UsageError and TaskError, which name the line of every mistake.
        """
        self.output = output or samples.with_name(f"{samples.name}_results.jsonl")
        _check_output(self.output, samples, suite)
        self._new = new
        self._cancel = Cancel()
        self._files = ExitStack()
        try:
            self._suite = Suite(self._files.enter_context(Lines(suite)))
            self._samples = self._files.enter_context(Lines(samples))
            self.attempted = _checked(self._samples, self._suite)
        except BaseException:
            self._files.close()
            raise

    def __enter__(self) -> SampleJudging:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return self.attempted.total()

    @property
    def unattempted(self) -> int:
        """How many of the suite's problems have no sample."""
        return len(self._suite.places) - len(self.attempted)

    def judge(
        self, choices: Choices, on_progress: OnProgress, warn: Callable[[str], None] | None = None
    ) -> SuiteResult:
        """Judge in the sandbox that was chosen; a config counts only where it is named.

        Raises ConfigError and SandboxUnavailableError, and what `judge_in` does.
        """
        from paragen.settings import SandboxOptions

        def opened() -> Sandbox:
            options = configured(choices).sandbox if choices.config else SandboxOptions()
            return open_chosen(options, choices, warn)

        return self.judge_in(opened, on_progress, sealed_only=choices.sealed_only)

    def judge_in(
        self, opened: Callable[[], Sandbox], on_progress: OnProgress, *, sealed_only: bool = False
    ) -> SuiteResult:
        """Judge every sample of which there is no result yet, each result kept as it comes.

        Raises TaskError, UsageError, and InterruptedRunError once interrupted; what was judged by
        then is kept.
        """
        began = time.monotonic()
        tally = Tally(samples=self.samples)
        with (
            Results(
                self.output, new=self._new, samples=tally.samples, sealed_only=sealed_only
            ) as results,
            closing(opened()) as sandbox,
        ):
            run = _Run(self._suite, sandbox, results, tally, on_progress, self._cancel)
            run.play(self._samples)
            if self._cancel.thrown:
                raise InterruptedRunError(
                    f"Interrupted after {tally.done} of {tally.samples} samples, which are in "
                    f"{self.output}: the same command goes on from there."
                )
            results.put_in_order()
        return SuiteResult(
            suite=str(self._suite.path),
            dialect=self._suite.dialect,
            output=str(self.output),
            problems=len(self.attempted),
            unattempted=self.unattempted,
            tally=tally,
            wall_s=time.monotonic() - began,
        )

    def interrupt(self) -> None:
        """End every program that runs, and start no more."""
        self._cancel.throw()

    def abandon(self) -> None:
        """End every process of the sandbox at once."""
        from paragen.sandbox import kill_all

        kill_all()


class _Run:
    """The judging itself: a thread for each of the sandbox's workers, and few samples waiting."""

    def __init__(
        self,
        suite: Suite,
        sandbox: Sandbox,
        results: Results,
        tally: Tally,
        on_progress: OnProgress,
        cancel: Cancel,
    ) -> None:
        self._suite = suite
        self._sandbox = sandbox
        self._results = results
        self._tally = tally
        self._on_progress = on_progress
        self._cancel = cancel
        self._tasks = SuiteTasks(suite, sandbox, cancel)
        self._lock = threading.Lock()
        self._failures: list[BaseException] = []

    def play(self, samples: Lines) -> None:
        """Judge them all, or until cancelled; raises what kept a sample from being judged."""
        waiting = threading.Semaphore(2 * self._sandbox.workers)
        with ThreadPoolExecutor(self._sandbox.workers) as pool:
            for number, (_, _, text) in enumerate(samples):
                if self._cancel.thrown or self._failures:
                    break
                fields = Record.of_line(text, str(samples.path)).fields
                if self._is_known(number, fields):
                    continue
                waiting.acquire()
                future = pool.submit(self._judge, number, dict(fields))
                future.add_done_callback(lambda _: waiting.release())
        for failure in self._failures:
            raise failure

    def _is_known(self, number: int, fields: Any) -> bool:
        name = str(fields["task_id"]).strip()
        level = self._sandbox.state.level
        identity = identity_of(fields, self._suite.places[name].digest, level)
        with self._lock:
            result = self._results.earlier(number, identity, fields)
            if result is None:
                return False
            self._tally.earlier += 1
            self._tally.count(result)
            self._on_progress(self._tally.statuses)
        return True

    def _judge(self, number: int, fields: dict[str, Any]) -> None:
        """Judge a sample and keep its result; what goes wrong ends the whole run."""
        if self._cancel.thrown or self._failures:
            return
        name = str(fields["task_id"]).strip()
        try:
            verdict = self._verdict(name, fields)
            if verdict.status is Status.CANCELLED:
                return
            line = result_fields(fields, verdict, self._suite.places[name].digest)
            result = SampleResult(
                task_id=name,
                status=verdict.status,
                sealed=verdict.sealed,
                level=verdict.level,
                detail=verdict.detail,
            )
            with self._lock:
                self._results.add(number, line)
                self._tally.count(result)
                self._on_progress(self._tally.statuses)
        except InterruptedRunError:  # the caller knows
            pass
        except BaseException as error:
            self._failures.append(error)

    def _verdict(self, name: str, fields: dict[str, Any]) -> Verdict:
        try:
            problem, task = self._tasks.of(name)
        except SandboxFault as fault:
            detail = f"the sandbox failed: {fault}"
            level = self._sandbox.state.level
            return Verdict(status=Status.NOT_JUDGED, level=level, detail=detail)
        if isinstance(fields.get("solution"), str):
            program = problem.whole(fields["solution"])
        else:
            program = problem.completed(fields["completion"])
        return judge_program(task, program, self._sandbox, self._cancel, measured=False)[0]


def _check_output(output: Path, samples: Path, suite: Path) -> None:
    if output.suffix == ".gz":
        raise UsageError(f"{output}: results are written as they come, and not compressed.")
    for path in (samples, suite):
        if output.exists() and path.exists() and output.samefile(path):
            raise UsageError(f"{output}: would be written over; name another file with -o.")


def _checked(samples: Lines, suite: Suite) -> Counter[str]:
    """How many samples each problem has; raises UsageError with every mistake in the file."""
    counts: Counter[str] = Counter()
    mistakes = []
    for name, mistake in _looked_through(samples, suite):
        if mistake:
            mistakes.append(mistake)
        else:
            counts[name] += 1
    if mistakes:
        more = len(mistakes) - MOST_MISTAKES
        told = mistakes[:MOST_MISTAKES] + ([f"… and {more} more."] if more > 0 else [])
        raise UsageError("\n".join([*told, "Nothing was judged."]))
    if not counts:
        raise UsageError(f"{samples.path}: There are no samples in this file.")
    return counts


def _looked_through(samples: Lines, suite: Suite) -> Iterator[tuple[str, str]]:
    """The problem of every sample, and what is wrong with the sample (empty: nothing)."""
    if samples.is_array():
        raise UsageError(f"{samples.path}: This is a JSON array: write one sample a line.")
    for number, _, text in samples:
        where = f"{samples.path}:{number}"
        try:
            record = Record.of_line(text, where)
            name = record.identity("task_id")
            if name not in suite.places:
                record.fail(f"there is no problem {name!r} in {suite.path}")
            if not any(isinstance(record.fields.get(key), str) for key in PROGRAM):
                record.fail("a sample must have a text as its 'completion' or its 'solution'")
        except TaskError as error:
            yield "", str(error)
        else:
            yield name, ""
