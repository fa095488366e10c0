"""Killed at random moments and begun again by the same command: the end is as if undisturbed."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.tournament import Run
from paragen.server.scripted_ollama import ScriptedOllama
from paragen.store.connection import connect
from paragen.store.queries import load_run
from tests.cli.running import RIGHT, TASK, WRONG, Place, command
from tests.cli.scripts import config, generations, recorded

KILLS = 200
SLOTS = 2
SEED = 20
MOST_PROCESSES = 40
"""A session that isn't at its end after so many kills makes no progress."""

QUICK, OTHER, WORDS, NEVER = "quick:7b", "other:7b", "words:3b", "wrong:7b"
ANSWERS = (
    recorded(NEVER, WRONG, tokens_per_s=150.0),
    recorded(WORDS, "I would rather not.", tokens_per_s=150.0),
    recorded(QUICK, RIGHT, tokens_per_s=150.0),
    recorded(OTHER, RIGHT.replace("2 * x", "x + x"), tokens_per_s=40.0),
)
MODELS = (NEVER, WORDS, QUICK, OTHER)
NEEDY = TASK.replace("---\n", "---\nneeds: [task0, task1]\n", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A folder's files, and how it is played."""

    name: str
    arguments: tuple[str, ...] = ()
    tasks: dict[str, str] = field(default_factory=dict)


PLAIN = {f"task{number}.md": TASK for number in range(3)}
WAYS = (
    Way(name="all", tasks=PLAIN),
    Way(name="copies", arguments=("-g", "quick:3,other,wrong:2"), tasks=PLAIN),
    Way(name="race", arguments=("--mode", "race", "-g", "wrong,words,quick"), tasks=PLAIN),
    Way(name="steps", tasks={**PLAIN, "task2.md": NEEDY}),
)
End = dict[str, tuple[Any, ...]]


@dataclass(slots=True)
class Lane:
    """One folder, one history and one server, of which processes are killed."""

    way: Way
    place: Place
    server: ScriptedOllama
    luck: random.Random
    kills: int = 0

    def prepare(self) -> None:
        text = config(self.server.url, models=MODELS)
        self.place.write("generators.toml", text.replace("[[gen", f"slots = {SLOTS}\n[[gen", 1))
        for name, task in self.way.tasks.items():
            self.place.write(f"tasks/{name}", task)

    def process(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command(["run", "tasks", "--json", "-j", "2", *self.way.arguments]),
            cwd=self.place.folder,
            env=self.place.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def undisturbed(self) -> tuple[End, float, int]:
        """How it ends when nobody interferes, how long that takes, and how much is generated."""
        started = time.monotonic()
        process = self.process()
        _, err = process.communicate()
        assert process.returncode in (0, 1), err
        return self.end(), time.monotonic() - started, len(generations(self.server))

    def killed_until_it_ends(self, usual_s: float) -> int:
        """Kill the command until it comes to its end; how many of its processes were."""
        for kills in range(MOST_PROCESSES):
            process = self.process()
            try:
                _, err = process.communicate(timeout=self.luck.uniform(0, 1.1 * usual_s))
            except subprocess.TimeoutExpired:
                process.kill()
                _, err = process.communicate()
            assert "Traceback" not in err
            assert "recorded" not in err, "the history is sound"
            if process.returncode >= 0:
                assert process.returncode in (0, 1), err
                self.kills += kills
                return kills
        pytest.fail(f"{self.way.name} makes no progress")

    def sessions(self) -> int:
        """How many were begun: one that was killed at its very end is played anew."""
        with closing(connect(self.place.database, write=False)) as history:
            (count,) = history.execute("SELECT count(*) FROM sessions").fetchone()
            return int(count)

    def end(self) -> End:
        """What the newest session on record came to, by task."""
        with closing(connect(self.place.database, write=False)) as history:
            rows = history.execute(
                """
                SELECT runs.id, runs.state FROM runs WHERE session =
                    (SELECT key FROM sessions ORDER BY key DESC LIMIT 1)
                """
            ).fetchall()
            assert {row["state"] for row in rows} == {"ended"}
            return {
                run.task.name: came_to(run) for run in (load_run(history, r["id"]) for r in rows)
            }


def came_to(run: Run) -> tuple[Any, ...]:
    """All of a run that doesn't hang on time: whose program won, and how every attempt ended.

    Who is how far when a race is won hangs on time, and a kill takes some of it.
    """
    winner = run.winning.attempt.instance.generator.name if run.winning is not None else None
    attempts = sorted((one.id, one.attempt.instance.name) for one in run.ranking)
    ended = () if run.mode == "race" else sorted(map(_of, run.ranking))
    return winner, run.exit_code, attempts, ended


def _of(candidate: Candidate) -> tuple[Any, ...]:
    passed = candidate.verdict.tests_passed if candidate.verdict is not None else None
    return candidate.id, candidate.status.value, candidate.code or "", passed


@pytest.fixture
def lanes(tmp_path: Path) -> Iterator[list[Lane]]:
    with ExitStack() as stack:
        yield [
            Lane(
                way=way,
                place=_place(tmp_path, way),
                server=stack.enter_context(ScriptedOllama(ANSWERS, slots=SLOTS, max_loaded=4)),
                luck=random.Random(SEED + number),
            )
            for number, way in enumerate(WAYS)
        ]


def _place(folder: Path, way: Way) -> Place:
    (folder / way.name).mkdir()
    return Place(folder / way.name)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_two_hundred_times_over_folders_of_tasks(lanes: list[Lane]) -> None:
    def play(lane: Lane) -> None:
        lane.prepare()
        wanted, usual_s, asked = lane.undisturbed()
        assert len(wanted) == len(lane.way.tasks)
        while lane.kills < KILLS // len(lanes):
            lane.killed_until_it_ends(usual_s)
            assert lane.end() == wanted
            # A kill loses what was being generated, or on its way: nothing that was on record.
            lost = len(generations(lane.server)) - lane.sessions() * asked
            assert lost <= lane.kills * 2 * SLOTS

    with ThreadPoolExecutor(len(lanes)) as pool:
        list(pool.map(play, lanes))
    assert sum(lane.kills for lane in lanes) >= KILLS
