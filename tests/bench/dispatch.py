"""How close dispatch comes to the best possible, how far a plain pool is, what a decision costs.

    python -m tests.bench.dispatch [--attempts 100000] [--seeds 20]

Tournaments are played in virtual time, on simulated hosts that hold one model each. The best
possible is exact for small cases (every way to share out the attempts is tried), else a bound that
no schedule can beat. "Known" is dispatch with costs from history, "unknown" is it with none, and
the plain pool is one thread a slot, which take what was asked for first. Exits with 1 where a
makespan with known costs is over 1.05 times the best, or a decision takes more than 50 µs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from random import Random

from paragen.dispatch import Costs, Resident
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Answer, Attempt, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.ports import HostState
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Weights
from paragen.engine.slots import Slots, resident_of
from paragen.simulator import Policy, SimHost, simulate
from tests.bench.dispatch_best import Job, exact_s, least_s
from tests.simulator.plain_pool import PlainPool

TARGET = 1.05
TARGET_US = 50.0
SPEEDS = (1.0, 2.5, 1.5, 4.0)
"""Of the hosts: as a card of some years ago, two of today, and a server."""
CRITERIA = Criteria(weights=Weights(quality=0.7, speed=0.3))


@dataclass(frozen=True)
class Case:
    """Generators over models and hosts; `jobs` are seconds of load and answer by host, model."""

    name: str
    hosts: tuple[SimHost, ...]
    generators: tuple[Generator, ...]
    jobs: tuple[tuple[Job, ...], ...]
    copies: int
    tasks: int

    @property
    def counts(self) -> list[int]:
        """How many attempts each model gets."""
        models = [generator.model for generator in self.generators]
        each = self.copies * self.tasks
        return [models.count(f"m{number}") * each for number in range(len(self.jobs[0]))]

    @property
    def costs(self) -> Costs:
        """What loads and answers take."""
        return Costs().with_history(
            (host.name, Resident(f"m{number}:latest", 8192), *job, 20)
            for host, jobs in zip(self.hosts, self.jobs, strict=True)
            for number, job in enumerate(jobs)
        )

    @property
    def plans(self) -> list[Plan]:
        """A tournament of all generators for each task."""
        roster = tuple(instance(g, copy, 0) for g in self.generators for copy in range(self.copies))
        tasks = (Task(name=f"t{n}", prompt="", sha256=str(n)) for n in range(self.tasks))
        return [Plan(task=task, roster=roster, criteria=CRITERIA) for task in tasks]


def case(
    name: str, *, hosts: int, models: int, generators: int, copies: int, tasks: int, seed: int = 1
) -> Case:
    """A case in which every model takes its own time, and hosts differ by a tenth from model to
    model beside their speeds."""
    random = Random(seed)
    base = [(random.uniform(10, 40), random.uniform(4, 25)) for _ in range(models)]
    jobs = tuple(
        tuple((load_s / speed, s / speed * random.uniform(0.9, 1.1)) for load_s, s in base)
        for speed in SPEEDS[:hosts]
    )
    return Case(
        name=name,
        hosts=tuple(SimHost(name=f"h{number}") for number in range(hosts)),
        generators=tuple(
            Generator(name=f"g{n}", model=f"m{n % models}") for n in range(generators)
        ),
        jobs=jobs,
        copies=copies,
        tasks=tasks,
    )


def cases() -> Iterator[Case]:
    """Those in which the best possible is a bound."""
    for hosts, models in ((1, 3), (2, 3), (4, 3), (2, 8), (4, 8)):
        yield case(
            f"{_of(hosts, 'host')}, {models} models × 4 instances × 20 tasks",
            hosts=hosts,
            models=models,
            generators=models,
            copies=4,
            tasks=20,
        )
    for hosts, models in ((1, 25), (1, 100), (4, 25), (4, 100)):
        yield case(
            f"{_of(hosts, 'host')}, 100 generators of {models} models × 10 tasks",
            hosts=hosts,
            models=models,
            generators=100,
            copies=1,
            tasks=10,
        )


def _of(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def engine_policy(costs: Costs) -> Policy:
    """The engine's own books, believing these costs."""

    def books(
        hosts: Sequence[tuple[SimHost, HostState | None]], clock: Callable[[], float]
    ) -> Slots:
        return Slots(hosts, costs=costs, memory=1, clock=clock)

    return books


def makespan_s(played: Case, policy: Policy) -> float:
    """When all tournaments of a case have ended, every attempt having been answered."""
    result = simulate(played.plans, played.hosts, played.costs, outcome=passed, policy=policy)
    assert len(result.sent) == sum(played.counts)
    return result.makespan_s


def passed(run: str, plan: Plan, attempt: Attempt) -> Candidate:
    """Every program passes."""
    return Candidate(attempt=attempt, status=Status.PASSED)


