"""One invocation over one or more tasks: settings → hosts, sandbox, store, engine → runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from paragen.app.choices import EXAMPLES, Choices, configured
from paragen.app.probe import Probed, probe
from paragen.app.sandboxes import open_chosen
from paragen.domain.board import Budget
from paragen.domain.errors import NoHostError, UsageError
from paragen.domain.events import Event, Warned
from paragen.domain.generator import CallLimits, Generator
from paragen.domain.host import canonical_model
from paragen.domain.plan import Plan
from paragen.domain.ports import Host, HostState, Sandbox, Subscriber
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.engine.outcome import INTERRUPTED, session_exit_code
from paragen.engine.session import Engine
from paragen.judge.criteria import criteria_for

if TYPE_CHECKING:
    from paragen.settings import Settings


class Session:
    """One invocation over one or more tasks: `prepare` it, then `play` within a `with`."""

    def __init__(self, *, settings: Settings, choices: Choices, plans: tuple[Plan, ...]) -> None:
        self.settings = settings
        self.plans = plans
        self.exit_code = 1
        self._choices = choices
        self._stack = ExitStack()
        self._engine: Engine | None = None
        self._sandbox: Sandbox | None = None
        self._interrupted = False

    @classmethod
    def prepare(cls, tasks: Sequence[Path | Task], choices: Choices) -> Session:
        """Read everything that is to be played; nothing is started yet.

        Raises ConfigError, TaskError, RosterError, UsageError: every mistake shows before a
        model is asked anything.
        """
        settings = configured(choices)
        plans = _plans(_tasks(tasks, choices), settings, choices)
        return cls(settings=settings, choices=choices, plans=plans)

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

        Raises NoHostError, SandboxUnavailableError.
        """
        listeners = tuple(subscribers)

        def warn(message: str) -> None:
            for listener in listeners:
                listener(Warned(message=message))

        self._sandbox = open_chosen(self.settings.sandbox, self._choices, warn)
        self._stack.callback(self._sandbox.close)
        hosts = self._open_hosts(warn)
        engine = Engine(
            hosts=hosts,
            sandbox=self._sandbox,
            subscribers=(*self._store(warn), *listeners),
            limits=self._limits(),
            sequential=self._choices.sequential,
        )
        self._engine = engine
        if self._interrupted:
            engine.interrupt()
        runs = engine.play(self.plans)
        self.exit_code = INTERRUPTED if self._interrupted else session_exit_code(runs)
        return runs

    def interrupt(self) -> None:
        """Stop starting, end with what there is; safe in a signal handler."""
        self._interrupted = True
        if self._engine is not None:
            self._engine.interrupt()

    def abandon(self) -> None:
        """End every process of the sandbox at once, for those who leave without a goodbye."""
        from paragen.sandbox import kill_all

        kill_all()

    def _limits(self) -> CallLimits:
        limits = self.settings.run.limits
        if self._choices.generation_limit_s is not None:
            return replace(limits, generation_s=self._choices.generation_limit_s)
        return limits

    def _store(self, warn: Callable[[str], None]) -> tuple[Subscriber, ...]:
        if not self._choices.record:
            return ()
        from paragen.store.connection import default_path
        from paragen.store.recorder import Recorder

        path = self._choices.database or default_path(self.settings.database)
        recorder = Recorder(path, settings=self._recorded_settings(), on_failure=warn)
        self._stack.callback(recorder.close)
        return (recorder,)

    def _recorded_settings(self) -> dict[str, object]:
        """What a session was asked for, as the history keeps it."""
        choices, plan = self._choices, self.plans[0]
        return {
            "config": self.settings.path,
            "tasks": [one.task.path or one.task.name for one in self.plans],
            "roster": [instance.name for instance in plan.roster],
            "mode": plan.mode,
            "seed": plan.seed,
            "sequential": choices.sequential,
            "fail_fast": plan.budget.fail_fast,
        }

    def _open_hosts(self, warn: Callable[[str], None]) -> list[tuple[Host, HostState | None]]:
        """The hosts that answer; raises NoHostError where none does, or none has any model."""
        probed = probe(self.settings.hosts, lambda: self._interrupted)
        for one in probed:
            self._stack.callback(one.host.close)
        up = [one for one in probed if one.state is not None]
        if not up:
            raise NoHostError("\n".join(one.error for one in probed))
        for one in probed:
            if one.state is None:
                warn(f"host {one.name} is left out: {one.error}")
        if any(spec.kind == "demo" for spec in self.settings.hosts):
            warn("no model is running: the demo host plays recorded answers")
        self._check_models(up, warn)
        return [(one.host, one.state) for one in up]

    def _check_models(self, up: Sequence[Probed], warn: Callable[[str], None]) -> None:
        there = {
            canonical_model(model.name)
            for one in up
            if one.state is not None
            for model in one.state.models
        }
        wanted = dict.fromkeys(
            instance.generator.model for plan in self.plans for instance in plan.roster
        )
        missing = [model for model in wanted if canonical_model(model) not in there]
        pulls = " && ".join(f"ollama pull {model}" for model in missing)
        if missing and len(missing) == len(wanted):
            raise NoHostError(
                f"No host has {_any_of(missing)}. Get what is missing with: {pulls}. "
                "`paragen models` lists what there is."
            )
        if missing:
            warn(f"no host has {_any_of(missing)}; get it with: {pulls}")


