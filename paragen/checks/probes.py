"""Probes: what programs answer to inputs that no test asks about, so that they can be compared.

One run of the program makes every call twice, and prints what each shows. What isn't the same both
times is no answer to build on, and is said to be unstable. A program that a call is the end of, or
that runs into a limit there, shows that at this call and at those that it never came to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.abc import InspectLoader
from importlib.util import find_spec

from paragen.domain.command import Command, Ending, Ran, ScriptRun
from paragen.domain.task import Limits, Task

UNSTABLE = "unstable"
_NEVER = "no answer"

_CPU_S, _WALL_S = 3.0, 6.0
_OUTPUT_BYTES = 1 << 20
_LONG, _SHOWN = 200, 120
"""Answers that are longer are shown so far, and known by their digest."""


def probe_run(task: Task, code: str, inputs: Sequence[str]) -> Command:
    """The run that makes these calls of a program; it takes no more than the task's limits."""
    calls = [_split(call) for call in inputs]
    return ScriptRun(
        program=f"{_driver()}\n\nprobe({code!r}, {calls!r}, {_mark(inputs)!r})\n",
        language=task.language,
        stdin="",
        limits=_limits(task.limits),
        packages=task.packages,
        modules=task.modules,
    )


def read_outputs(ran: Ran, inputs: Sequence[str]) -> tuple[str, ...] | None:
    """What the program answered to each input, None where it couldn't be asked at all."""
    mark = f"{_mark(inputs)} "
    said = [line.removeprefix(mark) for line in ran.stdout.split("\n") if line.startswith(mark)]
    if ran.ending is Ending.CANCELLED or "ready" not in said:
        return None
    answers: dict[int, dict[str, str]] = {}
    for line in said:
        number, _, rest = line.partition(" ")
        turn, _, shown = rest.partition(" ")
        if number.isdecimal() and int(number) < len(inputs):
            answers.setdefault(int(number), {})[turn] = shown
    return tuple(_answer(answers.get(n, {}), ran.ending) for n in range(len(inputs)))


def _answer(turns: Mapping[str, str], ending: Ending) -> str:
    """One answer, from what was shown each time: the second may never have come."""
    if "1" not in turns:
        return f"{_NEVER} ({ending})"
    first = turns["1"]
    if turns.get("2", first) != first:
        return UNSTABLE
    if len(first) <= _LONG:
        return first
    digest = hashlib.sha256(first.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{first[:_SHOWN]}… {digest[:16]}"


def _split(call: str) -> tuple[str, str]:
    """The name that is called, and the text of the arguments."""
    name, _, arguments = call.partition("(")
    return name, arguments.removesuffix(")")


def _mark(inputs: Sequence[str]) -> str:
    """What lines that count begin with: nothing that a program would print by chance."""
    return f"probe-{hashlib.sha256(json.dumps(list(inputs)).encode()).hexdigest()[:16]}"


def _limits(limits: Limits) -> Limits:
    return replace(
        limits,
        cpu_s=min(limits.cpu_s, _CPU_S),
        wall_s=min(limits.wall_s, _WALL_S),
        output_bytes=_OUTPUT_BYTES,
    )


@cache
def _driver() -> str:
    """The driver's text, from whatever the package was imported from."""
    name = f"{__package__}.probe_driver"
    spec = find_spec(name)
    loader = spec.loader if spec is not None else None
    source = loader.get_source(name) if isinstance(loader, InspectLoader) else None
    if source is None:
        raise ImportError(f"{name} has no source")
    return source
