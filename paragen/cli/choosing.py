"""The options of verbs that play or plan: who plays, what wins, how it is played.

They are written once, as the parameters of `choices`; `choosing` gives them to a verb.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from paragen.cli.options import (
    CacheOption,
    ConfigOption,
    DatabaseOption,
    HostOption,
    SandboxOption,
    SealedOnlyOption,
    TestsOption,
    UnsafeOption,
    WorkersOption,
)
from paragen.domain.errors import UsageError
from paragen.domain.task import Degree

if TYPE_CHECKING:
    from paragen.app.choices import Choices


class Preset(StrEnum):
    """Named weights."""

    QUALITY = "quality"
    BALANCED = "balanced"
    SPEED = "speed"


WHO, WEIGHING, HOW = "Who plays", "What wins", "How it is played"
PARAMETER = "choices"


def choosing(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb whose parameter `choices` is filled by the options of the function of that name."""
    own, shared = _parameters(verb), _parameters(choices)
    place = list(own).index(PARAMETER)
    parameters = [*own.values()]
    parameters[place : place + 1] = shared.values()

    @wraps(verb)
    def command(**given: Any) -> None:
        chosen = choices(**{name: given.pop(name) for name in shared})
        verb(**given, choices=chosen)

    signature = inspect.Signature(
        [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    )
    command.__signature__ = signature  # type: ignore[attr-defined] # how typer reads a function
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _parameters(function: Callable[..., object]) -> dict[str, inspect.Parameter]:
    """A function's parameters, their annotations as types."""
    types = get_type_hints(function, globalns=_names(function), include_extras=True)
    return {
        name: parameter.replace(annotation=types[name])
        for name, parameter in inspect.signature(function).parameters.items()
    }


def choices(
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Play recorded answers; no model runs. Its history is its own, demo.db.",
            rich_help_panel=WHO,
        ),
    ] = False,
    generators: Annotated[
        str | None,
        typer.Option(
            "--generators",
            "-g",
            metavar="NAME[:COPIES],…",
            help="Which of the config's generators play, and how often; all once by default.",
            rich_help_panel=WHO,
        ),
    ] = None,
    recommended: Annotated[
        int | None,
        typer.Option(
            "--recommended",
            metavar="K",
            min=1,
            help="Let those K play who are best for the task's type, by the history.",
            rich_help_panel=WHO,
        ),
    ] = None,
    explore: Annotated[
        float,
        typer.Option(
            "--explore",
            metavar="CHANCE",
            min=0,
            max=1,
            help="With --recommended: with this chance, the most promising other one plays too.",
            rich_help_panel=WHO,
        ),
    ] = 0.0,
    task_type: Annotated[
        str | None,
        typer.Option(
            "--task-type",
            "-t",
            metavar="TYPE",
            help="The tasks' type, whatever their files say.",
            rich_help_panel=WHO,
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="MODEL[,…]",
            help="Models, without a config.",
            rich_help_panel=WHO,
            show_default=False,
        ),
    ] = None,
    temperature: Annotated[
        str | None,
        typer.Option(
            "--temperature",
            metavar="T[,…]",
            help="Temperatures of each --model, as 0.1,0.5,0.9.",
            rich_help_panel=WHO,
        ),
    ] = None,
    config: ConfigOption = None,
    host: HostOption = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Shifts every instance's seed.", rich_help_panel=WHO)
    ] = None,
    allocate: Annotated[
        bool,
        typer.Option(
            "--allocate",
            help="Let the task's complexity and criticality say how many of whom play.",
            rich_help_panel=WHO,
        ),
    ] = False,
    complexity: Annotated[
        Degree | None,
        typer.Option(help="For --allocate; else estimated from the task.", rich_help_panel=WHO),
    ] = None,
    criticality: Annotated[
        Degree | None,
        typer.Option(help="For --allocate; else estimated from the task.", rich_help_panel=WHO),
    ] = None,
    preset: Annotated[
        Preset | None, typer.Option(help="Weights by name.", rich_help_panel=WEIGHING)
    ] = None,
    quality_weight: Annotated[
        float | None,
        typer.Option(min=0, help="The weight of quality.", rich_help_panel=WEIGHING),
    ] = None,
    speed_weight: Annotated[
        float | None, typer.Option(min=0, help="The weight of speed.", rich_help_panel=WEIGHING)
    ] = None,
    min_quality: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="What a winner must reach.", rich_help_panel=WEIGHING),
    ] = None,
    max_generation_s: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="The most a winner may generate.",
            rich_help_panel=WEIGHING,
        ),
    ] = None,
    max_execution_s: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="The most a winner's tests may take.",
            rich_help_panel=WEIGHING,
        ),
    ] = None,
    tests: TestsOption = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A way of playing by name: high-confidence, balanced, fast-iteration, or your "
            "own in the config.",
            rich_help_panel=HOW,
        ),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="MODE",
            help="How the budget is spent: all (by default), race, quorum, escalate, adaptive, "
            "bandit or prune.",
            rich_help_panel=HOW,
        ),
    ] = None,
    mode_opt: Annotated[
        list[str] | None,
        typer.Option(
            "--mode-opt",
            metavar="KEY=VALUE",
            help="An option of the mode (may be repeated).",
            rich_help_panel=HOW,
            show_default=False,
        ),
    ] = None,
    min_attempts: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="No end before so many have ended.", rich_help_panel=HOW
        ),
    ] = None,
    max_attempts: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="The most attempts of a tournament.", rich_help_panel=HOW
        ),
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The best so far wins after this: 30, 30s, 5m, 1h.",
            rich_help_panel=HOW,
        ),
    ] = None,
    generation_limit_s: Annotated[
        float | None,
        typer.Option(
            min=0.1, metavar="SECONDS", help="Give a call up after this.", rich_help_panel=HOW
        ),
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="The most attempts at once, over all.", rich_help_panel=HOW
        ),
    ] = None,
    max_models: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="The most models in use at once, over all hosts.",
            rich_help_panel=HOW,
        ),
    ] = None,
    max_steps: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="The most tournaments at once.", rich_help_panel=HOW),
    ] = None,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="One attempt at a time.", rich_help_panel=HOW)
    ] = False,
    fail_fast: Annotated[
        bool,
        typer.Option("--fail-fast", help="Stop at the first failed call.", rich_help_panel=HOW),
    ] = False,
    cache: CacheOption = None,
    sandbox: SandboxOption = None,
    sealed_only: SealedOnlyOption = False,
    unsafe: UnsafeOption = False,
    workers: WorkersOption = None,
    database: DatabaseOption = None,
) -> Choices:
    """What these options say; raises UsageError."""
    from paragen.app.choices import Choices
    from paragen.judge.criteria import CriteriaOptions

    return Choices(
        config=config,
        demo=demo,
        roster=generators,
        recommended=recommended,
        explore=explore,
        task_type=task_type,
        models=_listed(model or ()),
        temperatures=_temperatures(temperature),
        host_urls=tuple(host or ()),
        seed=seed,
        allocate=allocate or None,
        complexity=complexity,
        criticality=criticality,
        criteria=CriteriaOptions(
            preset=preset.value if preset else None,
            quality_weight=quality_weight,
            speed_weight=speed_weight,
            min_quality=min_quality,
            max_generation_s=max_generation_s,
            max_execution_s=max_execution_s,
        ),
        tests=tuple(tests or ()),
        profile=profile,
        mode=mode,
        mode_options=_mode_options(mode_opt or ()),
        min_attempts=min_attempts,
        max_attempts=max_attempts,
        deadline_s=_deadline(deadline),
        generation_limit_s=generation_limit_s,
        concurrency=concurrency,
        max_models=max_models,
        max_steps=max_steps,
        sequential=sequential,
        fail_fast=fail_fast or None,
        cache=cache,
        sandbox=sandbox,
        sealed_only=sealed_only,
        unsafe=unsafe,
        workers=workers,
        database=database,
    )


