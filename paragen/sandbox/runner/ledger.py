"""Which cases there are, and how each of them ended."""

from __future__ import annotations

from .explain import OUT_OF_MEMORY, first_failure, settle, shown, trim
from .outcomes import FAILED, PASSED, SKIPPED, Failed, Signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from .collect import Test

    class Reports(Protocol):
        """Takes the report as it grows: a wire to the parent, or whoever keeps it until the end."""

        def send(self, kind: str, /) -> None:
            """Take a word without more: "memory" when something died for want of it."""

        def lost(self, name: str) -> None:
            """Take the case in which a program elsewhere went."""

        def plan(self, names: list[str]) -> None:
            """Take the names of all cases; a later plan takes the place of an earlier one."""

        def case(self, name: str, outcome: str, detail: str) -> None:
            """Take how a case ended."""

    class Elsewhere(Protocol):
        """A program that runs in a process of its own."""

        def raise_if_gone(self) -> None:
            """Raise a Signal if it can't be asked any more."""

        def swallowed(self) -> str:
            """What failed in the tests, and was never told, since this was last asked; or empty."""

        def owns(self, value: object) -> bool:
            """Whether something is the program's, and none of the tests'."""

        def origin(self, error: BaseException) -> str:
            """Where in the program an exception was raised; empty if it wasn't there."""


class Ledger:
    """The cases of every piece of test code, reported as they end."""

    def __init__(
        self,
        wire: Reports,
        planned: list[list[str]],
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._wire = wire
        self._planned = planned
        self._elsewhere = elsewhere
        self._ended: list[dict[str, int]] = [{} for _ in planned]
        self._is_lost = False
        self.announce()

    def of_program(self, value: object) -> bool:
        """Whether something in the tests' module is what a program elsewhere gave it."""
        return self._elsewhere is not None and self._elsewhere.owns(value)

    def announce(self) -> None:
        """Tell the parent which cases there are, as far as is known."""
        self._wire.plan([name for names in self._planned for name in names])

    def replan(self, piece: int, names: list[str]) -> None:
        """Take these for the cases of a piece of test code, now that it has been executed."""
        if names != self._planned[piece]:
            self._planned[piece] = names
            self.announce()

    def case(self, piece: int, name: str, outcome: str, detail: str = "") -> None:
        """Note and report how a case ended: not well, if the program is gone by now.

        Nor if the program has kept to itself that something failed in the tests' own code, which
        it had called. Tests may catch whatever tells them of that, so it is asked here.
        """
        why = self._why_gone()
        swallowed = self._swallowed()
        if why is not None:
            outcome, detail = FAILED, why
            if not self._is_lost:
                self._is_lost = True
                self._wire.lost(name)
        elif swallowed and outcome != FAILED:
            outcome, detail = FAILED, trim(swallowed)
        ended = self._ended[piece]
        ended[name] = ended.get(name, 0) + 1
        self._wire.case(name, outcome, detail)

    def afterwards(self, piece: int, name: str, outcome: str, detail: str) -> None:
        """Report what ended badly once all cases had ended, as a case more."""
        if outcome != SKIPPED:
            self.replan(piece, [*self._planned[piece], name])
            self.case(piece, name, outcome, detail)

    def unended(self, piece: int) -> list[str]:
        """The planned cases of a piece that have not ended."""
        left = dict(self._ended[piece])
        names = []
        for name in self._planned[piece]:
            if left.get(name, 0) > 0:
                left[name] -= 1
            else:
                names.append(name)
        return names

    def end_rest(self, piece: int, outcome: str, detail: str) -> None:
        """End every case of a piece that has not ended, all for one reason."""
        self._is_lost = self._is_lost or self._why_gone() is not None  # in none of them
        for name in self.unended(piece):
            self.case(piece, name, outcome, detail)

    def settle(self, error: BaseException) -> tuple[str, str]:
        """The outcome and detail that an exception means; frees what a full memory holds."""
        try:
            if not isinstance(error, MemoryError):
                first = first_failure(error)
                return settle(first, self._elsewhere.origin(first) if self._elsewhere else "")
        except MemoryError as later:  # the exception's own text needs too much
            later.__traceback__ = None
        error.__traceback__ = None
        self._wire.send("memory")
        return FAILED, OUT_OF_MEMORY

    def attempt(self, piece: int, name: str, run: Callable[[Test], object], test: Test) -> None:
        """Run one case, whatever it raises, and report how it ended."""
        outcome, detail = PASSED, ""
        if self._why_gone() is None:  # else there is nobody to test
            try:
                run(test)
            except BaseException as error:
                outcome, detail = self.settle(error)
        self.case(piece, name, outcome, detail)

    def fail_for_swallowed(self) -> None:
        """Raise Failed if something failed since the last case ended, and nobody was told."""
        swallowed = self._swallowed()
        if swallowed:
            raise Failed(swallowed)

    def _swallowed(self) -> str:
        return self._elsewhere.swallowed() if self._elsewhere is not None else ""

    def _why_gone(self) -> str | None:
        """Why the program can't answer any more, None while it can."""
        if self._elsewhere is None:
            return None
        try:
            self._elsewhere.raise_if_gone()
        except Signal as signal:
            return str(signal)
        return None

    def import_failed(self, error: BaseException) -> None:
        """The program could not be imported: no case can pass."""
        _, detail = self.settle(error)
        if isinstance(error, ModuleNotFoundError):
            name = error.name if type(error.name) is str else shown(error.name)
            detail = trim(f"the program imports {name}, which isn't available here")
        self.program_failed(detail)

    def program_failed(self, detail: str) -> None:
        """Fail every case, or one named for the program where there is none."""
        if not any(self._planned):
            self._wire.case("solution", FAILED, self._why_gone() or detail)
        for piece in range(len(self._planned)):
            self.end_rest(piece, FAILED, detail)
