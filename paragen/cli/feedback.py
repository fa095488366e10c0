"""`paragen feedback`: what a user thinks of a candidate."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, JsonOption, RunArgument
from paragen.domain.errors import UsageError

if TYPE_CHECKING:
    from paragen.app.feedback import Given
    from paragen.domain.tournament import Run

COMMAND_CLASS = LightCommand


def feedback(
    run: RunArgument = "last",
    rating: Annotated[
        float | None,
        typer.Option(
            "--rating",
            "-r",
            metavar="0..1",
            help="What a candidate is worth to you: 0 is useless, 1 is perfect.",
        ),
    ] = None,
    candidate: Annotated[
        str | None,
        typer.Option("--candidate", metavar="ID", help="Which one; by default the winner."),
    ] = None,
    blind: Annotated[
        bool,
        typer.Option(
            "--blind",
            help="Show two programs without names, ask which is better, then say whose they are.",
        ),
    ] = False,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="Words to keep with it.")
    ] = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Say what you think of a candidate, which moves its task type's weights.

    Runs of that type are weighed by them from then on, where neither the command line nor the
    config says otherwise. A candidate that is rated again, and two that are compared again, count
    once, by what was said last. `paragen weights undo` takes the last feedback back.
    """
    from paragen.app.feedback import blind_pair, prefer, rate
    from paragen.cli.blind import ask
    from paragen.cli.database import open_history
    from paragen.report.details import find_candidate
    from paragen.store.queries import find_run, load_run

    _check(rating, candidate, blind=blind)
    with open_history(database) as history:
        found = load_run(history, find_run(history, run))
        pair = blind_pair(history, found) if blind else None
    if pair is not None:
        preferred, other = ask(found, pair)
        with open_history(database, write=True) as history:
            given = prefer(history, found, preferred, other, note)
    else:
        assert rating is not None, "it is checked"
        chosen = find_candidate(found, candidate)
        with open_history(database, write=True) as history:
            given = rate(history, found, chosen, rating, note)
    _print(found, given, as_json=as_json)


def _check(rating: float | None, candidate: str | None, *, blind: bool) -> None:
    """Raises UsageError for what can't be meant."""
    from paragen.app.feedback import valid

    if blind and (rating is not None or candidate is not None):
        raise UsageError("--blind chooses two itself and asks: leave --rating and --candidate out.")
    if blind and not sys.stdin.isatty():
        raise UsageError(
            "--blind asks on the terminal, and standard input is none. Rate with --rating 0..1."
        )
    if not blind and rating is None:
        raise UsageError("Say what it is worth with --rating 0..1, or compare two with --blind.")
    if rating is not None:
        valid(rating)


def _print(run: Run, given: Given, *, as_json: bool) -> None:
    from paragen.cli.output import note, print_json, say
    from paragen.report.feedback import feedback_object, what_it_did, what_was_said

    entry, before, after = given.entry, given.before, given.after
    if as_json:
        print_json(feedback_object(run, entry, before, after, replaced=given.replaced))
        return
    say(what_was_said(run, entry))
    say(what_it_did(run.task.task_type, entry, before, after))
    if given.replaced:
        note("It replaces what was said of the same before.")
    note("`paragen weights undo` takes it back.")
