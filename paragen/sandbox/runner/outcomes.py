"""How a case can end other than by passing, as exceptions and as words of the report."""

from __future__ import annotations

PASSED = "passed"
FAILED = "failed"
SKIPPED = "skipped"
UNSUPPORTED = "unsupported"


class Signal(BaseException):
    """Ends a case by the test's own wish; not an Exception, so `except Exception` lets it by."""


class Skipped(Signal):
    """The test asked to be skipped."""


class Failed(Signal):
    """The test declared its own failure."""


class ExpectedFailure(Signal):
    """The test said that it knows it fails."""


class Unsupported(Signal):
    """The test needs something that this runner doesn't have."""
