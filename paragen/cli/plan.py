"""`paragen plan`: what would be played, without playing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.choosing import choosing
from paragen.cli.options import JsonOption

if TYPE_CHECKING:
    from paragen.app.choices import Choices


@choosing
def plan(
    choices: Choices,
    tasks: Annotated[
        list[Path] | None,
        typer.Argument(metavar="TASK…", help="Task files, or folders of them; - for stdin."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would be played, where, in what order and for how long, without playing.

    What models cost comes from the history, else it is guessed. Hosts are asked how they are; one
    that doesn't answer is planned with as if it did.
    """
    from paragen.app.planning import forecast
    from paragen.cli.output import note, print_json, print_laid_out, warn
    from paragen.report.forecast import forecast_details
    from paragen.report.plan_object import plan_object

    found = forecast(tasks or (), choices)
    if as_json:
        print_json(plan_object(found))
        return
    for said in found.notes:
        note(said)
    for warning in found.warnings:
        warn(warning)
    print_laid_out(lambda width: forecast_details(found))
