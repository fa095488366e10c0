"""`paragen run`: play a tournament over one or more tasks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.options import (
    ConfigOption,
    DatabaseOption,
    HostOption,
    JsonOption,
    SandboxOption,
    SealedOnlyOption,
    TestsOption,
    UnsafeOption,
    WorkersOption,
)
from paragen.domain.errors import UsageError

if TYPE_CHECKING:
    from paragen.app.session import Session
    from paragen.report.live import LiveView
    from paragen.report.plain import PlainView


class Preset(StrEnum):
    """Named weights."""

    QUALITY = "quality"
    BALANCED = "balanced"
    SPEED = "speed"


WHO, WEIGHING, HOW, OUT = "Who plays", "What wins", "How it is played", "What comes out"


def run(
    tasks: Annotated[
        list[Path] | None,
        typer.Argument(metavar="TASK…", help="Task files, or folders of them; - for stdin."),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Play recorded answers; no model runs.", rich_help_panel=WHO),
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
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="MODE", help="How the budget is spent; `all` by default.", rich_help_panel=HOW
        ),
    ] = None,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="One attempt at a time.", rich_help_panel=HOW)
    ] = False,
    fail_fast: Annotated[
        bool,
        typer.Option("--fail-fast", help="Stop at the first failed call.", rich_help_panel=HOW),
    ] = False,
    generation_limit_s: Annotated[
        float | None,
        typer.Option(
            min=0.1, metavar="SECONDS", help="Give a call up after this.", rich_help_panel=HOW
        ),
    ] = None,
    sandbox: SandboxOption = None,
    sealed_only: SealedOnlyOption = False,
    unsafe: UnsafeOption = False,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Write the winner's code here: a file, or a folder for several tasks.",
            rich_help_panel=OUT,
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Only the result.", rich_help_panel=OUT)
    ] = False,
    database: DatabaseOption = None,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Keep the runs.", rich_help_panel=OUT)
    ] = True,
) -> None:
    """Play a tournament on each task, and print the winner's code.

    Exit codes: 0 every task has a winner, 1 not so, 2 a mistake in what was asked, 3 no host
    could answer, 4 the sandbox level isn't to be had, 130 interrupted.
    """
    from paragen.app.choices import Choices
    from paragen.app.session import Session
    from paragen.cli.interrupt import interruptible
    from paragen.cli.result import Printer
    from paragen.judge.criteria import CriteriaOptions

    session = Session.prepare(
        tasks or (),
        Choices(
            config=config,
            demo=demo,
            roster=generators,
            models=_listed(model or ()),
            temperatures=_temperatures(temperature),
            host_urls=tuple(host or ()),
            seed=seed,
            criteria=CriteriaOptions(
                preset=preset.value if preset else None,
                quality_weight=quality_weight,
                speed_weight=speed_weight,
                min_quality=min_quality,
                max_generation_s=max_generation_s,
                max_execution_s=max_execution_s,
            ),
            tests=tuple(tests or ()),
            mode=mode,
            sequential=sequential,
            fail_fast=fail_fast or None,
            generation_limit_s=generation_limit_s,
            sandbox=sandbox,
            sealed_only=sealed_only,
            unsafe=unsafe,
            workers=workers,
            database=database,
            record=record,
        ),
    )
    printer = Printer(as_json=as_json, output=output, several=len(session.plans) > 1, quiet=quiet)
    printer.check(tasks or ())
    with interruptible(session), session, _view(session, quiet=quiet) as view:
        runs = session.play([view, printer])
    printer.finish(runs)
    raise typer.Exit(session.exit_code)


def _view(session: Session, *, quiet: bool) -> LiveView | PlainView:
    """A live table on a terminal, plain lines elsewhere."""
    if quiet or not sys.stderr.isatty():
        from paragen.report.plain import PlainView

        return PlainView(sys.stderr, tasks=len(session.plans), quiet=quiet)
    from rich.console import Console

    from paragen.report.live import LiveView

    attempts = sum(len(plan.roster) for plan in session.plans)
    return LiveView(Console(stderr=True), tasks=len(session.plans), attempts=attempts)


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
