"""Runs test code against a program, case by case.

Where the program is doesn't matter here: it is a module that `load` makes of its text, one of this
process or one whose functions are asked in another. What such a module is asked for may take long,
raise anything, or end in a Signal when there is nobody left to ask.
"""

from __future__ import annotations

import builtins
import sys

from .explain import Files, falsy, trim, unequal
from .failures import ASSERTING
from .imports import importer
from .ledger import Ledger
from .lent import lent, starred
from .modules import load_program, names_of, new_module
from .outcomes import FAILED, PASSED, SKIPPED, UNSUPPORTED, Unsupported
from .prepared import prepared
from .rewrite import CASE, FALSY, UNEQUAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType, TracebackType
    from typing import Any, NoReturn

    from .ledger import Elsewhere, Reports
    from .rewrite import Prepared
    from .wire import Wire

    Load = Callable[[str], ModuleType]

NOT_REACHED = "not reached"


def run(payload: dict[str, Any], wire: Wire) -> NoReturn:
    """Import the program into this process, run the tests against it, and leave."""
    run_tests(payload, wire, load_program)
    wire.leave(0)


def run_tests(
    payload: dict[str, Any],
    wire: Reports,
    load: Load,
    elsewhere: Elsewhere | None = None,
) -> bool:
    """Load the program, and run every piece of test code against it.

    A program in another process is `elsewhere`: once it is gone, neither the case that was being
    run nor one after it has passed, whatever the tests caught. Returns whether the tests may have
    changed modules of this process that aren't theirs.
    """
    Files.allowed = payload.get("files", False)
    pieces = [_prepare(test) for test in payload["tests"]]
    ledger = Ledger(wire, [piece.names for piece in pieces], elsewhere)
    program = _import(payload, load, ledger)
    if program is not None:
        for number, piece in enumerate(pieces):
            piece.run(number, program, payload["entry_point"], ledger)
    return any(piece.reaches_out for piece in pieces)


def _import(payload: dict[str, Any], load: Load, ledger: Ledger) -> ModuleType | None:
    """The program as a module, or None when that or its entry point failed every case."""
    try:
        program = load(payload["program"])
        lacks = payload["entry_point"] not in (None, *names_of(program))
    except BaseException as error:
        ledger.import_failed(error)
        return None
    if lacks:
        ledger.program_failed(f"the program doesn't define {payload['entry_point']}")
        return None
    sys.modules["solution"] = program  # which the tests import, whatever it put there itself
    return program


def _prepare(test: dict[str, Any]) -> Piece:
    try:
        if test["kind"] == "doctest":
            return Doctests(test)
        return Code(prepared(test["source"], test["origin"], test["line"]))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Broken(test["origin"], f"the tests don't parse: {error}")


class Piece:
    """One piece of test code; `names` are the cases that its text shows.

    `reaches_out` says that it may change modules that aren't its own.
    """

    names: list[str]
    reaches_out = True

    def run(self, number: int, program: ModuleType, entry_point: str | None, to: Ledger) -> None:
        """Run its cases."""
        raise NotImplementedError


class Broken(Piece):
    """Test code that can't be run at all: nothing is said about the program by that."""

    def __init__(self, origin: str, why: str) -> None:
        self.names = [origin]
        self._why = trim(why)

    def run(self, number: int, program: ModuleType, entry_point: str | None, to: Ledger) -> None:
        """Report it."""
        to.end_rest(number, UNSUPPORTED, self._why)


class Doctests(Piece):
    """Doctest examples, each of them a case."""

    def __init__(self, test: dict[str, Any]) -> None:
        from .doctests import parse

        self._test, self.names = parse(test["source"], test["origin"], test["line"])

    def run(self, number: int, program: ModuleType, entry_point: str | None, to: Ledger) -> None:
        """Run the examples with the program's names in scope."""
        from .doctests import run as run_examples

        run_examples(number, self._test, program, entry_point, to)


