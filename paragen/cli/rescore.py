"""`paragen rescore`: a recorded run decided again, without any host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.choosing import Preset
from paragen.cli.options import (
    DatabaseOption,
    JsonOption,
    RunArgument,
    SandboxOption,
    SealedOnlyOption,
    UnsafeOption,
    WorkersOption,
)
from paragen.domain.errors import UsageError

if TYPE_CHECKING:
    from paragen.domain.tournament import Run, Weights


def rescore(
    run: RunArgument = "last",
    weights: Annotated[
        str | None,
        typer.Option(metavar="QUALITY/SPEED", help="Other weights, as 0.8/0.2 or 4/1."),
    ] = None,
    preset: Annotated[Preset | None, typer.Option(help="Other weights, by name.")] = None,
    tests: Annotated[
        list[Path] | None,
        typer.Option(
            "--tests",
            metavar="FILE",
            help="More tests (.py, .json, .jsonl), or a task file, whose tests count instead of "
            "the recorded ones (may be repeated).",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="A config, for its sandbox section."),
    ] = None,
    sandbox: SandboxOption = None,
    sealed_only: SealedOnlyOption = False,
    unsafe: UnsafeOption = False,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Decide a recorded run again from its stored answers, without any host.

    Programs are taken from the answers anew, and scored and ranked by the weights of now. They are
    judged again only where the tests are others. Nothing of it is recorded. The exit code is 0
    where there is a winner, else 1.
    """
    from paragen.app.choices import Choices
    from paragen.app.rescoring import Rescoring, recorded
    from paragen.cli.database import open_history
    from paragen.cli.interrupt import interruptible
    from paragen.cli.output import warn

    with open_history(database) as history:
        before, planned = recorded(history, run)
    work = Rescoring(before, planned=planned, weights=_weights(weights, preset), tests=tests or ())
    choices = Choices(
        config=config, sandbox=sandbox, sealed_only=sealed_only, unsafe=unsafe, workers=workers
    )
    with interruptible(work):
        found = work.rescore(choices, warn)
    _print(before, found, as_json=as_json)
    raise typer.Exit(found.exit_code)


def _weights(written: str | None, preset: Preset | None) -> Weights | None:
    """The weights asked for, None for those on record; raises UsageError."""
    from paragen.judge.criteria import PRESETS, normal_weights

    if written is not None and preset is not None:
        raise UsageError("Give either --preset or --weights, not both.")
    if preset is not None:
        return PRESETS[preset.value]
    if written is None:
        return None
    quality, slash, speed = written.partition("/")
    try:
        return normal_weights(float(quality), float(speed) if slash else None)
    except ValueError:
        raise UsageError(f"--weights {written}: write quality/speed, as in 0.8/0.2.") from None


def _print(earlier: Run, found: Run, *, as_json: bool) -> None:
    from paragen.cli.output import note, print_json, print_laid_out
    from paragen.report.details import run_details
    from paragen.report.objects import run_object

    if as_json:
        print_json(run_object(found))
    else:
        print_laid_out(lambda width: run_details(found, width))
    before, now = earlier.winning, found.winning
    if before is not None and (now is None or now.id != before.id):
        note(f"Before, {before.attempt.instance.name} ({before.id}) had won.")
    note("This was decided from stored answers; the history is as it was.")
