"""What the history knows before anything is played: standings, costs, unfinished sessions."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paragen.app.choices import Choices
from paragen.dispatch import Costs, Resident
from paragen.domain.candidate import Candidate
from paragen.domain.errors import ParagenError, StoreError
from paragen.domain.generator import Generator
from paragen.domain.plan import Plan
from paragen.domain.retry import Retry
from paragen.domain.standing import Standing
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.engine.resumed import Resumed, answered, broken_off, kept
from paragen.places import as_typed
from paragen.report.text import counted

if TYPE_CHECKING:
    import sqlite3

    from paragen.learn.feedback import Learned
    from paragen.learn.standing import Recipe
    from paragen.settings import Settings
    from paragen.store.costs import SeenCost
    from paragen.store.evidence import Evidence
    from paragen.store.locks import SessionLock
    from paragen.store.resume import Unfinished, UnfinishedRun
    from paragen.store.search import PastTasks


def database_of(settings: Settings, choices: Choices) -> Path:
    """Where runs are recorded."""
    from paragen.store.connection import default_path, demo_path

    if choices.database is not None:
        return choices.database
    return demo_path() if choices.demo else default_path(settings.database)


def db_option(path: Path, settings: Settings) -> str:
    """What a command needs, with a space before it, to find this history; "" where nothing."""
    from paragen.store.connection import default_path

    if os.path.realpath(path) == os.path.realpath(default_path(settings.database)):
        return ""
    return f" --db {as_typed(path)}"


class History:
    """A database that is read before anything is played; what can't be read is as if empty.

    That it can't be is said by whoever records; where it is `needed`, since nobody records, it is
    an error. What the session of the id `but` played is neither among past tasks nor evidence.
    """

    def __init__(self, path: Path, *, but: str | None = None, needed: bool = False) -> None:
        self.path = path
        self._but = but
        self._needed = needed
        self._past: PastTasks | None = None

    def standings(self, task_type: str, generators: Iterable[Generator]) -> Mapping[str, Standing]:
        """What it says of generators, by name, for a task type."""
        from paragen.store.standings import standings

        try:
            with self._open() as connection:
                return standings(connection, task_type, generators=tuple(generators))
        except StoreError:
            return {}

    def evidence(self, prompts: Sequence[str] = (), *, named: Collection[Recipe] = ()) -> Evidence:
        """All that it says of plays, and which past tasks are like each of these.

        What searches tried and didn't keep says nothing, but for the recipes that are `named`.
        Raises StoreError where it is needed.
        """
        from paragen.store.evidence import Evidence, evidence

        try:
            past = self.past_tasks() if prompts else None
            with self._open() as connection:
                return evidence(connection, past, prompts, but=self._but, named=named)
        except StoreError:
            if self._needed:
                raise
            return Evidence(played={}, alike=((),) * len(prompts))

    def recipes(self) -> tuple[Recipe, ...]:
        """All on record, but for what searches tried and didn't keep.

        Raises StoreError where it is needed.
        """
        from paragen.store.experts import tried_recipes
        from paragen.store.recorded import recorded_recipes

        try:
            with self._open() as connection:
                recorded, tried = recorded_recipes(connection), tried_recipes(connection)
                return tuple(one for one in recorded if one not in tried)
        except StoreError:
            if self._needed:
                raise
            return ()

    def task_types(self) -> Sequence[str]:
        """Those of which something is on record."""
        from paragen.store.tallies import task_types

        try:
            with self._open() as connection:
                return task_types(connection)
        except StoreError:
            return ()

    def past_tasks(self) -> PastTasks:
        """The tasks that were played, read once; raises StoreError."""
        from paragen.store.search import PastTasks

        if self._past is None:
            with self._open() as connection:
                self._past = PastTasks(connection, self._but)
        return self._past

    def learned(self, task_type: str) -> Learned | None:
        """What the weights of a task type became by what was said of candidates."""
        from paragen.learn.feedback import learned
        from paragen.store.feedback import entries

        try:
            with self._open() as connection:
                return learned(entries(connection), task_type)
        except StoreError:
            return None

    def costs(self) -> Costs:
        """What models cost on hosts."""
        return Costs().with_history(
            (one.host, Resident(one.model, one.num_ctx), one.load_s, one.generation_s, one.samples)
            for one in self.seen_costs()
        )

    def seen_costs(self) -> tuple[SeenCost, ...]:
        """The rows from which costs come."""
        from paragen.store.costs import seen_costs

        try:
            with self._open() as connection:
                return seen_costs(connection)
        except StoreError:
            return ()

    def unfinished(
        self,
        reference: str | None = None,
        *,
        fingerprint: str | None = None,
        ended: bool = False,
        lock: SessionLock | None = None,
    ) -> Unfinished | None:
        """The session that is meant; raises UsageError where none can be, StoreError."""
        from paragen.store.resume import unfinished

        with self._open() as connection:
            return unfinished(
                connection, reference, fingerprint=fingerprint, ended=ended, lock=lock
            )

    def searched(self, plans: Sequence[Plan], search: str | None) -> tuple[Run, ...] | None:
        """The runs of the newest session with these very plans: none while they haven't all ended.

        None where that isn't of a search that decides by the same, or can't be read.
        """
        from paragen.store.fingerprint import fingerprint

        try:
            found = self.unfinished(fingerprint=fingerprint(plans), ended=True)
        except StoreError:
            return None
        if found is None or found.settings.get("search") != search:
            return None
        runs = tuple(one.run for one in found.runs if one.ended and one.run is not None)
        return runs if len(runs) == len(plans) else ()

    def left_open(self, tasks: Collection[str]) -> str | None:
        """The id of the newest session, where it was left unfinished and has tasks of these names.

        Raises StoreError.
        """
        from paragen.store.resume import left_open

        with self._open() as connection:
            return left_open(connection, tasks)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        from paragen.store.connection import connect

        with closing(connect(self.path, write=False)) as connection:
            yield connection


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOn:
    """A session that is gone on with: its lock, its plans, and how far its runs had come.

    `settings` is what was recorded with it; `had_ended` where only a retry opens it again.
    """

    session_id: str
    had_ended: bool
    settings: Mapping[str, Any]
    lock: SessionLock
    plans: tuple[Plan, ...]
    resumed: Mapping[str, Resumed]

    @property
    def over(self) -> tuple[Run, ...]:
        """The runs that had ended, and aren't played again."""
        return tuple(one.run for one in self.resumed.values() if one.run is not None)

    @property
    def tasks_left(self) -> tuple[Task, ...]:
        """The tasks of the runs that are played on."""
        runs = zip(self.plans, self.resumed.values(), strict=True)
        return tuple(plan.task for plan, one in runs if one.run is None)

    @property
    def message(self) -> str:
        """That it is gone on with, and how far it had come."""
        ended = sum(len(one.candidates) for one in self.resumed.values() if one.run is None)
        done = [counted(len(self.over), "task")] if self.over else []
        done += [counted(ended, "attempt")] if ended else []
        said = " and ".join(done) or "nothing"
        which = "session" if self.had_ended else "the unfinished session"
        return f"going on with {which} {self.session_id}, of which {said} had ended"


