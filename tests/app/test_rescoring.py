"""Recorded runs that are decided again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from paragen.app.choices import Choices
from paragen.app.rescoring import Rescoring
from paragen.domain.task import Module
from paragen.domain.tournament import Run
from tests.store import build

PROGRAM = Module(name="first", source="def one():\n    return 1\n")
OTHER = """\
---
entry_point: solve
---
Whatever.

```python test
from solution import solve


def test_it():
    assert solve() == 1
```
"""


def run() -> Run:
    recorded = build.run("r")
    return replace(recorded, task=replace(recorded.task, needs=("first",), modules=(PROGRAM,)))


def test_with_a_task_file_of_other_tests_programs_may_import_what_they_could(
    tmp_path: Path,
) -> None:
    path = tmp_path / "other.md"
    path.write_text(OTHER)
    task = Rescoring(run(), tests=[path]).rescore(Choices()).task
    assert task.entry_point == "solve"
    assert (task.needs, task.modules) == (("first",), (PROGRAM,))


def test_what_was_not_played_still_says_why() -> None:
    given_up = replace(run(), reason="Not played: it needs first, which has no winner.")
    assert Rescoring(given_up).rescore(Choices()).reason == given_up.reason
