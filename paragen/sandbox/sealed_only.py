"""A sandbox that refuses what can't be sealed, whatever the level below it."""

from __future__ import annotations

from paragen.domain.command import Command, Ran, TestRun
from paragen.domain.errors import SandboxRefusal, SandboxUnavailableError
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.tournament import SandboxState


class SealedOnly:
    """Another sandbox, but for tests that need the program in their own process."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Take over an open sandbox; raises SandboxUnavailableError where it seals nothing."""
        self._sandbox = sandbox
        if not sandbox.state.sealed:
            sandbox.close()
            raise SandboxUnavailableError(
                "it seals no verdict, and --sealed-only asks for sealed ones."
            )

    @property
    def state(self) -> SandboxState:
        """The level in force."""
        return self._sandbox.state

    @property
    def workers(self) -> int:
        """How many commands it runs at once."""
        return self._sandbox.workers

    def run(self, command: Command, cancel: Cancel) -> Ran:
        """Run one command to its end; raises SandboxRefusal for one that can't be sealed."""
        if isinstance(command, TestRun) and command.unsealed_because:
            raise SandboxRefusal(_refusal(command.unsealed_because))
        ran = self._sandbox.run(command, cancel)
        if ran.unsealed_because:
            raise SandboxRefusal(_refusal(ran.unsealed_because))
        return ran

    def close(self) -> None:
        """Close the sandbox below."""
        self._sandbox.close()


def _refusal(why: str) -> str:
    return (
        f"the verdict can't be sealed: {why}. Leave out --sealed-only to have it judged unsealed."
    )
