"""Options that several verbs share, and what they mean."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

OUT = "What comes out"


class Format(StrEnum):
    """How a history command prints."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def _as_it_is_stored(task_type: str | None) -> str | None:
    if not task_type:
        return None
    from paragen.domain.task import normal_task_type

    return normal_task_type(task_type) or None


AuditTestsOption = Annotated[
    bool,
    typer.Option(
        "--audit-tests",
        help="Judge stubs and mutants of the winner too: do the tests tell them from it?",
    ),
]
CacheOption = Annotated[
    bool | None,
    typer.Option(
        "--cache/--no-cache",
        help="Take an answer that was given before to the very same request; off by default.",
        show_default=False,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="Generators and hosts; generators.toml by default.",
        show_default=False,
    ),
]
DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        help="The history's database; by default what PARAGEN_DB or the config says, or one in "
        "your data directory.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="How to print.", case_sensitive=False)
]
HostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--host",
        metavar="URL",
        help="An Ollama server, instead of the config's hosts (may be repeated).",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (see `paragen schema`).")]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="Write the winner's code here: a file, or a folder for several tasks.",
        rich_help_panel=OUT,
    ),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Only the result.", rich_help_panel=OUT)
]
RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="A run's id or the beginning of it; `last` is the newest of yours."
    ),
]
SandboxOption = Annotated[
    str | None,
    typer.Option(
        "--sandbox",
        metavar="LEVEL",
        help="auto (the strongest that is to be had), full, filters, seatbelt or none.",
    ),
]
SealedOnlyOption = Annotated[
    bool,
    typer.Option("--sealed-only", help="Judge nothing whose verdict can't be sealed."),
]
TaskTypeOption = Annotated[
    str | None,
    typer.Option(
        "--task-type",
        "-t",
        metavar="TYPE",
        help="Only this task type.",
        callback=_as_it_is_stored,
    ),
]
TestsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--tests",
        metavar="FILE",
        help="More tests: .py, or .json/.jsonl of stdin/stdout pairs (may be repeated).",
        show_default=False,
    ),
]
UnsafeOption = Annotated[
    bool,
    typer.Option(
        "--unsafe", help="With --sandbox none: run programs unconfined, since you trust them."
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", "-j", metavar="N", min=1, help="Programs tested at once; by default the cores."
    ),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from paragen.version import __version__

        typer.echo(f"paragen {__version__}")
        raise typer.Exit


def version_option(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Local code-generation tournaments: which of your models writes the best program?"""
