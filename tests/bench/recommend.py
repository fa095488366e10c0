"""How many passes it costs to play whom the history recommends rather than who is best.

    python -m tests.bench.recommend [--seeds 20] [--tasks 200] [--jobs 4]

Generators with known chances play made-up tasks (`made_up.py`), one after the other. The first ten
are played by all of them, as `paragen run` does, or none is; from then on only those play who are
recommended, and who is explored. What they did is all that is known. It all goes through the real
search for similar tasks, the real inference of types and the real recommendation; whether an
attempt passes is drawn by lot, the same lot whoever plays.

Regret is how many tasks fewer pass, as is to be expected, than with those K who are best for each:
that any of the K passes has a chance of 1 − Π(1 − p). It is summed up over the tasks after the
first ten, and stands as mean ± standard deviation over the seeds. Who is explored adds nothing to
it, and is an attempt more. Weights were tuned on seeds 0 to 15; those here begin at 1000. Exits
with 1 where, though somebody is clearly best, recommendations regret more than drawing lots.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from random import Random
from statistics import fmean, pstdev

from paragen.learn.recommend import AlikeTask, Counts, TaskCounts, pick, recommend
from paragen.learn.standing import Recipe
from tests.bench.made_up import SCENARIOS, Game, Scenario, made_up

FIRST_SEED = 1000
BEGINNING = 10
"""So many tasks are played by everybody first."""

Setting = tuple[int, int]
"""How many are recommended, and how many tasks everybody played first."""
SETTINGS: Sequence[Setting] = ((1, BEGINNING), (3, BEGINNING), (1, 0))


class Known:
    """What the history knows of a game so far, as the store would tell it."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.played: dict[Recipe, dict[str, Counts]] = {one: {} for one in game.recipes}
        self._on_tasks: list[Mapping[Recipe, TaskCounts]] = []

    def add(self, number: int, passed: Mapping[int, bool]) -> None:
        """What came of a task; the first who passed won, where more than one played."""
        won = next((who for who, did in passed.items() if did), None) if len(passed) > 1 else None
        for who, did in passed.items():
            of_recipe, task_type = self.played[self.game.recipes[who]], self.game.types[number]
            counts = of_recipe.get(task_type, Counts())
            of_recipe[task_type] = counts.plus(
                Counts(plays=1, passes=did, tasks=1, fair_plays=1, fair_tasks=1, fair_shares=did)
            )
        self._on_tasks.append(
            {
                self.game.recipes[who]: TaskCounts(1, int(did), int(who == won))
                for who, did in passed.items()
            }
        )

    def alike(self, number: int) -> Sequence[AlikeTask]:
        return [
            AlikeTask(str(other), self.game.types[other], likeness, self._on_tasks[other])
            for other, likeness in self.game.alike[number]
        ]


Policy = Callable[[Known, int, int, Random], tuple[Sequence[int], Sequence[int]]]
"""Who plays a task of this number: so many, and who is explored."""


def best_of_all(known: Known, number: int, k: int, lots: Random) -> tuple[Sequence[int], tuple[()]]:
    """The oracle: who really is best."""
    chances = known.game.chances[number]
    return sorted(range(len(chances)), key=lambda who: -chances[who])[:k], ()


def always_first(
    known: Known, number: int, k: int, lots: Random
) -> tuple[Sequence[int], tuple[()]]:
    return range(k), ()


def by_lot(known: Known, number: int, k: int, lots: Random) -> tuple[Sequence[int], tuple[()]]:
    return lots.sample(range(len(known.game.recipes)), k), ()


def recommended(
    known: Known,
    number: int,
    k: int,
    lots: Random,
    *,
    explore: float = 0.0,
    sees_alike: bool = True,
) -> tuple[Sequence[int], Sequence[int]]:
    game = known.game
    alike = known.alike(number) if sees_alike else ()
    ranked = recommend(game.recipes, known.played, game.types[number], alike)
    picked = pick(ranked, k, explore=explore, lot=lots.random())
    numbers = [game.recipes.index(one.recipe) for one in picked]
    return numbers[:k], numbers[k:]


POLICIES: Mapping[str, Policy] = {
    "always the first": always_first,
    "by lot": by_lot,
    "recommended": recommended,
    "with `--explore 0.1`": partial(recommended, explore=0.1),
    "that, blind to similar tasks": partial(recommended, explore=0.1, sees_alike=False),
}
JUDGED = "with `--explore 0.1`"


@dataclass(frozen=True, kw_only=True)
class Played:
    """What was expected to pass, and how much less that was than with the best."""

    passes: float
    regret: float


