"""How long `paragen stats` takes on a large history, beside the SQL that it can't do without.

    python -m tests.bench.stats [--candidates 1000000] [--rounds 5]

Makes the database (ten thousand candidates recorded as real runs are, and copied from there on),
rates what isn't rated yet, and prints medians: the whole command as a process of its own, and two
bare aggregates in a Python that does nothing else: of plays alone (counts and sums by task type and
generator), and with tournaments and wins too, in one plain statement.
Exits with 1 where the command takes more than 1.5 times the barest.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from paragen.learn.standing import By
from paragen.store.connection import connect
from paragen.store.ratings import ratings
from paragen.store.tallies import PLAYS, TESTED
from tests.bench.fill import PER_RUN, fill
from tests.bench.startup import timed

TARGET = 1.5
RECORDED = 10_000
NUMBERS = """
SELECT r.task_type, c.generator, count(*), sum(c.status = 'passed'), sum(c.combined),
       sum(c.combined * c.combined), sum(c.tokens_per_s), sum(c.generation_s), sum(c.load_s),
       sum(c.completion_tokens), sum(c.energy_j), count(c.energy_j),
       sum(c.status = 'passed' AND c.energy_j IS NOT NULL)
"""
WHERE = f"WHERE c.status IN ({PLAYS}) AND {TESTED} GROUP BY r.task_type, c.generator"
BAREST = f"{NUMBERS} FROM runs AS r JOIN candidates AS c ON c.run = r.key {WHERE}"
PLAIN = f"""
{NUMBERS}, count(DISTINCT c.run), count(DISTINCT s.run)
FROM runs AS r JOIN candidates AS c ON c.run = r.key
LEFT JOIN selections AS s ON s.run = c.run AND s.generator = c.generator
{WHERE}
"""
BARE = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()"


def main() -> int:
    """Measure, print, and say by the exit code whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.db")
        make(path, candidates=arguments.candidates)
        rated_s = rate(path)
        commands = {
            "plays alone, in SQL": [sys.executable, "-c", BARE, str(path), BAREST],
            "the same with tournaments and wins": [sys.executable, "-c", BARE, str(path), PLAIN],
            "paragen stats": [sys.executable, "-m", "paragen", "stats", "--db", str(path)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(arguments.rounds):  # interleaved, so that all meet the same machine
            for name, command in commands.items():
                times[name].append(timed(command))
    medians = {name: statistics.median(samples) for name, samples in times.items()}
    base = next(iter(medians.values()))
    print(f"{arguments.candidates} candidates; rated once, in {rated_s:.1f} s\n")
    print(f"| | median | × the first (target {TARGET}) |\n|---|--:|--:|")
    for name, median in medians.items():
        print(f"| {name} | {median:.2f} s | {median / base:.2f} |")
    return 0 if medians["paragen stats"] <= TARGET * base else 1


def make(path: Path, *, candidates: int) -> None:
    """A history of so many candidates, as a multiple of those recorded."""
    recorded = min(RECORDED, candidates)
    fill(path, candidates=recorded)
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(1, candidates // recorded):
            _copy(connection, number, recorded)


def _copy(connection: sqlite3.Connection, number: int, recorded: int) -> None:
    """Once more all that was recorded, as other runs that ended in other years."""
    runs = recorded // PER_RUN
    changed = {
        "runs": {
            "key": f"key + {number * runs}",
            "id": f"id || '-{number}'",
            "ended_at": f"'{number + 3000}' || substr(ended_at, 5)",
        },
        "candidates": {"key": f"key + {number * recorded}", "run": f"run + {number * runs}"},
        "selections": {
            "run": f"run + {number * runs}",
            "candidate": f"candidate + {number * recorded}",
        },
    }
    for table, changes in changed.items():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        of_run = "key" if table == "runs" else "run"
        connection.execute(
            f"INSERT INTO {table} SELECT {', '.join(changes.get(c, c) for c in columns)} "
            f"FROM {table} WHERE {of_run} <= {runs}"
        )


def rate(path: Path) -> float:
    """Seconds to rate all tournaments that weren't rated yet."""
    started = time.perf_counter()
    with closing(connect(path, write=False)) as connection:
        ratings(connection, By.GENERATOR)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