def take_up(
    history: History,
    reference: str | None = None,
    *,
    fingerprint: str | None = None,
    retry: Retry = Retry.NONE,
) -> GoingOn | None:
    """The session that is meant, locked for this process; None where there is none.

    Raises UsageError where the reference is none, and StoreError, also where another process
    plays the session.
    """
    from paragen.store.locks import SessionLock

    ended = retry is not Retry.NONE
    found = history.unfinished(reference, fingerprint=fingerprint, ended=ended)
    if found is None:
        return None
    lock = SessionLock(history.path, found.session_key)
    lock.take()
    try:
        # What was read before the lock was ours may have been gone on with in between.
        found = history.unfinished(found.session_id, ended=True, lock=lock)
        assert found is not None
        return GoingOn(
            session_id=found.session_id,
            had_ended=all(one.ended for one in found.runs),
            settings=found.settings,
            lock=lock,
            plans=tuple(one.plan for one in found.runs),
            resumed=resumed(found.runs, retry),
        )
    except BaseException:
        lock.release()
        raise


def nothing_unfinished(history: History, settings: Settings) -> str:
    """What to say where no session was left unfinished: how what failed could be asked again."""
    db = db_option(history.path, settings)
    said = "No session was left unfinished."
    try:
        last = history.unfinished(ended=True)
    except ParagenError:
        last = None
    runs = () if last is None else last.runs
    failed = sum(len(one.candidates) - len(kept(one.candidates, Retry.ERRORS)) for one in runs)
    if failed:
        return (
            f"{said} Of the last one {counted(failed, 'attempt')} ended by no doing of a model's: "
            f"`paragen resume{db} --retry errors` tries again."
        )
    return (
        f"{said} `paragen history{db}` lists what was played; `paragen resume RUN{db} --retry "
        "errors` asks again what of it couldn't be judged."
    )


def resumed(runs: Iterable[UnfinishedRun], retry: Retry) -> dict[str, Resumed]:
    """How far each run had come, by its id.

    A run that has ended stays as it is, but where attempts of it are asked again, or a run that
    it needs is reopened and it had to do without its winner.
    """
    runs = tuple(runs)
    staying = {one.run_id: kept(one.candidates, retry) for one in runs}
    over = {
        one.run_id: one.run
        for one in runs
        if one.ended and len(staying[one.run_id]) == len(one.candidates)
    }
    while True:
        reopened = {one.plan.task.name for one in runs if one.run_id not in over}
        waiting = [
            one.run_id
            for one in runs
            if one.run_id in over and not one.candidates and reopened.intersection(one.plan.needs)
        ]
        if not waiting:
            break
        for run_id in waiting:
            del over[run_id]
    return {
        one.run_id: Resumed(
            attempts=one.attempts,
            candidates=staying[one.run_id],
            run=over.get(one.run_id),
            started_at=one.run.started_at if one.run is not None else "",
            reopened=one.ended and one.run_id not in over,
            earlier=_asked_again(one, staying[one.run_id]),
            answered=answered(one.candidates),
        )
        for one in runs
    }


def _asked_again(run: UnfinishedRun, staying: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """What had ended of that which is asked again."""
    stay = {candidate.id for candidate in staying}
    return tuple(
        candidate
        for candidate in run.candidates
        if candidate.id not in stay and not broken_off(candidate)
    )
