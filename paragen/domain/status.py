"""How candidates end, and which of these ends are a model's own doing."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How a candidate ended."""

    PASSED = "passed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    NO_CODE = "no_code"
    ERROR = "error"
    CANCELLED = "cancelled"
    NOT_JUDGED = "not_judged"


JUDGED = frozenset({Status.PASSED, Status.FAILED, Status.TIMEOUT, Status.MEMORY, Status.CRASHED})
"""A program was executed, and what came of it is the program's own doing."""

MODEL_OUTCOMES = JUDGED | {Status.NO_CODE}
"""Outcomes that count in a generator's record; the others are infrastructure's doing."""
