"""From what a user chose and a config says to the plans of what is played."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, NamedTuple

from paragen.app.choices import Choices
from paragen.domain.board import Budget
from paragen.domain.errors import UsageError
from paragen.domain.generator import CallLimits, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.standing import Standing
from paragen.domain.task import Task
from paragen.judge.criteria import CriteriaOptions, criteria_for
from paragen.modes import find_mode
from paragen.modes.allocate import allocate, attempts_for, estimate, instances
from paragen.modes.profiles import PROFILES
from paragen.parse.nearest import did_you_mean
from paragen.parse.roster import Roster, adhoc, parse_roster

if TYPE_CHECKING:
    from paragen.settings import PlayOptions, Settings

USUAL_MODE = "all"

Standings = Callable[[str, Iterable[Generator]], Mapping[str, Standing]]
"""What history says of generators, by name, for a task type."""


class Picked(NamedTuple):
    """Who plays a task, why that is so, and what is odd about it."""

    who: tuple[Generator, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


Pick = Callable[[Sequence[Task], Sequence[Generator], int], Sequence[Picked]]
"""Those of the generators who are to play each of the tasks in a session of this seed."""


def play_options(settings: Settings, choices: Choices) -> PlayOptions:
    """How to play: the command line over the profile over [run]; with a mode and its options.

    Raises UsageError.
    """
    from paragen.settings import PlayOptions

    chosen = PlayOptions(
        mode=choices.mode,
        mode_options=choices.mode_options,
        criteria=choices.criteria,
        fail_fast=choices.fail_fast,
        deadline_s=choices.deadline_s,
        min_attempts=choices.min_attempts,
        max_attempts=choices.max_attempts,
        concurrency=choices.concurrency,
        max_models=choices.max_models,
        max_steps=choices.max_steps,
        allocate=choices.allocate,
        complexity=choices.complexity,
        criticality=choices.criticality,
        workers=choices.workers,
        generation_limit_s=choices.generation_limit_s,
        cache=choices.cache,
    )
    said = chosen.over(_profile(settings, choices)).over(settings.run)
    mode = said.mode or USUAL_MODE
    options = {**settings.modes.get(mode, {}), **said.mode_options}
    find_mode(mode, options)
    least, most = said.min_attempts, said.max_attempts
    if least is not None and most is not None and least > most:
        raise UsageError(f"At least {least} and at most {most} attempts can't both be.")
    return replace(said, mode=mode, mode_options=options)


def plans_of(
    tasks: Sequence[Task],
    settings: Settings,
    choices: Choices,
    standings: Standings,
    pick: Pick | None = None,
) -> tuple[Plan, ...]:
    """A plan for each task, played by those who are picked where somebody picks.

    Raises RosterError, UsageError.
    """
    if pick is not None:
        return _picked(tasks, settings, choices, standings, pick)
    options = play_options(settings, choices)
    seed = settings.seed if choices.seed is None else choices.seed
    generators = generators_of(settings, choices)
    roster = _roster(options, generators, choices, seed)
    if options.allocate:
        generators = tuple({who.generator.name: who.generator for who in roster.instances}.values())
    types = dict.fromkeys(task.task_type for task in tasks)
    known = {task_type: standings(task_type, generators) for task_type in types}
    return tuple(
        _plan(task, options, generators, roster, seed, known[task.task_type], is_first=number == 0)
        for number, task in enumerate(tasks)
    )


def _picked(
    tasks: Sequence[Task],
    settings: Settings,
    choices: Choices,
    standings: Standings,
    pick: Pick,
) -> tuple[Plan, ...]:
    """A plan for each task; what holds for several is said with the first of them."""
    everyone = generators_of(settings, choices)
    seed = settings.seed if choices.seed is None else choices.seed
    unnamed = replace(choices, models=(), temperatures=())
    known: dict[str, Mapping[str, Standing]] = {}
    heard: set[str] = set()

    def standing(task_type: str, generators: Iterable[Generator]) -> Mapping[str, Standing]:
        if task_type not in known:
            known[task_type] = standings(task_type, everyone)  # others play the next task
        return known[task_type]

    plans = []
    for task, picked in zip(tasks, pick(tasks, everyone, seed), strict=True):
        chosen = replace(unnamed, generators=picked.who)
        (plan,) = plans_of([task], settings, chosen, standing)
        odd = [*picked.warnings, *(said for said in plan.warnings if said not in heard)]
        heard.update(odd)
        plans.append(replace(plan, notes=(*picked.notes, *plan.notes), warnings=tuple(odd)))
    return tuple(plans)


def _plan(
    task: Task,
    options: PlayOptions,
    generators: Sequence[Generator],
    roster: Roster,
    seed: int,
    standings: Mapping[str, Standing],
    *,
    is_first: bool,
) -> Plan:
    """The plan of one task; what holds for all of them is said with the first."""
    mode = find_mode(options.mode or USUAL_MODE, options.mode_options)
    most = options.max_attempts
    said: tuple[str, ...] = ()
    if options.allocate:
        roster, why, worth = _allocated(task, options, generators, standings, seed)
        said = (why,)
        most = most or max(worth, len(roster.instances))
    elif not is_first:
        roster = replace(roster, warnings=())
    odd = mode.notes(roster.instances) if is_first or options.allocate else ()
    return Plan(
        task=task,
        roster=roster.instances,
        criteria=criteria_for(task.task_type, options.criteria),
        mode=mode.name,
        mode_options=options.mode_options,
        budget=Budget(
            max_attempts=most,
            min_attempts=options.min_attempts or 0,
            fail_fast=bool(options.fail_fast),
        ),
        deadline_s=options.deadline_s,
        seed=seed,
        standings=standings,
        needs=task.needs,
        warnings=(*roster.warnings, *odd),
        notes=said,
    )


def _allocated(
    task: Task,
    options: PlayOptions,
    generators: Sequence[Generator],
    standings: Mapping[str, Standing],
    seed: int,
) -> tuple[Roster, str, int]:
    """Who plays by what the task is worth, why, and how many attempts that is."""
    guessed = estimate(task)
    complexity = options.complexity or guessed.complexity
    criticality = options.criticality or guessed.criticality
    counts = allocate(generators, complexity, criticality, standings)
    why = f"complexity {complexity}, criticality {criticality}, as given"
    if not (options.complexity and options.criticality):
        given = options.complexity or options.criticality
        why = f"estimated: {guessed.why}" + (f"; {why}" if given else "")
    who = ", ".join(f"{name} ×{count}" if count > 1 else name for name, count in counts.items())
    said = f"{task.name} is played by {who} ({why})"
    roster = Roster(instances=instances(generators, counts, seed))
    return roster, said, attempts_for(complexity)


def limits_of(settings: Settings, options: PlayOptions) -> CallLimits:
    """How long calls may take."""
    if options.generation_limit_s is None:
        return settings.limits
    return replace(settings.limits, generation_s=options.generation_limit_s)


def _profile(settings: Settings, choices: Choices) -> PlayOptions:
    """What the profile says that is asked for: the config's own before one that is always there."""
    from paragen.settings import PlayOptions

    name = choices.profile or settings.profile
    if name is None:
        return PlayOptions()
    if name in settings.profiles:
        return settings.profiles[name]
    if name not in PROFILES:
        known = dict.fromkeys((*PROFILES, *settings.profiles))
        hint = did_you_mean(name, known)
        raise UsageError(f"There is no profile {name!r}{hint or '.'} Profiles: {', '.join(known)}.")
    profile = PROFILES[name]
    names = {one.name for one in fields(PlayOptions)} & {one.name for one in fields(profile)}
    return replace(
        PlayOptions(**{one: getattr(profile, one) for one in names}),
        criteria=CriteriaOptions(preset=profile.preset, min_quality=profile.min_quality),
    )


def _roster(
    options: PlayOptions, generators: Sequence[Generator], choices: Choices, seed: int
) -> Roster:
    """Who plays: as named, else all, each as often as a profile says."""
    if choices.roster is None and options.copies is not None:
        copies = options.copies
        return Roster(
            instances=tuple(
                instance(generator, copy, seed)
                for generator in generators
                for copy in range(copies if generator.temperature > 0 else 1)
            )
        )
    return parse_roster(choices.roster, generators, seed=seed)


def generators_of(settings: Settings, choices: Choices) -> tuple[Generator, ...]:
    """All who could play, in their order; raises UsageError where there are none."""
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
