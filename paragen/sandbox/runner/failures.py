"""Which exceptions say that a test has failed, wherever they go on their way to its end."""

from __future__ import annotations

import sys

from .outcomes import ExpectedFailure, Failed, Skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

_EXPRESSIONS = frozenset(("<lambda>", "<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"))
"""What pieces of code are called that are expressions."""

ASSERTING: dict[str, set[int]] = {}
"""The lines of test code that assert something, by file name."""


def be_strict() -> None:
    """Have no test pass by what a program's object says of itself in the library's code.

    NotImplemented, which it makes of a comparison, is not true; from Python 3.14 on that is so in
    any case. `assertSetEqual` compares elements, and doesn't ask the first set what it makes of
    the second.
    """
    import unittest  # which nobody needs who runs beside the program, as the other
    import warnings

    warnings.filterwarnings("error", "NotImplemented should not be used in a boolean context")
    usual = unittest.TestCase.assertSetEqual

    def assert_set_equal(self: Any, set1: Any, set2: Any, msg: Any = None) -> None:
        usual(self, _elements(set1), _elements(set2), msg)

    unittest.TestCase.assertSetEqual = assert_set_equal  # type: ignore[method-assign]  # as tests do


def _elements(value: Any) -> Any:
    """What looks like a set, as one that is."""
    like_one = not isinstance(value, set | frozenset) and hasattr(value, "difference")
    return frozenset(value) if like_one else value


def fails(error: BaseException, *, of_program: bool) -> bool:
    """Whether a test fails, or is called off, by this exception.

    So it is by any assertion of its own, and by whatever else keeps one from being decided; an
    AssertionError that the program raised (`of_program`) is as good as any other exception.
    """
    if calls_off(error) or isinstance(error, Failed):
        return True
    return (isinstance(error, AssertionError) and not of_program) or _ended_an_assertion(error)


def calls_off(error: BaseException) -> bool:
    """Whether a test that raises this is skipped."""
    skip_test: Any = getattr(sys.modules.get("unittest"), "SkipTest", Skipped)
    return isinstance(error, Skipped | ExpectedFailure | skip_test)


def catches_failures(kinds: object) -> bool:
    """Whether `except kinds` would catch a test's own failed assertion."""
    if isinstance(kinds, tuple):
        return any(map(catches_failures, kinds))
    return isinstance(kinds, type) and issubclass(AssertionError, kinds)


def _ended_an_assertion(error: BaseException) -> bool:
    """Whether code of the tests was about to assert something when this was raised.

    A lambda on the line of an assertion is not the code that asserts, unless it does so itself.
    """
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if traceback.tb_lineno in ASSERTING.get(code.co_filename, ()) and _may_assert(code):
            return True
        traceback = traceback.tb_next
    return False


def _may_assert(code: CodeType) -> bool:
    """Whether a piece of code can have assertions, which an expression has by methods alone."""
    if code.co_name not in _EXPRESSIONS:
        return True
    return any(name.startswith("assert") for name in code.co_names)
