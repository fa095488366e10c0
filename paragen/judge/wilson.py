"""Between which bounds a chance lies of which some trials are known."""

from __future__ import annotations

import math

Z95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


def interval(passes: float, plays: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a chance of which `passes` of `plays` are known, within 0..1.

    Trials that count less than others make fractions of passes and plays. It holds where trials
    are few or nearly all alike too; 0..1 where nothing is known. E. B. Wilson 1927, "Probable
    Inference, the Law of Succession, and Statistical Inference". Raises ValueError where
    `confidence` isn't between 0 and 1, or there are more passes than plays.
    """
    if not 0 <= passes <= plays:
        raise ValueError(f"{passes} of {plays} is no share.")
    if not plays:
        return 0.0, 1.0
    z = quantile(confidence)
    share = passes / plays
    centre = share + z * z / (2 * plays)
    spread = z * math.sqrt(share * (1 - share) / plays + z * z / (4 * plays * plays))
    whole = 1 + z * z / plays
    # Exact at the ends: rounding would leave a chance that is known to be possible outside.
    low = 0.0 if passes == 0 else max(0.0, (centre - spread) / whole)
    high = 1.0 if passes == plays else min(1.0, (centre + spread) / whole)
    return low, high


def lower(passes: float, plays: float, confidence: float = 0.95) -> float:
    """The lower end of the interval: 0 where nothing is known."""
    return interval(passes, plays, confidence)[0]


def quantile(confidence: float) -> float:
    """How many standard deviations to each side hold so much of a normal distribution.

    Raises ValueError where `confidence` isn't between 0 and 1.
    """
    if confidence == 0.95:
        return Z95
    if not 0 < confidence < 1:
        raise ValueError(f"A confidence of {confidence} isn't between 0 and 1.")
    # Only here: `statistics` takes longer to load than a standing to read.
    from statistics import NormalDist

    return NormalDist().inv_cdf((1 + confidence) / 2)