def _any_of(models: Sequence[str]) -> str:
    return models[0] if len(models) == 1 else f"any of {', '.join(models)}"


def _tasks(tasks: Sequence[Path | Task], choices: Choices) -> tuple[Task, ...]:
    from paragen.files import load_tasks

    given = [task for task in tasks if isinstance(task, Task)]
    paths = [task for task in tasks if not isinstance(task, Task)]
    if choices.demo and not tasks:
        paths = [EXAMPLES / "demo" / "slugify.md"]
    if not given and not paths:
        raise UsageError(
            "No task. Name a task file: `paragen run prompt.md`; `paragen init` writes an "
            "example, and `paragen run --demo` plays without a model."
        )
    return (*given, *load_tasks(paths, tests=choices.tests)) if paths else tuple(given)


def _plans(tasks: Sequence[Task], settings: Settings, choices: Choices) -> tuple[Plan, ...]:
    from paragen.modes import find_mode
    from paragen.parse.roster import parse_roster

    mode = choices.mode or settings.run.mode
    find_mode(mode)
    seed = settings.run.seed if choices.seed is None else choices.seed
    fail_fast = settings.run.fail_fast if choices.fail_fast is None else choices.fail_fast
    roster = parse_roster(choices.roster, _generators(settings, choices), seed=seed)
    return tuple(
        Plan(
            task=task,
            roster=roster.instances,
            criteria=criteria_for(task.task_type, choices.criteria.over(settings.run.criteria)),
            mode=mode,
            budget=Budget(fail_fast=fail_fast),
            seed=seed,
            warnings=roster.warnings if number == 0 else (),
        )
        for number, task in enumerate(tasks)
    )


def _generators(settings: Settings, choices: Choices) -> tuple[Generator, ...]:
    from paragen.parse.roster import adhoc

    if choices.temperatures and not choices.models:
        raise UsageError("--temperature goes with --model; a config's generators have their own.")
    if choices.models:
        return adhoc(choices.models, choices.temperatures, settings.template)
    found = choices.generators or settings.generators
    if not found:
        why = "there is no generators.toml here. `paragen init` writes one"
        if settings.path is not None:
            why = f"{settings.path} names none. Add [[generators]] or a [[matrix]]"
        raise UsageError(
            f"No generators: {why}; or name models: `paragen run prompt.md --model "
            "qwen2.5-coder:7b --temperature 0.1,0.5`; or play without a model: "
            "`paragen run --demo`."
        )
    return found


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
