"""Whether modes that learn within a tournament spend a budget better than an even hand does.

    python -m tests.bench.modes [CORPUS_FOLDER] [--keep FILE] [--repeats 5] [--budgets 16,24,40]

With the corpus's folder, tournaments are replayed from real answers of local models: each attempt
draws one of its generator's recorded answers to that task, by a seed, so that all modes meet the
same answers. They are judged in the sandbox first; --keep keeps what came of them for the next
time. Without a folder the outcomes are made up, with a stated seed.

For every mode and budget: how many attempts it made, in how many tournaments somebody passed, the
part of the attempts that passed, the mean of the best reward, and the regret: how much less an
attempt's expected reward was than the best generator's for that task. The even hand spends the
whole budget, each generator in turn. History, where a mode looks at it, is what the other tasks
show. Exits with 1 where a mode that is to spend better passes less often than the even hand or
regrets more, where one that is to spend less doesn't, or where in more than one tournament of a
hundred nobody passes though the even hand finds somebody.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import fmean

from paragen.domain.board import Board, Budget
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Generator, Instance, instance
from paragen.domain.plan import Written
from paragen.domain.standing import Standing
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.modes import Mode, decide, find_mode
from tests.bench.outcomes import QUALITY, Recording, from_corpus, made_up

SEED = 20_250
EVEN = "all, evenly"
MOST_LOST = 0.01


@dataclass(frozen=True, kw_only=True)
class Played:
    """A mode as it is compared; `knows` says whether it is given history."""

    mode: str
    limit: str = "attempts"
    options: Mapping[str, Written] = field(default_factory=dict)
    knows: bool = False
    spends_less: bool = False


PLAYED: Mapping[str, Played] = {
    "bandit, ucb1": Played(mode="bandit", options={"policy": "ucb1"}),
    "bandit, thompson": Played(mode="bandit", options={"policy": "thompson"}),
    "bandit, thompson, with history": Played(
        mode="bandit", options={"policy": "thompson"}, knows=True
    ),
    "prune, threshold": Played(mode="prune", options={"variant": "threshold"}),
    "prune, halving": Played(mode="prune", options={"variant": "halving"}),
    "adaptive": Played(mode="adaptive", limit="max", spends_less=True),
}


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a tournament made of its attempts."""

    attempts: int
    passes: int
    best: float
    regret: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """A mode at a budget, over all tournaments; everything but `attempts` is a mean or a part."""

    name: str
    budget: int
    attempts: float
    solved: float
    passed: float
    best: float
    regret: float


class Replay:
    """Plays tournaments from a recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._means = {
            (task.name, one.name): fmean(c.reward or 0.0 for c in self._answers(task, one.name))
            for task in recording.tasks
            for one in recording.generators
        }

    def play(self, name: str, task: Task, seed: int, budget: int) -> Spent:
        """One tournament in the mode of that row, to its end; what runs at once ends together."""
        played = PLAYED[name]
        mode = find_mode(played.mode, {**played.options, played.limit: budget})
        roster = tuple(instance(one, 0, seed) for one in self._order(seed))
        standings = self.history(task) if played.knows else {}
        return self._played(mode, task, seed, roster, standings)

    def evenly(self, task: Task, seed: int, attempts: int) -> Spent:
        """So many attempts, each generator in turn."""
        order = self._order(seed)
        roster = tuple(
            instance(order[n % len(order)], n // len(order), seed) for n in range(attempts)
        )
        return self._played(find_mode("all"), task, seed, roster, {})

    def history(self, but: Task) -> Mapping[str, Standing]:
        """What all other tasks show of each generator."""
        found = {}
        for one in self._recording.generators:
            others = [
                candidate
                for task in self._recording.tasks
                if task.name != but.name
                for candidate in self._answers(task, one.name)
            ]
            found[one.name] = Standing(
                plays=len(others), passes=sum(c.status is Status.PASSED for c in others)
            )
        return found

    def _played(
        self,
        mode: Mode,
        task: Task,
        seed: int,
        roster: tuple[Instance, ...],
        standings: Mapping[str, Standing],
    ) -> Spent:
        board = Board(task=task, roster=roster, criteria=QUALITY, seed=seed, standings=standings)
        while (step := decide(mode, board, Budget())).finish is None:
            board = board.asked(step.start)
            for one in board.in_flight:
                board = board.ended(self._end(task, seed, board.attempts[one]))
        return self._spent(task, board)

    def _end(self, task: Task, seed: int, attempt: Attempt) -> Candidate:
        name, copy = attempt.instance.generator.name, attempt.instance.copy
        answers = self._answers(task, name)
        drawn = Random(f"{seed}/{task.name}/{name}/{copy}").randrange(len(answers))
        return replace(answers[drawn], attempt=attempt)

    def _spent(self, task: Task, board: Board) -> Spent:
        best = max(self._means[task.name, one.name] for one in self._recording.generators)
        ends = list(board.candidates.values())
        return Spent(
            attempts=len(ends),
            passes=sum(one.status is Status.PASSED for one in ends),
            best=max((one.reward or 0.0 for one in ends), default=0.0),
            regret=sum(
                best - self._means[task.name, one.attempt.instance.generator.name] for one in ends
            ),
        )

    def _answers(self, task: Task, name: str) -> Sequence[Candidate]:
        return self._recording.outcomes[task.name][name]

    def _order(self, seed: int) -> Sequence[Generator]:
        """Generators in an order that isn't always the same: none is always the first."""
        return Random(seed).sample(self._recording.generators, len(self._recording.generators))


