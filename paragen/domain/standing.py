"""What is known of a generator before a tournament: from history, never from this one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What history says of a generator for a task type.

    `plays` counts attempts with an outcome of the model's own doing, `passes` those that passed,
    `wins` the tournaments won of `runs`. `mean_reward` is the mean of `Candidate.reward` over the
    plays, None where there are none. So many `tasks` were played fairly (see domain.fair), and
    `task_rate` is the mean over these of the share of such plays that passed, None where there are
    none.
    """

    plays: int = 0
    passes: int = 0
    runs: int = 0
    wins: int = 0
    mean_reward: float | None = None
    tasks: int = 0
    task_rate: float | None = None
