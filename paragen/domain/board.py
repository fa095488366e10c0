"""The board: all that a tournament knows so far, and what a mode may answer to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Instance
from paragen.domain.ledger import Ledger
from paragen.domain.standing import Standing
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a tournament may spend: None is no limit.

    It doesn't end of its own accord before `min_attempts` have ended, if so many can be asked for.
    """

    max_attempts: int | None = None
    min_attempts: int = 0
    fail_fast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How a generator does in this tournament, all its instances together.

    `asked` counts attempts asked for, `ended` those that ended, `plays` those that ended by the
    model's own doing, `passes` those that passed; `rewards` is the sum of the plays' rewards.
    """

    asked: int = 0
    ended: int = 0
    plays: int = 0
    passes: int = 0
    rewards: float = 0.0

    @property
    def in_flight(self) -> int:
        """How many of its attempts were asked for and haven't ended."""
        return self.asked - self.ended

    @property
    def mean_reward(self) -> float | None:
        """The mean reward of its plays in 0..1, None where there are none."""
        return self.rewards / self.plays if self.plays else None


NO_SHOWING = Showing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A tournament at one moment: who plays, which attempts were asked for, and how they ended.

    `attempts` holds every attempt asked for, by id, in the order of asking; `candidates` those
    that have ended. What is in the first and not in the second is in flight. `showings` counts
    both by generator name, and `standings` is what history said of a generator before. A mode
    that draws lots takes them from `seed`. `asked` and `ended` cost the same however much is on
    the board.
    """

    task: Task
    roster: tuple[Instance, ...]
    criteria: Criteria = field(
        default_factory=lambda: Criteria(weights=Weights(quality=1, speed=0))
    )
    seed: int = 0
    standings: Mapping[str, Standing] = field(default_factory=dict)
    attempts: Ledger[Attempt] = field(default_factory=Ledger)
    candidates: Ledger[Candidate] = field(default_factory=Ledger)
    showings: Mapping[str, Showing] = field(default_factory=dict)

    @property
    def in_flight(self) -> tuple[str, ...]:
        """The ids of attempts that were asked for and haven't ended, in the order of asking."""
        return tuple(i for i in self.attempts if i not in self.candidates)

    @property
    def running(self) -> int:
        """How many attempts are in flight."""
        return len(self.attempts) - len(self.candidates)

    def showing(self, generator: str) -> Showing:
        """How a generator does in this tournament, by its name."""
        return self.showings.get(generator, NO_SHOWING)

    def asked(self, attempts: Iterable[Attempt]) -> Board:
        """The board after these attempts were asked for; those that were already are ignored."""
        ledger, showings = self.attempts, dict(self.showings)
        for attempt in attempts:
            if attempt.id in ledger:
                continue
            ledger = ledger.added(attempt.id, attempt)
            name = attempt.instance.generator.name
            showing = showings.get(name, NO_SHOWING)
            showings[name] = replace(showing, asked=showing.asked + 1)
        return replace(self, attempts=ledger, showings=showings)

    def ended(self, candidate: Candidate) -> Board:
        """The board after this attempt ended; a second end of the same attempt is ignored."""
        if candidate.id in self.candidates:
            return self
        name = candidate.attempt.instance.generator.name
        showing = self.showing(name)
        played = candidate.status in MODEL_OUTCOMES
        showing = replace(
            showing,
            ended=showing.ended + 1,
            plays=showing.plays + played,
            passes=showing.passes + (candidate.status is Status.PASSED),
            rewards=showing.rewards + (candidate.reward or 0.0),
        )
        return replace(
            self,
            candidates=self.candidates.added(candidate.id, candidate),
            showings={**self.showings, name: showing},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a mode wants next: start these, cancel those, or finish for this reason.

    Where the finish rests on some of the candidates (the first, those that agree), `among` are
    their ids: if any of them can win, the winner is one of them.
    """

    start: tuple[Attempt, ...] = ()
    cancel: tuple[str, ...] = ()
    finish: str | None = None
    among: tuple[str, ...] = ()
