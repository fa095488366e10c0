"""`paragen evolve`: better generators for a task type, bred from the best there are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.options import (
    ConfigOption,
    DatabaseOption,
    HostOption,
    JsonOption,
    QuietOption,
    SandboxOption,
    SealedOnlyOption,
    UnsafeOption,
    WorkersOption,
)
from paragen.learn.paired import Measure

if TYPE_CHECKING:
    from paragen.app.session import Session
    from paragen.domain.ports import Subscriber
    from paragen.learn.evolved import Evolved

HOW = "How it is searched"


def evolve(
    task_type: Annotated[
        str | None,
        typer.Option(
            "--task-type",
            "-t",
            metavar="TYPE",
            help="For which task type; by default that of which most tasks are on record.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="The most attempts of the whole search.",
            rich_help_panel=HOW,
        ),
    ] = 200,
    generations: Annotated[
        int, typer.Option(min=1, metavar="N", help="The most generations.", rich_help_panel=HOW)
    ] = 3,
    population: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="The most offspring of a generation.", rich_help_panel=HOW
        ),
    ] = 6,
    parents: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="How many of the recorded best begin it.",
            rich_help_panel=HOW,
        ),
    ] = 4,
    by: Annotated[
        Measure,
        typer.Option(
            "--by",
            help="What is better: more passes, or a better combined score.",
            rich_help_panel=HOW,
        ),
    ] = Measure.PASSES,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Another one searches elsewhere; the config's by default.",
            rich_help_panel=HOW,
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be played, and ask nobody.")
    ] = False,
    new: Annotated[
        bool,
        typer.Option("--new", help="Ask again, whatever an earlier search like this played."),
    ] = False,
    config: ConfigOption = None,
    host: HostOption = None,
    sandbox: SandboxOption = None,
    sealed_only: SealedOnlyOption = False,
    unsafe: UnsafeOption = False,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    database: DatabaseOption = None,
) -> None:
    """Breed generators from the best for a task type, and keep one that is better than they are.

    Temperature, top_p, top_k, min_p, repeat_penalty and system prompt are inherited from two
    parents, gene by gene, and mutated; the model comes from one of them. Offspring and parents
    play tasks of the type that are on record. The best descendant then plays against the best
    parent on tasks that were held back, and is kept only if it is better there as `paragen
    compare` says it: as a named expert at the end of the config. One is tested a search: who
    searches again until one is kept proves less.

    A search that begins with the same parents as an earlier one, say one that was interrupted, asks
    nobody again for what that played. Where a parent passes all tasks already nothing is played.

    Exit codes: 0 an expert was kept (or --dry-run), 1 none is or can be better, or that can't be
    told yet, 2 a mistake in what was asked, 3 no host could answer, 4 the sandbox level isn't to be
    had, 130 interrupted.
    """
    from paragen.app.choices import Choices
    from paragen.app.evolution import Evolution
    from paragen.app.evolving import Wanted, beginning
    from paragen.cli.interrupt import interruptible
    from paragen.cli.output import note, warn
    from paragen.cli.play import view_of
    from paragen.report.evolved import side_notes
    from paragen.settings.experts import check_writable

    choices = Choices(
        config=config,
        host_urls=tuple(host or ()),
        seed=seed,
        new=new,
        sandbox=sandbox,
        sealed_only=sealed_only,
        unsafe=unsafe,
        workers=workers,
        database=database,
    )
    wanted = Wanted(
        task_type=task_type,
        budget=budget,
        generations=generations,
        population=population,
        parents=parents,
        by=by,
    )
    begun = beginning(choices, wanted)
    for line in side_notes(begun.searched):
        note(line)

    def watch(session: Session, said: str) -> AbstractContextManager[Subscriber]:
        if not quiet:
            note(f"{begun.searched.task_type}: {said}")
        return view_of(session, quiet=quiet)

    search = Evolution(begun, watch, warn)
    if dry_run:
        _print(search.looked_at(), as_json=as_json, dry_run=True)
        return
    if begun.searched.in_vain is None:
        check_writable(begun.config)
    with interruptible(search):
        found = search.play()
    _print(found, as_json=as_json, dry_run=False)
    raise typer.Exit(found.exit_code)


def _print(found: Evolved, *, as_json: bool, dry_run: bool) -> None:
    from paragen.cli.options import Format
    from paragen.cli.output import emit, print_json, print_rows, say
    from paragen.report.columns import EVOLVED
    from paragen.report.evolved import evolve_object, rows, sentence

    if as_json:
        print_json(evolve_object(found, dry_run=dry_run))
        return
    say(sentence(found))
    emit("")
    print_rows(EVOLVED, rows(found), Format.TABLE, schema="")