def compare(played: Case, best_s: float) -> tuple[float, float, float]:
    """With known and with unknown costs, over the best possible; and the pool, over known."""
    known_s = makespan_s(played, engine_policy(played.costs))
    unknown_s = makespan_s(played, engine_policy(Costs()))
    return known_s / best_s, unknown_s / best_s, makespan_s(played, PlainPool) / known_s


def main() -> int:
    """Print the tables; 1 where a target is missed."""
    arguments = _arguments()
    worst = print_makespans(arguments.seeds)
    print()
    dearest_us = print_decisions(arguments.attempts)
    return 0 if worst <= TARGET and dearest_us <= TARGET_US else 1


def print_makespans(seeds: int) -> float:
    """The table of makespans; the worst one with known costs, over the best possible."""
    print("| case | best, s | known | unknown | plain pool |\n|:--|--:|--:|--:|--:|")

    def row(name: str, best: str, known: float, unknown: float, pool: float) -> None:
        print(f"| {name} | {best} | {known:.3f} | {unknown:.3f} | {pool:.1f} × |", flush=True)

    worst = 0.0
    for played in cases():
        best_s = least_s(played.counts, [host.slots for host in played.hosts], played.jobs)
        known, unknown, pool = compare(played, best_s)
        row(played.name, f"≥ {best_s:.0f}", known, unknown, pool)
        worst = max(worst, known)
    small = [compare(played, best_s) for played, best_s in small_cases(seeds)]
    known, unknown, pool = (max(one[n] for one in small) for n in range(3))
    row(f"the worst of {len(small)} small cases", "exact", known, unknown, pool)
    return max(worst, known)


def print_decisions(attempts: int) -> float:
    """The table of what decisions cost; the dearest of the longest sessions, in µs."""
    print("| attempts | hosts | models | µs an attempt | first tenth | last tenth |")
    print("|--:|--:|--:|--:|--:|--:|")
    dearest_us = 0.0
    for hosts, models in ((1, 3), (4, 25), (4, 100)):
        for count in (attempts // 10, attempts):
            mean, first, last = decision_us(count, hosts, models)
            print(f"| {count} | {hosts} | {models} | {mean:.1f} | {first:.1f} | {last:.1f} |")
        dearest_us = max(dearest_us, mean)
    return dearest_us


def small_cases(seeds: int) -> Iterator[tuple[Case, float]]:
    """Cases of some ten attempts on two and three hosts, with the exact best."""
    for seed in range(seeds):
        for hosts, models, copies in ((2, 3, 4), (3, 2, 5), (2, 2, 8)):
            played = case(
                "small",
                hosts=hosts,
                models=models,
                generators=models,
                copies=copies,
                tasks=1,
                seed=seed,
            )
            yield played, exact_s(played.counts, [1] * hosts, played.jobs)


def decision_us(attempts: int, hosts: int, models: int) -> tuple[float, float, float]:
    """What an attempt costs from being asked for to its slot's being free again: all, first, last.

    CPU time in µs; the first and the last are tenths of the attempts, in the order of ending.
    """
    played = case("", hosts=hosts, models=models, generators=100, copies=1, tasks=1)
    costs = played.costs
    now_s = [0.0]
    slots = Slots(
        [(host, None) for host in played.hosts], costs=costs, memory=1, clock=lambda: now_s[0]
    )
    asked = [
        (f"r{n // 1000}", Attempt(id=f"c{n}", instance=instance(played.generators[n % 100], n, 0)))
        for n in range(attempts)
    ]
    started_s = time.process_time()
    for run, attempt in asked:
        slots.put((run, attempt.id), attempt)
    put_us = (time.process_time() - started_s) / attempts * 1e6
    running: list[tuple[float, tuple[str, str], float]] = []

    def send() -> None:
        for key, host in slots.choose(busy=len(running)):
            attempt = slots.take(key)
            assert attempt is not None
            slots.begin(key, attempt, host)
            answer_s = costs.of(host, resident_of(attempt)).generation_s
            heappush(running, (now_s[0] + answer_s, key, answer_s))

    ticks_s = [time.process_time()]
    send()
    for number in range(1, attempts + 1):
        now_s[0], key, answer_s = heappop(running)
        slots.end(key, loaded=True, seen=Answer(text="", decode_s=answer_s))
        send()
        if number % (attempts // 10) == 0:
            ticks_s.append(time.process_time())
    each_us = [(b - a) / (attempts // 10) * 1e6 for a, b in pairwise(ticks_s)]
    return put_us + sum(each_us) / len(each_us), put_us + each_us[0], put_us + each_us[-1]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How good dispatch is, and what it costs.")
    parser.add_argument(
        "--attempts", type=int, default=100_000, help="of which decisions are timed"
    )
    parser.add_argument("--seeds", type=int, default=20, help="of the small cases")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
