"""What is to be played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from paragen.domain.board import Board, Budget
from paragen.domain.generator import Instance
from paragen.domain.standing import Standing
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria

Written = str | int | float | bool | Sequence[str]
"""A mode's option as a user writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One tournament to be played: a task, who plays, in which mode, and what decides it.

    `mode_options` are the mode's own, as written; `standings` is what history says of generators,
    by name. At `deadline_s` seconds after its first attempt the best so far wins; None is none.
    `needs` are the names of the tasks whose winners' code is given to this one. `notes` say how it
    came to be, `warnings` what is odd about it, in sentences.
    """

    task: Task
    roster: tuple[Instance, ...]
    criteria: Criteria
    mode: str = "all"
    mode_options: Mapping[str, Written] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    deadline_s: float | None = None
    seed: int = 0
    standings: Mapping[str, Standing] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def board(self) -> Board:
        """The board at its beginning: nobody was asked."""
        return Board(
            task=self.task,
            roster=self.roster,
            criteria=self.criteria,
            seed=self.seed,
            standings=self.standings,
        )
