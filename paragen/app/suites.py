"""Published suites: their files, their problems one by one, and task files made of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from paragen.app.lines import Lines
from paragen.domain.command import Ending, Ran, ScriptRun
from paragen.domain.errors import InterruptedRunError, TaskError, UsageError
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.task import MIB, Limits
from paragen.parse.file_names import told_apart
from paragen.parse.suites import dialect_of, identity, read_problem, title
from paragen.parse.suites.evalplus import reference_program, with_answers
from paragen.parse.suites.problem import Problem
from paragen.parse.suites.record import Record, records
from paragen.parse.suites.render import SUFFIXES, files_of, stem_of

REFERENCE_LIMITS = Limits(
    cpu_s=120.0, wall_s=240.0, memory_bytes=4096 * MIB, output_bytes=256 * MIB
)
"""What a suite's own solution may use: its author is trusted with more than a candidate."""

DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a problem stands: for messages, in the file, and what identifies its text."""

    where: str
    position: int
    digest: str


class Suite:
    """A suite's file, of which problems are read when they are asked for, from any thread."""

    def __init__(self, lines: Lines, dialect: str | None = None) -> None:
        """Look through the file; raises TaskError where a record isn't one of such a suite."""
        self.path = lines.path
        self.places: dict[str, Place] = {}
        self._lines = lines
        self._lock = threading.Lock()
        self._items: list[Record] | None = None
        if lines.is_array():
            self._items = list(records(lines.whole(), str(lines.path)))
        for position, record, text in self._found():
            dialect = dialect_of(record, dialect)
            name = identity(record, dialect)
            if name in self.places:
                record.fail(f"{name!r} is here for the second time: {self.places[name].where}")
            digest = hashlib.sha256(text.strip().encode()).hexdigest()[:DIGEST_CHARACTERS]
            self.places[name] = Place(where=record.where, position=position, digest=digest)
        if dialect is None or not self.places:
            raise TaskError(f"{lines.path}: There are no problems in this file.")
        self.dialect = dialect

    def problem(self, name: str) -> Problem:
        """A problem by its id; raises TaskError where its record has a mistake."""
        place = self.places[name]
        if self._items is not None:
            return read_problem(self._items[place.position], self.dialect)
        with self._lock:
            text = self._lines.at(place.position)
        return read_problem(Record.of_line(text, place.where), self.dialect)

    def _found(self) -> Iterator[tuple[int, Record, str]]:
        """Every record with its position, and a text that tells it from any other."""
        if self._items is not None:
            for position, item in enumerate(self._items):
                yield position, item, repr(item.fields)
            return
        for number, position, text in self._lines:
            yield position, Record.of_line(text, f"{self.path}:{number}"), text


def with_tests(problem: Problem, where: str, sandbox: Sandbox, cancel: Cancel) -> Problem:
    """The problem with its tests, for which its suite's own solution may have to be run.

    Raises TaskError where that fails, SandboxFault where the sandbox does, and
    InterruptedRunError when `cancel` is thrown.
    """
    if problem.reference is None:
        return problem
    program, stdin = reference_program(problem.reference)
    ran = sandbox.run(
        ScriptRun(program=program, language="python", stdin=stdin, limits=REFERENCE_LIMITS),
        cancel,
    )
    if ran.ending is Ending.CANCELLED:
        raise InterruptedRunError("Interrupted while the suite's own solutions were run.")
    if ran.ending is not Ending.EXITED or ran.exit_code != 0:
        raise TaskError(f"{where}: The suite's own solution failed: {_why(ran)}.")
    try:
        return with_answers(problem, ran.stdout)
    except ValueError as error:
        raise TaskError(f"{where}: {error}.") from None


def _why(ran: Ran) -> str:
    lines = ran.stderr.strip().splitlines()
    return ran.detail or (lines[-1] if lines else ran.ending.value)


class Import:
    """Task files to be made of a suite's file: all of them, or none."""

    def __init__(self, file: Path, dialect: str, folder: Path, *, force: bool) -> None:
        """Look through the file and the folder.

        Raises UsageError, also for files that are there already unless `force`, and TaskError.
        """
        self._cancel = Cancel()
        self._folder = folder
        with Lines(file) as lines:
            suite = Suite(lines, dialect)
        self._file, self._dialect = file, dialect
        self._stems = _stems(suite)
        if not force:
            _refuse_files_that_are_there(folder, self._stems.values())

    @property
    def needs_sandbox(self) -> bool:
        """Whether programs of the suite's own have to be run."""
        return self._dialect == "evalplus"

    def write(self, sandbox: Sandbox | None) -> int:
        """Write the task files, and say how many; the folder is made if it isn't there.

        Raises TaskError for a record with a mistake, UsageError where files can't be written,
        SandboxFault, and InterruptedRunError once interrupted.
        """
        try:
            made = not self._folder.exists()
            self._folder.mkdir(parents=True, exist_ok=True)
            staging = Path(tempfile.mkdtemp(prefix=".import-", dir=self._folder))
        except OSError as error:
            raise UsageError(f"{self._folder}: can't be written ({error.strerror}).") from None
        try:
            with Lines(self._file) as lines:
                self._stage(Suite(lines, self._dialect), staging, sandbox)
            for path in sorted(staging.iterdir()):
                path.replace(self._folder / path.name)
        except OSError as error:
            where = error.filename or self._folder  # a write that fails doesn't say of what
            raise UsageError(f"{where}: can't be written ({error.strerror}).") from None
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            if made and not any(self._folder.iterdir()):
                self._folder.rmdir()
        return len(self._stems)

    def interrupt(self) -> None:
        """Stop, and leave nothing behind."""
        self._cancel.throw()

    def abandon(self) -> None:
        """End every process of the sandbox at once."""
        from paragen.sandbox import kill_all

        kill_all()

    def _stage(self, suite: Suite, staging: Path, sandbox: Sandbox | None) -> None:
        def stage(name: str) -> None:
            if self._cancel.thrown:
                raise InterruptedRunError("Interrupted: no task files were written.")
            problem = suite.problem(name)
            if sandbox is not None:
                problem = with_tests(problem, suite.places[name].where, sandbox, self._cancel)
            for file, text in files_of(
                problem, title(name, self._dialect), self._stems[name]
            ).items():
                (staging / file).write_text(text, encoding="utf-8", newline="")

        with ThreadPoolExecutor(sandbox.workers if sandbox is not None else 1) as pool:
            try:
                for _ in pool.map(stage, self._stems):
                    pass
            except BaseException:
                self._cancel.throw()
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _stems(suite: Suite) -> dict[str, str]:
    """A name for the files of each problem."""
    stems = told_apart(stem_of(title(name, suite.dialect)) for name in suite.places)
    return dict(zip(suite.places, stems, strict=True))


def _refuse_files_that_are_there(folder: Path, stems: Iterable[str]) -> None:
    paths = (folder / f"{stem}{suffix}" for stem in stems for suffix in SUFFIXES)
    there = [path for path in paths if os.path.lexists(path)]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(f"{there[0]}{more}: already there. --force replaces what is.")
