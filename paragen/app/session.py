"""One invocation over one or more tasks: settings → hosts, sandbox, store, engine → runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from paragen.app.auditing import audited
from paragen.app.choices import Choices, configured
from paragen.app.history import (
    GoingOn,
    History,
    database_of,
    db_option,
    nothing_unfinished,
    take_up,
)
from paragen.app.opening import open_hosts
from paragen.app.planned import planned
from paragen.app.playing import limits_of, play_options
from paragen.app.probe import NOTHING_PLAYED
from paragen.app.remembered import recorded_settings, remembered
from paragen.app.sandboxes import open_chosen, require_packages
from paragen.domain.errors import InterruptedRunError, StoreError, UsageError
from paragen.domain.events import AttemptQueued, CandidateEnded, Event, RunEnded, RunStarted, Warned
from paragen.domain.generator import Generator
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel, Subscriber
from paragen.domain.retry import Retry
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.engine.outcome import INTERRUPTED, session_exit_code
from paragen.engine.session import Engine

if TYPE_CHECKING:
    from paragen.settings import Settings
    from paragen.store.answers import AnswerCache
    from paragen.store.recorder import Recorder

Warn = Callable[[str], None]


class Session:
    """One invocation over one or more tasks: `prepare` it, then `play` within a `with`."""

    def __init__(
        self,
        *,
        settings: Settings,
        choices: Choices,
        plans: tuple[Plan, ...],
        going_on: GoingOn | None = None,
    ) -> None:
        self.settings = settings
        self.plans = plans
        self.exit_code = 1
        self.is_unfinished = False
        self._choices = choices
        self._options = play_options(settings, choices)
        self._history = History(database_of(settings, choices))
        self._going_on = going_on
        self._stack = ExitStack()
        self._engine: Engine | None = None
        self._recorder: Recorder | None = None
        self._interrupted = False
        self._no_audits = Cancel()
        if going_on is not None:
            self._stack.callback(going_on.lock.release)

    @property
    def is_recorded(self) -> bool:
        """Whether the history has what was played; it may fail at any time, so ask at the end."""
        return self._recorder is not None and self._recorder.failure is None

    @property
    def db_option(self) -> str:
        """What other commands need to find what was recorded, with a space before it, or ""."""
        return db_option(self._history.path, self.settings)

    @property
    def is_demo_apart(self) -> bool:
        """Whether this is the demo, in a history of its own."""
        choices = self._choices
        return choices.demo and choices.database is None and bool(self.db_option)

    @property
    def audits_tests(self) -> bool:
        """Whether each run's tests are audited when all are played, and `RunAudited` told."""
        return self._choices.audit_tests

    @classmethod
    def prepare(cls, tasks: Sequence[Path | Task], choices: Choices) -> Session:
        """Read everything that is to be played; nothing is started yet.

        Raises ConfigError, TaskError, RosterError, UsageError: every mistake shows before a
        model is asked anything.
        """
        settings = configured(choices)
        plans = planned(tasks, settings, choices)
        require_packages((plan.task for plan in plans), settings.sandbox.environment)
        return cls(settings=settings, choices=choices, plans=plans)

    @classmethod
    def resume(
        cls, choices: Choices, reference: str | None = None, retry: Retry = Retry.NONE
    ) -> Session:
        """Take up the session that is meant by a run's id, the last unfinished one without any.

        Where it was played, and how, is as it was, but for what the choices say. Raises UsageError,
        ConfigError, TaskError, StoreError.
        """
        settings = configured(choices)
        history = History(database_of(settings, choices))
        going_on = take_up(history, reference, retry=retry)
        if going_on is None:
            raise UsageError(nothing_unfinished(history, settings))
        try:
            wanted = replace(
                remembered(going_on.settings, choices), database=history.path, new=True
            )
            settings = configured(wanted)
            require_packages(going_on.tasks_left, settings.sandbox.environment)
            return cls(settings=settings, choices=wanted, plans=going_on.plans, going_on=going_on)
        except BaseException:
            going_on.lock.release()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def play(self, subscribers: Iterable[Subscriber]) -> tuple[Run, ...]:
        """Play every plan; the store hears of everything first.

        What was left unfinished of the very same is gone on with, unless the choices say `new`.
        Raises NoHostError, SandboxUnavailableError, InterruptedRunError where nothing had begun.
        """
        listeners = tuple(subscribers)

        def warn(message: str) -> None:
            for listener in listeners:
                listener(Warned(message=message))

        going_on = self._going_on or self._same_unfinished(warn)
        sandbox = open_chosen(self.settings.sandbox, self._choices_of_workers(), warn)
        self._stack.callback(sandbox.close)
        options = self._options
        limits = limits_of(self.settings, options)
        up = open_hosts(
            self.settings.hosts,
            limits,
            self.plans,
            warn,
            lambda: self._interrupted,
            self._stack.callback,
        )
        store = self._store(warn, going_on)
        engine = Engine(
            hosts=[(one.host, one.state) for one in up],
            sandbox=sandbox,
            subscribers=(*store, *_replaying(listeners, going_on)),
            limits=limits,
            sequential=self._choices.sequential,
            cache=self._cache(warn),
            max_steps=options.max_steps,
            max_models=options.max_models,
            concurrency=options.concurrency,
            costs=self._history.costs(),
        )
        self._engine = engine
        self._leave_if_interrupted()  # before there was an engine to tell
        runs = self._play(engine, going_on, listeners, warn)
        self.is_unfinished = len(runs) < len(self.plans) or any(
            run.exit_code == INTERRUPTED for run in runs
        )
        if self.audits_tests:
            runs = audited(runs, sandbox, self._no_audits, (*store, *listeners))
        self.exit_code = INTERRUPTED if self._interrupted else session_exit_code(runs)
        return runs

    def interrupt(self) -> None:
        """Stop starting, end with what there is; for any thread, but for no signal handler.

        It takes a lock, which the handler's own thread may hold just then.
        """
        self._interrupted = True
        self._no_audits.throw()
        if self._engine is not None:
            self._engine.interrupt()

    def abandon(self) -> None:
        """End every process of the session at once, for those who leave without a goodbye."""
        from paragen.hosts import meter
        from paragen.sandbox import kill_all

        meter.kill_all()
        kill_all()

    def _leave_if_interrupted(self) -> None:
        if self._interrupted:
            raise InterruptedRunError(NOTHING_PLAYED)

    def _play(
        self,
        engine: Engine,
        going_on: GoingOn | None,
        listeners: Sequence[Subscriber],
        warn: Warn,
    ) -> tuple[Run, ...]:
        if going_on is None:
            return engine.play(self.plans)
        warn(going_on.message + ("" if self._going_on else "; --new starts over"))
        for run in going_on.over:
            for listener in listeners:
                listener(RunEnded(run=run))
        return engine.play(going_on.plans, session_id=going_on.session_id, resumed=going_on.resumed)

    def _same_unfinished(self, warn: Warn) -> GoingOn | None:
        """The session of the very same plans that was left unfinished, if it is to be gone on with.

        That the last one isn't the same, though its tasks have the same names, is said. A history
        that can't be read has none: that it can't be is said by the one who records.
        """
        if self._choices.new or not self._choices.record:
            return None
        from paragen.store.fingerprint import fingerprint

        try:
            found = take_up(self._history, fingerprint=fingerprint(self.plans))
            names = {plan.task.name for plan in self.plans}
            other = None if found is not None else self._history.left_open(names)
        except StoreError:
            return None
        if found is not None:
            self._stack.callback(found.lock.release)
        elif other is not None:
            warn(
                f"a new session: {other}, which was left unfinished, isn't the same (a task, its "
                "tests, who plays, or an option). "
                f"`paragen resume {other}{self.db_option}` goes on with it"
            )
        return found

    def _store(self, warn: Warn, going_on: GoingOn | None) -> tuple[Subscriber, ...]:
        if not self._choices.record:
            return ()
        from paragen.store.recorder import Recorder

        recorder = Recorder(
            self._history.path,
            settings=recorded_settings(self.settings, self._choices, self.plans),
            on_failure=warn,
            lock=going_on.lock if going_on is not None else None,
        )
        self._stack.callback(recorder.close)
        self._recorder = recorder
        return (recorder,)

    def _cache(self, warn: Warn) -> AnswerCache | None:
        if not self._options.cache:
            return None
        from paragen.store.answers import AnswerCache

        cache = AnswerCache(self._history.path, on_failure=warn)
        self._stack.callback(cache.close)
        return cache

    def _choices_of_workers(self) -> Choices:
        """The choices with the workers that a profile asks for."""
        return replace(self._choices, workers=self._options.workers)


def _replaying(listeners: Sequence[Subscriber], going_on: GoingOn | None) -> tuple[Subscriber, ...]:
    """The listeners, told as a run begins again what of it had ended before."""
    if going_on is None:
        return tuple(listeners)
    resumed = going_on.resumed

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)
        if isinstance(event, RunStarted):
            run_id = event.run.run_id
            for candidate in resumed[run_id].candidates:
                for listener in listeners:
                    listener(AttemptQueued(run_id=run_id, attempt=candidate.attempt))
                    listener(CandidateEnded(run_id=run_id, candidate=candidate))

    return (tell,)


def play(
    task: str | os.PathLike[str] | Task,
    *,
    on_event: Callable[[Event], None] | None = None,
    choices: Choices | None = None,
    generators: Sequence[Generator] = (),
) -> Run:
    """Play one tournament and return it: the whole of `paragen run` for Python programs.

    `generators` play instead of the config's; `choices` are what the command's options are.
    Raises ParagenError.
    """
    wanted = choices or Choices()
    if generators:
        wanted = replace(wanted, generators=tuple(generators))
    one = task if isinstance(task, Task) else Path(task)
    with Session.prepare([one], wanted) as session:
        runs = session.play([] if on_event is None else [on_event])
    return runs[0]
