"""Programs from anywhere, judged against a task's tests without a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from paragen.app.auditing import audit_tests
from paragen.app.choices import Choices, configured
from paragen.app.sandboxes import open_chosen, require_packages
from paragen.domain.audit import Audit
from paragen.domain.candidate import Verdict
from paragen.domain.errors import InterruptedRunError, UsageError
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import Status
from paragen.domain.task import Task


class Judging:
    """Programs to be judged, several at once."""

    def __init__(self, task: Task, programs: Sequence[Path]) -> None:
        """Read the programs; raises UsageError for one that can't be read."""
        from paragen.files import load_program

        if task.needs:
            raise UsageError(
                f"{task.path or task.name} needs the programs of {', '.join(task.needs)}: it can "
                "only be played with them, by `paragen run`."
            )
        self.task = task
        self._sources = [(str(path), load_program(path)) for path in programs]
        self._cancel = Cancel()
        self.audit: Audit | None = None

    def judge(
        self, choices: Choices, warn: Callable[[str], None] | None = None
    ) -> list[tuple[str, Verdict]]:
        """The verdicts, in the order of the programs; a config counts only where it is named.

        Where the choices say so, `audit` then holds what came of auditing the tests by the first
        program that passed.
        Raises ConfigError, TaskError where a package is missing, SandboxUnavailableError, and
        InterruptedRunError once interrupted.
        """
        from paragen.sandbox.judge import judge_program
        from paragen.settings import SandboxOptions

        options = configured(choices).sandbox if choices.config else SandboxOptions()
        require_packages([self.task], options.environment)
        sandbox = open_chosen(options, choices, warn)

        def verdict(source: tuple[str, str]) -> Verdict:
            return judge_program(self.task, source[1], sandbox, self._cancel)[0]

        try:
            with ThreadPoolExecutor(sandbox.workers) as pool:
                verdicts = list(pool.map(verdict, self._sources))
            if choices.audit_tests:
                self.audit = self._audited(verdicts, sandbox)
        finally:
            sandbox.close()
        if self._cancel.thrown:
            raise InterruptedRunError("Interrupted before all programs were judged.")
        return [(file, v) for (file, _), v in zip(self._sources, verdicts, strict=True)]

    def _audited(self, verdicts: Sequence[Verdict], sandbox: Sandbox) -> Audit | None:
        for (_, program), verdict in zip(self._sources, verdicts, strict=True):
            if verdict.status is Status.PASSED:
                return audit_tests(self.task, program, verdict, sandbox, self._cancel)
        return None

    def interrupt(self) -> None:
        """End every program that runs, and start no more."""
        self._cancel.throw()

    def abandon(self) -> None:
        """End every process of the sandbox at once."""
        from paragen.sandbox import kill_all

        kill_all()