def play(game: Game, policy: Policy, k: int, beginning: int, seed: int) -> Played:
    """All tasks of a game, one after the other."""
    outcomes, lots = Random(f"outcomes {seed}"), Random(f"lots {seed}")
    known, passes, regret = Known(game), 0.0, 0.0
    for number, chances in enumerate(game.chances):
        drawn = [outcomes.random() < chance for chance in chances]
        chosen: Sequence[int] = range(len(chances))
        explored: Sequence[int] = ()
        if number >= beginning:
            chosen, explored = policy(known, number, k, lots)
            best, _ = best_of_all(known, number, k, lots)
            passes += any_passes(chances, chosen)
            regret += any_passes(chances, best) - any_passes(chances, chosen)
        known.add(number, {who: drawn[who] for who in (*chosen, *explored)})
    return Played(passes=passes, regret=regret)


def any_passes(chances: Sequence[float], who: Sequence[int]) -> float:
    """The chance that any of them passes."""
    return 1 - math.prod(1 - chances[one] for one in who)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A scenario in a setting: what the best pass, and each policy's regret by seed."""

    scenario: Scenario
    setting: Setting
    best: float
    wrong: float
    regrets: Mapping[str, Sequence[float]]


Result = Mapping[tuple[Setting, str], Played]


def played(tasks: int, job: tuple[Scenario, int]) -> tuple[float, Result]:
    """One game in all settings by all policies, and the part of its tasks whose type is wrong."""
    scenario, seed = job
    game = made_up(scenario, seed, tasks)
    return game.wrong, {
        ((k, beginning), name): play(game, policy, k, beginning, seed)
        for k, beginning in SETTINGS
        for name, policy in POLICIES.items()
    }


def measured(scenarios: Sequence[Scenario], seeds: int, tasks: int, jobs: int = 1) -> Sequence[Row]:
    """All scenarios in all settings, with so many seeds each."""
    games = [(one, FIRST_SEED + seed) for one in scenarios for seed in range(seeds)]
    if jobs == 1:
        results = [played(tasks, game) for game in games]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            results = list(pool.map(partial(played, tasks), games))
    return [
        _row(scenario, setting, results[number * seeds : (number + 1) * seeds])
        for setting in SETTINGS
        for number, scenario in enumerate(scenarios)
    ]


def table(rows: Sequence[Row]) -> str:
    """The rows in markdown, a table for each setting."""
    lines: list[str] = []
    for k, beginning in SETTINGS:
        lines += [f"K = {k}; {beginning} tasks were played by all before.", ""]
        titles = ("scenario", "the best pass", *POLICIES)
        lines += [f"| {' | '.join(titles)} |", f"|:--|{'--:|' * (len(titles) - 1)}"]
        for row in (row for row in rows if row.setting == (k, beginning)):
            cells = [f"{fmean(some):.1f} ± {pstdev(some):.1f}" for some in row.regrets.values()]
            lines.append(f"| {row.scenario.name} | {row.best:.0f} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def complaints(rows: Sequence[Row]) -> Sequence[str]:
    """Where lots do better though somebody is clearly best, a sentence each."""
    return [
        f"{row.scenario.name}, K = {row.setting[0]}: lots regret less than recommendations."
        for row in rows
        if row.scenario.is_clear and fmean(row.regrets[JUDGED]) > fmean(row.regrets["by lot"])
    ]


def main() -> int:
    arguments = _arguments()
    rows = measured(SCENARIOS, arguments.seeds, arguments.tasks, arguments.jobs)
    print(f"{arguments.tasks} tasks, {arguments.seeds} seeds from {FIRST_SEED} on.\n")
    print(table(rows))
    wrong = {row.scenario.name: row.wrong for row in rows if row.wrong}
    print("Tasks whose type is wrong:", ", ".join(f"{n}: {part:.0%}" for n, part in wrong.items()))
    found = complaints(rows)
    print(*found, sep="\n")
    return 1 if found else 0


def _row(scenario: Scenario, setting: Setting, results: Sequence[tuple[float, Result]]) -> Row:
    by_policy = {name: [found[setting, name] for _, found in results] for name in POLICIES}
    return Row(
        scenario=scenario,
        setting=setting,
        best=fmean(one.passes + one.regret for one in by_policy["by lot"]),
        wrong=fmean(wrong for wrong, _ in results),
        regrets={name: [one.regret for one in some] for name, some in by_policy.items()},
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare recommendations with the best choice.")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=4, help="processes at once")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
