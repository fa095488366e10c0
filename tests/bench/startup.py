"""How long paragen takes to start, as ratios to `python -c pass` in the same run.

    python -m tests.bench.startup

Prints a table of medians and ratios: `--help`, and `stats` on no database, an empty one and one
of 10,000 candidates. Exits with 1 where a ratio is over the target.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from paragen.store.connection import connect
from tests.bench.fill import fill

ROUNDS = 21
TARGET = 14.0
PARAGEN = [sys.executable, "-m", "paragen"]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        empty, full = Path(folder, "empty.db"), Path(folder, "full.db")
        connect(empty, write=True).close()
        fill(full, candidates=10_000)
        none = Path(folder, "none.db")
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "--help": [*PARAGEN, "--help"],
            "stats, no database": [*PARAGEN, "stats", "--db", str(none)],
            "stats, empty database": [*PARAGEN, "stats", "--db", str(empty)],
            "stats, 10,000 candidates": [*PARAGEN, "stats", "--db", str(full)],
            "history, 10,000 candidates": [*PARAGEN, "history", "--db", str(full)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):  # interleaved, so that all meet the same machine
            for name, command in commands.items():
                times[name].append(timed(command))
    base = statistics.median(times["python -c pass"])
    worst = 0.0
    print(f"| command | median | × `python -c pass` (target {TARGET:.0f}) |\n|---|--:|--:|")
    for name, samples in times.items():
        median = statistics.median(samples)
        worst = max(worst, median / base)
        print(f"| {name} | {median * 1000:.0f} ms | {median / base:.1f} |")
    return 0 if worst <= TARGET else 1


def timed(command: list[str]) -> float:
    """Seconds on the wall for one command, which must succeed."""
    started = time.perf_counter()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
