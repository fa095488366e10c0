"""Runs test code against a program, case by case."""

from __future__ import annotations

import builtins

from .explain import falsy, trim, unequal
from .ledger import Ledger
from .modules import load_program, new_module
from .outcomes import FAILED, PASSED, SKIPPED, UNSUPPORTED, Unsupported
from .rewrite import CASE, FALSY, UNEQUAL, Prepared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType, TracebackType
    from typing import Any, NoReturn

    from .wire import Wire

NOT_REACHED = "not reached"


def run(payload: dict[str, Any], wire: Wire) -> NoReturn:
    """Import the program, run every piece of test code against it, and leave."""
    pieces = [_prepare(test) for test in payload["tests"]]
    ledger = Ledger(wire, [piece.names for piece in pieces])
    program = _import(payload, ledger)
    if program is not None:
        for number, piece in enumerate(pieces):
            piece.run(number, program, payload["entry_point"], ledger)
    wire.leave(0)


def _import(payload: dict[str, Any], ledger: Ledger) -> ModuleType | None:
    """The program as a module, or None when that or its entry point failed every case."""
    try:
        program = load_program(payload["program"])
    except BaseException as error:
        ledger.import_failed(error)
        return None
    entry_point = payload["entry_point"]
    if entry_point is not None and entry_point not in program.__dict__:
        ledger.program_failed(f"the program doesn't define {entry_point}")
        return None
    return program


def _prepare(test: dict[str, Any]) -> Piece:
    try:
        if test["kind"] == "doctest":
            return Doctests(test)
        return Code(Prepared(test["source"], test["origin"], test["line"]))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Broken(test["origin"], f"the tests don't parse: {error}")


class Piece:
    """One piece of test code; `names` are the cases that its text shows."""

    names: list[str]

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

        run_examples(number, self._test, program, to)


class Code(Piece):
    """Test code in Python, of whatever style, or of several at once."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.names = [*prepared.statements, *prepared.functions]
        self._restore: Callable[[], None] | None = None
        if "unittest" in prepared.text:
            from .unit import restore

            self._restore = restore

    def run(self, number: int, program: ModuleType, entry_point: str | None, to: Ledger) -> None:
        """Execute it, which runs the statements that are cases; then `check`, then its tests."""
        prepared = self._prepared
        name = f"test_solution_{number + 1}" if number else "test_solution"
        module = new_module(name, prepared.filename, prepared.text)
        scope = _scope(program, entry_point, prepared, number, to)
        if "pytest" in prepared.text:
            scope["__import__"] = _import_with_pytest()
        module.__dict__["__builtins__"] = scope
        if self._restore is not None:
            self._restore()
        try:
            exec(prepared.code, module.__dict__)
            self._collected(number, module, to)
            if prepared.has_check:
                module.__dict__["check"](self._candidate(program, entry_point, module))
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

        self._groups = collect(module)
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
        scope = {**program.__dict__, **scope}
        if entry_point is not None:
            scope[entry_point] = program.__dict__[entry_point]

    def case(which: int) -> Case:
        return Case(number, prepared.statements[which], to)

    return {**scope, CASE: case, FALSY: falsy, UNEQUAL: unequal}


def _import_with_pytest() -> Callable[..., object]:
    """How tests import: as ever, but for pytest, which the program can't import, plant or patch."""
    from .shim import light_pytest

    light = light_pytest()
    usual = builtins.__import__

    def find(name: str, *context: Any, **keywords: Any) -> object:
        return light if name == "pytest" else usual(name, *context, **keywords)

    return find


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
