"""Durations as people write them: `30`, `30s`, `5m`, `1h30m`."""

from __future__ import annotations

import re

_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}
_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", re.ASCII)


def duration_s(text: str) -> float:
    """A duration in seconds; raises ValueError where it is none, or none at all."""
    match = _PARTS.fullmatch(text.strip().lower())
    numbers = match.groups() if match else ()
    seconds = sum(
        float(number) * unit
        for number, unit in zip(numbers, _SECONDS.values(), strict=False)
        if number
    )
    if not 0 < seconds < float("inf"):
        raise ValueError(f"{text!r} is no duration: write seconds, or 30s, 5m, 1h30m.")
    return seconds
