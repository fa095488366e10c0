"""Profiles: a name for how a tournament is played altogether.

Every outcome is kept as it comes, whatever the profile: there is nothing to be said of checkpoints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paragen.domain.plan import Written
from paragen.domain.task import Degree


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a profile says; None is "not said".

    `concurrency` is how many attempts may run at once, over all tournaments, `workers` how many
    programs are tested at once. With `allocate`, who plays follows from the task's complexity and
    criticality: as given here, else as estimated.
    """

    help: str = ""
    mode: str | None = None
    mode_options: Mapping[str, Written] = field(default_factory=dict)
    allocate: bool | None = None
    complexity: Degree | None = None
    criticality: Degree | None = None
    preset: str | None = None
    min_quality: float | None = None
    max_attempts: int | None = None
    concurrency: int | None = None
    workers: int | None = None
    deadline_s: float | None = None
    generation_limit_s: float | None = None


MINUTE_S = 60.0

PROFILES: Mapping[str, Profile] = {
    "high-confidence": Profile(
        help="everyone plays twice, to the end; nobody is dropped, quality counts most",
        mode="all",
        allocate=True,
        complexity="high",
        criticality="high",
        preset="quality",
    ),
    "balanced": Profile(
        help="who falls behind is dropped, but three are left; eight at once, half an hour",
        mode="prune",
        mode_options={"margin": 0.30, "floor": 0.40, "retain": 3},
        preset="balanced",
        concurrency=8,
        deadline_s=30 * MINUTE_S,
    ),
    "fast-iteration": Profile(
        help="three play, twice if they pass; a good one ends it; five at once, ten minutes",
        mode="prune",
        mode_options={"floor": 0.50, "enough": 0.70},
        allocate=True,
        complexity="medium",
        criticality="low",
        preset="speed",
        max_attempts=6,
        concurrency=5,
        deadline_s=10 * MINUTE_S,
        generation_limit_s=2 * MINUTE_S,
    ),
}
"""The profiles that are always there."""
