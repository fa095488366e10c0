"""The sandbox that a user chose, on the command line and in the config."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from paragen.app.choices import Choices
from paragen.domain.errors import SandboxRefusal, TaskError
from paragen.domain.ports import Sandbox
from paragen.domain.task import Task

if TYPE_CHECKING:
    from paragen.settings import SandboxOptions


def open_chosen(
    options: SandboxOptions, choices: Choices, warn: Callable[[str], None] | None = None
) -> Sandbox:
    """Open the sandbox that `choices` ask for, and a config's `options` where they don't say.

    `warn` hears what must be known before programs run in it. That programs may run unconfined is
    said by `choices` alone. Raises UsageError, SandboxUnavailableError.
    """
    from paragen.sandbox import open_sandbox
    from paragen.sandbox.levels import warning

    sandbox = open_sandbox(
        choices.sandbox or options.level or "auto",
        choices.workers or options.workers,
        sealed_only=choices.sealed_only or options.sealed_only,
        unsafe=choices.unsafe,
        environment=options.environment,
    )
    danger = warning(sandbox.state.level)
    if danger and warn is not None:
        warn(danger)
    return sandbox


def missing_packages(tasks: Iterable[Task], environment: str | None) -> tuple[str, ...]:
    """Which packages that tasks name aren't installed, and how to install them, each said once.

    `environment` is what the config's [sandbox] says.
    """
    said: dict[str, str] = {}
    for task in tasks:
        if not task.packages:
            continue
        from paragen.sandbox.packages import require

        try:
            require(task.packages, environment)
        except SandboxRefusal as refusal:
            said.setdefault(str(refusal), f"{task.path or task.name}: {refusal}")
    return tuple(said.values())


def require_packages(tasks: Iterable[Task], environment: str | None) -> None:
    """Raise TaskError where a package that a task names isn't installed.

    No program could be judged then, so no model is to be asked for one.
    """
    missing = missing_packages(tasks, environment)
    if missing:
        raise TaskError("\n".join(missing))
