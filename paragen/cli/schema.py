"""`paragen schema`: the JSON Schema of an output."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from paragen.cli.light import LightCommand

COMMAND_CLASS = LightCommand


class Output(StrEnum):
    """Outputs with a schema."""

    RUN = "run"
    PLAN = "plan"
    STATS = "stats"
    RECOMMEND = "recommend"
    JUDGE = "judge"
    JUDGE_SUITE = "judge-suite"
    COMPARE = "compare"
    FEEDBACK = "feedback"
    WEIGHTS = "weights"
    WEIGHTS_LOG = "weights-log"
    EVOLVE = "evolve"
    HISTORY = "history"
    BASELINES = "baselines"
    BASELINE = "baseline"
    MODELS = "models"
    DOCTOR = "doctor"
    DB_INFO = "db-info"
    MERGE = "merge"


def schema(
    output: Annotated[
        Output,
        typer.Argument(metavar="OUTPUT", help="Whose schema to print.", show_default=False),
    ],
) -> None:
    """Print the JSON Schema of what `--json` or `--format json` prints."""
    from paragen.cli.output import print_json
    from paragen.report.schema import json_schema

    print_json(json_schema(output.value))
