"""Runs the tests of one unittest.TestCase class, subtests within the test that they belong to."""

from __future__ import annotations

import sys
import unittest

from .outcomes import FAILED, PASSED, SKIPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .ledger import Ledger


_AS_IT_WAS = dict(vars(unittest.TestCase))


def restore() -> None:
    """Make TestCase what it was when this module was imported, before the program was."""
    case = unittest.TestCase
    for name, value in _AS_IT_WAS.items():
        if vars(case).get(name) is not value:
            setattr(case, name, value)
    for name in vars(case).keys() - _AS_IT_WAS.keys():
        delattr(case, name)


class UnitTests:
    """The tests of one class."""

    def __init__(self, case: type[unittest.TestCase]) -> None:
        self._case = case
        self._suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
        self.names = [_name(test) for test in self._suite]

    def run(self, piece: int, to: Ledger) -> None:
        """Run them; what a failing setUpClass kept from running ends as it did."""
        result = Result(piece, to)
        try:
            self._suite.run(result)
        except BaseException as error:  # KeyboardInterrupt, which unittest lets by
            result.apart = to.settle(error)
        left = [name for name in self.names if name not in result.ended]
        for name in left:
            to.case(piece, name, *(result.apart or (FAILED, "not reached")))
        if result.apart is not None and not left:
            to.afterwards(piece, f"{self._case.__name__}.tearDownClass", *result.apart)


class Result(unittest.TestResult):
    """Reports each test as it ends."""

    def __init__(self, piece: int, to: Ledger) -> None:
        super().__init__()
        self._piece = piece
        self._to = to
        self._now: tuple[str, str] | None = None
        self._running = False
        self.ended: set[str] = set()
        self.apart: tuple[str, str] | None = None
        """How something ended that is no test: setUpClass, tearDownClass."""

    def startTest(self, test: unittest.TestCase) -> None:
        """Begin a test."""
        self._running = True
        self._now = None

    def stopTest(self, test: unittest.TestCase) -> None:
        """Report the test, unless nothing is known of it: then something cut it off."""
        self._running = False
        if self._now is not None:
            self.ended.add(_name(test))
            self._to.case(self._piece, _name(test), *self._now)
            self._now = None

    def addSuccess(self, test: unittest.TestCase) -> None:
        """Note that it passed."""
        self._note((PASSED, ""))

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        """Note a failed assertion."""
        self._note(self._to.settle(err[1]))

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        """Note an exception."""
        self._note(self._to.settle(err[1]))

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        """Note a subtest's failure, with its parameters."""
        if err is not None:
            outcome, detail = self._to.settle(err[1])
            parameters = subtest._subDescription()  # type: ignore[attr-defined]  # of unittest.case._SubTest
            self._note((outcome, f"{parameters} {detail}"))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        """Note that it was skipped, by a mark or by a SkipTest, which is then being handled."""
        self._running |= hasattr(test, "_testMethodName")  # 3.12.1 begins no test that a mark skips
        error = sys.exc_info()[1]
        self._note((SKIPPED, reason) if error is None else self._to.settle(error))

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        """Note a failure that the test declares."""
        self._note((SKIPPED, "expected failure"))

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        """Note that it passed, though it declares that it fails."""
        self._note((FAILED, "passed, though it is marked expectedFailure"))

    def _note(self, ended: tuple[str, str]) -> None:
        """Keep the first that went wrong."""
        if not self._running:
            self.apart = self.apart or ended
        elif self._now is None:
            self._now = ended


def _name(test: Any) -> str:
    return f"{type(test).__name__}.{test._testMethodName}"
