"""Histories to merge: of the same few sessions and tournaments, as far as each had come."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from paragen.domain.events import (
    AttemptsAsked,
    CandidateEnded,
    Event,
    ModelLoaded,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.domain.generator import Attempt
from paragen.store import writer
from paragen.store.answers import AnswerCache
from paragen.store.connection import connect
from paragen.store.jsonl import lines
from paragen.store.recorder import Recorder
from tests.store import build

LAST_STAGE = 6
MOMENTS = ("2026-01-01T00:00:01.000Z", "2026-01-01T00:00:02.000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A tournament in a history: how much of it, in which way it went, and when."""

    stage: int
    way: int = 0
    moment: str = MOMENTS[0]


History = Mapping[tuple[str, str], Told]
"""What a history tells, by session and tournament."""

KEYS = [("s1", "r1"), ("s1", "r2"), ("s2", "r3")]


def histories() -> st.SearchStrategy[History]:
    told = st.builds(
        Told,
        stage=st.integers(0, LAST_STAGE),
        way=st.integers(0, 2),
        moment=st.sampled_from(MOMENTS),
    )
    return st.dictionaries(st.sampled_from(KEYS), told)


class Shelf:
    """Makes databases; each begins as a copy of an empty one, which is quicker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._empty = folder / "empty.db"
        self._count = 0
        connect(self._empty, write=True).close()

    def empty(self) -> Path:
        self._count += 1
        path = self._folder / f"h{self._count}.db"
        shutil.copy(self._empty, path)
        return path

    def copy(self, path: Path) -> Path:
        target = self.empty()
        shutil.copy(path, target)
        return target

    def made(self, history: History) -> Path:
        path = self.empty()
        for (session, run_id), told in history.items():
            tell(path, session, run_id, told)
        return path


@contextmanager
def at(moment: str) -> Iterator[None]:
    """Within it, that is the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "now", lambda: moment)
        yield


def tell(path: Path, session: str, run_id: str, told: Told) -> None:
    """Record a tournament as far as it had come."""
    with at(told.moment):
        recorder = Recorder(path, settings={"way": told.way}, on_failure=pytest.fail)
        for event in events(session, run_id, told):
            recorder(event)
        recorder.close()
    if told.way:
        cache = AnswerCache(path)
        answer = build.candidate("a", text=run_id + told.moment).answer
        assert answer is not None
        cache.keep(run_id, answer)
        cache.close()


def events(session: str, run_id: str, told: Told) -> list[Event]:
    plan = build.plan(run_id, "a", "b", copies=1 + told.way % 2)
    attempts = tuple(Attempt(id=f"c{n}", instance=one) for n, one in enumerate(plan.roster))
    ended = [
        build.ended(one, combined=0.5 + 0.1 * n, text=f"{run_id} {told.way}")
        for n, one in enumerate(attempts)
    ]
    run = replace(build.run(run_id), session_id=session, task=plan.task)
    begun = RunStarted(run=run, planned=2)
    # The last that was asked ends first, so that the two orders differ.
    ending = [CandidateEnded(run_id=run_id, candidate=one) for one in reversed(ended)]
    over = replace(run, ranking=tuple(ended), winner="c1", exit_code=0)
    stages: list[list[Event]] = [
        [SessionStarted(session_id=session, plans={run_id: plan})],
        [ModelLoaded(host="gpu0", model="a:7b", num_ctx=4096, load_s=1.5), begun],
        [AttemptsAsked(run_id=run_id, attempts=attempts)],
        list(ending[:1]),
        list(ending[1:]),
        [RunEnded(run=replace(over, winner=None, exit_code=130))],
        [RunEnded(run=over)],
    ]
    return [event for stage in stages[: told.stage + 1] for event in stage]


def content(path: Path) -> list[str]:
    """All that a history holds."""
    with closing(connect(path, write=False)) as connection:
        return list(lines(connection))


def only(connection: sqlite3.Connection, query: str) -> object:
    """The one value that a query gives."""
    ((value,),) = connection.execute(query).fetchall()
    return value
