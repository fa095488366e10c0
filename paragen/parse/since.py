"""Moments as people write them: a date, a date and a time, or how long ago (`7d`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from paragen.domain.moments import written

_AGO = re.compile(r"(\d{1,6})\s*([mhdw])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, *, now: datetime, here: Callable[[datetime], datetime]) -> str:
    """The moment in UTC, in ISO 8601, as runs have theirs; raises ValueError where it is none.

    `now` has a time zone. `here` gives a moment for which the text names none the user's, as it is
    at that date.
    """
    ago = _AGO.fullmatch(text.strip().lower())
    try:
        if ago:
            then = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            then = datetime.fromisoformat(text.strip())
            then = then if then.tzinfo else here(then)
        return written(then)
    except (ValueError, OverflowError, OSError):  # OSError: the system knows no such date
        raise ValueError(
            f"{text!r} is no moment: write a date (2026-01-31), a date and a time "
            "(2026-01-31T18:00), or how long ago (30m, 12h, 7d, 4w)."
        ) from None