def _listed(values: Sequence[str]) -> tuple[str, ...]:
    """Repeated and comma-separated values, one after the other."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _temperatures(text: str | None) -> tuple[float, ...]:
    """Comma-separated temperatures; raises UsageError for anything else."""
    try:
        numbers = tuple(float(part) for part in _listed([text] if text else []))
    except ValueError:
        numbers = (-1.0,)
    if not all(0 <= number <= 2 for number in numbers):
        raise UsageError(
            f"--temperature {text}: write numbers from 0 to 2 with commas, as in 0.1,0.5,0.9."
        )
    return numbers


def _mode_options(written: Sequence[str]) -> Mapping[str, str]:
    """`key=value` by key, the last one where a key is given twice; raises UsageError."""
    options = {}
    for one in written:
        key, equals, value = one.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--mode-opt {one}: write key=value, as in threshold=0.8.")
        options[key.strip().replace("-", "_")] = value.strip()
    return options


def _deadline(text: str | None) -> float | None:
    from paragen.parse.duration import duration_s

    try:
        return None if text is None else duration_s(text)
    except ValueError as error:
        raise UsageError(f"--deadline: {error}") from None


def _names(function: Callable[..., object]) -> dict[str, object]:
    """The names that a function's annotations may use, with those of its return left open."""
    return {"Choices": object, **getattr(function, "__globals__", {})}
