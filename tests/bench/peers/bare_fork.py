"""What every harness is measured by: fork, exit and wait, and nothing else.

    python -I -S bare_fork.py

Stands alone and imports next to nothing, for fork's price grows with the process: the smallest
Python there is forks here. Speaks as `serving.py` does: `bare COUNT WORKERS` on a line of stdin,
one JSON object on a line of stdout.
"""

from __future__ import annotations

import os
import sys
from time import perf_counter


def main() -> None:
    print(f'{{"version": "a process of {_resident_bytes() / 1e6:.1f} MB"}}', flush=True)
    for line in sys.stdin:
        _, count, workers = line.split()
        seconds = alone(int(count)) if workers == "1" else beside(int(count), int(workers))
        print(f'{{"seconds": {seconds!r}, "failed": []}}', flush=True)


def alone(count: int) -> float:
    """Seconds for as many children, one after the other."""
    started = perf_counter()
    _fork(count)
    return perf_counter() - started


def beside(count: int, workers: int) -> float:
    """Seconds for as many children from several processes at once, which are made beforehand."""
    gate, opened = os.pipe()
    loops = []
    for _ in range(workers):
        loop = os.fork()
        if not loop:
            os.close(opened)
            os.read(gate, 1)  # returns when the gate opens: the last writing end is closed
            _fork(count // workers)
            os._exit(0)
        loops.append(loop)
    started = perf_counter()
    os.close(opened)
    for loop in loops:
        os.waitpid(loop, 0)
    seconds = perf_counter() - started
    os.close(gate)
    return seconds


def _fork(count: int) -> None:
    for _ in range(count):
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)


def _resident_bytes() -> int:
    try:
        file = os.open("/proc/self/statm", os.O_RDONLY)  # pathlib would make this process larger
    except OSError:
        return 0
    pages = os.read(file, 100).split()[1]
    os.close(file)
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
