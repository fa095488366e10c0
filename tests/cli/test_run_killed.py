"""A session over a folder of tasks is killed, at any moment, until it has come to its end."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from paragen.parse.recording import Recorded, format_recording
from tests.cli.running import Done, Place

GENERATORS = """\
[[hosts]]
name = "demo"
kind = "demo"
recording = "recording.jsonl"
slots = 2
"""
TASK = """\
---
entry_point: {name}
{needs}---
Write the function `{name}(x)`.

```python test
from solution import {name}


def test_it():
    assert {name}(3) == {result}
```
"""
PROGRAMS = {
    "double": ("def double(x):\n    return 2 * x\n", 6, ""),
    "square": ("def square(x):\n    return x * x\n", 9, ""),
    "negate": ("def negate(x):\n    return -x\n", -3, ""),
    "redouble": (
        "from double import double\n\n\ndef redouble(x):\n    return double(double(x))\n",
        12,
        "needs: [double]\n",
    ),
}
"""By task: a program that passes, what its test expects, and what it needs."""
MODELS = ("right", "wrong", "prose", "late")
KILLS = 3
"""`test_kill.py` kills much more often, in more ways of playing; it takes minutes."""


@pytest.fixture
def folder(place: Place) -> Place:
    """A place with a folder of tasks, and a recording of four models that answer them."""
    recorded = []
    for name, (program, result, needs) in PROGRAMS.items():
        place.write(f"tasks/{name}.md", TASK.format(name=name, result=result, needs=needs))
        answers = {
            "right": f"```python\n{program}```",
            "wrong": f"```python\ndef {name}(x):\n    return None\n```",
            "prose": "I would rather not.",
            "late": f"```python\ndef {name}(x):\n    raise ValueError(x)\n```",
        }
        recorded += [
            Recorded(
                model=model,
                match=f"Write the function `{name}(x)`",
                answer=answer,
                prompt_s=0.1 if model == "late" else 0.02,
                tokens_per_s=2000.0,
            )
            for model, answer in answers.items()
        ]
    place.write("recording.jsonl", format_recording(recorded))
    generators = "".join(f'[[generators]]\nname = "{m}"\nmodel = "{m}"\n' for m in MODELS)
    place.write("generators.toml", GENERATORS + generators)
    return place


def came_to(done: Done) -> list[tuple[Any, ...]]:
    """What a session came to, but for how long anything took."""
    assert done.code == 0, done.err
    return sorted(
        (
            run["task"]["name"],
            run["winner"],
            run["finish"],
            sorted((c["id"], c["generator"], c["status"]) for c in run["candidates"]),
        )
        for run in done.objects
    )


def test_killed_at_any_moment_a_session_ends_as_an_undisturbed_one(folder: Place) -> None:
    begun = time.monotonic()
    undisturbed = came_to(folder.run("run", "tasks", "--json", "--quiet"))
    takes_s = time.monotonic() - begun
    assert [(name, winner) for name, winner, *_ in undisturbed] == [
        (name, "c1") for name in sorted(PROGRAMS)
    ]
    moments = random.Random(KILLS)
    killed = gone_on_with = 0
    while killed < KILLS:
        running = folder.start("run", "tasks", "--json", "--quiet")
        time.sleep(moments.uniform(0.2, 1.0) * takes_s)
        is_over = running.process.poll() is not None
        running.process.kill()
        done = running.done()
        gone_on_with += "going on with the unfinished session" in done.err
        if is_over:
            assert came_to(done) == undisturbed
        killed += not is_over
    last = folder.run("run", "tasks", "--json")
    assert came_to(last) == undisturbed
    gone_on_with += "going on with the unfinished session" in last.err
    assert gone_on_with
