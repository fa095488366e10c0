"""What the zygote does once, so that no candidate has to: imports, and a first compilation."""

from __future__ import annotations

import gc
import importlib
import sys
import time
from contextlib import suppress

MODULES = (
    "abc", "ast", "bisect", "collections", "collections.abc", "contextlib", "copy", "dataclasses",
    "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "io", "itertools",
    "json", "math", "numbers", "operator", "random", "re", "statistics", "string", "textwrap",
    "time", "types", "typing", "unicodedata",
)  # fmt: skip
"""What small programs import: a module costs a candidate more to import than the zygote to hold."""

_SAMPLE = '''
from typing import List, Optional
import math


class Sample:
    """A sample."""

    def __init__(self, values: List[float], *, name: str = "x") -> None:
        self.values = sorted(values, key=lambda value: -value)
        self.name = f"{name!r}: {len(values):>3}"

    @property
    def mean(self) -> Optional[float]:
        if not self.values or any(math.isnan(v) for v in self.values):
            return None
        return sum(self.values) / len(self.values)


def sample(text: str, *rest: int, **named: int) -> dict:
    found: dict = {}
    for number, word in enumerate(text.split(), start=1):
        try:
            found.setdefault(word.lower(), []).append(number % 7 or -number)
        except (KeyError, ValueError) as error:
            raise RuntimeError("no") from error
        finally:
            found["last"] = word[::-1]
    while rest and not named:
        rest, named = rest[1:], {**named, "x": 1}
    assert found is not None, "never"
    return {key: value for key, value in found.items() if value}


sample("a b a", 1, 2)
Sample([1.0, 2.0]).mean
'''


def warm(modules: tuple[str, ...]) -> None:
    """Import, compile and run what candidates will, then keep it all out of their collector."""
    for name in MODULES:
        importlib.import_module(name)
    for name in modules:
        with suppress(Exception):  # whoever imports a broken package sees what is wrong with it
            importlib.import_module(name)
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text stream by now
    exec(compile(_SAMPLE, "sample.py", "exec", dont_inherit=True), {"__name__": "sample"})
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
