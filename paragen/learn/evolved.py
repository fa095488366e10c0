"""What came of a genetic search, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from paragen.learn.evolve import Individual, Played, Spending
from paragen.learn.paired import Comparison, Measure


class Verdict(StrEnum):
    """What a search came to."""

    KEPT = "kept"
    NOT_BETTER = "not_better"
    UNDECIDED = "undecided"
    NONE_AHEAD = "none_ahead"
    TOO_FEW_TASKS = "too_few_tasks"
    NO_ROOM = "no_room"
    NOT_PLAYED = "not_played"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What is searched: a task type, how many tasks of it are on record, and with whom to begin.

    `spending` is None where the tasks are too few to tell anything. `unfit` are tasks on record
    that need other tasks' programs, and so can't be played alone. `finals` is how many searches for
    the type came to a final before. `unbeatable` is a parent that passed each of the tasks to be
    played whenever it played it, where passes decide: None where there is room to be better.
    """

    task_type: str
    inferred: bool
    tasks: int
    unfit: int
    seed: int
    by: Measure
    parents: tuple[Individual, ...]
    spending: Spending | None
    finals: int = 0
    unbeatable: str | None = None

    @property
    def in_vain(self) -> Verdict | None:
        """What is known of it before anything is played, None where it may come to something."""
        if self.spending is None:
            return Verdict.TOO_FEW_TASKS
        return Verdict.NO_ROOM if self.unbeatable is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolved:
    """What came of it.

    `generations` are the offspring of each, in the order of their birth, `played` what everybody
    did on the tasks of the selection, by name. `finalist` was compared with `rival`, the best of
    the parents, on the tasks held back, `copies` times each; `finals` is what the two did there.
    `attempts` are all that were asked for, of which `on_record` were from an earlier search like
    this; `config` is the file that the expert stands in.
    """

    searched: Searched
    verdict: Verdict
    generations: tuple[tuple[Individual, ...], ...] = ()
    played: Mapping[str, Played]
    attempts: int = 0
    on_record: int = 0
    finalist: Individual | None = None
    rival: Individual | None = None
    copies: int = 0
    finals: tuple[Played, Played] | None = None
    comparison: Comparison | None = None
    config: str | None = None

    @property
    def exit_code(self) -> int:
        """0 where an expert was kept, or nothing was to be played; else 1."""
        return 0 if self.verdict in (Verdict.KEPT, Verdict.NOT_PLAYED) else 1