class Code(Piece):
    """Test code in Python, of whatever style, or of several at once."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.names = [*prepared.statements, *prepared.functions]
        self.reaches_out = prepared.reaches_out
        self._restore: Callable[[], None] | None = None
        if "unittest" in prepared.text:
            from .unit import restore

            self._restore = restore

    def run(self, number: int, program: ModuleType, entry_point: str | None, to: Ledger) -> None:
        """Execute it, which runs the statements that are cases; then `check`, then its tests."""
        prepared = self._prepared
        name = f"test_solution_{number + 1}" if number else "test_solution"
        module = new_module(name, prepared.filename, prepared.text)
        ASSERTING.setdefault(prepared.filename, set()).update(prepared.asserting)
        if self._restore is not None:
            self._restore()
        try:
            scope = _scope(program, entry_point, prepared, number, to)
            find = importer(prepared.text)
            scope["__import__"] = starred(find, program, prepared.text, entry_point)
            module.__dict__["__builtins__"] = scope
            exec(prepared.code, module.__dict__)
            self._collected(number, module, to)
            if prepared.has_check:
                module.__dict__["check"](self._candidate(program, entry_point, module))
            to.fail_for_swallowed()
        except BaseException as error:
            outcome, detail = to.settle(error)
            if not to.unended(number):  # every case has ended, and yet something went wrong
                to.replan(number, [*prepared.statements, prepared.filename])
            to.end_rest(number, outcome, detail)
            return
        for statement in prepared.statements:
            if statement in to.unended(number):
                to.case(number, statement, SKIPPED, NOT_REACHED)
        for group in self._groups:
            group.run(number, to)
        to.end_rest(number, FAILED, NOT_REACHED)

    def _collected(self, number: int, module: ModuleType, to: Ledger) -> None:
        """Find the tests that executing the module defined, now that parameters are known."""
        from .collect import collect

        self._groups = collect(module, to)
        names = [name for group in self._groups for name in group.names]
        everything = [*self._prepared.statements, *names]
        if not everything:
            to.replan(number, [self._prepared.filename])
            to.end_rest(number, UNSUPPORTED, "no tests were found in the test code")
        else:
            to.replan(number, everything)

    def _candidate(self, program: ModuleType, entry_point: str | None, tests: ModuleType) -> object:
        """What `check` is called with: the entry point, or what the tests call it with."""
        name = self._prepared.check_argument
        if name is not None and name in tests.__dict__:
            return tests.__dict__[name]
        wanted = name or entry_point
        if wanted is None:
            raise Unsupported("check(candidate) needs an entry point, and the task names none")
        return getattr(program, wanted)


def _scope(
    program: ModuleType, entry_point: str | None, prepared: Prepared, number: int, to: Ledger
) -> dict[str, object]:
    """The names below the test module's own: builtins, our helpers, and the program's.

    Only tests that don't import the program see its names unasked; none of these is the test
    module's own, so a `test_…` in the program is never taken for a test.
    """
    scope: dict[str, object] = dict(builtins.__dict__)
    if not prepared.imports_program:
        scope = {**lent(program, prepared.text, entry_point), **scope}
        if entry_point is not None:
            scope[entry_point] = getattr(program, entry_point)

    def case(which: int) -> Case:
        return Case(number, prepared.statements[which], to)

    return {**scope, CASE: case, FALSY: falsy, UNEQUAL: unequal}


class Case:
    """A statement that is a case of its own: what it raises ends it, and not what follows."""

    def __init__(self, piece: int, name: str, to: Ledger) -> None:
        self._piece = piece
        self._name = name
        self._to = to

    def __enter__(self) -> None:
        """Begin the case."""

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        """Report how the case ended."""
        outcome, detail = (PASSED, "") if error is None else self._to.settle(error)
        self._to.case(self._piece, self._name, outcome, detail)
        return True
