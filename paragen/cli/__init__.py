"""The command line: one file a verb, each parse → call → render → exit code.

What a verb needs beyond its options is imported when it runs, so that `--help` and the history
commands start at once.
"""

from __future__ import annotations

import sys

import typer

from paragen.cli import (
    doctor,
    history,
    init,
    judge,
    models,
    run,
    schema,
    show,
    stats,
)
from paragen.cli.options import version_option
from paragen.domain.errors import ParagenError

app = typer.Typer(
    name="paragen",
    help="Local code-generation tournaments: which of your models writes the best program?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(version_option)
app.command("run")(run.run)
app.command("judge")(judge.judge)
app.command("init")(init.init)
app.command("doctor")(doctor.doctor)
app.command("models")(models.models)
app.command("stats")(stats.stats)
app.command("history")(history.history)
app.command("show")(show.show)
app.command("schema")(schema.schema)


def main() -> None:
    """The `paragen` command: errors become one message and their exit code."""
    try:
        app(prog_name="paragen")
    except ParagenError as error:
        print(f"paragen: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _drop_stdout()
        sys.exit(1)


def _drop_stdout() -> None:
    """The reader has gone: keep the interpreter from complaining when it flushes at its end."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
