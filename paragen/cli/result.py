"""What `paragen run` leaves behind: JSON as each run ends, or the winner's code at the end."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from paragen.cli.output import note, print_code, print_json, say, write_code
from paragen.cli.streams import OutputError, ReaderLeft
from paragen.domain.errors import UsageError
from paragen.domain.events import Event, RunAudited, RunEnded
from paragen.domain.tournament import Run
from paragen.parse.file_names import told_apart
from paragen.report.text import one_line

SUFFIX = ".py"
"""Of a program's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """A subscriber that prints results, and nothing else, to stdout.

    With `several` tasks, JSON is one object a line, and `output` is a folder.
    Where tests are `audited`, a run's object waits for that.
    """

    as_json: bool
    output: Path | None
    several: bool
    quiet: bool
    audited: bool = False
    failures: list[OutputError | ReaderLeft] = field(default_factory=list)

    def check(self, tasks: Sequence[Path]) -> None:
        """Before anything is played: raises UsageError where `output` can't be what it must be."""
        if self.output is None:
            return
        above = next((folder for folder in self.output.parents if folder.exists()), Path())
        if not above.is_dir():
            raise UsageError(f"{self.output}: {above} is a file, not a folder.")
        if not os.access(self.output if self.output.exists() else above, os.W_OK):
            raise UsageError(f"{self.output}: may not be written by you.")
        if self.several and self.output.exists() and not self.output.is_dir():
            raise UsageError(f"{self.output}: several tasks need a folder here, and it is a file.")
        if self.several and self.output.suffix == SUFFIX and not self.output.exists():
            raise UsageError(
                f"{self.output}: several tasks need a folder here, and it is named like a program. "
                f"Name a folder, for example {self.output.with_suffix('')}."
            )
        if not self.several and self.output.is_dir():
            raise UsageError(f"{self.output}: is a folder; name the file for the winner's code.")
        if not self.several and any(_same(self.output, task) for task in tasks):
            raise UsageError(f"{self.output}: is the task itself; name another file for its code.")

    def __call__(self, event: Event) -> None:
        """Print a run's object when all of it is known, if JSON is wanted."""
        if self.as_json and isinstance(event, RunAudited if self.audited else RunEnded):
            from paragen.report.objects import run_object

            try:
                print_json(run_object(event.run), indent=None if self.several else 2)
            except (OutputError, ReaderLeft) as error:  # what plays on isn't to blame
                self.failures.append(error)

    def finish(self, runs: Sequence[Run], *, db_option: str | None) -> None:
        """Write or print the winners' code; raises what kept JSON from being printed before.

        Of several tasks no code is printed, but who won, where nothing else has said it. What
        can't be written where it should be is printed, but where it is in the JSON, or in the
        history: with `db_option` other commands find that, None says that nothing is recorded.
        """
        try:
            self._finish(runs, db_option)
            if self.failures:
                raise self.failures[0]
        except OutputError as error:
            if db_option is None:
                raise
            raise error.of_what_is_recorded(db_option) from None

    def _finish(self, runs: Sequence[Run], db_option: str | None) -> None:
        if self.output is not None:
            self._write(runs, self.output, db_option)
        elif self.several and self.quiet and not self.as_json:
            for run in runs:
                say(f"{one_line(run.task.name)}: {one_line(run.reason)}")
        elif not self.as_json and not self.several:
            for run in runs:
                if run.winning is not None and run.winning.code is not None:
                    print_code(run.winning.code, run.task.language)

    def _write(self, runs: Sequence[Run], output: Path, db_option: str | None) -> None:
        stems = told_apart(file_stem(run.task.name) for run in runs)
        failures = []
        for run, stem in zip(runs, stems, strict=True):
            if run.winning is None or run.winning.code is None:
                continue
            path = output / f"{stem}{SUFFIX}" if self.several else output
            try:
                write_code(run.winning.code, path)
            except UsageError as error:
                if db_option is None:
                    where = self._print_instead(run.winning.code, run.task.language)
                else:
                    where = f"`paragen show {run.run_id}{db_option} --code` prints it."
                failures.append(f"{error} {where}")
                continue
            if not self.quiet:
                note(f"{run.task.name}: the winner's code is in {path}")
        if failures:
            raise UsageError("\n".join(failures))

    def _print_instead(self, code: str, language: str) -> str:
        """Print a winner's code that nothing else keeps, and say where it is, in a sentence."""
        try:
            if self.failures:
                raise self.failures[0]
            if self.as_json:
                return "It is in the JSON."
            print_code(code, language)
        except OutputError as error:
            return str(error)
        return "It is on standard output."


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def file_stem(task: str) -> str:
    """The name of a winner's file in a folder, without its suffix: that of its task."""
    return re.sub(r"[^\w. @+-]+", "_", task).lstrip(".") or "task"
