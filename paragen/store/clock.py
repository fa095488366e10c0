"""The time that a history's rows carry."""

from __future__ import annotations

from datetime import UTC, datetime

from paragen.domain.moments import written


def now() -> str:
    """This moment, as all are written."""
    return written(datetime.now(UTC))
