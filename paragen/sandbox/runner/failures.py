"""Which exceptions say that a test has failed, wherever they go on their way to its end."""

from __future__ import annotations

import sys

from .outcomes import ExpectedFailure, Failed, Skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ASSERTING: dict[str, set[int]] = {}
"""The lines of test code that assert something, by file name."""


def be_strict() -> None:
    """Have no test pass by NotImplemented, which a program's object makes of a comparison.

    From Python 3.14 on that is so in any case.
    """
    import warnings  # which nobody needs who runs beside the program

    warnings.filterwarnings("error", "NotImplemented should not be used in a boolean context")


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
    """Whether code of the tests was about to assert something when this was raised."""
    traceback = error.__traceback__
    while traceback is not None:
        filename = traceback.tb_frame.f_code.co_filename
        if traceback.tb_lineno in ASSERTING.get(filename, ()):
            return True
        traceback = traceback.tb_next
    return False
