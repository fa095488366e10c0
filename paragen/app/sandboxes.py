"""The sandbox that a user chose, on the command line and in the config."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from paragen.app.choices import Choices
from paragen.domain.ports import Sandbox

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