def main() -> int:
    arguments = _arguments()
    if arguments.corpus is None:
        print(f"Outcomes made up with seed {SEED}.")
        recording = made_up(SEED)
    else:
        recording = from_corpus(arguments.corpus, arguments.keep, arguments.problems)
    rows = measured(recording, arguments.budgets, arguments.repeats)
    print(
        f"{len(recording.tasks)} tasks × {arguments.repeats} seeds, "
        f"{len(recording.generators)} generators.\n"
    )
    print(table(rows))
    found = complaints(rows)
    print(*found, sep="\n")
    return 1 if found else 0


def measured(recording: Recording, budgets: Sequence[int], repeats: int) -> Sequence[Row]:
    """The even hand and every mode at every budget, over all tasks and so many seeds."""
    replay, rows = Replay(recording), []
    games = [(task, SEED + n) for task in recording.tasks for n in range(repeats)]
    for budget in budgets:
        rows.append(_row(EVEN, budget, [replay.evenly(*game, budget) for game in games]))
        for name in PLAYED:
            rows.append(_row(name, budget, [replay.play(name, *game, budget) for game in games]))
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in markdown."""
    titles = ("budget", "mode", "attempts", "somebody passed", "attempts passed", "best", "regret")
    lines = [f"| {' | '.join(titles)} |", "|--:|:--|--:|--:|--:|--:|--:|"]
    for row in rows:
        lines.append(
            f"| {row.budget} | {row.name} | {row.attempts:.1f} | {row.solved:.1%} "
            f"| {row.passed:.1%} | {row.best:.3f} | {row.regret:.3f} |"
        )
    return "\n".join(lines)


def complaints(rows: Sequence[Row]) -> Sequence[str]:
    """In what a mode falls short of the even hand, a sentence each."""
    evenly = {row.budget: row for row in rows if row.name == EVEN}
    found = []
    for row in rows:
        if row.name == EVEN:
            continue
        even, what = evenly[row.budget], f"{row.name} at {row.budget}"
        if row.solved < even.solved - MOST_LOST:
            found.append(f"{what}: nobody passes where the even hand finds somebody.")
        if PLAYED[row.name].spends_less:
            if row.attempts > even.attempts:
                found.append(f"{what}: spends more than the even hand.")
        elif row.passed <= even.passed or row.regret >= even.regret:
            found.append(f"{what}: spends no better than the even hand.")
    return found


def _row(name: str, budget: int, spent: Sequence[Spent]) -> Row:
    attempts = sum(one.attempts for one in spent)
    return Row(
        name=name,
        budget=budget,
        attempts=attempts / len(spent),
        solved=fmean(one.passes > 0 for one in spent),
        passed=sum(one.passes for one in spent) / attempts,
        best=fmean(one.best for one in spent),
        regret=sum(one.regret for one in spent) / attempts,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare modes with an even hand.")
    parser.add_argument("corpus", type=Path, nargs="?", help="the folder with the two files")
    parser.add_argument("--keep", type=Path, help="a file for what came of the answers")
    parser.add_argument("--problems", type=int, help="only the first so many")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--budgets",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[16, 24, 40],
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
