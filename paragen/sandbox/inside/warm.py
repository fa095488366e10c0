"""What the zygote does once, so that no candidate has to: imports, and a rehearsal."""

from __future__ import annotations

import gc
import importlib
import io
import sys
import time
from contextlib import suppress

from .rehearsal import rehearse

MODULES = (
    "abc", "bisect", "collections", "collections.abc", "contextlib", "copy", "dataclasses",
    "datetime", "enum", "functools", "heapq", "io", "itertools", "json", "math", "operator",
    "random", "re", "string", "time", "types", "typing",
)  # fmt: skip
"""What small programs import most: importing a module costs more than a fork that has it, but each
makes every fork dearer (hashlib with its OpenSSL most of all)."""


def warm() -> None:
    """Import and run what candidates will, then keep it all out of their collector."""
    for name in MODULES:
        importlib.import_module(name)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    rehearse()
    freeze()


def preload(modules: tuple[str, ...]) -> None:
    """Import packages that the task's programs may import."""
    for name in modules:
        with suppress(Exception):  # whoever imports a broken package sees what is wrong with it
            importlib.import_module(name)
    freeze()


def freeze() -> None:
    """Keep all that is there out of the collector: it would touch it, and so have it copied."""
    gc.collect()
    gc.freeze()


def work_s() -> float:
    """The CPU seconds that a fixed piece of work takes here: the best of three."""
    return min(_timed() for _ in range(3))


def _timed() -> float:
    start = time.process_time()
    total, names = 0, {}
    for number in range(40_000):
        total = (total * 31 + number) % 1_000_003
        if number % 8 == 0:
            names[str(total)] = number
    return time.process_time() - start
