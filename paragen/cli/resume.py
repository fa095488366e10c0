"""`paragen resume`: go on with a session that was left unfinished."""

from __future__ import annotations

from typing import Annotated

import typer

from paragen.cli.options import (
    CacheOption,
    ConfigOption,
    DatabaseOption,
    HostOption,
    JsonOption,
    OutputOption,
    QuietOption,
    SandboxOption,
    SealedOnlyOption,
    UnsafeOption,
    WorkersOption,
)
from paragen.domain.retry import Retry


def resume(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN",
            help="The id of a run of the session, or the beginning of it; by default the last "
            "session that was left unfinished.",
            show_default=False,
        ),
    ] = None,
    retry: Annotated[
        Retry,
        typer.Option(
            help="What is asked again beside what is missing: `errors` what ended by no doing of "
            "the model's, `failed` all that didn't pass."
        ),
    ] = Retry.NONE,
    config: ConfigOption = None,
    host: HostOption = None,
    cache: CacheOption = None,
    sandbox: SandboxOption = None,
    sealed_only: SealedOnlyOption = False,
    unsafe: UnsafeOption = False,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
    output: OutputOption = None,
    quiet: QuietOption = False,
    database: DatabaseOption = None,
) -> None:
    """Go on with what was left unfinished.

    What is on record stays, and what is missing is played: by the same hosts and in the same way
    as before, but for what is said here. With --retry, attempts of a session that has ended can be
    asked again as well. Exit codes are those of `paragen run`.
    """
    from paragen.app.choices import Choices
    from paragen.app.session import Session
    from paragen.cli.play import play

    choices = Choices(
        config=config,
        host_urls=tuple(host or ()),
        cache=cache,
        sandbox=sandbox,
        sealed_only=sealed_only,
        unsafe=unsafe,
        workers=workers,
        database=database,
    )
    session = Session.resume(choices, run, retry)
    play(session, (), as_json=as_json, output=output, quiet=quiet)
