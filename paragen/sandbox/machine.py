"""How fast this machine is, so that default limits mean the same work everywhere."""

from __future__ import annotations

REFERENCE_S = 0.006
"""What `inside.warm.work_s` takes on a machine that the default limits were made for."""

MAX_SLOWNESS = 20.0


def slowness(work_s: float) -> float:
    """How many times as long work takes here as there, from 1 (as fast, or faster) to 20."""
    return min(MAX_SLOWNESS, max(1.0, work_s / REFERENCE_S))
