"""The command line: one file a verb, each parse → call → render → exit code.

Start-up is a feature: of the verbs only the one that is called is imported, and what it needs
beyond its options when it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import typer

from paragen.cli import streams
from paragen.cli.light import LightGroup
from paragen.cli.options import version_option
from paragen.domain.errors import ParagenError

VERBS: Mapping[str, str] = {
    "run": "Play a tournament on each task, and print the winner's code.",
    "resume": "Go on with what was left unfinished.",
    "plan": "Say what would be played, where, in what order and for how long, without playing.",
    "judge": "Judge programs against a task's tests, or samples against a suite.",
    "suite": "Make task files of a published suite's data file.",
    "init": "Write a generators.toml and a prompt.md to begin with.",
    "doctor": "Say what works and what doesn't, each with what to do.",
    "models": "List the models of every host, and which of them are loaded.",
    "stats": "Show the standing of each generator, by task type, and who was chosen.",
    "recommend": "Say which of the config's generators should play a task, and why.",
    "compare": "Say whether A is really better than B: on the tasks that both played.",
    "evolve": "Breed generators from the best for a task type, and keep one that is better than "
    "they are.",
    "baseline": "Keep what every generator has done so far, to compare with it later.",
    "history": "List the runs that you played, newest first.",
    "show": "Show a recorded run, or a candidate of it.",
    "rescore": "Decide a recorded run again from its stored answers, without any host.",
    "feedback": "Say what you think of a candidate, which moves its task type's weights.",
    "weights": "Show what was learned of quality and speed, reset it, or undo the last of it.",
    "db": "Merge histories, export and import them, or look after the file.",
    "schema": "Print the JSON Schema of what `--json` or `--format json` prints.",
}
"""Each verb is the function of its name in the module of its name."""


def build(verbs: Sequence[str]) -> typer.Typer:
    """The application with all verbs, of which only these are imported and can be called."""
    app = typer.Typer(
        name="paragen",
        cls=LightGroup,
        help="Local code-generation tournaments: which of your models writes the best program?",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        # The list of verbs needs no frames, and so no rich; a verb's many options do.
        rich_markup_mode="rich" if verbs else None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(version_option)
    for verb, summary in VERBS.items():
        if verb in verbs:
            module = import_module(f"paragen.cli.{verb}")
            command_class = getattr(module, "COMMAND_CLASS", None)
            app.command(verb, cls=command_class)(getattr(module, verb))
        else:
            app.command(verb, help=summary)(_not_called)
    return app


def main() -> None:
    """The `paragen` command: errors become one message and their exit code."""
    streams.prepare()
    try:
        build(_wanted(sys.argv[1:]))(prog_name="paragen")
    except streams.ReaderLeft as error:
        sys.exit(error.exit_code)
    except ParagenError as error:
        from paragen.report.text import printable

        print(streams.filled(f"paragen: {printable(str(error))}", sys.stderr), file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        streams.settle()


def _wanted(arguments: Sequence[str]) -> tuple[str, ...]:
    """The verbs that this command line needs: the one that it calls, all to complete a line."""
    if "_PARAGEN_COMPLETE" in os.environ:
        return tuple(VERBS)
    return tuple(word for word in arguments[:1] if word in VERBS)


def _not_called() -> None:
    """Stands in the list for a verb that the command line doesn't call."""
