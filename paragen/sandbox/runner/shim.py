"""A light module named pytest: what tests of small programs use of it.

Anything else of pytest raises Unsupported, so that the case is reported as one that could not be
judged here and never counts against the program.
"""

from __future__ import annotations

import sys

from .approx import Approx
from .fixtures import Fixture
from .marks import Marks, param
from .outcomes import ExpectedFailure, Failed, Skipped, Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType, TracebackType
    from typing import Any, NoReturn


class ExceptionInfo:
    """What `pytest.raises` caught."""

    def __init__(self) -> None:
        self.value: Any = None

    @property
    def type(self) -> Any:
        """The exception's class."""
        return type(self.value)

    @property
    def typename(self) -> str:
        """The name of the exception's class."""
        return type(self.value).__name__

    @property
    def tb(self) -> Any:
        """The exception's traceback."""
        return self.value.__traceback__

    def match(self, pattern: str) -> bool:
        """Fail unless the pattern is found in the exception's text."""
        _must_match(pattern, self.value)
        return True

    def __str__(self) -> str:
        """The exception and its text."""
        return repr(self.value)


class Raises:
    """The context of `with pytest.raises(…)`."""

    def __init__(self, expected: Any, match: str | None) -> None:
        self._expected = expected
        self._match = match
        self._info = ExceptionInfo()

    def __enter__(self) -> ExceptionInfo:
        """What will hold the exception."""
        return self._info

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        """Fail if nothing was raised; let anything unexpected by."""
        if error is None:
            raise Failed(f"did not raise {_names(self._expected)}")
        if not isinstance(error, self._expected):
            return False
        self._info.value = error
        if self._match is not None:
            _must_match(self._match, error)
        return True


def raises(expected: Any, *args: Any, match: str | None = None, **kwargs: Any) -> Any:
    """Expect an exception: as a context, or of a call `raises(E, function, …)`."""
    context = Raises(expected, match)
    if not args:
        if kwargs:
            raise Unsupported(f"pytest.raises({', '.join(kwargs)}=…) isn't supported")
        return context
    with context as info:
        args[0](*args[1:], **kwargs)
    return info


def warns(expected: Any = Warning, *args: Any, match: str | None = None, **kwargs: Any) -> Any:
    """Expect a warning: as a context, or of a call `warns(W, function, …)`."""
    context = Warns(expected, match)
    if not args:
        return context
    with context:
        return args[0](*args[1:], **kwargs)


def deprecated_call(*args: Any, **kwargs: Any) -> Any:
    """Expect a warning that something is going away."""
    kinds = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
    return warns(kinds, *args, **kwargs)


class Warns:
    """The context of `with pytest.warns(…)`."""

    def __init__(self, expected: Any, match: str | None) -> None:
        import warnings

        self._expected = expected
        self._match = match
        self._catching = warnings.catch_warnings(record=True)
        self._simplefilter = warnings.simplefilter
        self._caught: Any = []

    def __enter__(self) -> Any:
        """The list that warnings will be in."""
        self._caught = self._catching.__enter__()
        self._simplefilter("always")
        return self._caught

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        """Fail if no such warning was given."""
        self._catching.__exit__(kind, error, traceback)
        if error is not None:
            return
        found = [w.message for w in self._caught if issubclass(w.category, self._expected)]
        if not found:
            raise Failed(f"did not warn {_names(self._expected)}")
        if self._match is not None and not any(_found(self._match, text) for text in found):
            raise Failed(f"no warning matches {self._match!r}")


def fixture(function: Any = None, **options: Any) -> Any:
    """Make a fixture of a function, with or without options."""
    if function is None:
        return lambda decorated: Fixture(decorated, **options)
    return Fixture(function, **options)


def skip(reason: str = "", **_: Any) -> NoReturn:
    """Skip this test."""
    raise Skipped(reason)


def fail(reason: str = "", pytrace: bool = True) -> NoReturn:
    """Fail this test."""
    raise Failed(reason or "pytest.fail()")


def xfail(reason: str = "") -> NoReturn:
    """End this test as one that is known to fail."""
    raise ExpectedFailure(reason)


def importorskip(name: str, *_: Any, **__: Any) -> Any:
    """Import a module, or skip."""
    try:
        __import__(name)
    except ImportError:
        raise Skipped(f"there is no module {name}") from None
    return sys.modules[name]


def light_pytest() -> ModuleType:
    """The module, a new one for each piece of test code."""
    module = type(sys)("pytest")
    module.__dict__.update(
        approx=Approx, deprecated_call=deprecated_call, fail=fail, fixture=fixture,
        importorskip=importorskip, mark=Marks(), param=param, raises=raises, skip=skip,
        warns=warns, xfail=xfail, ExceptionInfo=ExceptionInfo, __getattr__=_missing,
    )  # fmt: skip
    return module


def _missing(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    raise Unsupported(f"pytest.{name} isn't supported")


def _must_match(pattern: str, error: BaseException) -> None:
    if not _found(pattern, error):
        raise Failed(f"{type(error).__name__}({str(error)!r}) doesn't match {pattern!r}")


def _found(pattern: str, value: object) -> bool:
    import re

    return re.search(pattern, str(value)) is not None


def _names(expected: Any) -> str:
    several = expected if isinstance(expected, tuple) else (expected,)
    return " or ".join(getattr(one, "__name__", str(one)) for one in several)
