"""Hypothesis, where the tests use it: the same examples each time, and nothing kept of them."""

from __future__ import annotations

import hypothesis

PROFILE = "paragen"


def settle_down() -> None:
    """Make the settings that tests start from those of this place.

    No deadline and no complaint about slow data, since the machine may be a busy one: the task's
    limits hold as they do for any other test.
    """
    if PROFILE not in hypothesis.settings._profiles:
        hypothesis.settings.register_profile(
            PROFILE,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=[hypothesis.HealthCheck.too_slow],
        )
        hypothesis.settings.load_profile(PROFILE)
